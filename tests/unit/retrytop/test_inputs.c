/* Tests of the page of inputs, and of what a log lacks. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rfc3339.h"
#include "retrytop/view_frame.h"
#include "retrytop/view_message.h"
#include "unit/retrytop/scene.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

Test(retrytop_inputs, inputs_in_trouble_come_first)
{
	struct tk_input_info input[] = {
		{.path = "few", .state = TK_INPUT_READING, .lines = 1},
		{.path = "many", .state = TK_INPUT_READING, .lines = 9},
		{.path = "loses",
		 .state = TK_INPUT_READING,
		 .lost_bytes = 77,
		 .lost_ns = T0_S * NS_PER_S},
		{.path = "copy", .state = TK_INPUT_READING, .same_as = 0},
		{.path = "gone", .error_number = ENOENT},
		{.path = "closed",
		 .state = TK_INPUT_DENIED,
		 .error_number = EACCES},
	};
	static const char *const order[] = {" closed", " gone", " loses",
					    " many",   " few",  " copy"};
	struct scene scene;

	scene_storm(&scene);
	for (size_t i = 0; i < COUNT(input); i++)
		if (i != 3)
			input[i].same_as = SIZE_MAX;
	scene.view.input = input;
	scene.view.input_count = COUNT(input);
	scene.ui.page = RT_PAGE_INPUTS;
	for (size_t i = 1; i < COUNT(order); i++)
		cr_expect_lt(scene_line_of(&scene, order[i - 1]),
			     scene_line_of(&scene, order[i]), "%s", order[i]);
	scene_line_of(&scene,
		      "LOST  77 bytes, last noticed at 2026-11-23T09:00:00Z");
	scene_close(&scene);
}

Test(retrytop_inputs, losses_have_the_time_when_they_were_noticed)
{
	struct rt_alerts alerts = {0};
	struct scene scene;

	scene_storm(&scene);
	scene.view.alerts = &alerts;
	scene.ui.page = RT_PAGE_INPUTS;
	scene.ingest.bad = 2;
	rt_alerts_update(&alerts, &scene.ingest, scene.input, 1, NS_PER_S,
			 T0_S * NS_PER_S);
	scene.ingest.caught_up = true;
	for (uint64_t s = 100; s < 110; s++) {
		scene.ingest.dropped += 3;
		rt_alerts_update(&alerts, &scene.ingest, scene.input, 1,
				 s * NS_PER_S, (T0_S + s) * NS_PER_S);
	}
	cr_expect_eq(alerts.losses, 2);
	cr_expect_lt(scene_line_of(&scene, "2026-11-23T09:01:40Z  30 dropped"),
		     scene_line_of(&scene,
				   "2026-11-23T09:00:00Z  2 bad lines, in "
				   "what was there at the start"));
	scene_close(&scene);
}

Test(retrytop_inputs, an_input_has_its_rate_and_age)
{
	struct rt_beat beat = {.at_ns = 100 * NS_PER_S, .lines_per_s = 12.0};
	const struct rt_pulse pulse = {&beat, 1, 130 * NS_PER_S};
	struct scene scene;

	scene_storm(&scene);
	scene.view.pulse = &pulse;
	scene.ui.page = RT_PAGE_INPUTS;
	scene_line_of(&scene,
		      "reading  0 lines  12.0 lines/s  last line 30s ago");
	scene_close(&scene);
}

Test(retrytop_inputs, without_successes_nothing_is_said_about_first_tries)
{
	static const struct {
		const char *why, *title;
		bool native, lacks;
	} cases[] = {
		{"all calls are logged", "WHAT BECAME OF 5 CALLS", true, false},
		{"failures alone", "WHAT BECAME OF 5 LOGGED CALLS", false,
		 true},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene scene;

		scene_open(&scene);
		scene_add(&scene,
			  cases[i].native
				  ? native_event(BACKOFF_EVENT_EXHAUSTED, "op",
						 T0_S + 100, 3)
				  : foreign_event(BACKOFF_EVENT_EXHAUSTED, "op",
						  T0_S + 100, 3),
			  5);
		scene_compute(&scene);
		rt_browse_open(scene.browse, &scene.list);
		scene_look(&scene);
		scene.ui.page = RT_PAGE_OPERATION;
		scene_line_of(&scene, cases[i].title);
		cr_expect_eq(scene_lacks(&scene, "first try OK"),
			     cases[i].lacks, "%s", cases[i].why);
		scene_close(&scene);
	}
}
