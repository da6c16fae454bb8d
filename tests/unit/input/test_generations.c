/* Tests of tools/input/follow.c: files that take turns under a name, also many
 * times between two looks, and their copies. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <backoff/event.h>
#include <backoff/sink.h>
#include <criterion/criterion.h>

#include "changing_log.h"

TestSuite(input_generations, .init = set_up, .fini = tear_down);

/* Writes lines; rotates `rotations` times, each time writing to the old file
 * for 60 ms more, as a daemon does until its signal arrives. */
static void
daemon_writes(unsigned rotations)
{
	int fd = open_log("log", O_APPEND), old = -1;
	unsigned line = 0;

	for (unsigned r = 0; r <= rotations; r++) {
		for (unsigned i = 0; i < 300; i++) {
			if (i == 60 && old >= 0) {
				close(old);
				old = -1;
				close(fd);
				fd = open_log("log", O_APPEND);
			}
			write_lines(fd, line++, 1);
			usleep(500);
		}
		if (r == rotations)
			break;
		rename(path_of("log"), path_of(r % 2 ? "log.1" : "log.2"));
		old = open_log("log", O_APPEND);
	}
	_exit(line == (rotations + 1) * 300 ? 0 : 1);
}

Test(input_generations, a_daemon_that_rotates_under_load_loses_nothing)
{
	pid_t child = fork();
	bool done = false;
	int status = 0;

	if (child == 0)
		daemon_writes(5);
	cr_assert_eq(tk_follow_add(world.follow, path_of("log")), BACKOFF_OK);
	while (!done) {
		done = waitpid(child, &status, WNOHANG) == child;
		pass(0.0);
		usleep(1000);
		world.now_ns += 2 * MS;
	}
	pass(2.0);
	cr_assert_eq(status, 0);
	expect_lines(0, 1800);
	cr_expect_eq(world.lines, 1800);
}

/* Whether a reader that waits for hints would wait now. */
static bool
is_quiet(void)
{
	struct pollfd hint = {.fd = tk_follow_fd(world.follow),
			      .events = POLLIN};

	return poll(&hint, 1, 0) == 0;
}

Test(input_generations, three_rotations_between_two_looks_lose_nothing)
{
	unsigned line = 10;

	add_lines("log", 0, 10);
	follow_log("log");
	for (unsigned turn = 0; turn < 3; turn++) {
		if (turn > 1)
			rename_log("log.2", "log.3");
		if (turn > 0)
			rename_log("log.1", "log.2");
		add_lines("log", line, 5);
		rename_log("log", "log.1");
		add_lines("log", line + 5, 5);
		line += 10;
	}
	pass(0.0);
	/* To the last file but one. */
	add_lines("log.1", line, 1);
	pass(2.0);
	expect_lines(0, 41);
	cr_expect_eq(world.lines, 41);
	cr_expect_eq(info(0).rotations, 3);
	cr_expect_eq(info(0).lost_files, 0);
}

Test(input_generations, a_file_that_comes_and_goes_unread_is_a_dated_loss)
{
	static const struct {
		const char *why;
		/* The name that the second file gets, and whether that is
		 * removed. */
		const char *to;
		bool removed;
		unsigned lost;
	} row[] = {
		{"it can be read under its new name", "log.2", false, 0},
		{"removed after its rotation", "log.2", true, 1},
		{"removed without one", NULL, true, 1},
		{"overwritten by the third", NULL, false, 1},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		char old[16], name[16];
		unsigned first = (unsigned)i * 100;
		uint64_t before;

		snprintf(name, sizeof(name), "log%zu", i);
		snprintf(old, sizeof(old), "old%zu", i);
		add_lines(name, first, 10);
		follow_log(name);
		before = world.lines;
		rename_log(name, old);
		add_lines(name, first + 10, 10);
		if (row[i].to != NULL)
			rename_log(name, row[i].to);
		if (row[i].removed)
			cr_assert_eq(
				unlink(path_of(row[i].to ? row[i].to : name)),
				0);
		add_lines("third", first + 20, 10);
		rename_log("third", name);
		pass(2.0);
		cr_expect_eq(world.lines - before, row[i].lost ? 10 : 20,
			     "%s: %u lines", row[i].why,
			     (unsigned)(world.lines - before));
		cr_expect_eq(info(i).lost_files, row[i].lost, "%s: %u lost",
			     row[i].why, (unsigned)info(i).lost_files);
		cr_expect_eq(info(i).lost_ns > 0, row[i].lost > 0, "%s",
			     row[i].why);
	}
	cr_expect_eq(world.strange, 0);
}

