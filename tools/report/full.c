/* The details of a comparison: input, open questions, every table. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/full.h"

#include <inttypes.h>

#include "base/rfc3339.h"
#include "common/units.h"
#include "report/condition.h"
#include "report/gaps.h"
#include "report/names.h"
#include "report/paragraph.h"
#include "report/report.h"
#include "report/sentences.h"
#include "report/tables.h"

#define PARAGRAPH_MAX 2048

static const char *
plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

/* Lines that are left out, and times without any. */
static void
write_left_out(const struct rs_log *log, FILE *out)
{
	const struct tk_quality *quality = log->quality;
	char from[40], to[40], length[16];

	if (quality->copies)
		rs_paragraph(out, 2, "",
			     "%" PRIu64 " event%s left out, read before in a "
			     "copy of the same lines",
			     quality->copies, plural(quality->copies));
	if (quality->strays)
		rs_paragraph(out, 2, "",
			     "%" PRIu64 " event%s left out, far from all "
			     "others in time (%s)",
			     quality->strays, plural(quality->strays),
			     bo_rfc3339_format(quality->stray_ns, 3, from,
					       sizeof(from)));
	for (size_t i = 0; i < log->cover->gap_count; i++) {
		const struct tk_gap *gap = &log->cover->gap[i];

		rs_paragraph(
			out, 2, "", "nothing from %s to %s, %s",
			bo_rfc3339_format(gap->from_ns, 3, from, sizeof(from)),
			bo_rfc3339_format(gap->to_ns, 3, to, sizeof(to)),
			tk_format_duration(gap->to_ns - gap->from_ns, length,
					   sizeof(length)));
	}
}

static void
write_misdated(const struct rs_log *log, FILE *out)
{
	const struct tk_quality *quality = log->quality;
	const char *host = rs_log_text(log, quality->misdated_host);
	char length[16];

	if (quality->misdated == 0)
		return;
	rs_paragraph(out, 2, "",
		     "%" PRIu64 " line%s%s%s %s %s away from all others: the "
		     "date of their clock must be wrong",
		     quality->misdated, plural(quality->misdated),
		     host[0] ? " of host " : "", host,
		     quality->misdated == 1 ? "lies" : "lie",
		     tk_format_duration(quality->misdated_ns, length,
					sizeof(length)));
}

/* Evidence of lines that are missing, and of clocks that differ. */
static void
write_loss(const struct tk_quality *quality, FILE *out)
{
	const struct tk_loss *loss = &quality->loss;

	if (loss->orphans)
		rs_paragraph(out, 2, "",
			     "%" PRIu64 " line%s of a later attempt, %" PRIu64
			     " of them the end of a call, without a line of "
			     "the attempt before: lines are missing",
			     loss->orphans, plural(loss->orphans),
			     loss->orphan_ends);
	if (loss->orphans && quality->loss_measured)
		rs_paragraph(out, 2, "",
			     "%.2g %% of lines are lost%s: the attempts of "
			     "known calls that lack a line are filled in%s",
			     100 * quality->lost_share,
			     quality->lost_evenly ? "" : ", and not at random",
			     quality->stand_ins ? ", and some calls count "
						  "twice, for those that lost "
						  "all their lines"
						: "");
}

