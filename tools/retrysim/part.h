/* The options that choose a part of a log: --since, --until, --target,
 * --where. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_PART_H
#define RS_PART_H

#include "common/msg.h"
#include "common/opt.h"
#include "recorded/log.h"

struct rs_part_options {
	/** RFC 3339, or a duration before the end of the log; NULL for its
	 *  begin or end. */
	const char *since, *until;
	/** Shell pattern, or NULL. */
	const char *target;
	/** "host=GLOB" and the like. */
	struct tk_opt_list where;
};

/** Check what does not need the log. TK_EXIT_OK, or TK_EXIT_USAGE after a
 *  message. */
enum tk_exit rs_part_check(const struct rs_part_options *options);

/** Choose the part. TK_EXIT_OK; TK_EXIT_USAGE if it has no calls, or its number
 *  is not known; TK_EXIT_SYSTEM. The latter two after a message. */
enum tk_exit rs_part_choose(const struct rs_part_options *options,
			    struct rs_log *log);

#endif