Test(input_generations, a_file_that_went_came_back_and_went_is_one_loss)
{
	add_lines("log", 0, 10);
	follow_log("log");
	rename_log("log", "old");
	add_lines("log", 10, 10);
	rename_log("log", "log.1");
	rename_log("log.1", "log");
	cr_assert_eq(unlink(path_of("log")), 0);
	add_lines("log", 20, 10);
	pass(2.0);
	expect_lines(0, 10);
	expect_lines(20, 10);
	cr_expect_eq(info(0).lost_files, 1, "%u lost",
		     (unsigned)info(0).lost_files);
}

Test(input_generations, files_that_were_read_are_not_lost_when_they_go)
{
	add_lines("log", 0, 10);
	follow_log("log");
	for (unsigned turn = 1; turn < 5; turn++) {
		rename_log("log", "log.1");
		add_lines("log", turn * 10, 10);
		pass(0.0);
		cr_assert_eq(unlink(path_of("log.1")), 0);
	}
	cr_assert_eq(unlink(path_of("log")), 0);
	add_lines("log", 50, 10);
	pass(2.0);
	expect_lines(0, 60);
	cr_expect_eq(info(0).lost_files, 0);
}

Test(input_generations, a_hint_wakes_for_its_file_only)
{
	uint64_t due_ns;

	add_lines("other", 0, 1);
	add_lines("log", 1, 1);
	follow_log("log");
	follow_log("other");
	pass(0.0);
	cr_assert(is_quiet());
	due_ns = tk_follow_due_ns(world.follow);
	add_lines("unrelated", 0, 1);
	add_lines("log", 2, 1);
	cr_expect_not(is_quiet());
	cr_expect_not(tk_follow_read(world.follow, world.now_ns, 1 << 20, false,
				     on_line, NULL));
	expect_lines(0, 3);
	cr_expect(is_quiet(), "all hints were taken");
	cr_expect_eq(tk_follow_due_ns(world.follow), due_ns,
		     "nothing made it look at all paths");
}

static void
copy_log(const char *from, const char *to)
{
	char buffer[4096];
	int in = open(path_of(from), O_RDONLY), out = open_log(to, O_TRUNC);
	ssize_t got;

	cr_assert(in >= 0, "%s", strerror(errno));
	while ((got = read(in, buffer, sizeof(buffer))) > 0)
		cr_assert_eq(write(out, buffer, (size_t)got), got);
	cr_assert_eq(got, 0, "%s", strerror(errno));
	close(in);
	close(out);
}

Test(input_generations, what_only_the_copy_has_is_not_lost)
{
	add_lines("log", 0, 10);
	follow_log("log");
	for (unsigned turn = 1; turn < 4; turn++) {
		/* Written, copied and truncated between two looks. */
		add_lines("log", turn * 20 - 10, 10);
		copy_log("log", "log.1");
		cr_assert_eq(truncate(path_of("log"), 0), 0);
		add_lines("log", turn * 20, 10);
		pass(1.5);
	}
	expect_lines(0, 70);
	cr_expect_eq(world.lines, 70);
	cr_expect_eq(info(0).truncations, 3);
	cr_expect_eq(info(0).lost_bytes, 0);
}

Test(input_generations, a_copy_of_a_followed_file_counts_once)
{
	static const struct {
		const char *why;
		/* Whether the copy is named first; made before the start;
		 * lines that only the copy has then. */
		bool first, before, truncated;
		unsigned alone;
	} row[] = {
		{"made before", false, true, false, 0},
		{"named first", true, true, false, 0},
		{"made later", false, false, false, 0},
		{"then truncated", false, false, true, 0},
		{"goes on alone", false, true, false, 5},
		{"goes on alone after a truncation", true, false, true, 5},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		unsigned first = (unsigned)i * 1000, before = world.lines;
		char name[16], copy[16];

		snprintf(name, sizeof(name), "log%zu", i);
		snprintf(copy, sizeof(copy), "log%zu.1", i);
		add_lines(name, first, 100);
		if (row[i].before)
			copy_log(name, copy);
		follow_log(row[i].first ? copy : name);
		follow_log(row[i].first ? name : copy);
		if (!row[i].before) {
			add_lines(name, first + 100, 10);
			copy_log(name, copy);
		} else {
			pass(0.5);
			add_lines(name, first + 100, 10);
			pass(0.5);
		}
		if (row[i].truncated)
			cr_assert_eq(truncate(path_of(name), 0), 0);
		pass(1.5);
		add_lines(name, first + 110, 10);
		pass(1.5);
		add_lines(copy, first + 120, row[i].alone);
		pass(1.5);
		expect_lines(first, 120 + row[i].alone);
		cr_expect_eq(world.lines - before, 120 + row[i].alone,
			     "%s: %u lines", row[i].why, world.lines - before);
	}
}

