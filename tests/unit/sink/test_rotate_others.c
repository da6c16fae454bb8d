/* Tests of src/sink/rotate: interference by other processes, administrators,
 * full disks and forbidden directories. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit/sink/rotation.h"

TestSuite(sink_rotate_others, .init = set_up, .fini = tear_down);

static void
rename_log(void)
{
	cr_assert(rename(path_of("log"), path_of("moved")) == 0);
}

static void
remove_log(void)
{
	cr_assert(unlink(path_of("log")) == 0);
}

static void
truncate_log(void)
{
	cr_assert(truncate(path_of("log"), 0) == 0);
}

static void
replace_log(void)
{
	rename_log();
	put_file("log", "{\"event_type\":\"retry_attempt\",\"seq\":77}\n");
}

Test(sink_rotate_others, changes_by_other_programs_are_followed)
{
	static const struct {
		void (*act)(void);
		const char *log, *moved, *why;
	} rows[] = {
		{rename_log, "3 4", "1 2", "logrotate"},
		{remove_log, "3 4", "-", "rm"},
		{truncate_log, "3 4", "-", "copytruncate"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		w.sink = open_sink();
		emit(1, 2);
		rows[i].act();
		advance(10 * MS);
		emit(3, 4);
		EXPECT_FILE("log", rows[i].log);
		EXPECT_FILE("moved", rows[i].moved);
		cr_expect(backoff_sink_dropped(w.sink) == 0);
		backoff_sink_free(w.sink);
		w.sink = NULL;
		unlink(path_of("log"));
		unlink(path_of("moved"));
	}
}

Test(sink_rotate_others, a_file_put_in_its_place_is_appended_to)
{
	w.sink = open_sink();
	emit(1, 2);
	replace_log();
	emit(3, 3);
	EXPECT_FILE("moved", "1 2 3");
	advance(10 * MS);
	emit(4, 4);
	cr_expect(size_of("log") > 45, "after the existing line");
	EXPECT_FILE("moved", "1 2 3");
}

/* copytruncate: the file is the same, with another first line. */
Test(sink_rotate_others, a_truncated_file_is_new_and_empty)
{
	w.rotation.max_age_ns = 60 * SECOND;
	w.rotation.max_bytes = 4 * line_bytes();
	w.sink = open_sink();
	emit(1, 3);
	advance(50 * SECOND);
	truncate_log();
	emit(4, 6);
	advance(20 * SECOND);
	emit(7, 7);
	EXPECT_FILE("log", "4 5 6 7");
	cr_expect(size_of("log.1") < 0);
	emit(8, 8);
	EXPECT_FILE("log.1", "4 5 6 7");
}

/* The file was deleted between the look at the path and the end of the write.
 */
static void
stand_still(void)
{
	advance(21 * MS);
}

Test(sink_rotate_others, a_line_for_a_deleted_file_is_written_again)
{
	static char seen[64];

	w.sink = open_sink();
	emit(1, 2);
	remove_log();
	/* The clock's second reading comes after the write. */
	w.then = stand_still;
	w.reads = 2;
	emit(3, 3);
	EXPECT_FILE("log", "3");
	emit(4, 5);
	snprintf(seen, sizeof(seen), "%s", numbers_in("log"));
	cr_expect(strcmp(seen, "3 4 5") == 0, "%s", seen);
	cr_expect(backoff_sink_dropped(w.sink) == 0);
}

/* Readers find the line in a file that still has a name. */
Test(sink_rotate_others, a_line_in_a_renamed_file_is_not_repeated)
{
	w.sink = open_sink();
	emit(1, 2);
	rename_log();
	w.then = stand_still;
	w.reads = 2;
	emit(3, 3);
	EXPECT_FILE("moved", "1 2 3");
	emit(4, 4);
	EXPECT_FILE("moved", "1 2 3");
	EXPECT_FILE("log", "4");
}

Test(sink_rotate_others, a_path_that_cannot_be_opened_again_is_a_loss)
{
	w.sink = open_sink();
	emit(1, 2);
	remove_log();
	cr_assert(mkdir(w.path, 0700) == 0);
	for (uint64_t seq = 3; seq <= 5; seq++) {
		advance(30 * MS);
		emit(seq, seq);
	}
	cr_expect(backoff_sink_dropped(w.sink) == 3, "%d",
		  (int)backoff_sink_dropped(w.sink));
	cr_expect(backoff_sink_rotating_error(w.sink) == EISDIR);
	cr_assert(rmdir(w.path) == 0);
	advance(10 * MS);
	emit(6, 7);
	EXPECT_FILE("log", "6 d3 7");
	cr_expect(backoff_sink_rotating_error(w.sink) == 0);
}

