/* Tests of tools/live/onset.c: start and end of an incident. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include <backoff/rng.h>

#include "unit/live/helper.h"
#include "live/onset.h"

#define PARTS 6

/* Parts of a log: seconds, each with attempts of which some fail. Then the
 * first and the last second in which an incident is reported, and its onset. */
static const struct {
	const char *why;
	struct {
		int seconds, tries, failed;
	} part[PARTS];
	int said, last, since;
	bool is_rate;
} row[] = {
	{"silence", {{200, 0, 0}}, 0, 0, 0, false},
	{"a usual share is usual", {{300, 20, 3}}, 0, 0, 0, false},
	{"an outage",
	 {{100, 20, 0}, {60, 20, 19}, {60, 20, 0}},
	 104,
	 163,
	 101,
	 false},
	{"a second of failures is a blip",
	 {{100, 20, 0}, {1, 20, 20}, {100, 20, 0}},
	 0,
	 0,
	 0,
	 false},
	{"failures for less than two seconds of three are a blip",
	 {{100, 20, 0}, {1, 20, 6}, {1, 20, 12}, {1, 20, 6}, {60, 20, 0}},
	 0,
	 0,
	 0,
	 false},
	{"a blip and a failure now and then are not an incident",
	 {{100, 6, 0}, {1, 6, 1}, {4, 6, 0}, {1, 9, 4}, {3, 6, 0}, {1, 6, 1}},
	 0,
	 0,
	 0,
	 false},
	{"a share that doubles, of much",
	 {{100, 100, 10}, {60, 100, 22}, {200, 100, 10}},
	 104,
	 167,
	 101,
	 false},
	{"a share that nearly doubles, of very much",
	 {{100, 500, 25}, {60, 500, 45}, {60, 500, 25}},
	 104,
	 164,
	 101,
	 false},
	{"what was before an hour of silence is another matter",
	 {{300, 20, 1}, {3, 20, 6}, {3600, 0, 0}, {2, 20, 6}, {60, 20, 1}},
	 0,
	 0,
	 0,
	 false},
	{"more load with the usual share",
	 {{100, 10, 1}, {60, 200, 20}, {60, 10, 1}},
	 0,
	 0,
	 0,
	 false},
	{"an outage from the first line on, by the absolute limit",
	 {{30, 20, 19}, {60, 20, 0}},
	 4,
	 33,
	 1,
	 false},
	{"a brown-out from the first line on is not known to be one",
	 {{100, 20, 4}},
	 0,
	 0,
	 0,
	 false},
	{"the fourth failed attempt of a quiet service shows it",
	 {{600, 1, 0}, {30, 1, 1}, {60, 1, 0}},
	 604,
	 639,
	 601,
	 false},
	{"an outage does not become usual",
	 {{100, 20, 0}, {2000, 20, 19}, {60, 20, 0}},
	 104,
	 2103,
	 101,
	 false},
	{"a pause without attempts says nothing",
	 {{100, 20, 0}, {10, 20, 19}, {100, 0, 0}, {10, 20, 19}},
	 104,
	 220,
	 101,
	 false},
	{"an incident that fell silent ends",
	 {{100, 20, 0}, {10, 20, 19}, {500, 0, 0}},
	 104,
	 410,
	 101,
	 false},
	{"a rate, where successes are not known",
	 {{300, 0, 0}, {60, 0, 5}, {100, 0, 0}},
	 304,
	 368,
	 301,
	 true},
	{"a usual rate is usual", {{900, 0, 5}}, 0, 0, 0, true},
};

