/* The terminal: the only files that know curses are screen's. */
#ifndef RT_SCREEN_H
#define RT_SCREEN_H

#include "retrytop/grid.h"
#include "retrytop/options.h"

struct rt_screen;

/**
 * Take the terminal over. Keys come from standard input, or from /dev/tty if
 * that is a log.
 *
 * @param stdin_is_log  standard input is not the keyboard
 * @return NULL if it can not be; a message went to stderr
 */
struct rt_screen *rt_screen_open(const struct rt_options *options,
				 bool stdin_is_log);

/** Give it back as it was; NULL is fine. */
void rt_screen_close(struct rt_screen *screen);

/** To poll(2) for keys. */
int rt_screen_fd(const struct rt_screen *screen);

void rt_screen_size(const struct rt_screen *screen, size_t *width,
		    size_t *height);
bool rt_screen_is_utf8(const struct rt_screen *screen);

/** The next key (see ui.h) that is there, or RT_KEY_NONE. */
uint32_t rt_screen_key(struct rt_screen *screen);

/** Show a grid. */
void rt_screen_draw(struct rt_screen *screen, const struct rt_grid *grid);

/** Draw everything again at the next rt_screen_draw(): someone else wrote. */
void rt_screen_refresh(struct rt_screen *screen);

#endif
