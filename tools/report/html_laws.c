/* HTML: the delay laws of the policies, drawn, and in numbers for sentences. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/units.h"
#include "policies/policy_set.h"
#include "policies/schedule.h"
#include "report/html_charts.h"

#define DRAWS 400
#define RETRIES_MAX 15
#define LABEL_MAX 128
#define NOTE_MAX 640

/* A law, and the policies that have it. */
struct law {
	struct ch_attempt attempt[RETRIES_MAX + 1];
	size_t attempts;
	double limit;
	size_t style;
	/** Policies that have it, but the first. */
	size_t more;
	char label[LABEL_MAX], note[NOTE_MAX];
};

static bool
same_law(const struct law *a, const struct law *b)
{
	bool limits = isnan(a->limit) ? isnan(b->limit)
				      : !(a->limit < b->limit) &&
						!(a->limit > b->limit);

	return limits && a->attempts == b->attempts &&
	       memcmp(a->attempt, b->attempt,
		      a->attempts * sizeof(*a->attempt)) == 0;
}

/* When attempts begin if each fails at once. */
static bool
make_law(const struct rs_html *html, size_t index, struct law *law)
{
	const struct rs_plan *plan = html->report->comparison->plan;
	const struct rs_policy *policy = &plan->policies->item[index];
	uint64_t deadline = backoff_policy_deadline_ns(policy->policy);
	struct rs_schedule schedule;
	char *note;

	if (rs_schedule_make(policy->policy, DRAWS, 1, RETRIES_MAX,
			     &schedule) != BACKOFF_OK)
		return false;
	*law = (struct law){.attempts = 1,
			    .style = rs_html_style(html, policy),
			    .limit = deadline == BACKOFF_FOREVER
					     ? (double)NAN
					     : (double)deadline};
	for (size_t i = 0; i < schedule.count && i < RETRIES_MAX; i++) {
		const struct rs_wait *wait = &schedule.wait[i];
		const struct ch_attempt *last = &law->attempt[i];

		law->attempt[law->attempts++] = (struct ch_attempt){
			.at = (double)wait->total_ns,
			.low = last->low + (double)wait->low_ns,
			.high = last->high + (double)wait->high_ns};
	}
	rs_schedule_clear(&schedule);
	snprintf(law->label, sizeof(law->label), "%s", policy->label);
	note = rs_policy_text(policy->policy, backoff_policy_describe);
	snprintf(law->note, sizeof(law->note), "%s", note ? note : "");
	free(note);
	return note != NULL;
}

/* Join a law to one that is the same. False if there is none. */
static bool
join(struct law *all, size_t count, const struct law *law)
{
	for (size_t i = 0; i < count; i++) {
		size_t used = strlen(all[i].note);

		if (!same_law(&all[i], law))
			continue;
		snprintf(all[i].note + used, sizeof(all[i].note) - used,
			 "%s %s", all[i].more++ ? "," : "; also", law->label);
		if (law->style < all[i].style)
			all[i].style = law->style;
		return true;
	}
	return false;
}

/* The laws that are drawn: the most important styles first. */
static int
by_style(const void *one, const void *other)
{
	const struct ch_law *a = one, *b = other;

	return (a->style > b->style) - (a->style < b->style);
}

static void
put_laws(const struct rs_html *html, struct law *all, size_t count,
	 struct ch_law *law)
{
	struct rs_html_head head;

	for (size_t i = 0; i < count; i++) {
		size_t used = strlen(all[i].label);

		if (all[i].more > 0)
			snprintf(all[i].label + used,
				 sizeof(all[i].label) - used, " +%zu",
				 all[i].more);
		law[i] = (struct ch_law){.label = all[i].label,
					 .style = all[i].style,
					 .attempt = all[i].attempt,
					 .attempts = all[i].attempts,
					 .limit = all[i].limit,
					 .note = all[i].note};
	}
	qsort(law, count, sizeof(*law), by_style);
	rs_html_head(&head, NULL, "laws",
		     "When attempts begin: %zu polic%s %zu delay law%s",
		     html->policies, html->policies == 1 ? "y has" : "ies have",
		     count, count == 1 ? "" : "s");
	snprintf(head.desc, sizeof(head.desc),
		 "For each policy, the time from the start of a call to each "
		 "of its attempts, if all fail at once, with the range that "
		 "jitter gives. A bar marks the deadline.");
	ch_steps(html->out,
		 &(struct ch_steps){.head = rs_html_chart_head(&head),
				    .axis = "time since the call began",
				    .law = law,
				    .laws = count});
}

int
rs_html_laws(const struct rs_html *html)
{
	struct law *all = calloc(html->policies + 1, sizeof(*all));
	struct ch_law *law = calloc(html->policies + 1, sizeof(*law));
	bool made = all && law;
	size_t count = 0;

	for (size_t p = 0; made && p < html->policies; p++) {
		made = make_law(html, p, &all[count]);
		count += made && !join(all, count, &all[count]);
	}
	if (made)
		put_laws(html, all, count, law);
	free(all);
	free(law);
	return made ? 0 : -1;
}

bool
rs_html_waits(const struct backoff_policy *policy, struct rs_html_waits *out)
{
	struct rs_schedule schedule;

	*out = (struct rs_html_waits){
		.attempts = backoff_policy_max_attempts(policy),
		.deadline_ns = backoff_policy_deadline_ns(policy)};
	if (rs_schedule_make(policy, DRAWS, 1, RETRIES_MAX, &schedule) !=
	    BACKOFF_OK)
		return false;
	if (schedule.count > 0)
		out->total_ns = schedule.wait[schedule.count - 1].total_ns;
	rs_schedule_clear(&schedule);
	return true;
}
