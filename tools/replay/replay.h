/* One call under one policy: the production engine in virtual time. */
#ifndef RS_REPLAY_H
#define RS_REPLAY_H

#include "recorded/log.h"
#include "estimate/estimate.h"

/** Attempts of one call that are replayed at most: whatever a policy allows,
 *  no log says anything about more. */
#define RS_ATTEMPTS_MAX 10000

/** What all calls of one policy and operation share. */
struct rs_run {
	const struct rs_log *log;
	const struct rs_operation *operation;
	const struct rs_estimator *estimator;
	const void *world;
	const struct backoff_policy *policy;
	/** That wrote the log; NULL if not known. */
	const struct backoff_policy *logged_policy;
	/** Luck of recorded attempts; see rs_recover_draws(). */
	const uint64_t *draw;
	uint64_t seed;
};

enum rs_known {
	RS_KNOWN_NOT,
	RS_KNOWN_FAILS,
	RS_KNOWN_SUCCEEDS,
};

/** One attempt on a call's path of failures. */
struct rs_step {
	uint64_t start_ns;
	/** When it ends, either way. */
	uint64_t success_ns, failure_ns;
	/** It fails if the draw of its outcome is below. */
	uint64_t fails_below;
	/** The wait after its failure. */
	uint64_t delay_ns;
	enum rs_support support;
	enum rs_known known;
	/** What ends the call if it fails; NONE: another attempt follows. */
	enum backoff_stop stop;
};

/** An attempt that a replayed call makes. */
struct rs_trial {
	/** Index of the call in the trace. */
	size_t call;
	/** From 1. */
	uint32_t number;
	uint32_t replica;
	uint64_t start_ns;
	/** Limit of the attempt; BACKOFF_FOREVER. */
	uint64_t limit_ns;
	/** The wait before it; 0 for the first. */
	uint64_t wait_ns;
};

/**
 * What becomes of an attempt: recorded, or estimated.
 *
 * @param step     set, but for the delay and the stop
 * @param failure  what it reports if it fails
 */
void rs_try(const struct rs_run *run, const struct rs_trial *trial,
	    struct rs_step *step, struct backoff_outcome *failure);

/** The luck of the delay after an attempt. */
uint64_t rs_delay_draw(const struct rs_run *run, size_t call, uint32_t number);

/** End the call where somebody ended the recorded one, if that comes before the
 *  end of the wait that was decided; whether it does. */
bool rs_call_off(const struct rs_run *run, size_t call,
		 struct backoff_state *state,
		 struct backoff_decision *decision);

/** Begin a call as its record says, for the engine. */
void rs_begin(const struct rs_run *run, size_t call, uint64_t now_ns,
	      struct backoff_state *state, struct backoff_decision *decision);

/**
 * The attempts that a call makes as long as they fail. Times and chances do
 * not depend on the luck of a replica, unless the estimator's do: replicas
 * differ only in how far along the path they come.
 */
struct rs_path {
	const struct rs_run *run;
	size_t call;
	uint32_t replica;
	struct backoff_state state;
	struct backoff_decision decision;
	struct rs_step *step;
	size_t count, room;
	bool out_of_memory;
};

/** Begin a call; keeps the memory of the call before. */
void rs_path_begin(struct rs_path *path, const struct rs_run *run, size_t call,
		   uint32_t replica);

/** Step @p index, from 0; NULL if the call is over before, or memory ran
 *  out. */
const struct rs_step *rs_path_step(struct rs_path *path, size_t index);

void rs_path_clear(struct rs_path *path);

/** Whether an attempt that is not known fails in a replica. */
bool rs_step_fails(const struct rs_run *run, const struct rs_step *step,
		   size_t call, uint32_t attempt, uint32_t replica,
		   bool doomed);

/** Whether a call is doomed in a replica. */
bool rs_call_permanent(const struct rs_run *run, size_t call, uint32_t replica);

#endif
