/* The text of a packed file that may be a copy of a file that was read. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_PACKED_H
#define TK_PACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "input/unpack.h"

/** Bytes at the start of a file, and before the read position, that are
 * compared with what was read: if they differ, the file was truncated and has
 * grown again. */
#define TK_TAIL_HEAD 1024
#define TK_TAIL_LAST 64

/** How far a file was read, and by what to know it again. */
struct tk_print {
	/** UINT64_MAX: it is still read, so that none of a copy is new. */
	uint64_t offset;
	/** The file was truncated: a copy of it may have been made before. */
	bool truncated;
	size_t head_length, last_length;
	/** Its first bytes, and the last ones before the offset. */
	unsigned char head[TK_TAIL_HEAD];
	unsigned char last[TK_TAIL_LAST];
};

/** Find a file that was read and begins as this text does; false if there is
 *  none. */
typedef bool (*tk_copied_fn)(void *user, const unsigned char *head,
			     size_t length, struct tk_print *out);

struct tk_packed;

/** NULL if there is no memory. Without @p fn, nothing is taken for a copy. */
struct tk_packed *tk_packed_new(enum tk_packing packing, tk_copied_fn fn,
				void *user);
void tk_packed_free(struct tk_packed *packed);

/** Offer more bytes; they must stay until tk_packed_next() returned 0. */
void tk_packed_push(struct tk_packed *packed, const char *bytes, size_t length);

/** The next bytes of the text that were not read from another file, valid until
 *  the next call, and their number; 0: more must be pushed. The first bytes are
 *  held back until they show whether the file is a copy. */
size_t tk_packed_next(struct tk_packed *packed, const char **out);

/** Nothing is pushed any more: tk_packed_next() gives the rest. */
void tk_packed_end(struct tk_packed *packed);

/** The file is not the copy that its first bytes made it seem: read it again
 *  from its start, without the function. */
bool tk_packed_is_wrong(const struct tk_packed *packed);

/** What is wrong with the data; NULL if nothing is. */
const char *tk_packed_problem(const struct tk_packed *packed);

#endif
