/* Makes the table of a policy's fields from rows.h. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "policy/fields.h"

#include <stddef.h>

#include "base/names.h"

#define AT(member) .offset = offsetof(struct backoff_policy, member)
#define PLAIN(member)                                                          \
	AT(member), .size = sizeof(((struct backoff_policy *)NULL)->member)

/* The shape of a field: its kind and what the public table shows. */
#define SHAPE(field_kind, type_name, low, high, unit_name, value)              \
	.kind = BO_FIELD_##field_kind, .info.type = type_name,                 \
	.info.min = low, .info.max = high, .info.unit = unit_name,             \
	.info.fallback = value
#define NO_WORDS .info.names = ""
#define NAME(member, min, max)                                                 \
	SHAPE(NAME, "text", min, max, "bytes", NULL), AT(member), NO_WORDS
#define TEXT(member, min, max)                                                 \
	SHAPE(TEXT, "text", min, max, "bytes", ""), AT(member), NO_WORDS
#define EXTENDS(min, max)                                                      \
	SHAPE(EXTENDS, "text", min, max, "bytes", ""), NO_WORDS
#define LIMIT(member, min, max, value)                                         \
	SHAPE(COUNT, "count or unlimited", min, max, "", NULL), PLAIN(member), \
		.unlimited = true, NO_WORDS
#define COUNT(member, min, max, value)                                         \
	SHAPE(COUNT, "count", min, max, "", #value), PLAIN(member), NO_WORDS
#define NUMBER(member, min, max, value)                                        \
	SHAPE(NUMBER, "number", min, max, "", #value), PLAIN(member), NO_WORDS
#define OPTIONAL_NUMBER(member, min, max)                                      \
	SHAPE(NUMBER, "number", min, max, "", ""), PLAIN(member), NO_WORDS
#define DURATION(member, min, max, value)                                      \
	SHAPE(DURATION, "duration", min, max, "seconds", #value),              \
		PLAIN(member), NO_WORDS
#define OPTIONAL_DURATION(member, min, max)                                    \
	SHAPE(DURATION, "duration", min, max, "seconds", ""), PLAIN(member),   \
		NO_WORDS
#define DELAYS(member, min, max)                                               \
	SHAPE(DURATIONS, "delays", min, max, "seconds", ""), AT(member),       \
		.ranges = true, NO_WORDS
#define DURATION_OR_LIST(member, min, max)                                     \
	SHAPE(DURATIONS, "duration or list", min, max, "seconds", ""),         \
		AT(member), .scalar = true, NO_WORDS
#define BOOL(member, value)                                                    \
	SHAPE(BOOL, "boolean", 0, 0, "", #value), PLAIN(member), NO_WORDS
#define MATCHERS(member, value)                                                \
	SHAPE(MATCHERS, "matchers", 0, 0, "", value), AT(member), NO_WORDS
#define CHOICE(member, words, value, word)                                     \
	SHAPE(ENUM, "name", 0, 0, "", "\"" word "\""), PLAIN(member),          \
		.info.names = &(words(BO_WORD_JOINED))[1],                     \
		.names = (const char *const[])                                 \
	{                                                                      \
		words(BO_WORD_ENTRY) NULL                                      \
	}

#define NEED(i, first, second, mask)                                           \
	.need[i].row = BO_ROW_##first, .need[i].other = BO_ROW_##second,       \
	.need[i].values = mask
#define NOTHING .need[0].values = 0
#define ON(row, values) NEED(0, row, row, values)
#define ON_EITHER(row, other, values) NEED(0, row, other, values)
#define ON_BOTH(row, values, row2, values2)                                    \
	NEED(0, row, row, values), NEED(1, row2, row2, values2)
#define ONLY2(a, b) (1u << (a) | 1u << (b))
#define ONLY(a) ONLY2(a, a)
#define ALL_BUT2(a, b) (UINT8_MAX & ~ONLY2(a, b))
#define ALL_BUT3(a, b, c) (ALL_BUT2(a, b) & ~ONLY(c))
#define ALL_BUT(a) ALL_BUT2(a, a)
#define UNSET ONLY(0)
#define SET ONLY(1)

#define FIELD(row, name, shape, when, depends, sentence)                       \
	[BO_ROW_##row] = {.info.path = name,                                   \
			  .info.doc = sentence,                                \
			  shape,                                               \
			  .written = BO_WRITTEN_##when,                        \
			  depends},

const struct bo_policy_field bo_policy_fields[BO_ROWS] = {
	BO_POLICY_TABLE(FIELD)};

#define SAME_COUNT(tag, words, count)                                          \
	BO_WORDS_COVER(tag, , words);                                          \
	_Static_assert(BO_WORD_COUNT(words) == (count),                        \
		       "a word for each value, and no other");                 \
	_Static_assert((count) <= 8, "values are bits of a need")

SAME_COUNT(backoff_curve, BO_CURVE_WORDS, BACKOFF_CURVE_COUNT);
SAME_COUNT(backoff_jitter, BO_JITTER_WORDS, BACKOFF_JITTER_COUNT);
SAME_COUNT(bo_order, BO_ORDER_WORDS, BO_ORDER_JITTER_THEN_CAP + 1);
SAME_COUNT(backoff_deadline_from, BO_DEADLINE_FROM_WORDS,
	   BACKOFF_DEADLINE_FROM_COUNT);
SAME_COUNT(bo_hint_too_long, BO_TOO_LONG_WORDS, BO_HINT_IGNORE + 1);
SAME_COUNT(bo_hint_combine, BO_COMBINE_WORDS, BO_HINT_REPLACE + 1);
SAME_COUNT(bo_hedge_after_failure, BO_AFTER_FAILURE_WORDS, BO_HEDGE_NOW + 1);
SAME_COUNT(backoff_budget, BO_BUDGET_WORDS, BACKOFF_BUDGET_COUNT);

#define PLUS_CLASS(field, class, word) +1
_Static_assert(1 BO_RULED_CLASSES(PLUS_CLASS, ) == BO_CLASSES,
	       "rows for each class but the unknown");
_Static_assert(sizeof(struct backoff_policy) <= UINT16_MAX,
	       "a row holds an offset in 16 bits");
_Static_assert(sizeof(enum backoff_curve) == sizeof(unsigned),
	       "an enum is read and written as unsigned");
_Static_assert(BO_ROWS <= UINT8_MAX, "a need names a row in eight bits");
