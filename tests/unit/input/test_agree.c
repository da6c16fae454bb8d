/* Both readers of the tools give the same lines: the one of whole files, and
 * the one that follows. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "input/follow.h"
#include "input/lines.h"

/* What a reader gave, as text. */
struct record {
	char *text;
	size_t length;
	FILE *stream;
	unsigned lines;
};

static void
write_line(struct record *record, const struct tk_line *line)
{
	fprintf(record->stream, "%ju %ju %d %d [", (uintmax_t)line->number,
		(uintmax_t)line->offset, line->oversize, line->unterminated);
	fwrite(line->text, 1, line->length < 200 ? line->length : 200,
	       record->stream);
	fprintf(record->stream, "] %zu\n", line->length);
	record->lines++;
}

static void
on_line(void *user, size_t input, const struct tk_line *line)
{
	(void)input;
	write_line(user, line);
}

static struct record
read_whole(const char *path)
{
	struct record record = {0};
	struct tk_lines *lines;
	struct tk_line line;

	record.stream = open_memstream(&record.text, &record.length);
	cr_assert_eq(tk_lines_open(path, &lines), BACKOFF_OK);
	while (tk_lines_next(lines, &line) == BACKOFF_OK)
		write_line(&record, &line);
	tk_lines_close(lines);
	fclose(record.stream);
	return record;
}

static struct record
follow_once(const char *path)
{
	struct record record = {0};
	struct tk_follow *follow = tk_follow_new();
	unsigned rounds = 0;

	record.stream = open_memstream(&record.text, &record.length);
	cr_assert_eq(tk_follow_add(follow, path), BACKOFF_OK);
	while (tk_follow_read(follow, 0, 1 << 16, true, on_line, &record))
		cr_assert_lt(++rounds, 1000, "%s never ends", path);
	tk_follow_free(follow);
	fclose(record.stream);
	return record;
}

static void
expect_same(const char *path, const char *why, unsigned lines)
{
	struct record whole = read_whole(path), followed = follow_once(path);

	cr_expect(whole.length == followed.length &&
			  memcmp(whole.text, followed.text, whole.length) == 0,
		  "%s: %.300s\n--- followed:\n%.300s", why, whole.text,
		  followed.text);
	if (lines != UINT32_MAX)
		cr_expect_eq(whole.lines, lines, "%s: %u lines", why,
			     whole.lines);
	free(whole.text);
	free(followed.text);
}

static void
write_file(const char *path, const char *bytes, size_t length)
{
	FILE *file = fopen(path, "w");

	cr_assert_not_null(file);
	cr_assert_eq(fwrite(bytes, 1, length, file), length);
	cr_assert_eq(fclose(file), 0);
}

#define BYTES(text) text, sizeof(text) - 1

Test(input_agree, on_what_a_line_is)
{
	static const struct {
		const char *why, *bytes;
		size_t length;
		unsigned lines;
	} row[] = {
		{"nothing", BYTES(""), 0},
		{"one", BYTES("a\n"), 1},
		{"without an end", BYTES("a\nb"), 2},
		{"empty lines", BYTES("\n\na\n\n"), 4},
		{"CRLF", BYTES("a\r\nb\r\n"), 2},
		{"a byte order mark", BYTES("\xef\xbb\xbf{}\n"), 1},
		{"two of them", BYTES("\xef\xbb\xbf{}\n\xef\xbb\xbf{}\n"), 2},
		{"a hole at the start", BYTES("\0\0\0\0a\nb\n"), 2},
		{"a hole between lines", BYTES("a\n\0\0\0\0b\n"), 2},
		{"a hole in a line", BYTES("a\0\0b\nc\n"), 2},
		{"a hole at the end", BYTES("a\n\0\0\0\0"), 1},
		{"only a hole", BYTES("\0\0\0\0"), 0},
		{"a hole of one line", BYTES("\0\0\n\0\n"), 2},
		{"a compressed file", BYTES("\x1f\x8b\x08\0\na\nb\n"), 1},
		{"UTF-16", BYTES("\xff\xfe{\0}\0\n\0{\0}\0"), 1},
		{"UTF-16 without a mark", BYTES("\0{\0}\0\n\0{\0}"), 1},
	};
	char path[] = "/tmp/agree.XXXXXX";
	int fd = mkstemp(path);

	cr_assert(fd >= 0);
	close(fd);
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		write_file(path, row[i].bytes, row[i].length);
		expect_same(path, row[i].why, row[i].lines);
	}
	unlink(path);
}

Test(input_agree, on_any_bytes)
{
	static const char alphabet[] = {'\0', '\0', '\n', '\n',  'a',
					'{',  '\r', '"',  '\xef'};
	static char bytes[70000];
	char path[] = "/tmp/agree.XXXXXX", why[32];
	uint64_t state = 1;
	int fd = mkstemp(path);

	cr_assert(fd >= 0);
	close(fd);
	for (unsigned round = 0; round < 60; round++) {
		size_t length = round < 50 ? round * 7 : sizeof(bytes);

		for (size_t i = 0; i < length; i++) {
			state = state * UINT64_C(6364136223846793005) + 1;
			bytes[i] = alphabet[(state >> 33) % sizeof(alphabet)];
		}
		snprintf(why, sizeof(why), "round %u", round);
		write_file(path, bytes, length);
		expect_same(path, why, UINT32_MAX);
	}
	unlink(path);
}

Test(input_agree, on_files_that_say_they_are_empty, .timeout = 20)
{
	static const char *const path[] = {
		"/proc/self/status", "/proc/mounts", "/proc/self/cmdline",
		"/proc/sys/kernel/ostype", "/proc/stat"};

	for (size_t i = 0; i < sizeof(path) / sizeof(*path); i++) {
		struct record followed;

		if (access(path[i], R_OK) != 0)
			continue;
		followed = follow_once(path[i]);
		cr_expect_gt(followed.lines, 0, "%s", path[i]);
		cr_expect_lt(followed.lines, 100000, "%s", path[i]);
		free(followed.text);
	}
	if (access("/proc/mounts", R_OK) == 0)
		expect_same("/proc/mounts", "/proc/mounts", UINT32_MAX);
}
