/* Advice per operation: which policies are worth a closer look. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>

#include "report/advice.h"
#include "report/cells.h"

/* Smallest saving of attempts per call that is mentioned. */
#define CHEAPER 0.0005

struct sentence {
	char *text;
	size_t used, size;
};

static void say(struct sentence *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void
say(struct sentence *s, const char *format, ...)
{
	va_list args;
	int wrote;

	if (s->used >= s->size)
		return;
	va_start(args, format);
	wrote = vsnprintf(s->text + s->used, s->size - s->used, format, args);
	va_end(args);
	s->used += wrote > 0 ? (size_t)wrote : 0;
}

/* List the policies of the requested kind, and their effect. */
static size_t
list(struct sentence *s, const char *lead, const struct rs_result *result,
     size_t count, const struct rs_result *baseline,
     bool (*wanted)(const struct rs_result *, const struct rs_result *),
     bool numbers)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		if (!wanted(&result[i], baseline))
			continue;
		say(s, "%s %s", found ? "," : lead, result[i].policy->label);
		if (numbers)
			say(s, " (%+.2f points, %+.4f attempts per call)",
			    result[i].difference.value * 100,
			    result[i].attempts_per_call -
				    baseline->attempts_per_call);
		found++;
	}
	say(s, "%s", found ? "." : "");
	return found;
}

static bool
better(const struct rs_result *result, const struct rs_result *baseline)
{
	(void)baseline;
	return result->difference.verdict == RS_VERDICT_BETTER;
}

static bool
worse(const struct rs_result *result, const struct rs_result *baseline)
{
	(void)baseline;
	return result->difference.verdict == RS_VERDICT_WORSE;
}

static bool
cheaper(const struct rs_result *result, const struct rs_result *baseline)
{
	return result->difference.verdict == RS_VERDICT_EQUAL &&
	       result->attempts_per_call <
		       baseline->attempts_per_call - CHEAPER;
}

static bool
same(const struct rs_result *result, const struct rs_result *baseline)
{
	return result->difference.verdict == RS_VERDICT_EQUAL &&
	       !cheaper(result, baseline);
}

static bool
open_question(const struct rs_result *result, const struct rs_result *baseline)
{
	(void)baseline;
	return result->difference.verdict == RS_VERDICT_DEPENDS;
}

void
rs_advice(const struct rs_report *report, const struct rs_subject *subject,
	  char *text, size_t size)
{
	const struct rs_comparison *comparison = report->comparison;
	const struct rs_result *result =
		&comparison->result[subject->first_result];
	size_t count = comparison->plan->policies->count;
	const struct rs_result *baseline = &result[subject->baseline];
	struct sentence s = {text, 0, size};
	char rate[16];

	text[0] = '\0';
	say(&s, "%s: %s is the baseline", rs_subject_name(report, subject),
	    baseline->policy->label);
	if (baseline->calls == 0) {
		say(&s, "; there is no call to replay.");
		return;
	}
	if (baseline->rate_unknown)
		say(&s, " (its success rate: not known).");
	else
		say(&s, " (%s%s %%, %.4f attempts per call).",
		    rs_percent(baseline->success_rate, rate, sizeof(rate)),
		    rs_result_doubtful(baseline) ? "?" : "",
		    baseline->attempts_per_call);
	if (!list(&s, " Better:", result, count, baseline, better, true))
		say(&s, " No policy is significantly better.");
	list(&s, " Fewer attempts, not significantly worse:", result, count,
	     baseline, cheaper, true);
	list(&s, " Same within noise:", result, count, baseline, same, false);
	list(&s, " Worse:", result, count, baseline, worse, true);
	list(&s, " Not answerable from this log:", result, count, baseline,
	     open_question, false);
}
