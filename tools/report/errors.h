/* The most frequent errors of an operation, for reports that may hold their
 * texts. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_ERRORS_H
#define RS_ERRORS_H

#include "report/report.h"

#define RS_ERRORS_MOST 5

struct rs_error_count {
	/** From the log as it is: a message, or else a type or a code; "" for
	 *  failures without any. */
	const char *text;
	uint64_t attempts;
};

struct rs_errors {
	/** The most frequent first. */
	struct rs_error_count item[RS_ERRORS_MOST];
	size_t count;
	/** Failed attempts, and different errors. */
	uint64_t attempts, kinds;
};

/** Count the errors of the replayed calls of an operation. False if memory ran
 *  out. */
bool rs_errors_count(const struct rs_report *report,
		     const struct rs_subject *subject, struct rs_errors *out);

#endif
