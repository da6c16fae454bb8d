/* Keeps each text once: a log repeats a few names millions of times. */
#include "config.h"

#include "trace/strings.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES (64u << 10)
#define TABLE_START 256

uint64_t
tk_hash(const void *bytes, size_t length)
{
	const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
	const char *at = bytes;
	uint64_t hash = odd ^ length;

	/* Multiply and fold: each step moves high bits into low ones. */
	while (length > 0) {
		size_t taken = length < 8 ? length : 8;
		uint64_t word = 0;

		memcpy(&word, at, taken);
		hash = (hash ^ word) * odd;
		hash ^= hash >> 32;
		at += taken;
		length -= taken;
	}
	hash *= odd;
	return hash ^ hash >> 29;
}

/* Room for `length` bytes that will not move. */
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

static void
place(uint32_t *table, size_t size, uint32_t hash, uint32_t number)
{
	size_t at = hash & (size - 1);

	while (table[at])
		at = (at + 1) & (size - 1);
	table[at] = number;
}

/* Keep the table at most half full. */
static bool
grow_table(struct tk_strings *strings)
{
	size_t size =
		strings->table_size ? 2 * strings->table_size : TABLE_START;
	uint32_t *table;

	if (2 * (strings->count + 1) <= strings->table_size)
		return true;
	table = calloc(size, sizeof(*table));
	if (!table)
		return false;
	for (size_t i = 0; i < strings->count; i++)
		place(table, size, strings->hashes[i], (uint32_t)i + 1);
	free(strings->table);
	strings->table = table;
	strings->table_size = size;
	return true;
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
	size_t length;
	uint32_t hash;
	char *copy;

	if (!text) {
		*out = 0;
		return true;
	}
	length = strlen(text);
	hash = (uint32_t)tk_hash(text, length);
	if (strings->table_size > 0) {
		size_t mask = strings->table_size - 1;

		for (size_t at = hash & mask; strings->table[at];
		     at = (at + 1) & mask) {
			uint32_t number = strings->table[at];

			if (strings->hashes[number - 1] == hash &&
			    strcmp(strings->texts[number - 1], text) == 0) {
				*out = number;
				return true;
			}
		}
	}
	if (!grow_table(strings) || !grow_texts(strings))
		return false;
	copy = take(strings, length + 1);
	if (!copy)
		return false;
	memcpy(copy, text, length + 1);
	strings->texts[strings->count] = copy;
	strings->hashes[strings->count++] = hash;
	*out = (uint32_t)strings->count;
	place(strings->table, strings->table_size, hash, *out);
	return true;
}

const char *
tk_strings_text(const struct tk_strings *strings, uint32_t number)
{
	if (number == 0 || number > strings->count)
		return NULL;
	return strings->texts[number - 1];
}

void
tk_strings_clear(struct tk_strings *strings)
{
	for (size_t i = 0; i < strings->block_count; i++)
		free(strings->blocks[i]);
	free(strings->blocks);
	free(strings->texts);
	free(strings->hashes);
	free(strings->table);
	memset(strings, 0, sizeof(*strings));
}
