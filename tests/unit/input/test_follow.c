/* Tests of tools/input/follow.c: every way a log can change under its reader,
 * with real files and a clock that the test moves. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "changing_log.h"

TestSuite(input_follow, .init = set_up, .fini = tear_down);

Test(input_follow, rename_rotation_keeps_late_lines_to_the_old_file)
{
	int old = open_log("log", O_APPEND);

	write_lines(old, 0, 10);
	follow_log("log");
	rename_log("log", "log.1");
	add_lines("log", 11, 3);
	pass(1.0);
	write_lines(old, 10, 1);
	pass(1.0);
	expect_lines(0, 14);
	cr_expect_eq(info(0).rotations, 1);
	close(old);
}

Test(input_follow, late_lines_survive_while_the_new_file_is_missing)
{
	int old = open_log("log", O_APPEND);

	write_lines(old, 0, 10);
	follow_log("log");
	rename_log("log", "log.1");
	pass(1.0);
	write_lines(old, 10, 1);
	pass(1.0);
	write_lines(old, 11, 1);
	add_lines("log", 12, 3);
	pass(2.0);
	expect_lines(0, 15);
	close(old);
}

Test(input_follow, a_rotated_file_is_let_go_after_five_quiet_seconds)
{
	int old = open_log("log", O_APPEND);

	write_lines(old, 0, 10);
	follow_log("log");
	rename_log("log", "log.1");
	add_lines("log", 10, 1);
	/* Not quiet: the wait restarts with each line. */
	for (unsigned i = 0; i < 4; i++) {
		pass(4.0);
		write_lines(old, 11 + i, 1);
	}
	cr_assert(dprintf(old, "%07u a line of a log", 15) > 0);
	pass(8.0);
	expect_lines(0, 16);
	cr_expect_eq(world.unterminated, 1, "the rest is delivered once");
	write_lines(old, 20, 1);
	pass(2.0);
	cr_expect_eq(world.seen[20], 0, "nobody waits for ever");
	close(old);
}

Test(input_follow, copytruncate_loses_nothing_that_was_read)
{
	add_lines("log", 0, 10);
	follow_log("log");
	cr_assert_eq(truncate(path_of("log"), 0), 0);
	pass(2.5);
	add_lines("log", 10, 3);
	pass(1.0);
	expect_lines(0, 13);
	cr_expect_eq(info(0).truncations, 1);
	cr_expect_eq(info(0).lost_bytes, 0);
}

Test(input_follow, a_file_that_regrew_larger_is_known_by_its_content)
{
	add_lines("log", 0, 10);
	follow_log("log");
	cr_assert_eq(truncate(path_of("log"), 0), 0);
	add_lines("log", 10, 40);
	pass(1.5);
	expect_lines(0, 50);
	cr_expect_eq(info(0).truncations, 1);
}

Test(input_follow, a_file_rewritten_to_the_same_size_is_known_by_its_content)
{
	struct timespec times[2] = {{0}};
	struct stat st;

	add_lines("log", 0, 10);
	follow_log("log");
	cr_assert_eq(stat(path_of("log"), &st), 0);
	cr_assert_eq(truncate(path_of("log"), 0), 0);
	add_lines("log", 10, 10);
	/* Even with the very same time. */
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	cr_assert_eq(utimensat(AT_FDCWD, path_of("log"), times, 0), 0);
	pass(1.5);
	expect_lines(0, 20);
}

Test(input_follow, any_part_of_a_file_can_give_a_rewriting_away)
{
	static const struct {
		const char *why;
		/* The first line after the rewriting, and the first of the
		 * other 99; as many lines as before, and one more. */
		unsigned first, others;
	} row[] = {
		{"the last bytes are as they were, the first are not", 1000, 1},
		{"the first kilobyte is as it was, the last bytes are not", 0,
		 2000},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		char name[16];
		unsigned before;

		snprintf(name, sizeof(name), "log%zu", i);
		add_lines(name, 0, 100);
		follow_log(name);
		before = world.lines;
		cr_assert_eq(truncate(path_of(name), 0), 0);
		if (row[i].others == 1) {
			add_lines(name, row[i].first, 1);
			add_lines(name, row[i].others, 100);
		} else {
			add_lines(name, row[i].first, 50);
			add_lines(name, row[i].others, 51);
		}
		pass(1.5);
		cr_expect_eq(world.lines - before, 101, "%s: %u lines",
			     row[i].why, world.lines - before);
		cr_expect_eq(world.strange, 0, "%s", row[i].why);
	}
}

