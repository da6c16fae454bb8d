/* Unpacks gzip and zstd from pushed bytes, in bounded memory. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "input/unpack.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* zlib then only reads its input. */
#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define OUT_BYTES (64u << 10)
/* A frame of zstd may ask for a window of up to 2 GiB. This is the limit of the
 * program zstd too, and no level of compression asks for more by itself. */
#define ZSTD_WINDOW_LOG 27
#define ZSTD_KEEP_BYTES (8u << 20)
/* Reads gzip's header and trailer, with the largest window. */
#define GZIP_WINDOW_BITS (15 + 16)

struct tk_unpack {
	enum tk_packing packing;
	z_stream gzip;
	ZSTD_DCtx *zstd;
	const char *at, *end;
	/* All bytes before `at`. */
	uint64_t read;
	/* In the middle of a member or frame. */
	bool inside;
	/* There may be more output without more input. */
	bool full;
	bool no_memory;
	char problem[160];
	char out[OUT_BYTES];
};

/* Frames that hold no data may come first. */
static bool
is_skippable(const char *bytes)
{
	return (bytes[0] & 0xf0) == 0x50 &&
	       memcmp(bytes + 1, "\x2a\x4d\x18", 3) == 0;
}

enum tk_packing
tk_packing_of(const char *bytes, size_t length)
{
	if (length >= 3 && memcmp(bytes, "\x1f\x8b\x08", 3) == 0)
		return TK_PACKING_GZIP;
	if (length >= 4 &&
	    (memcmp(bytes, "\x28\xb5\x2f\xfd", 4) == 0 || is_skippable(bytes)))
		return TK_PACKING_ZSTD;
	return TK_PACKING_NONE;
}

bool
tk_packing_may_follow(const char *bytes, size_t length)
{
	if (length == 0)
		return true;
	if (length < 3 && memcmp(bytes, "\x1f\x8b\x08", length) == 0)
		return true;
	return length < 4 && memcmp(bytes, "\x28\xb5\x2f\xfd", length) == 0;
}

static bool
open_zstd(struct tk_unpack *unpack)
{
	unpack->zstd = ZSTD_createDCtx();
	return unpack->zstd &&
	       !ZSTD_isError(ZSTD_DCtx_setParameter(
		       unpack->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG));
}

struct tk_unpack *
tk_unpack_new(enum tk_packing packing)
{
	struct tk_unpack *unpack = malloc(sizeof(*unpack));

	if (!unpack)
		return NULL;
	memset(unpack, 0, offsetof(struct tk_unpack, out));
	unpack->packing = packing;
	if (packing == TK_PACKING_GZIP
		    ? inflateInit2(&unpack->gzip, GZIP_WINDOW_BITS) == Z_OK
		    : open_zstd(unpack))
		return unpack;
	ZSTD_freeDCtx(unpack->zstd);
	free(unpack);
	return NULL;
}

void
tk_unpack_free(struct tk_unpack *unpack)
{
	if (!unpack)
		return;
	if (unpack->packing == TK_PACKING_GZIP)
		inflateEnd(&unpack->gzip);
	ZSTD_freeDCtx(unpack->zstd);
	free(unpack);
}

void
tk_unpack_push(struct tk_unpack *unpack, const char *bytes, size_t length)
{
	unpack->at = bytes;
	unpack->end = bytes + length;
}

static const char *
name_of(const struct tk_unpack *unpack)
{
	return unpack->packing == TK_PACKING_GZIP ? "gzip" : "zstd";
}

static void
fail(struct tk_unpack *unpack, const char *what)
{
	snprintf(unpack->problem, sizeof(unpack->problem),
		 "broken %s data near byte %llu (%s); only what comes before "
		 "it was read",
		 name_of(unpack), (unsigned long long)unpack->read, what);
}

static void
fail_memory(struct tk_unpack *unpack)
{
	fail(unpack, "out of memory");
	unpack->no_memory = true;
}

static void
advance(struct tk_unpack *unpack, size_t length)
{
	unpack->at += length;
	unpack->read += length;
}

/* Begin the next member, if there is one; false at the end of what was
 * pushed. */
