/* The jump chain on small logs; tests/worlds has its accuracy. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>

#include <criterion/criterion.h>

#include "estimate/chance.h"
#include "unit/estimate/small_log.h"
#include "unit/replay/small_world.h"

#define DRAWS 40
/* Where draws that follow each other are alike. */
#define MANY 300

/* An answer is never certain, whatever the log holds. */
Test(estimate_jump_chain, answers_are_never_certain)
{
	for (int failed = 0; failed < 2; failed++) {
		struct small_log small;
		struct rs_answer answer;

		small_log_begin(&small);
		for (unsigned i = 0; i < 500; i++)
			small_log_add(&small, &(struct small_attempt){
						      .call = i,
						      .attempt = 1,
						      .at_seconds = i * 0.2,
						      .failed = failed,
						      .last = true});
		small_log_fit(&small, DRAWS);
		for (unsigned i = 0; i < 100; i++) {
			answer = small_log_ask(&small, 0, i, DRAWS);
			cr_expect(answer.environment > 0 &&
				  answer.environment < 1);
			cr_expect(answer.support != RS_SUPPORT_UNSUPPORTED);
		}
		answer = small_log_ask(&small, 0, 101, DRAWS);
		cr_expect(answer.support == RS_SUPPORT_UNSUPPORTED);
		cr_expect(answer.environment > 0 && answer.environment < 1);
		small_log_clear(&small);
	}
}

/* Twenty calls a second, each tried twice; all attempts fail from 50 to 51 s.
 */
static void
log_outage(struct small_log *small)
{
	small_log_begin(small);
	for (unsigned i = 0; i < 2000; i++) {
		double at = i * 0.05;
		bool down = at >= 50 && at < 51;

		small_log_add(small, &(struct small_attempt){.call = i,
							     .attempt = 1,
							     .at_seconds = at,
							     .failed = down});
		if (!down)
			continue;
		at += 0.11;
		small_log_add(small, &(struct small_attempt){.call = i,
							     .attempt = 2,
							     .at_seconds = at,
							     .failed = at < 51,
							     .last = true});
	}
	small_log_fit(small, DRAWS);
}

/* A window of half a second on each side would blur them. */
Test(estimate_jump_chain, an_outage_has_edges)
{
	struct small_log small;
	struct rs_finding finding;

	log_outage(&small);
	for (double at = 50.1; at < 50.9; at += 0.1)
		cr_expect(small_log_ask(&small, 1002, at, DRAWS).environment >
			  0.8);
	cr_expect(small_log_ask(&small, 1002, 49.9, DRAWS).environment < 0.05);
	cr_expect(small_log_ask(&small, 1002, 51.2, DRAWS).environment < 0.05);
	rs_estimator_jump_chain.finding(small.state, 0, &finding);
	cr_assert(finding.incident_count == 1);
	cr_expect(fabs((double)finding.incident[0].from_ns -
		       (double)small.log.from_ns - 50e9) < 0.2e9);
	cr_expect(fabs((double)finding.incident[0].to_ns -
		       (double)small.log.from_ns - 51e9) < 0.2e9);
	cr_expect(finding.draws == DRAWS && finding.time_bins > 100);
	/* The outage explains all failures. */
	cr_expect(finding.permanent_share < 0.001);
	small_log_clear(&small);
}

/* In sparse traffic, attempts are far apart, and one in an outage may
 * succeed. Nor does a failure alone make an outage. */
Test(estimate_jump_chain, an_incident_is_counted_once)
{
	struct rs_finding finding;
	struct small_log small;

	small_log_begin(&small);
	for (unsigned i = 0; i < 6000; i++) {
		bool down = i % 500 >= 250 && i % 500 < 262;
		bool fails = (down && i % 500 != 256) || i % 1500 == 700;

		for (unsigned k = 1; k <= (fails ? 2 : 1); k++)
			small_log_add(
				&small,
				&(struct small_attempt){
					.call = i,
					.attempt = k,
					.at_seconds = i * 20.0 + k * 8.3,
					.failed = fails && (down || k == 1),
					.last = k == 2});
	}
	small_log_fit(&small, DRAWS);
	rs_estimator_jump_chain.finding(small.state, 0, &finding);
	cr_expect(finding.incident_count == 12, "%zu", finding.incident_count);
	small_log_clear(&small);
}

