/* Verdicts that have ended, and those of an earlier time. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_SAID_H
#define RT_SAID_H

#include "live/verdict.h"

/** Verdicts that are kept, of now and of the last two hours. */
#define RT_SAID_MAX 64
#define RT_SAID_S 7200

struct rt_said_verdict {
	/** As it was at its worst. */
	struct rt_verdict verdict;
	/** Its last second; 0: it goes on. */
	uint64_t until_s;
	/** When it was last said. */
	uint64_t said_s;
	/** Targets are forgotten after an hour. */
	char target[RT_PART_NAME_MAX];
};

/** Zero has none. */
struct rt_said {
	/** In the order in which they were first said. */
	struct rt_said_verdict item[RT_SAID_MAX];
	size_t count;
	/** The second from which on it is looked again. */
	uint64_t next_s;
	struct rt_verdicts now;
};

/** Note the verdicts at the newest event, if that is not soon after the last
 *  time. False if there is no memory. */
bool rt_said_look(struct rt_said *said, struct rt_window *window);

/** Note the verdicts of now. */
void rt_said_note(struct rt_said *said, const struct rt_verdicts *now,
		  const struct rt_window *window);

/** The verdicts of a second, the worst first; names live as long as @p said is
 *  not changed. */
void rt_said_at(const struct rt_said *said, uint64_t second,
		struct rt_verdicts *out);

/** The next one that has ended, the last to end first: after @p after, NULL:
 *  the first. NULL if there is none. */
const struct rt_said_verdict *
rt_said_ended(const struct rt_said *said, const struct rt_said_verdict *after);

#endif
