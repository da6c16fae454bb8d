/* Wrappers that are JSON objects: docker's json-file, journald's, stern's. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "base/json.h"
#include "base/num.h"
#include "base/rfc3339.h"
#include "unwrap/colours.h"
#include "unwrap/layer.h"

/* Members of these objects that mean something. */
enum member {
	MEMBER_TEXT,
	MEMBER_TIME,
	MEMBER_HOST,
	MEMBER_POD,
	MEMBER_CONTAINER,
	MEMBER_STREAM,
	MEMBER_APP,
	MEMBER_COMMAND,
	MEMBER_PID,
	MEMBER_COUNT
};

struct object {
	struct bo_json_value member[MEMBER_COUNT];
	bool has[MEMBER_COUNT];
};

static bool
is_name(const struct bo_json_value *key, const char *name)
{
	return !key->escaped && strlen(name) == key->length &&
	       memcmp(key->at, name, key->length) == 0;
}

/* Find the members with these names; false if the text is not one object. */
static bool
read_object(const struct tk_layer *layer, const char *const *names,
	    struct object *out)
{
	struct bo_json_member member;
	struct bo_json json;
	bool first = true;

	*out = (struct object){.has = {false}};
	bo_json_begin_loose(&json, layer->payload.text, layer->payload.length);
	if (!bo_json_open(&json, '{'))
		return false;
	while (bo_json_member(&json, &first, &member))
		for (size_t i = 0; i < MEMBER_COUNT; i++)
			if (names[i] && is_name(&member.key, names[i])) {
				out->member[i] = member.value;
				out->has[i] = true;
			}
	return bo_json_end(&json);
}

/* Whether the text is an object whose first name begins so. */
static bool
begins(const struct tk_layer *layer, const char *name)
{
	struct tk_cursor c = tk_cursor_of(layer);
	size_t length = strlen(name);

	if (!tk_skip(&c, '{'))
		return false;
	while (tk_skip(&c, ' '))
		;
	return tk_skip(&c, '"') && tk_left(&c) > length &&
	       memcmp(c.at, name, length) == 0;
}

static void
set(const struct object *object, enum member member, struct tk_piece *out)
{
	const struct bo_json_value *value = &object->member[member];

	if (object->has[member] && value->length > 0 && !value->escaped &&
	    (value->type == BO_JSON_STRING || value->type == BO_JSON_NUMBER))
		*out = (struct tk_piece){value->at, value->length};
}

static void
set_all(struct tk_layer *layer, const struct object *object)
{
	set(object, MEMBER_HOST, &layer->payload.host);
	set(object, MEMBER_POD, &layer->payload.pod);
	set(object, MEMBER_CONTAINER, &layer->payload.container);
	set(object, MEMBER_STREAM, &layer->payload.stream);
	set(object, MEMBER_COMMAND, &layer->payload.app);
	set(object, MEMBER_APP, &layer->payload.app);
	set(object, MEMBER_PID, &layer->payload.pid);
}

/* A text of an object becomes what is left. */
static bool
took_string(struct tk_layer *layer, enum tk_wrapper wrapper,
	    const struct bo_json_value *value)
{
	const char *text = value->at;
	size_t length = value->length;

	if (value->escaped) {
		char *room = tk_layer_room(layer, wrapper, length + 1);

		if (!room)
			return false;
		length = bo_json_unescape(value, room);
		if (memchr(room, 0x1b, length)) {
			length = tk_strip_colours(room, length, room);
			layer->payload.wrappers |= 1u << TK_WRAPPER_COLOUR;
		}
		text = room;
	}
	return tk_layer_took(layer, wrapper, text, length);
}

static bool
is_string(const struct object *object, enum member member)
{
	return object->has[member] &&
	       object->member[member].type == BO_JSON_STRING;
}

/* {"log":"text\n","stream":"stderr","time":"2026-..."}. A text without a
 * newline at its end that has docker's largest size is followed by another. */
bool
tk_take_docker(struct tk_layer *layer)
{
	static const char *const names[MEMBER_COUNT] = {
		[MEMBER_TEXT] = "log",
		[MEMBER_TIME] = "time",
		[MEMBER_STREAM] = "stream",
	};
	const struct bo_json_value *time;
	struct object object;
	uint64_t ts_ns;

	if (!begins(layer, "log\"") || !read_object(layer, names, &object) ||
	    !is_string(&object, MEMBER_TEXT) ||
	    !is_string(&object, MEMBER_TIME) ||
	    !is_string(&object, MEMBER_STREAM))
		return false;
	time = &object.member[MEMBER_TIME];
	if (!bo_rfc3339_parse_loose(time->at, time->length, &ts_ns) ||
	    !took_string(layer, TK_WRAPPER_DOCKER, &object.member[MEMBER_TEXT]))
		return false;
	layer->payload.ts_ns = ts_ns;
	set_all(layer, &object);
	layer->part = TK_PART_LAST;
	if (layer->payload.length > 0 &&
	    layer->payload.text[layer->payload.length - 1] == '\n')
		layer->payload.length--;
	else if (layer->payload.length >= TK_DOCKER_PART)
		layer->part = TK_PART_MORE;
	return true;
}