/* Two targets that are down one after the other, and then at once. */
Test(estimate_jump_chain, an_incident_names_its_target)
{
	static const struct {
		double from, to;
		const char *target;
	} down[] = {{100, 110, "a"},
		    {300, 310, "b"},
		    {500, 510, "a"},
		    {505, 515, "b"}};
	static const char *const expected[] = {"a", "b", ""};
	struct rs_finding finding;
	struct small_log small;

	small_log_begin(&small);
	for (unsigned i = 0; i < 6000; i++) {
		const char *target = i % 2 ? "a" : "b";
		double at = i * 0.1;
		bool fails = false;

		for (size_t d = 0; d < sizeof(down) / sizeof(*down); d++)
			fails |= at >= down[d].from && at < down[d].to &&
				 *target == *down[d].target;
		small_log_add(&small, &(struct small_attempt){.call = i,
							      .target = target,
							      .attempt = 1,
							      .at_seconds = at,
							      .failed = fails,
							      .last = true});
	}
	small_log_fit(&small, DRAWS);
	rs_estimator_jump_chain.finding(small.state, 0, &finding);
	cr_assert(finding.incident_count == 3, "%zu", finding.incident_count);
	for (size_t i = 0; i < 3; i++)
		cr_expect_str_eq(
			rs_log_text(&small.log, finding.incident[i].target),
			expected[i]);
	small_log_clear(&small);
}

/* Its state is known, however long the wait was. */
Test(estimate_jump_chain, a_long_wait_within_the_log_is_supported)
{
	struct small_log small;
	struct rs_answer answer;

	log_outage(&small);
	answer = small_log_ask(&small, 1002, 95, DRAWS);
	cr_expect(answer.support == RS_SUPPORT_INTERPOLATED);
	cr_expect(answer.environment < 0.05 && answer.own < 0.01);
	small_log_clear(&small);
}

/* In sparse traffic, a call's failure is the only evidence there is: to leave
 * it out is too optimistic. */
Test(estimate_jump_chain, the_failure_of_the_asking_call_is_evidence)
{
	struct small_log small;
	double then, before;

	small_log_begin(&small);
	for (unsigned i = 0; i < 400; i++) {
		bool down = i % 40 == 20;

		small_log_add(&small,
			      &(struct small_attempt){.call = i,
						      .attempt = 1,
						      .at_seconds = i * 5,
						      .failed = down});
		/* Outages last for longer than the first wait, and less than
		 * two seconds. */
		for (unsigned k = 2; down && k < 5; k++)
			small_log_add(&small,
				      &(struct small_attempt){
					      .call = i,
					      .attempt = k,
					      .at_seconds = i * 5 + k * 0.5,
					      .failed = k < 4});
	}
	small_log_fit(&small, DRAWS);
	then = small_log_ask(&small, 20, 100.2, DRAWS).environment;
	before = small_log_ask(&small, 20, 97.5, DRAWS).environment;
	cr_expect(then > 0.7 && before < 0.45, "%g %g", then, before);
	small_log_clear(&small);
}

/* One host of four often fails to reach the target for some seconds: so do the
 * retries of its calls, while first attempts of others fail in a quarter of the
 * cases. */
Test(estimate_jump_chain, calls_that_share_a_bad_host_stay_stuck)
{
	double usual = 0, fails = 0;
	struct small_log small;
	unsigned asked = 0;

	small_log_begin(&small);
	for (unsigned i = 0; i < 12000; i++) {
		bool bad = i % 300 >= 240 && i % 4 == 0, failed = true;

		for (unsigned k = 1; failed && k <= 3; k++) {
			unsigned die = (i * 2654435761u + k * 40503u) >> 16;

			failed = bad && die % 10 > 0;
			small_log_add(&small,
				      &(struct small_attempt){
					      .call = i,
					      .attempt = k,
					      .at_seconds = i * 0.1 + k * 0.55,
					      .failed = failed,
					      .last = k == 3});
		}
	}
	small_log_fit(&small, DRAWS);
	/* In the middle of the bad seconds, before their second attempt. */
	for (unsigned i = 0; i < 12000; i++) {
		struct rs_answer answer;

		if (i % 300 < 250 || i % 300 > 290 || i % 4 != 0)
			continue;
		answer = small_log_ask(&small, i, i * 0.1 + 0.4, DRAWS);
		fails += rs_answer_fails(&answer);
		usual += answer.environment;
		asked++;
	}
	cr_expect(fails / asked > 0.75 && fails / asked < 0.95, "%g",
		  fails / asked);
	cr_expect(usual / asked > 0.1 && usual / asked < 0.4, "%g",
		  usual / asked);
	small_log_clear(&small);
}

