/* A ring of recent events, from which the attempts of a call are found. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"
#include "base/utf8.h"
#include "live/counted.h"
#include "live/errors.h"

/* X(member, text of the event): the texts that are kept. */
#define TEXTS(X)                                                               \
	X(label,                                                               \
	  event->type == BACKOFF_EVENT_SUCCESS ? NULL : rt_error_label(event)) \
	X(error, rt_error_label(event) == event->error ? NULL : event->error)  \
	X(call, event->call_id ? event->call_id : event->trace_id)             \
	X(parent, event->parent_call_id)                                       \
	X(host, event->host)                                                   \
	X(service, event->service)                                             \
	X(target, event->target)                                               \
	X(policy, event->policy)                                               \
	X(policy_hash, event->policy_hash)                                     \
	X(law, event->delay_law)                                               \
	X(breaker, event->breaker)

#define TEXT_MEMBER(member, text) TEXT_##member,
enum { TEXTS(TEXT_MEMBER) TEXT_COUNT };

/* Longer texts are cut. */
#define TEXT_MAX 160
#define ITEM_MAX                                                               \
	(sizeof(struct item) + sizeof(struct waits) + TEXT_COUNT * TEXT_MAX + 8)

/* Places begin here: 0 is none. */
#define FIRST 8

/* Calls that may go on, in sets; the least recently used are forgotten. */
#define OPEN_WAYS 4
#define OPEN_SETS (1u << 12)

/* An event in the ring; its texts follow, each with its NUL. Distances to other
 * items are in bytes, 0: none. */
struct item {
	uint64_t ts_ns, duration_ns, elapsed_ns;
	uint32_t next, before, before_in_operation, before_in_call;
	uint32_t before_failed, attempt, attempts;
	uint16_t operation, max_attempts;
	uint8_t type, kind, stop, delay_source, hint_action;
	int8_t outcome, failure_class;
	bool whole : 1;
	/* A struct waits follows, before the texts. */
	bool waits : 1;
};

/* Few events have them. */
struct waits {
	uint64_t delay_ns, low_ns, high_ns, hint_ns;
};

/* The ring keeps at least this part of its memory, however many operations
 * there are; each of them takes one of PARTS away from it. */
#define LEAST_PARTS 350
#define PARTS 1400

struct open {
	/* 0: unused. */
	uint64_t key, at;
};

struct rt_record {
	char *ring;
	size_t bytes;
	/* Places of the oldest item, of the newest, and after it. */
	uint64_t oldest, newest, end;
	/* The newest end of a failed call. */
	uint64_t failed;
	/* The latest time, and how far others were behind it. */
	uint64_t latest_ns, behind_ns;
	uint64_t lane;
	struct open open[OPEN_SETS * OPEN_WAYS];
	size_t operations;
	/* Operations that were seen. */
	size_t seen;
	/* The ring was full once: its size does not change any more. */
	bool fixed;
	/* The newest of each operation. */
	uint64_t last[];
};

struct rt_record *
rt_record_new(size_t bytes, size_t operations)
{
	struct rt_record *record =
		calloc(1, sizeof(*record) + operations * sizeof(uint64_t));

	if (record == NULL)
		return NULL;
	/* Pages are taken from the system when they are first used. */
	record->ring = malloc(bytes);
	if (record->ring == NULL) {
		free(record);
		return NULL;
	}
	record->bytes = bytes;
	record->operations = operations;
	record->end = FIRST;
	return record;
}

void
rt_record_free(struct rt_record *record)
{
	if (record == NULL)
		return;
	free(record->ring);
	free(record);
}

static struct item *
item_at(const struct rt_record *record, uint64_t at)
{
	return (struct item *)(void *)(record->ring + at % record->bytes);
}

static bool
is_there(const struct rt_record *record, uint64_t at)
{
	return record->oldest != 0 && at >= record->oldest &&
	       at <= record->newest;
}

static uint32_t
short_number(uint64_t number)
{
	return number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
}

static uint64_t
long_number(uint32_t number)
{
	return number == UINT32_MAX ? BACKOFF_ABSENT : number;
}

/* What names the call of an event: its id, else what keeps calls apart and the
 * number of the attempt. */
static uint64_t
key_of(const struct rt_record *record, uint32_t operation,
       const struct backoff_event *event, uint64_t attempt)
{
	const char *id = event->call_id ? event->call_id : event->trace_id;
	uint64_t seed = bo_hash(0, &operation, sizeof(operation));

	if (id != NULL)
		return bo_hash(seed, id, strlen(id)) | 1;
	seed = bo_hash(seed, &record->lane, sizeof(record->lane));
	return bo_hash(seed, &attempt, sizeof(attempt)) | 1;
}

