/* The terminal: the only file that knows curses. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/screen.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "common/msg.h"
#include "retrytop/ink.h"
#include "retrytop/keys.h"
#include "retrytop/signals.h"

/* Milliseconds after an ESC during which more bytes make it part of a key.
 * Curses waits a second, which no terminal needs today. */
#define ESCAPE_DELAY_MS 25

struct rt_screen {
	SCREEN *curses;
	FILE *in, *out;
	bool utf8, color, refresh;
};

/* A global, because tputs() cannot pass user data to its function. */
static struct {
	char text[RT_RESTORE_MAX];
	size_t length;
} collected;

static int
collect(int character)
{
	if (collected.length < sizeof(collected.text))
		collected.text[collected.length++] = (char)character;
	return character;
}

static void
collect_capability(const char *name)
{
	/* terminfo's names were not const when this was declared. */
	char *text = tigetstr((char *)(uintptr_t)name);

	if (text != NULL && text != (char *)-1)
		tputs(text, 1, collect);
}

/* Collect the string that restores the terminal, for a signal handler. */
static void
guard_terminal(int fd, const struct termios *saved)
{
	static const char *const capability[] = {"sgr0", "rmkx", "cnorm",
						 "rmcup"};

	collected.length = 0;
	/* As curses gives the mouse back, where it can take it. */
	if (key_mouse != NULL)
		for (const char *c = "\033[?1006;1000l"; *c != '\0'; c++)
			collect(*c);
	for (size_t i = 0; i < sizeof(capability) / sizeof(*capability); i++)
		collect_capability(capability[i]);
	rt_signals_guard(fd, saved, collected.text, collected.length);
}

static bool
wants_color(const struct rt_options *options)
{
	const char *no_color = getenv("NO_COLOR");

	if (options->color == RT_COLOR_NEVER || !has_colors())
		return false;
	if (options->color == RT_COLOR_ALWAYS)
		return true;
	return no_color == NULL || *no_color == '\0';
}

