/* Tests of tools/input/follow.c: a log that is followed from its last lines
 * on. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <zlib.h>

#include "changing_log.h"

TestSuite(input_last, .init = set_up, .fini = tear_down);

/* Follow the last lines of a log. */
static void
follow_last(const char *name, size_t lines)
{
	tk_follow_last(world.follow, lines);
	follow_log(name);
}

/* Read it once. */
static void
read_last(const char *name, size_t lines)
{
	tk_follow_last(world.follow, lines);
	cr_assert_eq(tk_follow_add(world.follow, path_of(name)), BACKOFF_OK);
	while (tk_follow_read(world.follow, 0, 1 << 20, true, on_line, NULL))
		;
}

/* Lines [first, first + count) came once, and no others. */
static void
expect_only(unsigned first, unsigned count)
{
	expect_lines(first, count);
	cr_expect_eq(world.lines, count, "%u lines instead of %u", world.lines,
		     count);
}

static void
pack_lines(const char *name, unsigned first, unsigned count)
{
	gzFile gzip = gzopen(path_of(name), "wb");

	cr_assert_not_null(gzip);
	for (unsigned i = 0; i < count; i++)
		cr_assert(gzprintf(gzip, "%07u a line of a log\n", first + i) >
			  0);
	cr_assert_eq(gzclose(gzip), Z_OK);
}

Test(input_last, a_file_begins_with_its_last_lines_and_goes_on)
{
	add_lines("log", 0, 10000);
	follow_last("log", 7);
	expect_only(9993, 7);
	add_lines("log", 10000, 5);
	pass(1.0);
	expect_only(9993, 12);
}

Test(input_last, of_none_only_new_lines_are_read)
{
	add_lines("log", 0, 10);
	follow_last("log", 0);
	expect_only(10, 0);
	add_lines("log", 10, 2);
	pass(1.0);
	expect_only(10, 2);
}

Test(input_last, a_file_with_fewer_lines_is_read_whole)
{
	add_lines("log", 0, 10);
	read_last("log", 11);
	expect_only(0, 10);
}

Test(input_last, as_many_lines_as_a_file_has_are_all_of_it)
{
	add_lines("log", 0, 10);
	read_last("log", 10);
	expect_only(0, 10);
}

Test(input_last, a_line_that_is_not_complete_comes_when_it_is)
{
	int fd = open_log("log", O_APPEND);

	write_lines(fd, 0, 10);
	cr_assert_eq(write(fd, "0000010 a line", 14), 14);
	follow_last("log", 2);
	expect_only(8, 2);
	cr_assert_eq(write(fd, " of a log\n", 10), 10);
	pass(1.0);
	expect_only(8, 3);
	close(fd);
}

Test(input_last, it_is_one_of_the_last_lines_if_nothing_follows)
{
	int fd = open_log("log", O_APPEND);

	write_lines(fd, 0, 10);
	cr_assert_eq(write(fd, "0000010 a line of a log", 23), 23);
	close(fd);
	read_last("log", 2);
	expect_only(9, 2);
}

Test(input_last, a_file_that_appears_later_is_new)
{
	follow_last("log", 2);
	add_lines("log", 0, 10);
	pass(1.0);
	expect_only(0, 10);
}

Test(input_last, a_file_that_is_renamed_is_not_read_again)
{
	add_lines("log", 0, 10);
	follow_last("log", 2);
	rename_log("log", "log.1");
	add_lines("log.1", 10, 1);
	add_lines("log", 11, 3);
	pass(2.0);
	expect_only(8, 6);
	cr_expect_eq(info(0).rotations, 1);
	cr_expect_eq(info(0).truncations, 0);
}

Test(input_last, a_file_that_is_truncated_is_read_from_its_start)
{
	add_lines("log", 0, 100);
	follow_last("log", 2);
	expect_only(98, 2);
	close(open_log("log", O_TRUNC));
	pass(1.5);
	add_lines("log", 100, 4);
	pass(1.5);
	expect_only(98, 6);
	cr_expect_eq(info(0).truncations, 1);
}

Test(input_last, a_packed_file_has_last_lines)
{
	pack_lines("log.gz", 0, 5000);
	read_last("log.gz", 3);
	expect_only(4997, 3);
}

Test(input_last, of_a_packed_file_none)
{
	pack_lines("log.gz", 0, 5000);
	follow_last("log.gz", 0);
	expect_only(0, 0);
}

Test(input_last, a_rotated_log_is_one)
{
	pack_lines("log.2.gz", 0, 10);
	add_lines("log.1", 10, 3);
	add_lines("log", 13, 2);
	tk_follow_last(world.follow, 7);
	cr_assert_eq(tk_follow_add(world.follow, path_of("log")), BACKOFF_OK);
	cr_assert_eq(tk_follow_add(world.follow, path_of("log.1")), BACKOFF_OK);
	cr_assert_eq(tk_follow_add(world.follow, path_of("log.2.gz")),
		     BACKOFF_OK);
	tk_follow_after(world.follow, 0, 1);
	tk_follow_after(world.follow, 1, 2);
	pass(0.5);
	expect_only(8, 7);
	add_lines("log", 15, 1);
	pass(1.0);
	expect_only(8, 8);
}

Test(input_last, each_log_has_its_own)
{
	add_lines("one", 0, 10);
	add_lines("two", 100, 10);
	tk_follow_last(world.follow, 2);
	cr_assert_eq(tk_follow_add(world.follow, path_of("one")), BACKOFF_OK);
	cr_assert_eq(tk_follow_add(world.follow, path_of("two")), BACKOFF_OK);
	pass(0.5);
	expect_lines(8, 2);
	expect_lines(108, 2);
	cr_expect_eq(world.lines, 4);
}

Test(input_last, a_copy_adds_nothing)
{
	add_lines("log", 0, 1000);
	add_lines("copy", 0, 1000);
	tk_follow_last(world.follow, 2);
	cr_assert_eq(tk_follow_add(world.follow, path_of("log")), BACKOFF_OK);
	cr_assert_eq(tk_follow_add(world.follow, path_of("copy")), BACKOFF_OK);
	pass(0.5);
	expect_only(998, 2);
	add_lines("copy", 1000, 1);
	pass(1.5);
	expect_only(998, 3);
}

Test(input_last, empty_lines_are_lines)
{
	int fd = open_log("log", O_APPEND);

	write_lines(fd, 0, 10);
	cr_assert_eq(write(fd, "\n\n", 2), 2);
	close(fd);
	read_last("log", 3);
	cr_expect_eq(world.seen[9], 1);
	cr_expect_eq(world.lines, 3);
}

Test(input_last, lines_may_be_longer_than_what_is_read_at_a_time)
{
	static char text[300000];
	int fd = open_log("log", O_APPEND);

	memset(text, 'x', sizeof(text));
	write_lines(fd, 0, 10);
	cr_assert_eq(write(fd, text, sizeof(text)), sizeof(text));
	cr_assert_eq(write(fd, "\n", 1), 1);
	write_lines(fd, 11, 2);
	close(fd);
	read_last("log", 4);
	cr_expect_eq(world.lines, 4);
	cr_expect_eq(world.strange, 1);
	cr_expect_eq(world.seen[9], 1);
	cr_expect_eq(world.seen[12], 1);
}
