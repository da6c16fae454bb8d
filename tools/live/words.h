/* Words for people for why calls end without success: the same on each page. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_WORDS_H
#define RT_WORDS_H

/** A limit other than those below, most often that of attempts. */
#define RT_SAY_USED_UP "used up"
/** A breaker refused the call, or its next attempt. */
#define RT_SAY_BREAKER "breaker open"
/** There was no retry budget left. */
#define RT_SAY_BUDGET "budget empty"
#define RT_SAY_DEADLINE "deadline"
/** The server asked to wait longer than the policy does, or forbade retries. */
#define RT_SAY_HINT "throttled"
/** A retry would be wrong. */
#define RT_SAY_ABORTED "aborted"

#endif
