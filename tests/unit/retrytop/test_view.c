/* Tests of tools/retrytop/view*.c: exact cells of two screens, and properties
 * of every screen. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/rfc3339.h"
#include "retrytop/view_frame.h"
#include "retrytop/view_message.h"
#include "retrytop/view_table.h"
#include "unit/retrytop/scene.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

Test(retrytop_view, a_small_screen_to_the_cell)
{
	static const char *const ascii[10] = {
		" retrytop [LIVE]     window 60s  lag 0s",
		" FAILING pay 45s ConnectionError",
		" Retries 1.48/s  exhausted 36",
		" OPERATION         RETRY/s FAIL%   SINCE",
		">pay                  1.45   100!    45s",
		" mail                 0.03     -       -",
		" calm                    0     0       -",
		"",
		"",
		"Enter Tab s / Space ? q           3 of 3",
	};
	struct scene scene;

	scene_storm(&scene);
	scene_expect(&scene, 40, 10, false, ascii);
	scene_close(&scene);
}

Test(retrytop_view, a_wide_screen_to_the_cell)
{
	static const char *const utf8[16] = {
		" retrytop [LIVE]  2 inputs in /var/log                        "
		"                                                window 60s  "
		"lag 0s  09:01:44Z",
		" FAILING   pay  since 09:01:00 (45s)  steady     100% of "
		"calls fail (last 30s): ConnectionError; 1.20 calls/s",
		" 0 bad  0 lost  0 dropped  336 events  336 lines  0 foreign",
		" Retries 1.48/s   Exhausted 36   Aborted 0 in 60s   "
		"(successes are not all logged)",
		"",
		" OPERATION      POLICY     MAX  CALL/s  1st%   OK% RETRY/s  "
		"LOAD  FAIL%  WHY            EXH ABORT TOP ERROR           "
		"SEEN  SINCE FAILED 5m",
		">pay            STANDARD     3    0.60     0     0    1.45  "
		"3.00! "
		"  100! used up         36     0 ConnectionE~ 100%     0s    "
		"45s   "
		"       █",
		" mail           -            -       -     -     -    0.03  "
		"2.00*     -  -                0     0 ConnectionE~ 100%    "
		"14s      -",
		" calm           STANDARD     3    2.00   100   100       0  "
		"1.00      0  -                0     0 -                     "
		"0s      -",
		"",
		"",
		"",
		"",
		"",
		"",
		"Enter open  Tab group  w window  s sort  / filter  Space "
		"pause  a "
		"alerts  x compare  ? help  q quit                        3 of "
		"3  b"
		"y failed",
	};
	struct scene scene;

	scene_storm(&scene);
	scene.view.input_count = 2;
	scene_expect(&scene, 140, 16, true, utf8);
	scene_close(&scene);
}

/* Names and errors of a scene's operations, and their number. */
static const struct {
	const char *why, *name, *error;
	unsigned count;
} operations[] = {
	{"none", NULL, NULL, 0},
	{"one", "op", "refused", 1},
	{"five hundred", "op", "refused", 500},
	{"very long names",
	 "a-name-that-goes-on-and-on-and-on-and-on-and-on-and-"
	 "on-and-on-and-on-and-on-and-on-and-on-and-on-and-"
	 "on-and-on-and-on-and-on-and-on-and-on-and-on-and-"
	 "on-and-on-and-on-and-on-and-on-and-on-and-on-and-"
	 "on-and-on-and-on-and-on-and-on-and-on-and-on-and-"
	 "on-and-on-and-on-and-on-and-on-and-on-and-on",
	 "and an error text that is just as long as that, or even longer than "
	 "that, if that is possible at all, which it is, as this text shows",
	 3},
	{"wide characters",
	 "\xe6\x94\xaf\xe6\x89\x95\xe3\x81\x84\xe6\x94\xaf"
	 "\xe6\x89\x95\xe3\x81\x84\xe6\x94\xaf\xe6\x89\x95",
	 "\xe6\x8e\xa5\xe7\xb6\x9a\xe6\x8b\x92\xe5\x90\xa6 \xf0\x9f\x98\x80",
	 3},
	{"marks and bidirectional controls",
	 "e\xcc\x81\xcc\x81\xcc\x81 \xe2\x80\xae evil \xe2\x80\x8b",
	 "\xe2\x80\xaegnp.exe", 3},
	{"escape sequences", "\x1b]0;title\x07\x1b[2J\x1b[?1049l",
	 "\x1b[31m\r\n\x9b\x31m\x7f\t", 3},
	{"bytes that are not text", "\xff\xfe\xc0\xaf\xed\xa0\x80",
	 "\xf5\xf5\xc3", 3},
};

