/* The fate of a call: whatever makes its attempts fail besides the state of the
 * target. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_FATES_H
#define RS_FATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "estimate/bins.h"
#include "estimate/chance.h"

/** No fate; every attempt fails; each attempt fails with a probability; every
 *  attempt fails until the trouble clears. */
#define RS_FATE_NONE 0
#define RS_FATE_PERMANENT 1
#define RS_FATE_OFTEN 2
#define RS_FATE_OFTEN_COUNT 7
#define RS_FATE_CLEARS (RS_FATE_OFTEN + RS_FATE_OFTEN_COUNT)
#define RS_FATE_CLEARS_COUNT 6
#define RS_FATES (RS_FATE_CLEARS + RS_FATE_CLEARS_COUNT)

/** Assumptions about the fates that occur in an operation. PERMANENT and those
 *  after it include permanent failures; under EXTREME there are as many as the
 *  target has failures in its usual state. */
enum rs_family {
	RS_FAMILY_NONE,
	RS_FAMILY_PERMANENT,
	RS_FAMILY_OFTEN,
	RS_FAMILY_CLEARS,
	RS_FAMILY_EXTREME,
	/** Any fate, of calls whose first attempt the target made fail, and of
	 *  no others: see rs_stuck_find(). */
	RS_FAMILY_STUCK,
	/** All fates: only to compare OFTEN with CLEARS. */
	RS_FAMILY_ANY,
	RS_FAMILY_COUNT
};

/** Whether a fate occurs under an assumption. */
bool rs_family_has(enum rs_family family, size_t fate);

/** Whether a call either has no fate or fails permanently. */
static inline bool
rs_family_is_plain(enum rs_family family)
{
	return family == RS_FAMILY_PERMANENT || family == RS_FAMILY_EXTREME;
}

/** Error types of an operation; further ones count as the last. */
#define RS_TYPES 24
/** What a target's failures are depends on how bad its state is: the sets of
 *  types are of states up to 5, 15 and 50 % failures, and of worse ones. With a
 *  boundary at 10 % only, a failure rate that wanders across it, of another
 * type than outages are, looks like fates. */
#define RS_TYPE_SETS 4

/** The set of types of a state that makes attempts fail with a probability. */
static inline size_t
rs_type_set(double fails)
{
	return (size_t)(fails > 0.05) + (fails > 0.15) + (fails > 0.5);
}

/** Among the failures near a failure, on the same target and of other calls,
 * how many have its type. */
struct rs_around {
	uint8_t count, alike;
	/** The type says that a retry cannot help: then others of its type are
	 *  those of calls just as well, unless the target is in trouble. */
	bool final;
};

/** Attempts of a suspect that are looked at. */
#define RS_SUSPECT_ATTEMPTS 64

/** Calls that may have a fate: those with a recorded failure. */
struct rs_suspects {
	const struct rs_log *log;
	const struct rs_bins *bins;
	/** Index of the call, in order of calls; whether one of its attempts
	 *  succeeded, so that it does not fail permanently. */
	uint32_t *call;
	bool *succeeded;
	size_t count;
	/** By operation: its suspects are [first, next first); its other
	 *  calls; its error types. */
	size_t *first;
	double *others;
	/** By operation: suspects whose attempts all failed. */
	double *all_failed;
	tk_string (*type)[RS_TYPES];
	/** By operation: whether the class of failures of a type says that a
	 *  retry cannot help. */
	bool (*final)[RS_TYPES];
	uint8_t *type_count;
	/** By attempt: index of its error type in the operation. */
	uint8_t *type_of;
	/** By attempt that failed. */
	struct rs_around *around;
	/** By operation: the longest time from the first attempt of a call to
	 *  its last. */
	uint64_t *longest_ns;
	/** By operation: calls that were tried again. */
	uint64_t *retried;
	/** By suspect, and their number by operation: see rs_lone_find(). */
	bool *lone;
	uint64_t *lone_calls;
};

/** BACKOFF_OK or BACKOFF_E_NOMEM. Log and bins must outlive it. */
enum backoff_status rs_suspects_init(struct rs_suspects *suspects,
				     const struct rs_log *log,
				     const struct rs_bins *bins);
void rs_suspects_clear(struct rs_suspects *suspects);

/** Its number among suspects, or SIZE_MAX. */
size_t rs_suspects_find(const struct rs_suspects *suspects, size_t call);

/** The fates of one operation's calls. */
struct rs_mix {
	enum rs_family family;
	/** Share of calls by fate. */
	double share[RS_FATES];
	/** Probability of each error type of a failure that the target causes,
	 *  by set, and of one that the fate does. */
	double of_target[RS_TYPE_SETS][RS_TYPES], of_fate[RS_TYPES];
};

/** Start with a guess: half of the calls whose attempts all failed are
 *  permanent failures. */
void rs_mix_init(struct rs_mix *mix, const struct rs_suspects *suspects,
		 size_t operation, enum rs_family family);

/** Share of calls that fail only if the target makes them. */
double rs_mix_live(const struct rs_mix *mix);

/** The attempts of a suspect, given the states of its target. */
struct rs_tries {
	size_t count;
	/** The first one failed whatever the fate, which began with it. */
	bool given;
	/** Seconds since the first attempt of the call. */
	double elapsed[RS_SUSPECT_ATTEMPTS];
	/** Probability that the target makes it fail; 1 if the log holds the
	 *  attempt only because it failed. */
	double fails[RS_SUSPECT_ATTEMPTS];
	uint8_t type[RS_SUSPECT_ATTEMPTS];
	struct rs_around around[RS_SUSPECT_ATTEMPTS];
	bool succeeded[RS_SUSPECT_ATTEMPTS];
	/** Its bin and slot, in @ref rs_chain.failed. */
	size_t cell[RS_SUSPECT_ATTEMPTS];
};

/** Probability of a suspect's attempts under a fate. */
double rs_fate_likelihood(const struct rs_mix *mix,
			  const struct rs_tries *tries, size_t fate);

/** Draw when the trouble of a suspect clears: seconds since its first
 *  attempt. */
double rs_fate_draw_end(const struct rs_mix *mix, const struct rs_tries *tries,
			size_t fate, struct rs_chance *chance);

/** Probability that a fate makes an attempt fail; @p end_seconds is when
 *  trouble clears. */
double rs_fate_fails(size_t fate, double end_seconds, double elapsed_seconds);

/** Probability that a call with a fate has no failure, if the target makes
 *  none. */
double rs_fate_clean(size_t fate);

/** Probability of the type of a failure that the target causes. */
double rs_mix_type(const struct rs_mix *mix, double fails, uint8_t type,
		   struct rs_around around);

/** What the fates of an operation's calls show. */
struct rs_mix_counts {
	double fate[RS_FATES];
	/** The logarithm of the probability of the target's types, as far as
	 *  failures around them explain it. */
	double types;
	double of_target[RS_TYPE_SETS][RS_TYPES], of_fate[RS_TYPES];
};

/** Count a failure that the target caused. */
void rs_mix_count_type(const struct rs_mix *mix, double fails, uint8_t type,
		       struct rs_around around, struct rs_mix_counts *counts);

/** The logarithm of the probability of fates and types, without their
 *  attempts. */
double rs_mix_score(const struct rs_mix *mix,
		    const struct rs_suspects *suspects, size_t operation,
		    const struct rs_mix_counts *counts);

/** Draw a mix given the fates. */
void rs_mix_draw(struct rs_mix *mix, const struct rs_suspects *suspects,
		 size_t operation, struct rs_mix_counts *counts,
		 struct rs_chance *chance);

#endif