static void
write_doubts(const struct rs_log *log, FILE *out)
{
	const struct tk_quality *quality = log->quality;
	const struct tk_loss *loss = &quality->loss;
	uint64_t bad = tk_trace_totals(log->trace)->bad;
	char length[16], left[16];

	if (rs_log_lost_bad_lines(log))
		rs_paragraph(out, 2, "",
			     "%" PRIu64 " lines could not be read: what they "
			     "say is missing",
			     bad);
	if (loss->lost_lines)
		rs_paragraph(out, 2, "",
			     "%" PRIu64 " line%s lost, by the numbers that "
			     "processes gave to their lines or by their own "
			     "reports",
			     loss->lost_lines, plural(loss->lost_lines));
	if (quality->mixed)
		rs_paragraph(out, 2, "",
			     "the numbers of %" PRIu64 " process%s are not one "
			     "sequence and prove no loss: several processes "
			     "have the same host and pid",
			     quality->mixed, quality->mixed == 1 ? "" : "es");
	if (quality->resets)
		rs_paragraph(out, 2, "",
			     "the numbers that processes gave to their "
			     "lines began again or leapt %" PRIu64 " time%s",
			     quality->resets, plural(quality->resets));
	write_loss(quality, out);
	if (quality->parted)
		rs_paragraph(out, 2, "",
			     "%" PRIu64 " line%s without an id so late, for "
			     "what is usual in this log, that they belong to "
			     "another call than the line before; or clocks "
			     "differ",
			     quality->parted, plural(quality->parted));
	if (loss->missing_ends)
		rs_paragraph(out, 2, "",
			     "at least %" PRIu64
			     " call%s without the line that "
			     "ended %s, although the log goes on",
			     loss->missing_ends, plural(loss->missing_ends),
			     loss->missing_ends == 1 ? "it" : "them");
	write_misdated(log, out);
	if (quality->corrected_hosts)
		rs_paragraph(out, 2, "",
			     "the clocks of %" PRIu64 " host%s differ by %s "
			     "from those of others: %" PRIu64 " lines were "
			     "moved, and the largest difference that remains "
			     "is %s",
			     quality->corrected_hosts,
			     plural(quality->corrected_hosts),
			     tk_format_duration(quality->corrected_ns, length,
						sizeof(length)),
			     quality->corrected_lines,
			     tk_format_duration(quality->skew_left_ns, left,
						sizeof(left)));
	else if (quality->skewed_lines)
		rs_paragraph(out, 2, "",
			     "%" PRIu64 " line%s before the line that %s from: "
			     "clocks differ by %s%s",
			     quality->skewed_lines,
			     plural(quality->skewed_lines),
			     quality->skewed_lines == 1 ? "it follows"
							: "they follow",
			     tk_format_duration(quality->skew_ns, length,
						sizeof(length)),
			     quality->skew_by_host ? "" : " or more");
}

/* What lines were read as, and what they do not say. */
static void
write_found(const struct rs_report *report, uint64_t foreign, FILE *out)
{
	const struct tk_quality *quality =
		report->comparison->plan->log->quality;
	uint64_t by_order = tk_quality_by_order(quality);
	char text[PARAGRAPH_MAX];

	if (report->found && tk_found_notable(report->found)) {
		tk_found_say(report->found, foreign, text, sizeof(text));
		rs_paragraph(out, 2, "", "read as %s", text);
	}
	if (by_order > 0)
		rs_paragraph(out, 2, "",
			     "%" PRIu64 " of %" PRIu64
			     " lines do not say which attempt they are about, "
			     "and are numbered by their order",
			     by_order, quality->attempts);
	if (quality->unknown_delays > 0)
		rs_paragraph(out, 2, "",
			     "%" PRIu64 " of %" PRIu64
			     " lines of attempts that were retried do not say "
			     "after which delay",
			     quality->unknown_delays, quality->retried);
	if (quality->timeless > 0)
		rs_paragraph(out, 2, "",
			     "%" PRIu64 " lines have no time: that of the "
			     "line before them is taken",
			     quality->timeless);
}

