/* A log that changes under its reader: real files, a clock that the test
 * moves, and a count of each line that came. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "changing_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

struct world world;

char *
path_of(const char *name)
{
	static char path[4][256];
	static unsigned turn;
	char *out = path[turn++ % 4];

	cr_assert_lt(snprintf(out, 256, "%s/%s", world.directory, name), 256);
	return out;
}

void
set_up(void)
{
	const char *top = getenv("TMPDIR");

	snprintf(world.directory, sizeof(world.directory), "%s/follow.XXXXXX",
		 top != NULL && strlen(top) < 40 ? top : "/tmp");
	cr_assert_not_null(mkdtemp(world.directory));
	world.follow = tk_follow_new();
	cr_assert_not_null(world.follow);
	world.now_ns = 1000 * SECOND;
}

void
tear_down(void)
{
	char command[128];

	tk_follow_free(world.follow);
	snprintf(command, sizeof(command), "rm -rf '%s'", world.directory);
	cr_assert_eq(system(command), 0);
}

void
on_line(void *user, size_t input, const struct tk_line *line)
{
	unsigned number = 0;
	size_t digits = 0;

	(void)user;
	(void)input;
	world.lines++;
	world.unterminated += line->unterminated;
	if (line->oversize) {
		world.oversize++;
		return;
	}
	while (digits < line->length && line->text[digits] >= '0' &&
	       line->text[digits] <= '9')
		number = number * 10 + (unsigned)(line->text[digits++] - '0');
	if (digits != 7 || number >= LINES_MAX ||
	    line->length != 7 + strlen(" a line of a log")) {
		world.strange++;
		snprintf(world.last_strange, sizeof(world.last_strange), "%.*s",
			 (int)line->length, line->text);
		return;
	}
	if (world.seen[number] < 255)
		world.seen[number]++;
}

/* Let time pass in steps of 100 ms, reading at each. */
void
pass(double seconds)
{
	unsigned steps = (unsigned)(seconds * 10.0 + 0.5);

	for (unsigned i = 0; i <= steps; i++) {
		while (tk_follow_read(world.follow, world.now_ns, 1 << 20,
				      false, on_line, NULL))
			;
		if (i < steps)
			world.now_ns += 100 * MS;
	}
}

void
write_lines(int fd, unsigned first, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		cr_assert(dprintf(fd, "%07u a line of a log\n", first + i) > 0);
}

int
open_log(const char *name, int flags)
{
	int fd = open(path_of(name), O_WRONLY | O_CREAT | flags, 0600);

	cr_assert(fd >= 0, "%s", strerror(errno));
	return fd;
}

void
add_lines(const char *name, unsigned first, unsigned count)
{
	int fd = open_log(name, O_APPEND);

	write_lines(fd, first, count);
	close(fd);
}

void
rename_log(const char *from, const char *to)
{
	cr_assert_eq(rename(path_of(from), path_of(to)), 0);
}

void
follow_log(const char *name)
{
	cr_assert_eq(tk_follow_add(world.follow, path_of(name)), BACKOFF_OK);
	pass(0.5);
}

void
expect_lines(unsigned first, unsigned count)
{
	unsigned lost = 0, twice = 0;

	for (unsigned i = 0; i < count; i++) {
		lost += world.seen[first + i] == 0;
		twice += world.seen[first + i] > 1;
	}
	cr_expect_eq(lost, 0, "%u of %u lines lost", lost, count);
	cr_expect_eq(twice, 0, "%u of %u lines twice", twice, count);
	cr_expect_eq(world.strange, 0, "%u strange lines, like \"%s\"",
		     world.strange, world.last_strange);
}

struct tk_input_info
info(size_t input)
{
	struct tk_input_info out;

	tk_follow_info(world.follow, input, &out);
	return out;
}
