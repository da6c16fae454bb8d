/* Allocation failure in the tools: they say so, and leave no partial report. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "oom.h"
#include "retrysim/commands.h"
#include "retrytop/program.h"

#define LINE(second, type, attempt, more)                                      \
	"{\"v\":1,\"ts\":\"2026-11-23T10:15:" second                           \
	"Z\",\"event_type\":\"" type "\",\"operation\":\"post\",\"policy\":"   \
	"\"S\",\"call_id\":\"c" attempt "\",\"attempt\":1,"                    \
	"\"max_attempts\":3,\"duration_seconds\":0.1" more "}\n"
#define FAILED(second, attempt)                                                \
	LINE(second, "retry_attempt", attempt,                                 \
	     ",\"outcome\":\"failure\",\"error_type\":\"OSError\","            \
	     "\"delay_seconds\":1")

static const char log_text[] =
	FAILED("01", "1") LINE("02", "retry_success", "2", "") FAILED("03", "3")
		LINE("04", "retry_success", "4", "") FAILED("05", "5")
			LINE("06", "retry_success", "6",
			     "") "{\"message\":\"other\"}\nbroken {\n";

/* Calls that share a budget and a breaker, which refuse some of them. */
static const char policy_text[] =
	"{\"name\":\"G\",\"max_attempts\":3,\"base_delay\":0.1,\"budget\":"
	"{\"kind\":\"token_bucket\",\"capacity\":5},\"breaker\":{\"window\":2,"
	"\"min_attempts\":1,\"failure_ratio\":0.3}}";

/* Few calls, with everything that a world may have. */
static const char world_text[] =
	"{\"world\":\"tiny\",\"group\":\"environment\",\"length\":\"2s\","
	"\"arrivals\":{\"rate\":5},\"environment\":[{\"states\":[{\"fails\":"
	"0.3}]}],\"latency\":{\"law\":\"lognormal\",\"median\":\"20ms\","
	"\"sigma\":0.5},\"record\":[{\"name\":\"TWO\",\"max_attempts\":2}],"
	"\"compare\":[\"QUICK\"]}";

/* Also among the arguments below. */
static const char log_path[] = "./oom_tools.log";
static const char policy_path[] = "./oom_tools.json";
static const char out_path[] = "./oom_tools.out";

/* Redirect a descriptor to a file; returns a duplicate of the old one. */
static int
redirect(int descriptor, const char *path)
{
	int saved = dup(descriptor);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	dup2(fd, descriptor);
	close(fd);
	return saved;
}

static void
restore(int descriptor, int saved)
{
	dup2(saved, descriptor);
	close(saved);
}

/* Run a program's main function without its messages. */
static int
quietly(int (*program)(int argc, char **argv), int argc, char **argv)
{
	int saved = redirect(2, "/dev/null"), code = program(argc, argv);

	fflush(stderr);
	restore(2, saved);
	return code;
}

static enum backoff_status
status_of(int code)
{
	switch (code) {
	case 0:
		return BACKOFF_OK;
	case 4:
		return BACKOFF_E_NOMEM;
	default:
		return BACKOFF_E_STATE;
	}
}

enum {
	JSON,
	TEXT,
	CSV,
	HTML,
	LIST_JSON,
	LIST_TEXT,
	SHOW_JSON,
	SHOW_TEXT,
	SCHEDULE_JSON,
	SCHEDULE_TEXT,
	ONCE_JSON,
	ONCE_TEXT,
	GENERATE,
	REPORTS
};

/* The output is missing, or the same as on the first run, which had memory. */
static void
check_report(struct tap *tap, int which, enum backoff_status status)
{
	static char first[REPORTS][1 << 17], seen[1 << 17];
	static ssize_t first_length[REPORTS];
	int fd = open(out_path, O_RDONLY);
	ssize_t length;

	TAP_EQUAL(tap, fd >= 0, status == BACKOFF_OK);
	if (fd < 0)
		return;
	length = read(fd, seen, sizeof(seen));
	close(fd);
	if (first_length[which] == 0 && length > 0) {
		memcpy(first[which], seen, (size_t)length);
		first_length[which] = length;
	}
	TAP_EQUAL(tap, length, first_length[which]);
	TAP_MUST(tap,
		 length > 0 && memcmp(seen, first[which], (size_t)length) == 0);
}

