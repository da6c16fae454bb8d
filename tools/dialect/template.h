/* Templates: a message with named holes, searched in the text of a line. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_TEMPLATE_H
#define TK_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

#include "dialect/hole.h"

struct tk_template;

/**
 * Literals and holes: {name} or {name:kind}; "{{" is a brace.
 *
 * @param error  its text is set
 * @return BACKOFF_OK; BACKOFF_E_VALUE; BACKOFF_E_LIMIT; BACKOFF_E_NOMEM
 */
enum backoff_status tk_template_parse(const char *text,
				      struct tk_template **out,
				      struct backoff_error *error);
void tk_template_free(struct tk_template *pattern);

size_t tk_template_hole_count(const struct tk_template *pattern);
/** "_" for a hole that is not kept. */
const char *tk_template_hole(const struct tk_template *pattern, size_t i);

size_t tk_template_literal_count(const struct tk_template *pattern);
/** The literals that are not empty. */
struct tk_piece tk_template_literal(const struct tk_template *pattern,
				    size_t i);

/**
 * Search a text. Literals are found as early as possible, with two exceptions:
 * the last literal, if the template ends with it, as late as possible; and so
 * is all of a template that begins with a hole.
 */
enum tk_match tk_template_match(const struct tk_template *pattern,
				const char *text, size_t length,
				struct tk_holes *out);

#endif
