/* retrysim dialect check. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/opt.h"
#include "common/safe_text.h"
#include "common/units.h"
#include "dialect/check.h"
#include "input/lines.h"
#include "retrysim/cmd.h"
#include "retrysim/operands.h"
#include "trace/trace.h"
#include "trace/quality.h"

/* Lines in which matches and near misses are looked for, and rules for which
 * they are shown. */
#define LOOK_LINES 20000
#define RULES_MAX 512
#define MISSES_MAX 5
/* Columns of a line that are shown. */
#define WIDTH 200

/* A line that came near a rule. */
struct miss {
	size_t literals, total;
	char upto[80], text[WIDTH + 1];
};

struct check {
	const char *path;
	struct tk_dialect *dialect;
	/* Rules are of several files: named with them, and only those that
	 * match. */
	bool several;
	/* Rules whose first match was shown; nearest misses. */
	bool shown[RULES_MAX];
	struct miss miss[RULES_MAX];
	/* Lines of the samples that each rule matched. */
	uint64_t sampled[RULES_MAX];
	/* A rule matched the current line. */
	bool matched;
	/* Readings: attempts, without a delay, without a number, counting
	 * down, without a time. */
	uint64_t readings, retries, no_delay, by_order, left, no_time;
};

/* Lines of the log that a rule matched. */
static uint64_t
matched(const struct check *check, const struct tk_rule_info *rule, size_t i)
{
	return rule->matched - (i < RULES_MAX ? check->sampled[i] : 0);
}

static void
show_error(void *user, const char *name, const struct backoff_error *error)
{
	(void)user;
	tk_msg_error(name, error);
}

static void
show_sample(void *user, const struct tk_sample *sample)
{
	const struct check *check = user;
	char safe[WIDTH + 1];

	if (sample->passed)
		return;
	tk_safe_text(sample->line, strlen(sample->line), safe, sizeof(safe));
	tk_msg("%s: samples[%zu]: %s", check->path, sample->index,
	       sample->text);
	tk_msg("  of the line: %s", safe);
}

/* One byte for each byte, so that carets stand below what they mark. */
static size_t
show_text(struct tk_piece text)
{
	size_t n = text.length < WIDTH ? text.length : WIDTH;

	fputs("      ", stdout);
	for (size_t i = 0; i < n; i++)
		putchar(text.at[i] < ' ' || text.at[i] > '~' ? '?'
							     : text.at[i]);
	puts(text.length > n ? "..." : "");
	return n;
}

static void
show_holes(const struct tk_look *look, size_t shown)
{
	char carets[WIDTH + 1];
	size_t end = 0;

	memset(carets, ' ', sizeof(carets));
	for (size_t i = 0; i < look->hole_count; i++) {
		const struct tk_piece *piece = &look->hole[i].piece;
		size_t from;

		if (piece->at == NULL || piece->at < look->text.at)
			continue;
		from = (size_t)(piece->at - look->text.at);
		for (size_t j = from; j < from + piece->length && j < shown;
		     j++) {
			carets[j] = '^';
			end = j + 1 > end ? j + 1 : end;
		}
	}
	if (end > 0)
		printf("      %.*s\n", (int)end, carets);
	for (size_t i = 0; i < look->hole_count; i++) {
		const struct tk_piece *piece = &look->hole[i].piece;
		char safe[WIDTH + 1];

		if (piece->at == NULL || strcmp(look->hole[i].name, "_") == 0)
			continue;
		tk_safe_text(piece->at, piece->length, safe, sizeof(safe));
		printf("        %s = %s\n", look->hole[i].name, safe);
	}
	if (look->wrong_field != NULL)
		printf("        %s was not read: %s\n", look->wrong_field,
		       look->wrong);
}

static void
look_at(void *user, const struct tk_look *look)
{
	struct check *check = user;
	struct miss *miss = &check->miss[look->rule];
	struct tk_rule_info rule;

	if (look->rule >= RULES_MAX)
		return;
	check->matched |= look->matched;
	if (look->matched && !check->shown[look->rule] &&
	    tk_dialect_rule(check->dialect, look->rule, &rule)) {
		uint64_t lines = matched(check, &rule, look->rule);

		/* Others of `auto` were before it at all of its lines. */
		if (check->several && lines == 0)
			return;
		check->shown[look->rule] = true;
		printf("  %s%s%s %s: %" PRIu64 " line%s; the first:\n",
		       check->several ? rule.dialect : "",
		       check->several ? " " : "", rule.rule, rule.type, lines,
		       lines == 1 ? "" : "s");
		show_holes(look, show_text(look->text));
	}
	if (look->matched || look->condition != NULL ||
	    look->literals <= miss->literals)
		return;
	miss->literals = look->literals;
	miss->total = look->total;
	tk_safe_text(look->literal.at, look->literal.length, miss->upto,
		     sizeof(miss->upto));
	tk_safe_text(look->text.at, look->text.length, miss->text,
		     sizeof(miss->text));
}