static void
scene_named(struct scene *scene, size_t which, bool hostile_rates)
{
	scene_open(scene);
	for (unsigned i = 0; i < operations[which].count; i++) {
		struct backoff_event event;
		char name[600];

		snprintf(name, sizeof(name), "%s%u", operations[which].name, i);
		event = native_event(BACKOFF_EVENT_ATTEMPT, name, T0_S + 100,
				     1);
		event.error_type = operations[which].error;
		event.error = operations[which].error;
		event.policy = operations[which].error;
		event.max_attempts = i % 2 ? UINT64_MAX - 1 : 3;
		scene_add(scene, event, 1 + i % 3);
	}
	scene_compute(scene);
	for (size_t i = 0; hostile_rates && i < scene->list.model.count; i++) {
		struct rt_row *row = &scene->list.model.row[i];

		row->retries_per_s = 1e9;
		row->calls_per_s = 1e300;
		row->attempts_per_call = 123456789.0;
		row->window.exhausted = UINT64_MAX;
		row->since_s = 1;
		row->retries[3] = UINT32_MAX;
	}
	if (hostile_rates) {
		scene->ingest.bad = UINT64_MAX;
		scene->ingest.foreign = UINT64_MAX;
		scene->ingest.dropped = UINT64_MAX;
		scene->input[0].behind_bytes = UINT64_MAX;
		scene->input[0].path = operations[which].name != NULL
					       ? operations[which].name
					       : "x";
	}
}

/* A terminal shows every cell as intended. */
static void
expect_well_formed(const struct rt_grid *grid, const char *why)
{
	for (size_t y = 0; y < grid->height; y++) {
		for (size_t x = 0; x < grid->width; x++) {
			uint32_t c = rt_grid_at(grid, x, y)->character;
			int width;

			if (c == 0) {
				c = x > 0 ? rt_grid_at(grid, x - 1, y)
						    ->character
					  : 0;
				cr_assert_eq(wcwidth((wchar_t)c), 2,
					     "%s: half a character", why);
				continue;
			}
			width = wcwidth((wchar_t)c);
			cr_assert(c >= 0x20 && c != 0x7f &&
					  (c < 0x80 || c > 0x9f),
				  "%s: control character %x", why, c);
			cr_assert(c < 0x200b || c > 0x200f, "%s: %x", why, c);
			cr_assert(c < 0x202a || c > 0x202e, "%s: %x", why, c);
			cr_assert(grid->utf8 || c < 0x7f, "%s: %x", why, c);
			cr_assert(width == 1 ||
					  (width == 2 && x + 1 < grid->width &&
					   rt_grid_at(grid, x + 1, y)
							   ->character == 0),
				  "%s: %x has width %d", why, c, width);
		}
	}
}

static void
expect_well_formed_pages(struct scene *scene, const char *why)
{
	static const size_t size[][2] = {
		{200, 50}, {120, 35}, {100, 30}, {80, 24}, {60, 20},
		{41, 11},  {40, 10},  {31, 6},   {30, 5},  {29, 5},
		{20, 5},   {5, 3},    {2, 2},    {1, 1},   {9999, 9999}};

	for (size_t i = 0; i < COUNT(size) * 2; i++) {
		bool wide = size[i / 2][0] > 1000;

		for (unsigned page = 0; page < RT_PAGE_COUNT; page++) {
			struct rt_grid grid;

			/* Once is enough for the largest. */
			if (wide && page > 0)
				continue;
			scene->ui.page = page;
			cr_assert(rt_grid_init(&grid, size[i / 2][0],
					       size[i / 2][1], i % 2 == 0));
			rt_view_render(&scene->view, &grid);
			expect_well_formed(&grid, why);
			rt_grid_clear(&grid);
		}
	}
	scene->ui.page = RT_PAGE_OVERVIEW;
}

