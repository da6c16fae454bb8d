/* An operation or a target under judgement: its seconds, and its detectors. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_SUBJECT_H
#define RT_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include <backoff.h>

#include "live/blame.h"
#include "live/kept.h"
#include "live/onset.h"
#include "live/pace.h"
#include "live/parts.h"
#include "live/tallies.h"

/** Seconds that are kept: lines that come later than this are not judged. */
#define RT_SUBJECT_S RT_TALLIES_S
/** Seconds between states that are kept, to judge again what late lines
 *  change; a divisor of the above. */
#define RT_KEPT_S 64

/** Zero is a subject without events. */
struct rt_subject {
	/** Seconds: of the first event, the next to judge, and the earliest
	 *  that changed since it was judged. */
	uint64_t first_s, next_s, dirty_s;
	/** Seconds that the log covers before the first event. */
	uint64_t quiet_s;
	/** By how much its lines lag behind the newest of all. */
	uint64_t late_s;
	/** Whether its successes are known. */
	bool knows_calls;
	/** The seconds whose incidents are not its own. */
	uint64_t absolved_from_s, absolved_to_s;
	/** A target: operations that fail with it share its incident. */
	bool is_shared;
	/** Whether it was failing when it was last judged. */
	bool fails;
	struct rt_onset onset[RT_DETECTOR_COUNT];
	struct rt_kept kept[RT_SUBJECT_S / RT_KEPT_S];
	struct rt_tallies tallies;
	struct rt_pace pace;
	struct rt_blame errors;
	/** Its targets, or the operations of a target. */
	struct rt_parts ends;
	struct rt_parts hosts, policies, services;
};

/** An event, and the time it is counted at. */
struct rt_sign {
	const struct backoff_event *event;
	/** Its policy as rt_side_name() says. */
	const char *policy;
	/** Attempts that the event stands for. */
	uint32_t attempts;
	bool knows_calls;
	/** The subject is the event's target. */
	bool is_target;
	/** Its second, the first of the log, and the newest so far. */
	uint64_t second, log_first_s, log_newest_s;
};

/** Make it a subject without events. */
void rt_subject_clear(struct rt_subject *subject);

/** Copy a subject into an empty one; false, and it stays empty, if there is no
 *  memory. */
bool rt_subject_copy(struct rt_subject *to, const struct rt_subject *from);

/** False if there is no memory. */
bool rt_subject_add(struct rt_subject *subject, const struct rt_sign *sign);

/** Its newest second. */
static inline uint64_t
rt_subject_head_s(const struct rt_subject *subject)
{
	return subject->tallies.head_s;
}

/** Judge all seconds up to @p end_s, of which the newest may not be over. */
void rt_subject_judge(struct rt_subject *subject, uint64_t end_s);

/** Its incidents end now. */
void rt_subject_end(struct rt_subject *subject);

/** Its incidents were none, also where late lines make it go back. */
void rt_subject_absolve(struct rt_subject *subject);

/** Sum of the seconds (end_s - length_s, end_s]. */
void rt_subject_sum(const struct rt_subject *subject, uint64_t end_s,
		    uint64_t length_s, struct rt_tally *out);

/** How a detector of the subject judges. */
const struct rt_onset_how *rt_subject_how(const struct rt_subject *subject,
					  enum rt_detector detector);

#endif