/* Look at the first lines of a log once more: what rules extract from them, and
 * how near others come. */
static enum backoff_status
look_at_log(struct check *check, const char *log)
{
	struct miss before[RULES_MAX];
	struct tk_lines *lines;
	struct tk_line line;
	enum backoff_status status = tk_lines_open(log, &lines);

	if (status != BACKOFF_OK)
		return status;
	while ((status = tk_lines_next(lines, &line)) == BACKOFF_OK &&
	       line.number <= LOOK_LINES) {
		if (!check->several)
			memcpy(before, check->miss, sizeof(before));
		check->matched = false;
		status = tk_dialect_look(check->dialect, &line, look_at, check);
		if (status == BACKOFF_E_NOMEM)
			break;
		/* A line that one rule reads is not a miss of another. */
		if (check->matched && !check->several)
			memcpy(check->miss, before, sizeof(before));
	}
	tk_lines_close(lines);
	return status;
}

static bool
count_reading(void *user, const struct tk_reading *reading)
{
	struct check *check = user;

	check->readings++;
	if (reading->event.type == BACKOFF_EVENT_ATTEMPT) {
		check->retries++;
		check->no_delay += reading->event.delay_ns == BACKOFF_ABSENT;
	}
	check->by_order += reading->by_order;
	check->left += reading->left != BACKOFF_ABSENT;
	check->no_time += reading->no_time;
	return true;
}

static enum tk_exit
no_memory(void)
{
	tk_msg("out of memory");
	return TK_EXIT_SYSTEM;
}

/* Read all of a log, and count. */
static enum tk_exit
count_log(struct check *check, size_t input, const char *log)
{
	uint64_t number = 0, bad = 0;
	struct tk_lines *lines;
	struct tk_line line;
	enum backoff_status status;

	errno = 0;
	status = tk_lines_open(log, &lines);
	while (status == BACKOFF_OK &&
	       (status = tk_lines_next(lines, &line)) == BACKOFF_OK) {
		struct backoff_error error = {.size = sizeof(error)};

		number++;
		if (tk_dialect_read(check->dialect, input, &line, count_reading,
				    check, &error) != TK_BAD)
			continue;
		if (error.status == BACKOFF_E_NOMEM) {
			tk_lines_close(lines);
			return no_memory();
		}
		error.line = (uint32_t)line.number;
		if (bad++ < MISSES_MAX)
			tk_msg_error(log, &error);
	}
	if (status == BACKOFF_E_NOT_FOUND) {
		tk_lines_close(lines);
		if (!tk_dialect_flush(check->dialect, input, BACKOFF_ABSENT,
				      count_reading, check))
			return no_memory();
		printf("%s: %" PRIu64 " lines, %" PRIu64 " events%s\n", log,
		       number, check->readings,
		       bad > 0 ? ", and bad lines" : "");
		return TK_EXIT_OK;
	}
	tk_msg_errno(log, errno != 0 ? errno : EIO);
	return TK_EXIT_SYSTEM;
}

/* Attempts whose earlier ones are not in the log. */
static enum tk_exit
show_orphans(const struct check *check, char *const *log, size_t count)
{
	struct tk_trace *trace = tk_trace_new();
	enum backoff_status status = BACKOFF_OK;
	const struct tk_quality *quality;
	size_t calls = 0;

	if (trace == NULL)
		return no_memory();
	for (size_t i = 0; i < count && status == BACKOFF_OK; i++)
		status = tk_trace_read(trace, log[i], check->dialect, NULL,
				       NULL);
	if (status == BACKOFF_OK)
		status = tk_trace_stitch(trace);
	if (status == BACKOFF_OK) {
		quality = tk_trace_quality(trace);
		tk_trace_calls(trace, &calls);
		printf("  %zu calls; %" PRIu64
		       " attempts lack the one before them\n",
		       calls, quality->loss.orphans);
	}
	tk_trace_free(trace);
	if (status == BACKOFF_E_NOMEM)
		return no_memory();
	return status == BACKOFF_OK ? TK_EXIT_OK : TK_EXIT_SYSTEM;
}

static void
show_share(uint64_t part, uint64_t all, const char *what)
{
	if (part > 0)
		printf("  %" PRIu64 " of %" PRIu64 " (%.0f %%) %s\n", part, all,
		       100.0 * (double)part / (double)all, what);
}