/* Open two streams on the terminal, which curses will own. */
static bool
open_streams(struct rt_screen *screen, bool stdin_is_log)
{
	const char *tty = "/dev/tty";
	int in, out;

	if (!stdin_is_log && isatty(STDIN_FILENO))
		in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		in = open(tty, O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (in < 0) {
		tk_msg_errno(tty, errno);
		return false;
	}
	out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	screen->in = fdopen(in, "r");
	screen->out = out >= 0 ? fdopen(out, "w") : NULL;
	if (screen->in != NULL && screen->out != NULL)
		return true;
	tk_msg_errno("the terminal", errno);
	if (screen->in == NULL)
		close(in);
	if (screen->out == NULL && out >= 0)
		close(out);
	return false;
}

static void
start_curses(struct rt_screen *screen, const struct rt_options *options)
{
	cbreak();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	screen->color = wants_color(options);
	if (!screen->color)
		return;
	start_color();
	use_default_colors();
	for (short i = RT_INK_RED; i <= RT_INK_YELLOW; i++)
		init_pair(i, i, -1);
}

/* What is wrong with the terminal, or NULL. Check this first, because newterm()
 * leaks when it fails, and draws on terminals that have no cursor to move. */
static const char *
problem_of(int fd)
{
	const char *problem = NULL;
	int why;

	if (setupterm(NULL, fd, &why) != OK)
		return "is not known";
	if (cursor_address == NULL)
		problem = "cannot move the cursor";
	del_curterm(cur_term);
	return problem;
}

static void
refuse(const char *problem)
{
	const char *term = getenv("TERM");

	tk_msg("the terminal (TERM=%s) %s: use --once for a report, or try "
	       "TERM=xterm",
	       term != NULL ? term : "", problem);
}

struct rt_screen *
rt_screen_open(const struct rt_options *options, bool stdin_is_log)
{
	struct rt_screen *screen = calloc(1, sizeof(*screen));
	struct termios saved;
	const char *problem;

	if (screen == NULL || !open_streams(screen, stdin_is_log)) {
		rt_screen_close(screen);
		return NULL;
	}
	screen->utf8 =
		!options->ascii && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	if (tcgetattr(fileno(screen->in), &saved) != 0) {
		tk_msg_errno("the terminal", errno);
		rt_screen_close(screen);
		return NULL;
	}
	if (getenv("ESCDELAY") == NULL)
		set_escdelay(ESCAPE_DELAY_MS);
	/* Not initscr(), which exits the process if it fails. */
	problem = problem_of(fileno(screen->out));
	if (problem == NULL)
		screen->curses = newterm(NULL, screen->out, screen->in);
	if (screen->curses == NULL) {
		refuse(problem != NULL ? problem : "does not start");
		rt_screen_close(screen);
		return NULL;
	}
	guard_terminal(fileno(screen->out), &saved);
	start_curses(screen, options);
	return screen;
}

void
rt_screen_close(struct rt_screen *screen)
{
	if (screen == NULL)
		return;
	if (screen->curses != NULL) {
		endwin();
		rt_signals_unguard();
		delscreen(screen->curses);
	}
	if (screen->in != NULL)
		fclose(screen->in);
	if (screen->out != NULL)
		fclose(screen->out);
	free(screen);
}

int
rt_screen_fd(const struct rt_screen *screen)
{
	return fileno(screen->in);
}

static bool
is_background(int fd)
{
	pid_t group = tcgetpgrp(fd);

	return group > 0 && group != getpgrp();
}

bool
rt_screen_is_lost(struct rt_screen *screen)
{
	int fd = fileno(screen->in);

	if (!is_background(fd))
		return false;
	/* Wait for the shell to bring it to the front. Without a parent, no
	 * shell will: the kernel ignores the signal, and reading fails at once.
	 */
	raise(SIGTTIN);
	screen->refresh = true;
	if (!is_background(fd))
		return false;
	/* The last thing to do is to restore the terminal, which a process in
	 * the background may only do without this signal. */
	signal(SIGTTOU, SIG_IGN);
	return true;
}

void
rt_screen_size(const struct rt_screen *screen, size_t *width, size_t *height)
{
	int y, x;

	(void)screen;
	getmaxyx(stdscr, y, x);
	*width = x > 0 ? (size_t)x : 1;
	*height = y > 0 ? (size_t)y : 1;
}

bool
rt_screen_is_utf8(const struct rt_screen *screen)
{
	return screen->utf8;
}

static uint32_t
function_key(wint_t key)
{
	switch (key) {
	case KEY_UP:
		return RT_KEY_UP;
	case KEY_DOWN:
		return RT_KEY_DOWN;
	case KEY_PPAGE:
		return RT_KEY_PAGE_UP;
	case KEY_NPAGE:
		return RT_KEY_PAGE_DOWN;
	case KEY_HOME:
		return RT_KEY_HOME;
	case KEY_BTAB:
		return RT_KEY_BACK_TAB;
	case KEY_END:
		return RT_KEY_END;
	case KEY_BACKSPACE:
		return RT_KEY_BACKSPACE;
	case KEY_ENTER:
		return RT_KEY_ENTER;
	case KEY_MOUSE:
		return RT_KEY_MOUSE;
	case KEY_F(1):
		return RT_KEY_F1;
	case KEY_F(3):
		return RT_KEY_F3;
	case KEY_F(4):
		return RT_KEY_F4;
	case KEY_F(6):
		return RT_KEY_F6;
	case KEY_F(10):
		return RT_KEY_F10;
	default:
		/* KEY_RESIZE, and other keys, which only redraw. */
		return RT_KEY_RESIZE;
	}
}

uint32_t
rt_screen_key(struct rt_screen *screen)
{
	wint_t key;

	switch (get_wch(&key)) {
	case OK:
		if (key == ('L' & 0x1f)) {
			screen->refresh = true;
			return RT_KEY_RESIZE;
		}
		return key == '\n' ? RT_KEY_ENTER : (uint32_t)key;
	case KEY_CODE_YES:
		return function_key(key);
	default:
		return RT_KEY_NONE;
	}
}

void
rt_screen_take_mouse(struct rt_screen *screen, bool take)
{
	(void)screen;
	/* Who reads clicks knows which are one after the other: curses would
	 * wait for the second. What is read at once it joins nevertheless. */
	mouseinterval(0);
	mousemask(take ? BUTTON1_PRESSED | BUTTON1_CLICKED |
				  BUTTON1_DOUBLE_CLICKED | BUTTON4_PRESSED |
				  BUTTON5_PRESSED
		       : 0,
		  NULL);
}

bool
rt_screen_mouse_event(struct rt_screen *screen, struct rt_mouse *out)
{
	MEVENT event;

	(void)screen;
	if (getmouse(&event) != OK || event.x < 0 || event.y < 0)
		return false;
	out->x = (size_t)event.x;
	out->y = (size_t)event.y;
	out->what = RT_MOUSE_CLICK;
	if (event.bstate & BUTTON4_PRESSED)
		out->what = RT_MOUSE_WHEEL_UP;
	else if (event.bstate & BUTTON5_PRESSED)
		out->what = RT_MOUSE_WHEEL_DOWN;
	else if (event.bstate & BUTTON1_DOUBLE_CLICKED)
		out->what = RT_MOUSE_TWICE;
	else if (!(event.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED)))
		return false;
	return true;
}

