/* Builds a JSON document, which is written atomically. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "common/json_out.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/utf8.h"
#include "common/safe_text.h"

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

static void
put_escaped(uint32_t code, FILE *out)
{
	if (code == BO_UTF8_BROKEN)
		fputs(BO_UTF8_REPLACEMENT, out);
	else if (code < 0x10000)
		fprintf(out, "\\u%04x", (unsigned)code);
	else
		fprintf(out, "\\u%04x\\u%04x",
			(unsigned)(0xd800 + ((code - 0x10000) >> 10)),
			(unsigned)(0xdc00 + ((code - 0x10000) & 0x3ff)));
}

/* cJSON escapes only what JSON demands; a terminal obeys more than that. Such
 * characters only come in strings. */
static void
put_document(const char *text, FILE *out)
{
	size_t length = strlen(text), from = 0, at = 0;

	while (at < length) {
		uint32_t code = (unsigned char)text[at];
		size_t taken = 1;

		if (code >= 0x80)
			taken = bo_utf8_decode(text + at, length - at, &code);
		if (code >= 0x7f &&
		    (code == BO_UTF8_BROKEN || tk_is_harmful(code))) {
			fwrite(text + from, 1, at - from, out);
			put_escaped(code, out);
			from = at + taken;
		}
		at += taken;
	}
	fwrite(text + from, 1, length - from, out);
	fputc('\n', out);
}

int
tk_json_end(struct tk_json *json, FILE *out)
{
	char *text = json->failed ? NULL : cJSON_Print(json->root);
	int status = -1;

	if (text == NULL)
		errno = ENOMEM;
	else
		put_document(text, out);
	if (text != NULL && !ferror(out))
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
