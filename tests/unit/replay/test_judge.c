/* Tests of replay/judge: what follows from a difference, and on what it
 * depends. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include <criterion/criterion.h>

#include "replay/judge.h"

static const struct rs_margin margin = {.of_failed = 0.1};

/* Differences are in points, margins too: a baseline that loses 10 %, so that
 * one point is equal. */
struct row {
	const char *why;
	double value, deviation;
	/** A condition, if its kind is set. */
	enum rs_condition_kind kind;
	double low, high;
	enum rs_verdict verdict;
	bool has_condition;
};

static const struct row alone[] = {
	{"the interval excludes 0", 1, 0.3, RS_CONDITION_NONE, 0, 0,
	 RS_VERDICT_BETTER, false},
	{"on the other side", -1, 0.3, RS_CONDITION_NONE, 0, 0,
	 RS_VERDICT_WORSE, false},
	{"one call, but exactly", 0.01, 0, RS_CONDITION_NONE, 0, 0,
	 RS_VERDICT_BETTER, false},
	{"within the margin", 0.2, 0.3, RS_CONDITION_NONE, 0, 0,
	 RS_VERDICT_EQUAL, false},
	{"the very same", 0, 0, RS_CONDITION_NONE, 0, 0, RS_VERDICT_EQUAL,
	 false},
	{"too little data", 0.2, 1, RS_CONDITION_NONE, 0, 0,
	 RS_VERDICT_CANNOT_TELL, false},
	{"the ends disagree", -1, 0.1, RS_CONDITION_WAIT, -1, 5,
	 RS_VERDICT_DEPENDS, true},
	{"better and equal disagree, too", 3, 0.1, RS_CONDITION_FATE, 0, 3,
	 RS_VERDICT_DEPENDS, true},
	{"it holds at both ends, which are far apart", 1, 0.1,
	 RS_CONDITION_LOAD, 0.7, 3, RS_VERDICT_BETTER, true},
	{"it holds at both ends, which are near", 1, 0.1, RS_CONDITION_LOAD,
	 0.9, 1.1, RS_VERDICT_BETTER, false},
	{"both ends are within the margin", 0.2, 0.01, RS_CONDITION_FATE, -0.1,
	 0.2, RS_VERDICT_BETTER, false},
	{"it moves the difference by less than the margin", 3, 0.1,
	 RS_CONDITION_WAIT, 2.6, 3.2, RS_VERDICT_BETTER, false},
	{"within the margin, but by more than half a point", 3, 0.1,
	 RS_CONDITION_WAIT, 2.4, 3.2, RS_VERDICT_BETTER, true},
	{"a limit's ends are not bounds", 3, 0.1, RS_CONDITION_TIMEOUT, 2.6,
	 3.2, RS_VERDICT_BETTER, true},
	{"nothing is known of it", 0.2, 2, RS_CONDITION_LOSS, 0.1, 0.3,
	 RS_VERDICT_CANNOT_TELL, false},
	{"at one end it would be", 0.2, 1, RS_CONDITION_LOSS, -9, 0.3,
	 RS_VERDICT_DEPENDS, true},
};

static struct rs_case
make_case(const struct row *row, struct rs_result *result)
{
	struct rs_case item = {
		.result = result,
		.main = {row->value / 100, row->deviation / 100},
		.replicas = 100,
		.days = 2,
		.calls_a_day = 100000,
		.fails = 0.1,
		.between = 0.001,
	};
	const struct rs_condition condition = {.kind = row->kind};

	*result = (struct rs_result){.success_rate = 0.9};
	if (row->kind != RS_CONDITION_NONE)
		rs_case_add(&item, &condition,
			    (struct tk_spread){row->low / 100,
					       row->deviation / 100},
			    (struct tk_spread){row->high / 100,
					       row->deviation / 100});
	return item;
}

/* A verdict that holds needs no word about a load that is not far above the
 * log's; one that does not hold needs it. */