static void
write_read(const struct rs_report *report, FILE *out)
{
	const struct rs_comparison *comparison = report->comparison;
	const struct rs_log *log = comparison->plan->log;
	const struct tk_trace_totals *totals = tk_trace_totals(log->trace);
	char from[40], to[40], length[16], names[PARAGRAPH_MAX];

	fprintf(out, "\nRead\n");
	for (size_t i = 0; i < report->path_count; i++)
		rs_paragraph(out, 2, "", "%s", report->path[i]);
	rs_paragraph(out, 2, "",
		     "%" PRIu64 " lines: %" PRIu64 " attempt events, %" PRIu64
		     " other lines, %" PRIu64 " bad",
		     totals->lines, totals->events, totals->foreign,
		     totals->bad);
	write_found(report, totals->foreign, out);
	if (totals->unknown || totals->dropped)
		rs_paragraph(out, 2, "",
			     "%" PRIu64 " events of unknown type, %" PRIu64
			     " events that their writer lost",
			     totals->unknown, totals->dropped);
	if (totals->hedged_calls)
		rs_paragraph(
			out, 2, "",
			"%" PRIu64 " hedged call%s left out: the attempts of "
			"such a call end each other, so the outcome that each "
			"would have had alone is not known",
			totals->hedged_calls,
			totals->hedged_calls == 1 ? "" : "s");
	rs_paragraph(out, 2, "",
		     "%s to %s, %s: %zu recorded calls of %zu operation%s",
		     bo_rfc3339_format(log->from_ns, 3, from, sizeof(from)),
		     bo_rfc3339_format(log->to_ns, 3, to, sizeof(to)),
		     tk_format_duration(log->to_ns - log->from_ns, length,
					sizeof(length)),
		     log->call_count - log->quality->stand_ins,
		     log->operation_count,
		     log->operation_count == 1 ? "" : "s");
	if (rs_names_text(log, names, sizeof(names)))
		rs_paragraph(out, 2, "", "%s", names);
	if (log->unchosen)
		rs_paragraph(out, 2, "",
			     "results are about the chosen calls only, which "
			     "begin from %s to %s",
			     bo_rfc3339_format(log->window.from_ns, 3, from,
					       sizeof(from)),
			     bo_rfc3339_format(log->window.to_ns, 3, to,
					       sizeof(to)));
	write_left_out(log, out);
	write_doubts(log, out);
}

static void
write_gaps(const struct rs_report *report, FILE *out)
{
	char text[PARAGRAPH_MAX];
	bool any = false;

	fprintf(out, "\nWhat this log cannot answer\n");
	for (size_t i = 0; i < rs_gap_count; i++)
		if (rs_gap_text(report, i, text, sizeof(text))) {
			rs_paragraph(out, 4, "  - ", "%s", text);
			any = true;
		}
	if (!any)
		fprintf(out, "  Nothing that this comparison asks of it.\n");
}

/* One sentence for each result that has one, below a heading. */
static void
write_sentences(const struct rs_report *report,
		const struct rs_subject *subject, const char *heading,
		bool (*say)(const struct rs_result *, char *, size_t),
		FILE *out)
{
	const struct rs_comparison *comparison = report->comparison;
	char text[PARAGRAPH_MAX];
	bool any = false;

	for (size_t p = 0; p < comparison->plan->policies->count; p++) {
		if (!say(&comparison->result[subject->first_result + p], text,
			 sizeof(text)))
			continue;
		if (!any)
			fprintf(out, "\n  %s:\n", heading);
		any = true;
		rs_paragraph(out, 4, "  - ", "%s", text);
	}
}

static int
write_subject(const struct rs_report *report, const struct rs_subject *subject,
	      FILE *out)
{
	char text[PARAGRAPH_MAX];

	rs_say_operation(report, subject, text, sizeof(text));
	fputc('\n', out);
	rs_paragraph(out, 0, "", "%s", text);
	for (int which = 0; which < RS_TABLES; which++) {
		struct tk_table *table;
		int status;

		if (!rs_table_make(report, subject, (enum rs_table)which,
				   &table))
			return -1;
		if (table == NULL)
			continue;
		if (which > 0)
			fputc('\n', out);
		status = tk_table_print(table, 2, out);
		tk_table_free(table);
		if (status)
			return status;
	}
	write_sentences(report, subject,
			"These differences depend on what the log does not "
			"show, or on more data",
			rs_say_open, out);
	write_sentences(report, subject,
			"Shared budgets and breakers changed these results",
			rs_say_guard, out);
	if (rs_say_idle_guards(report, subject, text, sizeof(text))) {
		fputc('\n', out);
		rs_paragraph(out, 2, "", "%s", text);
	}
	write_sentences(report, subject,
			"These policies put more load on the target than was "
			"recorded; it may respond worse than it did",
			rs_say_load, out);
	return 0;
}

int
rs_write_full(const struct rs_report *report, FILE *out)
{
	const struct rs_comparison *comparison = report->comparison;

	write_read(report, out);
	write_gaps(report, out);
	for (size_t i = 0; i < comparison->subject_count; i++)
		if (write_subject(report, &comparison->subject[i], out))
			return -1;
	fputc('\n', out);
	rs_paragraph(out, 0, "", "%s",
		     "Differences from the baseline are in percentage points "
		     "of the success rate, with 95 % intervals.");
	return ferror(out) ? -1 : 0;
}