static enum backoff_status
compare(struct tap *tap, int which)
{
	static const char *const formats[] = {"json", "text", "csv", "html"};
	/* Arguments that may be written to, as those of main(). */
	char word[][20] = {"retrysim",   "compare",  "./oom_tools.log",
			   "--policy",   "QUICK",    "--policy",
			   "STANDARD",   "--policy", "./oom_tools.json",
			   "--replicas", "3",        "--format",
			   "",           "-o",       "./oom_tools.out",
			   "--dialect",  "native"};
	enum { WORDS = sizeof(word) / sizeof(*word) };
	char *argv[WORDS + 1] = {NULL};
	enum backoff_status status;

	snprintf(word[12], sizeof(word[12]), "%s", formats[which]);
	for (int i = 0; i < WORDS; i++)
		argv[i] = word[i];
	oom_write_file(tap, log_path, log_text);
	oom_write_file(tap, policy_path, policy_text);
	unlink(out_path);
	status = status_of(quietly(rs_main, WORDS, argv));
	check_report(tap, which, status);
	unlink(policy_path);
	unlink(out_path);
	unlink(log_path);
	return status;
}

static enum backoff_status
compare_json(struct tap *tap)
{
	return compare(tap, JSON);
}

static enum backoff_status
compare_text(struct tap *tap)
{
	return compare(tap, TEXT);
}

static enum backoff_status
compare_csv(struct tap *tap)
{
	return compare(tap, CSV);
}

static enum backoff_status
compare_html(struct tap *tap)
{
	return compare(tap, HTML);
}

/* A log of a world, and what is true there. */
static enum backoff_status
generate(struct tap *tap)
{
	char word[][20] = {"retrysim", "generate",        "./oom_tools.json",
			   "--truth",  "./oom_tools.log", "--noise",
			   "2",        "--windows",       "2",
			   "-o",       "./oom_tools.out"};
	enum { WORDS = sizeof(word) / sizeof(*word) };
	char *argv[WORDS + 1] = {NULL};
	enum backoff_status status;

	for (int i = 0; i < WORDS; i++)
		argv[i] = word[i];
	oom_write_file(tap, policy_path, world_text);
	unlink(out_path);
	status = status_of(quietly(rs_main, WORDS, argv));
	/* The log is written before the truth. */
	if (status == BACKOFF_OK)
		check_report(tap, GENERATE, status);
	unlink(policy_path);
	unlink(out_path);
	unlink(log_path);
	return status;
}

/* A "retrysim policy" command that prints on stdout. */
static enum backoff_status
print(struct tap *tap, int which, const char *command, const char *format,
      const char *operand, const char *option)
{
	char word[][20] = {"retrysim", "policy", "", "--format", "", "", ""};
	enum { WORDS = sizeof(word) / sizeof(*word) };
	int count = 5 + (operand != NULL) + (option != NULL), saved;
	char *argv[WORDS + 1] = {NULL};
	enum backoff_status status;

	snprintf(word[2], sizeof(word[2]), "%s", command);
	snprintf(word[4], sizeof(word[4]), "%s", format);
	snprintf(word[5], sizeof(word[5]), "%s", operand ? operand : "");
	snprintf(word[6], sizeof(word[6]), "%s", option ? option : "");
	for (int i = 0; i < count; i++)
		argv[i] = word[i];
	fflush(stdout);
	saved = redirect(1, out_path);
	status = status_of(quietly(rs_main, count, argv));
	fflush(stdout);
	restore(1, saved);
	if (status == BACKOFF_OK)
		check_report(tap, which, status);
	unlink(out_path);
	return status;
}

