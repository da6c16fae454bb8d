/* Tests of tools/retrytop/view_message.c: verdicts in words. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "retrytop/view_frame.h"
#include "retrytop/view_message.h"
#include "unit/retrytop/scene.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Calls of a second that end in the same way. */
static struct backoff_event
call_event(bool fails, const char *operation, uint64_t second)
{
	struct backoff_event event = native_event(
		fails ? BACKOFF_EVENT_EXHAUSTED : BACKOFF_EVENT_SUCCESS,
		operation, second, 1);

	event.target = "api";
	return event;
}

Test(retrytop_verdicts, operations_that_are_not_named_are_counted)
{
	char name[][8] = {"op-0", "op-1", "op-2", "op-3", "op-4", "op-5"};
	struct scene scene;
	char text[200];

	scene_open(&scene);
	for (uint64_t s = 0; s < 105; s++)
		for (size_t i = 0; i < COUNT(name); i++)
			scene_add(&scene,
				  call_event(s >= 70, name[i], T0_S + s), 9);
	scene_compute(&scene);
	cr_assert(
		rt_view_verdict_detail(&scene.view, 0, 0, text, sizeof(text)));
	cr_expect_str_eq(text, "  fails for op-0, op-1, op-2, op-3 and 2 more");
	scene_close(&scene);
}

/* "All 8 hosts alike", of 20. */
Test(retrytop_verdicts, hosts_are_said_to_be_more_than_are_kept_apart)
{
	static const struct {
		const char *why;
		unsigned hosts, bad_from;
		const char *want;
	} row[] = {
		{"some", 4, 0, "  all 4 hosts alike"},
		{"as many as are kept", 8, 0, "  all 8 hosts alike"},
		{"one more", 9, 0, "  more than 8 hosts, all alike"},
		{"many", 20, 0, "  more than 8 hosts, all alike"},
		{"two", 2, 0, "  both hosts alike"},
		{"more on one of two", 2, 1, "only host pod-01 of 2"},
		{"one of some", 4, 3, "only host pod-03 of 4"},
		{"one of many", 20, 19, "only host pod-19 of more than 8"},
		{"half of many", 20, 10,
		 "  on more than 8 hosts, more on some than others"},
		{"half of some", 4, 2,
		 "  on 4 hosts, more on some than others"},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct scene scene;
		char text[200], host[16];

		scene_open(&scene);
		for (uint64_t s = 0; s < 105; s++)
			for (unsigned h = 0; h < row[i].hosts; h++) {
				struct backoff_event event = call_event(
					s >= 70 && h >= row[i].bad_from, "op",
					T0_S + s);

				snprintf(host, sizeof(host), "pod-%02u", h);
				event.host = host;
				scene_add(&scene, event, 5);
			}
		scene_compute(&scene);
		/* A detail, or the end of the cause: not both. */
		if (!rt_view_verdict_detail(&scene.view, 0, 0, text,
					    sizeof(text)))
			rt_view_verdict(&scene.view, 0, text, sizeof(text));
		cr_expect(strstr(text, row[i].want) != NULL, "%s: %s",
			  row[i].why, text);
		scene_close(&scene);
	}
}

/* "AMPLIFIED: 0 failures/s" was said of an outage between two calls, and "0% of
 * attempts fail" at its end. */
Test(retrytop_verdicts, a_verdict_without_failures_of_late_says_when_it_ends)
{
	for (int calls = 0; calls < 2; calls++) {
		struct scene scene;
		char text[400];

		scene_open(&scene);
		for (uint64_t s = 0; s < 1000; s++) {
			scene_add(&scene, call_event(false, "other", T0_S + s),
				  1);
			if (s % 10 == 0 && s <= 960)
				scene_add(&scene,
					  call_event(s >= 900, "op", T0_S + s),
					  1);
			if (calls && s == 990)
				scene_add(&scene,
					  call_event(false, "op", T0_S + s), 1);
		}
		scene_compute(&scene);
		rt_view_verdict(&scene.view, 0, text, sizeof(text));
		cr_expect(strstr(text, "FAILING") != NULL, "%s", text);
		cr_expect(strstr(text, "no failure (last 30s), ends if it "
				       "stays so: ") != NULL,
			  "%d: %s", calls, text);
		scene_close(&scene);
	}
}

