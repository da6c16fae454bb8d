/* Packed inputs: whole, in pieces, broken, followed, rotated. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ZLIB_CONST
#include <criterion/criterion.h>
#include <zlib.h>
#include <zstd.h>

#include "input/follow.h"
#include "input/unpack.h"

#define TEXT_BYTES (200u << 10)
#define PACKED_MAX (TEXT_BYTES + 1024)

struct packed {
	size_t length;
	char bytes[2 * PACKED_MAX];
};

static char text[TEXT_BYTES];

static void
make_text(void)
{
	for (unsigned i = 0; i < TEXT_BYTES; i++)
		text[i] = i % 80 == 79 ? '\n'
				       : (char)('a' + (i * i / 7 + i) % 26);
	text[TEXT_BYTES - 1] = '\n';
}

/* Append a member or frame with this text. */
static void
add(struct packed *out, enum tk_packing packing, const char *from,
    size_t length)
{
	z_stream gzip = {.next_in = (const unsigned char *)from,
			 .avail_in = (uInt)length};
	size_t room = sizeof(out->bytes) - out->length;

	if (packing == TK_PACKING_ZSTD) {
		size_t got = ZSTD_compress(out->bytes + out->length, room, from,
					   length, 3);

		cr_assert_not(ZSTD_isError(got));
		out->length += got;
		return;
	}
	gzip.next_out = (unsigned char *)out->bytes + out->length;
	gzip.avail_out = (uInt)room;
	cr_assert_eq(deflateInit2(&gzip, 6, Z_DEFLATED, 15 + 16, 8,
				  Z_DEFAULT_STRATEGY),
		     Z_OK);
	cr_assert_eq(deflate(&gzip, Z_FINISH), Z_STREAM_END);
	out->length += room - gzip.avail_out;
	deflateEnd(&gzip);
}

/* Unpack in pieces of this size, and compare; the problem, if there is one. */
static const char *
unpack(const struct packed *in, size_t piece, size_t *length)
{
	static char problem[256];
	struct tk_unpack *unpack =
		tk_unpack_new(tk_packing_of(in->bytes, in->length));
	const char *out, *said;
	size_t got;

	cr_assert_not_null(unpack);
	*length = 0;
	for (size_t at = 0; at < in->length; at += piece) {
		tk_unpack_push(unpack, in->bytes + at,
			       in->length - at < piece ? in->length - at
						       : piece);
		while ((got = tk_unpack_next(unpack, &out)) > 0) {
			cr_assert_leq(*length + got, TEXT_BYTES);
			cr_assert_eq(memcmp(out, text + *length, got), 0);
			*length += got;
		}
	}
	said = tk_unpack_problem_at_end(unpack);
	snprintf(problem, sizeof(problem), "%s", said ? said : "");
	tk_unpack_free(unpack);
	return problem;
}

Test(input_unpack, reads_members_and_frames_however_they_are_divided,
     .init = make_text)
{
	static const size_t pieces[] = {1, 7, 4096, SIZE_MAX / 2};

	for (int packing = TK_PACKING_GZIP; packing <= TK_PACKING_ZSTD;
	     packing++) {
		struct packed *in = calloc(1, sizeof(*in));
		size_t length;

		cr_assert_not_null(in);
		add(in, packing, text, 100);
		add(in, packing, text, 0);
		add(in, packing, text + 100, TEXT_BYTES - 100);
		for (size_t i = 0; i < 4; i++) {
			cr_expect_str_eq(unpack(in, pieces[i], &length), "");
			cr_expect_eq(length, TEXT_BYTES);
		}
		free(in);
	}
}

