/* A part of a log: the calls that begin in a time, and match some terms. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_CHOICE_H
#define RS_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#include "recorded/log.h"

/** What a term is about. The error is that of any of its failed attempts: its
 *  code, else its type, else its text. */
enum rs_about {
	RS_ABOUT_OPERATION,
	RS_ABOUT_TARGET,
	RS_ABOUT_POLICY,
	RS_ABOUT_HOST,
	RS_ABOUT_SERVICE,
	RS_ABOUT_ERROR,
};

/** A shell pattern; what the log does not say is "". */
struct rs_term {
	enum rs_about about;
	const char *pattern;
};

struct rs_choice {
	/** Calls that begin in [since, until); 0 and UINT64_MAX for all. */
	uint64_t since_ns, until_ns;
	/** A call has to match all of them. */
	const struct rs_term *term;
	size_t terms;
};

enum rs_choice_result {
	RS_CHOICE_OK,
	/** No call begins in that time and matches. */
	RS_CHOICE_EMPTY,
	/** Calls without a line may match or not: how many of them did is not
	 *  known. */
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
