/* Parses a command line by a table of options. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "common/opt.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "common/msg.h"
#include "common/units.h"

#define NAMES_MAX 1024

/* A command line being read. */
struct parse {
	const struct tk_command *command;
	char **argv;
	int argc, at;
};

static enum tk_opt_result usage(const struct parse *parse, const char *format,
				...) __attribute__((format(printf, 2, 3)));

/* Print a message, and where to read more. */
static enum tk_opt_result
usage(const struct parse *parse, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	tk_msg("%s", text);
	tk_msg("try %s --help", parse->command->name);
	return TK_OPT_USAGE;
}

/* Report an unknown option, and the known one that is nearest. */
static enum tk_opt_result
unknown(const struct parse *parse, const char *name, size_t length)
{
	char names[NAMES_MAX] = "help version";
	size_t used = strlen(names);
	char word[64], near[64];

	for (const struct tk_opt *opt = parse->command->options; opt->name;
	     opt++) {
		int n = snprintf(names + used, sizeof(names) - used, " %s",
				 opt->name);

		if (n < 0 || (size_t)n >= sizeof(names) - used)
			break;
		used += (size_t)n;
	}
	names[used] = '\0';
	snprintf(word, sizeof(word), "%.*s", (int)(length < 63 ? length : 63),
		 name);
	if (bo_nearest_of(word, names, near, sizeof(near)))
		return usage(parse, "--%s: unknown option; did you mean --%s?",
			     word, near);
	return usage(parse, "--%s: unknown option", word);
}

/* The index of a word in a space-separated list, or -1. */
static int
name_index(const char *names, const char *word)
{
	size_t length = strlen(word);
	int index = 0;

	for (const char *at = names + strspn(names, " "); *at; index++) {
		size_t n = strcspn(at, " ");

		if (n == length && memcmp(at, word, n) == 0)
			return index;
		at += n;
		at += strspn(at, " ");
	}
	return -1;
}

static enum tk_opt_result
set_name(const struct parse *parse, const struct tk_opt *opt, const char *value)
{
	int index = name_index(opt->names, value);
	char near[64];

	if (index >= 0) {
		*(int *)opt->value = index;
		return TK_OPT_OK;
	}
	if (bo_nearest_of(value, opt->names, near, sizeof(near)))
		return usage(parse, "--%s: no such %s: '%s'; did you mean %s?",
			     opt->name, opt->name, value, near);
	return usage(parse, "--%s: must be one of: %s (got '%s')", opt->name,
		     opt->names, value);
}

static enum tk_opt_result
append(const struct tk_opt *opt, const char *value)
{
	struct tk_opt_list *list = opt->value;
	/* Lists are short: growing by one keeps the struct at two members. */
	const char **item =
		realloc(list->item, (list->count + 1) * sizeof(*item));

	if (!item) {
		tk_msg("--%s: out of memory", opt->name);
		return TK_OPT_SYSTEM;
	}
	item[list->count++] = value;
	list->item = item;
	return TK_OPT_OK;
}

static enum tk_opt_result
set(const struct parse *parse, const struct tk_opt *opt, const char *value)
{
	switch (opt->kind) {
	case TK_OPT_FLAG:
		*(bool *)opt->value = true;
		return TK_OPT_OK;
	case TK_OPT_TEXT:
		*(const char **)opt->value = value;
		return TK_OPT_OK;
	case TK_OPT_LIST:
		return append(opt, value);
	case TK_OPT_COUNT:
		if (tk_parse_count(value, opt->min, opt->max, opt->value))
			return TK_OPT_OK;
		return usage(parse,
			     "--%s: must be a number from %ju to %ju "
			     "(got '%s')",
			     opt->name, (uintmax_t)opt->min,
			     (uintmax_t)opt->max, value);
	case TK_OPT_DURATION:
		if (tk_parse_duration(value, opt->value))
			return TK_OPT_OK;
		return usage(parse,
			     "--%s: must be a duration like 1.5s, 500ms or 2m "
			     "(got '%s')",
			     opt->name, value);
	case TK_OPT_NAME:
		return set_name(parse, opt, value);
	}
	return TK_OPT_USAGE;
}

