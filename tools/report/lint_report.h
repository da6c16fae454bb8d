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
	uint64_t hash;
	struct rs_lint_findings findings;
};

struct rs_lint_report {
	struct rs_linted *item;
	size_t count, room;
	size_t warnings, notes;
	/** The command line that makes it again, as a shell takes it; or
	 *  NULL. */
	const char *command;
};

/** A line per finding. 0, or -1 if writing failed. */
int rs_lint_report_text(const struct rs_lint_report *report, FILE *out);

/** One JSON document; docs/policy-lint.md describes it. 0, or -1 if memory ran
 *  out or writing failed. */
int rs_lint_report_json(const struct rs_lint_report *report, FILE *out);

/** Markdown for a pull request, at most 60 lines. 0, or -1 if memory ran out or
 *  writing failed. */
int rs_lint_report_md(const struct rs_lint_report *report, FILE *out);

#endif
