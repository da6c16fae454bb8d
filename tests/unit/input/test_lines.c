/* Tests of tools/input/lines and splitter: lines out of any bytes. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "input/lines.h"

/* An expected line. */
struct want {
	const char *text;
	size_t length;
	bool unterminated;
};

#define LINE(text)                                                             \
	{                                                                      \
		text, sizeof(text) - 1, false                                  \
	}
#define REST(text)                                                             \
	{                                                                      \
		text, sizeof(text) - 1, true                                   \
	}

static const struct {
	const char *why, *input;
	size_t length;
	size_t count;
	struct want line[5];
} row[] = {
	{"nothing", "", 0, 0, {LINE("")}},
	{"one line", "a\n", 2, 1, {LINE("a")}},
	{"no newline at the end", "a\nbc", 4, 2, {LINE("a"), REST("bc")}},
	{"empty lines count", "\n\na\n", 4, 3, {LINE(""), LINE(""), LINE("a")}},
	{"only a newline", "\n", 1, 1, {LINE("")}},
	{"NUL bytes inside a line are bytes",
	 "a\0b\nb\0\nc",
	 8,
	 3,
	 {LINE("a\0b"), LINE("b\0"), REST("c")}},
	{"a return is a byte", "a\r\nb\r", 5, 2, {LINE("a\r"), REST("b\r")}},
	{"long pieces",
	 "0123456789abcdef\nfedcba9876543210\n",
	 34,
	 2,
	 {LINE("0123456789abcdef"), LINE("fedcba9876543210")}},
};

static void
check(size_t i, size_t n, uint64_t offset, const struct tk_line *line)
{
	const struct want *want = &row[i].line[n];

	cr_assert_lt(n, row[i].count, "%s", row[i].why);
	cr_expect_eq(line->length, want->length, "%s", row[i].why);
	cr_expect(memcmp(line->text, want->text, want->length) == 0, "%s",
		  row[i].why);
	cr_expect_eq(line->number, n + 1, "%s", row[i].why);
	cr_expect_eq(line->offset, offset, "%s", row[i].why);
	cr_expect_eq(line->unterminated, want->unterminated, "%s", row[i].why);
	cr_expect_not(line->oversize, "%s", row[i].why);
}

Test(input_lines, pieces_of_any_size_give_the_same_lines)
{
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		for (size_t step = 1; step <= row[i].length + 1; step++) {
			struct tk_splitter *splitter = tk_splitter_new();
			struct tk_line line;
			uint64_t offset = 0;
			size_t n = 0;

			for (size_t at = 0; at < row[i].length; at += step) {
				size_t rest = row[i].length - at;
				/* A copy: pushed bytes may be freed. */
				char *piece = malloc(step);

				rest = rest < step ? rest : step;
				memcpy(piece, row[i].input + at, rest);
				tk_splitter_push(splitter, piece, rest);
				while (tk_splitter_next(splitter, false,
							&line)) {
					check(i, n++, offset, &line);
					offset += line.length + 1;
				}
				free(piece);
			}
			while (tk_splitter_next(splitter, true, &line))
				check(i, n++, offset, &line);
			cr_expect_eq(n, row[i].count, "%s, step %zu",
				     row[i].why, step);
			cr_expect_not(tk_splitter_next(splitter, true, &line));
			tk_splitter_free(splitter);
		}
	}
}

/* A temporary file with this content. */
static void
write_file(char path[32], const char *text, size_t length)
{
	int fd;

	memcpy(path, "/tmp/test_lines_XXXXXX", 23);
	fd = mkstemp(path);
	cr_assert(fd >= 0);
	cr_assert_eq(write(fd, text, length), (ssize_t)length);
	close(fd);
}

Test(input_lines, a_file_gives_its_lines)
{
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tk_lines *lines = NULL;
		struct tk_line line;
		uint64_t offset = 0;
		char path[32];
		size_t n = 0;

		write_file(path, row[i].input, row[i].length);
		cr_assert_eq(tk_lines_open(path, &lines), BACKOFF_OK);
		while (tk_lines_next(lines, &line) == BACKOFF_OK) {
			check(i, n++, offset, &line);
			offset += line.length + 1;
		}
		cr_expect_eq(n, row[i].count, "%s", row[i].why);
		cr_expect_eq(tk_lines_next(lines, &line), BACKOFF_E_NOT_FOUND,
			     "the end stays the end");
		tk_lines_close(lines);
		unlink(path);
	}
	tk_lines_close(NULL);
}

