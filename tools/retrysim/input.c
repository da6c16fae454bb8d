/* Reading logs that the command line names, ready to be replayed. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/rfc3339.h"
#include "common/units.h"
#include "dialect/bad.h"
#include "guess/guess.h"
#include "input/rotated.h"
#include "retrysim/input.h"

/* Bad lines, by their inputs. */
struct bad {
	struct tk_bad lines;
	size_t input;
};

static void
note_bad(void *user, const char *path, const struct backoff_error *error)
{
	struct bad *bad = user;

	/* What is wrong with a whole file is always shown. */
	if (error->status == BACKOFF_E_IO)
		tk_msg_error(path, error);
	else
		tk_bad_note(&bad->lines, bad->input, error->line, error);
}

static void
show_bad(const struct tk_bad *bad, char *const *path)
{
	for (size_t i = 0; i < bad->kinds; i++) {
		const struct tk_bad_kind *kind = &bad->kind[i];
		char text[sizeof(kind->error.text)];
		struct backoff_error error = kind->error;

		tk_bad_say(kind, text, sizeof(text));
		error.path[0] = '\0';
		memcpy(error.text, text, sizeof(text));
		tk_msg_error(path[kind->input], &error);
	}
	if (bad->others > 0)
		tk_msg("%" PRIu64 " more bad line%s of other kinds",
		       bad->others, bad->others == 1 ? "" : "s");
}

static void
show_dialect_error(void *user, const char *name,
		   const struct backoff_error *error)
{
	(void)user;
	tk_msg_error(name, error);
}

static enum tk_exit
open_dialects(const struct rs_input_options *options, struct tk_dialect **out)
{
	const struct tk_dialect_options how = {
		.zone = options->zone,
		.on_error = show_dialect_error,
	};
	static const char *const standard[] = {"auto", NULL};
	size_t count = options->dialects ? options->dialects->count : 0;
	const char **names = calloc(count + 1, sizeof(*names));
	enum backoff_status status = BACKOFF_E_NOMEM;

	for (size_t i = 0; names && i < count; i++)
		names[i] = options->dialects->item[i];
	if (names)
		status = tk_dialect_open(count ? names : standard, &how, out,
					 NULL);
	free(names);
	if (status == BACKOFF_E_NOT_FOUND)
		return TK_EXIT_USAGE;
	return status == BACKOFF_OK ? TK_EXIT_OK : tk_exit_of(status);
}

static enum tk_exit
read_one(struct tk_trace *trace, const char *path, struct tk_dialect *dialect,
	 struct bad *bad)
{
	enum backoff_status status;

	errno = 0;
	status = tk_trace_read(trace, path, dialect, note_bad, bad);
	if (status == BACKOFF_OK)
		return TK_EXIT_OK;
	if (status == BACKOFF_E_IO)
		tk_msg_errno(path, errno ? errno : EIO);
	else
		tk_msg("%s: %s", path, backoff_status_text(status));
	return TK_EXIT_SYSTEM;
}

/* Name lines of programs whose logs are not about retries. */
static void
advise(const struct tk_dialect *dialect)
{
	const char *text;
	uint64_t lines;

	for (size_t i = 0; tk_dialect_advice(dialect, i, &text, &lines); i++)
		tk_msg("%" PRIu64 " lines are %s", lines, text);
}

/* Say what the log could have, and how. */
static void
say_lacks(const struct tk_dialect *dialect)
{
	const char *name, *text;

	for (size_t i = 0; tk_dialect_lack(dialect, i, &name, &text); i++)
		tk_msg("%s: %s", name, text);
}

static enum tk_exit
read_all(const struct rs_input_options *options, char *const *path,
	 size_t count, struct tk_trace *trace, struct tk_found *found)
{
	struct tk_dialect *dialect;
	enum tk_exit code = open_dialects(options, &dialect);
	struct tk_rotated *order;
	struct bad *bad;

	if (code != TK_EXIT_OK)
		return code;
	bad = calloc(1, sizeof(*bad));
	order = calloc(count + 1, sizeof(*order));
	if (bad == NULL || order == NULL ||
	    !tk_rotated_order(path, count, order))
		code = TK_EXIT_SYSTEM;
	for (size_t i = 0; i < count && code == TK_EXIT_OK; i++) {
		bad->input = order[i].index;
		/* There is one more item, which goes on nowhere. */
		tk_trace_rotated(trace, order[i].goes_on, order[i + 1].goes_on);
		code = read_one(trace, path[bad->input], dialect, bad);
	}
	if (bad != NULL)
		show_bad(&bad->lines, path);
	if (code == TK_EXIT_OK && tk_trace_totals(trace)->events == 0)
		advise(dialect);
	if (code == TK_EXIT_OK)
		say_lacks(dialect);
	if (bad == NULL || order == NULL || !tk_found_note(found, dialect)) {
		tk_msg("out of memory");
		code = TK_EXIT_SYSTEM;
	}
	free(order);
	free(bad);
	tk_dialect_free(dialect);
	return code;
}

