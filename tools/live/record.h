/* A ring of recent events, from which the attempts of a call are found. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_RECORD_H
#define RT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

/** Memory of the ring in the live view. */
#define RT_RECORD_BYTES (16u << 20)

struct rt_record;

/** A recorded event. Numbers are BACKOFF_ABSENT where the log has none, texts
 *  are "" then; they live until the next rt_record_add(). */
struct rt_past {
	/** Its place; the places of earlier events of the record, of its
	 *  operation, of its call, and of an earlier failed call's end. 0: none
	 *  is known. */
	uint64_t at, before, before_in_operation, before_in_call, before_failed;
	/** When the attempt ended. */
	uint64_t ts_ns;
	uint64_t duration_ns, elapsed_ns, delay_ns, delay_low_ns, delay_high_ns;
	uint64_t hint_ns;
	uint32_t operation;
	uint64_t attempt, attempts;
	/** BACKOFF_ABSENT from 65535 on. */
	uint64_t max_attempts;
	enum backoff_event_type type;
	enum backoff_kind kind;
	enum backoff_stop stop;
	enum backoff_delay_source delay_source;
	enum backoff_hint_action hint_action;
	int outcome, failure_class;
	/** It stands for all attempts of its call. */
	bool whole;
	/** The code, else the type, else the text of its error; and the text,
	 *  unless it is the label. */
	const char *label, *error;
	const char *call, *parent, *host, *target, *policy, *policy_hash;
	const char *service;
	const char *law, *breaker;
};

/** @p bytes: at least 64 KiB, of which less is used the more operations there
 *  are, and a quarter with a thousand; operations have numbers below @p
 *  operations. NULL if there is no memory. */
struct rt_record *rt_record_new(size_t bytes, size_t operations);
void rt_record_free(struct rt_record *record);

/** Set what keeps apart the calls of an operation that have no id, such as a
 *  thread; NULL: nothing. For the events that follow. */
void rt_record_lane(struct rt_record *record, const char *lane);

/** Record an event of an attempt; the oldest ones make room for it. */
void rt_record_add(struct rt_record *record, uint32_t operation,
		   const struct backoff_event *event, uint64_t ts_ns,
		   bool whole);

/** Place of the newest event, of the newest end of a failed call, and of the
 *  newest event of an operation; 0: none. */
uint64_t rt_record_last(const struct rt_record *record);
uint64_t rt_record_last_failed(const struct rt_record *record);
uint64_t rt_record_last_of(const struct rt_record *record, uint32_t operation);

/** Read the event at a place; false if it is no longer there. */
bool rt_record_get(const struct rt_record *record, uint64_t at,
		   struct rt_past *out);

/** How far an event was behind an earlier one at most: files that are read one
 *  after the other are not in the order of time. */
uint64_t rt_record_behind_ns(const struct rt_record *record);

/** Time of the oldest event; 0 if there is none. */
uint64_t rt_record_from_ns(const struct rt_record *record);

/** Whether nothing was overwritten so far. */
bool rt_record_is_whole(const struct rt_record *record);

#endif
