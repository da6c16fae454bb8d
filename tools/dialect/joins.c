/* Keeps notes and open retries in tables of a fixed size. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/joins.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"

#define NOTES 1024
#define LANES 4096
/* Retries of one lane that are open at once; the oldest is forgotten. */
#define DUE_MAX 8
/* A note is about an event within this time. */
#define NOTE_NS (60 * BO_NS_PER_S)
/* A retry that has no line long after it was due was not logged. */
#define OPEN_NS (900 * BO_NS_PER_S)
/* Delays are rounded, and the clock of a log is. */
#define SLACK_NS (100 * BO_NS_PER_MS)
#define OPERATION_MAX 256

struct note {
	uint64_t key;
	const struct tk_rule *rule;
	bool used;
	struct tk_made made;
	/* What made's texts point into. */
	char *texts;
};

struct lane {
	uint64_t key;
	size_t count;
	uint64_t due_ns[DUE_MAX];
	char operation[OPERATION_MAX + 1];
};

struct tk_joins {
	struct note *note[NOTES];
	struct lane *lane[LANES];
};

struct tk_joins *
tk_joins_new(void)
{
	return calloc(1, sizeof(struct tk_joins));
}

void
tk_joins_free(struct tk_joins *joins)
{
	if (joins == NULL)
		return;
	for (size_t i = 0; i < NOTES; i++) {
		if (joins->note[i] != NULL)
			free(joins->note[i]->texts);
		free(joins->note[i]);
	}
	for (size_t i = 0; i < LANES; i++)
		free(joins->lane[i]);
	free(joins);
}

/* The same in every run: keys decide what is forgotten. */
static uint64_t
key_of(size_t input, const struct tk_file *file, char kind, const char *text)
{
	uint64_t hash = bo_hash((uint64_t)kind, &input, sizeof(input));

	hash = bo_hash(hash, file->name, strlen(file->name));
	return text != NULL ? bo_hash(hash, text, strlen(text)) : hash;
}

static bool
is_absent(const struct tk_field *field, const struct tk_made *made)
{
	const char *at = (const char *)made + field->offset;
	const char *text;
	uint64_t number;
	int name;

	switch (field->kind) {
	case TK_FIELD_TEXT:
		memcpy(&text, at, sizeof(text));
		return text == NULL;
	case TK_FIELD_COUNT:
	case TK_FIELD_DURATION:
	case TK_FIELD_TIME:
		memcpy(&number, at, sizeof(number));
		return number == BACKOFF_ABSENT;
	case TK_FIELD_OUTCOME:
	case TK_FIELD_CLASS:
		memcpy(&name, at, sizeof(name));
		return name < 0;
	case TK_FIELD_STOP:
		memcpy(&name, at, sizeof(name));
		return name == 0;
	case TK_FIELD_TYPE:
		break;
	}
	return false;
}

/* Copy a field's value, which is as large as its kind. */
static void
copy_field(const struct tk_field *field, const struct tk_made *from,
	   struct tk_made *to)
{
	size_t size = sizeof(uint64_t);

	if (field->kind == TK_FIELD_TEXT)
		size = sizeof(const char *);
	else if (field->kind == TK_FIELD_OUTCOME ||
		 field->kind == TK_FIELD_CLASS || field->kind == TK_FIELD_STOP)
		size = sizeof(int);
	memcpy((char *)to + field->offset, (const char *)from + field->offset,
	       size);
}

/* Give `to` what it lacks. */
static void
merge(const struct tk_made *from, struct tk_made *to)
{
	for (size_t i = 0; i < tk_field_count; i++) {
		if (tk_fields[i].kind != TK_FIELD_TYPE &&
		    is_absent(&tk_fields[i], to) &&
		    !is_absent(&tk_fields[i], from))
			copy_field(&tk_fields[i], from, to);
	}
	if (to->event.attrs == NULL)
		to->event.attrs = from->event.attrs;
}

/* Copy the texts of a note to memory of its own. */
static bool
keep_texts(struct note *note)
{
	char *texts = NULL, *at;
	size_t size = 1;

	for (int pass = 0; pass < 2; pass++) {
		at = pass > 0 ? texts : NULL;
		for (size_t i = 0; i < tk_field_count + 1; i++) {
			char *place = i < tk_field_count
					      ? (char *)&note->made +
							tk_fields[i].offset
					      : (char *)&note->made.event.attrs;
			const char *text;
			size_t length;

			if (i < tk_field_count &&
			    tk_fields[i].kind != TK_FIELD_TEXT)
				continue;
			memcpy(&text, place, sizeof(text));
			if (text == NULL)
				continue;
			length = strlen(text) + 1;
			if (pass == 0) {
				size += length;
				continue;
			}
			memcpy(at, text, length);
			text = at;
			memcpy(place, &text, sizeof(text));
			at += length;
		}
		if (pass == 0 && (texts = malloc(size)) == NULL)
			return false;
	}
	free(note->texts);
	note->texts = texts;
	return true;
}

bool
tk_joins_note(struct tk_joins *joins, size_t input, const char *lane,
	      const struct tk_rule *rule, const struct tk_made *made)
{
	uint64_t key = key_of(input, rule->file, 'n', lane);
	struct note **slot = &joins->note[key % NOTES], *note = *slot;
	struct tk_made merged = *made;

	if (note == NULL) {
		*slot = note = calloc(1, sizeof(*note));
		if (note == NULL)
			return false;
	}
	if (note->texts != NULL && note->key == key && !note->used)
		merge(&note->made, &merged);
	note->key = key;
	note->rule = rule;
	note->used = false;
	note->made = merged;
	if (keep_texts(note))
		return true;
	note->used = true;
	return false;
}