static struct open *
find_open(struct rt_record *record, uint64_t key)
{
	struct open *set =
		&record->open[key / 2 % OPEN_SETS * (uint64_t)OPEN_WAYS];
	struct open *oldest = set;

	for (size_t i = 0; i < OPEN_WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (set[i].at < oldest->at)
			oldest = &set[i];
	}
	return oldest;
}

/* Whether an event continues the call of an earlier one. An id of a log that
 * does not name calls may be that of several calls. */
static bool
goes_on(const struct rt_record *record, const struct backoff_event *event,
	uint64_t at)
{
	const struct item *item;

	if (!is_there(record, at))
		return false;
	if (event->call_id != NULL)
		return true;
	item = item_at(record, at);
	return item->type == BACKOFF_EVENT_ATTEMPT &&
	       (event->attempt == BACKOFF_ABSENT ||
		event->attempt > item->attempt ||
		(event->attempt == item->attempt && rt_counted_closes(event)));
}

/* The place of the event before this one in its call; this one is the last from
 * now on. */
static uint64_t
join(struct rt_record *record, uint32_t operation,
     const struct backoff_event *event, uint64_t at)
{
	bool named = event->call_id != NULL || event->trace_id != NULL;
	uint64_t attempt = event->attempt != BACKOFF_ABSENT ? event->attempt
							    : event->attempts;
	uint64_t key, before = 0;
	struct open *open;

	if (!named && rt_counted_closes(event))
		attempt++;
	if (named || attempt > 1) {
		key = key_of(record, operation, event, attempt - 1);
		open = find_open(record, key);
		if (open->key == key && goes_on(record, event, open->at))
			before = open->at;
		if (open->key == key && !named)
			*open = (struct open){0};
	}
	if (!named && event->type != BACKOFF_EVENT_ATTEMPT)
		return before;
	key = key_of(record, operation, event, attempt);
	*find_open(record, key) = (struct open){key, at};
	return before;
}

/* Until the ring is full for the first time, its size is what operations, whose
 * counts take memory, too, leave of it. */
static void
fix_size(struct rt_record *record, size_t size)
{
	size_t parts = PARTS - (size_t)bo_min(record->seen, PARTS);
	size_t bytes = record->bytes / PARTS / 8 * 8 *
		       (parts > LEAST_PARTS ? parts : LEAST_PARTS);

	if (record->fixed || record->end + size <= bytes)
		return;
	record->fixed = true;
	record->bytes = record->end > bytes ? (size_t)record->end : bytes;
}

/* Make room for an item at the end; it does not wrap around. */
static void
make_room(struct rt_record *record, size_t size)
{
	size_t left;

	fix_size(record, size);
	left = record->bytes - record->end % record->bytes;

	if (left < size) {
		if (record->newest != 0)
			item_at(record, record->newest)->next += (uint32_t)left;
		record->end += left;
	}
	while (record->oldest != 0 &&
	       record->end + size > record->oldest + record->bytes)
		record->oldest += item_at(record, record->oldest)->next;
	/* It is needed when the next item comes. */
	__builtin_prefetch(item_at(record, record->oldest));
}

static size_t
put_texts(const struct backoff_event *event, char *out)
{
	char *at = out;

#define PUT_TEXT(member, text)                                                 \
	at += bo_utf8_copy((text) ? (text) : "", at, TEXT_MAX) + 1;
	TEXTS(PUT_TEXT)
	return (size_t)(at - out);
}

/* Returns where the texts go. */
static char *
put_waits(struct item *item, const struct backoff_event *event)
{
	const struct waits waits = {event->delay_ns, event->delay_low_ns,
				    event->delay_high_ns, event->hint_ns};

	item->waits = waits.delay_ns != BACKOFF_ABSENT ||
		      waits.hint_ns != BACKOFF_ABSENT;
	if (!item->waits)
		return (char *)(item + 1);
	memcpy(item + 1, &waits, sizeof(waits));
	return (char *)(item + 1) + sizeof(waits);
}

static struct waits
waits_of(const struct item *item)
{
	struct waits waits = {BACKOFF_ABSENT, BACKOFF_ABSENT, BACKOFF_ABSENT,
			      BACKOFF_ABSENT};

	if (item->waits)
		memcpy(&waits, item + 1, sizeof(waits));
	return waits;
}

/* The distance to an earlier item; 0 if it is no longer there. */
static uint32_t
distance(const struct rt_record *record, uint64_t from, uint64_t to)
{
	return is_there(record, to) ? (uint32_t)(from - to) : 0;
}

void
rt_record_lane(struct rt_record *record, const char *lane)
{
	record->lane = lane == NULL ? 0 : bo_hash(0, lane, strlen(lane));
}

