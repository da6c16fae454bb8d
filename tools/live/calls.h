/* Recent calls that ended, put together from the record. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_CALLS_H
#define RT_CALLS_H

#include "live/focus.h"
#include "live/parts.h"
#include "live/record.h"
#include "live/words.h"

/* X(member, words): what became of a call. */
#define RT_FATES(X)                                                            \
	X(FIRST_TRY, "first try OK")                                           \
	X(RECOVERED, "recovered")                                              \
	X(USED_UP, RT_SAY_USED_UP)                                             \
	X(BREAKER, RT_SAY_BREAKER)                                             \
	X(BUDGET, RT_SAY_BUDGET)                                               \
	X(DEADLINE, RT_SAY_DEADLINE)                                           \
	X(HINT, RT_SAY_HINT)                                                   \
	X(REFUSED, RT_SAY_ABORTED)

#define RT_FATE_MEMBER(member, words) RT_FATE_##member,

enum rt_fate { RT_FATES(RT_FATE_MEMBER) RT_FATE_COUNT };

/** What became of the call that an event ended. */
enum rt_fate rt_fate_of(const struct rt_past *past);
const char *rt_fate_name(enum rt_fate fate);

/** Whether a call is over with this event. */
bool rt_past_ends(const struct rt_past *past);
/** Whether its attempt failed; a hedge that lost did not. */
bool rt_past_failed(const struct rt_past *past);
/** Whether its attempt was made: a breaker may have refused the call. */
bool rt_past_was_made(const struct rt_past *past);
/** Whether it is not an attempt, but ended a call after one. */
bool rt_past_closes(const struct rt_past *past);
/** Attempts of the call that it ended. */
uint64_t rt_past_attempts(const struct rt_past *past);

/* X(member, words): which calls are listed. */
#define RT_WHICH(X)                                                            \
	X(FAILED, "failed")                                                    \
	X(ALL, "all")                                                          \
	X(SLOW, "slow")                                                        \
	X(RECOVERED, "recovered")

#define RT_WHICH_MEMBER(member, words) RT_WHICH_##member,

enum rt_which { RT_WHICH(RT_WHICH_MEMBER) RT_WHICH_COUNT };

const char *rt_which_name(enum rt_which which);

#define RT_CALL_ID_MAX 65
#define RT_CALL_ERRORS_MAX 120

struct rt_call {
	/** Place of its last event in the record. */
	uint64_t at;
	uint32_t operation;
	uint64_t end_ns;
	/** BACKOFF_ABSENT if not known. */
	uint64_t duration_ns;
	uint64_t attempts;
	enum rt_fate fate;
	enum backoff_stop stop;
	/** Older calls of the operation, which a breaker refused at once, too:
	 *  they are not listed. */
	size_t folded;
	char id[RT_CALL_ID_MAX];
	char host[RT_PART_NAME_MAX];
	/** "http:503, errno:ECONNREFUSED x3"; the text of the last one. */
	char errors[RT_CALL_ERRORS_MAX];
	char text[RT_CALL_ERRORS_MAX];
};

/** Calls that are listed at most. */
#define RT_CALLS_MAX 100

struct rt_calls {
	/** Those that ended last first, in whatever order they were read. */
	struct rt_call call[RT_CALLS_MAX];
	size_t count;
	/** There are more of them. */
	bool more;
};

/** Whether a call that ended so is wanted. */
typedef bool (*rt_wanted_fn)(const void *user, const struct rt_past *past);

/** Find the last failed calls up to a place of the record; without @p wanted,
 *  all are. */
void rt_calls_failed(struct rt_calls *calls, const struct rt_record *record,
		     uint64_t until, rt_wanted_fn wanted, const void *user);

/** Find the last calls of a page up to a place of the record and a time; those
 *  of SLOW succeeded after @p slow_ns, 0: not known. */
void rt_calls_of(struct rt_calls *calls, const struct rt_record *record,
		 uint64_t until, uint64_t until_ns,
		 const struct rt_focus *focus, enum rt_which which,
		 uint64_t slow_ns);

/** Attempts of a call that are shown at most, the last ones. */
#define RT_ATTEMPTS_MAX 64

/** Find the events of the call whose last event is at a place, the oldest
 *  first; returns their number. */
size_t rt_call_events(const struct rt_record *record, uint64_t at,
		      struct rt_past out[RT_ATTEMPTS_MAX]);

/** When an attempt began; its end, if its duration is not known. */
uint64_t rt_past_begin_ns(const struct rt_past *past);

/** Calls next to one that are found at most. */
#define RT_CHILDREN_MAX 16

/** Find the calls that a call made, by their ids for parents; the oldest first.
 *  Returns their number. */
size_t rt_call_children(const struct rt_record *record, const char *id,
			uint64_t until, uint64_t at[RT_CHILDREN_MAX]);

/** The place of the last event of the call with an id; 0: none. */
uint64_t rt_call_find(const struct rt_record *record, const char *id,
		      uint64_t until);

#endif
