/* The most frequent errors of an operation, for reports that may hold their
 * texts. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/errors.h"

#include <stdlib.h>
#include <string.h>

static int
by_number(const void *a, const void *b)
{
	const tk_string *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static tk_string
error_of(const struct tk_attempt *attempt)
{
	if (attempt->error)
		return attempt->error;
	return attempt->error_type ? attempt->error_type : attempt->code;
}

/* Put an error where it belongs: by its number of attempts, then by its
 * text. */
static void
place(struct rs_errors *out, const char *text, uint64_t attempts)
{
	size_t at = out->count;

	out->kinds++;
	while (at > 0 && (out->item[at - 1].attempts < attempts ||
			  (out->item[at - 1].attempts == attempts &&
			   strcmp(out->item[at - 1].text, text) > 0)))
		at--;
	if (at == RS_ERRORS_MOST)
		return;
	if (out->count < RS_ERRORS_MOST)
		out->count++;
	memmove(&out->item[at + 1], &out->item[at],
		(out->count - at - 1) * sizeof(*out->item));
	out->item[at] = (struct rs_error_count){text, attempts};
}

bool
rs_errors_count(const struct rs_report *report,
		const struct rs_subject *subject, struct rs_errors *out)
{
	const struct rs_log *log = report->comparison->plan->log;
	const struct rs_operation *operation =
		rs_subject_operation(report, subject);
	tk_string *error;
	size_t count = 0, same;

	*out = (struct rs_errors){0};
	error = calloc(log->attempt_count + 1, sizeof(*error));
	if (error == NULL)
		return false;
	for (size_t i = 0; i < operation->call_count; i++) {
		const struct tk_call *call =
			&log->call[operation->first_call + i];

		for (uint32_t a = 0;
		     rs_log_replayable(log, call) && a < call->count; a++) {
			const struct tk_attempt *attempt =
				&log->attempt[call->first + a];

			if (tk_attempt_failed(attempt))
				error[count++] = error_of(attempt);
		}
	}
	out->attempts = count;
	qsort(error, count, sizeof(*error), by_number);
	for (size_t i = 0; i < count; i += same) {
		for (same = 1; i + same < count && error[i + same] == error[i];)
			same++;
		place(out, rs_log_text(log, error[i]), same);
	}
	free(error);
	return true;
}
