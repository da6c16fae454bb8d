/* What an answer is worth: the state of the log, and how it was computed. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_TRUST_H
#define RS_TRUST_H

#include "report/report.h"

/** One line, without its end. */
void rs_trust_text(const struct rs_report *report, char *text, size_t size);

/** How many differences there are whose verdicts are adjusted together. */
size_t rs_comparison_differences(const struct rs_comparison *comparison);

/** The number of posterior draws behind the answers. */
size_t rs_comparison_draws(const struct rs_comparison *comparison);

#endif
