/* Tests of tools/live/verdict_link.c: verdicts because of another. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "live/verdict.h"
#include "unit/live/helper.h"

/* Two operations of which one calls the other; its error says this. */
static struct rt_verdicts
chain(const char *text, uint64_t first_s, struct rt_window *window)
{
	struct rt_verdicts verdicts;

	for (uint64_t s = 0; s < 130; s++) {
		bool down = s >= 100, first = s >= first_s;
		struct backoff_event event = native_event(
			down ? BACKOFF_EVENT_EXHAUSTED : BACKOFF_EVENT_SUCCESS,
			"pay.charge", T0_S + s, 1);

		event.error = "refused";
		add_many(window, event, 20);
		event = native_event(first ? BACKOFF_EVENT_EXHAUSTED
					   : BACKOFF_EVENT_SUCCESS,
				     "order", T0_S + s, 1);
		event.code = "http:502";
		event.error = text;
		add_many(window, event, 10);
	}
	cr_assert(rt_verdicts_update(&verdicts, window));
	cr_assert_eq(verdicts.count, 2);
	cr_assert_str_eq(verdicts.item[1].operation, "order");
	return verdicts;
}

Test(live_verdict_link, a_verdict_is_because_of_another_if_its_error_says_so)
{
	static const struct {
		const char *why, *text;
		uint64_t first_s;
		const char *because;
	} row[] = {
		{"named", "Bad Gateway: pay.charge failed", 100, "pay.charge"},
		{"at the end", "no answer from pay.charge.", 100, "pay.charge"},
		{"later", "pay.charge", 110, "pay.charge"},
		{"before it", "pay.charge failed", 90, NULL},
		{"not named", "Bad Gateway", 100, NULL},
		{"a longer name", "pay.charge.card failed", 100, NULL},
		{"another name", "old-pay.charge failed", 100, NULL},
		{"itself", "order failed", 100, NULL},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct rt_window *window = rt_window_new();
		struct rt_verdicts verdicts =
			chain(row[i].text, row[i].first_s, window);
		const char *because = verdicts.item[1].because;
		char cause[RT_CAUSE_MAX];

		cr_expect_null(verdicts.item[0].because, "%s", row[i].why);
		if (row[i].because == NULL)
			cr_expect_null(because, "%s", row[i].why);
		else
			cr_expect_str_eq(because, row[i].because, "%s",
					 row[i].why);
		rt_verdict_cause(&verdicts.item[1], cause, sizeof(cause));
		cr_expect_eq(strstr(cause, "because of pay.charge (same "
					   "second)") != NULL,
			     row[i].because != NULL && row[i].first_s == 100,
			     "%s: %s", row[i].why, cause);
		rt_window_free(window);
	}
}
