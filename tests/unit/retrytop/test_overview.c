/* Tests of the overview: whole screens of an outage, at four sizes. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "retrytop/view_frame.h"
#include "retrytop/view_message.h"
#include "unit/retrytop/scene.h"

/* An outage with open breakers and an empty budget, hedges, and more operations
 * than fit. */
static void
scene_outage(struct scene *scene)
{
	scene_open(scene);
	for (uint64_t s = 0; s < 360; s++) {
		uint64_t at = T0_S - 255 + s;
		bool down = s >= 300;
		struct backoff_event event;

		event = native_event(down ? BACKOFF_EVENT_EXHAUSTED
					  : BACKOFF_EVENT_SUCCESS,
				     "pay.charge", at, down ? 0 : 1);
		event.policy = "pay-v3";
		if (s >= 320) {
			event.stop = BACKOFF_STOP_BREAKER_OPEN;
			event.outcome = BACKOFF_OUTCOME_CANCELLED;
		} else if (down) {
			event.attempt = 3;
			event.attempts = 3;
			event.stop = BACKOFF_STOP_MAX_ATTEMPTS;
			event.code = "errno:ECONNREFUSED";
		}
		scene_add(scene, event, 12);
		event = native_event(BACKOFF_EVENT_ATTEMPT, "pay.charge", at,
				     1);
		event.code = "errno:ECONNREFUSED";
		event.policy = "pay-v3";
		if (down && s < 320)
			scene_add(scene, event, 12);
		event = native_event(down && s % 2 == 0
					     ? BACKOFF_EVENT_EXHAUSTED
					     : BACKOFF_EVENT_SUCCESS,
				     "order.submit", at, 1);
		event.stop = BACKOFF_STOP_BUDGET;
		event.code = "http:502";
		scene_add(scene, event, 5);
		event = native_event(BACKOFF_EVENT_SUCCESS, "search", at, 2);
		event.kind = BACKOFF_KIND_HEDGE;
		scene_add(scene, event, s % 3 == 0);
		scene_add(scene,
			  native_event(BACKOFF_EVENT_SUCCESS, "search", at, 1),
			  3);
		for (unsigned i = 0; i < 12; i++) {
			char name[16];

			snprintf(name, sizeof(name), "quiet.%u", i);
			event = native_event(BACKOFF_EVENT_SUCCESS, name, at,
					     1);
			scene_add(scene, event, 1);
		}
	}
	scene->ingest.live = true;
	scene->ingest.wall_ns = scene->view.wall_ns;
	scene_compute(scene);
}

static const char *const an_outage_in_a_pocket[10] = {
	" retrytop [LIVE]     window 60s  lag 0s",
	" FAILING pay.charge 1m00s +1 errno:ECON~",
	" FAIL 44.8% 14/s LOAD 1.01 unsent 8.0/s",
	" OPERATION         RETRY/s FAIL%   SINCE",
	">pay.charge           4.00   100!  1m00s",
	" order.submit            0  50.0!  1m00s",
	" quiet.0                 0     0       -",
	" quiet.1                 0     0       -",
	" + 11 quiet (quiet.10, quiet.11, quiet.~",
	"Enter Tab s / Space ? q         15 of 15",
};

Test(retrytop_overview, an_outage_in_a_pocket_to_the_cell)
{
	struct scene scene;

	scene_outage(&scene);
	scene_expect(&scene, 40, 10, false, an_outage_in_a_pocket);
	scene_close(&scene);
}

/* Lines that are lost hide neither the totals nor how many verdicts there are.
 */
Test(retrytop_overview, a_loss_in_a_pocket_is_a_word_of_the_title)
{
	struct scene scene;
	struct rt_grid grid;
	char line[512];

	scene_outage(&scene);
	scene.ingest.dropped = 1;
	cr_assert(rt_grid_init(&grid, 50, 10, false));
	rt_view_render(&scene.view, &grid);
	cr_expect_not_null(
		strstr(rt_grid_string(&grid, 0, line, sizeof(line)), "lost!"),
		"%s", line);
	rt_grid_string(&grid, 2, line, sizeof(line));
	cr_expect_str_eq(line, an_outage_in_a_pocket[2], "%s", line);
	rt_grid_clear(&grid);
	scene_close(&scene);
}