Test(input_follow, a_file_that_is_cut_back_repeats_nothing)
{
	static const struct {
		const char *why;
		unsigned kept, added;
	} row[] = {
		{"all but the last line", 99, 0},
		{"fewer lines than are compared as bytes", 10, 0},
		{"one line, and one more", 1, 1},
		{"cut, and grown again before the next look", 60, 30},
		{"all lines, so that the new ones are a rewriting", 0, 30},
	};
	const unsigned size = strlen("0000000 a line of a log\n");

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		unsigned first = (unsigned)i * 200, before = world.lines;
		char name[16];

		snprintf(name, sizeof(name), "log%zu", i);
		add_lines(name, first, 100);
		follow_log(name);
		cr_assert_eq(truncate(path_of(name), row[i].kept * size), 0);
		add_lines(name, first + 100, row[i].added);
		pass(1.5);
		add_lines(name, first + 130, 1);
		pass(1.5);
		cr_expect_eq(world.lines - before, 101 + row[i].added,
			     "%s: %u lines", row[i].why, world.lines - before);
		cr_expect_eq(info(i).truncations, 1, "%s", row[i].why);
		expect_lines(first, 100 + row[i].added);
		expect_lines(first + 130, 1);
	}
}

Test(input_follow, delete_and_recreate)
{
	add_lines("log", 0, 10);
	follow_log("log");
	cr_assert_eq(unlink(path_of("log")), 0);
	pass(1.5);
	cr_expect_eq(info(0).state, TK_INPUT_WAITING);
	cr_expect_eq(info(0).error_number, ENOENT);
	pass(1.0);
	add_lines("log", 10, 3);
	pass(1.5);
	expect_lines(0, 13);
	cr_expect_eq(info(0).state, TK_INPUT_READING);
}

Test(input_follow, a_partial_line_waits_for_its_end)
{
	int fd;

	add_lines("log", 0, 10);
	follow_log("log");
	fd = open_log("log", O_APPEND);
	cr_assert(dprintf(fd, "%07u a li", 10) > 0);
	pass(3.0);
	cr_expect_eq(world.lines, 10);
	cr_assert(dprintf(fd, "ne of a log\n") > 0);
	pass(0.5);
	expect_lines(0, 11);
	close(fd);
}

Test(input_follow, a_missing_file_is_waited_for_and_read_from_its_start)
{
	follow_log("log");
	pass(2.0);
	cr_expect_eq(info(0).state, TK_INPUT_WAITING);
	add_lines("log", 0, 3);
	pass(1.5);
	expect_lines(0, 3);
	cr_expect_eq(info(0).rotations, 0);
}

Test(input_follow, a_missing_directory_is_waited_for)
{
	follow_log("sub/log");
	pass(2.0);
	cr_assert_eq(mkdir(path_of("sub"), 0700), 0);
	pass(2.0);
	add_lines("sub/log", 0, 3);
	pass(1.5);
	expect_lines(0, 3);
}

Test(input_follow, a_hole_of_nuls_after_truncation_is_skipped_and_counted)
{
	int fd = open_log("log", 0);

	write_lines(fd, 0, 10);
	follow_log("log");
	cr_assert_eq(ftruncate(fd, 0), 0);
	/* Without O_APPEND, the writer continues at its old offset. */
	write_lines(fd, 10, 1);
	pass(1.5);
	expect_lines(0, 11);
	cr_expect_eq(info(0).nul_bytes,
		     10 * strlen("0000000 a line of a log\n"));
	close(fd);
}

Test(input_follow, a_huge_hole_costs_no_time)
{
	int fd = open_log("log", 0);

	cr_assert_eq(lseek(fd, (off_t)1 << 40, SEEK_SET), (off_t)1 << 40);
	write_lines(fd, 0, 3);
	follow_log("log");
	pass(0.5);
	expect_lines(0, 3);
	cr_expect_eq(info(0).nul_bytes, UINT64_C(1) << 40);
	close(fd);
}