static double
permanent_share(const struct small_world *world, const char *policy)
{
	const char *const policies[] = {policy, NULL};
	struct small_case c;
	double share;

	small_case_run(&c, world, policy, policies);
	share = c.comparison.subject[0].finding.permanent_share;
	small_case_clear(&c);
	return share;
}

/* A level between those of a fixed grid does not call for permanent
 * failures. */
Test(estimate_jump_chain, a_steady_rate_is_not_taken_for_permanent_failures)
{
	static const double fails[] = {0.05, 0.2, 0.42, 0.58};

	for (size_t i = 0; i < sizeof(fails) / sizeof(*fails); i++) {
		const struct small_world world = {.seed = 3 + i,
						  .calls_per_second = 20,
						  .seconds = 200,
						  .up_fails = fails[i]};
		double share = permanent_share(&world, "STANDARD");

		cr_expect(share < 0.002, "%g: %g", fails[i], share);
	}
}

Test(estimate_jump_chain, permanent_failures_are_found)
{
	const struct small_world world = {.seed = 5,
					  .calls_per_second = 20,
					  .seconds = 300,
					  .up_fails = 0.02,
					  .down_fails = 0.9,
					  .mean_up = 60,
					  .mean_down = 5,
					  .permanent = 0.02};
	double share = permanent_share(&world, "STANDARD");

	cr_expect(share > 0.014 && share < 0.028, "%g", share);
}

/* An error that says that a retry cannot help is the target's, if it comes with
 * the others of an outage. */
Test(estimate_jump_chain, errors_400_of_an_outage_are_the_outages)
{
	for (int outage = 0; outage < 2; outage++) {
		struct rs_finding finding;
		struct small_log small;
		unsigned failed = 0;

		small_log_begin(&small);
		for (unsigned i = 0; i < 4000; i++) {
			double at = i * 0.05;
			bool fails =
				outage ? at >= 50 && at < 54 : i % 50 == 25;

			failed += fails;
			small_log_add(
				&small,
				&(struct small_attempt){
					.call = i,
					.attempt = 1,
					.at_seconds = at,
					.failed = fails,
					.last = true,
					.code = "http:400",
					.failure_class = BACKOFF_CLASS_CLIENT});
		}
		/* Some other failures, which were tried again. */
		for (unsigned i = 0; i < 40; i++)
			for (unsigned k = 1; k <= 2; k++)
				small_log_add(&small,
					      &(struct small_attempt){
						      .call = 5000 + i,
						      .attempt = k,
						      .at_seconds = i * 4.1 + k,
						      .failed = k < 2});
		cr_expect(failed == 80);
		small_log_fit(&small, DRAWS);
		rs_estimator_jump_chain.finding(small.state, 0, &finding);
		cr_expect(outage ? finding.permanent_share < 0.002
				 : finding.permanent_share > 0.015,
			  "%d: %g", outage, finding.permanent_share);
		small_log_clear(&small);
	}
}

/* A log in which no call was tried again does not show what a retry does. */
Test(estimate_jump_chain, without_retries_the_fate_of_calls_stays_open)
{
	const struct rs_estimator *estimator = &rs_estimator_jump_chain;
	struct rs_question question = {.attempt = 2};
	double own[2] = {0}, environment[2] = {0};
	struct rs_finding finding;
	struct small_log small;
	struct rs_answer answer;

	small_log_begin(&small);
	for (unsigned i = 0; i < 2000; i++)
		small_log_add(&small,
			      &(struct small_attempt){.call = i,
						      .attempt = 1,
						      .at_seconds = i * 0.1,
						      .failed = i % 20 == 7,
						      .last = true});
	small_log_fit(&small, MANY);
	estimator->finding(small.state, 0, &finding);
	cr_expect(finding.permanent_share == 0);
	cr_assert(estimator->families(small.state) == 2);
	question.call = 47;
	question.start_ns = small.log.from_ns + 4800000000;
	for (uint32_t f = 0; f < 2; f++)
		for (uint32_t r = 0; r < MANY; r++) {
			question.family = f;
			question.replica = r;
			estimator->ask(small.state, &question, &answer);
			own[f] += answer.own / MANY;
			environment[f] += answer.environment / MANY;
		}
	cr_expect(own[0] == 0 && fabs(environment[0] - 0.05) < 0.02, "%g",
		  environment[0]);
	cr_expect(own[1] > 0.8 && environment[1] < 0.02, "%g %g", own[1],
		  environment[1]);
	small_log_clear(&small);
}