Test(retrytop_overview, the_smallest_screen_has_a_row)
{
	static const char *const want[5] = {
		" retrytop [LIVE] window 60s  ~",
		" FAILING pay.charge 1m00s +1 ~",
		" OPERATION      RETRY/s FAIL%",
		">pay.charge        4.00   100!",
		"Enter Tab s / Space ? q  15 o~",
	};
	struct scene scene;

	scene_outage(&scene);
	scene_expect(&scene, 30, 5, false, want);
	scene_close(&scene);
}

Test(retrytop_overview, lines_that_the_table_does_not_need_have_verdicts)
{
	struct scene scene;
	struct rt_grid grid;
	char line[512];

	scene_outage(&scene);
	cr_assert(rt_grid_init(&grid, 60, 30, false));
	rt_view_render(&scene.view, &grid);
	rt_grid_string(&grid, 1, line, sizeof(line));
	cr_expect_str_eq(line, " FAILING pay.charge 1m00s errno:ECONNREFUSED",
			 "%s", line);
	rt_grid_string(&grid, 2, line, sizeof(line));
	cr_expect_str_eq(line, " FAILING order.submit 1m00s http:502", "%s",
			 line);
	rt_grid_clear(&grid);
	scene_close(&scene);
}

static const char *const an_outage_on_a_small_screen[24] = {
	" retrytop [LIVE]  /var/log/app.log                window 60s  lag 0s  "
	"09:01:44Z",
	" FAILING   pay.charge  since 09:00:45 (1m00s)  steady",
	"   100% fail (last 30s): errno:ECONNREFUSED, breaker open~",
	" FAILING order.submit since 09:00:45 (1m00s) steady 50% fail: "
	"http:502~",
	" 0 bad  0 lost  0 dropped  11880 events  11880 lines  0 foreign",
	" Calls 32.3/s  1st OK 55.2%  FAILED 44.8%  14.5/s  retries 4.00/s  "
	"LOAD 1.01",
	" failed/s   15                                                 "
	"████████████",
	" retries/s  12                                                 ████",
	"               08:56:45                        09:00:45 FAILING^   "
	"09:01:45",
	" OPERATION       CALL/s   OK% RETRY/s  LOAD  FAIL%  TOP ERROR         "
	"     SINCE",
	">pay.charge        12.0     0    4.00  1.00    100! ECONNREFUSED 100% "
	"     1m00s",
	" order.submit      5.00  50.0       0  1.00   50.0! http:502 100%  "
	"conne~  1m00s",
	" quiet.0           1.00   100       0  1.00      0  -                 "
	"         -",
	" quiet.1           1.00   100       0  1.00      0  -                 "
	"         -",
	" quiet.10          1.00   100       0  1.00      0  -                 "
	"         -",
	" quiet.11          1.00   100       0  1.00      0  -                 "
	"         -",
	" quiet.2           1.00   100       0  1.00      0  -                 "
	"         -",
	" quiet.3           1.00   100       0  1.00      0  -                 "
	"         -",
	" quiet.4           1.00   100       0  1.00      0  -                 "
	"         -",
	" quiet.5           1.00   100       0  1.00      0  -                 "
	"         -",
	" quiet.6           1.00   100       0  1.00      0  -                 "
	"         -",
	" quiet.7           1.00   100       0  1.00      0  -                 "
	"         -",
	" + 3 quiet (quiet.8, quiet.9, search)",
	"Enter open  Tab group  s sort  / filter  ? help  q quit      15 of 15 "
	" by failed",
};

Test(retrytop_overview, an_outage_on_a_small_screen_to_the_cell)
{
	struct scene scene;

	scene_outage(&scene);
	scene_expect(&scene, 80, 24, true, an_outage_on_a_small_screen);
	scene_close(&scene);
}

