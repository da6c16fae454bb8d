/* Each condition has two ends: what the difference would be if the log, had it
 * shown more, had shown one thing or the other. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include "recorded/doubt.h"
#include "replay/conditions.h"

static const struct rs_tally *
under(const struct rs_tallies *tallies, size_t family)
{
	return &tallies->family[family < tallies->count ? family : 0];
}

/* A replica under both policies is the same draw. */
static struct tk_spread
difference(const struct rs_pair *pair, size_t family, rs_sum_fn get)
{
	const struct rs_tally *a = under(pair->tallies, family);
	const struct rs_tally *b = under(pair->baseline_tallies, family);
	uint32_t replicas =
		a->replicas < b->replicas ? a->replicas : b->replicas;
	double draw[RS_REPLICAS_MAX];

	for (uint32_t r = 0; r < replicas; r++)
		draw[r] = ((double)get(&a->replica[r]) -
			   (double)get(&b->replica[r])) /
			  (double)a->calls;
	return tk_spread_between(draw, replicas, a->draws);
}

struct tk_spread
rs_pair_difference(const struct rs_pair *pair)
{
	return difference(pair, 0, rs_sum_succeeded);
}

static size_t
families_of(const struct rs_pair *pair)
{
	size_t a = pair->tallies->count, b = pair->baseline_tallies->count;

	return a > b ? a : b;
}

static void
find_fate(const struct rs_pair *pair, struct rs_case *item)
{
	const struct rs_condition condition = {.kind = RS_CONDITION_FATE,
					       .share = pair->permanent_share};

	for (size_t f = 1; f < families_of(pair); f++) {
		struct tk_spread other = difference(pair, f, rs_sum_succeeded);

		if (other.mean <= item->main.mean)
			rs_case_add(item, &condition, other, item->main);
		else
			rs_case_add(item, &condition, item->main, other);
	}
}

/* Attempts that are open, of both policies and under all assumptions. */
static double
share_open(const struct rs_pair *pair, enum rs_open kind)
{
	const struct rs_tallies *side[] = {pair->tallies,
					   pair->baseline_tallies};
	double most = 0;

	for (size_t i = 0; i < 2; i++)
		for (size_t f = 0; f < side[i]->count; f++) {
			const struct rs_tally *tally = &side[i]->family[f];
			double all = 0;

			for (size_t k = 0; k < RS_SUPPORT_COUNT; k++)
				all += (double)tally->support[k];
			if (all > 0)
				most = fmax(most,
					    (double)tally->open[kind] / all);
		}
	return most;
}

/* The fate of calls after the longest time that the log shows, and attempts
 * that a limit cut: the bounds are of both together, so the larger names
 * them. */
static void
find_open(const struct rs_pair *pair, struct rs_case *item)
{
	double cut = share_open(pair, RS_OPEN_TIMEOUT) +
		     share_open(pair, RS_OPEN_SLOW);
	double late =
		share_open(pair, RS_OPEN_FATE) + share_open(pair, RS_OPEN_TIME);
	struct rs_condition condition = {.kind = RS_CONDITION_WAIT,
					 .share = late,
					 .seen = (double)pair->longest_ns};

	if (!(cut + late > 0))
		return;
	if (cut > late) {
		condition.kind = RS_CONDITION_TIMEOUT;
		condition.share = cut;
		condition.value = (double)backoff_policy_attempt_timeout_ns(
			pair->policy, 1);
		condition.seen =
			pair->run->logged_policy
				? (double)backoff_policy_attempt_timeout_ns(
					  pair->run->logged_policy, 1)
				: 0;
	}
	for (size_t f = 0; f < families_of(pair); f++) {
		struct tk_spread a = difference(pair, f, rs_sum_least);
		struct tk_spread b = difference(pair, f, rs_sum_most);

		if (a.mean <= b.mean)
			rs_case_add(item, &condition, a, b);
		else
			rs_case_add(item, &condition, b, a);
	}
}

/* The same spread around another mean. */
static struct tk_spread
moved(struct tk_spread spread, double by)
{
	spread.mean += by;
	return spread;
}

/* If the target serves no more than the log shows it to, attempts beyond that
 * fail, and each that would have succeeded may cost a call. */
static void
find_load(const struct rs_pair *pair, struct rs_case *item)
{
	double calls = (double)pair->result->calls;
	double costs = 0, gains = 0;
	const struct rs_condition condition = {
		.kind = RS_CONDITION_LOAD,
		.value = pair->result->load_peak,
		.seen = pair->result->recorded_load_peak};

	if (pair->result->load == RS_LOAD_EXTRAPOLATED) {
		const struct rs_tally *tally = &pair->tallies->family[0];

		costs = rs_load_excess(pair->load, tally->further,
				       tally->failed, tally->replicas);
	}
	if (pair->baseline->load == RS_LOAD_EXTRAPOLATED) {
		const struct rs_tally *tally =
			&pair->baseline_tallies->family[0];

		gains = rs_load_excess(pair->load, tally->further,
				       tally->failed, tally->replicas);
	}
	if (costs > 0 || gains > 0)
		rs_case_add(item, &condition, moved(item->main, -costs / calls),
			    moved(item->main, gains / calls));
}

