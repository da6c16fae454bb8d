/* Tests of src/sink/rotate: a log that grows in a burst, and a full disk. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <dirent.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "unit/sink/rotation.h"

/* The space of the disk that the test's directory is on: the linker takes the
 * writev() and write() below for those of the library. */
static uint64_t disk_bytes = UINT64_MAX;

static uint64_t
used_bytes(void)
{
	DIR *directory = opendir(w.directory);
	struct dirent *entry;
	uint64_t used = 0;

	/* Programs write at their end, too. */
	if (directory == NULL)
		return 0;
	while ((entry = readdir(directory)) != NULL) {
		char name[400];
		struct stat st;

		snprintf(name, sizeof(name), "%s/%s", w.directory,
			 entry->d_name);
		if (stat(name, &st) == 0 && S_ISREG(st.st_mode))
			used += (uint64_t)st.st_size;
	}
	closedir(directory);
	return used;
}

static void
end_test(void)
{
	disk_bytes = UINT64_MAX;
	tear_down();
}

TestSuite(sink_rotate_full, .init = set_up, .fini = end_test);

/* How much of a write fits; -1 with errno if nothing does. */
static ssize_t
fit(int fd, size_t length)
{
	uint64_t used = disk_bytes != UINT64_MAX ? used_bytes() : 0;
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return (ssize_t)length;
	if (used + length <= disk_bytes)
		return (ssize_t)length;
	if (used < disk_bytes)
		return (ssize_t)(disk_bytes - used);
	errno = ENOSPC;
	return -1;
}

ssize_t
write(int fd, const void *bytes, size_t length)
{
	ssize_t n = fit(fd, length);

	return n < 0 ? n : syscall(SYS_write, fd, bytes, (size_t)n);
}

ssize_t
writev(int fd, const struct iovec *part, int count)
{
	char all[2 * BACKOFF_EVENT_LINE_MAX];
	size_t length = 0;

	for (int i = 0; i < count; i++) {
		memcpy(all + length, part[i].iov_base, part[i].iov_len);
		length += part[i].iov_len;
	}
	return write(fd, all, length);
}

/* The number of numbered files. */
static int
count_files(void)
{
	int count = 0;

	for (char name[16] = "log.1"; size_of(name) >= 0;
	     snprintf(name, sizeof(name), "log.%d", count + 1))
		count++;
	return count;
}

Test(sink_rotate_full, the_oldest_file_makes_room)
{
	w.rotation.max_bytes = 4 * line_bytes();
	w.sink = open_sink();
	disk_bytes = 11 * line_bytes() + 50;
	emit(1, 9);
	EXPECT_FILE("log.2", "1 2 3 4");
	emit(1, 9);
	emit(1, 9);
	cr_expect(backoff_sink_dropped(w.sink) == 0);
	cr_expect(count_files() >= 1);
	cr_expect(used_bytes() <= disk_bytes);
	disk_bytes = UINT64_MAX;
	emit(1, 4);
	cr_expect(strstr(numbers_in("log.1"), "9 1") != NULL ||
		  strstr(numbers_in("log"), "9 1") != NULL);
}

/* Half of a line that did not fit is ended, and the line is written again. */
Test(sink_rotate_full, no_line_is_lost)
{
	static const struct {
		const char *why;
		uint64_t rest;
	} made[] = {{"no space", 0},
		    {"space for a byte", 1},
		    {"for half a line", 100}};

	for (size_t i = 0; i < sizeof(made) / sizeof(*made); i++) {
		const char *text;

		w.rotation.max_bytes = 3 * line_bytes();
		w.sink = open_sink();
		emit(1, 4);
		disk_bytes = used_bytes() + made[i].rest;
		emit(5, 5);
		text = numbers_in("log");
		cr_expect(strcmp(text, i == 0 ? "4 5" : "4 ! 5") == 0, "%s: %s",
			  made[i].why, text);
		cr_expect(size_of("log.1") < 0, "%s", made[i].why);
		cr_expect(backoff_sink_dropped(w.sink) == 0, "%s", made[i].why);
		disk_bytes = UINT64_MAX;
		backoff_sink_free(w.sink);
		w.sink = NULL;
		unlink(w.path);
	}
}

Test(sink_rotate_full, without_a_rotated_file_lines_are_lost)
{
	w.sink = open_sink();
	emit(1, 2);
	disk_bytes = used_bytes();
	emit(3, 5);
	cr_expect(backoff_sink_dropped(w.sink) == 3);
	disk_bytes = UINT64_MAX;
	emit(6, 7);
	EXPECT_FILE("log", "1 2 6 d3 7");
}

/* If another program fills the disk, old logs do not all go at once. */
Test(sink_rotate_full, one_file_a_second_goes_for_nothing)
{
	w.rotation.max_bytes = 1;
	w.sink = open_sink();
	emit(1, 9);
	cr_assert(count_files() == 8);
	w.rotation.max_bytes = UINT64_MAX;
	backoff_sink_free(w.sink);
	w.sink = open_sink();
	for (int second = 1; second <= 3; second++) {
		disk_bytes = 0;
		emit(1, 9);
		cr_expect(count_files() == 8 - second, "%d", count_files());
		advance(999 * MS);
		emit(1, 9);
		cr_expect(count_files() == 8 - second, "%d", count_files());
		advance(1 * MS);
	}
	cr_expect(backoff_sink_dropped(w.sink) == 54);
	EXPECT_FILE("log.1", "8");
	EXPECT_FILE("log.5", "4");
}

/* Nobody else's file is taken for an old log. */
Test(sink_rotate_full, other_files_stay)
{
	cr_assert(mkdir(path_of("log.1"), 0700) == 0);
	put_file("log.10", "more than keep\n");
	put_file("other", "other\n");
	w.sink = open_sink();
	emit(1, 1);
	disk_bytes = 0;
	emit(2, 3);
	cr_expect(backoff_sink_dropped(w.sink) == 2);
	cr_expect(size_of("log.1") >= 0 && size_of("log.10") > 0 &&
		  size_of("other") > 0);
	disk_bytes = UINT64_MAX;
	cr_assert(rmdir(path_of("log.1")) == 0);
}

/* Rotations wait for files that were just renamed, but not for long. */
Test(sink_rotate_full, a_burst_makes_no_file_much_larger)
{
	for (uint32_t keep = 1; keep <= 3; keep += 2) {
		long most = 0;

		w.rotation.clock = NULL;
		w.rotation.max_bytes = 100000;
		w.rotation.keep = keep;
		w.sink = open_sink();
		for (uint64_t seq = 1; seq <= 20000; seq++) {
			emit(seq, seq);
			if (seq % 10 == 0 && size_of("log") > most)
				most = size_of("log");
		}
		cr_expect(most <= 200000, "%ld bytes, keep %u", most, keep);
		cr_expect(most >= 90000);
		cr_expect(size_of("log.1") <= 200000);
		cr_expect(used_bytes() <= (keep + 1) * 200000);
		cr_expect(backoff_sink_dropped(w.sink) == 0);
		backoff_sink_free(w.sink);
		w.sink = NULL;
		unlink(w.path);
	}
}
