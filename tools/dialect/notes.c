/* Keeps notes by lane, in a table of a fixed size. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/notes.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"
#include "dialect/address.h"
#include "dialect/merge.h"

#define LANES 1024
/* Notes of one lane that wait; the oldest makes room. */
#define NOTES_MAX 8
/* A note is about an event within this time. */
#define NOTE_NS (60 * BO_NS_PER_S)
/* Without a name or a lane, and where there is a choice, within this. */
#define CLOSE_NS BO_NS_PER_S
/* Lines about one failure are written at once. */
#define AT_ONCE_NS (100 * BO_NS_PER_MS)
/* Events without a note whose line may come after them. */
#define BARE_MAX 16
/* Operations of which it is known that events follow their notes. */
#define FOLLOWED_MAX 4096

struct note {
	struct tk_rule *rule;
	bool used;
	struct tk_made made;
	/* What made's texts point into. */
	char *texts;
};

/* An event that had no note. */
struct bare {
	uint64_t operation, ts_ns;
};

struct lane {
	uint64_t key;
	size_t input;
	/* A thread or the like: it has one call at a time. */
	bool named;
	/* In the order of their lines. */
	struct note *note[NOTES_MAX];
	size_t count;
	struct bare bare[BARE_MAX];
	unsigned bares;
	/* The last operation, and whether there were several. */
	uint64_t operation;
	bool several;
};

struct tk_notes {
	struct lane *lane[LANES];
	uint64_t followed[FOLLOWED_MAX];
	/* Failed attempts that wait. */
	size_t waiting;
};

struct tk_notes *
tk_notes_new(void)
{
	return calloc(1, sizeof(struct tk_notes));
}

static void
free_note(struct note *note)
{
	if (note != NULL)
		free(note->texts);
	free(note);
}

void
tk_notes_free(struct tk_notes *notes)
{
	if (notes == NULL)
		return;
	for (size_t i = 0; i < LANES; i++) {
		struct lane *lane = notes->lane[i];

		for (size_t j = 0; lane != NULL && j < lane->count; j++)
			free_note(lane->note[j]);
		free(lane);
	}
	free(notes);
}

/* The same in every run: keys decide what is forgotten. */
static uint64_t
key_of(size_t input, const struct tk_file *file, const char *text)
{
	uint64_t hash = bo_hash('n', &input, sizeof(input));

	hash = bo_hash(hash, file->name, strlen(file->name));
	return text != NULL ? bo_hash(hash, text, strlen(text)) : hash;
}

/* A name of an operation in all inputs; lines that do not surely name one have
 * that of their dialect and logger. */
static uint64_t
operation_of(const struct tk_file *file, const struct tk_made *made)
{
	const char *name = made->event.operation;
	uint64_t hash = bo_hash('o', file->name, strlen(file->name));

	if (name == NULL || made->unnamed) {
		hash ^= made->logger;
		name = file->name;
	}
	return bo_hash(hash, name, strlen(name)) | 1;
}

static bool
differ(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) != 0;
}

static bool
differ_number(uint64_t a, uint64_t b)
{
	return a != BACKOFF_ABSENT && b != BACKOFF_ABSENT && a != b;
}

/* Whether the address of a note contradicts the path of an event. */
static bool
is_elsewhere(const struct tk_made *note, const struct tk_made *made)
{
	return note->event.operation == NULL &&
	       tk_address_lacks(note->event.target, made->event.operation);
}

/* Whether both may be about one call, as far as they name it. */
static bool
is_one_call(const struct tk_made *a, const struct tk_made *b)
{
	if (a->logger != 0 && b->logger != 0 && a->logger != b->logger)
		return false;
	return (a->guessed || b->guessed ||
		!differ(a->event.operation, b->event.operation)) &&
	       !differ(a->event.call_id, b->event.call_id) &&
	       !differ(a->event.trace_id, b->event.trace_id);
}

/* Whether the attempt of a note is its call's last. */
static bool
is_last(const struct tk_made *made)
{
	return made->event.attempt != BACKOFF_ABSENT &&
	       made->event.attempt == made->event.max_attempts;
}

