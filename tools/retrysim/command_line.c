/* The command line that makes a report again. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrysim/command_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/gather.h"
#include "common/safe_text.h"

#define WORD_MAX 512

/* Whether a word has characters that are not just printed. */
static bool
is_harmful(const char *word)
{
	char safe[WORD_MAX];
	size_t length = strlen(word);

	return length >= sizeof(safe) / 2 ||
	       tk_safe_text(word, length, safe, sizeof(safe)) != length ||
	       strcmp(word, safe) != 0;
}

/* Every byte that is not plain, as a number. */
static void
quote_bytes(FILE *out, const char *word)
{
	fputs("$'", out);
	for (; *word; word++)
		if (*word < ' ' || *word > '~' || *word == '\'' ||
		    *word == '\\')
			fprintf(out, "\\%03o", (unsigned char)*word);
		else
			fputc(*word, out);
	fputc('\'', out);
}

/* Print a word as a shell reads it back. */
static void
quote(FILE *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-+=./:,@%^";

	if (*word != '\0' && word[strspn(word, plain)] == '\0') {
		fputs(word, out);
		return;
	}
	if (is_harmful(word)) {
		quote_bytes(out, word);
		return;
	}
	fputc('\'', out);
	for (; *word; word++)
		if (*word == '\'')
			fputs("'\\''", out);
		else
			fputc(*word, out);
	fputc('\'', out);
}

static void
put_value(const struct rs_command_line *line, const struct tk_opt *option,
	  const char *value, FILE *out)
{
	char buffer[WORD_MAX];

	if (line->word)
		value = line->word(line->user, option, value, buffer,
				   sizeof(buffer));
	fprintf(out, " --%s ", option->name);
	quote(out, value);
}

static void
put_name(const struct tk_opt *option, int index, FILE *out)
{
	const char *name = option->names;

	for (; index > 0 && strchr(name, ' '); index--)
		name = strchr(name, ' ') + 1;
	fprintf(out, " --%s %.*s", option->name, (int)strcspn(name, " "), name);
}

static void
put_list(const struct rs_command_line *line, const struct tk_opt *option,
	 FILE *out)
{
	const struct tk_opt_list *list = option->value;

	for (size_t i = 0; i < list->count; i++)
		put_value(line, option, list->item[i], out);
}

static void
put_option(const struct rs_command_line *line, const struct tk_opt *option,
	   FILE *out)
{
	const char *value = option->value;
	static const uint64_t zero;
	const char *before = (const char *)&zero;

	if (line->defaults)
		before = (const char *)line->defaults +
			 (value - (const char *)line->options);
	switch (option->kind) {
	case TK_OPT_FLAG:
		if (*(const bool *)option->value)
			fprintf(out, " --%s", option->name);
		break;
	case TK_OPT_TEXT:
		if (*(const char *const *)option->value)
			put_value(line, option,
				  *(const char *const *)option->value, out);
		break;
	case TK_OPT_LIST:
		put_list(line, option, out);
		break;
	case TK_OPT_COUNT:
	case TK_OPT_DURATION:
		if (memcmp(value, before, sizeof(uint64_t)) != 0)
			fprintf(out, " --%s %" PRIu64, option->name,
				*(const uint64_t *)option->value);
		break;
	case TK_OPT_NAME:
		if (memcmp(value, before, sizeof(int)) != 0)
			put_name(option, *(const int *)option->value, out);
		break;
	}
}

static bool
is_left_out(const struct rs_command_line *line, const char *name)
{
	char word[64];

	snprintf(word, sizeof(word), " %s ", name);
	return line->left_out && strstr(line->left_out, word) != NULL;
}

char *
rs_command_line(const struct rs_command_line *line)
{
	char buffer[WORD_MAX];
	struct tk_gather text;
	bool dashes = false;
	FILE *out;

	if (!tk_gather_begin(&text))
		return NULL;
	out = text.stream;
	fputs(line->command->name, out);
	for (const struct tk_opt *option = line->command->options; option->name;
	     option++)
		if (!is_left_out(line, option->name))
			put_option(line, option, out);
	for (size_t i = 0; i < line->count; i++)
		dashes |= line->operand[i][0] == '-' &&
			  line->operand[i][1] != '\0';
	if (dashes)
		fputs(" --", out);
	for (size_t i = 0; i < line->count; i++) {
		const char *word = line->operand[i];

		if (line->word)
			word = line->word(line->user, NULL, word, buffer,
					  sizeof(buffer));
		fputc(' ', out);
		quote(out, word);
	}
	return tk_gather_end(&text) ? text.text : NULL;
}
