/* Finds places of a text at which one of many grams may stand. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_FILTER_H
#define TK_FILTER_H

#include "dialect/grams.h"

/** Places that are found at once. */
#define TK_FILTER_PLACES 96

#define TK_FILTER_SETS 2
#define TK_FILTER_BITS 14

/** How places are found: with which vector instructions, if any. */
enum tk_filter_way {
	TK_FILTER_PLAIN,
	TK_FILTER_AVX2,
	TK_FILTER_AVX512,
};

struct tk_filter {
	enum tk_filter_way way;
	/** For each four bits of each byte of a gram: the groups that have a
	 *  gram with them there, eight to a set; each table twice, as vector
	 * instructions need it. */
	unsigned char group[TK_FILTER_SETS][TK_GRAM][2][32];
	/** 1 for the hashes of the first three bytes of grams, and of the three
	 *  after the first. */
	unsigned char may[1 << TK_FILTER_BITS];
};

/** False if there is no memory. */
bool tk_filter_build(struct tk_filter *filter, const struct tk_gram *gram,
		     size_t count);

/**
 * Find places from *@p from on, and move it behind them: to @p length if that
 * was all. Every place of a gram is among them, and some that have none,
 * but fewer than TK_GRAM_MIN bytes are behind none.
 *
 * @param plain  set to false if there is a backslash or a control character in
 *               what was looked at, unless that is a tab; perhaps even then
 * @return the number of places, at most TK_FILTER_PLACES
 */
size_t tk_filter_find(const struct tk_filter *filter, const char *text,
		      size_t length, size_t *from, uint32_t *places,
		      bool *plain);

#endif
