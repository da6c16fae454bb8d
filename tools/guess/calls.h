/* Lines of access logs, which are of a whole call: with a list of its
 * attempts, or with their number. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_CALLS_H
#define TK_CALLS_H

#include "guess/shape.h"

/** Where "GET /path HTTP/1.1" stands. */
enum tk_request {
	TK_REQUEST_NONE,
	TK_REQUEST_MESSAGE,
	TK_REQUEST_MEMBER,
};

struct tk_calls {
	/** Lines, and those with more than one attempt. */
	uint64_t lines, retried;
	/** The member that has a list of status codes, or a number. */
	char name[64];
	/** "attempts" or "retries"; NULL: it is a list. */
	const char *field;
	/** Lists of the same length; "" if there is none. */
	char duration[64], target[64];
	enum tk_request request;
	/** Different paths, as far as there is room. */
	uint64_t path[32];
	size_t paths;
	/** Members with other fields. */
	struct tk_named named[TK_NAMED_MAX];
	size_t named_count;
	char line[TK_SHAPE_LINE];
};

/** Whether paths name operations: not if nearly each call has its own. */
bool tk_calls_have_operations(const struct tk_calls *calls);

/** Whether a line may have a list of status codes; cheap. */
bool tk_calls_may_be(const struct tk_calls *calls, const char *text,
		     size_t length);

/** Look for the attempts of a call, with the members that were found
 *  in the line. True if it has that. */
bool tk_calls_look(struct tk_calls *calls, const struct tk_shape *shape,
		   struct tk_envelope *envelope, const struct tk_line *line);

#endif
