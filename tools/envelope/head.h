/* The latest time in each input, for lines that have none. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_HEAD_H
#define TK_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/times.h"
#include "unwrap/unwrap.h"

/** Inputs and containers that are remembered; one more takes the place of
 *  another. */
#define TK_HEADS_MAX 256
/** Bytes of a line in which its time stands. */
#define TK_HEAD_TEXT 96

struct tk_head {
	/** Stands for the input and the container; 0: free. */
	uint64_t key;
	/** 0: unknown, or still in the text. */
	uint64_t ns;
	/** The beginning of a line that seems to have a time. */
	char text[TK_HEAD_TEXT];
	uint8_t length;
	/** Times without a date: midnights since the first, and the last
	 *  time. */
	uint64_t days, clock_ns;
};

struct tk_heads {
	struct tk_head list[TK_HEADS_MAX];
};

/** The head of a payload's input and container, made if there is none. */
struct tk_head *tk_head_of(struct tk_heads *heads, size_t input,
			   const struct tk_payload *payload);

/** Keep the beginning of a line if it seems to have a time. */
void tk_head_note(struct tk_head *head, const char *text, size_t length);

/** The time of the last line that had one; 0 if there was none. */
uint64_t tk_head_time(struct tk_head *head, const struct tk_time_rules *rules);

/** A line has this time. One without a date is moved to the day that the lines
 *  before it have reached. */
void tk_head_set(struct tk_head *head, struct tk_time *time);

#endif
