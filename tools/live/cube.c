/* Recent counts by operation, target, policy, host, service and error at once,
 * which are grouped when they are looked at. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/cube.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"
#include "base/utf8.h"
#include "live/errors.h"
#include "live/parts.h"

#define OTHER "(other)"
/* Between looks for cells that have no events any more. */
#define SWEEP_S 5
/* "" and "(other)" come first, and stay. */
#define FIXED_NAMES 2

const char *
rt_group_name(enum rt_group group)
{
#define GROUP_NAME(member, name, heading) name,
	static const char *const names[] = {RT_GROUPS(GROUP_NAME)};

	return names[group];
}

const char *
rt_group_heading(enum rt_group group)
{
#define GROUP_HEADING(member, name, heading) heading,
	static const char *const headings[] = {RT_GROUPS(GROUP_HEADING)};

	return headings[group];
}

static void
clear_cell(struct rt_cube_cell *cell)
{
	rt_coarse_clear(&cell->coarse, RT_COUNTS_COUNT);
	rt_sparse_clear(&cell->recent);
	rt_took_clear(&cell->tries);
	rt_took_clear(&cell->calls);
	free(cell->text);
}

void
rt_cube_clear(struct rt_cube *cube)
{
	for (size_t i = 0; i < cube->count; i++) {
		clear_cell(&cube->cell[i]);
	}
	for (size_t i = 0; i < cube->names; i++)
		free(cube->name[i]);
	free(cube->cell);
	free(cube->name);
	bo_table_clear(&cube->cells);
	bo_table_clear(&cube->by_name);
	memset(cube, 0, sizeof(*cube));
}

static uint64_t
hash_of_name(const void *user, uint32_t item)
{
	const struct rt_cube *cube = user;

	return bo_hash(0, cube->name[item], strlen(cube->name[item]));
}

static bool
is_named(const void *user, uint32_t item, const void *name)
{
	const struct rt_cube *cube = user;

	return strcmp(cube->name[item], name) == 0;
}

/* Double the room of an array. */
static bool
make_room(void **array, size_t count, size_t *room, size_t bytes)
{
	size_t more = *room > 0 ? *room * 2 : 16;
	void *grown;

	if (count < *room)
		return true;
	grown = reallocarray(*array, more, bytes);
	if (grown == NULL)
		return false;
	*array = grown;
	*room = more;
	return true;
}

/* The place of a name. False if there is no memory. */
static bool
place_of(struct rt_cube *cube, const char *given, uint16_t *place)
{
	char name[RT_PART_NAME_MAX];
	uint32_t *slot;

	bo_utf8_copy(given, name, sizeof(name));
	if (!bo_table_reserve(&cube->by_name, cube->names, hash_of_name, cube))
		return false;
	slot = bo_table_find(&cube->by_name, bo_hash(0, name, strlen(name)),
			     is_named, cube, name);
	if (*slot == 0) {
		if (!make_room((void **)&cube->name, cube->names,
			       &cube->names_room, sizeof(*cube->name)))
			return false;
		cube->name[cube->names] = strdup(name);
		if (cube->name[cube->names] == NULL)
			return false;
		*slot = (uint32_t)++cube->names;
	}
	*place = (uint16_t)(*slot - 1);
	return true;
}

/* The name of each group that an event has; NULL: none. */
struct texts {
	const char *text[RT_GROUP_COUNT];
};

static struct texts
texts_of(const struct rt_cube_event *what)
{
	const struct backoff_event *event = what->event;
	/* What has no result has no error. */
	bool fails = event->type != BACKOFF_EVENT_SUCCESS &&
		     event->outcome != BACKOFF_OUTCOME_CANCELLED;
	const char *error = fails ? rt_error_label(event) : NULL;

	return (struct texts){{
		[RT_GROUP_OPERATION] = what->operation,
		[RT_GROUP_TARGET] = event->target,
		[RT_GROUP_POLICY] = event->policy,
		[RT_GROUP_HOST] = event->host,
		[RT_GROUP_SERVICE] = event->service,
		[RT_GROUP_ERROR] = event->stop == BACKOFF_STOP_BREAKER_OPEN
					   ? RT_ERROR_BREAKER
					   : error,
	}};
}

static uint64_t
hash_of(const struct rt_cube_event *what, const struct texts *texts)
{
	uint64_t hash = what->operation_hash;

	for (unsigned group = RT_GROUP_OPERATION + 1; group < RT_GROUP_COUNT;
	     group++) {
		const char *text = texts->text[group];

		/* The end of a text counts, too. */
		if (text != NULL)
			hash = bo_hash(hash + 1, text, strlen(text));
		else
			hash++;
	}
	if (what->event->policy_hash != NULL)
		hash = bo_hash(hash, what->event->policy_hash,
			       strlen(what->event->policy_hash));
	return hash;
}

static uint64_t
hash_of_cell(const void *user, uint32_t item)
{
	const struct rt_cube *cube = user;

	return cube->cell[item].hash;
}

static bool
is_cell(const void *user, uint32_t item, const void *hash)
{
	const struct rt_cube *cube = user;

	return cube->cell[item].hash == *(const uint64_t *)hash;
}

