/* The columns of a report: facts about a log, an operation, and a result, which
 * is one policy on one operation.
 *
 * Every format is derived from these tables: names, order, units and precision
 * in CSV and JSON, and headings in tables for people. A test compares the
 * tables of members in docs/replay.md with them. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_COLUMNS_H
#define RS_COLUMNS_H

#include "report/report.h"

/** Unit of a value; each format writes a value according to it. */
enum rs_unit {
	/** Free text, for example a name: CSV quotes it. */
	RS_UNIT_TEXT,
	/** A word from a known list. */
	RS_UNIT_WORD,
	/** A list with one word; JSON has an array. */
	RS_UNIT_LIST,
	RS_UNIT_YES_NO,
	RS_UNIT_COUNT,
	/** The mean of a count over replicas. */
	RS_UNIT_MEAN,
	/** A number per call. */
	RS_UNIT_RATIO,
	/** A proportion from 0 to 1; people read percent. */
	RS_UNIT_RATE,
	/** Proportions that sum to 1; people read percent. */
	RS_UNIT_SHARE,
	/** The difference of two rates, -1 to 1; people read points. */
	RS_UNIT_POINTS,
	/** Nanoseconds; programs read seconds. */
	RS_UNIT_NS,
	RS_UNIT_DAYS,
	/** A value in standard deviations of chance. */
	RS_UNIT_SCORE,
	/** A moment, nanoseconds since 1970 UTC; RFC 3339 everywhere. */
	RS_UNIT_TIME,
	RS_UNITS
};

/** Machine-readable form of a unit. */
struct rs_unit_row {
	/** For the documentation: "seconds". */
	const char *name;
	/** Divide by this first: nanoseconds become seconds. */
	double divisor;
	unsigned csv_decimals, json_decimals;
};

extern const struct rs_unit_row rs_unit_table[RS_UNITS];

enum rs_interval_kind {
	RS_INTERVAL_NONE,
	/** A value and its 95 % interval. */
	RS_INTERVAL_WITH_VALUE,
	/** Two bounds without a value between them. */
	RS_INTERVAL_ALONE,
};

/** The parts of a CSV row, in this order. Programs count columns: a new one
 *  goes to the end of the last part, or into a new part after it. */
enum rs_csv_part {
	/** Not in CSV. */
	RS_CSV_NONE,
	RS_CSV_RATES,
	RS_CSV_SUPPORT,
	RS_CSV_GUARD,
	RS_CSV_LOAD,
	RS_CSV_NOT_SIMULATED,
	RS_CSV_INTERVALS,
	RS_CSV_STOPS,
	RS_CSV_QUALITY,
	RS_CSV_VERDICT,
	RS_CSV_PARTS
};

/** The tables for people are made of groups of columns. */
enum rs_group {
	/** In no table. */
	RS_GROUP_NONE,
	RS_GROUP_SUPPORT,
	RS_GROUP_RATES,
	RS_GROUP_COSTS,
	RS_GROUP_REASONS,
};

/** Style of a column that has an interval, in tables for people. */
enum rs_style {
	/** The value; the interval is in another table. */
	RS_STYLE_VALUE,
	/** The interval in a column of its own, next to the value. */
	RS_STYLE_NEXT,
	/** "value [low, high]" in one cell. */
	RS_STYLE_BRACKETS,
	/** "[low, high]". */
	RS_STYLE_RANGE,
};

/** Text for people where the number alone would mislead. Programs read it from
 *  other columns. */
enum rs_reading {
	RS_READ_VALUE,
	/** A lower bound: the value is this or more. */
	RS_READ_AT_LEAST,
	/** The number is doubtful: "?". */
	RS_READ_DOUBTFUL,
	/** Nothing is known: "-". */
	RS_READ_UNKNOWN,
	/** An empty cell. */
	RS_READ_NOTHING,
	/** The number means nothing: "not known". */
	RS_READ_MEANINGLESS,
};

/** Longer texts are cut. */
#define RS_VALUE_MAX 320

/** The value of one column. */
struct rs_value {
	/** The value of a text, word, list or time; may point to the buffer. */
	const char *text;
	/** The value in any other unit; yes is 1. */
	double number;
	struct tk_interval interval;
	enum rs_reading reading;
	/** It does not exist: null in JSON, empty in CSV, "-" for people. */
	bool null;
	/** JSON leaves the member out. */
	bool left_out;
	char buffer[RS_VALUE_MAX];
};

/** Source of the values of a row. */
struct rs_row {
	const struct rs_report *report;
	/** NULL for the columns of a log. */
	const struct rs_subject *subject;
	/** NULL for the columns of a log or an operation. */
	const struct rs_result *result;
	/** The column's part. */
	int part;
};

struct rs_column {
	/** Unique and stable: the name in CSV and in other flat formats. */
	const char *name;
	/** In JSON, "member", "object.member" or "object.object.member"; NULL
	 * if it is not there. */
	const char *member;
	/** JSON members of the interval, where low and high replace the '*'.
	 *  NULL stands for the member with _low and _high. */
	const char *bounds;
	enum rs_unit unit;
	enum rs_interval_kind interval;
	/** The parts of a CSV row that have the value and its interval. */
	enum rs_csv_part csv, csv_interval;
	/** The value may be null. */
	bool nullable;
	/** JSON may leave the member out, but not the object around it. */
	bool sparse;
	enum rs_group group;
	enum rs_style style;
	/** For people, as tk_table_head() takes it. */
	const char *heading;
	/** Selects one of several columns that share a getter, by number and
	 *  name: a percentile, a reason. */
	int part;
	const char *part_name;
	/** Fills in a value whose members are all zero. */
	void (*get)(const struct rs_row *row, struct rs_value *out);
	/** Documentation; NULL: that of the row above. */
	const char *doc;
};

/** A table of columns, in the order of JSON. */
struct rs_columns {
	const struct rs_column *item;
	size_t count;
};

extern const struct rs_columns rs_log_columns, rs_operation_columns,
	rs_result_columns;

/** Get the value of a column. The part of @p row is ignored. */
void rs_column_get(const struct rs_column *column, const struct rs_row *row,
		   struct rs_value *out);

/** Write the JSON member of one end of the interval, "low" or "high". */
void rs_column_bound(const struct rs_column *column, const char *end,
		     char *buffer, size_t size);

#endif
