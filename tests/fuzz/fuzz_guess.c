/* Fuzz target: any bytes as an unknown log; what is drafted from it loads. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "dialect/rule.h"
#include "fuzz.h"
#include "guess/guess.h"
#include "input/unpack.h"

const char fuzz_name[] = "guess";

/* The file that a guess writes, NUL-terminated; NULL if it has no rule. */
static char *
draft_of(const char *text, size_t length)
{
	static const char *const known[] = {"native", NULL};
	struct tk_guess *guess = tk_guess_new(known);
	struct tk_splitter *splitter = tk_splitter_new();
	struct tk_line line;
	char *file = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&file, &size);
	bool found;

	MUST(guess != NULL && splitter != NULL && out != NULL);
	tk_splitter_push(splitter, text, length);
	while (tk_splitter_next(splitter, true, &line))
		MUST(tk_guess_line(guess, 0, &line) == BACKOFF_OK);
	MUST(tk_guess_finish(guess) == BACKOFF_OK);
	found = tk_guess_count(guess) > 0;
	tk_guess_print(guess, "x.log", out);
	MUST(fflush(out) == 0 && size > 0);
	rewind(out);
	tk_guess_write(guess, "x", out);
	MUST(fclose(out) == 0);
	tk_splitter_free(splitter);
	tk_guess_free(guess);
	if (found)
		return file;
	free(file);
	return NULL;
}

int
fuzz_accepts(const uint8_t *data, size_t size)
{
	struct backoff_error error = {.size = sizeof(error)};
	char *text = draft_of((const char *)data, size);
	struct tk_file *file = NULL;

	if (text == NULL)
		return 0;
	if (tk_file_parse("x.json", text, strlen(text), NULL, NULL, &file,
			  &error) != BACKOFF_OK)
		fprintf(stderr, "%u:%u: %s\n%s\n", (unsigned)error.line,
			(unsigned)error.column, error.text, text);
	MUST(file != NULL);
	tk_file_free(file);
	free(text);
	return 1;
}