static enum backoff_status
list_json(struct tap *tap)
{
	return print(tap, LIST_JSON, "list", "json", NULL, NULL);
}

static enum backoff_status
list_text(struct tap *tap)
{
	return print(tap, LIST_TEXT, "list", "text", NULL, NULL);
}

static enum backoff_status
show_json(struct tap *tap)
{
	return print(tap, SHOW_JSON, "show", "json", "QUICK", NULL);
}

static enum backoff_status
show_text(struct tap *tap)
{
	return print(tap, SHOW_TEXT, "show", "text", "QUICK", NULL);
}

static enum backoff_status
schedule_json(struct tap *tap)
{
	return print(tap, SCHEDULE_JSON, "schedule", "json",
		     "AWS_STANDARD_2026", "--draws=9");
}

static enum backoff_status
schedule_text(struct tap *tap)
{
	return print(tap, SCHEDULE_TEXT, "schedule", "text",
		     "AWS_STANDARD_2026", "--draws=9");
}

static enum backoff_status
once(struct tap *tap, int which)
{
	char word[][20] = {"retrytop",        "--once",    "--format", "",
			   "./oom_tools.log", "--dialect", "native"};
	enum { WORDS = sizeof(word) / sizeof(*word) };
	char *argv[WORDS + 1] = {NULL};
	enum backoff_status status;
	int saved;

	snprintf(word[3], sizeof(word[3]), "%s",
		 which == ONCE_JSON ? "json" : "text");
	for (int i = 0; i < WORDS; i++)
		argv[i] = word[i];
	oom_write_file(tap, log_path, log_text);
	fflush(stdout);
	saved = redirect(1, out_path);
	status = status_of(quietly(rt_main, WORDS, argv));
	fflush(stdout);
	restore(1, saved);
	/* A partial report in a pipe cannot be taken back: the exit code must
	 * report the failure. */
	if (status == BACKOFF_OK)
		check_report(tap, which, status);
	unlink(out_path);
	unlink(log_path);
	return status;
}

static enum backoff_status
once_json(struct tap *tap)
{
	return once(tap, ONCE_JSON);
}

static enum backoff_status
once_text(struct tap *tap)
{
	return once(tap, ONCE_TEXT);
}

const struct oom_scenario oom_tools[] = {
	{"retrysim compare, JSON", compare_json, BACKOFF_OK, BACKOFF_E_NOMEM,
	 1},
	{"retrysim compare, text", compare_text, BACKOFF_OK, BACKOFF_E_NOMEM,
	 1},
	{"retrysim compare, CSV", compare_csv, BACKOFF_OK, BACKOFF_E_NOMEM, 1},
	{"retrysim compare, HTML", compare_html, BACKOFF_OK, BACKOFF_E_NOMEM,
	 1},
	{"retrysim policy list, JSON", list_json, BACKOFF_OK, BACKOFF_E_NOMEM,
	 1},
	{"retrysim policy list, text", list_text, BACKOFF_OK, BACKOFF_E_NOMEM,
	 1},
	{"retrysim policy show, JSON", show_json, BACKOFF_OK, BACKOFF_E_NOMEM,
	 1},
	{"retrysim policy show, text", show_text, BACKOFF_OK, BACKOFF_E_NOMEM,
	 1},
	{"retrysim policy schedule, JSON", schedule_json, BACKOFF_OK,
	 BACKOFF_E_NOMEM, 1},
	{"retrysim policy schedule, text", schedule_text, BACKOFF_OK,
	 BACKOFF_E_NOMEM, 1},
	{"retrysim generate", generate, BACKOFF_OK, BACKOFF_E_NOMEM, 1},
	{"retrytop --once, JSON", once_json, BACKOFF_OK, BACKOFF_E_NOMEM, 1},
	{"retrytop --once, text", once_text, BACKOFF_OK, BACKOFF_E_NOMEM, 1},
	{NULL, NULL, BACKOFF_OK, BACKOFF_OK, 0},
};