static bool
begin_member(struct tk_unpack *unpack)
{
	/* A file may be padded with zeros. */
	while (unpack->read > 0 && unpack->at < unpack->end &&
	       *unpack->at == '\0')
		advance(unpack, 1);
	if (unpack->at == unpack->end)
		return false;
	if (unpack->read > 0 && *unpack->at != '\x1f') {
		fail(unpack, "other data after the end");
		return false;
	}
	inflateReset(&unpack->gzip);
	unpack->inside = true;
	return true;
}

static size_t
next_gzip(struct tk_unpack *unpack)
{
	z_stream *gzip = &unpack->gzip;
	size_t given, got;
	int result;

	unpack->full = false;
	if (!unpack->inside && !begin_member(unpack))
		return 0;
	given = (size_t)(unpack->end - unpack->at);
	gzip->next_in = (const unsigned char *)unpack->at;
	gzip->avail_in = given > UINT32_MAX ? UINT32_MAX : (uInt)given;
	given = gzip->avail_in;
	gzip->next_out = (unsigned char *)unpack->out;
	gzip->avail_out = OUT_BYTES;
	result = inflate(gzip, Z_NO_FLUSH);
	advance(unpack, given - gzip->avail_in);
	got = OUT_BYTES - gzip->avail_out;
	unpack->full = gzip->avail_out == 0;
	if (result == Z_STREAM_END)
		unpack->inside = false;
	else if (result == Z_MEM_ERROR)
		fail_memory(unpack);
	else if (result != Z_OK && result != Z_BUF_ERROR)
		fail(unpack, gzip->msg ? gzip->msg : "it needs a dictionary");
	return got;
}

static size_t
next_zstd(struct tk_unpack *unpack)
{
	ZSTD_inBuffer in = {unpack->at, (size_t)(unpack->end - unpack->at), 0};
	ZSTD_outBuffer out = {unpack->out, OUT_BYTES, 0};
	size_t result;

	unpack->full = false;
	if (!unpack->zstd && !open_zstd(unpack)) {
		fail_memory(unpack);
		return 0;
	}
	result = ZSTD_decompressStream(unpack->zstd, &out, &in);
	advance(unpack, in.pos);
	unpack->full = out.pos == out.size;
	if (!ZSTD_isError(result)) {
		unpack->inside = result != 0;
		/* Do not keep a large window: other inputs have one too. */
		if (result == 0 &&
		    ZSTD_sizeof_DCtx(unpack->zstd) > ZSTD_KEEP_BYTES) {
			ZSTD_freeDCtx(unpack->zstd);
			unpack->zstd = NULL;
		}
		return out.pos;
	}
	if (ZSTD_getErrorCode(result) ==
	    ZSTD_error_frameParameter_windowTooLarge)
		snprintf(unpack->problem, sizeof(unpack->problem),
			 "compressed by zstd with a window above 128 MiB; "
			 "unpack it, as in \"zstd -dc --long=31 LOG | ... -\"");
	else if (ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation)
		fail_memory(unpack);
	else
		fail(unpack, ZSTD_getErrorName(result));
	return out.pos;
}

size_t
tk_unpack_next(struct tk_unpack *unpack, const char **out)
{
	size_t got = 0;

	*out = unpack->out;
	/* A header may give no output. */
	while (got == 0 && unpack->problem[0] == '\0' &&
	       (unpack->at < unpack->end || unpack->full))
		got = unpack->packing == TK_PACKING_GZIP ? next_gzip(unpack)
							 : next_zstd(unpack);
	return got;
}

bool
tk_unpack_is_inside(const struct tk_unpack *unpack)
{
	return unpack->inside;
}

const char *
tk_unpack_problem(const struct tk_unpack *unpack)
{
	return unpack->problem[0] != '\0' ? unpack->problem : NULL;
}

bool
tk_unpack_no_memory(const struct tk_unpack *unpack)
{
	return unpack->no_memory;
}

const char *
tk_unpack_problem_at_end(struct tk_unpack *unpack)
{
	if (unpack->problem[0] == '\0' && unpack->inside)
		snprintf(unpack->problem, sizeof(unpack->problem),
			 "the %s data ends in the middle, after %llu bytes; "
			 "only what is there was read",
			 name_of(unpack), (unsigned long long)unpack->read);
	return tk_unpack_problem(unpack);
}