static bool
is_near(uint64_t a, uint64_t b)
{
	return a == BACKOFF_ABSENT || b == BACKOFF_ABSENT ||
	       (a > b ? a - b : b - a) <= NOTE_NS;
}

/* Whether both may be about one call, as far as their operations say. */
static bool
may_be_one(const struct tk_made *a, const struct tk_made *b)
{
	return a->event.operation == NULL || b->event.operation == NULL ||
	       strcmp(a->event.operation, b->event.operation) == 0;
}

static bool
is_for(const struct tk_rule *rule, const struct tk_file *file)
{
	for (size_t i = 0; i < rule->taker_count; i++) {
		if (strcmp(rule->takers[i], file->name) == 0)
			return true;
	}
	return rule->taker_count == 0;
}

void
tk_joins_take(struct tk_joins *joins, size_t input, const char *lane,
	      const struct tk_file *file, struct tk_made *made)
{
	for (size_t i = 0; i < file->giver_count; i++) {
		uint64_t key = key_of(input, file->giver[i], 'n', lane);
		struct note *note = joins->note[key % NOTES];

		if (note == NULL || note->key != key || note->used ||
		    !is_for(note->rule, file) ||
		    !may_be_one(&note->made, made) ||
		    !is_near(note->made.event.ts_ns, made->event.ts_ns))
			continue;
		merge(&note->made, made);
		note->used = true;
	}
}

/* The lane of a key; with `make`, a new one takes the place of another. */
static struct lane *
lane_of(struct tk_joins *joins, uint64_t key, bool make)
{
	struct lane **slot = &joins->lane[key % LANES];

	if (*slot == NULL && make)
		*slot = calloc(1, sizeof(**slot));
	if (*slot == NULL)
		return NULL;
	if ((*slot)->key != key) {
		if (!make)
			return NULL;
		memset(*slot, 0, sizeof(**slot));
		(*slot)->key = key;
	}
	return *slot;
}

/* Remove the oldest retry that is due; false if there is none. */
static bool
pop(struct lane *lane, uint64_t now_ns)
{
	if (lane == NULL)
		return false;
	while (lane->count > 0) {
		uint64_t due = lane->due_ns[0];

		/* Without times, the order of lines is all there is. */
		if (now_ns != BACKOFF_ABSENT && due > now_ns &&
		    due - now_ns > SLACK_NS)
			return false;
		lane->count--;
		memmove(lane->due_ns, lane->due_ns + 1,
			lane->count * sizeof(*lane->due_ns));
		if (now_ns == BACKOFF_ABSENT || now_ns < due ||
		    now_ns - due <= OPEN_NS)
			return true;
	}
	return false;
}

static void
push(struct lane *lane, uint64_t due_ns, const char *operation)
{
	size_t i, length = operation != NULL ? strlen(operation) : 0;

	if (lane->count == DUE_MAX) {
		lane->count--;
		memmove(lane->due_ns, lane->due_ns + 1,
			lane->count * sizeof(*lane->due_ns));
	}
	for (i = lane->count++; i > 0 && lane->due_ns[i - 1] > due_ns; i--)
		lane->due_ns[i] = lane->due_ns[i - 1];
	lane->due_ns[i] = due_ns;
	if (length > OPERATION_MAX)
		length = OPERATION_MAX;
	if (length > 0)
		memcpy(lane->operation, operation, length);
	lane->operation[length] = '\0';
}

/* The keys under which a retry is found: its lane, its operation, its input. */
static size_t
keys_of(size_t input, const char *lane, const struct tk_file *file,
	const char *operation, uint64_t *key)
{
	size_t count = 0;

	if (lane != NULL)
		key[count++] = key_of(input, file, 'l', lane);
	if (operation != NULL)
		key[count++] = key_of(input, file, 'o', operation);
	key[count++] = key_of(input, file, 'i', NULL);
	return count;
}

bool
tk_joins_retry(struct tk_joins *joins, size_t input, const char *lane,
	       const struct tk_file *file, const struct tk_made *made)
{
	const struct backoff_event *event = &made->event;
	uint64_t key[3], due = event->ts_ns;
	size_t count = keys_of(input, lane, file, event->operation, key);

	if (due != BACKOFF_ABSENT && event->delay_ns != BACKOFF_ABSENT)
		due = bo_add_sat(due, event->delay_ns);
	for (size_t i = 0; i < count; i++) {
		bool again = event->type == BACKOFF_EVENT_ATTEMPT;
		struct lane *place = lane_of(joins, key[i], again);

		if (again && place == NULL)
			return false;
		/* It is itself what a retry before it led to. */
		pop(place, event->ts_ns);
		if (again)
			push(place, due, event->operation);
	}
	return true;
}

bool
tk_joins_open(struct tk_joins *joins, size_t input, const char *lane,
	      const struct tk_file *file, struct tk_made *made)
{
	struct backoff_event *event = &made->event;
	uint64_t key[3];
	struct lane *place;

	keys_of(input, lane, file, event->operation, key);
	place = lane_of(joins, key[0], false);
	if (!pop(place, event->ts_ns))
		return false;
	if (event->operation == NULL && place->operation[0] != '\0')
		event->operation = place->operation;
	/* Gone from the other tables too. */
	for (size_t i = 1,
		    count = keys_of(input, lane, file, event->operation, key);
	     i < count; i++)
		pop(lane_of(joins, key[i], false), event->ts_ns);
	return true;
}
