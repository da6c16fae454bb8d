/* Many literals searched at once. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_NEEDLES_H
#define TK_NEEDLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

#include "unwrap/unwrap.h"

/** Bytes of a literal that are searched; the rest does not matter. */
#define TK_NEEDLE_MAX 16
/** Shorter literals cannot be searched. */
#define TK_NEEDLE_MIN 3
/** Literals that are this long are rare enough. */
#define TK_NEEDLE_LONG 6

/** How frequent a byte is in logs, roughly: from 1, for a rare one, to
 *  TK_FREQUENCY_MAX. */
unsigned tk_needle_frequency(char byte);
#define TK_FREQUENCY_MAX 64

struct tk_needles;

/** NULL if there is no memory. */
struct tk_needles *tk_needles_new(void);
void tk_needles_free(struct tk_needles *needles);

/**
 * Add a literal, before tk_needles_build().
 *
 * @param length  TK_NEEDLE_MIN or more
 * @param id      its number, from 0; the same one for the same literal
 * @return BACKOFF_OK; BACKOFF_E_LIMIT if there are too many; BACKOFF_E_NOMEM
 */
enum backoff_status tk_needles_add(struct tk_needles *needles, const char *text,
				   size_t length, size_t *id);
/** The bytes of literal @p id that are searched. */
struct tk_piece tk_needles_get(const struct tk_needles *needles, size_t id);
size_t tk_needles_count(const struct tk_needles *needles);

/** After all literals were added; the first @p leading of them are searched
 *  alone. BACKOFF_OK or BACKOFF_E_NOMEM. */
enum backoff_status tk_needles_build(struct tk_needles *needles,
				     size_t leading);

/** Search a text for the leading literals: adds bit n % 64 of hits[n / 64] for
 *  literal n. Sets @p plain to whether the text has neither a backslash nor a
 *  control character, or perhaps only tabs. Returns whether there is any. */
bool tk_needles_scan_leading(const struct tk_needles *needles, const char *text,
			     size_t length, uint64_t *hits, bool *plain);
/** The same for all others. */
bool tk_needles_scan_rest(const struct tk_needles *needles, const char *text,
			  size_t length, uint64_t *hits);
/** Search as on a lesser processor, in the end without vector instructions;
 *  false if it does already. For tests. */
bool tk_needles_slow_down(struct tk_needles *needles);

#endif
