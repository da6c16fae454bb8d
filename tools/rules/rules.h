/* Rules for alerts, from a JSON file: limits on facts of operations. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_RULES_H
#define RT_RULES_H

#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

#include "live/facts.h"

#define RT_RULES_MAX 64
#define RT_RULES_BYTES_MAX (1u << 20)
#define RT_RULE_NAME_MAX 80

enum rt_comparison {
	RT_ABOVE,
	RT_AT_LEAST,
	RT_BELOW,
	RT_AT_MOST,
};

struct rt_rule {
	char name[RT_RULE_NAME_MAX];
	/** A pattern of the shell; "*" if the file has none. */
	char operation[256];
	enum rt_fact fact;
	/** enum rt_comparison. */
	int is;
	double value;
	/** Whole seconds; 0 for the window of the view. */
	double window_s;
};

struct rt_rules {
	struct rt_rule rule[RT_RULES_MAX];
	uint32_t count;
};

/** Read the text of a file. BACKOFF_OK; else a status, and what is wrong, and
 *  where, in @p error. */
enum backoff_status rt_rules_parse(const char *text, size_t length,
				   struct rt_rules *out,
				   struct backoff_error *error);

/** The name of a fact in rules, "window.attempts", of those that are numbers.
 *  Returns out. */
const char *rt_rule_column(enum rt_fact fact, char *out, size_t size);

/** ">", ">=", "<" or "<=". */
const char *rt_comparison_name(int is);

/** The JSON Schema of such files; returns its length. Writes at most @p size
 *  bytes, with an end. */
size_t rt_rules_schema(char *buffer, size_t size);

#endif