static const char *const an_outage_in_ascii[24] = {
	" retrytop [LIVE]  /var/log/app.log                window 60s  lag 0s  "
	"09:01:44Z",
	" FAILING   pay.charge  since 09:00:45 (1m00s)  steady",
	"   100% fail (last 30s): errno:ECONNREFUSED, breaker open~",
	" FAILING order.submit since 09:00:45 (1m00s) steady 50% fail: "
	"http:502~",
	" 0 bad  0 lost  0 dropped  11880 events  11880 lines  0 foreign",
	" Calls 32.3/s  1st OK 55.2%  FAILED 44.8%  14.5/s  retries 4.00/s  "
	"LOAD 1.01",
	" failed/s   15                                                 "
	"@@@@@@@@@@@@",
	" retries/s  12                                                 @@@@",
	"               08:56:45                        09:00:45 FAILING^   "
	"09:01:45",
	" OPERATION       CALL/s   OK% RETRY/s  LOAD  FAIL%  TOP ERROR         "
	"     SINCE",
	">pay.charge        12.0     0    4.00  1.00    100! ECONNREFUSED 100% "
	"     1m00s",
	" order.submit      5.00  50.0       0  1.00   50.0! http:502 100%  "
	"conne~  1m00s",
	" quiet.0           1.00   100       0  1.00      0  -                 "
	"         -",
	" quiet.1           1.00   100       0  1.00      0  -                 "
	"         -",
	" quiet.10          1.00   100       0  1.00      0  -                 "
	"         -",
	" quiet.11          1.00   100       0  1.00      0  -                 "
	"         -",
	" quiet.2           1.00   100       0  1.00      0  -                 "
	"         -",
	" quiet.3           1.00   100       0  1.00      0  -                 "
	"         -",
	" quiet.4           1.00   100       0  1.00      0  -                 "
	"         -",
	" quiet.5           1.00   100       0  1.00      0  -                 "
	"         -",
	" quiet.6           1.00   100       0  1.00      0  -                 "
	"         -",
	" quiet.7           1.00   100       0  1.00      0  -                 "
	"         -",
	" + 3 quiet (quiet.8, quiet.9, search)",
	"Enter open  Tab group  s sort  / filter  ? help  q quit      15 of 15 "
	" by failed",
};

Test(retrytop_overview, an_outage_in_ascii_to_the_cell)
{
	struct scene scene;

	scene_outage(&scene);
	scene_expect(&scene, 80, 24, false, an_outage_in_ascii);
	scene_close(&scene);
}

