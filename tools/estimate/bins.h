/* The evidence about each target in order of time, pooled into bins. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_BINS_H
#define RS_BINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recorded/log.h"

/** Attempts in a bin with only successes or only failures, and units of
 *  expected attempts; attempts in a bin with both. */
#define RS_BIN_PURE 64
#define RS_BIN_MIXED 16
/** Attempts that say nothing about a target are in no bin. */
#define RS_BIN_NONE UINT32_MAX
/** Lengths of time in classes, eight to an octave: 0 is below a microsecond,
 *  and the last one is above half an hour. */
#define RS_LENGTHS 249
/** Operations of a target that are told apart; the last slot has any others. */
#define RS_SLOTS 8

/** Attempts on one target, during which its state is taken to be constant. An
 *  empty bin only divides a long silence. */
struct rs_bin {
	/** First and last attempt. */
	uint64_t first_ns, last_ns;
	uint16_t succeeded, failed;
	/** If only failures are logged: expected first attempts, in units of
	 *  the target. */
	uint16_t expected;
	/** Classes of the time since the bin before, and from the first attempt
	 *  to the last. */
	uint8_t gap, length;
	/** Nothing is known about the time before: the log begins, or has a
	 *  gap. */
	bool begins;
};

struct rs_target {
	/** Bins [first, first + count), in order of time. */
	size_t first, count;
	/** The operation of one of its calls. */
	uint32_t operation;
	/** 0 if its calls name no target. */
	tk_string name;
	/** Its operations, and their attempts that succeeded; only one slot if
	 *  some of them log only failures. */
	size_t slots;
	uint32_t slot_operation[RS_SLOTS];
	double slot_succeeded[RS_SLOTS];
	/** The largest count of a bin, and the classes of length in use. */
	uint16_t most;
	bool length[RS_LENGTHS];
	/** First attempts per nanosecond in operations that log only failures,
	 *  and attempts in a unit of @ref rs_bin.expected. */
	double rate, unit;
};

struct rs_bins {
	struct rs_bin *bin;
	size_t count, room;
	struct rs_target *target;
	size_t target_count;
	/** By call of the trace. */
	uint32_t *target_of;
	/** By attempt of the trace: its bin, or RS_BIN_NONE. */
	uint32_t *bin_of;
	/** By call of the trace: the slot of its operation in its target. */
	uint8_t *slot_of;
	/** The most slots of a target; failures by bin and slot. */
	size_t slots;
	uint16_t *failed;
};

/** About this number of bins; many more only if the log is larger. */
#define RS_BINS_USUAL 25000
#define RS_BINS_MAX 200000

/** BACKOFF_OK or BACKOFF_E_NOMEM. */
enum backoff_status rs_bins_init(struct rs_bins *bins,
				 const struct rs_log *log);
void rs_bins_clear(struct rs_bins *bins);

/** The class of a length of time, and the middle of a class. */
uint8_t rs_length_class(uint64_t ns);
uint64_t rs_length_ns(uint8_t length);

/** The last bin of a target that begins at or before a time; its first bin if
 *  none does. A target without bins has none. */
size_t rs_bins_find(const struct rs_bins *bins, const struct rs_target *target,
		    uint64_t time_ns);

#endif
