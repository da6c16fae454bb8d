/* Tests of src/sink/rotate: when a file is rotated, and the files afterwards;
 * with real files and a virtual clock. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit/sink/rotation.h"

TestSuite(sink_rotate, .init = set_up, .fini = tear_down);

Test(sink_rotate, a_full_file_becomes_number_one)
{
	w.rotation.max_bytes = 3 * line_bytes();
	w.sink = open_sink();
	emit(1, 9);
	EXPECT_FILE("log", "7 8 9");
	EXPECT_FILE("log.1", "4 5 6");
	EXPECT_FILE("log.2", "1 2 3");
	EXPECT_FILE("log.3", "-");
	cr_expect(backoff_sink_dropped(w.sink) == 0);
	cr_expect(backoff_sink_rotating_error(w.sink) == 0);
}

Test(sink_rotate, no_file_exceeds_its_limit)
{
	static const struct {
		uint64_t bytes;
		const char *why;
	} rows[] = {
		{400, "two lines, and a rest"},
		{4096, "many lines"},
		{100000, "more than are written"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char name[16] = "log";
		long sum = 0;

		w.rotation.max_bytes = rows[i].bytes;
		w.rotation.keep = 1000;
		w.sink = open_sink();
		emit(1000, 1299);
		backoff_sink_free(w.sink);
		w.sink = NULL;
		for (int n = 1; size_of(name) >= 0; n++) {
			cr_expect(size_of(name) <= (long)rows[i].bytes,
				  "%s: %s has %ld", rows[i].why, name,
				  size_of(name));
			sum += size_of(name);
			unlink(path_of(name));
			snprintf(name, sizeof(name), "log.%d", n);
		}
		cr_expect(sum % 300 == 0 && sum / 300 == (long)line_bytes() + 3,
			  "%s: %ld bytes", rows[i].why, sum);
	}
}

Test(sink_rotate, files_beyond_keep_are_deleted)
{
	static const struct {
		uint32_t keep;
		const char *one, *two, *three;
	} rows[] = {
		{1, "8", "-", "-"},
		{2, "8", "7", "-"},
		{3, "8", "7", "6"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		w.rotation.max_bytes = 1;
		w.rotation.keep = rows[i].keep;
		w.sink = open_sink();
		emit(1, 9);
		EXPECT_FILE("log", "9");
		EXPECT_FILE("log.1", rows[i].one);
		EXPECT_FILE("log.2", rows[i].two);
		EXPECT_FILE("log.3", rows[i].three);
		backoff_sink_free(w.sink);
		w.sink = NULL;
		unlink(path_of("log"));
	}
}

Test(sink_rotate, a_line_larger_than_a_file_has_one_to_itself)
{
	static char error[500];
	struct backoff_event large = numbered(3);

	memset(error, 'x', sizeof(error) - 1);
	large.error = error;
	w.rotation.max_bytes = 2 * line_bytes();
	w.sink = open_sink();
	emit(1, 2);
	backoff_sink_emit(w.sink, &large);
	emit(4, 4);
	EXPECT_FILE("log.2", "1 2");
	EXPECT_FILE("log.1", "3");
	EXPECT_FILE("log", "4");
}

Test(sink_rotate, a_restart_continues_in_the_file)
{
	w.rotation.max_bytes = 3 * line_bytes();
	for (uint64_t seq = 1; seq <= 7; seq++) {
		w.sink = open_sink();
		emit(seq, seq);
		backoff_sink_free(w.sink);
	}
	w.sink = NULL;
	EXPECT_FILE("log.2", "1 2 3");
	EXPECT_FILE("log.1", "4 5 6");
	EXPECT_FILE("log", "7");
}

Test(sink_rotate, invalid_arguments_are_refused)
{
	char name[300], inside[400];
	const struct {
		struct backoff_rotation rotation;
		const char *why;
	} values[] = {
		{{sizeof(w.rotation) + 8, 1, 1, 1, NULL},
		 "something of a later version, here the text after it"},
		{{sizeof(w.rotation), 0, 1, 1, NULL}, "nothing is kept"},
		{{sizeof(w.rotation), 1001, 1, 1, NULL}, "too much is kept"},
		{{sizeof(w.rotation), 1, 0, 1, NULL}, "no byte"},
		{{sizeof(w.rotation), 1, 1, 0, NULL}, "no time"},
	};
	const struct {
		const char *path;
		int error;
		const char *why;
	} paths[] = {
		{"/nowhere/log", ENOENT, "no directory"},
		{"/dev/null", EINVAL, "a device"},
		{"/tmp", EISDIR, "a directory"},
		{"", ENOENT, "no name"},
		{inside, ENAMETOOLONG, "no room for .9"},
	};
	struct backoff_sink *sink = NULL;

	memset(name, 'n', 254);
	name[254] = '\0';
	snprintf(inside, sizeof(inside), "%s/%s", w.directory, name);
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		cr_expect(backoff_sink_rotating_new(w.path, &values[i].rotation,
						    &sink) ==
				  BACKOFF_E_ARGUMENT,
			  "%s", values[i].why);
	cr_expect(backoff_sink_rotating_new(w.path, NULL, &sink) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(backoff_sink_rotating_new(NULL, &w.rotation, &sink) ==
		  BACKOFF_E_ARGUMENT);
	EXPECT_FILE("log", "-");
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		errno = 0;
		cr_expect(backoff_sink_rotating_new(paths[i].path, &w.rotation,
						    &sink) == BACKOFF_E_IO,
			  "%s", paths[i].why);
		cr_expect(errno == paths[i].error, "%s: %s", paths[i].why,
			  strerror(errno));
	}
	cr_expect(sink == NULL);
}

/* Opening a pipe without a reader must not block the constructor. */
Test(sink_rotate, a_pipe_is_refused, .timeout = 50)
{
	struct backoff_sink *sink = NULL;

	cr_assert(mkfifo(w.path, 0600) == 0);
	cr_expect(backoff_sink_rotating_new(w.path, &w.rotation, &sink) ==
		  BACKOFF_E_IO);
	cr_expect(errno == ENXIO && sink == NULL);
}