static const char *const an_outage_on_a_usual_screen[35] = {
	" retrytop [LIVE]  /var/log/app.log                                    "
	"                    window 60s  lag 0s  09:01:44Z",
	" FAILING   pay.charge  since 09:00:45 (1m00s)  steady",
	"   100% of calls fail (last 30s): errno:ECONNREFUSED, breaker open"
	"; x3.0 load by retries until 09:01:05",
	" FAILING   order.submit  since 09:00:45 (1m00s)  steady",
	"   50% of calls fail (last 30s): http:502, budget empty; "
	"5.00 calls/s, 2.50 not retried",
	" 0 bad  0 lost  0 dropped  11880 events  11880 lines  0 foreign",
	" Calls 32.3/s   first try OK 55.2%   recovered 0.0%   FAILED 44.8%  "
	"14.5/s   retries 4.00/s   LOAD 1.01   hedges 0.33/s",
	" unsent: breaker open 8.00/s   budget empty 2.50/s   used up 4.00/"
	"s",
	" failed/s   15                                                        "
	"                         █▇█▇█▇█▇█▇█▇█▇█▇█▇█▇",
	"             0                                                        "
	"                         ████████████████████",
	" retries/s  12                                                        "
	"                         ██████▃",
	"             0                                                        "
	"                         ███████",
	"               08:56:45                                               "
	"                         ^09:00:45   09:01:45",
	"",
	" OPERATION      POLICY      CALL/s  1st%   OK% RETRY/s  LOAD  FAIL%  "
	"WHY          TOP ERROR             SINCE FAILED 5m",
	">pay.charge     pay-v3        12.0     0     0    4.00  1.00    10"
	"0! breaker open ECONNREFUSED 100%     1m00s         ██",
	" order.submit   STANDARD      5.00  50.0  50.0       0  1.00   50."
	"0! budget empty http:502 100%  conn~  1m00s         ▂▂",
	" quiet.0        STANDARD      1.00   100   100       0  1.00      0  "
	"-            -                         -",
	" quiet.1        STANDARD      1.00   100   100       0  1.00      0  "
	"-            -                         -",
	" quiet.10       STANDARD      1.00   100   100       0  1.00      0  "
	"-            -                         -",
	" quiet.11       STANDARD      1.00   100   100       0  1.00      0  "
	"-            -                         -",
	" quiet.2        STANDARD      1.00   100   100       0  1.00      0  "
	"-            -                         -",
	" quiet.3        STANDARD      1.00   100   100       0  1.00      0  "
	"-            -                         -",
	" quiet.4        STANDARD      1.00   100   100       0  1.00      0  "
	"-            -                         -",
	" quiet.5        STANDARD      1.00   100   100       0  1.00      0  "
	"-            -                         -",
	" quiet.6        STANDARD      1.00   100   100       0  1.00      0  "
	"-            -                         -",
	" quiet.7        STANDARD      1.00   100   100       0  1.00      0  "
	"-            -                         -",
	" quiet.8        STANDARD      1.00   100   100       0  1.00      0  "
	"-            -                         -",
	" quiet.9        STANDARD      1.00   100   100       0  1.00      0  "
	"-            -                         -",
	" search         STANDARD      3.33   100   100       0  1.10h     0  "
	"-            -                         -",
	"",
	"",
	"",
	"",
	"Enter open  Tab group  w window  s sort  / filter  Space pause  a "
	"alerts  x compare  ? help  q quit  15 of 15  by failed",
};

Test(retrytop_overview, an_outage_on_a_usual_screen_to_the_cell)
{
	struct scene scene;

	scene_outage(&scene);
	scene_expect(&scene, 120, 35, true, an_outage_on_a_usual_screen);
	scene_close(&scene);
}

