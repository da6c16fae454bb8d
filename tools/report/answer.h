/* The answer for one operation: keep a policy, switch to another, or try it. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_ANSWER_H
#define RS_ANSWER_H

#include "report/choices.h"

enum rs_advice {
	RS_ADVICE_KEEP,
	RS_ADVICE_SWITCH,
	/** Nothing to decide: no calls, or one policy. */
	RS_ADVICE_NONE,
};

/** One or two sentences, with the number that decides. */
enum rs_advice rs_answer_text(const struct rs_report *report,
			      const struct rs_subject *subject,
			      const struct rs_choices *choices, char *text,
			      size_t size);

#endif
