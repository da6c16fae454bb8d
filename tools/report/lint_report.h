/* The findings about policies, and the formats they can be written in. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_REPORT_LINT_H
#define RS_REPORT_LINT_H

#include <stddef.h>
#include <stdio.h>

#include "policies/lint.h"

/** The findings of one policy. */
struct rs_linted {
	/** Source of the policy: a file, or a shipped name. */
	char *from;
	char *name;
	struct rs_lint_findings findings;
};

struct rs_lint_report {
	struct rs_linted *item;
	size_t count, room;
	size_t warnings, notes;
};

/** A line per finding. 0, or -1 if writing failed. */
int rs_lint_report_text(const struct rs_lint_report *report, FILE *out);

/** One JSON document; docs/policy-lint.md describes it. 0, or -1 if memory ran
 *  out or writing failed. */
int rs_lint_report_json(const struct rs_lint_report *report, FILE *out);

#endif