static const char *const an_outage_on_a_large_screen[50] = {
	" retrytop [LIVE]  /var/log/app.log                                    "
	"                                                                      "
	"                              window 60s  lag 0s  09:01:44Z",
	" FAILING   pay.charge  since 09:00:45 (1m00s)  steady     100% of "
	"calls fail (last 30s): errno:ECONNREFUSED, breaker open; x3.0 load"
	" by retries until 09:01:05; 12.0 calls/s, 12.0 refused",
	" FAILING   order.submit  since 09:00:45 (1m00s)  steady     50% of "
	"calls fail (last 30s): http:502, budget empty; 5.00 calls/s, 2.50 not "
	"retried",
	" 0 bad  0 lost  0 dropped  11880 events  11880 lines  0 foreign",
	" Calls 32.3/s   first try OK 55.2%   recovered 0.0%   FAILED 44.8%  "
	"14.5/s   retries 4.00/s   LOAD 1.01   hedges 0.33/s",
	" unsent: breaker open 8.00/s   budget empty 2.50/s   used up 4.00/"
	"s",
	" failed/s   14                                                        "
	"                                                                 "
	"██████████████████████████████",
	"             0                                                        "
	"                                                                 "
	"██████████████████████████████",
	" retries/s  12                                                        "
	"                                                                 "
	"██████████",
	"             0                                                        "
	"                                                                 "
	"██████████",
	"               08:56:45                                               "
	"                                                                 "
	"^09:00:45 FAILING     09:01:45",
	"",
	" OPERATION      POLICY     MAX  CALL/s  1st%   OK% RETRY/s  LOAD  "
	"FAIL%  WHY            EXH ABORT TOP ERROR                             "
	"                                SEEN  SINCE FAILED 5m",
	">pay.charge     pay-v3       3    12.0     0     0    4.00  1.00  "
	"  100! breaker open   720     0 ECONNREFUSED 100%  connection refu"
	"sed                                   0s  1m00s                 ██"
	"██",
	" order.submit   STANDARD     3    5.00  50.0  50.0       0  1.00  "
	" 50.0! budget empty   150     0 http:502 100%  connection refused "
	"                                      0s  1m00s                 ▂▂"
	"▂▂",
	" quiet.0        STANDARD     3    1.00   100   100       0  1.00      "
	"0  -                0     0 -                                         "
	"                              0s      -",
	" quiet.1        STANDARD     3    1.00   100   100       0  1.00      "
	"0  -                0     0 -                                         "
	"                              0s      -",
	" quiet.10       STANDARD     3    1.00   100   100       0  1.00      "
	"0  -                0     0 -                                         "
	"                              0s      -",
	" quiet.11       STANDARD     3    1.00   100   100       0  1.00      "
	"0  -                0     0 -                                         "
	"                              0s      -",
	" quiet.2        STANDARD     3    1.00   100   100       0  1.00      "
	"0  -                0     0 -                                         "
	"                              0s      -",
	" quiet.3        STANDARD     3    1.00   100   100       0  1.00      "
	"0  -                0     0 -                                         "
	"                              0s      -",
	" quiet.4        STANDARD     3    1.00   100   100       0  1.00      "
	"0  -                0     0 -                                         "
	"                              0s      -",
	" quiet.5        STANDARD     3    1.00   100   100       0  1.00      "
	"0  -                0     0 -                                         "
	"                              0s      -",
	" quiet.6        STANDARD     3    1.00   100   100       0  1.00      "
	"0  -                0     0 -                                         "
	"                              0s      -",
	" quiet.7        STANDARD     3    1.00   100   100       0  1.00      "
	"0  -                0     0 -                                         "
	"                              0s      -",
	" quiet.8        STANDARD     3    1.00   100   100       0  1.00      "
	"0  -                0     0 -                                         "
	"                              0s      -",
	" quiet.9        STANDARD     3    1.00   100   100       0  1.00      "
	"0  -                0     0 -                                         "
	"                              0s      -",
	" search         STANDARD     3    3.33   100   100       0  1.10h     "
	"0  -                0     0 -                                         "
	"                              0s      -",
	"",
	"",
	"",
	"",
	"",
	"",
	"",
	"",
	"",
	"",
	"",
	"",
	"",
	"",
	"",
	"",
	"",
	"",
	"",
	"",
	"",
	"Enter open  Tab group  w window  s sort  r reverse  / filter  Spac"
	"e pause  [ ] time  a alerts  i inputs  x compare  y copy  X comman"
	"d  ? help  q quit                                15 of 15  by fail"
	"ed",
};

Test(retrytop_overview, an_outage_on_a_large_screen_to_the_cell)
{
	struct scene scene;

	scene_outage(&scene);
	scene_expect(&scene, 200, 50, true, an_outage_on_a_large_screen);
	scene_close(&scene);
}

Test(retrytop_overview, a_canary_is_compared_with_the_rest)
{
	struct backoff_event event;
	struct scene scene;
	struct rt_grid grid;
	char line[1024];

	scene_open(&scene);
	event = native_event(BACKOFF_EVENT_SUCCESS, "pay", T0_S + 90, 1);
	scene_add(&scene, event, 380);
	event.policy = "pay-v2";
	scene_add(&scene, event, 14);
	event.type = BACKOFF_EVENT_EXHAUSTED;
	event.outcome = BACKOFF_OUTCOME_FAILURE;
	scene_add(&scene, event, 6);
	scene_compute(&scene);
	cr_assert(rt_grid_init(&grid, 120, 35, true));
	rt_view_render(&scene.view, &grid);
	cr_expect_str_eq(rt_grid_string(&grid, 10, line, sizeof(line)),
			 " pay: pay-v2 fails 30.0% of 20, STANDARD 0.0% of "
			 "380: +30.0 points (95%: +14.5 to +51.9)",
			 "%s", line);
	rt_grid_clear(&grid);
	scene_close(&scene);
}

