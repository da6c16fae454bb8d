/* A report: a comparison and its sources, for every format. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_REPORT_H
#define RS_REPORT_H

#include <stdio.h>

#include "common/digest.h"
#include "replay/compare.h"
#include "dialect/found.h"

#define RS_REPORT_VERSION 2

struct rs_report {
	const struct rs_comparison *comparison;
	/** The logs, as the user named them. */
	char *const *path;
	size_t path_count;
	/** What they were read as; NULL if that is not known. */
	const struct tk_found *found;
	/** Text: every table instead of one screen, the most columns of a line
	 *  of that, and whether to use colours. */
	bool verbose;
	size_t columns;
	bool color;
	/** The command line that makes it again, as a shell takes it; or
	 *  NULL. */
	const char *command;
	/** By path: the digest of the bytes that were read; or NULL. */
	const struct tk_digest *input_hash;
	/** Texts of errors are wanted where formats can have them. */
	bool errors;
	/** Names were replaced: see redact.h. */
	bool redact;
};

/** One format. */
struct rs_writer {
	const char *name;
	/** 0; -1 if memory ran out or writing failed. */
	int (*write)(const struct rs_report *report, FILE *out);
	/** It says how to make the report again, with digests of inputs. */
	bool traced;
};

/** The columns of a text report. */
#define RS_COLUMNS_LEAST 40
#define RS_COLUMNS_MOST 100

extern const struct rs_writer rs_writer_text, rs_writer_json, rs_writer_csv,
	rs_writer_md, rs_writer_html;

/** Whether times of successful calls are only lower bounds, because the log
 * does not have the duration of successful attempts. */
bool rs_latency_is_lower_bound(const struct rs_report *report,
			       const struct rs_subject *subject);

/** Whether the results are over calls whose first attempt failed, because the
 *  number of all calls is not known. */
bool rs_failing_first(const struct rs_report *report,
		      const struct rs_subject *subject);

/** "logged", "counted", "failing_first". */
const char *rs_population_name(enum rs_population population);

/** "hash", "name", "fit", "given"; NULL for no evidence. */
const char *rs_evidence_name(enum rs_policy_evidence evidence);

/** The operation of a subject, and its name. */
const struct rs_operation *
rs_subject_operation(const struct rs_report *report,
		     const struct rs_subject *subject);
const char *rs_subject_name(const struct rs_report *report,
			    const struct rs_subject *subject);

#endif
