/* Tests of tools/live/onset.c: start and end of a rise. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "unit/live/helper.h"
#include "live/onset.h"

/* Retries in steps of ten seconds, one digit each; '+' is 30. Then the steps at
 * whose end a rise is first and last reported, and the step at which it began.
 */
static const struct {
	const char *why, *steps;
	int seen_first, seen_last, begins;
} row[] = {
	{"silence", "00000000000000000000", -1, -1, -1},
	{"a storm after silence", "0000000000+++++000000", 12, 16, 10},
	{"two steps are a spike", "0000000000++000000000", -1, -1, -1},
	{"the retries of one call are not a rise", "000000000011100000000", -1,
	 -1, -1},
	{"three retries in each of three steps are the least",
	 "00000000003330000000", 12, 14, 10},
	{"a calm step within a storm does not end it", "0000000000++++0++++000",
	 12, 20, 10},
	{"usual noise is usual", "35243524352435243524", -1, -1, -1},
	{"above the usual noise", "3524352435243524+++++00", 18, 22, 16},
	{"a log that begins in a storm has no usual rate",
	 "++++++++++++++++++++", -1, -1, -1},
	{"a storm longer than the history stays a rise",
	 "0000000000++++++++++++++++++++++++++++++++++++++++++++++++++++", 12,
	 61, 10},
};

static uint64_t
count_step(const void *user, uint64_t step)
{
	const char *steps = user;

	return steps[step - 1] == '+' ? 30 : (uint64_t)(steps[step - 1] - '0');
}

Test(live_onset, a_rise_is_above_the_usual)
{
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct rt_onset onset = {.next_step = 1};
		int first = -1, last = -1, begins = -1;

		for (size_t k = 0; k < strlen(row[i].steps); k++) {
			rt_onset_judge(&onset, k + 1, 1, count_step,
				       row[i].steps);
			if (onset.rising_s == 0)
				continue;
			if (first < 0)
				first = (int)k;
			last = (int)k;
			begins = (int)(onset.rising_s / RT_ONSET_STEP_S) - 1;
		}
		cr_expect_eq(first, row[i].seen_first, "%s: seen at %d",
			     row[i].why, first);
		cr_expect_eq(last, row[i].seen_last, "%s: seen until %d",
			     row[i].why, last);
		cr_expect_eq(begins, row[i].begins, "%s: begins at %d",
			     row[i].why, begins);
	}
}

Test(live_onset, a_window_judges_its_operations_as_time_passes)
{
	struct rt_window *window = rt_window_new();
	struct rt_operation *operation;

	for (uint64_t s = 0; s < 200; s++) {
		if (s % 30 == 0)
			add_event(window, foreign_event(BACKOFF_EVENT_ATTEMPT,
							"op", T0_S + s, 1));
		for (unsigned n = 0; s >= 120 && n < 2; n++)
			add_event(window, foreign_event(BACKOFF_EVENT_ATTEMPT,
							"op", T0_S + s, 1));
	}
	operation = rt_window_operation(window, 0);
	cr_expect_eq(rt_operation_rising_s(operation, T0_S + 199), T0_S + 120);
	/* Three calm steps end the rise; steps are judged two seconds late. */
	cr_expect_eq(rt_operation_rising_s(operation, T0_S + 231), T0_S + 120);
	cr_expect_eq(rt_operation_rising_s(operation, T0_S + 232), 0);
	cr_expect_eq(rt_operation_rising_s(operation, T0_S + 99999), 0);
	rt_window_free(window);
}
