/* Allocation failure while sentences are looked for in a log, and while a
 * dialect is checked. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guess/guess.h"
#include "oom.h"
#include "retrysim/commands.h"

static const char *const lines[] = {
	"2026-01-12 10:00:01 WARN pay hiccuped (a) - another go in 2s, try 1/3",
	"2026-01-12 10:00:04 WARN ship hiccuped (b) - another go in 4s, try "
	"2/3",
	"2026-01-12 10:00:09 WARN ship hiccuped (b) for the last time, try 3/3",
	"{\"msg\":\"retrying\",\"ctx\":{\"op\":\"pay\",\"try\":0,\"wait_ms\":9}"
	"}",
	"{\"uri\":\"/a\",\"status\":200,\"ups\":{\"status\":\"502, 200\"}}",
};

static const char dialect[] =
	"{\"dialect\": \"x\", \"rules\": [{\"type\": \"retry_attempt\", "
	"\"text\": \"{operation:word} hiccuped ({error}) - another go in "
	"{delay_seconds}, try {attempt:int}\"}]}";

/* One log, from its lines to the file. */
static enum backoff_status
guess(struct tap *tap)
{
	static const char *const known[] = {"native", NULL};
	static char buffer[16384];
	struct tk_guess *guess = tk_guess_new(known);
	enum backoff_status status = BACKOFF_OK;
	FILE *out;

	if (guess == NULL)
		return BACKOFF_E_NOMEM;
	for (size_t i = 0;
	     status == BACKOFF_OK && i < sizeof(lines) / sizeof(*lines); i++) {
		struct tk_line line = {.text = lines[i],
				       .length = strlen(lines[i]),
				       .number = i + 1};

		status = tk_guess_line(guess, 0, &line);
	}
	if (status == BACKOFF_OK)
		status = tk_guess_finish(guess);
	out = status == BACKOFF_OK ? fmemopen(buffer, sizeof(buffer), "w")
				   : NULL;
	if (status == BACKOFF_OK && out == NULL)
		status = BACKOFF_E_NOMEM;
	if (out != NULL) {
		TAP_EQUAL(tap, tk_guess_count(guess), 4);
		tk_guess_print(guess, "x.log", out);
		tk_guess_write(guess, "x", out);
		fclose(out);
		TAP_MUST(tap, strstr(buffer, "\"type\": \"call\"") != NULL);
	}
	tk_guess_free(guess);
	return status;
}

static enum backoff_status
check(struct tap *tap)
{
	char word[][20] = {"retrysim", "dialect", "check", "./oom_guess.json",
			   "./oom_guess.log"};
	enum { WORDS = sizeof(word) / sizeof(*word) };
	char *argv[WORDS + 1] = {NULL};
	int null = open("/dev/null", O_WRONLY), saved[2] = {dup(1), dup(2)};
	int code;

	for (int i = 0; i < WORDS; i++)
		argv[i] = word[i];
	oom_write_file(tap, argv[3], dialect);
	oom_write_file(tap, argv[4], lines[0]);
	fflush(stdout);
	dup2(null, 1);
	dup2(null, 2);
	code = rs_main(WORDS, argv);
	fflush(stdout);
	fflush(stderr);
	for (int i = 0; i < 2; i++) {
		dup2(saved[i], i + 1);
		close(saved[i]);
	}
	close(null);
	unlink(argv[3]);
	unlink(argv[4]);
	return code == 0   ? BACKOFF_OK
	       : code == 4 ? BACKOFF_E_NOMEM
			   : BACKOFF_E_STATE;
}

const struct oom_scenario oom_guess[] = {
	{"retrysim dialect guess", guess, BACKOFF_OK, BACKOFF_E_NOMEM, 1},
	{"retrysim dialect check", check, BACKOFF_OK, BACKOFF_E_NOMEM, 1},
	{NULL, NULL, BACKOFF_OK, BACKOFF_OK, 0},
};