/* The descriptor by which the reader has a file, or -1. */
static int
descriptor_of(const char *name)
{
	char link[64], target[512];
	const char *path = path_of(name);

	for (int fd = 3; fd < 256; fd++) {
		ssize_t length;

		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		length = readlink(link, target, sizeof(target) - 1);
		target[length > 0 ? length : 0] = '\0';
		if (strncmp(target, path, strlen(path)) == 0 &&
		    (target[strlen(path)] == '\0' ||
		     target[strlen(path)] == ' '))
			return fd;
	}
	return -1;
}

Test(input_generations, a_copy_that_loses_its_name_is_let_go)
{
	add_lines("log", 0, 100);
	copy_log("log", "copy");
	follow_log("log");
	follow_log("copy");
	cr_assert_geq(descriptor_of("copy"), 0);
	cr_assert_eq(unlink(path_of("copy")), 0);
	pass(70);
	cr_expect_eq(descriptor_of("copy"), -1);
	add_lines("log", 100, 1);
	pass(1.5);
	expect_lines(0, 101);
	cr_expect_eq(world.lines, 101);
}

/* Make all reads of a file fail from now on. */
static void
break_reading(const char *name)
{
	int fd = descriptor_of(name), other = open(path_of(name), O_WRONLY);

	cr_assert(fd >= 0 && other >= 0);
	cr_assert_eq(dup2(other, fd), fd);
	close(other);
}

Test(input_generations, a_copy_of_an_unreadable_file_goes_on_alone)
{
	static const struct {
		const char *why;
		/* Whether the copy was compared before; lines that it has and
		 * its file does not. */
		bool compared;
		unsigned alone;
	} row[] = {
		{"compared, then longer than its file", true, 5},
		{"compared, and as long", true, 0},
		{"not compared yet", false, 5},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		unsigned first = (unsigned)i * 1000, turns = 0;
		char name[16], copy[16];

		snprintf(name, sizeof(name), "log%zu", i);
		snprintf(copy, sizeof(copy), "copy%zu", i);
		add_lines(name, first, 100);
		follow_log(name);
		copy_log(name, copy);
		if (row[i].compared)
			follow_log(copy);
		/* There is more, which cannot be read. */
		add_lines(name, first + 200, 10);
		break_reading(name);
		if (!row[i].compared)
			cr_assert_eq(tk_follow_add(world.follow, path_of(copy)),
				     BACKOFF_OK);
		add_lines(copy, first + 100, row[i].alone);
		while (tk_follow_read(world.follow, world.now_ns, 1 << 20, true,
				      on_line, NULL) &&
		       turns < 100)
			turns++;
		cr_expect_lt(turns, 100, "%s: it does not end", row[i].why);
		for (unsigned line = 100; line < 100 + row[i].alone; line++)
			cr_expect_eq(world.seen[first + line], 1, "%s",
				     row[i].why);
	}
}

Test(input_generations, a_copy_that_ends_a_line_which_its_file_did_not_has_it)
{
	int fd;

	add_lines("log", 0, 100);
	follow_log("log");
	fd = open_log("log", O_APPEND);
	cr_assert(dprintf(fd, "%07u a line", 100) > 0);
	pass(1.5);
	cr_assert_eq(truncate(path_of("log"), 0), 0);
	pass(1.5);
	/* It was read, and the unfinished line given, before the copy came. */
	add_lines("copy", 0, 110);
	follow_log("copy");
	pass(1.5);
	for (unsigned line = 0; line < 110; line++)
		cr_expect_eq(world.seen[line], 1, "%u", line);
	cr_expect_eq(world.strange, 1, "the unfinished line alone, not \"%s\"",
		     world.last_strange);
	cr_expect_eq(world.lines, 111);
	close(fd);
}

