/* Builds a JSON document, which is written atomically. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "common/json_out.h"

#include <errno.h>
#include <math.h>

#include <cjson/cJSON.h>

static struct cJSON *
add(struct tk_json *json, struct cJSON *parent, const char *name,
    struct cJSON *item)
{
	bool added = name ? cJSON_AddItemToObject(parent, name, item)
			  : cJSON_AddItemToArray(parent, item);

	if (added)
		return item;
	cJSON_Delete(item);
	json->failed = true;
	return NULL;
}

struct cJSON *
tk_json_begin(struct tk_json *json)
{
	json->root = cJSON_CreateObject();
	json->failed = json->root == NULL;
	return json->root;
}

int
tk_json_end(struct tk_json *json, FILE *out)
{
	char *text = json->failed ? NULL : cJSON_Print(json->root);
	int status = -1;

	if (text == NULL)
		errno = ENOMEM;
	else if (fputs(text, out) >= 0 && fputc('\n', out) != EOF)
		status = 0;
	cJSON_free(text);
	cJSON_Delete(json->root);
	return status;
}

struct cJSON *
tk_json_object(struct tk_json *json, struct cJSON *parent, const char *name)
{
	return add(json, parent, name, cJSON_CreateObject());
}

struct cJSON *
tk_json_array(struct tk_json *json, struct cJSON *parent, const char *name)
{
	return add(json, parent, name, cJSON_CreateArray());
}

void
tk_json_text(struct tk_json *json, struct cJSON *parent, const char *name,
	     const char *text)
{
	add(json, parent, name, cJSON_CreateString(text));
}

void
tk_json_raw(struct tk_json *json, struct cJSON *parent, const char *name,
	    const char *text)
{
	add(json, parent, name, cJSON_CreateRaw(text));
}

void
tk_json_null(struct tk_json *json, struct cJSON *parent, const char *name)
{
	add(json, parent, name, cJSON_CreateNull());
}

void
tk_json_flag(struct tk_json *json, struct cJSON *parent, const char *name,
	     bool value)
{
	add(json, parent, name, cJSON_CreateBool(value));
}

void
tk_json_number(struct tk_json *json, struct cJSON *parent, const char *name,
	       double value)
{
	add(json, parent, name,
	    isfinite(value) ? cJSON_CreateNumber(value) : cJSON_CreateNull());
}

void
tk_json_rounded(struct tk_json *json, struct cJSON *parent, const char *name,
		double value, unsigned decimals)
{
	double scale = 1;

	for (unsigned i = 0; i < decimals; i++)
		scale *= 10;
	tk_json_number(json, parent, name, round(value * scale) / scale);
}

struct cJSON *
tk_json_within(struct tk_json *json, struct cJSON *parent, const char *name)
{
	struct cJSON *there = cJSON_GetObjectItemCaseSensitive(parent, name);

	return there ? there : tk_json_object(json, parent, name);
}
