/* A part of a log: the calls that begin in a time, or go to some targets. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_CHOICE_H
#define RS_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#include "recorded/log.h"

struct rs_choice {
	/** Calls that begin in [since, until); 0 and UINT64_MAX for all. */
	uint64_t since_ns, until_ns;
	/** Shell pattern of their targets; NULL for all, with or without. */
	const char *target;
};

enum rs_choice_result {
	RS_CHOICE_OK,
	/** No call begins in that time and has such a target. */
	RS_CHOICE_EMPTY,
	/** Calls without a line go to several targets, and only some of these
	 *  are wanted: how many such calls there were is not known. */
	RS_CHOICE_UNLOGGED,
	RS_CHOICE_NOMEM,
};

/**
 * Choose the calls that results are about, once, after rs_log_count(). Other
 * calls remain evidence. Calls without a line are chosen in proportion to the
 * time.
 *
 * @param operation  set to the operation that RS_CHOICE_UNLOGGED is about
 */
enum rs_choice_result rs_log_choose(struct rs_log *log,
				    const struct rs_choice *choice,
				    const struct rs_operation **operation);

#endif
