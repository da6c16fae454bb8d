/* Reads names that hold ids, and other rare ones, as few names: where a log has
 * too many. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "trace/pool.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "trace/stitch.h"

/* Names with fewer calls are rare: they show nothing about a policy. */
#define RARE_CALLS 20
/* Operations beyond this number are pooled if they are rare. Targets have a
 * state each, so that pooling costs more, and it begins later. */
#define OPERATIONS_FROM 100
#define TARGETS_FROM 1000
/* No more names than this stay, however many calls they have. */
#define NAMES_MAX 1000
/* A run of that many hexadecimal digits is an id, even if all are letters. */
#define HEX_MIN 8
/* A longer name is not masked. */
#define MASK_MAX 1024

static const char others[] = "(other)";

struct pool {
	struct tk_trace *trace;
	/* Where a record has the name. */
	size_t member;
	/* More names than this are too many. */
	size_t from;
	/* By the number of a name: its calls, and the name it is read as. Has
	 * room for the names that are made. */
	uint64_t *calls;
	tk_string *to;
	size_t room;
	struct tk_pooled *out;
};

static tk_string *
name_of(const struct pool *pool, size_t record)
{
	return (tk_string *)(void *)((char *)&pool->trace->records[record] +
				     pool->member);
}

/* How much of a word of letters and digits stays before an asterisk: the word
 * itself if it holds no id, its letters if digits follow them. */
static size_t
stem(const char *word, size_t length)
{
	size_t letters = 0, digits, hex = 0;

	while (letters < length && bo_is_letter(word[letters]))
		letters++;
	for (digits = letters; digits < length && bo_is_digit(word[digits]);)
		digits++;
	while (hex < length && bo_is_hex(word[hex]))
		hex++;
	if (hex == length && length >= HEX_MIN)
		return 0;
	return letters == length || digits == length ? letters : 0;
}

bool
tk_pool_mask(const char *name, char *out, size_t size)
{
	bool masked = false;
	size_t used = 0;

	if (strlen(name) >= size)
		return false;
	while (*name) {
		size_t length = 0, stays;

		while (bo_is_alphanumeric(name[length]))
			length++;
		if (length == 0) {
			out[used++] = *name++;
			continue;
		}
		stays = stem(name, length);
		memcpy(out + used, name, stays);
		used += stays;
		name += length;
		if (stays == length)
			continue;
		masked = true;
		/* The parts of a UUID are one id. */
		if (stays == 0 && used >= 2 && out[used - 1] == '-' &&
		    out[used - 2] == '*')
			used--;
		else
			out[used++] = '*';
	}
	out[used] = '\0';
	return masked;
}

/* Count the calls of each name. */
static size_t
count_names(struct pool *pool)
{
	size_t names = 0;

	for (size_t i = 0; i < pool->trace->record_count; i++) {
		tk_string name = *name_of(pool, i);

		if (name == 0 || pool->trace->records[i].continues)
			continue;
		names += pool->calls[name]++ == 0;
	}
	return names;
}

/* Find what rare names are read as without their ids; others stay as they
 * are. */
static bool
find_masks(struct pool *pool, size_t count)
{
	char mask[MASK_MAX];

	for (tk_string name = 1; name <= count; name++) {
		const char *text = tk_trace_text(pool->trace, name);

		pool->to[name] = name;
		if (pool->calls[name] > 0 && pool->calls[name] < RARE_CALLS &&
		    tk_pool_mask(text, mask, sizeof(mask)) &&
		    !tk_strings_add(&pool->trace->strings, mask,
				    &pool->to[name]))
			return false;
	}
	return true;
}

/* A name stays as it is if no other is read as the same. */
static bool
keep_single(struct pool *pool, size_t count)
{
	uint32_t *alike = calloc(pool->room, sizeof(*alike));

	if (alike == NULL)
		return false;
	for (tk_string name = 1; name <= count; name++)
		alike[pool->to[name]] += pool->calls[name] > 0;
	for (tk_string name = 1; name <= count; name++)
		if (alike[pool->to[name]] < 2)
			pool->to[name] = name;
	free(alike);
	return true;
}

/* A name that names are read as. */
struct sum {
	tk_string name;
	uint64_t calls;
	const char *text;
};

/* Most calls first; then by text, as the order in which names were read means
 * nothing. */
static int
most_first(const void *a, const void *b)
{
	const struct sum *x = a, *y = b;

	if (x->calls != y->calls)
		return x->calls > y->calls ? -1 : 1;
	return strcmp(x->text, y->text);
}

/* List the names that are left; free() it. */
static struct sum *
list_sums(const struct pool *pool, size_t count, size_t *sums)
{
	uint64_t *calls = calloc(pool->room, sizeof(*calls));
	struct sum *sum = NULL;
	size_t n = 0;

	*sums = 0;
	if (calls == NULL)
		return NULL;
	for (tk_string name = 1; name <= count; name++)
		if (pool->calls[name] > 0) {
			uint64_t *of = &calls[pool->to[name]];

			n += *of == 0;
			*of += pool->calls[name];
		}
	sum = malloc((n + 1) * sizeof(*sum));
	for (size_t i = 1; sum && i < pool->room; i++)
		if (calls[i] > 0)
			sum[(*sums)++] = (struct sum){
				(tk_string)i, calls[i],
				tk_trace_text(pool->trace, (tk_string)i)};
	free(calls);
	if (sum)
		qsort(sum, *sums, sizeof(*sum), most_first);
	return sum;
}