Test(input_lines, a_hole_at_the_start_of_a_line_is_skipped_and_counted)
{
	static const char bytes[] = "\0\0a\n\0\0\0b\nc\0\n\0\0";

	for (size_t piece = 1; piece <= sizeof(bytes); piece++) {
		struct tk_splitter *splitter = tk_splitter_new();
		struct tk_line line;
		size_t lines = 0;

		for (size_t at = 0; at < sizeof(bytes) - 1; at += piece) {
			size_t rest = sizeof(bytes) - 1 - at;

			tk_splitter_push(splitter, bytes + at,
					 rest < piece ? rest : piece);
			while (tk_splitter_next(splitter, false, &line)) {
				cr_expect_eq(line.length, lines == 2 ? 2 : 1);
				cr_expect_eq(line.text[0],
					     (char)('a' + (int)lines));
				cr_expect_eq(line.offset, lines == 0   ? 2
							  : lines == 1 ? 7
								       : 9);
				lines++;
			}
		}
		cr_expect_eq(lines, 3);
		cr_expect(tk_splitter_in_hole(splitter));
		cr_expect_eq(tk_splitter_nuls(splitter), 7);
		cr_expect_eq(tk_splitter_nuls(splitter), 0);
		cr_expect_not(tk_splitter_next(splitter, true, &line));
		tk_splitter_free(splitter);
	}
}

Test(input_lines, reset_starts_at_line_one)
{
	struct tk_splitter *splitter = tk_splitter_new();
	struct tk_line line;

	tk_splitter_push(splitter, "a\nhalf", 6);
	cr_expect(tk_splitter_next(splitter, false, &line));
	cr_expect_not(tk_splitter_next(splitter, false, &line));
	tk_splitter_reset(splitter);
	tk_splitter_push(splitter, "new\n", 4);
	cr_assert(tk_splitter_next(splitter, false, &line));
	cr_expect_eq(line.length, 3, "the half line is forgotten");
	cr_expect_eq(line.number, 1);
	cr_expect_eq(line.offset, 0);
	tk_splitter_free(splitter);
	tk_splitter_free(NULL);
}

Test(input_lines, lengths_around_the_limit)
{
	for (int more = -1; more <= 1; more++) {
		size_t length = (size_t)((int)TK_LINE_MAX + more);
		char *text = malloc(length + 2);
		struct tk_line line;

		memset(text, 'x', length);
		text[length] = '\n';
		text[length + 1] = 'y';
		/* In one piece, and in two. */
		for (size_t cut = 0; cut <= length; cut += length / 2) {
			struct tk_splitter *splitter = tk_splitter_new();

			tk_splitter_push(splitter, text, cut);
			cr_expect_not(tk_splitter_next(splitter, false, &line));
			tk_splitter_push(splitter, text + cut,
					 length + 2 - cut);
			cr_assert(tk_splitter_next(splitter, false, &line));
			cr_expect_eq(line.oversize, more > 0);
			cr_expect_eq(line.length,
				     more > 0 ? TK_LINE_MAX : length);
			cr_expect_eq(line.text[line.length - 1], 'x');
			cr_expect_not(tk_splitter_next(splitter, false, &line));
			cr_assert(tk_splitter_next(splitter, true, &line));
			cr_expect_eq(line.length, 1);
			cr_expect_eq(line.number, 2);
			cr_expect_eq(line.offset, length + 1);
			tk_splitter_free(splitter);
		}
		free(text);
	}
}

Test(input_lines, a_line_of_64_mib_costs_about_one)
{
	static char block[1 << 16];
	struct tk_lines *lines = NULL;
	struct tk_line line;
	struct rusage before, after;
	FILE *file;
	char path[32];

	write_file(path, "first\n", 6);
	file = fopen(path, "a");
	memset(block, '{', sizeof(block));
	for (int i = 0; i < 1024; i++)
		fwrite(block, 1, sizeof(block), file);
	fputs("\nlast\n", file);
	cr_assert_eq(fclose(file), 0);
	getrusage(RUSAGE_SELF, &before);
	cr_assert_eq(tk_lines_open(path, &lines), BACKOFF_OK);
	cr_assert_eq(tk_lines_next(lines, &line), BACKOFF_OK);
	cr_assert_eq(tk_lines_next(lines, &line), BACKOFF_OK);
	cr_expect(line.oversize);
	cr_expect_eq(line.length, TK_LINE_MAX);
	cr_expect_eq(line.offset, 6);
	cr_assert_eq(tk_lines_next(lines, &line), BACKOFF_OK);
	cr_expect_eq(line.length, 4);
	cr_expect_eq(line.number, 3);
	cr_expect_eq(line.offset, 6 + (64u << 20) + 1);
	tk_lines_close(lines);
	getrusage(RUSAGE_SELF, &after);
	unlink(path);
	/* KiB; generous for the sanitizers' sake, far below 64 MiB. */
	cr_expect_lt(after.ru_maxrss - before.ru_maxrss, 8 << 10);
}

Test(input_lines, an_input_that_cannot_be_read_is_an_error)
{
	struct tk_lines *lines = NULL;
	struct tk_line line;

	errno = 0;
	cr_expect_eq(tk_lines_open("/nonexistent/x.log", &lines), BACKOFF_E_IO);
	cr_expect_eq(errno, ENOENT);
	cr_expect_null(lines);
	cr_assert_eq(tk_lines_open("/tmp", &lines), BACKOFF_OK);
	errno = 0;
	cr_expect_eq(tk_lines_next(lines, &line), BACKOFF_E_IO);
	cr_expect_eq(errno, EISDIR);
	tk_lines_close(lines);
}
