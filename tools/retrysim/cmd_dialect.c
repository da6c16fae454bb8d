/* retrysim dialect list, show and guess. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "common/opt.h"
#include "dialect/rule.h"
#include "envelope/envelope.h"
#include "guess/guess.h"
#include "report/output.h"
#include "retrysim/cmd.h"
#include "retrysim/operands.h"

static const struct tk_opt no_more = {NULL, 0, TK_OPT_FLAG, NULL, NULL,
				      NULL, 0, 0,           NULL};

int
rs_cmd_dialect_list(int argc, char **argv)
{
	const struct tk_opt rows[] = {no_more};
	const struct tk_command command = {"retrysim dialect list", "",
					   "List the built-in dialects.",
					   "  retrysim dialect list\n", rows};
	char **operand;
	size_t count;
	int code = rs_parse(&command, 0, 0, argc, argv, &operand, &count);

	if (code != RS_GO_ON)
		return code;
	printf("%-20s %s\n", "native", "the events of libbackoff");
	for (size_t i = 0; i < tk_dialects_count; i++) {
		const char *text = tk_dialects[i].text;
		struct bo_json_value file = {.at = text,
					     .length = strlen(text),
					     .type = BO_JSON_OBJECT};
		struct bo_json_value about = {.at = "", .length = 0};
		char plain[512];
		size_t n = 0;

		if (tk_member_find(&file, "description", 11, &about) &&
		    about.length < sizeof(plain))
			n = bo_json_unescape(&about, plain);
		printf("%-20s %.*s\n", tk_dialects[i].name, (int)n, plain);
	}
	return TK_EXIT_OK;
}

int
rs_cmd_dialect_show(int argc, char **argv)
{
	const struct tk_opt rows[] = {no_more};
	const struct tk_command command = {
		"retrysim dialect show", "DIALECT",
		"Print the file of a built-in dialect.",
		"  retrysim dialect show tenacity > my.json\n", rows};
	char **operand;
	size_t count;
	int code = rs_parse(&command, 1, 1, argc, argv, &operand, &count);

	if (code != RS_GO_ON)
		return code;
	for (size_t i = 0; i < tk_dialects_count; i++) {
		if (strcmp(tk_dialects[i].name, operand[0]) != 0)
			continue;
		fputs(tk_dialects[i].text, stdout);
		return TK_EXIT_OK;
	}
	tk_msg("%s is not a built-in dialect with a file; see retrysim dialect "
	       "list",
	       operand[0]);
	return TK_EXIT_USAGE;
}

/* The name of a dialect whose file is so called: "dir/my log.json" is
 * "my-log". */
static void
name_of(const char *path, char *name, size_t size)
{
	const char *base = strrchr(path, '/');
	size_t n = 0;

	base = base != NULL ? base + 1 : path;
	for (; *base != '\0' && *base != '.' && n + 1 < size; base++) {
		name[n++] = bo_is_alphanumeric(*base) ? *base : '-';
	}
	name[n] = '\0';
	if (n == 0)
		snprintf(name, size, "guessed");
}

static enum tk_exit
write_file(const struct tk_guess *guess, const char *path)
{
	struct rs_output output;
	char name[64];

	if (tk_guess_count(guess) == 0) {
		tk_msg("%s was not written: there is no sentence to describe",
		       path);
		return TK_EXIT_NO;
	}
	if (!rs_output_begin(&output))
		return TK_EXIT_SYSTEM;
	name_of(path, name, sizeof(name));
	tk_guess_write(guess, name, output.stream);
	return rs_output_end(&output, ferror(output.stream) ? -1 : 0, path);
}

int
rs_cmd_dialect_guess(int argc, char **argv)
{
	const char *path = NULL;
	const struct tk_opt rows[] = {
		{"output", 'o', TK_OPT_TEXT, &path, "FILE", NULL, 0, 0,
		 "write a dialect file with the sentences found"},
		no_more};
	const struct tk_command command = {
		"retrysim dialect guess", "[OPTION]... LOG...",
		"Find the lines of a log that speak of retries, and draft a "
		"dialect.",
		"  retrysim dialect guess service.log\n"
		"  retrysim dialect guess -o my.json service.log\n",
		rows};
	struct tk_guess *guess;
	char **operand;
	size_t count;
	int code =
		rs_parse(&command, 1, SIZE_MAX, argc, argv, &operand, &count);

	if (code != RS_GO_ON)
		return code;
	code = (int)tk_guess_logs(operand, count, &guess);
	if (code != TK_EXIT_OK)
		return code;
	tk_guess_print(guess, operand[0], stdout);
	if (path != NULL)
		code = (int)write_file(guess, path);
	if (code == TK_EXIT_OK)
		tk_guess_next(guess, path, operand[0], stdout);
	tk_guess_free(guess);
	return code;
}