Test(sink_rotate_others, if_rotation_fails_the_old_file_continues)
{
	w.rotation.max_bytes = 2 * line_bytes();
	w.sink = open_sink();
	cr_assert(mkdir(path_of("log.1"), 0700) == 0);
	emit(1, 5);
	EXPECT_FILE("log", "1 2 3 4 5");
	cr_expect(backoff_sink_rotating_error(w.sink) == EISDIR);
	cr_expect(backoff_sink_dropped(w.sink) == 0);
	cr_assert(rmdir(path_of("log.1")) == 0);
	emit(6, 6);
	EXPECT_FILE("log", "1 2 3 4 5 6");
	advance(1 * SECOND);
	emit(7, 7);
	EXPECT_FILE("log.1", "1 2 3 4 5 6");
	EXPECT_FILE("log", "7");
	cr_expect(backoff_sink_rotating_error(w.sink) == 0);
}

Test(sink_rotate_others, a_directory_that_may_not_be_changed)
{
	w.rotation.max_bytes = 2 * line_bytes();
	w.sink = open_sink();
	emit(1, 2);
	cr_assert(chmod(w.path, 0666) == 0 && chmod(w.directory, 0555) == 0);
	/* Permissions do not apply to root. */
	cr_assert(geteuid() != 0 || seteuid(65534) == 0);
	emit(3, 5);
	EXPECT_FILE("log", "1 2 3 4 5");
	cr_expect(backoff_sink_rotating_error(w.sink) == EACCES);
	cr_expect(backoff_sink_dropped(w.sink) == 0);
	cr_assert(getuid() != 0 || seteuid(0) == 0);
	cr_assert(chmod(w.directory, 0755) == 0);
}

/* The remains of a process that was killed during a rotation. */
Test(sink_rotate_others, an_interrupted_rotation_is_completed)
{
	static const struct {
		const char *there[4];
		const char *after[4];
		const char *why;
	} rows[] = {
		{{"1\n", "2\n", "", ""}, {"*", "1\n", "2\n", ""}, "no damage"},
		{{"1\n", "", "3\n", ""}, {"*", "1\n", "3\n", ""}, "no log.1"},
		{{"1\n", "2\n", "", "4\n"},
		 {"*", "1\n", "2\n", "4\n"},
		 "no log.2"},
		{{"", "2\n", "3\n", ""}, {"*", "2\n", "3\n", ""}, "no log"},
		{{"1\n", "2\n", "3\n", "4\n"},
		 {"*", "1\n", "2\n", "3\n"},
		 "one too many"},
	};
	static const char *const name[] = {"log", "log.1", "log.2", "log.3"};

	w.rotation.max_bytes = 1;
	w.rotation.keep = 3;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		for (int k = 0; k < 4; k++) {
			unlink(path_of(name[k]));
			if (rows[i].there[k][0] != '\0')
				put_file(name[k], rows[i].there[k]);
		}
		w.sink = open_sink();
		emit(1, 1);
		backoff_sink_free(w.sink);
		w.sink = NULL;
		for (int k = 1; k < 4; k++) {
			FILE *file = fopen(path_of(name[k]), "r");
			char text[64] = "";

			if (file != NULL) {
				cr_expect(fgets(text, sizeof(text), file) !=
					  NULL);
				fclose(file);
			}
			cr_expect(strcmp(text, rows[i].after[k]) == 0,
				  "%s: %s is %s", rows[i].why, name[k], text);
		}
		EXPECT_FILE("log", "1");
	}
}

/* Another process is rotating, or was stopped during a rotation. */
Test(sink_rotate_others, no_process_waits_for_the_lock, .timeout = 50)
{
	int fd;

	w.rotation.max_bytes = 2 * line_bytes();
	w.sink = open_sink();
	emit(1, 2);
	fd = open(w.path, O_RDONLY);
	cr_assert(fd >= 0 && flock(fd, LOCK_EX) == 0);
	emit(3, 4);
	EXPECT_FILE("log", "1 2 3 4");
	cr_expect(backoff_sink_rotating_error(w.sink) == 0,
		  "that is not an error");
	close(fd);
	advance(1 * MS);
	emit(5, 5);
	EXPECT_FILE("log.1", "1 2 3 4");
	EXPECT_FILE("log", "5");
}

