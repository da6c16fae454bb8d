/* The settings of a policy as a flat list. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/policy_fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "policies/policy_set.h"

/* More fields than any policy has: on.CLASS repeats a few. */
#define FIELDS_MAX 256
#define PLAIN_MAX 1024

static void
add(struct rs_policy_fields *out, const char *path, const char *at,
    size_t length)
{
	struct rs_policy_field *field = &out->item[out->count];

	if (out->count == FIELDS_MAX || strcmp(path, "name") == 0)
		return;
	snprintf(field->path, sizeof(field->path), "%s", path);
	field->at = at;
	field->length = length;
	out->count++;
}

/* Add the members of the object that comes next. */
static void
add_object(struct bo_json *json, const char *path, struct rs_policy_fields *out)
{
	struct bo_json_value key;
	bool first = true;

	if (!bo_json_open(json, '{'))
		return;
	while (bo_json_key(json, &first, &key)) {
		const char *at = json->at;
		struct bo_json_value value;
		char name[64];

		snprintf(name, sizeof(name), "%s%s%.*s", path, *path ? "." : "",
			 (int)key.length, key.at);
		if (*at == '{')
			add_object(json, name, out);
		else if (bo_json_value(json, &value))
			add(out, name, at, (size_t)(json->at - at));
	}
}

bool
rs_policy_fields_make(const struct backoff_policy *policy,
		      struct rs_policy_fields *out)
{
	struct bo_json json;

	out->count = 0;
	out->canonical = rs_policy_text(policy, backoff_policy_canonical);
	out->item = calloc(FIELDS_MAX, sizeof(*out->item));
	if (out->canonical == NULL || out->item == NULL) {
		rs_policy_fields_clear(out);
		return false;
	}
	bo_json_begin(&json, out->canonical, strlen(out->canonical));
	add_object(&json, "", out);
	return true;
}

void
rs_policy_fields_clear(struct rs_policy_fields *fields)
{
	free(fields->canonical);
	free(fields->item);
	*fields = (struct rs_policy_fields){0};
}

const struct rs_policy_field *
rs_policy_fields_find(const struct rs_policy_fields *fields, const char *path)
{
	for (size_t i = 0; i < fields->count; i++)
		if (strcmp(fields->item[i].path, path) == 0)
			return &fields->item[i];
	return NULL;
}

bool
rs_policy_field_same(const struct rs_policy_field *a,
		     const struct rs_policy_field *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return a->length == b->length && memcmp(a->at, b->at, a->length) == 0;
}

static const char *
unit_of(const char *path)
{
	const char *last = strrchr(path, '.');
	const struct backoff_field *field;
	bool inherits = strncmp(path, "on.", 3) == 0;

	for (size_t i = 0; (field = backoff_policy_field(i)) != NULL; i++)
		if (strcmp(field->path, path) == 0 ||
		    (inherits && last && strcmp(field->path, last + 1) == 0))
			return strcmp(field->unit, "seconds") == 0 ? " s" : "";
	return "";
}

static size_t
put_value(const struct bo_json_value *value, const char *unit, char *buffer,
	  size_t size)
{
	char plain[PLAIN_MAX];
	const char *text = value->at;
	size_t length = value->length;
	int wrote;

	/* A longer one is shown with its escapes. */
	if (value->type == BO_JSON_STRING && value->escaped &&
	    length <= sizeof(plain)) {
		length = bo_json_unescape(value, plain);
		text = plain;
	}
	wrote = snprintf(buffer, size, "%.*s%s", (int)length, text,
			 value->type == BO_JSON_NUMBER ? unit : "");
	return wrote < 0 ? 0 : (size_t)wrote;
}

char *
rs_policy_field_text(const struct rs_policy_field *field, char *buffer,
		     size_t size)
{
	const char *unit = field ? unit_of(field->path) : "";
	struct bo_json json;
	struct bo_json_value value;
	bool first = true, any = false;
	size_t used = 0;

	snprintf(buffer, size, "none");
	if (field == NULL)
		return buffer;
	bo_json_begin(&json, field->at, field->length);
	if (*field->at != '[') {
		if (bo_json_value(&json, &value))
			put_value(&value, unit, buffer, size);
		return buffer;
	}
	if (!bo_json_open(&json, '['))
		return buffer;
	while (used < size && bo_json_element(&json, &first, &value)) {
		if (any)
			used += (size_t)snprintf(buffer + used, size - used,
						 ", ");
		any = true;
		if (used < size)
			used += put_value(&value, unit, buffer + used,
					  size - used);
	}
	return buffer;
}