static void
show_rules(const struct check *check)
{
	struct tk_rule_info rule;

	for (size_t i = 0; tk_dialect_rule(check->dialect, i, &rule); i++) {
		if (rule.slow && !check->several)
			printf("  %s is tried on every line: it has no text "
			       "that all its lines have\n",
			       rule.rule);
		if (rule.stopped > 0)
			printf("  %s was stopped on %" PRIu64
			       " lines: its regex needs too much\n",
			       rule.rule, rule.stopped);
		if (i >= RULES_MAX || check->shown[i] || check->several)
			continue;
		printf("  %s %s: %" PRIu64 " lines\n", rule.rule, rule.type,
		       matched(check, &rule, i));
		if (matched(check, &rule, i) == 0 &&
		    check->miss[i].literals > 0)
			printf("    nearest miss: matched up to `%s` (%zu of "
			       "%zu texts) in\n      %s\n",
			       check->miss[i].upto, check->miss[i].literals,
			       check->miss[i].total, check->miss[i].text);
	}
}

static enum tk_exit
check_logs(struct check *check, char *const *log, size_t count)
{
	enum tk_exit code = TK_EXIT_OK;

	for (size_t i = 0; i < count && code == TK_EXIT_OK; i++)
		code = count_log(check, i, log[i]);
	for (size_t i = 0; i < count && code == TK_EXIT_OK; i++) {
		if (look_at_log(check, log[i]) == BACKOFF_E_NOMEM)
			code = no_memory();
	}
	if (code != TK_EXIT_OK)
		return code;
	show_rules(check);
	if (check->readings == 0) {
		tk_msg("%s reads no line of %s; see retrysim dialect guess %s",
		       check->path, log[0], log[0]);
		return TK_EXIT_NO;
	}
	show_share(check->no_delay, check->retries,
		   "retries have no delay in the log");
	show_share(check->by_order, check->readings,
		   "events have no number, and are numbered by order");
	show_share(check->left, check->readings,
		   "events say how many attempts are left");
	show_share(check->no_time, check->readings, "events have no time");
	return show_orphans(check, log, count);
}

static bool
is_json_file(const char *path)
{
	size_t length = strlen(path);

	return length >= 5 && strcmp(path + length - 5, ".json") == 0;
}

static enum tk_exit
check_file(struct check *check, char *const *log, size_t count)
{
	struct tk_dialect_options options = {.on_error = show_error};
	struct backoff_error error = {.size = sizeof(error)};
	size_t total = 0, failed = 0, rules = 0;
	enum backoff_status status;
	struct tk_rule_info rule;
	char path[1024], safe[1024];

	/* A file in this folder comes before a built-in one of its name. */
	snprintf(path, sizeof(path), "%s%s",
		 strchr(check->path, '/') != NULL ||
				 access(check->path, F_OK) != 0
			 ? ""
			 : "./",
		 check->path);
	check->several = strcmp(path, "auto") == 0;
	errno = 0;
	status = tk_dialect_open((const char *const[]){path, NULL}, &options,
				 &check->dialect, &error);
	if (status != BACKOFF_OK) {
		if (status == BACKOFF_E_IO)
			tk_msg_errno(check->path, errno != 0 ? errno : EIO);
		else if (count == 0 && !is_json_file(path))
			tk_msg("if it is a log, try retrysim dialect check "
			       "auto %s",
			       check->path);
		return tk_exit_of(status);
	}
	if (tk_samples_check(check->dialect, show_sample, check, &total,
			     &failed) != BACKOFF_OK)
		return no_memory();
	for (; tk_dialect_rule(check->dialect, rules, &rule); rules++) {
		if (rules < RULES_MAX)
			check->sampled[rules] = rule.matched;
	}
	tk_safe_text(check->path, strlen(check->path), safe, sizeof(safe));
	printf("%s %s: %zu rules, %zu samples, %zu of them wrong\n",
	       failed == 0 ? "ok" : "not ok", safe, rules, total, failed);
	if (failed == 0 && count == 0)
		return TK_EXIT_OK;
	if (count > 0) {
		enum tk_exit code = check_logs(check, log, count);

		if (code != TK_EXIT_OK)
			return code;
	}
	return failed == 0 ? TK_EXIT_OK : TK_EXIT_NO;
}

int
rs_cmd_dialect_check(int argc, char **argv)
{
	const struct tk_opt rows[] = {
		{NULL, 0, TK_OPT_FLAG, NULL, NULL, NULL, 0, 0, NULL}};
	const struct tk_command command = {
		"retrysim dialect check", "FILE|DIALECT [LOG...]",
		"Report all errors in a dialect file, and what it or a "
		"built-in dialect\nreads in a log.",
		"  retrysim dialect check my.json\n"
		"  retrysim dialect check my.json service.log\n"
		"  retrysim dialect check auto service.log\n",
		rows};
	struct check *check;
	char **operand;
	size_t count;
	int code =
		rs_parse(&command, 1, SIZE_MAX, argc, argv, &operand, &count);

	if (code != RS_GO_ON)
		return code;
	check = calloc(1, sizeof(*check));
	if (check == NULL) {
		tk_msg("out of memory");
		return TK_EXIT_SYSTEM;
	}
	check->path = operand[0];
	code = (int)check_file(check, operand + 1, count - 1);
	tk_dialect_free(check->dialect);
	free(check);
	return code;
}
