/* Keeps each text once: a log repeats a few names millions of times. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "trace/strings.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define BLOCK_BYTES (64u << 10)

/* Reserve `length` bytes that will not move. */
static char *
take(struct tk_strings *strings, size_t length)
{
	char **blocks;
	char *out;

	if (strings->block_count == 0 ||
	    strings->block_size - strings->block_used < length) {
		size_t size = length > BLOCK_BYTES ? length : BLOCK_BYTES;

		blocks = realloc(strings->blocks,
				 (strings->block_count + 1) * sizeof(*blocks));
		if (!blocks)
			return NULL;
		strings->blocks = blocks;
		blocks[strings->block_count] = malloc(size);
		if (!blocks[strings->block_count])
			return NULL;
		strings->block_count++;
		strings->block_size = size;
		strings->block_used = 0;
	}
	out = strings->blocks[strings->block_count - 1] + strings->block_used;
	strings->block_used += length;
	return out;
}

/* Key of a lookup. */
struct key {
	uint32_t hash;
	const char *text;
};

static uint64_t
hash_of(const void *user, uint32_t item)
{
	const struct tk_strings *strings = user;

	return strings->hashes[item];
}

static bool
is_text(const void *user, uint32_t item, const void *wanted)
{
	const struct tk_strings *strings = user;
	const struct key *key = wanted;

	return strings->hashes[item] == key->hash &&
	       strcmp(strings->texts[item], key->text) == 0;
}

static bool
grow_texts(struct tk_strings *strings)
{
	size_t capacity = strings->capacity ? 2 * strings->capacity : 64;
	const char **texts;
	uint32_t *hashes;

	if (strings->count < strings->capacity)
		return true;
	if (strings->count >= UINT32_MAX / 2)
		return false;
	texts = realloc(strings->texts, capacity * sizeof(*texts));
	if (!texts)
		return false;
	strings->texts = texts;
	hashes = realloc(strings->hashes, capacity * sizeof(*hashes));
	if (!hashes)
		return false;
	strings->hashes = hashes;
	strings->capacity = capacity;
	return true;
}

bool
tk_strings_add(struct tk_strings *strings, const char *text, uint32_t *out)
{
	struct key key = {.text = text};
	uint32_t *slot;
	size_t length;
	char *copy;

	if (!text) {
		*out = 0;
		return true;
	}
	if (!bo_table_reserve(&strings->table, strings->count, hash_of,
			      strings))
		return false;
	length = strlen(text);
	key.hash = (uint32_t)bo_hash(0, text, length);
	slot = bo_table_find(&strings->table, key.hash, is_text, strings, &key);
	if (*slot == 0) {
		if (!grow_texts(strings))
			return false;
		copy = take(strings, length + 1);
		if (!copy)
			return false;
		memcpy(copy, text, length + 1);
		strings->texts[strings->count] = copy;
		strings->hashes[strings->count++] = key.hash;
		*slot = (uint32_t)strings->count;
	}
	*out = *slot;
	return true;
}

const char *
tk_strings_text(const struct tk_strings *strings, uint32_t number)
{
	if (number == 0 || number > strings->count)
		return NULL;
	return strings->texts[number - 1];
}

bool
tk_strings_rename(struct tk_strings *strings, uint32_t number, const char *text)
{
	size_t length = strlen(text);
	char *copy = take(strings, length + 1);

	if (!copy)
		return false;
	memcpy(copy, text, length + 1);
	strings->texts[number - 1] = copy;
	return true;
}

void
tk_strings_clear(struct tk_strings *strings)
{
	for (size_t i = 0; i < strings->block_count; i++)
		free(strings->blocks[i]);
	free(strings->blocks);
	free(strings->texts);
	free(strings->hashes);
	bo_table_clear(&strings->table);
	memset(strings, 0, sizeof(*strings));
}
