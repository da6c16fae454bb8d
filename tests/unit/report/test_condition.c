/* Conditions and what would settle them, in words. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include <criterion/criterion.h>

#include "report/condition.h"

Test(report_condition, each_kind_has_a_sentence_with_its_numbers)
{
	static const struct {
		struct rs_condition condition;
		const char *expected;
	} cases[] = {
		{{.kind = RS_CONDITION_NONE}, NULL},
		{{.kind = RS_CONDITION_LOAD, .value = 182, .seen = 80},
		 "whether the target bears 182 attempts/s; the log saw at most "
		 "80"},
		{{.kind = RS_CONDITION_COUPLING, .value = 3.14},
		 "whether failures stay as they are under another load; they "
		 "rise with it (z 3.1)"},
		{{.kind = RS_CONDITION_COUPLING, .share = 0.4},
		 "whether failures stay as they are under another load; 40.0 "
		 "% of them are throttling"},
		{{.kind = RS_CONDITION_FATE, .share = 0.021},
		 "whether calls that keep failing (2.1 %) can recover; too few "
		 "were retried often"},
		{{.kind = RS_CONDITION_WAIT, .share = 0.108, .seen = 10e9},
		 "whether calls that still fail after 10s can recover (10.8 % "
		 "of attempts)"},
		{{.kind = RS_CONDITION_TIMEOUT,
		  .share = 0.0001,
		  .value = 5e9,
		  .seen = 2e9},
		 "whether attempts that were cut off at 2s would succeed by 5s "
		 "(<0.1 % of them)"},
		{{.kind = RS_CONDITION_LOSS, .share = 0.01},
		 "whether the calls of missing lines are like the others (1.0 "
		 "% of calls)"},
		{{.kind = RS_CONDITION_CLOCKS, .value = 300e6},
		 "whether times are right; clocks differ by 300ms"},
		{{.kind = RS_CONDITION_GUARD},
		 "whether enough calls succeed at once to fill the budget; "
		 "give their number with --calls"},
		{{.kind = RS_CONDITION_BREAKER, .share = 0.061},
		 "what the target did while the recorded breaker kept 6.1 % of "
		 "calls away"},
		{{.kind = RS_CONDITION_HEDGE},
		 "whether hedges change anything; replay makes none"},
	};
	bool seen[RS_CONDITION_COUNT] = {false};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct rs_result result = {.difference.condition =
							 cases[i].condition};
		char text[320] = "";

		seen[cases[i].condition.kind] = true;
		cr_expect_eq(rs_say_condition(&result, text, sizeof(text)),
			     cases[i].expected != NULL);
		if (cases[i].expected)
			cr_expect_str_eq(text, cases[i].expected);
	}
	for (int k = 0; k < RS_CONDITION_COUNT; k++)
		cr_expect(seen[k], "kind %d", k);
}

Test(report_condition, what_is_needed_has_a_unit)
{
	static const struct {
		struct rs_needed needed;
		const char *expected;
	} cases[] = {
		{{.days = 0}, NULL},
		{{.days = 0, .traffic = 0.05}, NULL},
		{{.days = 0.01}, "about 1 hour of such a log"},
		{{.days = 0.5}, "about 12 hours of such a log"},
		{{.days = 1}, "about 1 day of such a log"},
		{{.days = 12.2}, "about 12 days of such a log"},
		{{.days = 3, .traffic = 0.05},
		 "5 % of traffic for about 3 days"},
		{{.days = 3, .traffic = 0.005},
		 "0.5 % of traffic for about 3 days"},
		{{.days = 1, .jitter = 0.5}, "jitter 0.5 for about 1 day"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct rs_result result = {.difference.needed =
							 cases[i].needed};
		char text[96] = "";

		cr_expect_eq(rs_say_needed(&result, text, sizeof(text)),
			     cases[i].expected != NULL);
		if (cases[i].expected)
			cr_expect_str_eq(text, cases[i].expected);
	}
}