Test(input_follow, a_line_of_64_mib_counts_once)
{
	static char block[1 << 20];
	int fd;

	memset(block, 'x', sizeof(block));
	add_lines("log", 0, 10);
	fd = open_log("log", O_APPEND);
	for (unsigned i = 0; i < 64; i++)
		cr_assert_eq(write(fd, block, sizeof(block)),
			     (ssize_t)sizeof(block));
	follow_log("log");
	cr_expect_eq(world.lines, 10);
	cr_assert_eq(write(fd, "\n", 1), 1);
	write_lines(fd, 10, 1);
	pass(0.5);
	expect_lines(0, 11);
	cr_expect_eq(world.oversize, 1);
	cr_expect_eq(info(0).oversize, 1);
	close(fd);
}

Test(input_follow, many_lines_at_once_come_in_turns)
{
	FILE *file = fopen(path_of("log"), "a");
	unsigned turns = 0;

	cr_assert_not_null(file);
	for (unsigned i = 0; i < 300000; i++)
		fprintf(file, "%07u a line of a log\n", i);
	fclose(file);
	cr_assert_eq(tk_follow_add(world.follow, path_of("log")), BACKOFF_OK);
	while (tk_follow_read(world.follow, world.now_ns, 1 << 20, false,
			      on_line, NULL)) {
		turns++;
		cr_assert(world.lines <= turns * 50000u, "a turn has a budget");
	}
	expect_lines(0, 300000);
	cr_expect(turns >= 6, "%u turns", turns);
}

Test(input_follow, one_file_by_several_names_is_read_once)
{
	add_lines("log", 0, 5);
	cr_assert_eq(link(path_of("log"), path_of("hard")), 0);
	cr_assert_eq(symlink("log", path_of("soft")), 0);
	follow_log("log");
	follow_log("hard");
	follow_log("soft");
	follow_log("log");
	add_lines("log", 5, 5);
	pass(1.5);
	expect_lines(0, 10);
	cr_expect_eq(info(0).same_as, SIZE_MAX);
	cr_expect_eq(info(1).same_as, 0);
	cr_expect_eq(info(2).same_as, 0);
	cr_expect_eq(info(3).same_as, 0);
}

Test(input_follow, a_rotation_between_two_inputs_repeats_nothing)
{
	add_lines("log.1", 0, 10);
	add_lines("log", 10, 10);
	follow_log("log");
	follow_log("log.1");
	cr_assert_eq(unlink(path_of("log.1")), 0);
	rename_log("log", "log.1");
	add_lines("log", 20, 10);
	pass(70.0);
	add_lines("log.1", 30, 1);
	add_lines("log", 31, 1);
	pass(2.0);
	expect_lines(0, 32);
}

Test(input_follow, a_file_that_comes_back_is_read_from_where_it_was)
{
	add_lines("log", 0, 10);
	follow_log("log");
	rename_log("log", "away");
	pass(1.5);
	rename_log("away", "log");
	add_lines("log", 10, 2);
	pass(1.5);
	expect_lines(0, 12);
}

Test(input_follow, a_changed_link_is_a_rotation)
{
	add_lines("a", 0, 5);
	cr_assert_eq(symlink("a", path_of("log")), 0);
	follow_log("log");
	add_lines("b", 5, 5);
	cr_assert_eq(symlink("b", path_of("new")), 0);
	rename_log("new", "log");
	pass(1.5);
	expect_lines(0, 10);
}

Test(input_follow, a_path_that_is_not_a_file_is_a_state_not_an_exit)
{
	cr_assert_eq(mkdir(path_of("log"), 0700), 0);
	follow_log("log");
	cr_expect_eq(info(0).state, TK_INPUT_DENIED);
	cr_expect_eq(info(0).error_number, EISDIR);
	cr_assert_eq(rmdir(path_of("log")), 0);
	add_lines("log", 0, 2);
	pass(1.5);
	expect_lines(0, 2);
}

Test(input_follow, once_reads_the_unterminated_last_line)
{
	int fd;

	add_lines("log", 0, 3);
	fd = open_log("log", O_APPEND);
	cr_assert(dprintf(fd, "%07u a line of a log", 3) > 0);
	close(fd);
	cr_assert_eq(tk_follow_add(world.follow, path_of("log")), BACKOFF_OK);
	while (tk_follow_read(world.follow, world.now_ns, 1 << 20, true,
			      on_line, NULL))
		;
	expect_lines(0, 4);
	cr_expect_eq(world.unterminated, 1);
}

