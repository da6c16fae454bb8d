/* The operations of a comparison as short reports show them. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_PARTS_H
#define RS_PARTS_H

#include "report/choices.h"

/** One operation. */
struct rs_part {
	const struct rs_subject *subject;
	struct rs_choices choices;
	/** By note number: the result whose condition it describes. */
	const struct rs_result *note[RS_CONDITION_COUNT];
	size_t notes;
	/** Names of policies that behave alike. */
	char *alike;
	/** Others have more failed calls, and there is no room. */
	bool hidden;
};

struct rs_parts {
	const struct rs_report *report;
	struct rs_part *item;
	size_t count, hidden;
};

/** All operations, at most @p most of which are not hidden: those with the most
 *  failed calls. False if memory ran out; free with rs_parts_clear(). */
bool rs_parts_make(const struct rs_report *report, size_t most,
		   struct rs_parts *out);
void rs_parts_clear(struct rs_parts *parts);

/** Its calls and incidents, the policy that runs today, and what fails. */
void rs_part_heading(const struct rs_report *report, const struct rs_part *part,
		     char *text, size_t size);

/** The choices from @p rows on, by verdict. */
void rs_part_rest(const struct rs_part *part, size_t rows, char *text,
		  size_t size);

/** Name the policies that share a row, once for all operations in which they
 *  are the same. False if an operation has none, or shares those of one
 *  before. */
bool rs_part_alike(const struct rs_parts *parts, size_t index, char *text,
		   size_t size);

#endif