/* Give a new cell its names. */
static bool
name_cell(struct rt_cube *cube, struct rt_cube_cell *cell,
	  const struct rt_cube_event *what, const struct texts *texts)
{
	uint16_t other;

	if (!place_of(cube, "", &other) || !place_of(cube, OTHER, &other))
		return false;
	for (unsigned group = 0; group < RT_GROUP_COUNT; group++) {
		const char *text = texts->text[group];
		size_t names;
		bool full;

		full = cube->names >= RT_CUBE_NAMES_MAX ||
		       (group == RT_GROUP_ERROR &&
			cube->errors >= RT_CUBE_ERRORS_MAX);
		if (text != NULL && full) {
			cell->name[group] = other;
			cell->unnamed = true;
			continue;
		}
		names = cube->names;
		if (!place_of(cube, text != NULL ? text : "",
			      &cell->name[group]))
			return false;
		if (group == RT_GROUP_ERROR)
			cube->errors += cube->names - names;
	}
	if (what->event->policy_hash == NULL ||
	    cube->names >= RT_CUBE_NAMES_MAX)
		return true;
	return place_of(cube, what->event->policy_hash, &cell->hash_name);
}

static struct rt_cube_cell *
add_cell(struct rt_cube *cube, const struct rt_cube_event *what,
	 const struct texts *texts, uint64_t hash, uint32_t *slot)
{
	struct rt_cube_cell *cell;

	if (!make_room((void **)&cube->cell, cube->count, &cube->room,
		       sizeof(*cube->cell)))
		return NULL;
	cell = &cube->cell[cube->count];
	memset(cell, 0, sizeof(*cell));
	cell->hash = hash;
	cell->owner = what->owner;
	if (!name_cell(cube, cell, what, texts))
		return NULL;
	*slot = (uint32_t)++cube->count;
	return cell;
}

static bool
is_full(const struct rt_cube *cube)
{
	return cube->count >= RT_CELLS_MAX ||
	       cube->names >= RT_CUBE_NAMES_MAX ||
	       cube->errors >= RT_CUBE_ERRORS_MAX;
}

/* Keep the cells with events in the history before a second. */
static void
drop_cells(struct rt_cube *cube, uint64_t second)
{
	size_t kept = 0;
	uint32_t *slot;

	memset(cube->cells.slot, 0,
	       cube->cells.size * sizeof(*cube->cells.slot));
	for (size_t i = 0; i < cube->count; i++) {
		struct rt_cube_cell *cell = &cube->cell[i];

		if (rt_cube_seen_s(cell) + RT_HISTORY_S <= second) {
			clear_cell(cell);
			continue;
		}
		slot = bo_table_find(&cube->cells, cell->hash, is_cell, cube,
				     &cell->hash);
		cube->cell[kept++] = *cell;
		*slot = (uint32_t)kept;
	}
	cube->count = kept;
}

/* Where the names of cells go; 0: nowhere. The first two stay. */
struct places {
	uint16_t to[RT_CUBE_NAMES_MAX + RT_GROUP_COUNT + 2];
	bool is_error[RT_CUBE_NAMES_MAX + RT_GROUP_COUNT + 2];
};

static void
find_places(const struct rt_cube *cube, struct places *places)
{
	for (size_t i = 0; i < cube->count; i++) {
		const struct rt_cube_cell *cell = &cube->cell[i];

		for (unsigned group = 0; group < RT_GROUP_COUNT; group++)
			places->to[cell->name[group]] = 1;
		places->to[cell->hash_name] = 1;
		places->is_error[cell->name[RT_GROUP_ERROR]] = true;
	}
}

/* Forget the names that no cell has. */
static bool
drop_names(struct rt_cube *cube)
{
	struct places *places = calloc(1, sizeof(*places));
	size_t kept = FIXED_NAMES;

	if (places == NULL)
		return false;
	find_places(cube, places);
	cube->errors = 0;
	memset(cube->by_name.slot, 0,
	       cube->by_name.size * sizeof(*cube->by_name.slot));
	for (size_t i = FIXED_NAMES; i < cube->names; i++) {
		if (places->to[i] == 0) {
			free(cube->name[i]);
			continue;
		}
		cube->errors += places->is_error[i];
		places->to[i] = (uint16_t)kept;
		cube->name[kept++] = cube->name[i];
	}
	cube->names = kept;
	for (size_t i = 0; i < FIXED_NAMES; i++)
		places->to[i] = (uint16_t)i;
	for (size_t i = 0; i < kept; i++)
		*bo_table_find(&cube->by_name, hash_of_name(cube, (uint32_t)i),
			       is_named, cube, cube->name[i]) = (uint32_t)i + 1;
	for (size_t i = 0; i < cube->count; i++) {
		struct rt_cube_cell *cell = &cube->cell[i];

		for (unsigned group = 0; group < RT_GROUP_COUNT; group++)
			cell->name[group] = places->to[cell->name[group]];
		cell->hash_name = places->to[cell->hash_name];
	}
	free(places);
	return true;
}

/* What had no events for as long as the history is makes room. Not for each
 * event: it looks at all cells. False if there is no memory. */
