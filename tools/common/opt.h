/* Command-line options as rows of data: parsing, help and suggestions. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_OPT_H
#define TK_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum tk_opt_kind {
	/** bool, no argument. */
	TK_OPT_FLAG,
	/** const char *, the argument as given. */
	TK_OPT_TEXT,
	/** struct tk_opt_list, may be given several times. */
	TK_OPT_LIST,
	/** uint64_t, a decimal count between min and max. */
	TK_OPT_COUNT,
	/** uint64_t nanoseconds: "10m", "1.5s", "500ms", bare number = s. */
	TK_OPT_DURATION,
	/** int, index into `names` (space-separated). */
	TK_OPT_NAME,
};

struct tk_opt_list {
	const char **item;
	size_t count;
};

struct tk_opt {
	/** Without dashes: "format". */
	const char *name;
	/** One letter, or 0. */
	char letter;
	enum tk_opt_kind kind;
	/** Destination of the value; holds the default before parsing. */
	void *value;
	/** Placeholder in --help: "FILE", "N", "POLICY|FILE". Completion knows
	 *  what each stands for: share/completion/read.awk. */
	const char *argument;
	/** TK_OPT_NAME: "text json csv"; else NULL, or words that completion
	 *  offers in addition to what `argument` stands for. */
	const char *names;
	/** TK_OPT_COUNT. */
	uint64_t min, max;
	/** One line for --help. */
	const char *doc;
};

struct tk_command {
	/** "retrysim compare". */
	const char *name;
	/** "[OPTION]... LOG...". */
	const char *usage;
	/** One sentence. */
	const char *purpose;
	/** Lines of complete examples, shown before the options. */
	const char *examples;
	/** Ends with a row whose name is NULL. */
	const struct tk_opt *options;
};

enum tk_opt_result {
	/** Continue; operands were moved to the front of argv. */
	TK_OPT_OK,
	/** --help or --version was printed on stdout: exit 0. */
	TK_OPT_DONE,
	/** A message was printed on stderr: exit 2. */
	TK_OPT_USAGE,
	/** Memory ran out; a message was printed on stderr: exit 4. */
	TK_OPT_SYSTEM,
};

/**
 * Parse argv[1..]. Options may follow operands; "--" ends them; "-" is an
 * operand; "--name=value" and "--name value" both work; no abbreviations.
 * --help and -h, --version and -V need no row. An unknown option names the
 * nearest known one.
 *
 * @param operands  set to the operands, *count of them (inside argv)
 */
enum tk_opt_result tk_opt_parse(const struct tk_command *command, int argc,
				char **argv, char ***operands, size_t *count);

/** The row with a name or a letter, or NULL. */
const struct tk_opt *tk_opt_named(const struct tk_command *command,
				  const char *name, size_t length);
const struct tk_opt *tk_opt_letter(const struct tk_command *command,
				   char letter);

/** The option, not in --help, for which tk_opt_parse() prints the table. */
#define TK_OPT_TABLE "option-table"

/** The table for share/completion, --help and --version included. Fields stand
 *  between tabs:
 *  "command", name, usage, purpose; then for each option
 *  "option", name, letter, "flag" or "one" or "many", argument, names, doc. */
void tk_opt_table(const struct tk_command *command, FILE *out);

/** The text of --help. */
void tk_opt_help(const struct tk_command *command, FILE *out);

/** Free the lists that parsing made. */
void tk_opt_clear(const struct tk_command *command);

#endif