/* `stern -o json`. */
bool
tk_take_stern_json(struct tk_layer *layer)
{
	static const char *const names[MEMBER_COUNT] = {
		[MEMBER_TEXT] = "message",
		[MEMBER_HOST] = "nodeName",
		[MEMBER_POD] = "podName",
		[MEMBER_CONTAINER] = "containerName",
	};
	struct object object;

	if (!begins(layer, "message\"") ||
	    !memmem(layer->payload.text, layer->payload.length,
		    "\"containerName\"", 15) ||
	    !read_object(layer, names, &object) ||
	    !is_string(&object, MEMBER_TEXT) ||
	    !is_string(&object, MEMBER_POD) ||
	    !is_string(&object, MEMBER_CONTAINER) ||
	    !took_string(layer, TK_WRAPPER_STERN, &object.member[MEMBER_TEXT]))
		return false;
	set_all(layer, &object);
	while (layer->payload.length > 0 &&
	       layer->payload.text[layer->payload.length - 1] == '\n')
		layer->payload.length--;
	return true;
}

static bool
number(const struct bo_json_value *value, uint64_t max, uint64_t *out)
{
	uint64_t sum = 0;

	if ((value->type != BO_JSON_STRING && value->type != BO_JSON_NUMBER) ||
	    value->length == 0)
		return false;
	for (size_t i = 0; i < value->length; i++) {
		if (value->at[i] < '0' || value->at[i] > '9' ||
		    sum > (max - (uint64_t)(value->at[i] - '0')) / 10)
			return false;
		sum = 10 * sum + (uint64_t)(value->at[i] - '0');
	}
	*out = sum;
	return true;
}

/* Journald writes a text that is not UTF-8 or has control characters as an
 * array of its bytes, and a field that has several values as an array of
 * these, of which the first counts. */
static bool
took_array(struct tk_layer *layer, const struct bo_json_value *array)
{
	struct bo_json_value value;
	struct bo_json json;
	bool first = true;
	size_t length = 0;
	char *room =
		tk_layer_room(layer, TK_WRAPPER_JOURNALD, array->length + 1);

	if (!room)
		return false;
	bo_json_begin_loose(&json, array->at, array->length);
	if (!bo_json_open(&json, '['))
		return false;
	while (bo_json_element(&json, &first, &value)) {
		uint64_t byte;

		if (length == 0 && value.type == BO_JSON_STRING)
			return took_string(layer, TK_WRAPPER_JOURNALD, &value);
		if (value.type != BO_JSON_NUMBER || !number(&value, 255, &byte))
			return false;
		room[length++] = byte == 0 ? '?' : (char)(unsigned char)byte;
	}
	if (memchr(room, 0x1b, length)) {
		length = tk_strip_colours(room, length, room);
		layer->payload.wrappers |= 1u << TK_WRAPPER_COLOUR;
	}
	return tk_layer_took(layer, TK_WRAPPER_JOURNALD, room, length);
}

/* All names of journald's objects begin with a capital or an underscore. */
bool
tk_may_be_journald(const char *text, size_t length)
{
	struct tk_cursor c = {text, text + length};

	if (!tk_skip(&c, '{'))
		return false;
	while (tk_skip(&c, ' '))
		;
	return tk_skip(&c, '"') && c.at < c.end &&
	       (*c.at == '_' || (*c.at >= 'A' && *c.at <= 'Z'));
}

bool
tk_take_journald(struct tk_layer *layer)
{
	static const char *const names[MEMBER_COUNT] = {
		[MEMBER_TEXT] = "MESSAGE",
		[MEMBER_TIME] = "__REALTIME_TIMESTAMP",
		[MEMBER_HOST] = "_HOSTNAME",
		[MEMBER_CONTAINER] = "CONTAINER_NAME",
		[MEMBER_APP] = "SYSLOG_IDENTIFIER",
		[MEMBER_COMMAND] = "_COMM",
		[MEMBER_PID] = "_PID",
	};
	const struct bo_json_value *text;
	struct object object;
	uint64_t us;

	if (!tk_may_be_journald(layer->payload.text, layer->payload.length) ||
	    !memmem(layer->payload.text, layer->payload.length,
		    "\"__REALTIME_TIMESTAMP\"", 22) ||
	    !read_object(layer, names, &object) || !object.has[MEMBER_TEXT] ||
	    !object.has[MEMBER_TIME] ||
	    !number(&object.member[MEMBER_TIME], UINT64_MAX / 1000, &us))
		return false;
	text = &object.member[MEMBER_TEXT];
	if (text->type == BO_JSON_STRING) {
		if (!took_string(layer, TK_WRAPPER_JOURNALD, text))
			return false;
	} else if (text->type != BO_JSON_ARRAY || !took_array(layer, text)) {
		return false;
	}
	layer->payload.ts_ns = us * 1000;
	set_all(layer, &object);
	return true;
}