/* Add a call that fails; it is tried again, and succeeds, unless the failure
 * is its last. */
static void
add_failing(struct small_log *small, unsigned call, double at, const char *code,
	    bool last)
{
	for (unsigned k = 1; k <= (last ? 1 : 2); k++)
		small_log_add(small, &(struct small_attempt){
					     .call = call,
					     .attempt = k,
					     .at_seconds = at + (k - 1) * 6,
					     .failed = k == 1,
					     .last = last,
					     .code = k == 1 ? code : NULL});
}

/* Probability that a call fails by its fate, under the assumption that makes it
 * largest. */
static double
largest_own(const struct small_log *small, size_t call, double at_seconds)
{
	const struct rs_estimator *estimator = &rs_estimator_jump_chain;
	double largest = 0;

	for (uint32_t f = 0; f < estimator->families(small->state); f++) {
		double own = 0;

		for (uint32_t r = 0; r < DRAWS; r++) {
			const struct rs_question question = {
				.call = call,
				.attempt = 2,
				.replica = r,
				.family = f,
				.start_ns = small->log.from_ns +
					    (uint64_t)(at_seconds * 1e9)};
			struct rs_answer answer;

			estimator->ask(small->state, &question, &answer);
			own += answer.own / DRAWS;
		}
		largest = fmax(largest, own);
	}
	return largest;
}

/* A policy that gives up on a type of error does not show what becomes of it,
 * although outages have it, too. */
Test(estimate_jump_chain, the_fate_of_errors_never_retried_stays_open)
{
	for (int retried = 0; retried < 2; retried++) {
		struct small_log small;
		double lone, outage;

		small_log_begin(&small);
		for (unsigned i = 0; i < 4000; i++) {
			double at = i * 0.05;
			bool down = i >= 1000 && i < 1080;

			if (down)
				add_failing(&small, i, at,
					    i % 2 ? "busy" : "down",
					    !retried && i % 2);
			else if (i % 200 == 150)
				add_failing(&small, i, at, "busy",
					    !retried || i == 2150);
			else
				small_log_add(&small, &(struct small_attempt){
							      .call = i,
							      .attempt = 1,
							      .at_seconds = at,
						      });
		}
		small_log_fit(&small, DRAWS);
		lone = largest_own(&small, 2150, 2150 * 0.05 + 1);
		outage = largest_own(&small, 1041, 1041 * 0.05 + 1);
		cr_expect(retried ? lone < 0.5 : lone > 0.99, "%d: %g", retried,
			  lone);
		cr_expect(outage < 0.3, "%d: %g", retried, outage);
		small_log_clear(&small);
	}
}

/* Operations of one target share its outages, but not the failures that each
 * has at any time. */
Test(estimate_jump_chain, operations_of_a_target_have_failures_of_their_own)
{
	struct rs_chance chance = {7};
	struct small_log small;
	double soon = 0, later = 0, outage = 0;
	unsigned asked = 0;

	small_log_begin(&small);
	for (unsigned i = 0; i < 9000; i++) {
		bool scan = i % 10 == 3;
		bool down = i >= 4000 && i < 4020;
		bool fails =
			down || (scan && rs_chance_uniform(&chance) < 0.08);

		for (unsigned k = 1; k <= (fails ? 2 : 1); k++)
			small_log_add(
				&small,
				&(struct small_attempt){
					.call = i,
					.attempt = k,
					.at_seconds = i * 0.1 + k * 3.03,
					.failed = k == 1 && fails,
					.operation = scan ? "scan" : "read",
					.target = "db"});
	}
	small_log_fit(&small, DRAWS);
	for (size_t c = 0; c < small.log.call_count; c++) {
		const struct tk_call *call = &small.log.call[c];
		double at = small_log_at(&small, c);

		if (call->count < 2 || (at > 398 && at < 404))
			continue;
		asked++;
		soon += small_log_ask(&small, c, at + 0.02, DRAWS).environment;
		later += small_log_ask(&small, c, at + 20, DRAWS).environment;
	}
	cr_assert(asked > 40);
	cr_expect(fabs(soon / asked - 0.08) < 0.03, "%g", soon / asked);
	cr_expect(fabs(later / asked - 0.08) < 0.03, "%g", later / asked);
	outage = small_log_ask(&small, 0, 401, DRAWS).environment;
	cr_expect(outage > 0.9, "%g", outage);
	small_log_clear(&small);
}