Test(replay_judge, a_moderate_load_is_named_if_it_decides)
{
	static const struct {
		double low, value;
		enum rs_verdict verdict;
		bool named;
	} load[] = {{0.7, 2.5, RS_VERDICT_BETTER, false},
		    {0.7, 3.5, RS_VERDICT_BETTER, true},
		    {-1, 2.5, RS_VERDICT_DEPENDS, true}};
	const struct row plain = {.value = 1, .deviation = 0.1};

	for (size_t i = 0; i < sizeof(load) / sizeof(*load); i++) {
		const struct rs_condition condition = {
			.kind = RS_CONDITION_LOAD,
			.value = load[i].value,
			.seen = 1};
		struct rs_result result;
		struct rs_case item = make_case(&plain, &result);

		rs_case_add(&item, &condition,
			    (struct tk_spread){load[i].low / 100, 0.001},
			    item.main);
		cr_assert(rs_judge(&item, 1, &margin) == BACKOFF_OK);
		cr_expect(result.difference.verdict == load[i].verdict);
		cr_expect((result.difference.condition.kind ==
			   RS_CONDITION_LOAD) == load[i].named);
	}
}

Test(replay_judge, verdicts)
{
	for (size_t i = 0; i < sizeof(alone) / sizeof(*alone); i++) {
		struct rs_result result;
		struct rs_case item = make_case(&alone[i], &result);
		const struct rs_difference *d = &result.difference;

		cr_assert(rs_judge(&item, 1, &margin) == BACKOFF_OK);
		cr_expect(d->verdict == alone[i].verdict, "%s: %s",
			  alone[i].why, rs_verdict_name(d->verdict));
		cr_expect(fabs(d->margin - 0.01) < 1e-12);
		cr_expect((d->condition.kind != RS_CONDITION_NONE) ==
				  alone[i].has_condition,
			  "%s: %s", alone[i].why,
			  rs_condition_name(d->condition.kind));
		cr_expect(d->outer.low <= d->interval.low &&
				  d->outer.high >= d->interval.high,
			  "%s", alone[i].why);
		cr_expect((d->needed.days > 0) ==
				  (d->verdict == RS_VERDICT_CANNOT_TELL ||
				   d->verdict == RS_VERDICT_DEPENDS),
			  "%s: %g days", alone[i].why, d->needed.days);
		cr_expect((d->needed.traffic > 0) ==
				  (d->verdict == RS_VERDICT_DEPENDS),
			  "%s", alone[i].why);
	}
}

/* One of twenty policies that do not differ looks better at 5 %. */
Test(replay_judge, many_comparisons_do_not_make_a_difference)
{
	struct rs_result result[20];
	struct rs_case item[20];
	struct row row = {.value = 2.2, .deviation = 1};

	for (size_t i = 0; i < 20; i++)
		item[i] = make_case(&row, &result[i]);
	cr_assert(rs_judge(item, 1, &margin) == BACKOFF_OK);
	cr_expect(result[0].difference.verdict == RS_VERDICT_BETTER);
	cr_assert(rs_judge(item, 20, &margin) == BACKOFF_OK);
	cr_expect(result[0].difference.verdict == RS_VERDICT_CANNOT_TELL);
	/* Policies that behave alike are one. */
	for (size_t i = 1; i < 20; i++)
		item[i].alike = true;
	cr_assert(rs_judge(item, 20, &margin) == BACKOFF_OK);
	for (size_t i = 0; i < 20; i++)
		cr_expect(result[i].difference.verdict == RS_VERDICT_BETTER);
}

/* The interval's width falls with the root of the time. */
Test(replay_judge, how_much_more_data_is_needed)
{
	struct row row = {.value = 2, .deviation = 2 / TK_Z95};
	struct rs_result result;
	struct rs_case item = make_case(&row, &result);

	item.main.deviation *= 3;
	cr_assert(rs_judge(&item, 1, &margin) == BACKOFF_OK);
	cr_expect(fabs(result.difference.needed.days - 2 * 9) < 1e-6, "%g",
		  result.difference.needed.days);
}

/* Without jitter, a log shows calls at the same few waits only. */
Test(replay_judge, a_log_without_jitter_needs_jitter)
{
	struct row row = {.value = 2,
			  .deviation = 0.1,
			  .kind = RS_CONDITION_FATE,
			  .low = -2,
			  .high = 2};
	struct rs_result result;
	struct rs_case item = make_case(&row, &result);

	item.steady_delays = true;
	cr_assert(rs_judge(&item, 1, &margin) == BACKOFF_OK);
	cr_expect(result.difference.needed.jitter > 0);
	cr_expect(result.difference.needed.days > 0);
}
