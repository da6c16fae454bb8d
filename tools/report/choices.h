/* What an operation can choose from: its policies, in which those that behave
 * alike are one choice, by the number of calls that fail. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_CHOICES_H
#define RS_CHOICES_H

#include "report/report.h"

struct rs_choice {
	/** The first of the policies that behave alike; of those alike the
	 *  baseline, the baseline. */
	const struct rs_result *result;
	/** Further policies that behave like it. */
	size_t alike;
	bool baseline;
	/** Number of the note about its condition, from 1; 0: none. */
	size_t note;
};

struct rs_choices {
	/** The baseline first, then the one with the fewest failed calls. */
	struct rs_choice *item;
	size_t count;
};

/** False if memory ran out; free with rs_choices_clear(). */
bool rs_choices_make(const struct rs_report *report,
		     const struct rs_subject *subject, struct rs_choices *out);
void rs_choices_clear(struct rs_choices *choices);

/** Whether a result behaves like the choice, or is it. */
bool rs_choice_has(const struct rs_choice *choice,
		   const struct rs_result *result);

#endif