/* Two sinks are like two processes: they share nothing. */
Test(sink_rotate_others, one_rotates_and_the_other_follows)
{
	struct backoff_sink *other;

	w.rotation.max_bytes = 4 * line_bytes();
	w.sink = open_sink();
	other = open_sink();
	for (uint64_t seq = 1; seq <= 9; seq += 2) {
		emit_to(w.sink, seq);
		emit_to(other, seq + 1 < 10 ? seq + 1 : 9);
	}
	EXPECT_FILE("log.2", "1 2 3 4");
	EXPECT_FILE("log.1", "5 6 7 8");
	EXPECT_FILE("log", "9 9");
	EXPECT_FILE("log.3", "-");
	backoff_sink_free(other);
}

Test(sink_rotate_others, an_idle_sink_follows_after_any_number_of_rotations)
{
	struct backoff_sink *other;

	w.rotation.max_bytes = 1;
	w.rotation.keep = 2;
	w.sink = open_sink();
	other = open_sink();
	emit_to(other, 1);
	emit(2, 9);
	EXPECT_FILE("log", "9");
	advance(10 * MS);
	emit_to(other, 5);
	EXPECT_FILE("log", "5");
	EXPECT_FILE("log.1", "9");
	EXPECT_FILE("log.2", "8");
	backoff_sink_free(other);
}

/* A file that other processes may still write to is not deleted at once. */
Test(sink_rotate_others, a_rotated_file_is_kept_for_a_moment)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	/* First a minute ahead of the file system's clock, then equal to it. */
	w.wall_ns = (uint64_t)(now.tv_sec + 60) * SECOND;
	w.rotation.max_bytes = 1;
	w.rotation.keep = 1;
	w.sink = open_sink();
	emit(1, 3);
	EXPECT_FILE("log.1", "2");
	clock_gettime(CLOCK_REALTIME, &now);
	w.wall_ns = (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
	emit(4, 6);
	EXPECT_FILE("log", "3 4 5 6");
	EXPECT_FILE("log.1", "2");
	cr_expect(backoff_sink_rotating_error(w.sink) == 0);
	advance(51 * MS);
	w.wall_ns += 60 * SECOND;
	emit(7, 7);
	EXPECT_FILE("log", "7");
	EXPECT_FILE("log.1", "3 4 5 6");
}