Test(retrytop_view, every_screen_is_well_formed)
{
	for (size_t which = 0; which < COUNT(operations) * 2; which++) {
		const char *why = operations[which / 2].why;
		struct scene scene;

		scene_named(&scene, which / 2, which % 2 == 1);
		expect_well_formed_pages(&scene, why);
		scene_look(&scene);
		expect_well_formed_pages(&scene, why);
		rt_browse_open(scene.browse, &scene.list);
		scene_look(&scene);
		rt_browse_hold(scene.browse);
		expect_well_formed_pages(&scene, why);
		scene.ingest.live = true;
		scene.ingest.wall_ns = scene.view.wall_ns;
		scene.list.paused = true;
		scene.list.reversed = true;
		scene.view.input_count = 2;
		rt_list_move(&scene.list, 9999);
		expect_well_formed_pages(&scene, why);
		scene.ui.editing = true;
		memset(scene.list.filter, 'o', RT_FILTER_MAX - 1);
		rt_list_arrange(&scene.list);
		expect_well_formed_pages(&scene, why);
		scene.view.input_count = 0;
		scene.ui.scroll = SIZE_MAX / 2;
		expect_well_formed_pages(&scene, why);
		scene_close(&scene);
	}
}

static void
expect_in_columns(const struct scene *scene, size_t width, const char *part)
{
	struct rt_grid grid;
	bool found = false;

	cr_assert(rt_grid_init(&grid, width, 24, true));
	rt_view_render(&scene->view, &grid);
	for (size_t y = 0; y < 24 && !found; y++) {
		char line[512];

		found = strstr(rt_grid_string(&grid, y, line, sizeof(line)),
			       part) != NULL;
	}
	cr_expect(found, "\"%s\" is not on the screen", part);
	rt_grid_clear(&grid);
}

static void
expect_in_screen(const struct scene *scene, const char *part)
{
	expect_in_columns(scene, 80, part);
}

Test(retrytop_view, empty_screens_have_words)
{
	struct scene scene;

	scene_open(&scene);
	scene.input[0].state = TK_INPUT_WAITING;
	scene.input[0].error_number = ENOENT;
	expect_in_screen(&scene, "[WAITING]");
	expect_in_screen(&scene, "0 events yet. Waiting for /var/log/app.log "
				 "(does not exist)");
	scene.input[0].state = TK_INPUT_DENIED;
	scene.input[0].error_number = EACCES;
	expect_in_screen(&scene, "/var/log/app.log (Permission denied)");
	scene.input[0].state = TK_INPUT_READING;
	scene.input[0].error_number = 0;
	expect_in_screen(&scene, "/var/log/app.log (empty)");
	scene.ingest.lines = 7;
	expect_in_screen(&scene, "0 events yet in 7 lines");
	scene_close(&scene);
}

Test(retrytop_view, the_state_is_a_word)
{
	struct scene scene;

	scene_storm(&scene);
	expect_in_screen(&scene, "[LIVE]");
	expect_in_screen(&scene, "FAILING   pay  since 09:01:00 (45s)");
	scene.view.silence_ns = RT_VIEW_STALE_NS + 1;
	expect_in_screen(&scene, "[STALE]");
	scene.list.paused = true;
	scene.list.paused_at = 300;
	expect_in_screen(&scene, "[PAUSED]");
	expect_in_screen(&scene, "+36 new");
	scene.view.wall_ns += 3600 * NS_PER_S;
	expect_in_screen(&scene, "09:01:00 (45s)");
	scene.ingest.live = false;
	scene.list.paused = false;
	expect_in_screen(&scene, "[STALE]");
	scene_close(&scene);
}

static void
expect_message(const struct scene *scene, const char *want, const char *brief)
{
	char text[256];

	rt_view_message(&scene->view, text, sizeof(text));
	cr_expect_str_eq(text, want, "%s", text);
	rt_view_message_short(&scene->view, 0, 1, text, sizeof(text));
	cr_expect_str_eq(text, brief, "%s", text);
	cr_expect_leq(strlen(text), 39, "too long for 40 columns");
}