/* Failures of a target's usual state may be of another type than those of its
 * outages: that says nothing of the calls. */
Test(estimate_jump_chain, a_type_that_outages_lack_is_not_of_calls)
{
	struct rs_chance chance = {3};
	struct small_log small;
	double fails = 0;
	unsigned asked = 0;

	small_log_begin(&small);
	for (unsigned i = 0; i < 8000; i++) {
		bool down = i >= 4000 && i < 4200;
		bool slow = !down && rs_chance_uniform(&chance) < 0.02;

		for (unsigned k = 1; k <= (down || slow ? 2 : 1); k++)
			small_log_add(
				&small,
				&(struct small_attempt){
					.call = i,
					.attempt = k,
					.at_seconds = i * 0.1 + k * 0.53,
					.failed = down || (slow && k == 1),
					.last = k == 2,
					.code = slow ? "deadline" : "refused"});
	}
	small_log_fit(&small, DRAWS);
	for (size_t c = 0; c < small.log.call_count; c++) {
		const struct tk_call *call = &small.log.call[c];
		double at = small_log_at(&small, c);
		struct rs_answer answer;

		if (call->count < 2 || (at > 398 && at < 422))
			continue;
		asked++;
		answer = small_log_ask(&small, c, at + 0.6, DRAWS);
		fails += 1 - (1 - answer.environment) * (1 - answer.own);
	}
	cr_assert(asked > 100);
	cr_expect(fails / asked < 0.05, "%g", fails / asked);
	small_log_clear(&small);
}

/* So may those of a failure rate that wanders, whether it is high or low at the
 * moment. Calls are retried after long waits, at most three times. */
Test(estimate_jump_chain, a_type_that_comes_and_goes_is_not_of_calls)
{
	enum { CALLS = 30000, SECONDS = 1600 };
	static double rate[SECONDS];
	struct rs_chance chance = {5};
	struct small_log small;
	double own = 0, asked = 0;

	rate[0] = 0.03;
	for (unsigned t = 1; t < SECONDS; t++) {
		rate[t] = rate[t - 1] *
			  exp(0.6 * (rs_chance_uniform(&chance) - 0.5));
		rate[t] = fmin(fmax(rate[t], 0.003), 0.15);
	}
	small_log_begin(&small);
	for (unsigned i = 0; i < CALLS; i++) {
		double at = i * 0.05;
		bool failed = true;

		for (unsigned k = 1; failed && k <= 4; k++) {
			bool down = fmod(at, 500) > 440 && fmod(at, 500) < 480;

			failed = rs_chance_uniform(&chance) <
				 (down ? 0.9 : rate[(unsigned)at]);
			small_log_add(
				&small,
				&(struct small_attempt){
					.call = i,
					.attempt = k,
					.at_seconds = at,
					.failed = failed,
					.last = k == 4,
					.code = down ? "timeout" : "refused"});
			at += (2.5 + 2.5 * rs_chance_uniform(&chance)) * k * k;
		}
	}
	small_log_fit(&small, DRAWS);
	for (size_t c = 0; c < small.log.call_count; c++) {
		double at = small_log_at(&small, c);

		if (small.log.call[c].count < 2)
			continue;
		asked++;
		own += small_log_ask(&small, c, at + 0.1, DRAWS).own;
	}
	cr_assert(asked > 1000);
	cr_expect(own / asked < 0.01, "%g", own / asked);
	small_log_clear(&small);
}

/* The same log and seed give the same answers; draws differ from each other
 * where the log leaves something open. */
Test(estimate_jump_chain, draws_depend_on_the_seed_only)
{
	struct small_log small[2];
	bool differ = false;

	for (int i = 0; i < 2; i++)
		log_outage(&small[i]);
	for (uint32_t r = 0; r < DRAWS; r++) {
		struct rs_question question = {
			.call = 1002,
			.attempt = 2,
			.replica = r,
			.start_ns = small[0].log.from_ns + 50500000000};
		struct rs_answer answer[2];
		static double first;

		for (int i = 0; i < 2; i++)
			rs_estimator_jump_chain.ask(small[i].state, &question,
						    &answer[i]);
		cr_expect(answer[0].environment == answer[1].environment);
		if (r == 0)
			first = answer[0].environment;
		differ = differ || answer[0].environment != first;
	}
	cr_expect(differ);
	small_log_clear(&small[0]);
	small_log_clear(&small[1]);
}