/* A program that keeps writing to log.1 does not delay rotations forever. */
Test(sink_rotate_others,
     another_writer_of_a_rotated_file_delays_at_most_a_second)
{
	struct timespec now;

	w.rotation.max_bytes = 1;
	w.rotation.keep = 1;
	w.sink = open_sink();
	emit(1, 2);
	for (uint64_t seq = 3; seq <= 8; seq++) {
		put_file("log.1", "x\n");
		clock_gettime(CLOCK_REALTIME, &now);
		w.wall_ns =
			(uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
		emit(seq, seq);
		w.now_ns += 200 * MS;
	}
	EXPECT_FILE("log.1", "2 3 4 5 6 7");
	EXPECT_FILE("log", "8");
}

/* A process was killed in the middle of its last line. */
Test(sink_rotate_others, a_last_line_without_newline_is_ended)
{
	put_file("log", "{\"v\":1,\"ts\":\"2026-");
	w.sink = open_sink();
	emit(1, 2);
	EXPECT_FILE("log", "! 1 2");
}

static void
limit_file(rlim_t bytes)
{
	struct rlimit limit;

	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = bytes;
	cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

/* A limit on the size of files simulates a full disk. */
Test(sink_rotate_others, a_full_disk_is_counted_and_reported)
{
	signal(SIGXFSZ, SIG_IGN);
	w.rotation.max_bytes = 6 * line_bytes();
	w.sink = open_sink();
	emit(1, 2);
	limit_file((rlim_t)size_of("log") + 30);
	emit(3, 5);
	cr_expect(backoff_sink_dropped(w.sink) == 3);
	limit_file(RLIM_INFINITY);
	emit(6, 7);
	EXPECT_FILE("log", "1 2 ! 6 d3 7");
	emit(8, 8);
	EXPECT_FILE("log.1", "1 2 ! 6 d3 7");
	EXPECT_FILE("log", "8");
}

Test(sink_rotate_others, half_a_line_is_not_continued_in_the_next_file)
{
	signal(SIGXFSZ, SIG_IGN);
	w.rotation.max_bytes = 2 * line_bytes() + 40;
	w.sink = open_sink();
	emit(1, 2);
	w.rotation.max_bytes = 4 * line_bytes();
	limit_file((rlim_t)(3 * line_bytes()));
	backoff_sink_free(w.sink);
	w.sink = open_sink();
	/* Enough space for half of it. */
	limit_file((rlim_t)(2 * line_bytes() + 30));
	emit(3, 3);
	cr_expect(backoff_sink_dropped(w.sink) == 1);
	limit_file(RLIM_INFINITY);
	rename_log();
	advance(10 * MS);
	emit(4, 4);
	EXPECT_FILE("moved", "1 2 !~");
	EXPECT_FILE("log", "4 d1");
}

Test(sink_rotate_others, it_also_rotates_behind_a_ring, .timeout = 50)
{
	struct backoff_sink *ring, *file;

	w.rotation.max_bytes = 3 * line_bytes();
	/* A virtual clock is for one thread: only the writer reads it. */
	file = open_sink();
	cr_assert(backoff_sink_ring_new(file, 64, &ring) == BACKOFF_OK);
	w.sink = ring;
	emit(1, 7);
	backoff_sink_flush(ring);
	EXPECT_FILE("log.2", "1 2 3");
	EXPECT_FILE("log.1", "4 5 6");
	EXPECT_FILE("log", "7");
	cr_expect(backoff_sink_rotating_error(file) == 0);
	cr_expect(backoff_sink_rotating_error(ring) == 0);
}

static int child_status;

static int
lowest_free(void)
{
	int fd = open("/dev/null", O_RDONLY);

	close(fd);
	return fd;
}

/* Fork during a rotation, while the lock is held. The child's copy of the sink
 * has the mark of a thread that the child does not have. */
static void
fork_now(void)
{
	pid_t child = fork();
	int before;

	if (child == 0) {
		before = lowest_free();
		advance(10 * MS);
		emit_to(w.sink, 7);
		/* The inherited lock would outlive the parent. */
		if (lowest_free() >= before)
			_exit(1);
		advance(10 * MS);
		emit_to(w.sink, 8);
		/* The parent still holds the lock. */
		_exit(strcmp(numbers_in("log"), "3 7 8") == 0 ? 0 : 2);
	}
	cr_assert(waitpid(child, &child_status, 0) == child);
}

static uint64_t
wall_that_forks(void *user)
{
	static bool done;

	if (!done) {
		done = true;
		fork_now();
	}
	return read_wall(user);
}

Test(sink_rotate_others, a_child_of_a_rotating_parent_can_rotate, .timeout = 50)
{
	child_status = -1;
	w.rotation.max_bytes = 1;
	w.rotation.keep = 2;
	w.sink = open_sink();
	emit(1, 3);
	/* The clock is read while the lock is held, before a file is deleted.
	 */
	w.clock.wall_ns = wall_that_forks;
	emit(4, 4);
	cr_expect(child_status == 0, "the child returned %d", child_status);
	EXPECT_FILE("log.2", "2");
	EXPECT_FILE("log.1", "3 7 8");
	EXPECT_FILE("log", "4");
}

/* A parent's mark does not prevent a rotation. */
Test(sink_rotate_others, a_child_rotates_as_well)
{
	pid_t child;

	w.rotation.max_bytes = 1;
	w.sink = open_sink();
	emit(1, 2);
	child = fork();
	if (child == 0) {
		emit(3, 4);
		_exit(backoff_sink_dropped(w.sink) != 0);
	}
	cr_assert(waitpid(child, &child_status, 0) == child);
	cr_expect(child_status == 0);
	emit(5, 5);
	EXPECT_FILE("log.3", "2");
	EXPECT_FILE("log.2", "3");
	EXPECT_FILE("log.1", "4");
	EXPECT_FILE("log", "5");
}
