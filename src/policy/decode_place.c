/* Places in a policy file, and errors at places. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "policy/decode_place.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/sized.h"
#include "base/utf8.h"

/* Walk the text along the ordinals of a place, to the member's name or to its
 * value. */
const char *
bo_place_find(const struct bo_decoding *d, const struct bo_place *place,
	      bool name)
{
	const struct bo_place *chain[4];
	struct bo_json_member member = {.value = {.at = d->text}};
	const char *at = d->text;
	size_t depth = 0;

	for (; place->up != NULL && depth < 4; place = place->up)
		chain[depth++] = place;
	while (depth-- > 0) {
		struct bo_json json;
		bool first = true,
		     object = cJSON_IsObject(chain[depth]->up->node);

		bo_json_begin(&json, at, (size_t)(d->text + d->length - at));
		if (!bo_json_open(&json, object ? '{' : '['))
			return at;
		for (size_t i = 0; i <= chain[depth]->ordinal; i++)
			if (!(object ? bo_json_member(&json, &first, &member)
				     : bo_json_element(&json, &first,
						       &member.value)))
				return at;
		/* The value of a string begins after its quote. */
		at = member.value.at - (member.value.type == BO_JSON_STRING);
		if (depth == 0 && name && object)
			at = member.key.at - 1;
	}
	return at;
}

static void
put_path(char *path, size_t size, const struct bo_place *place)
{
	size_t used;

	if (place->up == NULL)
		return;
	put_path(path, size, place->up);
	used = strlen(path);
	if (place->name == NULL)
		snprintf(path + used, size - used, "[%zu]", place->ordinal);
	else
		snprintf(path + used, size - used, "%s%s", used > 0 ? "." : "",
			 place->name);
}

void
bo_decoding_keep(struct bo_decoding *d, const struct backoff_error *error)
{
	if (d->errors < BO_ERRORS_MAX)
		d->error[d->errors] = *error;
	d->errors++;
}

static int
compare_places(const void *a, const void *b)
{
	const struct backoff_error *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->column < y->column ? -1 : x->column > y->column;
}

enum backoff_status
bo_decoding_finish(struct bo_decoding *d,
		   const struct backoff_policy_loader *loader,
		   struct backoff_error *first)
{
	bool heard = loader != NULL && loader->on_error != NULL;
	unsigned count = d->errors < BO_ERRORS_MAX ? d->errors : BO_ERRORS_MAX;

	if (count == 0)
		return BACKOFF_OK;
	qsort(d->error, count, sizeof(*d->error), compare_places);
	if (first != NULL)
		BO_PUT(backoff_error, first, &d->error[0]);
	for (unsigned i = 0; heard && i < count; i++)
		loader->on_error(loader->user, &d->error[i]);
	if (heard && d->errors > count) {
		struct backoff_error rest = d->error[count - 1];

		rest.path[0] = '\0';
		snprintf(rest.text, sizeof(rest.text),
			 "%u more errors not shown", d->errors - count);
		loader->on_error(loader->user, &rest);
	}
	return d->error[0].status;
}

void
bo_decoding_report(struct bo_decoding *d, enum backoff_status status,
		   const struct bo_place *place, bool name, const char *format,
		   ...)
{
	struct backoff_error error = {.size = sizeof(error), .status = status};
	va_list args;

	/* Finding a place means walking the text, so skip it for errors that
	 * are not shown. */
	if (d->errors >= BO_ERRORS_MAX) {
		d->errors++;
		return;
	}
	bo_json_position(d->text, bo_place_find(d, place, name), &error);
	put_path(error.path, sizeof(error.path), place);
	va_start(args, format);
	vsnprintf(error.text, sizeof(error.text), format, args);
	va_end(args);
	/* Names and strings of a file may contain newlines and terminal
	 * codes. */
	bo_utf8_clean(error.path);
	bo_utf8_clean(error.text);
	bo_decoding_keep(d, &error);
}

const struct bo_place *
bo_decoding_place(const struct bo_decoding *d, enum bo_policy_row row)
{
	return d->is_set[row] ? &d->set[row] : &d->root;
}

const char *
bo_describe_node(const cJSON *node)
{
	if (cJSON_IsString(node))
		return "a string";
	if (cJSON_IsNumber(node))
		return "a number";
	if (cJSON_IsBool(node))
		return "true or false";
	if (cJSON_IsArray(node))
		return "an array";
	return cJSON_IsObject(node) ? "an object" : "null";
}
