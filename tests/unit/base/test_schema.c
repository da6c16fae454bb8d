/* Tests of src/base/schema: both schemas are JSON and name every field. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include <cjson/cJSON.h>

#include <backoff/event.h>
#include <backoff/policy.h>

static cJSON *
schema_of(size_t (*put)(char *, size_t))
{
	size_t length = put(NULL, 0);
	char *text = malloc(length + 1);
	cJSON *tree;

	cr_assert(put(text, length + 1) == length);
	cr_assert(strlen(text) == length);
	cr_expect(text[length - 1] == '\n');
	tree = cJSON_Parse(text);
	cr_assert(tree != NULL);
	free(text);
	return tree;
}

static const cJSON *
get(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* Step to the properties of an object that also has a short form. */
static const cJSON *
properties_inside(const cJSON *property)
{
	const cJSON *form;

	cJSON_ArrayForEach(form, get(property, "anyOf"))
	{
		if (get(form, "properties") != NULL)
			return get(form, "properties");
	}
	return get(property, "properties");
}

static const cJSON *
property_at(const cJSON *schema, const char *path)
{
	const cJSON *properties = get(schema, "properties");
	char name[64];
	const char *dot;

	while ((dot = strchr(path, '.')) != NULL) {
		memcpy(name, path, (size_t)(dot - path));
		name[dot - path] = '\0';
		properties = properties_inside(get(properties, name));
		path = dot + 1;
	}
	return get(properties, path);
}

/* The row's sentence, and perhaps another about what the field needs. */
static bool
is_description(const char *have, const char *doc)
{
	static const char needs[] = " Has no effect ";
	size_t length = strlen(doc);

	if (strncmp(have, doc, length) != 0)
		return false;
	have += length;
	return have[0] == '\0' ||
	       (strncmp(have, needs, sizeof(needs) - 1) == 0 &&
		have[strlen(have) - 1] == '.');
}

static void
check_rows(const cJSON *schema, const struct backoff_field *(*row)(size_t))
{
	size_t count = 0;
	const struct backoff_field *field;

	for (; (field = row(count)) != NULL; count++) {
		const cJSON *property = property_at(schema, field->path);
		const char *doc, *name = field->names;

		cr_expect(property != NULL, "%s", field->path);
		if (property == NULL)
			continue;
		doc = cJSON_GetStringValue(get(property, "description"));
		cr_expect(doc != NULL && is_description(doc, field->doc),
			  "%s: %s", field->path, doc);
		for (int i = 0; *name != '\0'; i++) {
			size_t n = strcspn(name, " ");
			const char *have = cJSON_GetStringValue(
				cJSON_GetArrayItem(get(property, "enum"), i));

			cr_expect(have != NULL && strlen(have) == n &&
					  memcmp(have, name, n) == 0,
				  "%s: %.*s", field->path, (int)n, name);
			name += n + (name[n] == ' ');
		}
		if (field->fallback != NULL && field->fallback[0] != '\0') {
			cJSON *fallback = cJSON_Parse(field->fallback);

			cr_expect(
				fallback != NULL &&
					cJSON_Compare(fallback,
						      get(property, "default"),
						      true),
				"%s: default", field->path);
			cJSON_Delete(fallback);
		}
	}
	cr_expect(count > 10);
	cr_expect(row(count + 1) == NULL && row(SIZE_MAX) == NULL);
}

Test(base_schema, the_policy_schema_has_every_field)
{
	cJSON *schema = schema_of(backoff_policy_schema);

	check_rows(schema, backoff_policy_field);
	cr_expect(cJSON_IsFalse(get(schema, "additionalProperties")));
	cJSON_Delete(schema);
}

Test(base_schema, the_event_schema_has_every_field)
{
	cJSON *schema = schema_of(backoff_event_schema);

	check_rows(schema, backoff_event_field);
	cr_expect(cJSON_IsTrue(get(schema, "additionalProperties")),
		  "unknown fields are kept");
	cJSON_Delete(schema);
}
