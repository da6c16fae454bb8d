/* Recent counts by operation, target, policy, host, service and error at once,
 * which are grouped when they are looked at. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_CUBE_H
#define RT_CUBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

#include "base/table.h"
#include "live/coarse.h"
#include "live/counts.h"
#include "live/sparse.h"
#include "live/took.h"

/* X(member, name, heading). What rows can be grouped by. */
#define RT_GROUPS(X)                                                           \
	X(OPERATION, "operation", "OPERATION")                                 \
	X(TARGET, "target", "TARGET")                                          \
	X(POLICY, "policy", "POLICY")                                          \
	X(HOST, "host", "HOST")                                                \
	X(SERVICE, "service", "SERVICE")                                       \
	X(ERROR, "error", "ERROR")

#define RT_GROUP_MEMBER(member, name, heading) RT_GROUP_##member,

enum rt_group { RT_GROUPS(RT_GROUP_MEMBER) RT_GROUP_COUNT };

/** Names on the command line, in the order of the enum. */
#define RT_GROUP_WORD(member, name, heading) " " name
#define RT_GROUP_NAMES (&(RT_GROUPS(RT_GROUP_WORD))[1])

const char *rt_group_name(enum rt_group group);
const char *rt_group_heading(enum rt_group group);

/** What a group without a name is called. */
#define RT_GROUP_NONE "(none)"

/** Those without events in the history make room for new ones; if there is
 * none, further combinations are counted together, as "(other)". */
#define RT_CELLS_MAX 2000
/** Different names of all kinds, and of errors: also of the history. */
#define RT_CUBE_NAMES_MAX 4000
#define RT_CUBE_ERRORS_MAX 128

struct rt_cube_cell {
	uint64_t hash;
	/** What it is forgotten with. */
	const void *owner;
	/** Places among the names; success has no error. */
	uint16_t name[RT_GROUP_COUNT];
	/** That of the hash of its policy. */
	uint16_t hash_name;
	bool knows_calls;
	/** Not all of its names had room. */
	bool unnamed;
	/** As in the operation; 0: not known. */
	uint64_t max_attempts;
	/** The last message of its error, of RT_TEXT_MAX bytes; NULL: none. */
	char *text;
	/** RT_COUNTS_COUNT a second, and a step. */
	struct rt_sparse recent;
	struct rt_coarse coarse;
	/** Durations of attempts that succeeded, and of their calls. */
	struct rt_took tries, calls;
};

/** Zero is empty. Place 0 of the names is "". Names do not live longer than
 * their cells. */
struct rt_cube {
	struct rt_cube_cell *cell;
	size_t count, room;
	struct bo_table cells;
	char **name;
	size_t names, names_room, errors;
	struct bo_table by_name;
	/** The last time at which cells without events made room. */
	uint64_t swept;
	/** Events that are counted as "(other)", although they have names. */
	uint64_t ungrouped;
};

/** What is counted. */
struct rt_cube_event {
	const struct backoff_event *event;
	const char *operation;
	const void *owner;
	bool knows_calls;
	/** 0: not known. */
	uint64_t max_attempts;
	/** Attempts that the event stands for. */
	uint32_t attempts;
	uint64_t second;
	/** It is counted again, where the last steps were forgotten. */
	bool again;
	/** RT_COUNTS_COUNT numbers, and rt_ring_some() of them. */
	const uint32_t *add;
	uint32_t some;
	/** A hash of the operation. */
	uint64_t operation_hash;
};

void rt_cube_clear(struct rt_cube *cube);

/** False if there is no memory. */
bool rt_cube_add(struct rt_cube *cube, const struct rt_cube_event *what);

/** Forget the recent counts of an owner, and those of the past after
 *  @p newest_s. */
void rt_cube_forget(struct rt_cube *cube, const void *owner, uint64_t newest_s);

/** The second of its newest event; 0: none. */
uint64_t rt_cube_seen_s(const struct rt_cube_cell *cell);

/** Counts of the same seconds as rt_operation_sum(). */
void rt_cube_sum(const struct rt_cube_cell *cell, uint64_t end_s,
		 uint64_t length_s, struct rt_counts *out);

#endif