Test(live_onset, an_incident_is_above_the_usual)
{
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		const struct rt_onset_how how = {.prior = 0.02,
						 .weight = 40,
						 .is_rate = row[i].is_rate,
						 .has_limit = !row[i].is_rate,
						 .is_settled = true};
		struct rt_onset onset = {0};
		int said = 0, last = 0, since = 0, second = 0;

		for (size_t p = 0; p < PARTS; p++) {
			for (int s = 0; s < row[i].part[p].seconds; s++) {
				second++;
				rt_onset_step(&onset, &how, (uint64_t)second,
					      row[i].part[p].tries,
					      row[i].part[p].failed);
				if (onset.since_s == 0)
					continue;
				if (said == 0)
					said = second;
				last = second;
				since = (int)onset.since_s;
			}
		}
		cr_expect_eq(said, row[i].said, "%s: said at %d", row[i].why,
			     said);
		cr_expect(last >= row[i].last - 2 && last <= row[i].last + 5,
			  "%s: until %d", row[i].why, last);
		cr_expect_eq(since, row[i].since, "%s: since %d", row[i].why,
			     since);
	}
}

/* The brown-out after the outage went unsaid: the outage was usual then. */
Test(live_onset, a_second_incident_is_said_like_the_first)
{
	const struct rt_onset_how how = {
		.prior = 0.02, .weight = 40, .has_limit = true};
	struct rt_onset onset = {0};

	for (uint64_t s = 1; s <= 100; s++)
		rt_onset_step(&onset, &how, s, 20, 0);
	for (uint64_t s = 101; s <= 200; s++)
		rt_onset_step(&onset, &how, s, 20, 19);
	for (uint64_t s = 201; s <= 230; s++)
		rt_onset_step(&onset, &how, s, 20, 0);
	cr_expect_eq(onset.since_s, 0);
	for (uint64_t s = 231; s <= 234; s++)
		rt_onset_step(&onset, &how, s, 20, 4);
	cr_expect_eq(onset.since_s, 231);
}

/* An alarm stayed for more than a minute after the end, for want of calls. */
Test(live_onset, a_few_successes_end_an_outage_of_a_quiet_service)
{
	const struct rt_onset_how how = {
		.prior = 0.02, .weight = 40, .has_limit = true};
	struct rt_onset onset = {0};

	for (uint64_t s = 1; s <= 4000; s += 10)
		rt_onset_step(&onset, &how, s, 1, s > 3000);
	cr_expect_eq(onset.since_s, 3001, "%ju", (uintmax_t)onset.since_s);
	for (uint64_t s = 4001; s <= 4021; s += 10)
		rt_onset_step(&onset, &how, s, 1, 0);
	cr_expect_eq(onset.since_s, 0);
}

/* An incident that eased was over at a third of its level, and began again. */
Test(live_onset, an_incident_that_eases_is_one_until_its_end)
{
	const struct rt_onset_how how = {
		.prior = 0.02, .weight = 40, .has_limit = true};
	struct rt_onset onset = {0};

	for (uint64_t s = 1; s <= 100; s++)
		rt_onset_step(&onset, &how, s, 40, s % 5 == 0);
	for (uint64_t s = 101; s <= 260; s++) {
		rt_onset_step(&onset, &how, s, 40, (double)(261 - s) / 4);
		if (s > 110 && s < 250)
			cr_assert_eq(onset.since_s, 101, "%ju", (uintmax_t)s);
	}
	for (uint64_t s = 261; s <= 290; s++)
		rt_onset_step(&onset, &how, s, 40, s % 5 == 0);
	cr_expect_eq(onset.since_s, 0);
}

/* A wrong alarm stayed for ever where more fails than was known. */
Test(live_onset, an_incident_ends_at_a_level_that_is_somewhat_higher)
{
	const struct rt_onset_how how = {
		.prior = 0.02, .weight = 40, .has_limit = true};
	struct rt_onset onset = {0};

	for (uint64_t s = 1; s <= 600; s++)
		rt_onset_step(&onset, &how, s, 10, s % 10 == 0);
	for (uint64_t s = 601; s <= 620; s++)
		rt_onset_step(&onset, &how, s, 10, 6);
	cr_expect_eq(onset.since_s, 601);
	for (uint64_t s = 621; s <= 720; s++)
		rt_onset_step(&onset, &how, s, 10, s % 3 == 0);
	cr_expect_eq(onset.since_s, 0);
}

