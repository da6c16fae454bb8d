/* The table of an event's fields for those who walk it: decode, schema and
 * documentation. */
#include "config.h"

#include "event/fields.h"

#include <string.h>

#include "event/rows.h"

const char *const bo_event_type_names[] = {"",
					   "retry_attempt",
					   "retry_success",
					   "retry_exhausted",
					   "retry_aborted",
					   "retry_started",
					   "breaker_transition",
					   "events_dropped",
					   NULL};
const char *const bo_event_kind_names[] = {"", "first", "retry", "hedge", NULL};
const char *const bo_event_hint_names[] = {"",        "honoured", "clamped",
					   "ignored", "gave_up",  NULL};
const char *const bo_event_source_names[] = {"", "backoff", "hint", "zero",
					     NULL};

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
#define ROW_NAME(name, member, kind, list, fallback, names, doc)               \
	ROW(name, "name", "", names, fallback, doc, kind, AT(member), 0, list)
#define ROW_OBJECT(name, member, doc)                                          \
	ROW(name, "object", "", "", "", doc, OBJECT, AT(member), 0, NULL)

const struct bo_event_field bo_event_fields[] = {
	BO_EVENT_TABLE(ROW_VERSION, ROW_TIME, ROW_TEXT, ROW_COUNT, ROW_SECONDS,
		       ROW_NAME, ROW_OBJECT)};

const char *
backoff_event_type_name(enum backoff_event_type type)
{
	return type > BACKOFF_EVENT_UNKNOWN && type <= BACKOFF_EVENT_DROPPED
		       ? bo_event_type_names[type]
		       : NULL;
}

int
backoff_event_type_number(const char *name)
{
	for (int i = 1; bo_event_type_names[i] != NULL; i++)
		if (strcmp(bo_event_type_names[i], name) == 0)
			return i;
	return -1;
}
