/* Many literals searched at once (A. V. Aho, M. J. Corasick, 1975). */
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

struct tk_needles;

/** NULL if there is no memory. */
struct tk_needles *tk_needles_new(void);
void tk_needles_free(struct tk_needles *needles);

/**
 * Add a literal, before tk_needles_build().
 *
 * @param id  its number; the same one for the same literal
 * @return BACKOFF_OK; BACKOFF_E_LIMIT if there are too many; BACKOFF_E_NOMEM
 */
enum backoff_status tk_needles_add(struct tk_needles *needles, const char *text,
				   size_t length, size_t *id);
/** The bytes of literal @p id that are searched. */
struct tk_piece tk_needles_get(const struct tk_needles *needles, size_t id);
size_t tk_needles_count(const struct tk_needles *needles);

/** After all literals were added. BACKOFF_OK or BACKOFF_E_NOMEM. */
enum backoff_status tk_needles_build(struct tk_needles *needles);

/** Words of a set of literals. */
size_t tk_needles_words(const struct tk_needles *needles);

/** Search a text: adds bit n % 64 of hits[n / 64] for literal n. Returns
 * whether there is any. */
bool tk_needles_scan(const struct tk_needles *needles, const char *text,
		     size_t length, uint64_t *hits);

#endif