static enum tk_exit
check_totals(const struct rs_input_options *options, char *const *path,
	     size_t count, const struct tk_trace_totals *totals)
{
	if (totals->bad > options->max_bad) {
		tk_msg("%" PRIu64 " bad lines, but --max-bad is %" PRIu64,
		       totals->bad, options->max_bad);
		return TK_EXIT_BAD_INPUT;
	}
	if (totals->events > 0)
		return TK_EXIT_OK;
	tk_msg("%s: no attempt events in %" PRIu64 " lines (%" PRIu64
	       " other lines, %" PRIu64 " bad)",
	       path[0], totals->lines, totals->foreign, totals->bad);
	if (totals->lines > 0)
		tk_guess_help(path, count);
	return TK_EXIT_BAD_INPUT;
}

static enum tk_exit
unknown_operation(const struct rs_log *log, const char *name)
{
	const char *near = NULL;
	char buffer[256];
	size_t size = 1, used = 0;
	char *names;

	for (size_t i = 0; i < log->operation_count; i++)
		size += strlen(rs_log_text(log, log->operation[i].name)) + 1;
	names = calloc(size, 1);
	for (size_t i = 0; names && i < log->operation_count; i++)
		used += (size_t)snprintf(
			names + used, size - used, "%s%s", i ? " " : "",
			rs_log_text(log, log->operation[i].name));
	if (names)
		near = bo_nearest_of(name, names, buffer, sizeof(buffer));
	if (near)
		tk_msg("--calls: no operation %s in the log; did you mean %s?",
		       name, near);
	else
		tk_msg("--calls: no operation %s in the log; it has: %s", name,
		       names ? names : "");
	free(names);
	return TK_EXIT_USAGE;
}

static enum tk_exit
count_calls(const struct rs_log *log, const char *name, uint64_t calls)
{
	struct rs_operation *operation = rs_log_operation(log, name);

	if (operation == NULL)
		return unknown_operation(log, name);
	if (!rs_log_count(operation, calls)) {
		tk_msg("--calls: %s=%" PRIu64
		       " is less than the %zu calls in the log",
		       name, calls, operation->call_count);
		return TK_EXIT_USAGE;
	}
	return TK_EXIT_OK;
}

/* "OPERATION=N"; the operation may contain a '='. */
static bool
split_calls(const char *argument, size_t *name_length, uint64_t *calls)
{
	const char *sign = strrchr(argument, '=');

	if (sign == NULL || sign == argument ||
	    !tk_parse_count(sign + 1, 0, UINT64_C(1) << 40, calls))
		return false;
	*name_length = (size_t)(sign - argument);
	return true;
}

/* Check everything that does not need the log, which may take minutes to
 * read. */
static enum tk_exit
check_calls(const struct tk_opt_list *calls)
{
	for (size_t i = 0; i < calls->count; i++) {
		const char *argument = calls->item[i];
		size_t length, other;
		uint64_t count;

		if (!split_calls(argument, &length, &count)) {
			tk_msg("--calls: expected OPERATION=N, as in --calls "
			       "post_webhook=3533 (got %s)",
			       argument);
			return TK_EXIT_USAGE;
		}
		for (size_t j = 0; j < i; j++) {
			if (!split_calls(calls->item[j], &other, &count) ||
			    other != length ||
			    memcmp(calls->item[j], argument, length) != 0)
				continue;
			tk_msg("--calls: %.*s is given twice", (int)length,
			       argument);
			return TK_EXIT_USAGE;
		}
	}
	return TK_EXIT_OK;
}