/* Whether both may be about one attempt. */
static bool
is_one_attempt(const struct tk_made *note, enum backoff_event_type type,
	       const struct tk_made *made)
{
	return is_one_call(note, made) && !is_elsewhere(note, made) &&
	       !differ_number(note->event.attempt, made->event.attempt) &&
	       !differ_number(note->event.max_attempts,
			      made->event.max_attempts) &&
	       !(type == BACKOFF_EVENT_ATTEMPT && is_last(note));
}

static bool
is_near(uint64_t a, uint64_t b, uint64_t ns)
{
	return a == BACKOFF_ABSENT || b == BACKOFF_ABSENT ||
	       (a > b ? a - b : b - a) <= ns;
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

static void
remove_note(struct tk_notes *notes, struct lane *lane, size_t at)
{
	struct note *note = lane->note[at];

	notes->waiting -=
		note->rule->alone != BACKOFF_EVENT_UNKNOWN && !note->used;
	free_note(note);
	lane->count--;
	memmove(&lane->note[at], &lane->note[at + 1],
		(lane->count - at) * sizeof(*lane->note));
}

static bool
is_followed(const struct tk_notes *notes, const struct note *note)
{
	uint64_t key = operation_of(note->rule->file, &note->made);

	return notes->followed[key / 2 % FOLLOWED_MAX] == key;
}

static void
note_followed(struct tk_notes *notes, const struct note *note)
{
	uint64_t key = operation_of(note->rule->file, &note->made);

	notes->followed[key / 2 % FOLLOWED_MAX] = key;
}

/* Give the failed attempt of a note, if it is one, and remove it. */
static bool
give(struct tk_notes *notes, struct lane *lane, size_t at, tk_note_fn fn,
     void *user)
{
	struct note *note = lane->note[at];
	struct tk_rule *rule = note->rule;
	bool ends = is_last(&note->made) || is_followed(notes, note);
	bool fine = true;

	if (!note->used && rule->alone != BACKOFF_EVENT_UNKNOWN &&
	    (ends || rule->alone == BACKOFF_EVENT_ATTEMPT))
		fine = fn(user, lane->input, rule, &note->made, ends);
	remove_note(notes, lane, at);
	return fine;
}

/* The lane of a key, which may take the place of another one. NULL: no
 * memory. */
static struct lane *
make_lane(struct tk_notes *notes, uint64_t key, tk_note_fn fn, void *user)
{
	struct lane **slot = &notes->lane[key % LANES];

	if (*slot == NULL)
		*slot = calloc(1, sizeof(**slot));
	if (*slot == NULL || (*slot)->key == key)
		return *slot;
	while ((*slot)->count > 0) {
		if (!give(notes, *slot, 0, fn, user))
			return NULL;
	}
	memset(*slot, 0, sizeof(**slot));
	(*slot)->key = key;
	return *slot;
}

/* Whether an event without a note was the retry of this failure. */
static bool
came_before(struct lane *lane, const struct note *note)
{
	uint64_t operation = operation_of(note->rule->file, &note->made);

	for (size_t i = 0; i < BARE_MAX; i++) {
		struct bare *bare = &lane->bare[i];

		if (bare->operation != operation ||
		    bare->ts_ns == BACKOFF_ABSENT ||
		    note->made.event.ts_ns == BACKOFF_ABSENT ||
		    !is_near(bare->ts_ns, note->made.event.ts_ns, AT_ONCE_NS))
			continue;
		bare->operation = 0;
		return true;
	}
	return false;
}

static bool
have_one_id(const struct tk_made *a, const struct tk_made *b)
{
	return a->event.call_id != NULL && b->event.call_id != NULL &&
	       strcmp(a->event.call_id, b->event.call_id) == 0;
}

/* The last note that is about the same call and only completes others, + 1; for
 * a failed attempt, one that has its call's id. */
static size_t
find_earlier(const struct lane *lane, const struct tk_made *made, bool alone)
{
	for (size_t i = lane->count; i > 0; i--) {
		const struct note *note = lane->note[i - 1];

		if (!note->used && note->rule->alone == BACKOFF_EVENT_UNKNOWN &&
		    is_one_call(&note->made, made) &&
		    (!alone || have_one_id(&note->made, made)))
			return i;
	}
	return 0;
}

/* Remove what has been used, or is not needed any more. */
static bool
clean(struct tk_notes *notes, struct lane *lane, const struct tk_made *made,
      tk_note_fn fn, void *user)
{
	for (size_t i = lane->count; i > 0; i--) {
		const struct note *note = lane->note[i - 1];

		/* In a thread, another call has begun. */
		if (note->used || (lane->named &&
				   note->rule->alone == BACKOFF_EVENT_UNKNOWN &&
				   !is_one_call(&note->made, made)))
			remove_note(notes, lane, i - 1);
	}
	return lane->count < NOTES_MAX || give(notes, lane, 0, fn, user);
}

bool
tk_notes_keep(struct tk_notes *notes, size_t input, const char *name,
	      struct tk_rule *rule, const struct tk_made *made, tk_note_fn fn,
	      void *user)
{
	bool alone = rule->alone != BACKOFF_EVENT_UNKNOWN;
	struct lane *lane =
		make_lane(notes, key_of(input, rule->file, name), fn, user);
	struct note *note;
	size_t earlier;

	if (lane == NULL || !clean(notes, lane, made, fn, user))
		return false;
	lane->input = input;
	lane->named = name != NULL;
	note = calloc(1, sizeof(*note));
	if (note == NULL)
		return false;
	note->rule = rule;
	note->made = *made;
	if (alone && came_before(lane, note)) {
		note_followed(notes, note);
		free_note(note);
		return true;
	}
	earlier = find_earlier(lane, made, alone);
	if (earlier > 0)
		tk_merge(&lane->note[earlier - 1]->made, &note->made);
	note->texts = tk_merge_keep(&note->made);
	if (note->texts == NULL) {
		free_note(note);
		return false;
	}
	if (earlier > 0)
		remove_note(notes, lane, earlier - 1);
	lane->note[lane->count++] = note;
	notes->waiting += alone;
	return true;
}

/* Whether a note may be about an event. */
static bool
fits(const struct lane *lane, const struct note *note,
     const struct tk_file *file, enum backoff_event_type type,
     const struct tk_made *made)
{
	const struct backoff_event *event = &note->made.event;
	bool unnamed = (event->operation == NULL ||
			(note->made.unnamed && note->made.logger == 0)) &&
		       event->call_id == NULL && event->trace_id == NULL &&
		       !lane->named;
	bool choice = lane->several || note->rule->file != file;

	/* What succeeded is not what failed. */
	if (type == BACKOFF_EVENT_SUCCESS &&
	    note->rule->alone != BACKOFF_EVENT_UNKNOWN)
		return false;
	return !note->used && is_for(note->rule, file) &&
	       is_one_attempt(&note->made, type, made) &&
	       is_near(event->ts_ns, made->event.ts_ns,
		       unnamed && choice ? CLOSE_NS : NOTE_NS);
}

/* The note that is about an event, + 1: the first of those written at once
 * with it, else the last. */
static size_t
find(const struct lane *lane, const struct tk_file *file,
     enum backoff_event_type type, const struct tk_made *made)
{
	size_t found = 0;

	for (size_t i = 0; i < lane->count; i++) {
		const struct note *note = lane->note[i];

		if (!fits(lane, note, file, type, made))
			continue;
		found = i + 1;
		if (note->rule->alone != BACKOFF_EVENT_UNKNOWN &&
		    is_near(note->made.event.ts_ns, made->event.ts_ns,
			    AT_ONCE_NS))
			break;
	}
	return found;
}

/* Note that an event has no note, or not yet. */
static void
note_bare(struct lane *lane, const struct tk_file *file,
	  const struct tk_made *made)
{
	lane->bare[lane->bares++ % BARE_MAX] =
		(struct bare){operation_of(file, made), made->event.ts_ns};
}

/* A line that comes after the wait which a note names is about the failure
 * before it. */
static void
take_time(const struct tk_made *note, struct tk_made *made)
{
	uint64_t due_ns, ts_ns = note->event.ts_ns;

	if (made->event.delay_ns != BACKOFF_ABSENT ||
	    made->event.ts_ns == BACKOFF_ABSENT ||
	    note->event.delay_ns == BACKOFF_ABSENT || ts_ns == BACKOFF_ABSENT)
		return;
	due_ns = bo_add_sat(ts_ns, note->event.delay_ns);
	if (due_ns <= bo_add_sat(made->event.ts_ns, AT_ONCE_NS) &&
	    ts_ns < made->event.ts_ns)
		made->event.ts_ns = ts_ns;
}

bool
tk_notes_take(struct tk_notes *notes, size_t input, const char *name,
	      const struct tk_file *file, enum backoff_event_type type,
	      struct tk_made *made, tk_note_fn fn, void *user)
{
	uint64_t operation = operation_of(file, made);

	/* Before a note is taken: a lane that makes room frees its texts. */
	if (file->has_alone) {
		struct lane *own =
			make_lane(notes, key_of(input, file, name), fn, user);

		if (own == NULL)
			return false;
		own->input = input;
	}
	for (size_t i = 0; i < file->giver_count; i++) {
		const struct tk_file *giver = file->giver[i];
		uint64_t key = key_of(input, giver, name);
		struct lane *lane = notes->lane[key % LANES];
		struct note *note;
		size_t found;

		if (lane == NULL || lane->key != key)
			continue;
		lane->several |=
			lane->operation != 0 && lane->operation != operation;
		lane->operation = operation;
		found = find(lane, file, type, made);
		if (found == 0) {
			if (giver == file && type == BACKOFF_EVENT_ATTEMPT &&
			    made->event.attempt == BACKOFF_ABSENT)
				note_bare(lane, file, made);
			continue;
		}
		note = lane->note[found - 1];
		take_time(&note->made, made);
		tk_merge(&note->made, made);
		if (type != BACKOFF_EVENT_UNKNOWN)
			note_followed(notes, note);
		note->used = true;
		notes->waiting -= note->rule->alone != BACKOFF_EVENT_UNKNOWN;
	}
	return true;
}

/* Whether a note is not about an event, but about what was before it. */
static bool
is_before(const struct lane *lane, const struct note *note, bool retry,
	  const struct tk_made *made)
{
	const struct tk_rule *rule = note->rule;
	uint64_t ts_ns = note->made.event.ts_ns;

	if (rule->alone == BACKOFF_EVENT_UNKNOWN || note->used ||
	    !is_one_call(&note->made, made))
		return false;
	if (retry)
		return rule->alone == BACKOFF_EVENT_EXHAUSTED && rule->open &&
		       !is_near(ts_ns, made->event.ts_ns, CLOSE_NS);
	return lane->named || !is_near(ts_ns, made->event.ts_ns, AT_ONCE_NS);
}

bool
tk_notes_settle(struct tk_notes *notes, size_t input, const char *name,
		const struct tk_file *file, bool retry,
		const struct tk_made *made, tk_note_fn fn, void *user)
{
	uint64_t key = key_of(input, file, name);
	struct lane *lane = notes->lane[key % LANES];

	if (notes->waiting == 0 || lane == NULL || lane->key != key)
		return true;
	for (size_t i = 0; i < lane->count;) {
		if (!is_before(lane, lane->note[i], retry, made))
			i++;
		else if (!give(notes, lane, i, fn, user))
			return false;
	}
	return true;
}

bool
tk_notes_flush(struct tk_notes *notes, size_t input, uint64_t now_ns,
	       tk_note_fn fn, void *user)
{
	for (size_t l = 0; notes->waiting > 0 && l < LANES; l++) {
		struct lane *lane = notes->lane[l];

		if (lane == NULL || lane->input != input)
			continue;
		for (size_t i = 0; i < lane->count;) {
			const struct note *note = lane->note[i];
			uint64_t ts_ns = note->made.event.ts_ns;

			if (note->rule->alone == BACKOFF_EVENT_UNKNOWN ||
			    note->used ||
			    (now_ns != BACKOFF_ABSENT &&
			     ts_ns != BACKOFF_ABSENT &&
			     (ts_ns > now_ns || now_ns - ts_ns <= NOTE_NS)))
				i++;
			else if (!give(notes, lane, i, fn, user))
				return false;
		}
	}
	return true;
}
