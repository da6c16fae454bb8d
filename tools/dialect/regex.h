/* Regular expressions with named groups, within bounds of time and memory. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_REGEX_H
#define TK_REGEX_H

#include <backoff.h>

#include "dialect/hole.h"

struct tk_regex;

/**
 * Compile an expression as PCRE2 reads it.
 *
 * @param error  its text is set
 * @return BACKOFF_OK; BACKOFF_E_VALUE, also if it matches an empty text;
 *         BACKOFF_E_LIMIT; BACKOFF_E_NOMEM
 */
enum backoff_status tk_regex_parse(const char *text, struct tk_regex **out,
				   struct backoff_error *error);
void tk_regex_free(struct tk_regex *regex);

/** The named groups. */
size_t tk_regex_hole_count(const struct tk_regex *regex);
const char *tk_regex_hole(const struct tk_regex *regex, size_t i);

/** A literal that each match has; length 0 if none was found. */
struct tk_piece tk_regex_literal(const struct tk_regex *regex);

enum tk_match tk_regex_match(struct tk_regex *regex, const char *text,
			     size_t length, struct tk_holes *out);

#endif
