/* The table of an event's fields, made from rows.h. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_EVENT_FIELDS_H
#define BO_EVENT_FIELDS_H

#include <stddef.h>
#include <stdint.h>

#include <backoff/event.h>
#include <backoff/field.h>

#include "base/names.h"
#include "event/rows.h"

enum bo_event_kind {
	/** The version: always 1, no member. */
	BO_EVENT_VERSION,
	/** uint64_t nanoseconds since 1970, as RFC 3339. */
	BO_EVENT_TIME,
	/** const char *. */
	BO_EVENT_TEXT,
	/** A JSON object as text, const char *. */
	BO_EVENT_OBJECT,
	/** uint64_t. */
	BO_EVENT_COUNT,
	/** uint64_t nanoseconds, as seconds. */
	BO_EVENT_SECONDS,
	/** An enum whose 0 is "absent". */
	BO_EVENT_ENUM,
	/** An int whose -1 is "absent". */
	BO_EVENT_ENUM_INT,
	/** The same, and 0, "not reported", is written as a failure. */
	BO_EVENT_OUTCOME,
};

struct bo_event_field {
	struct backoff_field info;
	enum bo_event_kind kind;
	uint16_t offset;
	/** Bytes of the key, without quotes. */
	uint16_t key_length;
	/** BO_EVENT_TEXT: longer strings are cut. */
	uint16_t limit;
	const char *const *names;
};

/** Rows in the order of the line, named after their members. */
enum bo_event_row {
#define BO_ROW_VERSION(name, doc) BO_EVENT_ROW_version,
#define BO_ROW(name, member, doc) BO_EVENT_ROW_##member,
#define BO_ROW_TEXT(name, member, limit, doc) BO_EVENT_ROW_##member,
#define BO_ROW_NAME(name, member, kind, list, words, fallback, doc)            \
	BO_EVENT_ROW_##member,
	BO_EVENT_TABLE(BO_ROW_VERSION, BO_ROW, BO_ROW_TEXT, BO_ROW, BO_ROW,
		       BO_ROW_NAME, BO_ROW)
#undef BO_ROW_VERSION
#undef BO_ROW
#undef BO_ROW_TEXT
#undef BO_ROW_NAME
		BO_EVENT_ROWS
};

/** The words of enums by value, each list ending in NULL; the first is "" where
 *  0 means "absent". */
extern const char *const bo_event_type_names[];
extern const char *const bo_event_kind_names[];
extern const char *const bo_event_hint_names[];
extern const char *const bo_event_source_names[];

extern const struct bo_event_field bo_event_fields[BO_EVENT_ROWS];

#endif
