/* Logs and lists for the tests of tools/retrytop/view*.c. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_RETRYTOP_SCENE_H
#define TEST_RETRYTOP_SCENE_H

#include <locale.h>
#include <string.h>

#include "retrytop/browse.h"
#include "retrytop/view_frame.h"
#include "unit/live/helper.h"

/** Everything that a screen depends on. */
struct scene {
	struct rt_ingest ingest;
	struct rt_list list;
	struct rt_ui ui;
	struct rt_browse *browse;
	struct tk_input_info input[2];
	struct rt_view view;
};

static inline void
scene_open(struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	cr_assert_not_null(setlocale(LC_ALL, "C.UTF-8"));
	scene->ingest.window = rt_window_new();
	scene->ingest.sequence = tk_sequence_new();
	scene->browse = rt_browse_new(1u << 20);
	cr_assert_not_null(scene->browse);
	rt_window_record(scene->ingest.window, scene->browse->record);
	rt_list_init(&scene->list, 60);
	scene->input[0].path = "/var/log/app.log";
	scene->input[0].state = TK_INPUT_READING;
	scene->input[0].same_as = SIZE_MAX;
	scene->input[1].path = "/var/log/other.log";
	scene->input[1].state = TK_INPUT_READING;
	scene->input[1].same_as = 0;
	scene->view = (struct rt_view){
		.list = &scene->list,
		.ingest = &scene->ingest,
		.ui = &scene->ui,
		.input = scene->input,
		.input_count = 1,
		.wall_ns = (T0_S + 105) * NS_PER_S,
	};
}

static inline void
scene_close(struct scene *scene)
{
	rt_list_clear(&scene->list);
	rt_window_free(scene->ingest.window);
	tk_sequence_free(scene->ingest.sequence);
	rt_browse_free(scene->browse);
}

static inline void
scene_add(struct scene *scene, struct backoff_event event, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		add_event(scene->ingest.window, event);
		scene->ingest.events++;
		scene->ingest.lines++;
	}
}

static inline void
scene_compute(struct scene *scene)
{
	cr_assert(
		rt_list_update(&scene->list, scene->ingest.window, T0_S + 104));
}

/** Compute what pages of operations and calls show, and allow them. */
static inline void
scene_look(struct scene *scene)
{
	scene->ui.browse = scene->browse;
	rt_browse_update(scene->browse, &scene->list, scene->ingest.window);
}

/** All lines of a screen. */
static inline void
scene_expect(const struct scene *scene, size_t width, size_t height, bool utf8,
	     const char *const *want)
{
	struct rt_grid grid;

	cr_assert(rt_grid_init(&grid, width, height, utf8));
	rt_view_render(&scene->view, &grid);
	for (size_t y = 0; y < height; y++) {
		char line[2048];

		cr_expect_str_eq(rt_grid_string(&grid, y, line, sizeof(line)),
				 want[y], "line %zu: %s", y, line);
	}
	rt_grid_clear(&grid);
}

/** The lines of a screen that have a text, in their order. */
static inline size_t
scene_line_of(const struct scene *scene, const char *part)
{
	struct rt_grid grid;
	size_t y;

	cr_assert(rt_grid_init(&grid, 120, 35, true));
	rt_view_render(&scene->view, &grid);
	for (y = 0; y < 35; y++) {
		char line[1024];

		/** The title has the name of an input, too. */
		if (y > 0 &&
		    strstr(rt_grid_string(&grid, y, line, sizeof(line)), part))
			break;
	}
	rt_grid_clear(&grid);
	cr_expect_lt(y, 35, "\"%s\" is not on the screen", part);
	return y;
}

/** A screen of 120x35 has none of a text. */
static inline bool
scene_lacks(const struct scene *scene, const char *part)
{
	struct rt_grid grid;
	bool found = false;

	cr_assert(rt_grid_init(&grid, 120, 35, true));
	rt_view_render(&scene->view, &grid);
	for (size_t y = 0; y < 35; y++) {
		char line[1024];

		found = found ||
			strstr(rt_grid_string(&grid, y, line, sizeof(line)),
			       part) != NULL;
	}
	rt_grid_clear(&grid);
	return !found;
}

/** A live log with a storm of one operation, a calm one, a foreign one. */
static inline void
scene_storm(struct scene *scene)
{
	scene_open(scene);
	scene_add(scene, native_event(BACKOFF_EVENT_SUCCESS, "calm", T0_S, 1),
		  1);
	for (uint64_t s = 0; s < 105; s++) {
		scene_add(scene,
			  native_event(BACKOFF_EVENT_SUCCESS, "calm", T0_S + s,
				       1),
			  2);
		if (s >= 60 && s % 10 < 6)
			scene_add(scene,
				  native_event(BACKOFF_EVENT_ATTEMPT, "pay",
					       T0_S + s, 1 + s % 2),
				  3);
	}
	scene_add(scene,
		  native_event(BACKOFF_EVENT_EXHAUSTED, "pay", T0_S + 104, 3),
		  36);
	scene_add(scene,
		  foreign_event(BACKOFF_EVENT_ATTEMPT, "mail", T0_S + 90, 1),
		  2);
	scene->ingest.live = true;
	scene->ingest.wall_ns = scene->view.wall_ns;
	scene_compute(scene);
}

#endif
