/* Makes the table of an event's fields from rows.h. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "event/fields.h"

#include <stddef.h>
#include <string.h>

const char *const bo_event_type_names[] = {
	"", BO_EVENT_TYPE_WORDS(BO_WORD_ENTRY) NULL};
const char *const bo_event_kind_names[] = {
	"", BO_EVENT_KIND_WORDS(BO_WORD_ENTRY) NULL};
const char *const bo_event_hint_names[] = {
	"", BO_EVENT_HINT_WORDS(BO_WORD_ENTRY) NULL};
const char *const bo_event_source_names[] = {
	"", BO_EVENT_SOURCE_WORDS(BO_WORD_ENTRY) NULL};

BO_WORDS_COVER(backoff_event_type, case BACKOFF_EVENT_UNKNOWN:,
	       BO_EVENT_TYPE_WORDS);
BO_WORDS_COVER(backoff_kind, case BACKOFF_KIND_NONE:, BO_EVENT_KIND_WORDS);
BO_WORDS_COVER(backoff_hint_action, case BACKOFF_HINT_ACTION_NONE:,
	       BO_EVENT_HINT_WORDS);
BO_WORDS_COVER(backoff_delay_source, case BACKOFF_DELAY_SOURCE_NONE:,
	       BO_EVENT_SOURCE_WORDS);

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
_Static_assert(COUNT(bo_event_type_names) == BACKOFF_EVENT_TYPE_COUNT + 1,
	       "a word for each type but UNKNOWN");
_Static_assert(COUNT(bo_event_kind_names) == BACKOFF_KIND_COUNT + 1,
	       "a word for each kind but NONE");
_Static_assert(COUNT(bo_event_hint_names) == BACKOFF_HINT_ACTION_COUNT + 1,
	       "a word for each action but NONE");
_Static_assert(COUNT(bo_event_source_names) == BACKOFF_DELAY_SOURCE_COUNT + 1,
	       "a word for each source but NONE");

#define ROW(name, type, unit, allowed, fallback, doc, kind, member, limit,     \
	    list)                                                              \
	{{name, type, 0, limit, unit, fallback, allowed, doc},                 \
	 BO_EVENT_##kind,                                                      \
	 member,                                                               \
	 sizeof(name) - 1,                                                     \
	 limit,                                                                \
	 list},
#define AT(member) offsetof(struct backoff_event, member)
#define ROW_VERSION(name, doc)                                                 \
	ROW(name, "count", "", "", NULL, doc, VERSION, 0, 0, NULL)
#define ROW_TIME(name, member, doc)                                            \
	ROW(name, "time", "", "", NULL, doc, TIME, AT(member), 0, NULL)
#define ROW_TEXT(name, member, limit, doc)                                     \
	ROW(name, "text", "bytes", "", "", doc, TEXT, AT(member), limit, NULL)
#define ROW_COUNT(name, member, doc)                                           \
	ROW(name, "count", "", "", "", doc, COUNT, AT(member), 0, NULL)
#define ROW_SECONDS(name, member, doc)                                         \
	ROW(name, "number", "seconds", "", "", doc, SECONDS, AT(member), 0,    \
	    NULL)
#define ROW_NAME(name, member, kind, list, words, fallback, doc)               \
	ROW(name, "name", "", &(words(BO_WORD_JOINED))[1], fallback, doc,      \
	    kind, AT(member), 0, list)
#define ROW_OBJECT(name, member, doc)                                          \
	ROW(name, "object", "", "", "", doc, OBJECT, AT(member), 0, NULL)

const struct bo_event_field bo_event_fields[BO_EVENT_ROWS] = {
	BO_EVENT_TABLE(ROW_VERSION, ROW_TIME, ROW_TEXT, ROW_COUNT, ROW_SECONDS,
		       ROW_NAME, ROW_OBJECT)};

const char *
backoff_event_type_name(enum backoff_event_type type)
{
	return type > BACKOFF_EVENT_UNKNOWN && type < BACKOFF_EVENT_TYPE_COUNT
		       ? bo_event_type_names[type]
		       : NULL;
}

int
backoff_event_type_number(const char *name)
{
	if (name == NULL)
		return -1;
	for (int i = 1; bo_event_type_names[i] != NULL; i++)
		if (strcmp(bo_event_type_names[i], name) == 0)
			return i;
	return -1;
}