/* Read those that are left as one name, if they are still too many: the rare
 * ones, and all that have the fewest calls. */
static bool
pool_rest(struct pool *pool, size_t count)
{
	/* By the name that others are read as: the one that stays for it. */
	tk_string *stays = calloc(pool->room, sizeof(*stays)), rest;
	size_t sums, stay;
	struct sum *sum = list_sums(pool, count, &sums);
	bool ok = sum != NULL;

	stay = sums;
	while (sums > pool->from && stay > 0 &&
	       (sum[stay - 1].calls < RARE_CALLS || stay > NAMES_MAX))
		stay--;
	ok = ok && stays &&
	     tk_strings_add(&pool->trace->strings, others, &rest);
	for (size_t i = 0; ok && i < sums; i++)
		stays[sum[i].name] =
			i < stay || stay + 1 == sums ? sum[i].name : rest;
	for (tk_string name = 1; ok && name <= count; name++)
		if (pool->calls[name] > 0)
			pool->to[name] = stays[pool->to[name]];
	free(stays);
	free(sum);
	return ok;
}

/* Count what was pooled, and find the name that most are read as. */
static bool
report(struct pool *pool, size_t count)
{
	uint32_t *alike = calloc(pool->room, sizeof(*alike));
	struct tk_pooled *out = pool->out;
	uint32_t most = 0;

	if (alike == NULL)
		return false;
	for (tk_string name = 1; name <= count; name++) {
		tk_string to = pool->to[name];

		if (pool->calls[name] == 0 || to == name)
			continue;
		out->names++;
		out->into += alike[to] == 0;
		if (++alike[to] > most)
			most = alike[to];
	}
	for (tk_string name = 1; most > 0 && name < pool->room; name++) {
		const char *text = tk_trace_text(pool->trace, name);
		const char *best = tk_trace_text(pool->trace, out->most);

		if (alike[name] == most && (!best || strcmp(text, best) < 0))
			out->most = name;
	}
	free(alike);
	return true;
}

/* Read one kind of names as few. The map is the caller's to free, NULL if
 * nothing changes. False if memory ran out. */
static bool
pool_names(struct tk_trace *trace, size_t member, size_t from,
	   struct tk_pooled *out, tk_string **map)
{
	size_t count = trace->strings.count, names;
	struct pool pool = {trace, member, from, NULL, NULL, 0, out};
	bool ok;

	*map = NULL;
	pool.calls = calloc(count + 1, sizeof(*pool.calls));
	if (pool.calls == NULL)
		return false;
	names = count_names(&pool);
	if (names <= from) {
		free(pool.calls);
		return true;
	}
	/* A mask for each name, and one for the others. */
	pool.room = count + names + 2;
	pool.to = calloc(pool.room, sizeof(*pool.to));
	ok = pool.to && find_masks(&pool, count) && keep_single(&pool, count) &&
	     pool_rest(&pool, count) && report(&pool, count);
	for (size_t i = 0; ok && i < trace->record_count; i++)
		*name_of(&pool, i) = pool.to[*name_of(&pool, i)];
	free(pool.calls);
	if (ok && out->names > 0) {
		*map = pool.to;
		return true;
	}
	free(pool.to);
	return ok;
}

/* Add to an operation what is known of another one. */
static void
merge(struct tk_operation *into, const struct tk_operation *from)
{
	into->has_silent |= from->has_silent;
	into->has_unnamed_success |= from->has_unnamed_success;
	into->only_retried |= from->only_retried;
	into->unnumbered |= from->unnumbered;
	into->has_attempts |= from->has_attempts;
	into->has_orphans |= from->has_orphans;
	into->linked += from->linked;
	into->early += from->early;
}

/* Make the operations of the new names. */
static bool
merge_operations(struct tk_trace *trace, const tk_string *to)
{
	size_t count = trace->operation_count;
	struct tk_operation *old = trace->operations;

	trace->operations = NULL;
	trace->operation_count = trace->operation_capacity = 0;
	memset(trace->operation_of, 0,
	       trace->operation_of_size * sizeof(*trace->operation_of));
	for (size_t i = 0; i < count; i++) {
		struct tk_operation *into =
			tk_operation_know(trace, to[old[i].name]);

		if (into == NULL) {
			free(old);
			return false;
		}
		merge(into, &old[i]);
	}
	free(old);
	return true;
}

enum backoff_status
tk_pool_names(struct tk_trace *trace)
{
	struct tk_quality *quality = &trace->quality;
	tk_string *map;
	bool ok;

	ok = pool_names(trace, offsetof(struct tk_record, operation),
			OPERATIONS_FROM, &quality->operations, &map);
	if (ok && map)
		ok = merge_operations(trace, map);
	free(map);
	if (!ok)
		return BACKOFF_E_NOMEM;
	ok = pool_names(trace, offsetof(struct tk_record, target), TARGETS_FROM,
			&quality->targets, &map);
	free(map);
	return ok ? BACKOFF_OK : BACKOFF_E_NOMEM;
}