Test(input_generations, files_that_only_begin_alike_are_both_read)
{
	int fd;

	add_lines("log", 0, 50);
	add_lines("other", 0, 50);
	fd = open_log("other", O_APPEND);
	write_lines(fd, 50, 10);
	close(fd);
	add_lines("log", 60, 10);
	follow_log("log");
	follow_log("other");
	add_lines("log", 70, 1);
	add_lines("other", 71, 1);
	pass(1.5);
	expect_lines(0, 72);
}

#define WRITERS 2
#define ROUNDS 20
#define EACH 60

/* One of the processes that write to a log that rotates, in rounds that have
 * less than a file of lines: a reader that does not run while a file appears
 * and disappears cannot notice it. */
static void
service_writes(unsigned number, int begin)
{
	const struct backoff_rotation rotation = {
		.size = sizeof(rotation),
		.keep = 1000,
		.max_bytes = WRITERS * EACH * 200,
		.max_age_ns = BACKOFF_FOREVER};
	const struct backoff_clock *clock = backoff_clock_system();
	struct backoff_event event;
	struct backoff_sink *sink;
	char byte;

	if (backoff_sink_rotating_new(path_of("log"), &rotation, &sink) !=
	    BACKOFF_OK)
		_exit(1);
	backoff_event_init(&event, sizeof(event));
	event.type = BACKOFF_EVENT_SUCCESS;
	event.operation = "work";
	event.call_id = "call";
	event.attempt = 1;
	event.seq = number * ROUNDS * EACH;
	while (read(begin, &byte, 1) == 1)
		for (unsigned i = 0; i < EACH; i++) {
			event.ts_ns = clock->wall_ns(clock->user);
			backoff_sink_emit(sink, &event);
			event.seq++;
		}
	_exit(backoff_sink_dropped(sink) > 0);
}

static void
on_event(void *user, size_t input, const struct tk_line *line)
{
	struct backoff_event_decoder *decoder = user;
	struct backoff_event event;

	(void)input;
	world.lines++;
	if (line->unterminated ||
	    backoff_event_decode(decoder, line->text, line->length, &event,
				 NULL) != BACKOFF_OK ||
	    event.seq >= WRITERS * ROUNDS * EACH)
		world.strange++;
	else
		world.seen[event.seq]++;
}

static void
read_until(unsigned lines, struct backoff_event_decoder *decoder)
{
	do {
		while (tk_follow_read(world.follow, world.now_ns, 1 << 20,
				      false, on_event, decoder))
			;
		usleep(1000);
		world.now_ns += 2 * MS;
	} while (world.lines < lines);
}

Test(input_generations, services_that_share_a_rotating_log_lose_nothing,
     .timeout = 100)
{
	struct backoff_event_decoder *decoder;
	struct tk_input_info info;
	int begin[WRITERS][2], status = -1;

	cr_assert_eq(backoff_event_decoder_new(&decoder), BACKOFF_OK);
	for (unsigned i = 0; i < WRITERS; i++) {
		cr_assert_eq(pipe2(begin[i], O_CLOEXEC), 0);
		if (fork() == 0) {
			/* Nor may it hold the write ends of earlier pipes. */
			for (unsigned k = 0; k <= i; k++)
				close(begin[k][1]);
			service_writes(i, begin[i][0]);
		}
	}
	cr_assert_eq(tk_follow_add(world.follow, path_of("log")), BACKOFF_OK);
	for (unsigned round = 1; round <= ROUNDS; round++) {
		for (unsigned i = 0; i < WRITERS; i++)
			cr_assert_eq(write(begin[i][1], "", 1), 1);
		read_until(round * WRITERS * EACH, decoder);
	}
	for (unsigned i = 0; i < WRITERS; i++)
		close(begin[i][1]);
	for (unsigned i = 0; i < WRITERS; i++) {
		cr_assert(wait(&status) > 0);
		cr_expect_eq(status, 0);
	}
	/* Nothing comes twice. */
	read_until(0, decoder);
	tk_follow_info(world.follow, 0, &info);
	cr_expect(info.rotations >= 5, "%u rotations",
		  (unsigned)info.rotations);
	cr_expect_eq(world.strange, 0);
	cr_expect_eq(world.lines, WRITERS * ROUNDS * EACH);
	for (unsigned i = 0; i < WRITERS * ROUNDS * EACH; i++)
		cr_expect_eq(world.seen[i], 1, "line %u: %u times", i,
			     world.seen[i]);
	backoff_event_decoder_free(decoder);
}
