/* The part of cJSON that the library uses, for machines for which no cJSON is
 * installed: a tree made with the library's own reader. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "base/json.h"

static char *
text_of(const struct bo_json_value *value)
{
	char *text = malloc(value->length + 1);

	if (text == NULL)
		abort();
	text[bo_json_unescape(value, text)] = '\0';
	return text;
}

static void
append(cJSON *parent, cJSON *node)
{
	if (parent->child == NULL) {
		parent->child = node;
	} else {
		cJSON *last = parent->child;

		while (last->next != NULL)
			last = last->next;
		last->next = node;
		node->prev = last;
	}
}

/* Step into an object or array. */
static bool
begins_with(struct bo_json *json, char bracket)
{
	while (json->at < json->end && strchr(" \t\r\n", *json->at) != NULL)
		json->at++;
	return json->at < json->end && *json->at == bracket &&
	       bo_json_open(json, bracket);
}

static void
read_scalar(struct bo_json *json, cJSON *node)
{
	struct bo_json_value value;

	if (!bo_json_value(json, &value))
		abort();
	node->type = value.type == BO_JSON_STRING   ? cJSON_String
		     : value.type == BO_JSON_NUMBER ? cJSON_Number
		     : value.type == BO_JSON_TRUE   ? cJSON_True
		     : value.type == BO_JSON_FALSE  ? cJSON_False
						    : cJSON_NULL;
	if (value.type == BO_JSON_STRING)
		node->valuestring = text_of(&value);
	if (value.type == BO_JSON_NUMBER)
		node->valuedouble = strtod(value.at, NULL);
}

/* The text is valid: the library has checked it. */
static cJSON *
read_node(struct bo_json *json)
{
	cJSON *node = calloc(1, sizeof(*node));
	struct bo_json_value part;
	bool first = true;

	if (node == NULL)
		abort();
	if (begins_with(json, '{')) {
		node->type = cJSON_Object;
		while (bo_json_key(json, &first, &part)) {
			char *name = text_of(&part);
			cJSON *member = read_node(json);

			member->string = name;
			append(node, member);
		}
	} else if (begins_with(json, '[')) {
		struct bo_json start = *json;

		node->type = cJSON_Array;
		/* An element is read twice: as a whole, then by its parts. */
		while (bo_json_element(json, &first, &part)) {
			*json = start;
			json->at = part.at - (part.type == BO_JSON_STRING);
			append(node, read_node(json));
		}
	} else {
		read_scalar(json, node);
	}
	return node;
}

cJSON *
cJSON_ParseWithLength(const char *text, size_t length)
{
	struct bo_json json;

	bo_json_begin(&json, text, length);
	return read_node(&json);
}

void
cJSON_Delete(cJSON *node)
{
	while (node != NULL) {
		cJSON *next = node->next;

		cJSON_Delete(node->child);
		free(node->valuestring);
		free(node->string);
		free(node);
		node = next;
	}
}

int
cJSON_GetArraySize(const cJSON *array)
{
	int size = 0;

	for (const cJSON *node = array->child; node != NULL; node = node->next)
		size++;
	return size;
}

cJSON *
cJSON_GetArrayItem(const cJSON *array, int index)
{
	cJSON *node = array->child;

	while (node != NULL && index-- > 0)
		node = node->next;
	return node;
}

cJSON *
cJSON_GetObjectItemCaseSensitive(const cJSON *object, const char *name)
{
	cJSON *node = object->child;

	while (node != NULL && strcmp(node->string, name) != 0)
		node = node->next;
	return node;
}

char *
cJSON_GetStringValue(const cJSON *node)
{
	return node != NULL ? node->valuestring : NULL;
}

#define IS(name, types)                                                        \
	cJSON_bool cJSON_Is##name(const cJSON *node)                           \
	{                                                                      \
		return node != NULL && (node->type & (types)) != 0;            \
	}
IS(Array, cJSON_Array)
IS(Bool, cJSON_True | cJSON_False)
IS(Number, cJSON_Number)
IS(Object, cJSON_Object)
IS(String, cJSON_String)
IS(True, cJSON_True)