/* Terminals refuse longer ones. */
#define COPY_MAX 74000

/* In base 64, with an end. NULL if there is no memory. */
static char *
encode(const char *text, size_t length)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	char *out = malloc((length + 2) / 3 * 4 + 1), *at = out;

	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < length; i += 3) {
		uint32_t bits = 0;
		size_t bytes = length - i < 3 ? length - i : 3;

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 |
			       (k < bytes ? (unsigned char)text[i + k] : 0u);
		for (size_t k = 0; k < 4; k++)
			*at++ = k <= bytes ? digits[bits >> (18 - 6 * k) & 63]
					   : '=';
	}
	*at = '\0';
	return out;
}

bool
rt_screen_copy(struct rt_screen *screen, const char *text, size_t length)
{
	char name[] = "Ms";
	const char *command = tigetstr(name);
	char *encoded;
	bool written;

	if (command == NULL || command == (char *)-1 || length > COPY_MAX)
		return false;
	encoded = encode(text, length);
	if (encoded == NULL)
		return false;
	/* What the capability says, with the clipboard and the text for its two
	 * parameters: tparm() limits their length. */
	written = dprintf(fileno(screen->out), "\033]52;c;%s\a", encoded) > 0;
	free(encoded);
	return written;
}

static attr_t
attributes_of(const struct rt_screen *screen, unsigned attr)
{
	struct rt_ink ink = rt_ink_of(attr, screen->color);
	attr_t out = A_NORMAL;

	if (ink.bold)
		out |= A_BOLD;
	if (ink.dim)
		out |= A_DIM;
	if (ink.reverse)
		out |= A_REVERSE;
	return ink.color == RT_INK_DEFAULT
		       ? out
		       : out | (attr_t)COLOR_PAIR(ink.color);
}

/* Write a cell with marks. A string would lose those on a wide character:
 * curses adds them to its right half. */
static void
draw_marked(const struct rt_cell *cell, size_t y, size_t x, attr_t attr)
{
	wchar_t text[RT_CELL_MARKS + 2] = {(wchar_t)cell->character};
	cchar_t character;

	for (size_t i = 0; i < RT_CELL_MARKS; i++)
		text[i + 1] = (wchar_t)cell->mark[i];
	if (setcchar(&character, text, attr, (short)PAIR_NUMBER(attr), NULL) ==
	    OK)
		mvadd_wch((int)y, (int)x, &character);
}

/* Write cells [x, end) of a line, which have the same attributes. */
static void
draw_run(const struct rt_screen *screen, const struct rt_grid *grid, size_t y,
	 size_t x, size_t end)
{
	attr_t attr = attributes_of(screen, rt_grid_at(grid, x, y)->attr);
	wchar_t text[RT_GRID_MAX_WIDTH + 1];
	int length = 0;
	size_t from = x;

	attrset((int)attr);
	for (size_t i = x; i < end; i++) {
		const struct rt_cell *cell = rt_grid_at(grid, i, y);

		if (cell->character == 0)
			continue;
		if (cell->mark[0] == 0) {
			if (length == 0)
				from = i;
			text[length++] = (wchar_t)cell->character;
			continue;
		}
		if (length > 0)
			mvaddnwstr((int)y, (int)from, text, length);
		length = 0;
		draw_marked(cell, y, i, attr);
	}
	if (length > 0)
		mvaddnwstr((int)y, (int)from, text, length);
}

void
rt_screen_draw(struct rt_screen *screen, const struct rt_grid *grid)
{
	if (screen->refresh)
		clearok(stdscr, TRUE);
	screen->refresh = false;
	/* Curses sends only what differs from the screen as it is. */
	erase();
	for (size_t y = 0; y < grid->height; y++) {
		size_t x = 0;

		while (x < grid->width) {
			unsigned attr = rt_grid_at(grid, x, y)->attr;
			size_t end = x + 1;

			while (end < grid->width &&
			       rt_grid_at(grid, end, y)->attr == attr)
				end++;
			draw_run(screen, grid, y, x, end);
			x = end;
		}
	}
	wnoutrefresh(stdscr);
	doupdate();
}