/* "0% of calls fail" where half of the attempts do, and "1.46e+03". */
Test(retrytop_verdicts, a_verdict_says_what_fails_in_plain_numbers)
{
	static const struct {
		const char *why;
		/* Each second. */
		unsigned retries, good, bad;
		const char *want;
	} row[] = {
		{"calls", 0, 0, 20,
		 "100% of calls fail (last 30s): Connection"},
		{"many calls", 0, 0, 1460, "; 1460.0 calls/s"},
		{"attempts", 20, 15, 0,
		 "57.1% of attempts fail (last 30s): Connection"},
		{"no call has ended", 20, 0, 0,
		 "100% of attempts fail (last 30s): "},
		{"half of each", 10, 10, 10, "50% of calls fail (last 30s): "},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct scene scene;
		char text[400];

		scene_open(&scene);
		for (uint64_t s = T0_S; s < T0_S + 105; s++) {
			bool down = s >= T0_S + 70;
			struct backoff_event retry =
				native_event(BACKOFF_EVENT_ATTEMPT, "op", s, 1);

			scene_add(&scene, retry, down ? row[i].retries : 0);
			scene_add(&scene, call_event(false, "op", s),
				  down ? row[i].good : 20);
			scene_add(&scene, call_event(true, "op", s),
				  down ? row[i].bad : 0);
		}
		scene_compute(&scene);
		cr_assert_eq(rt_view_verdicts(&scene.view), 1, "%s",
			     row[i].why);
		rt_view_message(&scene.view, text, sizeof(text));
		cr_expect(strstr(text, row[i].want) != NULL, "%s: %s",
			  row[i].why, text);
		scene_close(&scene);
	}
}

/* At 120 columns the cause was cut though there was a line for it. */
Test(retrytop_verdicts, a_cause_that_a_line_would_cut_has_its_own)
{
	static const struct {
		size_t width, most;
		const char *line[4];
	} row[] = {
		{SIZE_MAX, 4, {"FAILING ", "  fails for op-0, op-1", NULL}},
		{60, 3, {"FAILING ", "  100% of ", "  fails for op-0, op-1"}},
		{60, 4, {"FAILING ", "  100% of ", "  fails for op-0, op-1"}},
		{60, 2, {"FAILING ", "  100% of ", NULL}},
		{60, 1, {"FAILING ", NULL, NULL}},
	};
	struct scene scene;
	char text[RT_VIEW_LINE_MAX];

	scene_open(&scene);
	for (uint64_t s = T0_S; s < T0_S + 105; s++) {
		scene_add(&scene, call_event(s >= T0_S + 70, "op-0", s), 9);
		scene_add(&scene, call_event(s >= T0_S + 70, "op-1", s), 9);
	}
	scene_compute(&scene);
	for (size_t i = 0; i < COUNT(row); i++) {
		size_t lines = rt_view_verdict_lines(&scene.view, row[i].width,
						     row[i].most);

		for (size_t k = 0; k < 4; k++) {
			cr_expect((k < lines) == (row[i].line[k] != NULL),
				  "row %zu: %zu lines", i, lines);
			if (row[i].line[k] == NULL)
				break;
			rt_view_verdict_line(&scene.view, row[i].width,
					     row[i].most, k, text,
					     sizeof(text));
			cr_expect(strncmp(text, row[i].line[k],
					  strlen(row[i].line[k])) == 0,
				  "row %zu: %s", i, text);
		}
	}
	scene_close(&scene);
}

