/* The terminal: only files named screen* know curses. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_SCREEN_H
#define RT_SCREEN_H

#include "retrytop/grid.h"
#include "retrytop/mouse.h"
#include "retrytop/options.h"

struct rt_screen;

/**
 * Take over the terminal. Keys are read from standard input, or from /dev/tty
 * if standard input is a log.
 *
 * @param stdin_is_log  standard input is not the keyboard
 * @return NULL if that fails; the reason was printed
 */
struct rt_screen *rt_screen_open(const struct rt_options *options,
				 bool stdin_is_log);

/** Restore the terminal; NULL is fine. */
void rt_screen_close(struct rt_screen *screen);

/** To poll(2) for keys. */
int rt_screen_fd(const struct rt_screen *screen);

/** Whether the terminal belongs to another process now and will not come back.
 *  Stops while a shell may return it. */
bool rt_screen_is_lost(struct rt_screen *screen);

void rt_screen_size(const struct rt_screen *screen, size_t *width,
		    size_t *height);
bool rt_screen_is_utf8(const struct rt_screen *screen);

/** The next key press (see keys.h), or RT_KEY_NONE if there is none. */
uint32_t rt_screen_key(struct rt_screen *screen);

/** Take the mouse from the terminal, or give it back. */
void rt_screen_take_mouse(struct rt_screen *screen, bool take);

/** Get what the mouse did, after RT_KEY_MOUSE. False if it is nothing that
 *  counts. */
bool rt_screen_mouse_event(struct rt_screen *screen, struct rt_mouse *out);

/** Put a text into the clipboard of the terminal, if that says that it can
 *  (OSC 52). False if it does not, or if the text is too long. */
bool rt_screen_copy(struct rt_screen *screen, const char *text, size_t length);

/** Show a grid. */
void rt_screen_draw(struct rt_screen *screen, const struct rt_grid *grid);

#endif