Test(retrytop_overview, a_high_screen_has_as_many_failed_calls_as_fit)
{
	struct scene scene;
	struct rt_grid grid;
	char line[1024];

	scene_outage(&scene);
	scene_look(&scene);
	cr_assert_gt(scene.browse->failed.count, 12);
	cr_assert(rt_grid_init(&grid, 200, 60, false));
	rt_view_render(&scene.view, &grid);
	/* Above the footer and a blank line at most. */
	cr_expect_not_null(strstr(rt_grid_string(&grid, 57, line, sizeof(line)),
				  "attempt"),
			   "%s", line);
	rt_grid_clear(&grid);
	scene_close(&scene);
}

Test(retrytop_overview, a_verdict_of_another_day_has_its_date)
{
	struct scene scene;
	char text[1024];

	scene_outage(&scene);
	scene.list.model.verdicts.item[0].since_s -= 86400;
	rt_view_message(&scene.view, text, sizeof(text));
	cr_expect_not_null(strstr(text, "since 2026-11-22 09:00:45 (1d00h)"),
			   "%s", text);
	scene_close(&scene);
}

static void
expect_reasons(const struct scene *scene, const char *want)
{
	struct rt_grid grid;
	char line[1024];
	size_t y;

	cr_assert(rt_grid_init(&grid, 120, 35, false));
	rt_view_render(&scene->view, &grid);
	for (y = 2; y < 9; y++)
		if (strncmp(rt_grid_string(&grid, y, line, sizeof(line)),
			    " Calls ", 7) == 0)
			break;
	rt_grid_string(&grid, y + 1, line, sizeof(line));
	cr_expect_str_eq(line, want, "%s", line);
	rt_grid_clear(&grid);
}

Test(retrytop_overview, reasons_have_one_order_and_no_zeros)
{
	struct rt_counts *window;
	struct scene scene;

	scene_outage(&scene);
	window = &scene.list.total.window;
	window->unsent = window->breaker = 0;
	expect_reasons(&scene, " budget empty 2.50/s   used up 4.00/s   "
			       "aborted 8.00/s");
	memset(window, 0, sizeof(*window));
	expect_reasons(&scene, " no call failed");
	scene_close(&scene);
}

Test(retrytop_overview, a_log_without_events_says_what_to_do)
{
	struct scene scene;
	struct rt_grid grid;
	char line[256];

	scene_open(&scene);
	scene.ingest.lines = 7;
	scene_compute(&scene);
	cr_assert(rt_grid_init(&grid, 80, 24, false));
	rt_view_render(&scene.view, &grid);
	cr_expect_str_eq(rt_grid_string(&grid, 4, line, sizeof(line)),
			 " No line is an attempt, or ends a call, in a form "
			 "that is known here.");
	cr_expect_not_null(strstr(rt_grid_string(&grid, 6, line, sizeof(line)),
				  "retrysim dialect guess LOG"));
	rt_grid_clear(&grid);
	scene_close(&scene);
}

Test(retrytop_overview, lanes_come_before_failed_calls)
{
	struct scene scene;
	struct rt_grid grid;
	char line[1024];
	bool found = false;

	scene_outage(&scene);
	cr_assert(rt_grid_init(&grid, 120, 22, false));
	rt_view_render(&scene.view, &grid);
	for (size_t y = 0; y < 22; y++)
		found |= strstr(rt_grid_string(&grid, y, line, sizeof(line)),
				" failed/s ") != NULL;
	cr_expect(found);
	rt_grid_clear(&grid);
	scene_close(&scene);
}

Test(retrytop_overview, rows_below_the_screen_name_what_is_wrong_first)
{
	struct scene scene;
	struct rt_grid grid;
	char line[256];

	scene_outage(&scene);
	cr_assert(rt_grid_init(&grid, 40, 8, false));
	scene.list.sort = RT_SORT_NAME;
	scene.list.reversed = true;
	rt_list_arrange(&scene.list);
	rt_view_render(&scene.view, &grid);
	rt_grid_string(&grid, 6, line, sizeof(line));
	cr_expect_not_null(strstr(line, " more, wrong: pay.charge, order."),
			   "%s", line);
	rt_grid_clear(&grid);
	scene_close(&scene);
}
