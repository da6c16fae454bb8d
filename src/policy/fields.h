/* The table of a policy's fields, made from rows.h. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_POLICY_FIELDS_H
#define BO_POLICY_FIELDS_H

#include <stdint.h>

#include <backoff/field.h>

#include "policy/policy.h"
#include "policy/rows.h"

/** Rows in canonical order: BO_ROW_NAME, BO_ROW_DESCRIPTION, ... */
enum bo_policy_row {
#define BO_ROW(row, path, shape, written, depends, doc) BO_ROW_##row,
	BO_POLICY_TABLE(BO_ROW)
#undef BO_ROW
		BO_ROWS
};

enum bo_policy_kind {
	BO_FIELD_NAME,
	BO_FIELD_TEXT,
	/** Handled before all others; not kept in the policy. */
	BO_FIELD_EXTENDS,
	BO_FIELD_COUNT,
	BO_FIELD_DURATION,
	/** A number, kept in billionths. */
	BO_FIELD_NUMBER,
	BO_FIELD_ENUM,
	BO_FIELD_BOOL,
	BO_FIELD_DURATIONS,
	BO_FIELD_MATCHERS,
};

/** Condition for writing a field that has an effect to the canonical form. */
enum bo_policy_written {
	BO_WRITTEN_ALWAYS,
	/** If it differs from its default. */
	BO_WRITTEN_CHANGED,
	/** If a field of its object differs. */
	BO_WRITTEN_TOGETHER,
	BO_WRITTEN_NEVER,
};

/** A condition: one of two rows (which may be the same) has one of some
 *  values. */
struct bo_policy_need {
	uint8_t row, other;
	/** Bit N is value N of an enum or a boolean; of other fields, bit 0 is
	 *  the default and bit 1 anything else. 0: there is no condition. */
	uint8_t values;
};

#define BO_NEEDS_MAX 2

struct bo_policy_field {
	/** The row of the public table. */
	struct backoff_field info;
	enum bo_policy_kind kind;
	enum bo_policy_written written;
	/** The member in struct backoff_policy: its offset, and its bytes if
	 *  it is a plain value, not a name, a text or a list. */
	uint16_t offset, size;
	/** BO_FIELD_ENUM: the words in enum order, ending in NULL. */
	const char *const *names;
	/** BO_FIELD_DURATIONS: a single duration is accepted as well. */
	bool scalar;
	/** BO_FIELD_DURATIONS: a range is accepted in place of each. */
	bool ranges;
	/** BO_FIELD_COUNT: "unlimited" is accepted as well. */
	bool unlimited;
	/** The field has no effect unless all of these hold. */
	struct bo_policy_need need[BO_NEEDS_MAX];
};

extern const struct bo_policy_field bo_policy_fields[BO_ROWS];

#endif