/* Twelve attempts of a service of which a third usually fails were an incident,
 * for hours. */
Test(live_onset, a_few_attempts_do_not_show_what_is_usual)
{
	const struct rt_onset_how how = {
		.prior = 0.02, .weight = 40, .has_limit = true};
	struct rt_onset onset = {0};

	for (uint64_t s = 1; s <= 3000; s += 5) {
		rt_onset_step(&onset, &how, s, 1, s % 15 == 1);
		cr_assert_eq(onset.since_s, 0, "%ju", (uintmax_t)s);
	}
}

/* A weak alarm stayed, for want of evidence for its end. */
Test(live_onset, an_incident_ends_when_nothing_speaks_for_it)
{
	const struct rt_onset_how how = {
		.prior = 0.05, .weight = 100, .has_limit = true};
	struct rt_onset onset = {0};

	for (uint64_t s = 1; s <= 600; s++)
		rt_onset_step(&onset, &how, s, 4, s % 25 == 0);
	for (uint64_t s = 601; s <= 630; s++)
		rt_onset_step(&onset, &how, s, 4, 1);
	cr_expect_neq(onset.since_s, 0);
	for (uint64_t s = 631; s <= 800; s++)
		rt_onset_step(&onset, &how, s, 4, s % 13 == 0);
	cr_expect_eq(onset.since_s, 0);
}

/* None of twenty attempts had failed, and then seven of eight by chance: what
 * is usual was an incident for half an hour. */
Test(live_onset, what_little_showed_does_not_hold_an_incident)
{
	const struct rt_onset_how how = {.prior = 0.02,
					 .weight = 40,
					 .has_limit = true,
					 .is_settled = true};
	struct rt_onset onset = {0};
	uint64_t s = 1;

	for (; s <= 60; s += 3)
		rt_onset_step(&onset, &how, s, 1, 0);
	for (unsigned i = 0; i < 8; i++, s += 3)
		rt_onset_step(&onset, &how, s, 1, i != 4);
	cr_expect_neq(onset.since_s, 0);
	for (; s <= 300; s += 3)
		rt_onset_step(&onset, &how, s, 1, s % 10 == 0);
	for (; s <= 3600; s += 3) {
		rt_onset_step(&onset, &how, s, 1, s % 10 == 0);
		cr_assert_eq(onset.since_s, 0, "%ju", (uintmax_t)s);
	}
}

/* What is usual for a quiet service is known badly: there was a wrong alarm
 * each day. */
Test(live_onset, a_month_of_a_quiet_service_has_few_wrong_alarms)
{
	const struct rt_onset_how how = {.prior = 0.02,
					 .weight = 40,
					 .has_limit = true,
					 .is_settled = true};
	struct rt_onset onset = {0};
	unsigned alarms = 0;

	for (uint64_t s = 1; s <= (uint64_t)30 * 86400; s += 4) {
		bool had = onset.since_s != 0;
		uint64_t bits = backoff_draw(1, BACKOFF_PURPOSE_USER, s, 0);

		rt_onset_step(&onset, &how, s, 1, bits < UINT64_MAX / 10);
		alarms += !had && onset.since_s != 0;
	}
	cr_expect(alarms <= 12, "%u", alarms);
}

/* What was hardly more than usual stayed for two minutes. */
Test(live_onset, a_small_incident_ends_when_most_speaks_against_it)
{
	const struct rt_onset_how how = {.prior = 0.05, .weight = 100};
	struct rt_onset onset = {0};
	uint64_t s = 1;

	for (; s <= 600; s++)
		rt_onset_step(&onset, &how, s, 20, s % 10 == 0);
	for (; s <= 640; s++)
		rt_onset_step(&onset, &how, s, 20, 1);
	cr_expect_neq(onset.since_s, 0);
	for (; s <= 720; s++)
		rt_onset_step(&onset, &how, s, 20, s % 7 == 0);
	cr_expect_eq(onset.since_s, 0);
}
