/* Lines that shippers of logs wrote into a member of their own ones. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_SHIPPED_H
#define TK_SHIPPED_H

#include <stdbool.h>
#include <stddef.h>

#include "dialect/view.h"
#include "envelope/envelope.h"
#include "unwrap/unwrap.h"

/** A shipper may have read what another one wrote, this often. */
#define TK_SHIPPED_DEPTH 3

/** What lines are taken out into, by depth; they live until the next line. */
struct tk_shipped {
	struct tk_unwrap *unwrap[TK_SHIPPED_DEPTH];
	char *text[TK_SHIPPED_DEPTH];
	size_t size[TK_SHIPPED_DEPTH];
};

/** False if there is no memory. */
bool tk_shipped_init(struct tk_shipped *shipped);
void tk_shipped_clear(struct tk_shipped *shipped);

/** Set how times without a year or zone are read. */
void tk_shipped_clock(struct tk_shipped *shipped, int32_t zone_s,
		      uint64_t now_ns);

/**
 * Take out the line that is the message of an object: itself an object, or text
 * that begins as lines do. What it does not say, as its time, is that of the
 * line around it.
 *
 * @return TK_GOT; TK_GOT_ABSENT: the message is none; TK_GOT_NO_MEMORY
 */
enum tk_got tk_shipped_open(struct tk_shipped *shipped, size_t depth,
			    struct tk_envelope *envelope,
			    const struct tk_payload *around,
			    struct tk_payload *out);

/** The path of the lines that one object holds as objects of an array, as
 *  exports do; NULL if it is none. */
const char *tk_shipped_batch(const char *text, size_t length);

#endif