Test(retrytop_view, a_calm_log_is_described_in_one_sentence)
{
	struct scene scene;

	scene_open(&scene);
	scene_add(&scene, native_event(BACKOFF_EVENT_SUCCESS, "op", T0_S, 1),
		  5);
	scene_add(&scene,
		  native_event(BACKOFF_EVENT_SUCCESS, "op", T0_S + 90, 1), 12);
	scene_compute(&scene);
	expect_message(&scene,
		       "newest event 14s ago; rates cover the 60s before it",
		       "newest event 14s ago");
	scene.ingest.live = true;
	scene.ingest.wall_ns = scene.view.wall_ns;
	expect_message(&scene,
		       "nothing unusual in 1 operation: 12 calls, 0 retries in "
		       "60s",
		       "nothing unusual: 0 retries in 60s");
	scene_add(&scene,
		  native_event(BACKOFF_EVENT_ATTEMPT, "op", T0_S + 91, 1), 3);
	scene_compute(&scene);
	expect_message(&scene,
		       "nothing unusual in 1 operation: 12 calls, 3 retries in "
		       "60s",
		       "nothing unusual: 3 retries in 60s");
	scene.view.wall_ns = 0;
	scene.ingest.live = false;
	expect_in_screen(&scene, "nothing unusual in 1 operation: 12 calls");
	scene_close(&scene);
}

/* What is seen of a log, and the words for it. */
Test(retrytop_view, words_say_no_more_than_is_known)
{
	static const struct {
		const char *why;
		/* Seconds before the end of the first, and the last event. */
		uint64_t first, last;
		unsigned events;
		bool live, ended;
		uint64_t silence_s, usual_s;
		const char *state, *want, *brief;
	} row[] = {
		{"all is well", 200, 0, 9, true, false, 0, 1, "LIVE",
		 "nothing unusual in 1 operation: 11 calls, 0 retries in 60s",
		 "nothing unusual: 0 retries in 60s"},
		{"the first seconds", 11, 0, 9, true, false, 0, 0, "LIVE",
		 "learning, 12 s of 60: 0 retries",
		 "learning, 12 s of 60: 0 retries"},
		{"an empty window", 300, 120, 9, true, false, 0, 100, "LIVE",
		 "no data in 60s: newest event 2m00s ago",
		 "no data in 60s: newest event 2m00s ago"},
		{"a busy log stops", 200, 15, 9, true, false, 15, 1, "STALE",
		 "no line for 15s, which is longer than usual",
		 "no line for 15s"},
		{"a slow log does not", 300, 50, 9, true, false, 50, 20, "LIVE",
		 "nothing unusual in 1 operation: 10 calls, 0 retries in 60s",
		 "nothing unusual: 0 retries in 60s"},
		{"a pipe ends", 200, 5, 9, true, true, 90, 1, "ENDED",
		 "ended; rates cover the 60s up to the newest event",
		 "ended, newest event 5s ago"},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		uint64_t end_s = T0_S + 400;
		struct scene scene;
		char state[16];

		scene_open(&scene);
		scene_add(&scene,
			  native_event(BACKOFF_EVENT_SUCCESS, "op",
				       end_s - row[i].first, 1),
			  row[i].events);
		for (uint64_t s = row[i].first - 1; s > row[i].last; s--)
			if (s >= 50)
				scene_add(&scene,
					  native_event(BACKOFF_EVENT_SUCCESS,
						       "op", end_s - s, 1),
					  1);
		scene_add(&scene,
			  native_event(BACKOFF_EVENT_SUCCESS, "op",
				       end_s - row[i].last, 1),
			  1);
		scene.ingest.live = row[i].live;
		scene.ingest.ended = row[i].ended;
		scene.view.wall_ns = end_s * NS_PER_S + NS_PER_S / 2;
		scene.ingest.wall_ns = scene.view.wall_ns;
		scene.view.silence_ns = row[i].silence_s * NS_PER_S;
		scene.view.usual_ns = row[i].usual_s * NS_PER_S;
		cr_assert(rt_list_update(&scene.list, scene.ingest.window,
					 row[i].ended ? end_s - row[i].last
						      : end_s));
		snprintf(state, sizeof(state), "[%s]", row[i].state);
		expect_in_screen(&scene, state);
		expect_message(&scene, row[i].want, row[i].brief);
		scene_close(&scene);
	}
}

