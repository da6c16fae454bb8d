/* The tables of a report for people: a row per policy, cells from the table of
 * columns. Each format for people writes the same ones. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_TABLES_H
#define RS_TABLES_H

#include <stdbool.h>

#include "common/table.h"
#include "report/report.h"

enum rs_table {
	/** Success rates, differences, verdicts. */
	RS_TABLE_RATES,
	/** Support of the attempts. */
	RS_TABLE_SUPPORT,
	/** Attempts and times of calls. */
	RS_TABLE_COSTS,
	/** The intervals of attempts and times. */
	RS_TABLE_INTERVALS,
	/** Reasons of failed calls. */
	RS_TABLE_REASONS,
	RS_TABLES
};

/**
 * Make a table for one operation.
 *
 * @param out  set to the table, to be freed; to NULL if it would be empty
 * @return false without memory
 */
bool rs_table_make(const struct rs_report *report,
		   const struct rs_subject *subject, enum rs_table which,
		   struct tk_table **out);

#endif
