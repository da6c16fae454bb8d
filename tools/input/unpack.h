/* Unpacks gzip and zstd from pushed bytes, in bounded memory. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_UNPACK_H
#define TK_UNPACK_H

#include <stdbool.h>
#include <stddef.h>

/** Bytes that are enough to know whether an input is packed. */
#define TK_PACKING_BYTES 4

enum tk_packing {
	TK_PACKING_NONE,
	TK_PACKING_GZIP,
	TK_PACKING_ZSTD,
};

/** How an input is packed that begins with these bytes. */
enum tk_packing tk_packing_of(const char *bytes, size_t length);

/** Whether more bytes may show that such an input is packed after all. */
bool tk_packing_may_follow(const char *bytes, size_t length);

/** One packed input: members of gzip, or frames of zstd, one after the other.
 */
struct tk_unpack;

/** NULL if there is no memory. */
struct tk_unpack *tk_unpack_new(enum tk_packing packing);
void tk_unpack_free(struct tk_unpack *unpack);

/** Offer more bytes; they must stay until tk_unpack_next() returned 0. */
void tk_unpack_push(struct tk_unpack *unpack, const char *bytes, size_t length);

/** The next unpacked bytes, valid until the next call, and their number; 0: all
 *  that was pushed is unpacked, or there is a problem. */
size_t tk_unpack_next(struct tk_unpack *unpack, const char **out);

/** Whether the bytes so far end in the middle of a member or frame. */
bool tk_unpack_is_inside(const struct tk_unpack *unpack);

/** What is wrong with the bytes so far; NULL if nothing is. Later ones are
 *  ignored. */
const char *tk_unpack_problem(const struct tk_unpack *unpack);

/** The same if the input ends here, perhaps in the middle. */
const char *tk_unpack_problem_at_end(struct tk_unpack *unpack);

/** Whether the problem is that there is no memory. */
bool tk_unpack_no_memory(const struct tk_unpack *unpack);

#endif
