/* Tests of tools/retrytop/child.c. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/child.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct rt_child child;

static void
start(const char *script)
{
	char *argv[] = {(char *)(uintptr_t) "/bin/sh", (char *)(uintptr_t) "-c",
			(char *)(uintptr_t)script, NULL};

	cr_assert(rt_child_start(&child, argv, 77));
}

static void
wait_for_end(void)
{
	while (child.pid != 0) {
		struct pollfd fd = {.fd = child.fd, .events = POLLIN};

		poll(&fd, 1, fd.fd >= 0 ? -1 : 1);
		rt_child_read(&child);
	}
}

static void
wait_for_text(void)
{
	while (child.length == 0) {
		struct pollfd fd = {.fd = child.fd, .events = POLLIN};

		poll(&fd, 1, -1);
		rt_child_read(&child);
	}
}

static void
tear_down(void)
{
	rt_child_clear(&child);
}

TestSuite(retrytop_child, .fini = tear_down);

Test(retrytop_child, both_outputs_and_the_status_are_kept)
{
	start("echo one; echo two >&2; exit 7");
	wait_for_end();
	cr_expect_str_eq(child.text, "one\ntwo\n");
	cr_expect(WIFEXITED(child.status));
	cr_expect_eq(WEXITSTATUS(child.status), 7);
}

Test(retrytop_child, it_has_the_width_of_the_page)
{
	setenv("COLUMNS", "200", 1);
	start("echo $COLUMNS; env | grep -c ^COLUMNS=");
	wait_for_end();
	cr_expect_str_eq(child.text, "77\n1\n");
}

Test(retrytop_child, reading_does_not_wait)
{
	start("exec sleep 600");
	cr_expect_not(rt_child_read(&child));
	cr_expect_neq(child.pid, 0);
}

Test(retrytop_child, it_is_killed_with_its_own_children)
{
	pid_t pid, grandchild;

	start("sleep 600 & echo $!; wait");
	wait_for_text();
	pid = child.pid;
	grandchild = (pid_t)strtol(child.text, NULL, 10);
	rt_child_kill(&child);
	cr_expect_eq(child.pid, 0);
	cr_expect(WIFSIGNALED(child.status));
	cr_expect_eq(kill(pid, 0), -1, "it was reaped");
	/* The orphan does not run; who reaps it does not matter. */
	for (;;) {
		char path[64], text[256] = "";
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%d/stat", (int)grandchild);
		file = fopen(path, "r");
		if (file == NULL)
			break;
		if (fgets(text, sizeof(text), file) == NULL)
			text[0] = '\0';
		fclose(file);
		if (text[0] == '\0' || strstr(text, ") Z ") != NULL)
			break;
	}
}

Test(retrytop_child, another_start_forgets_the_first)
{
	start("echo one; exec sleep 600");
	wait_for_text();
	start("echo two");
	wait_for_end();
	cr_expect_str_eq(child.text, "two\n");
}

Test(retrytop_child, outputs_may_be_closed_before_its_end)
{
	start("exec >&- 2>&-; exit 5");
	wait_for_end();
	cr_expect_eq(WEXITSTATUS(child.status), 5);
}

Test(retrytop_child, what_is_not_a_program_ends_with_127)
{
	char *argv[] = {(char *)(uintptr_t) "/dev/null", NULL};

	cr_assert(rt_child_start(&child, argv, 80));
	wait_for_end();
	cr_expect_eq(WEXITSTATUS(child.status), 127);
}

Test(retrytop_child, signals_of_this_process_are_not_inherited)
{
	signal(SIGPIPE, SIG_IGN);
	start("kill -PIPE $$; echo alive");
	wait_for_end();
	cr_expect(WIFSIGNALED(child.status));
	cr_expect_eq(WTERMSIG(child.status), SIGPIPE);
}

Test(retrytop_child, a_program_is_found_in_the_path)
{
	char path[256];

	setenv("PATH", "/nowhere::/bin:/usr/bin", 1);
	cr_expect(rt_child_find("sh", path, sizeof(path)));
	cr_expect_str_eq(path, "/bin/sh");
	cr_expect_not(rt_child_find("no-such-program", path, sizeof(path)));
	setenv("PATH", "", 1);
	cr_expect_not(rt_child_find("sh", path, sizeof(path)));
}