Test(input_unpack, names_what_is_wrong, .init = make_text)
{
	static const struct {
		const char *why;
		enum tk_packing packing;
		/* Bytes cut off, changed, added. */
		size_t cut, change;
		const char *more, *said;
	} rows[] = {
		{"cut", TK_PACKING_GZIP, 100, 0, "", "gzip data ends in"},
		{"cut in the trailer", TK_PACKING_GZIP, 1, 0, "", "ends in"},
		{"cut", TK_PACKING_ZSTD, 100, 0, "", "zstd data ends in"},
		{"other data", TK_PACKING_GZIP, 0, 0, "hello", "other data"},
		{"other data", TK_PACKING_ZSTD, 0, 0, "hello", "broken zstd"},
		{"checksum", TK_PACKING_GZIP, 0, 5, "", "incorrect data check"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct packed *in = calloc(1, sizeof(*in));
		const char *said;
		size_t length;

		cr_assert_not_null(in);
		add(in, rows[i].packing, text, TEXT_BYTES);
		in->length -= rows[i].cut;
		if (rows[i].change > 0)
			in->bytes[in->length - rows[i].change] ^= 1;
		memcpy(in->bytes + in->length, rows[i].more,
		       strlen(rows[i].more));
		in->length += strlen(rows[i].more);
		said = unpack(in, 1000, &length);
		cr_expect_not_null(strstr(said, rows[i].said), "%s: %s",
				   rows[i].why, said);
		cr_expect_gt(length, TEXT_BYTES / 2, "%s: %zu", rows[i].why,
			     length);
		free(in);
	}
}

Test(input_unpack, ignores_padding_with_zeros, .init = make_text)
{
	struct packed *in = calloc(1, sizeof(*in));
	size_t length;

	cr_assert_not_null(in);
	add(in, TK_PACKING_GZIP, text, TEXT_BYTES);
	in->length += 512;
	cr_expect_str_eq(unpack(in, 1000, &length), "");
	cr_expect_eq(length, TEXT_BYTES);
	free(in);
}

Test(input_unpack, a_window_above_the_limit_is_refused_with_advice,
     .init = make_text)
{
	struct packed *in = calloc(1, sizeof(*in));
	ZSTD_CCtx *zstd = ZSTD_createCCtx();
	ZSTD_inBuffer from = {text, TEXT_BYTES, 0};
	ZSTD_outBuffer to = {NULL, PACKED_MAX, 0};
	const char *said;
	size_t length;

	cr_assert(in != NULL && zstd != NULL);
	to.dst = in->bytes;
	ZSTD_CCtx_setParameter(zstd, ZSTD_c_windowLog, 28);
	/* Only a stream of unknown length keeps a window larger than it. */
	while (from.pos < from.size)
		cr_assert_not(ZSTD_isError(ZSTD_compressStream2(
			zstd, &to, &from, ZSTD_e_continue)));
	while (ZSTD_compressStream2(zstd, &to, &from, ZSTD_e_end) > 0)
		;
	in->length = to.pos;
	said = unpack(in, 1000, &length);
	cr_expect_not_null(strstr(said, "--long=31"), "%s", said);
	cr_expect_eq(length, 0);
	ZSTD_freeCCtx(zstd);
	free(in);
}

/* Followed files. */

static char directory[64];
static struct tk_follow *follow;
static uint64_t now_ns;
static size_t lines, refused, wrong;
static unsigned char seen[TEXT_BYTES / 80 + 1];

static void
set_up(void)
{
	make_text();
	/* Each line is another, and says which it is. */
	for (unsigned i = 0; (i + 1) * 80 <= TEXT_BYTES; i++) {
		char number[8];

		snprintf(number, sizeof(number), "%06u", i);
		memcpy(text + (size_t)80 * i, number, 6);
	}
	snprintf(directory, sizeof(directory), "/tmp/packed.XXXXXX");
	cr_assert_not_null(mkdtemp(directory));
	follow = tk_follow_new();
	cr_assert_not_null(follow);
	now_ns = UINT64_C(1000000000000);
	lines = refused = wrong = 0;
	memset(seen, 0, sizeof(seen));
}

static void
tear_down(void)
{
	char command[128];

	tk_follow_free(follow);
	snprintf(command, sizeof(command), "rm -rf '%s'", directory);
	cr_assert_eq(system(command), 0);
}

TestSuite(input_packed, .init = set_up, .fini = tear_down);

static const char *
path_of(const char *name)
{
	static char path[2][128];
	static unsigned turn;
	char *out = path[turn++ % 2];

	snprintf(out, 128, "%s/%s", directory, name);
	return out;
}

static void
write_to(const char *name, const char *mode, const char *bytes, size_t length)
{
	FILE *file = fopen(path_of(name), mode);

	cr_assert_not_null(file);
	cr_assert_eq(fwrite(bytes, 1, length, file), length);
	cr_assert_eq(fclose(file), 0);
}

static void
pack_to(const char *name, const char *mode, enum tk_packing packing,
	size_t first, size_t count)
{
	struct packed *out = calloc(1, sizeof(*out));

	cr_assert_not_null(out);
	add(out, packing, text + 80 * first, 80 * count);
	write_to(name, mode, out->bytes, out->length);
	free(out);
}

static void
on_line(void *user, size_t input, const struct tk_line *line)
{
	unsigned number = 0;

	(void)user;
	(void)input;
	if (line->not_text) {
		refused++;
		return;
	}
	lines++;
	if (line->length != 79 || sscanf(line->text, "%06u", &number) != 1 ||
	    memcmp(line->text, text + (size_t)80 * number, 79) != 0)
		wrong++;
	else
		seen[number]++;
}

static void
pass(double seconds)
{
	for (int i = 0; i <= (int)(seconds * 10); i++) {
		while (tk_follow_read(follow, now_ns, 1 << 20, false, on_line,
				      NULL))
			;
		now_ns += 100000000;
	}
}

static void
expect_each_once(size_t count)
{
	size_t once = 0;

	for (size_t i = 0; i < count; i++)
		once += seen[i] == 1;
	cr_expect_eq(once, count, "%zu of %zu lines once", once, count);
	cr_expect_eq(lines, count, "%zu lines, not %zu", lines, count);
	cr_expect_eq(wrong, 0, "%zu wrong lines", wrong);
}

Test(input_packed, a_packed_file_is_read_and_may_grow)
{
	pack_to("a.gz", "w", TK_PACKING_GZIP, 0, 500);
	pack_to("b.zst", "w", TK_PACKING_ZSTD, 500, 500);
	tk_follow_add(follow, path_of("a.gz"));
	tk_follow_add(follow, path_of("b.zst"));
	pass(1);
	expect_each_once(1000);
	pack_to("a.gz", "a", TK_PACKING_GZIP, 1000, 500);
	pack_to("b.zst", "a", TK_PACKING_ZSTD, 1500, 500);
	pass(2);
	expect_each_once(2000);
	cr_expect_eq(refused, 0);
}

Test(input_packed, a_file_that_is_written_slowly_is_read)
{
	struct packed *out = calloc(1, sizeof(*out));

	cr_assert_not_null(out);
	add(out, TK_PACKING_ZSTD, text, 80 * 2000);
	write_to("b.zst", "w", out->bytes, 2);
	tk_follow_add(follow, path_of("b.zst"));
	pass(2);
	for (size_t at = 2; at < out->length; at += out->length / 3) {
		size_t left = out->length - at;

		write_to("b.zst", "a", out->bytes + at,
			 left < out->length / 3 ? left : out->length / 3);
		pass(2);
	}
	expect_each_once(2000);
	cr_expect_eq(refused, 0);
	free(out);
}

/* logrotate renames, and packs and removes the file at once or a day later. */
static void
rotate(double seconds, bool is_listed_first)
{
	if (is_listed_first)
		tk_follow_add(follow, path_of("log.1.gz"));
	write_to("log", "w", text, 80 * 1000);
	tk_follow_add(follow, path_of("log"));
	if (!is_listed_first)
		tk_follow_add(follow, path_of("log.1.gz"));
	pass(1);
	cr_assert_eq(rename(path_of("log"), path_of("log.1")), 0);
	write_to("log", "w", text + 80 * 1000, 80 * 100);
	pass(seconds);
	pack_to("log.1.gz", "w", TK_PACKING_GZIP, 0, 1000);
	cr_assert_eq(remove(path_of("log.1")), 0);
	pass(10);
	expect_each_once(1100);
}

Test(input_packed, rotation_into_a_packed_file_repeats_nothing)
{
	rotate(0.1, false);
}

Test(input_packed, rotation_into_a_packed_file_a_day_later_repeats_nothing)
{
	rotate(100, true);
}

/* What a packed copy has beyond what was read is new. */
Test(input_packed, a_packed_copy_gives_what_was_missed)
{
	write_to("log", "w", text, 80 * 1000);
	tk_follow_add(follow, path_of("log"));
	tk_follow_add(follow, path_of("log.1.gz"));
	pass(1);
	cr_assert_eq(remove(path_of("log")), 0);
	pass(100);
	pack_to("log.1.gz", "w", TK_PACKING_GZIP, 0, 1200);
	pass(2);
	expect_each_once(1200);
}

/* It begins like another file, but is not its copy. */
Test(input_packed, a_file_with_the_same_beginning_is_read_whole)
{
	char *other = malloc(80 * 1000);

	cr_assert_not_null(other);
	memcpy(other, text, 80 * 1000);
	memcpy(other + 80 * 500, "end: ", 5);
	write_to("log", "w", other, 80 * 501 - 20);
	tk_follow_add(follow, path_of("log"));
	tk_follow_add(follow, path_of("log.1.gz"));
	pass(1);
	cr_assert_eq(remove(path_of("log")), 0);
	pass(100);
	lines = wrong = 0;
	memset(seen, 0, sizeof(seen));
	memcpy(text + (size_t)80 * 500 + 30, "xx", 2);
	pack_to("log.1.gz", "w", TK_PACKING_GZIP, 0, 1000);
	pass(2);
	expect_each_once(1000);
	free(other);
}

Test(input_packed, broken_data_is_one_refusal_after_what_was_read)
{
	struct packed *out = calloc(1, sizeof(*out));

	cr_assert_not_null(out);
	add(out, TK_PACKING_GZIP, text, 80 * 2000);
	out->bytes[out->length - 5] ^= 1;
	write_to("a.gz", "w", out->bytes, out->length);
	write_to("a.gz", "a", "garbage\nmore\n", 13);
	tk_follow_add(follow, path_of("a.gz"));
	pass(3);
	expect_each_once(2000);
	cr_expect_eq(refused, 1);
	free(out);
}
