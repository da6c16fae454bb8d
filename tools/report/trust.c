/* What an answer is worth: the state of the log, and how it was computed. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/trust.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/safe_text.h"
#include "common/units.h"

/* Longer names are cut. */
#define NAME_COLUMNS 30

struct line {
	char *text;
	size_t used, size;
};

static void say(struct line *line, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void
say(struct line *line, const char *format, ...)
{
	va_list args;
	int wrote;

	if (line->used >= line->size)
		return;
	va_start(args, format);
	wrote = vsnprintf(line->text + line->used, line->size - line->used,
			  format, args);
	va_end(args);
	line->used += wrote > 0 ? (size_t)wrote : 0;
}

static void
say_log(struct line *line, const struct rs_log *log)
{
	const struct tk_quality *quality = log->quality;
	const struct tk_loss *loss = &quality->loss;
	uint64_t from = log->unchosen ? log->window.from_ns : log->from_ns;
	uint64_t to = log->unchosen ? log->window.to_ns : log->to_ns;
	char length[16];

	say(line, "%s of log, %" PRIu64 " bad lines, ",
	    tk_format_duration(to - from, length, sizeof(length)),
	    tk_trace_totals(log->trace)->bad);
	if (tk_loss_any(loss) && quality->loss_measured)
		say(line, "%.2g %% lost%s, ", 100 * quality->lost_share,
		    quality->lost_evenly ? " (corrected)" : " (not at random)");
	else
		say(line, "%" PRIu64 " lost, ",
		    loss->lost_lines + loss->orphans + loss->missing_ends);
	if (quality->skew_ns > 0)
		say(line, "clocks differ by %s%s",
		    tk_format_duration(quality->skew_ns, length,
				       sizeof(length)),
		    quality->corrected_hosts == 0 ? ""
		    : quality->skew_left_ns > TK_SKEW_MAX_NS
			    ? " (corrected in part)"
			    : " (corrected)");
	else
		say(line, "clocks agree");
	if (quality->gaps > 0)
		say(line, ", %" PRIu64 " gap%s (%s)", quality->gaps,
		    quality->gaps == 1 ? "" : "s",
		    tk_format_duration(quality->gap_ns, length,
				       sizeof(length)));
}

/* Whether the policies that wrote the log reproduce it, call by call. */
static void
say_fixed_point(struct line *line, const struct rs_comparison *comparison)
{
	size_t known = 0;
	uint64_t differing = 0;

	for (size_t i = 0; i < comparison->subject_count; i++) {
		const struct rs_self *self = &comparison->subject[i].self;

		known += self->known;
		differing += self->differing;
	}
	if (known == 0)
		say(line, "; A to A not run (recorded policy not known)");
	else if (differing > 0)
		say(line, "; A to A differs in %" PRIu64 " call%s", differing,
		    differing == 1 ? "" : "s");
	else if (known < comparison->subject_count)
		say(line, "; A to A exact where the policy is known");
	else
		say(line, "; A to A exact");
}

/* Add the name of an operation to a list. */
static void
say_name(struct line *line, const struct rs_report *report,
	 const struct rs_subject *subject, bool first)
{
	char name[NAME_COLUMNS * 4 + 1], safe[512];
	const char *text = rs_subject_name(report, subject);

	tk_safe_text(text, strlen(text), safe, sizeof(safe));
	if (tk_text_width(safe) > NAME_COLUMNS)
		text = tk_text_fit(safe, NAME_COLUMNS, name, sizeof(name));
	say(line, "%s%s", first ? " " : ", ", text);
}

/* Whether failures follow the load: then other policies change them. */
static void
say_coupling(struct line *line, const struct rs_report *report)
{
	const struct rs_comparison *comparison = report->comparison;
	size_t known = 0, found = 0;
	double z = 0;

	for (size_t i = 0; i < comparison->subject_count; i++) {
		const struct rs_subject *subject = &comparison->subject[i];
		const struct rs_coupling *coupling = &subject->coupling;

		if (coupling->known && (known++ == 0 || coupling->z > z))
			z = coupling->z;
		if (!rs_coupling_found(coupling))
			continue;
		if (found == 0)
			say(line, "; failures follow load in");
		say_name(line, report, subject, found++ == 0);
		if (coupling->throttle_share > RS_COUPLING_THROTTLED)
			say(line, " (%.0f %% throttling)",
			    coupling->throttle_share * 100);
		else
			say(line, " (z %.1f)", coupling->z);
	}
	if (found == 0 && known > 0)
		say(line, "; failures do not follow load (z %.1f)", z);
	else if (found == 0)
		say(line, "; whether failures follow load: not known from "
			  "this log");
}

/* Operations whose next window is uncertain, whatever the interval says. */
static void
say_incidents(struct line *line, const struct rs_report *report)
{
	const struct rs_comparison *comparison = report->comparison;
	size_t few = 0;

	for (size_t i = 0; i < comparison->subject_count; i++) {
		const struct rs_subject *subject = &comparison->subject[i];

		few += subject->finding.time_bins > 0 &&
		       subject->incidents < RS_INCIDENTS_MIN;
	}
	if (few == 0)
		return;
	say(line, "; next window: incident-limited");
	if (few == comparison->subject_count && few > 1)
		say(line, " everywhere");
	else if (few > 1)
		say(line, " in %zu operations", few);
	say(line, " (fewer than %d incidents)", RS_INCIDENTS_MIN);
}

size_t
rs_comparison_differences(const struct rs_comparison *comparison)
{
	size_t policies = comparison->plan->policies->count;

	return policies > 0 ? comparison->subject_count * (policies - 1) : 0;
}

size_t
rs_comparison_draws(const struct rs_comparison *comparison)
{
	size_t draws = 0;

	for (size_t i = 0; i < comparison->subject_count; i++)
		if (comparison->subject[i].finding.draws > draws)
			draws = comparison->subject[i].finding.draws;
	return draws;
}

void
rs_trust_text(const struct rs_report *report, char *text, size_t size)
{
	const struct rs_comparison *comparison = report->comparison;
	const struct rs_plan *plan = comparison->plan;
	struct line line = {text, 0, size};
	size_t bins = 0, levels = 0;

	text[0] = '\0';
	say_log(&line, plan->log);
	say_coupling(&line, report);
	say_fixed_point(&line, comparison);
	for (size_t i = 0; i < comparison->subject_count; i++) {
		const struct rs_finding *finding =
			&comparison->subject[i].finding;

		if (finding->time_bins > bins)
			bins = finding->time_bins;
		if (finding->levels > levels)
			levels = finding->levels;
	}
	say(&line, "; %zu draws", rs_comparison_draws(comparison));
	if (bins > 0)
		say(&line, ", %zu time bins, %zu levels", bins, levels);
	say(&line, ", seed %" PRIu64, plan->seed);
	if (rs_comparison_differences(comparison) > 1)
		say(&line, "; answers allow for %zu comparisons (Holm)",
		    rs_comparison_differences(comparison));
	say_incidents(&line, report);
}
