/* The parts of a mapping: its sources, its fields and its memory. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/mapping.h"

#include <stdlib.h>
#include <string.h>

int
tk_mapping_source(struct tk_mapping *mapping, const char *name)
{
	size_t length = strlen(name);
	size_t i = mapping->source_count;
	char *copy;

	for (size_t known = 0; known < i; known++) {
		if (strcmp(mapping->source[known].name, name) == 0)
			return (int)known;
	}
	if (i == TK_SOURCES_MAX)
		return -1;
	copy = strdup(name);
	if (!copy)
		return -1;
	mapping->source[i].name = copy;
	mapping->source[i].length = length;
	mapping->by_length[length & 31] |= UINT64_C(1) << i;
	mapping->deep |= strchr(name, '.') != NULL;
	mapping->source_count++;
	return (int)i;
}

const struct tk_map *
tk_mapping_field(const struct tk_mapping *mapping, const char *name)
{
	for (size_t i = 0; i < mapping->map_count; i++) {
		if (strcmp(tk_fields[mapping->maps[i].field].name, name) == 0)
			return &mapping->maps[i];
	}
	return NULL;
}

void
tk_mapping_free(struct tk_mapping *mapping)
{
	if (!mapping)
		return;
	for (size_t i = 0; i < mapping->source_count; i++)
		free(mapping->source[i].name);
	for (size_t i = 0; i < mapping->map_count; i++) {
		for (size_t j = 0; j < mapping->maps[i].word_count; j++)
			free(mapping->maps[i].words[j].text);
		free(mapping->maps[i].words);
	}
	for (size_t i = 0; i < mapping->event_count; i++)
		free(mapping->events[i].value);
	free(mapping->maps);
	free(mapping->events);
	free(mapping->needle);
	free(mapping->name);
	free(mapping->arena);
	free(mapping);
}
