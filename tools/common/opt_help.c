/* The text of --help, made from the table of options. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "common/opt.h"

#define LINE_COLUMNS 80
/* Column at which descriptions begin; a longer option has a separate line. */
#define DOC_COLUMN 28

/* Wrap words of text from a column on, with the same indent on further
 * lines. */
static void
wrap(const char *text, size_t column, FILE *out)
{
	size_t at = column;

	while (*text) {
		size_t word = strcspn(text, " ");

		if (at > column && at + 1 + word > LINE_COLUMNS) {
			fprintf(out, "\n%*s", (int)column, "");
			at = column;
		} else if (at > column) {
			fputc(' ', out);
			at++;
		}
		fprintf(out, "%.*s", (int)word, text);
		at += word;
		text += word;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

static void
row(char letter, const char *name, const char *argument, const char *doc,
    FILE *out)
{
	char short_form[8] = "    ";
	char head[96];
	int length;

	if (letter)
		snprintf(short_form, sizeof(short_form), "-%c, ", letter);
	length = snprintf(head, sizeof(head), "  %s--%s%s%s", short_form, name,
			  argument ? " " : "", argument ? argument : "");
	fputs(head, out);
	if (length >= DOC_COLUMN - 1) {
		fputc('\n', out);
		length = 0;
	}
	fprintf(out, "%*s", DOC_COLUMN - length, "");
	wrap(doc, DOC_COLUMN, out);
}

/* "text json csv" as "text|json|csv", if that is short. */
static const char *
alternatives(const struct tk_opt *opt, char *buffer, size_t size)
{
	if (opt->argument || opt->kind != TK_OPT_NAME || !opt->names ||
	    strlen(opt->names) >= size)
		return opt->argument;
	for (size_t i = 0; i <= strlen(opt->names); i++)
		buffer[i] = opt->names[i] == ' ' ? '|' : opt->names[i];
	return buffer;
}

void
tk_opt_help(const struct tk_command *command, FILE *out)
{
	fprintf(out, "Usage: %s%s%s\n", command->name,
		command->usage[0] ? " " : "", command->usage);
	wrap(command->purpose, 0, out);
	if (command->examples && command->examples[0]) {
		size_t length = strlen(command->examples);

		fprintf(out, "\nExamples:\n%s%s", command->examples,
			command->examples[length - 1] == '\n' ? "" : "\n");
	}
	fputs("\nOptions:\n", out);
	for (const struct tk_opt *opt = command->options; opt->name; opt++) {
		char buffer[64];

		row(opt->letter, opt->name,
		    alternatives(opt, buffer, sizeof(buffer)), opt->doc, out);
	}
	row(tk_opt_letter(command, 'h') ? 0 : 'h', "help", NULL,
	    "print this help and exit", out);
	row(tk_opt_letter(command, 'V') ? 0 : 'V', "version", NULL,
	    "print the version and exit", out);
}
