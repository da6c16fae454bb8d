/* Holes of templates and groups of regular expressions: what they may hold, and
 * what a match put into them. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_HOLE_H
#define TK_HOLE_H

#include <stddef.h>

#include "unwrap/unwrap.h"

/** Holes of one template, and named groups of one regex. */
#define TK_HOLES_MAX 32
/** Longer names of holes are refused. */
#define TK_HOLE_NAME_MAX 63

/** What a hole may hold. */
enum tk_hole_kind {
	/** Anything up to the next literal, or the end. */
	TK_HOLE_UNTIL,
	/** No space. */
	TK_HOLE_WORD,
	/** Digits, after a sign or not. */
	TK_HOLE_INT,
	TK_HOLE_NUMBER,
	/** Letters, digits and _. */
	TK_HOLE_NAME,
	/** Those, and . $ / -. */
	TK_HOLE_DOTTED,
	/** No comma. */
	TK_HOLE_CSV,
	/** No space and no quote; '?' and what follows is left out. */
	TK_HOLE_PATH,
	/** 1st, 2nd: the number is kept. */
	TK_HOLE_ORDINAL,
	/** Words with ", " or " : " between them. */
	TK_HOLE_LIST,
	/** As tk_duration_parse() reads it. */
	TK_HOLE_DURATION,
};

/** The holes of a match, by their number; at NULL if it is not set. */
struct tk_holes {
	struct tk_piece piece[TK_HOLES_MAX];
	/** Literals that matched one after the other, at most, and the byte
	 *  behind the last of them: how near a miss was. */
	size_t literals, reached;
	/** The byte where the match begins; in a template that begins with a
	 *  hole for anything, where its first literal is. */
	size_t begin;
};

enum tk_match {
	TK_MATCH_NONE,
	TK_MATCH,
	/** It needed too much time, and was stopped. */
	TK_MATCH_STOPPED,
};

#endif
