/* The operations of a comparison as short reports show them. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/parts.h"

#include <stdlib.h>
#include <string.h>

#include "common/safe_text.h"
#include "report/cells.h"
#include "report/failed.h"
#include "report/screen_table.h"
#include "report/sentences.h"

#define TEXT_MAX 1600

/* Number the conditions of an operation: one for each kind, which describes the
 * result that it concerns most. */
static void
number_notes(struct rs_part *part)
{
	for (size_t i = 1; i < part->choices.count; i++) {
		struct rs_choice *choice = &part->choices.item[i];
		const struct rs_condition *condition =
			&choice->result->difference.condition;
		size_t n = 0;

		if (condition->kind == RS_CONDITION_NONE)
			continue;
		while (n < part->notes &&
		       part->note[n]->difference.condition.kind !=
			       condition->kind)
			n++;
		if (n == part->notes)
			part->note[part->notes++] = choice->result;
		else if (part->note[n]->difference.condition.share <
			 condition->share)
			part->note[n] = choice->result;
		choice->note = n + 1;
	}
}

/* The policies of each row that has several, as text to be freed; NULL if
 * memory ran out. */
static char *
say_alike(const struct rs_comparison *comparison, const struct rs_part *part)
{
	char text[TEXT_MAX] = "";
	const size_t size = sizeof(text);
	size_t policies = comparison->plan->policies->count, used = 0;

	for (size_t p = 0; p < policies; p++) {
		const struct rs_result *first =
			&comparison->result[part->subject->first_result + p];
		size_t alike = 0;

		if (first->alike != p)
			continue;
		for (size_t q = p + 1; q < policies; q++) {
			if (first[q - p].alike != p || size - used < 200)
				continue;
			if (alike++ == 0)
				used += (size_t)snprintf(
					text + used, size - used, "%s%s",
					used ? "; " : "", first->policy->label);
			used += (size_t)snprintf(text + used, size - used,
						 " = %s",
						 first[q - p].policy->label);
		}
	}
	return strdup(text);
}

/* What runs today, as far as the log shows it. */
static void
say_today(const struct rs_report *report, const struct rs_part *part,
	  char *text, size_t size)
{
	const struct rs_logged_policy *logged = &part->subject->logged_policy;
	const struct rs_result *now = part->choices.item[0].result;
	char by[800];

	rs_say_logged_policy(report, part->subject, by, sizeof(by));
	if (logged->policy && now->policy &&
	    backoff_policy_hash(logged->policy->policy) ==
		    backoff_policy_hash(now->policy->policy))
		snprintf(text, size, "now %s%s", now->policy->label,
			 logged->evidence == RS_POLICY_EVIDENCE_FIT
				 ? " (its delays match)"
				 : "");
	else
		snprintf(text, size, "recorded under %s; baseline %s", by,
			 now->policy->label);
}

void
rs_part_heading(const struct rs_report *report, const struct rs_part *part,
		char *text, size_t size)
{
	const struct rs_operation *operation =
		rs_subject_operation(report, part->subject);
	const struct rs_result *now = part->choices.item[0].result;
	size_t incidents = part->subject->incidents;
	bool failing = rs_failing_first(report, part->subject);
	char calls[32], by[1000], failed[32], percent[16], rate[32] = "",
							   incident[48] = "";

	if (part->subject->finding.time_bins > 0)
		snprintf(incident, sizeof(incident), ", %zu incident%s",
			 incidents, incidents == 1 ? "" : "s");
	say_today(report, part, by, sizeof(by));
	rs_failed_text(now, failed, sizeof(failed));
	rs_percent(1 - now->success_rate, percent, sizeof(percent));
	if (!now->rate_unknown && rs_failed(now) > 0)
		snprintf(rate, sizeof(rate), " (%s %%)", percent);
	snprintf(text, size, "%s call%s%s%s; %s: %s failed%s",
		 rs_count_grouped(operation->calls, calls, sizeof(calls)),
		 operation->calls == 1 ? "" : "s",
		 failing ? " whose first attempt failed" : "", incident, by,
		 failed, rate);
}