Test(sink_rotate, an_old_file_is_rotated)
{
	w.rotation.max_age_ns = 60 * SECOND;
	w.sink = open_sink();
	/* The first line's time counts, not the file's creation. */
	advance(50 * SECOND);
	emit(1, 1);
	advance(59 * SECOND);
	emit(2, 2);
	EXPECT_FILE("log.1", "-");
	advance(1 * SECOND);
	emit(3, 3);
	EXPECT_FILE("log.1", "1 2");
	EXPECT_FILE("log", "3");
	advance(59 * SECOND);
	emit(4, 4);
	EXPECT_FILE("log", "3 4");
	advance(1000 * SECOND);
	emit(5, 6);
	EXPECT_FILE("log.2", "1 2");
	EXPECT_FILE("log.1", "3 4");
	EXPECT_FILE("log", "5 6");
}

Test(sink_rotate, the_age_survives_a_restart)
{
	static const struct {
		uint64_t pause_ns;
		bool rotates;
		const char *why;
	} rows[] = {
		{58 * SECOND, false, "young"},
		{60 * SECOND, true, "as old as it may be"},
		{UINT64_C(100000) * SECOND, true, "yesterday's"},
	};

	w.rotation.max_age_ns = 60 * SECOND;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		w.sink = open_sink();
		emit(1, 2);
		backoff_sink_free(w.sink);
		advance(rows[i].pause_ns);
		/* After a reboot, monotonic time starts from zero. */
		w.now_ns = 5 * SECOND;
		w.sink = open_sink();
		emit(3, 3);
		cr_expect((size_of("log.1") >= 0) == rows[i].rotates, "%s",
			  rows[i].why);
		advance(2 * SECOND);
		emit(4, 4);
		cr_expect(size_of("log.1") >= 0, "%s, later", rows[i].why);
		backoff_sink_free(w.sink);
		w.sink = NULL;
		unlink(path_of("log"));
		unlink(path_of("log.1"));
	}
}

/* If the first line has no time, the file's creation counts (statx(2)). */
Test(sink_rotate, a_file_without_times_ages_from_its_creation)
{
	static const char *const texts[] = {
		"a line of somebody else\n",
		"{\"ts\":\"yesterday\"}\n",
		"{\"ts\":\"2026-11-23T10:00:00Z",
		"\n\n",
	};
	struct timespec now;

	w.rotation.max_age_ns = 3600 * SECOND;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		unlink(path_of("log"));
		unlink(path_of("log.1"));
		put_file("log", texts[i]);
		clock_gettime(CLOCK_REALTIME, &now);
		w.wall_ns = (uint64_t)now.tv_sec * SECOND;
		w.sink = open_sink();
		emit(1, 1);
		cr_expect(size_of("log.1") < 0, "%s: young", texts[i]);
		backoff_sink_free(w.sink);
		advance(3610 * SECOND);
		w.sink = open_sink();
		emit(2, 2);
		cr_expect(size_of("log.1") >= 0, "%s: old", texts[i]);
		backoff_sink_free(w.sink);
		w.sink = NULL;
	}
}