/* If failures come from load, another number of attempts changes them. Between
 * two ends: what one attempt gains another one loses, so that nothing changes;
 * and failures in proportion to attempts. If only some failures are throttling,
 * and the others do not follow load, this is about those. */
static void
find_coupling(const struct rs_pair *pair, struct rs_case *item)
{
	const struct rs_result *a = pair->result, *b = pair->baseline;
	const struct rs_condition condition = {
		.kind = RS_CONDITION_COUPLING,
		.share = pair->coupling->throttle_share,
		.value = pair->coupling->z,
		.seen = pair->coupling->load_seen_peak};
	bool strained = pair->first_fails > RS_STRAINED;
	double coupled = strained || pair->coupling->z >= RS_COUPLING_Z
				 ? 1
				 : pair->coupling->throttle_share;
	double ends[2];

	if (!(strained || rs_coupling_found(pair->coupling)) ||
	    !(b->attempts > 0))
		return;
	ends[0] = -item->main.mean * coupled;
	ends[1] = (1 - a->success_rate) * coupled *
		  (1 - a->attempts / b->attempts);
	for (size_t i = 0; i < 2; i++) {
		struct tk_spread end = moved(item->main, ends[i]);

		end.mean = fmax(-1, fmin(1, end.mean));
		if (end.mean < item->main.mean)
			rs_case_add(item, &condition, end, item->main);
		else
			rs_case_add(item, &condition, item->main, end);
	}
}

static void
find_flaws(const struct rs_pair *pair, struct rs_case *item)
{
	for (int i = RS_DOUBT_NONE + 1; i < RS_DOUBT_COUNT; i++) {
		enum rs_doubt doubt = (enum rs_doubt)i;
		struct rs_condition condition;
		struct rs_flaw flaw;

		rs_log_flaw(pair->run->log, pair->run->operation, doubt, &flaw);
		if (!(flaw.share > 0))
			continue;
		condition = (struct rs_condition){
			.kind = doubt == RS_DOUBT_SKEW ? RS_CONDITION_CLOCKS
						       : RS_CONDITION_LOSS,
			.share = flaw.share,
			.value = (double)flaw.skew_ns};
		rs_case_add(item, &condition, moved(item->main, -flaw.share),
			    moved(item->main, flaw.share));
	}
}

/* Calls that a guard ended for want of deposits that are not known might all
 * have gone on to succeed. */
static void
find_guard(const struct rs_pair *pair, struct rs_case *item)
{
	double calls = (double)pair->result->calls;
	double gained = pair->result->guard_unknown
				? rs_guard_stops(pair->result) / calls
				: 0;
	double lost = pair->baseline->guard_unknown
			      ? rs_guard_stops(pair->baseline) / calls
			      : 0;
	const struct rs_condition condition = {.kind = RS_CONDITION_GUARD,
					       .share = fmax(gained, lost)};

	if (gained > 0 || lost > 0)
		rs_case_add(item, &condition, moved(item->main, -lost),
			    moved(item->main, gained));
}

/* Hedges can only add successes. */
static void
find_hedge(const struct rs_pair *pair, struct rs_case *item)
{
	double gained =
		pair->result->hedges ? 1 - pair->result->success_rate : 0;
	double lost =
		pair->baseline->hedges ? 1 - pair->baseline->success_rate : 0;
	const struct rs_condition condition = {.kind = RS_CONDITION_HEDGE};

	if (pair->result->hedges || pair->baseline->hedges)
		rs_case_add(item, &condition, moved(item->main, -lost),
			    moved(item->main, gained));
}

/* While a breaker was open, only probes showed the target: the draws of that
 * time differ, and their ends are those of the interval. */
static void
find_breaker(const struct rs_pair *pair, struct rs_case *item)
{
	double reach = TK_Z95 * item->main.deviation;
	struct tk_spread low = {item->main.mean - reach, 0};
	struct tk_spread high = {item->main.mean + reach, 0};
	const struct rs_condition condition = {.kind = RS_CONDITION_BREAKER,
					       .share = pair->kept_away};

	if (pair->kept_away > RS_KEPT_AWAY)
		rs_case_add(item, &condition, low, high);
}

void
rs_conditions_find(const struct rs_pair *pair, struct rs_case *item)
{
	if (pair->result->calls > 0) {
		find_fate(pair, item);
		find_open(pair, item);
		find_load(pair, item);
		find_coupling(pair, item);
		find_guard(pair, item);
		find_hedge(pair, item);
		find_breaker(pair, item);
	}
	find_flaws(pair, item);
}
