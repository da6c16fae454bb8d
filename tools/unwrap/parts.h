/* Joins lines that came in parts, in bounded memory. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_PARTS_H
#define TK_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

/** Lines that can be incomplete at the same time; the one that was added to
 *  least recently gives way. Each may have TK_LINE_MAX bytes. */
#define TK_PARTS_MAX 64

/** What parts of one line have in common. */
struct tk_part_key {
	size_t input;
	/** Kind of wrapper, and stream. */
	unsigned kind;
};

struct tk_parts {
	struct tk_incomplete {
		struct tk_part_key key;
		/** Zero: not used. */
		uint64_t turn;
		char *bytes;
		size_t length, size;
		bool oversize;
	} line[TK_PARTS_MAX];
	uint64_t turn;
	/** Lines that are incomplete now. */
	size_t count;
};

void tk_parts_clear(struct tk_parts *parts);

bool tk_parts_has(const struct tk_parts *parts, size_t input);

/** Keep a part. BACKOFF_OK; BACKOFF_E_NOMEM, and the line is forgotten. */
enum backoff_status tk_parts_add(struct tk_parts *parts, struct tk_part_key key,
				 const char *text, size_t length);

/**
 * Complete a line with its last part.
 *
 * @param out  the joined line, until the next call; unchanged if there was no
 *             earlier part
 * @return BACKOFF_OK; BACKOFF_E_NOT_FOUND: the part is the whole line;
 *         BACKOFF_E_LIMIT: the joined line is too long; BACKOFF_E_NOMEM
 */
enum backoff_status tk_parts_end(struct tk_parts *parts, struct tk_part_key key,
				 const char *text, size_t length, char **out,
				 size_t *out_length);

#endif