static void
note_time(struct rt_record *record, uint64_t ts_ns)
{
	if (ts_ns > record->latest_ns)
		record->latest_ns = ts_ns;
	if (record->latest_ns - ts_ns > record->behind_ns)
		record->behind_ns = record->latest_ns - ts_ns;
}

void
rt_record_add(struct rt_record *record, uint32_t operation,
	      const struct backoff_event *event, uint64_t ts_ns, bool whole)
{
	struct item *item;
	uint64_t at, before;
	char *rest;

	if (operation >= record->operations)
		return;
	make_room(record, ITEM_MAX);
	note_time(record, ts_ns);
	at = record->end;
	before = join(record, operation, event, at);
	item = item_at(record, at);
	*item = (struct item){
		.ts_ns = ts_ns,
		.duration_ns = event->duration_ns,
		.elapsed_ns = event->elapsed_ns,
		.before = distance(record, at, record->newest),
		.before_in_operation =
			distance(record, at, record->last[operation]),
		.before_in_call = distance(record, at, before),
		.before_failed = distance(record, at, record->failed),
		.attempt = short_number(event->attempt),
		.attempts = short_number(event->attempts),
		.operation = (uint16_t)operation,
		.type = (uint8_t)event->type,
		.kind = (uint8_t)event->kind,
		.stop = (uint8_t)event->stop,
		.delay_source = (uint8_t)event->delay_source,
		.hint_action = (uint8_t)event->hint_action,
		.whole = whole,
		.outcome = (int8_t)event->outcome,
		.failure_class = (int8_t)event->failure_class,
		.max_attempts =
			(uint16_t)bo_min(event->max_attempts, UINT16_MAX),
	};
	rest = put_waits(item, event);
	rest += put_texts(event, rest);
	item->next = (uint32_t)(rest - (char *)item + 7) / 8 * 8;
	record->end = at + item->next;
	record->newest = at;
	record->seen += record->last[operation] == 0;
	record->last[operation] = at;
	if (event->type == BACKOFF_EVENT_EXHAUSTED ||
	    event->type == BACKOFF_EVENT_ABORTED)
		record->failed = at;
	if (record->oldest == 0)
		record->oldest = at;
}

uint64_t
rt_record_last(const struct rt_record *record)
{
	return record->newest;
}

uint64_t
rt_record_last_failed(const struct rt_record *record)
{
	return is_there(record, record->failed) ? record->failed : 0;
}

uint64_t
rt_record_last_of(const struct rt_record *record, uint32_t operation)
{
	uint64_t at =
		operation < record->operations ? record->last[operation] : 0;

	return is_there(record, at) ? at : 0;
}

static uint64_t
back(uint64_t at, uint32_t by)
{
	return by == 0 ? 0 : at - by;
}

bool
rt_record_get(const struct rt_record *record, uint64_t at, struct rt_past *out)
{
	const struct item *item;
	struct waits waits;
	const char *text;

	if (!is_there(record, at))
		return false;
	item = item_at(record, at);
	waits = waits_of(item);
	text = (const char *)(item + 1) + (item->waits ? sizeof(waits) : 0);
	*out = (struct rt_past){
		.at = at,
		.before = back(at, item->before),
		.before_in_operation = back(at, item->before_in_operation),
		.before_in_call = back(at, item->before_in_call),
		.before_failed = back(at, item->before_failed),
		.ts_ns = item->ts_ns,
		.duration_ns = item->duration_ns,
		.elapsed_ns = item->elapsed_ns,
		.delay_ns = waits.delay_ns,
		.delay_low_ns = waits.low_ns,
		.delay_high_ns = waits.high_ns,
		.hint_ns = waits.hint_ns,
		.operation = item->operation,
		.attempt = long_number(item->attempt),
		.attempts = long_number(item->attempts),
		.type = item->type,
		.kind = item->kind,
		.stop = item->stop,
		.delay_source = item->delay_source,
		.hint_action = item->hint_action,
		.outcome = item->outcome,
		.failure_class = item->failure_class,
		.max_attempts = item->max_attempts == UINT16_MAX
					? BACKOFF_ABSENT
					: item->max_attempts,
		.whole = item->whole,
	};
#define GET_TEXT(member, from)                                                 \
	out->member = text;                                                    \
	text += strlen(text) + 1;
	TEXTS(GET_TEXT)
	return true;
}

uint64_t
rt_record_behind_ns(const struct rt_record *record)
{
	return record->behind_ns;
}

uint64_t
rt_record_from_ns(const struct rt_record *record)
{
	return record->oldest == 0 ? 0 : item_at(record, record->oldest)->ts_ns;
}

bool
rt_record_is_whole(const struct rt_record *record)
{
	return record->oldest <= FIRST;
}