Test(retrytop_view, a_policy_without_a_maximum_says_so)
{
	struct backoff_event event =
		native_event(BACKOFF_EVENT_ATTEMPT, "op", T0_S + 90, 1);
	struct scene scene;

	event.max_attempts = BACKOFF_ABSENT;
	scene_open(&scene);
	scene_add(&scene, event, 3);
	scene_compute(&scene);
	expect_in_columns(&scene, 160, " STANDARD   inf ");
	scene_close(&scene);
}

Test(retrytop_view, the_filter_and_what_it_hides_are_on_the_screen)
{
	struct scene scene;

	scene_storm(&scene);
	memcpy(scene.list.filter, "ma", 3);
	rt_list_arrange(&scene.list);
	expect_in_screen(&scene, "filter: ma  1 of 3  by failed");
	scene.ui.editing = true;
	expect_in_screen(&scene, "/ma ");
	memcpy(scene.list.filter, "zz", 3);
	rt_list_arrange(&scene.list);
	expect_in_screen(&scene, "no operation contains \"zz\"");
	scene_close(&scene);
}

Test(retrytop_view, the_selected_row_is_on_the_screen)
{
	struct scene scene;

	scene_named(&scene, 2, false);
	for (unsigned i = 0; i < 500; i += 7) {
		char mark[32];

		rt_list_move(&scene.list, 7);
		snprintf(mark, sizeof(mark), ">%s", scene.list.selected);
		expect_in_screen(&scene, mark);
	}
	scene_close(&scene);
}

Test(retrytop_view, help_explains_every_column_and_verdict)
{
	static const char *const term[] = {
		"OPERATION ", "POLICY ",    "MAX ",       "CALL/s ",
		"1st% ",      "OK% ",       "RETRY/s ",   "LOAD ",
		"FAIL% ",     "WHY ",       "p99 ",       "p99 TRY ",
		"EXH ",       "ABORT ",     "TOP ERROR ", "SEEN ",
		"SINCE ",     "FAILED 5m ", "FAILING ",   "AMPLIFIED ",
		"SLOW "};
	const size_t columns = COUNT(term) - 3;
	struct scene scene;

	scene_storm(&scene);
	cr_expect_eq(columns, rt_view_columns() + 1);
	scene.ui.page = RT_PAGE_HELP;
	for (size_t i = 0; i < COUNT(term); i++) {
		struct rt_grid grid;
		bool found = false;

		cr_assert(rt_grid_init(&grid, 80, 200, true));
		rt_view_render(&scene.view, &grid);
		for (size_t y = 0; y < 199; y++) {
			char line[512];

			rt_grid_string(&grid, y, line, sizeof(line));
			found = found || strncmp(line + (*line ? 3 : 0),
						 term[i], strlen(term[i])) == 0;
		}
		cr_expect(found, "%s", term[i]);
		rt_grid_clear(&grid);
	}
	scene_close(&scene);
}

/* The share of exhausted calls was dropped while policies stayed. */
Test(retrytop_view, what_changes_stays_longest_on_a_narrow_screen)
{
	static const struct {
		size_t width;
		const char *want;
	} row[] = {
		{120,
		 " OPERATION      POLICY      CALL/s  1st%   OK% RETRY/s  LOAD "
		 " FAIL%  WHY          TOP ERROR             SINCE FAILED 5m"},
		{80, " OPERATION       CALL/s   OK% RETRY/s  LOAD  FAIL%  TOP "
		     "ERROR              SINCE"},
		{60, " OPERATION      RETRY/s FAIL%  TOP ERROR               "
		     "SINCE"},
	};
	struct scene scene;

	scene_storm(&scene);
	for (size_t i = 0; i < COUNT(row); i++) {
		struct rt_grid grid;
		char line[512];

		cr_assert(rt_grid_init(&grid, row[i].width, 12, true));
		rt_view_render(&scene.view, &grid);
		cr_expect_str_eq(rt_grid_string(&grid, 3, line, sizeof(line)),
				 row[i].want, "%zu: %s", row[i].width, line);
		rt_grid_clear(&grid);
	}
	scene_close(&scene);
}