static void
note_number(void *user, size_t input, const struct tk_line *line)
{
	unsigned *next = user, number = 0;

	(void)input;
	for (size_t i = 0; i < 7 && i < line->length; i++)
		number = number * 10 + (unsigned)(line->text[i] - '0');
	world.strange += number != (*next)++;
	world.lines++;
}

/* Write a rotated log of 30,011 lines. */
static void
add_rotated(void)
{
	static const char *const name[] = {"log", "log.1", "log.2"};

	/* More than one buffer. */
	add_lines("log.2", 0, 20001);
	add_lines("log.1", 20001, 10000);
	add_lines("log", 30001, 10);
	for (size_t i = 0; i < 3; i++)
		cr_assert_eq(tk_follow_add(world.follow, path_of(name[i])),
			     BACKOFF_OK);
	tk_follow_after(world.follow, 1, 2);
	tk_follow_after(world.follow, 0, 1);
}

Test(input_follow, what_goes_on_is_read_after_what_it_goes_on_from)
{
	for (int once = 0; once < 2; once++) {
		unsigned next = 0;
		struct stat st;

		add_rotated();
		/* When all is read once, also a last line without its end. */
		cr_assert_eq(stat(path_of("log.2"), &st), 0);
		if (once)
			cr_assert_eq(truncate(path_of("log.2"), st.st_size - 1),
				     0);
		while (tk_follow_read(world.follow, world.now_ns, 1 << 16, once,
				      note_number, &next))
			;
		cr_expect_eq(world.lines, 30011, "%u lines", world.lines);
		cr_expect_eq(world.strange, 0, "%u out of order",
			     world.strange);
		tear_down();
		world.lines = 0;
		set_up();
	}
}

Test(input_follow, a_rotated_log_that_is_followed_may_rotate_by_copies)
{
	add_lines("log", 0, 100);
	cr_assert_eq(tk_follow_add(world.follow, path_of("log")), BACKOFF_OK);
	cr_assert_eq(tk_follow_add(world.follow, path_of("log.1")), BACKOFF_OK);
	tk_follow_after(world.follow, 0, 1);
	pass(0.5);
	add_lines("log", 100, 10);
	/* A copy, before both were read. */
	add_lines("log.1", 0, 110);
	pass(1.5);
	cr_assert_eq(truncate(path_of("log"), 0), 0);
	add_lines("log", 110, 10);
	pass(1.5);
	expect_lines(0, 120);
	cr_expect_eq(world.lines, 120);
}

Test(input_follow, a_pipe_is_read_to_its_end)
{
	pid_t child;
	int status;

	cr_assert_eq(mkfifo(path_of("pipe"), 0600), 0);
	cr_assert_eq(tk_follow_add(world.follow, path_of("pipe")), BACKOFF_OK);
	child = fork();
	if (child == 0) {
		int fd = open(path_of("pipe"), O_WRONLY);

		for (unsigned i = 0; i < 20; i++) {
			dprintf(fd, "%07u a line of a log\n", i);
			usleep(2000);
		}
		dprintf(fd, "%07u a line of a log", 20);
		_exit(0);
	}
	while (tk_follow_read(world.follow, world.now_ns, 1 << 20, true,
			      on_line, NULL))
		;
	cr_assert_eq(waitpid(child, &status, 0), child);
	expect_lines(0, 21);
	cr_expect_eq(info(0).state, TK_INPUT_ENDED);
}

Test(input_follow, standard_input_given_twice_is_read_once)
{
	add_lines("log", 0, 20);
	cr_assert_not_null(freopen(path_of("log"), "r", stdin));
	follow_log("../-");
	cr_expect_eq(info(0).state, TK_INPUT_WAITING, "only - itself is stdin");
	cr_assert_eq(tk_follow_add(world.follow, "-"), BACKOFF_OK);
	cr_assert_eq(tk_follow_add(world.follow, "-"), BACKOFF_OK);
	pass(0.5);
	expect_lines(0, 20);
	cr_expect_eq(info(1).state, TK_INPUT_ENDED);
	cr_expect_eq(info(2).same_as, 1);
	cr_expect_eq(tk_follow_stdin_fd(world.follow), -1);
}
