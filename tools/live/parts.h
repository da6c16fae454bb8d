/* Recent counts by name, such as the errors or hosts of an operation. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_PARTS_H
#define RT_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RT_PARTS_MAX 8
#define RT_PART_NAME_MAX 64

/** What may be wrong with a part. */
enum rt_harm {
	/** Attempts fail, successes are slow, calls need a hedge. */
	RT_HARM_FAILED,
	RT_HARM_SLOW,
	RT_HARM_HEDGED,
};
#define RT_HARM_COUNT (RT_HARM_HEDGED + 1)

/** How often something was tried, and came to harm. */
struct rt_share {
	float tries, failed;
};

struct rt_part {
	char name[RT_PART_NAME_MAX];
	/** Decayed counts as of a second. */
	uint64_t as_of_s;
	/** The newest second in which it was counted. */
	uint64_t seen_s;
	/** By how much its lines came late at most: in a period, which is
	 *  numbered, and in the one before it. */
	uint16_t late_s, late_before_s;
	uint32_t late_period;
	struct rt_share harm[RT_HARM_COUNT];
};

/** Zero is empty. A name with many failures survives a stream of others. */
struct rt_parts {
	struct rt_part part[RT_PARTS_MAX];
	size_t count;
	/** What happened to those that had to make room; it has no name. */
	struct rt_part rest;
	/** All of it, without a name, too. */
	struct rt_part all;
	/** Counts are halved in this time; 0: in 20 s. */
	float half_life_s;
	/** The part that was found last. */
	uint32_t last;
};

/** Count what happened in a second. With NULL or "", all of it counts it. */
void rt_parts_add(struct rt_parts *parts, const char *name, uint64_t second,
		  const struct rt_share harm[RT_HARM_COUNT]);

/** Note by how much a line about a name came late. */
void rt_parts_late(struct rt_parts *parts, const char *name, uint64_t second,
		   uint64_t late_s);

/** Up to which second all lines have come of those parts that have much of the
 *  harm; of those that are late as usual, more will come. */
uint64_t rt_parts_complete_s(const struct rt_parts *parts, enum rt_harm harm,
			     uint64_t newest_s);

/** Bring all counts to the same second. */
void rt_parts_settle(struct rt_parts *parts, uint64_t second);

/** Names that were seen of late, for settled counts. */
size_t rt_parts_live(const struct rt_parts *parts);

/** Whether there are more than RT_PARTS_MAX names of late, for settled counts.
 */
bool rt_parts_more(const struct rt_parts *parts);

/** The part with the most failures; NULL if there are none. */
const struct rt_part *rt_parts_worst(const struct rt_parts *parts);

/** The part that alone comes to more harm than the usual share, if one does,
 *  for settled counts: others were tried since then, so often that they would
 *  show it if they failed as it does. Its own retries may be most of the
 *  attempts. Else NULL. */
const struct rt_part *rt_parts_only(const struct rt_parts *parts,
				    enum rt_harm harm, double usual,
				    uint64_t since_s);

#endif