/* The value of an option: @p attached, or the next argument. */
static enum tk_opt_result
take(struct parse *parse, const struct tk_opt *opt, const char *attached)
{
	if (opt->kind == TK_OPT_FLAG || attached)
		return set(parse, opt, attached);
	if (parse->at + 1 >= parse->argc)
		return usage(parse, "--%s: needs a value (%s)", opt->name,
			     opt->argument ? opt->argument : "VALUE");
	return set(parse, opt, parse->argv[++parse->at]);
}

static enum tk_opt_result
print_version(const struct tk_command *command)
{
	printf("%.*s (retrykit) %s\n", (int)strcspn(command->name, " "),
	       command->name, BACKOFF_VERSION_STRING);
	return TK_OPT_DONE;
}

static enum tk_opt_result
print_help(const struct tk_command *command)
{
	tk_opt_help(command, stdout);
	return TK_OPT_DONE;
}

static enum tk_opt_result
long_option(struct parse *parse, const char *name)
{
	size_t length = strcspn(name, "=");
	const char *attached = name[length] ? name + length + 1 : NULL;
	const struct tk_opt *opt = tk_opt_named(parse->command, name, length);

	if (opt && opt->kind == TK_OPT_FLAG && attached)
		return usage(parse, "--%s: takes no value", opt->name);
	if (opt)
		return take(parse, opt, attached);
	if (strcmp(name, "help") == 0)
		return print_help(parse->command);
	if (strcmp(name, "version") == 0)
		return print_version(parse->command);
	if (strcmp(name, TK_OPT_TABLE) == 0) {
		tk_opt_table(parse->command, stdout);
		return TK_OPT_DONE;
	}
	return unknown(parse, name, length);
}

/* "-abf FILE" and "-fFILE". */
static enum tk_opt_result
short_options(struct parse *parse, const char *letters)
{
	for (; *letters; letters++) {
		const struct tk_opt *opt =
			tk_opt_letter(parse->command, *letters);
		enum tk_opt_result result;

		if (!opt && *letters == 'h')
			return print_help(parse->command);
		if (!opt && *letters == 'V')
			return print_version(parse->command);
		if (!opt)
			return usage(parse, "-%c: unknown option", *letters);
		if (opt->kind != TK_OPT_FLAG)
			return take(parse, opt,
				    letters[1] ? letters + 1 : NULL);
		result = set(parse, opt, NULL);
		if (result != TK_OPT_OK)
			return result;
	}
	return TK_OPT_OK;
}

enum tk_opt_result
tk_opt_parse(const struct tk_command *command, int argc, char **argv,
	     char ***operands, size_t *count)
{
	struct parse parse = {command, argv, argc, 1};
	int kept = argc < 1 ? argc : 1;
	bool ended = false;

	for (; parse.at < argc; parse.at++) {
		char *word = argv[parse.at];
		enum tk_opt_result result;

		if (ended || word[0] != '-' || !word[1]) {
			argv[kept++] = word;
			continue;
		}
		if (strcmp(word, "--") == 0) {
			ended = true;
			continue;
		}
		result = word[1] == '-' ? long_option(&parse, word + 2)
					: short_options(&parse, word + 1);
		if (result != TK_OPT_OK)
			return result;
	}
	*operands = argv + (argc < 1 ? argc : 1);
	*count = (size_t)(kept - (argc < 1 ? argc : 1));
	return TK_OPT_OK;
}

void
tk_opt_clear(const struct tk_command *command)
{
	for (const struct tk_opt *opt = command->options; opt->name; opt++) {
		if (opt->kind == TK_OPT_LIST) {
			struct tk_opt_list *list = opt->value;

			free(list->item);
			list->item = NULL;
			list->count = 0;
		}
	}
}