Test(sink_rotate, a_clock_step_neither_hastens_nor_delays)
{
	static const int64_t steps[] = {-86400, -30, 30, 86400};

	w.rotation.max_age_ns = 60 * SECOND;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		w.sink = open_sink();
		emit(1, 2);
		w.wall_ns += (uint64_t)steps[i] * SECOND;
		advance(59 * SECOND);
		emit(3, 3);
		cr_expect(size_of("log.1") < 0, "%d s: not yet", (int)steps[i]);
		advance(1 * SECOND);
		emit(4, 4);
		EXPECT_FILE("log.1", "1 2 3");
		EXPECT_FILE("log", "4");
		backoff_sink_free(w.sink);
		w.sink = NULL;
		unlink(path_of("log"));
		unlink(path_of("log.1"));
	}
}

/* After a restart, a first line from the future counts as new. */
Test(sink_rotate, a_file_from_the_future_is_new)
{
	w.rotation.max_age_ns = 60 * SECOND;
	w.sink = open_sink();
	emit(1, 1);
	backoff_sink_free(w.sink);
	w.wall_ns -= 86400 * SECOND;
	w.sink = open_sink();
	emit(2, 2);
	advance(59 * SECOND);
	emit(3, 3);
	EXPECT_FILE("log", "1 2 3");
	advance(1 * SECOND);
	emit(4, 4);
	EXPECT_FILE("log", "4");
}

Test(sink_rotate, a_daemon_may_change_its_directory)
{
	char *before = getcwd(NULL, 0);
	char real[128];

	cr_assert(chdir(w.directory) == 0);
	snprintf(real, sizeof(real), "%s", w.path);
	snprintf(w.path, sizeof(w.path), "log");
	w.rotation.max_bytes = 1;
	w.sink = open_sink();
	cr_assert(chdir("/") == 0);
	emit(1, 3);
	EXPECT_FILE("log", "3");
	EXPECT_FILE("log.1", "2");
	EXPECT_FILE("log.2", "1");
	cr_assert(access("/log.1", F_OK) != 0);
	cr_assert(chdir(before) == 0);
	free(before);
}

Test(sink_rotate, a_link_is_kept_and_its_file_is_rotated)
{
	struct stat st;

	cr_assert(symlink(path_of("real"), path_of("link")) == 0);
	snprintf(w.path, sizeof(w.path), "%s", path_of("link"));
	w.rotation.max_bytes = 1;
	w.sink = open_sink();
	emit(1, 2);
	EXPECT_FILE("real", "2");
	EXPECT_FILE("real.1", "1");
	EXPECT_FILE("link", "2");
	EXPECT_FILE("link.1", "-");
	cr_expect(lstat(path_of("link"), &st) == 0 && S_ISLNK(st.st_mode));
}

Test(sink_rotate, a_new_file_has_the_mode_of_the_old)
{
	static const mode_t modes[] = {0640, 0600, 0666, 0664};
	struct stat st;

	w.rotation.max_bytes = 1;
	w.sink = open_sink();
	emit(1, 1);
	cr_assert(stat(w.path, &st) == 0);
	cr_expect((st.st_mode & 0777) == 0640);
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		cr_assert(chmod(w.path, modes[i]) == 0);
		emit(2, 2);
		EXPECT_FILE("log", "2");
		cr_assert(stat(w.path, &st) == 0);
		cr_expect((st.st_mode & 0777) == modes[i], "%o", st.st_mode);
		cr_expect(st.st_uid == geteuid());
	}
	cr_expect(size_of("log.4") > 0);
}

Test(sink_rotate, children_do_not_inherit_the_file)
{
	int fd, probe = open("/dev/null", O_RDONLY);

	/* The next descriptor will have this number, also after a rotation. */
	close(probe);
	w.rotation.max_bytes = 1;
	w.sink = open_sink();
	for (uint64_t seq = 1; seq <= 3; seq++) {
		emit(seq, seq);
		fd = fcntl(probe, F_GETFD);
		cr_expect(fd >= 0 && (fd & FD_CLOEXEC) != 0);
		cr_expect((fcntl(probe, F_GETFL) & O_APPEND) != 0);
		fd = open("/dev/null", O_RDONLY);
		cr_expect(fd == probe + 1, "nothing else stays open");
		close(fd);
	}
	backoff_sink_free(w.sink);
	w.sink = NULL;
	cr_expect(fcntl(probe, F_GETFD) < 0);
}