Test(retrytop_view, it_says_how_much_of_an_old_log_was_read)
{
	struct scene scene;
	struct rt_grid grid;
	char line[512];

	scene_open(&scene);
	scene.input[0].size_bytes = 2000;
	scene.input[0].behind_bytes = 1160;
	for (unsigned caught_up = 0; caught_up < 2; caught_up++) {
		scene.ingest.caught_up = caught_up;
		scene_compute(&scene);
		cr_assert(rt_grid_init(&grid, 120, 35, true));
		rt_view_render(&scene.view, &grid);
		rt_grid_string(&grid, 2, line, sizeof(line));
		cr_expect_not_null(
			strstr(line, caught_up ? "  1160 bytes behind"
					       : "  42 % of the log read"),
			"%s", line);
		rt_grid_clear(&grid);
	}
	scene_close(&scene);
}

Test(retrytop_view, an_old_log_has_its_date)
{
	struct scene scene;
	struct rt_grid grid;
	char line[512], date[40];

	scene_storm(&scene);
	bo_rfc3339_format(T0_S * NS_PER_S, 0, date, sizeof(date));
	date[strlen("2026-11-23")] = '\0';
	for (unsigned days = 0; days < 2; days++) {
		scene.view.wall_ns += days * 86400 * NS_PER_S;
		cr_assert(rt_grid_init(&grid, 120, 35, true));
		rt_view_render(&scene.view, &grid);
		rt_grid_string(&grid, 0, line, sizeof(line));
		cr_expect_eq(strstr(line, date) != NULL, days > 0, "%s", line);
		rt_grid_clear(&grid);
	}
	scene_close(&scene);
}

Test(retrytop_view, a_replay_says_its_speed_and_how_far_it_is)
{
	struct rt_options options = {.replay = true, .speed = 20};
	struct scene scene;
	struct rt_grid grid;
	char line[512];

	scene_storm(&scene);
	scene.view.options = &options;
	scene.view.replays = true;
	scene.ingest.caught_up = true;
	scene.ingest.wall_ns = scene.view.wall_ns;
	scene.ingest.live = true;
	scene.input[0].size_bytes = 2000;
	scene.input[0].behind_bytes = 1160;
	cr_assert(rt_grid_init(&grid, 120, 35, true));
	rt_view_render(&scene.view, &grid);
	rt_grid_string(&grid, 0, line, sizeof(line));
	cr_expect_not_null(strstr(line, "[REPLAY x20]"), "%s", line);
	for (size_t y = 0; y < 10; y++) {
		rt_grid_string(&grid, y, line, sizeof(line));
		if (strstr(line, "  42 % of the log played") != NULL)
			break;
	}
	cr_expect_not_null(strstr(line, "  42 % of the log played"), "%s",
			   line);
	rt_grid_clear(&grid);
	scene_close(&scene);
}

Test(retrytop_view, a_loss_says_how_long_ago_it_was)
{
	struct rt_alerts alerts = {0};
	struct scene scene;

	scene_storm(&scene);
	scene.view.alerts = &alerts;
	scene.ingest.caught_up = true;
	scene.ingest.dropped = 7;
	rt_alerts_update(&alerts, &scene.ingest, scene.input, 1, 1000,
			 T0_S * NS_PER_S);
	rt_alerts_update(&alerts, &scene.ingest, scene.input, 1,
			 46 * NS_PER_S + 1000, T0_S * NS_PER_S);
	expect_in_screen(&scene, "0 bad  0 lost  7 dropped (46s ago)  336 ");
	scene_close(&scene);
}

Test(retrytop_view, several_policies_are_counted)
{
	struct backoff_event event =
		native_event(BACKOFF_EVENT_SUCCESS, "op", T0_S + 100, 1);
	struct scene scene;

	scene_open(&scene);
	scene_add(&scene, event, 9);
	event.policy = "CANARY";
	scene_add(&scene, event, 1);
	scene_compute(&scene);
	expect_in_columns(&scene, 160, " 2 policies ");
	scene_close(&scene);
}