static bool
sweep(struct rt_cube *cube, uint64_t second)
{
	size_t count = cube->count;

	if (second / SWEEP_S == cube->swept)
		return true;
	cube->swept = second / SWEEP_S;
	drop_cells(cube, second);
	return cube->count == count || drop_names(cube);
}

/* What has no room of its own. */
static const struct rt_cube_event *
others(struct rt_cube_event *what, struct backoff_event *event)
{
	backoff_event_init(event, sizeof(*event));
	event->target = OTHER;
	event->policy = OTHER;
	event->host = OTHER;
	event->service = OTHER;
	event->type = what->event->type;
	event->outcome = what->event->outcome;
	event->stop = what->event->stop;
	event->code = OTHER;
	what->event = event;
	what->operation = OTHER;
	what->operation_hash = 0;
	what->owner = NULL;
	return what;
}

static struct rt_cube_cell *
find_cell(struct rt_cube *cube, const struct rt_cube_event *what, bool last)
{
	const struct texts texts = texts_of(what);
	uint64_t hash = hash_of(what, &texts);
	struct rt_cube_event other = *what;
	struct backoff_event event;
	uint32_t *slot;

	if (cube->count > 0) {
		slot = bo_table_find(&cube->cells, hash, is_cell, cube, &hash);
		if (*slot != 0)
			return &cube->cell[*slot - 1];
	}
	if (!bo_table_reserve(&cube->cells, cube->count, hash_of_cell, cube))
		return NULL;
	slot = bo_table_find(&cube->cells, hash, is_cell, cube, &hash);
	if (is_full(cube)) {
		if (!sweep(cube, what->second))
			return NULL;
		slot = bo_table_find(&cube->cells, hash, is_cell, cube, &hash);
	}
	if (cube->count >= RT_CELLS_MAX && !last)
		return find_cell(cube, others(&other, &event), true);
	return add_cell(cube, what, &texts, hash, slot);
}

/* Keep the message of an error, unless it is the error's name. */
static bool
note_text(struct rt_cube_cell *cell, const struct backoff_event *event)
{
	const char *error = event->error;

	if (cell->name[RT_GROUP_ERROR] == 0 || error == NULL ||
	    event->stop == BACKOFF_STOP_BREAKER_OPEN ||
	    rt_error_label(event) == error)
		return true;
	if (cell->text == NULL)
		cell->text = malloc(RT_TEXT_MAX);
	if (cell->text != NULL)
		bo_utf8_copy(error, cell->text, RT_TEXT_MAX);
	return cell->text != NULL;
}

/* A line that stands for several attempts does not say how long the last one
 * took. */
static bool
add_took(struct rt_cube_cell *cell, const struct rt_cube_event *what)
{
	const struct backoff_event *event = what->event;

	if (event->type != BACKOFF_EVENT_SUCCESS)
		return true;
	return (what->attempts > 1 ||
		rt_took_add(&cell->tries, what->second, event->duration_ns)) &&
	       rt_took_add(&cell->calls, what->second, event->elapsed_ns);
}

bool
rt_cube_add(struct rt_cube *cube, const struct rt_cube_event *what)
{
	struct rt_cube_cell *cell = find_cell(cube, what, false);

	if (cell == NULL)
		return false;
	cell->knows_calls = cell->knows_calls || what->knows_calls;
	if (what->max_attempts > 0)
		cell->max_attempts = what->max_attempts;
	cube->ungrouped += cell->unnamed || cell->owner == NULL;
	if (!what->again &&
	    !rt_coarse_add_some(&cell->coarse, RT_COUNTS_COUNT, what->second,
				what->add, what->some))
		return false;
	return rt_sparse_add(&cell->recent, what->second, what->add,
			     what->some) &&
	       add_took(cell, what) && note_text(cell, what->event);
}

uint64_t
rt_cube_seen_s(const struct rt_cube_cell *cell)
{
	return cell->recent.ring.head_s;
}

void
rt_cube_forget(struct rt_cube *cube, const void *owner, uint64_t newest_s)
{
	for (size_t i = 0; i < cube->count; i++) {
		if (cube->cell[i].owner != owner)
			continue;
		rt_sparse_clear(&cube->cell[i].recent);
		rt_took_clear(&cube->cell[i].tries);
		rt_took_clear(&cube->cell[i].calls);
		rt_coarse_retreat(&cube->cell[i].coarse, RT_COUNTS_COUNT,
				  newest_s);
	}
}

void
rt_cube_sum(const struct rt_cube_cell *cell, uint64_t end_s, uint64_t length_s,
	    struct rt_counts *out)
{
	const struct rt_coarse_split split =
		rt_coarse_split(rt_cube_seen_s(cell), end_s, length_s);

	memset(out, 0, sizeof(*out));
	if (split.fine_s > 0)
		rt_sparse_sum(&cell->recent, end_s, split.fine_s,
			      (uint64_t *)out);
	if (split.coarse_s > 0)
		rt_coarse_sum(&cell->coarse, RT_COUNTS_COUNT, split.end_s,
			      split.coarse_s, (uint64_t *)out);
}