void
rs_part_rest(const struct rs_part *part, size_t rows, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (int v = 0; v < RS_VERDICT_COUNT; v++) {
		enum rs_verdict verdict = (enum rs_verdict)v;
		const char *mark = "";

		for (size_t i = rows; i < part->choices.count; i++) {
			const struct rs_choice *choice = &part->choices.item[i];
			char more[32];

			if (choice->result->difference.verdict != verdict ||
			    size - used < 200)
				continue;
			if (*mark == '\0')
				used += (size_t)snprintf(
					text + used, size - used,
					"%s%s: ", used ? "; " : "",
					rs_verdict_text(verdict));
			used += (size_t)snprintf(
				text + used, size - used, "%s%s %s", mark,
				choice->result->policy->label,
				rs_count_text(rs_failed_more(choice->result),
					      true, more, sizeof(more)));
			mark = ", ";
		}
	}
}

bool
rs_part_alike(const struct rs_parts *parts, size_t index, char *text,
	      size_t size)
{
	const struct rs_part *part = &parts->item[index];
	size_t same = 0;

	if (part->hidden || part->alike[0] == '\0')
		return false;
	for (size_t i = 0; i < parts->count; i++) {
		const struct rs_part *other = &parts->item[i];

		if (other->hidden || strcmp(part->alike, other->alike) != 0)
			continue;
		if (i < index)
			return false;
		same++;
	}
	if (same == parts->count - parts->hidden)
		snprintf(text, size, "%s", part->alike);
	else
		snprintf(text, size, "%s%s: %s",
			 rs_subject_name(parts->report, part->subject),
			 same > 1 ? " and others" : "", part->alike);
	return true;
}

static double
failed_now(const struct rs_part *part)
{
	return rs_failed(part->choices.item[0].result);
}

static int
most_failed_first(const void *a, const void *b)
{
	const struct rs_part *const *x = a, *const *y = b;
	double more = failed_now(*x) - failed_now(*y);

	if (more > 0 || more < 0)
		return more > 0 ? -1 : 1;
	return (*x > *y) - (*x < *y);
}

/* Hide the operations that matter least. False if memory ran out. */
static bool
hide(struct rs_parts *parts, size_t most)
{
	struct rs_part **order;

	if (parts->count <= most)
		return true;
	order = calloc(parts->count, sizeof(*order));
	if (order == NULL)
		return false;
	for (size_t i = 0; i < parts->count; i++)
		order[i] = &parts->item[i];
	qsort(order, parts->count, sizeof(*order), most_failed_first);
	for (size_t i = most; i < parts->count; i++)
		order[i]->hidden = true;
	parts->hidden = parts->count - most;
	free(order);
	return true;
}

bool
rs_parts_make(const struct rs_report *report, size_t most, struct rs_parts *out)
{
	const struct rs_comparison *comparison = report->comparison;

	*out = (struct rs_parts){.report = report};
	out->item = calloc(comparison->subject_count + 1, sizeof(*out->item));
	if (out->item == NULL)
		return false;
	while (out->count < comparison->subject_count) {
		struct rs_part *part = &out->item[out->count];

		part->subject = &comparison->subject[out->count++];
		part->alike = say_alike(comparison, part);
		if (!rs_choices_make(report, part->subject, &part->choices) ||
		    part->alike == NULL)
			return false;
		number_notes(part);
	}
	return hide(out, most);
}

void
rs_parts_clear(struct rs_parts *parts)
{
	for (size_t i = 0; i < parts->count; i++) {
		rs_choices_clear(&parts->item[i].choices);
		free(parts->item[i].alike);
	}
	free(parts->item);
	*parts = (struct rs_parts){0};
}