/* The start of a line of a screen. */
static void
expect_line_begins(const struct scene *scene, size_t width, size_t height,
		   size_t y, const char *want)
{
	struct rt_grid grid;
	char line[1024];

	cr_assert(rt_grid_init(&grid, width, height, true));
	rt_view_render(&scene->view, &grid);
	rt_grid_string(&grid, y, line, sizeof(line));
	cr_expect_eq(strncmp(line, want, strlen(want)), 0, "%zux%zu, %zu: %s",
		     width, height, y, line);
	rt_grid_clear(&grid);
}

/* Only the worst was named, and half of the screen was empty. */
Test(retrytop_verdicts, a_high_screen_names_all_that_is_wrong)
{
	static const char *const name[] = {"pay", "post", "well"};
	static const char *const host[] = {"h1", "h2"};
	struct scene scene;

	scene_open(&scene);
	for (uint64_t s = 0; s < 105; s++)
		for (size_t i = 0; i < 2 * COUNT(name); i++) {
			struct backoff_event event = call_event(
				s >= 70 && i / 2 < 2, name[i / 2], T0_S + s);

			event.target = NULL;
			event.host = host[i % 2];
			scene_add(&scene, event, i / 2 == 0 ? 9 : 5);
		}
	scene_compute(&scene);
	expect_line_begins(&scene, 120, 35, 1, " FAILING   pay ");
	expect_line_begins(&scene, 120, 35, 2, "   both hosts alike");
	expect_line_begins(&scene, 120, 35, 3, " FAILING   post ");
	expect_line_begins(&scene, 120, 35, 4, "   both hosts alike");
	expect_line_begins(&scene, 120, 35, 5, " 0 bad  0 lost");
	expect_line_begins(&scene, 120, 35, 14, " OPERATION");
	expect_line_begins(&scene, 120, 20, 1, " FAILING   pay ");
	expect_line_begins(&scene, 120, 20, 2, " FAILING   post ");
	expect_line_begins(&scene, 120, 20, 3, " 0 bad  0 lost");
	expect_line_begins(
		&scene, 120, 16, 1,
		" FAILING   pay  since 09:01:10 (34s)  worsening  1 more   ");
	expect_line_begins(&scene, 120, 16, 2, " 0 bad  0 lost");
	cr_expect_eq(rt_view_rows(&scene.view, 120, 35),
		     rt_view_rows(&scene.view, 120, 32) + 3);
	scene_close(&scene);
}

/* "FAILING  post  since 09:01:10 (34s)  worsening  100% of 20.0 ca~", without
 * the error, while the first verdict had three lines. */
Test(retrytop_verdicts, a_narrow_screen_says_why_before_how_many)
{
	static const char *const want[] = {
		"FAILING   pay  since 09:01:10 (34s)  worsening",
		"  100% of calls fail (last 30s): http:502, budget empty",
		("FAILING post since 09:01:10 (34s) worsening 100% fail: "
		 "http:502~"),
	};
	struct scene scene;
	char text[RT_VIEW_LINE_MAX];

	scene_open(&scene);
	for (uint64_t s = T0_S; s < T0_S + 105; s++)
		for (unsigned i = 0; i < 2; i++) {
			struct backoff_event event = call_event(
				s >= T0_S + 70, i == 0 ? "pay" : "post", s);

			event.target = NULL;
			event.code = "http:502";
			event.stop = BACKOFF_STOP_BUDGET;
			scene_add(&scene, event, i == 0 ? 9 : 5);
		}
	scene_compute(&scene);
	cr_assert_eq(rt_view_verdict_lines(&scene.view, 70, 3), 3);
	for (size_t i = 0; i < COUNT(want); i++) {
		rt_view_verdict_line(&scene.view, 70, 3, i, text, sizeof(text));
		for (size_t n = strlen(text); n > 0 && text[n - 1] == ' ';)
			text[--n] = '\0';
		cr_expect_str_eq(text, want[i], "%s", text);
	}
	scene_close(&scene);
}
