/* Filters of events by terms, and of rows by text. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_FILTER_H
#define RT_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "live/cube.h"

/** A filter as typed, its end included. */
#define RT_FILTER_MAX 128
#define RT_FILTER_TERMS_MAX 8

struct rt_filter_term {
	enum rt_group group;
	/** A pattern of the shell; "" matches everything. */
	char pattern[RT_FILTER_MAX];
};

/** Zero lets everything pass. */
struct rt_filter {
	struct rt_filter_term term[RT_FILTER_TERMS_MAX];
	size_t terms;
	/** What is not a term; "" if there is nothing else. */
	char text[RT_FILTER_MAX];
	/** Place of the first problem, from 1; 0: there is none. */
	size_t column;
};

/**
 * Read a filter: terms such as op=PATTERN, all of which are required, and other
 * words, which are one text. Blanks are kept between quotes.
 *
 * @param problem  what is wrong with a term, "" if nothing is; the wrong term
 * is left out of @p out
 * @return whether nothing is wrong
 */
bool rt_filter_parse(const char *text, struct rt_filter *out, char *problem,
		     size_t size);

/**
 * What is wrong with a pattern that fnmatch() would take for plain characters.
 *
 * @param at  the index of the wrong character
 * @return NULL: nothing is
 */
const char *rt_pattern_problem(const char *pattern, size_t *at);

/** Whether there are terms about anything else. */
bool rt_filter_has_others(const struct rt_filter *filter);

/** Whether a term looks at that. */
bool rt_filter_has(const struct rt_filter *filter, enum rt_group group);

/** Whether all terms match the names of a cell. */
bool rt_filter_takes_cell(const struct rt_filter *filter,
			  const struct rt_cube *cube,
			  const struct rt_cube_cell *cell);

/** Whether all terms about that match a name. */
bool rt_filter_takes(const struct rt_filter *filter, enum rt_group group,
		     const char *name);

#endif
