/* Tests of tools/common/tone: when colours are written, and how wide. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "common/tone.h"

static void
set(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

Test(common_tone, colors_are_for_terminals_that_want_them)
{
	static const struct {
		enum tk_color color;
		bool terminal;
		const char *term, *no_color;
		bool wanted;
		const char *why;
	} cases[] = {
		{TK_COLOR_AUTO, true, "xterm", NULL, true, "a terminal"},
		{TK_COLOR_AUTO, false, "xterm", NULL, false, "a pipe"},
		{TK_COLOR_AUTO, true, "dumb", NULL, false, "a dumb terminal"},
		{TK_COLOR_AUTO, true, NULL, NULL, false, "an unknown one"},
		{TK_COLOR_AUTO, true, "xterm", "1", false, "NO_COLOR"},
		{TK_COLOR_AUTO, true, "xterm", "", true, "empty: not set"},
		{TK_COLOR_ALWAYS, false, NULL, "1", true, "the user insists"},
		{TK_COLOR_NEVER, true, "xterm", NULL, false, "or declines"},
	};
	int terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY), pipes[2];

	if (terminal < 0)
		cr_skip_test("no /dev/ptmx");
	cr_assert_eq(pipe(pipes), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		set("TERM", cases[i].term);
		set("NO_COLOR", cases[i].no_color);
		cr_expect_eq(tk_color_wanted(cases[i].color,
					     cases[i].terminal ? terminal
							       : pipes[1]),
			     cases[i].wanted, "%s", cases[i].why);
	}
	close(terminal);
	close(pipes[0]);
	close(pipes[1]);
}

Test(common_tone, the_width_is_that_of_the_terminal)
{
	static const struct {
		const char *variable;
		unsigned short terminal;
		size_t expected;
		const char *why;
	} cases[] = {
		{NULL, 0, 100, "not known"},
		{NULL, 72, 72, "the terminal's"},
		{"60", 72, 60, "the variable comes first"},
		{"", 72, 72, "if it is set"},
		{"many", 72, 72, "to a number"},
		{NULL, 20, 40, "but not less than fits"},
		{NULL, 400, 100, "nor more than one reads"},
		{"0", 0, 100, "nor nothing"},
	};
	int terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY);

	if (terminal < 0)
		cr_skip_test("no /dev/ptmx");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct winsize size = {.ws_col = cases[i].terminal};

		cr_assert_eq(ioctl(terminal, TIOCSWINSZ, &size), 0);
		set("COLUMNS", cases[i].variable);
		cr_expect_eq(tk_line_columns(terminal, 100, 40, 100),
			     cases[i].expected, "%s", cases[i].why);
	}
	close(terminal);
	set("COLUMNS", NULL);
	cr_expect_eq(tk_line_columns(-1, 100, 40, 100), 100, "no terminal");
}