/* The argument has passed check_calls(). */
static enum tk_exit
take_calls(const struct rs_log *log, const char *argument)
{
	size_t length = 0;
	uint64_t calls = 0;
	enum tk_exit code;
	char *name;

	if (!split_calls(argument, &length, &calls))
		return TK_EXIT_USAGE;
	name = strndup(argument, length);
	if (name == NULL) {
		tk_msg("out of memory");
		return TK_EXIT_SYSTEM;
	}
	code = count_calls(log, name, calls);
	free(name);
	return code;
}

/* Only counts follow from a log without times. */
static enum tk_exit
no_times(const struct tk_trace *trace)
{
	const struct tk_quality *quality = tk_trace_quality(trace);
	size_t calls;

	tk_trace_calls(trace, &calls);
	tk_msg("the log has %" PRIu64 " lines about attempts, of about %zu "
	       "calls by their order, and no times: without them, nothing can "
	       "be replayed",
	       quality->attempts, calls);
	tk_msg("let the program log the time, as in "
	       "2026-01-31T12:00:00.000Z; retrytop --once FILE shows the "
	       "counts");
	return TK_EXIT_BAD_INPUT;
}

/* Say what was left out, and why. */
static enum tk_exit
no_calls(const struct tk_trace *trace)
{
	const struct tk_trace_totals *totals = tk_trace_totals(trace);
	const struct tk_quality *quality = tk_trace_quality(trace);
	char when[40];

	if (totals->hedged_calls > 0)
		tk_msg("no calls to replay in %" PRIu64 " events (%" PRIu64
		       " hedged call%s left out)",
		       totals->events, totals->hedged_calls,
		       totals->hedged_calls == 1 ? "" : "s");
	else
		tk_msg("no calls to replay in %" PRIu64 " event%s",
		       totals->events, totals->events == 1 ? "" : "s");
	if (quality->copies > 0)
		tk_msg("%" PRIu64 " of them left out, read before in a copy of "
		       "the same lines",
		       quality->copies);
	if (quality->strays > 0)
		tk_msg("%" PRIu64 " of them left out, far from all others in "
		       "time (%s)",
		       quality->strays,
		       bo_rfc3339_format(quality->stray_ns, 3, when,
					 sizeof(when)));
	if (quality->timeless > 0)
		tk_msg("%" PRIu64 " of them left out, without a time although "
		       "other lines have one",
		       quality->timeless);
	return TK_EXIT_BAD_INPUT;
}

static enum tk_exit
prepare(const struct rs_input_options *options, struct tk_trace *trace,
	struct rs_log *log)
{
	enum backoff_status status = tk_trace_stitch(trace);
	const struct tk_trace_totals *totals = tk_trace_totals(trace);
	enum tk_exit code = TK_EXIT_OK;

	if (status == BACKOFF_OK && totals->timeless)
		return no_times(trace);
	if (status == BACKOFF_OK)
		status = rs_log_init(log, trace, options->seed);
	if (status != BACKOFF_OK) {
		tk_msg("%s", backoff_status_text(status));
		return TK_EXIT_SYSTEM;
	}
	if (log->call_count == 0)
		code = no_calls(trace);
	for (size_t i = 0; code == TK_EXIT_OK && i < options->calls->count; i++)
		code = take_calls(log, options->calls->item[i]);
	if (code == TK_EXIT_OK)
		code = rs_part_choose(&options->part, log);
	if (code != TK_EXIT_OK)
		rs_log_clear(log);
	return code;
}

enum tk_exit
rs_input_read(const struct rs_input_options *options, char *const *path,
	      size_t count, struct tk_trace **trace, struct rs_log *log,
	      struct tk_found *found)
{
	enum tk_exit code = check_calls(options->calls);
	struct tk_trace *read;

	if (code == TK_EXIT_OK)
		code = rs_part_check(&options->part);
	if (code != TK_EXIT_OK)
		return code;
	read = tk_trace_new();
	code = TK_EXIT_SYSTEM;
	if (read == NULL)
		tk_msg("out of memory");
	else
		code = read_all(options, path, count, read, found);
	if (code == TK_EXIT_OK)
		code = check_totals(options, path, count,
				    tk_trace_totals(read));
	if (code == TK_EXIT_OK)
		code = prepare(options, read, log);
	if (code == TK_EXIT_OK)
		*trace = read;
	else
		tk_trace_free(read);
	return code;
}
