/* Sizes what the log leaves uncertain. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include "base/num.h"
#include "recorded/doubt.h"

/* Bad lines are missing lines if there are more than those that a log cut at
 * both ends has, and more than this share of the lines of events. */
#define BAD_LINES_EDGES 2
#define BAD_LINES_SHARE 0.005
/* If a larger share of lines is lost, nothing can be said. */
#define LOSS_MAX 0.2

bool
rs_log_lost_bad_lines(const struct rs_log *log)
{
	const struct tk_trace_totals *totals = tk_trace_totals(log->trace);

	return totals->bad > BAD_LINES_EDGES &&
	       (double)totals->bad > BAD_LINES_SHARE * ((double)totals->bad +
							(double)totals->events);
}

static double
share_of(double part, double rest)
{
	return part > 0 ? part / (part + rest) : 0;
}

/* The share of calls that may meet other outcomes under another policy, as far
 * as is known: those with a failed attempt. */
static double
exposed(const struct rs_log *log, const struct rs_operation *operation)
{
	uint64_t failing = 0;

	if (operation->calls + rs_log_left_out(operation) == 0)
		return 0;
	for (size_t c = 0; c < operation->call_count; c++) {
		const struct tk_call *call =
			&log->call[operation->first_call + c];

		failing +=
			call->missing_before > 0 ||
			(call->count > 0 && log->attempt[call->first].outcome !=
						    BACKOFF_OUTCOME_SUCCESS);
	}
	return (double)failing /
	       (double)(operation->calls + rs_log_left_out(operation));
}

/*
 * What the correction for lost lines leaves open. If lines are lost at random,
 * calls that are known in part or not at all are like others, up to chance: two
 * standard deviations of the number of those among them that fail at first. A
 * log of failures also takes a call whose last line is lost for a success.
 */
static double
left_by_loss(const struct rs_log *log, const struct rs_operation *operation,
	     double share)
{
	double calls =
		(double)operation->calls + (double)rs_log_left_out(operation);
	double failing = share * exposed(log, operation), exhausted = 0;

	if (calls <= 0)
		return 0;
	for (size_t c = 0; c < operation->call_count; c++)
		exhausted += log->call[operation->first_call + c].end ==
			     TK_CALL_EXHAUSTED;
	if (operation->population == RS_POPULATION_LOGGED)
		exhausted = 0;
	return fmin(1, fmin(failing, 2 * sqrt(failing / calls)) +
			       share * exhausted / calls);
}

static void
size_loss(const struct rs_log *log, const struct rs_operation *operation,
	  struct rs_flaw *out)
{
	const struct tk_quality *quality = log->quality;

	/* Whatever it is that loses lines: a call of another operation that
	 * lost its only line leaves no trace of that. */
	if (!tk_loss_any(&quality->loss))
		return;
	out->size = out->share = 1;
	if (!quality->loss_measured || quality->lost_share > LOSS_MAX)
		return;
	out->size = quality->lost_share;
	if (quality->lost_evenly) {
		out->corrected = true;
		out->share = left_by_loss(log, operation, out->size);
	} else if (quality->loss.lost_lines > 0) {
		/* All of them may have failed. */
		out->share = out->size;
	}
}

static void
size_bad_lines(const struct rs_log *log, const struct rs_operation *operation,
	       struct rs_flaw *out)
{
	const struct tk_trace_totals *totals = tk_trace_totals(log->trace);

	if (!rs_log_lost_bad_lines(log))
		return;
	out->size = share_of((double)totals->bad, (double)totals->events);
	out->share =
		out->size > LOSS_MAX ? 1 : out->size * exposed(log, operation);
}

/* Clocks that were corrected leave nothing to say, unless lines are still out
 * of order. An attempt that seems to be off by a second or more meets any state
 * of its target. */
static void
size_skew(const struct rs_log *log, const struct rs_operation *operation,
	  struct rs_flaw *out)
{
	const struct tk_trace_totals *totals = tk_trace_totals(log->trace);
	const struct tk_quality *quality = log->quality;
	double lines = (double)totals->events;
	double left = (double)quality->skew_left_ns / BO_NS_PER_S;

	out->skew_ns = quality->skew_ns;
	if (quality->corrected_hosts == 0 && quality->misdated == 0 &&
	    quality->skew_left_ns <= TK_SKEW_MAX_NS)
		return;
	out->size = (double)(quality->corrected_lines + quality->misdated +
			     quality->skewed_lines_left) /
		    lines;
	out->corrected = quality->corrected_hosts > 0;
	if (quality->skew_left_ns > TK_SKEW_MAX_NS)
		out->share = fmin(left, 1) * exposed(log, operation);
	/* Lines with a wrong date are left out, so they are lost. */
	if ((double)quality->misdated > LOSS_MAX * lines)
		out->share = 1;
	else if (quality->misdated > 0)
		out->share =
			fmax(out->share, (double)quality->misdated / lines *
						 exposed(log, operation));
}

static void
size_gap(const struct rs_log *log, const struct rs_operation *operation,
	 struct rs_flaw *out)
{
	/* Where each call has its lines, those of the gap are just not asked
	 * about; a given number of calls includes them. */
	if (log->quality->gaps == 0 ||
	    operation->population != RS_POPULATION_COUNTED)
		return;
	out->size = share_of((double)log->quality->gap_ns,
			     (double)tk_cover_length(log->cover));
	out->share = 1;
}

void
rs_log_flaw(const struct rs_log *log, const struct rs_operation *operation,
	    enum rs_doubt doubt, struct rs_flaw *out)
{
	*out = (struct rs_flaw){0};
	switch (doubt) {
	case RS_DOUBT_LOSS:
		size_loss(log, operation, out);
		break;
	case RS_DOUBT_BAD_LINES:
		size_bad_lines(log, operation, out);
		break;
	case RS_DOUBT_SKEW:
		size_skew(log, operation, out);
		break;
	case RS_DOUBT_GAP:
		size_gap(log, operation, out);
		break;
	case RS_DOUBT_NONE:
	case RS_DOUBT_COUNT:
		break;
	}
}

enum rs_doubt
rs_log_doubt(const struct rs_log *log, const struct rs_operation *operation)
{
	for (int i = RS_DOUBT_NONE + 1; i < RS_DOUBT_COUNT; i++) {
		struct rs_flaw flaw;

		rs_log_flaw(log, operation, (enum rs_doubt)i, &flaw);
		if (flaw.share >= 1)
			return (enum rs_doubt)i;
	}
	return RS_DOUBT_NONE;
}

const char *
rs_doubt_name(enum rs_doubt doubt)
{
	static const char *const name[] = {
		[RS_DOUBT_NONE] = "",
		[RS_DOUBT_LOSS] = "lost_lines",
		[RS_DOUBT_BAD_LINES] = "bad_lines",
		[RS_DOUBT_SKEW] = "clock_skew",
		[RS_DOUBT_GAP] = "gap",
	};

	_Static_assert(sizeof(name) / sizeof(*name) == RS_DOUBT_COUNT,
		       "each doubt has a name");
	return name[doubt];
}
