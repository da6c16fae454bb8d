/* Removes the wrappers of a line one after the other. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unwrap/unwrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/ascii.h"
#include "base/num.h"
#include "unwrap/colours.h"
#include "unwrap/layer.h"
#include "unwrap/parts.h"

struct tk_unwrap {
	struct tk_unwrap_counts counts;
	struct tk_parts parts;
	/* Buffers and clock live from line to line. */
	struct tk_layer layer;
};

static const char *const names[] = {
	[TK_WRAPPER_MARK] = "byte_order_mark",
	[TK_WRAPPER_COLOUR] = "colours",
	[TK_WRAPPER_DOCKER] = "docker",
	[TK_WRAPPER_CRI] = "cri",
	[TK_WRAPPER_TIMESTAMP] = "timestamps",
	[TK_WRAPPER_KUBECTL] = "kubectl_prefix",
	[TK_WRAPPER_COMPOSE] = "compose",
	[TK_WRAPPER_STERN] = "stern",
	[TK_WRAPPER_SYSLOG] = "syslog",
	[TK_WRAPPER_SYSLOG5424] = "syslog_5424",
	[TK_WRAPPER_JOURNALD] = "journald",
	[TK_WRAPPER_GH] = "gh",
	[TK_WRAPPER_HEROKU] = "heroku",
	[TK_WRAPPER_AWS] = "aws_logs",
	[TK_WRAPPER_LOGCLI] = "logcli",
	[TK_WRAPPER_FLY] = "fly",
	[TK_WRAPPER_PROCESS] = "process_manager",
};

const char *
tk_wrapper_name(enum tk_wrapper wrapper)
{
	return names[wrapper];
}

struct tk_unwrap *
tk_unwrap_new(void)
{
	struct tk_unwrap *unwrap = calloc(1, sizeof(*unwrap));
	struct timespec now = {0};

	if (!unwrap)
		return NULL;
	clock_gettime(CLOCK_REALTIME, &now);
	unwrap->layer.now_ns = (uint64_t)now.tv_sec * BO_NS_PER_S;
	return unwrap;
}

void
tk_unwrap_free(struct tk_unwrap *unwrap)
{
	if (!unwrap)
		return;
	tk_parts_clear(&unwrap->parts);
	for (size_t i = 0; i < TK_WRAPPER_COUNT; i++)
		free(unwrap->layer.copy[i].bytes);
	free(unwrap);
}

void
tk_unwrap_clock(struct tk_unwrap *unwrap, int32_t zone_s, uint64_t now_ns)
{
	unwrap->layer.zone_s = zone_s;
	unwrap->layer.now_ns = now_ns;
}

const struct tk_unwrap_counts *
tk_unwrap_counts(const struct tk_unwrap *unwrap)
{
	return &unwrap->counts;
}

bool
tk_unwrap_must_see(const struct tk_unwrap *unwrap, size_t input,
		   const struct tk_line *line)
{
	if (line->not_text != NULL || line->oversize ||
	    tk_parts_has(&unwrap->parts, input))
		return true;
	if (line->length == 0)
		return false;
	if (line->text[0] != '{')
		return tk_is_cri_part(line->text, line->length);
	if (line->length >= TK_DOCKER_PART && memmem(line->text, 16, "log", 3))
		return true;
	return tk_may_be_journald(line->text, line->length) &&
	       memmem(line->text, line->length, "\"MESSAGE\"", 9);
}

static enum tk_unwrapped
bad(struct backoff_error *error, enum backoff_status status, size_t column,
    const char *text)
{
	if (!error)
		return TK_UNWRAP_BAD;
	memset(error, 0, sizeof(*error));
	error->status = status;
	error->column = (uint32_t)column;
	snprintf(error->text, sizeof(error->text), "%s", text);
	return TK_UNWRAP_BAD;
}

/* Byte order marks stand at the start of any line: files that have one are
 * joined. NULs after it are a hole like those before it, which the splitter
 * skips. */
static bool
take_mark(struct tk_layer *layer)
{
	static const char mark[] = "\xef\xbb\xbf";
	const char *text = layer->payload.text;
	size_t length = layer->payload.length, skipped = 0;

	while (length - skipped >= 3 && memcmp(text + skipped, mark, 3) == 0)
		skipped += 3;
	while (skipped > 0 && skipped < length && text[skipped] == '\0')
		skipped++;
	return skipped > 0 && tk_layer_took(layer, TK_WRAPPER_MARK,
					    text + skipped, length - skipped);
}

static void
take_colours(struct tk_layer *layer)
{
	const char *text = layer->payload.text;
	size_t length = layer->payload.length;
	char *room;

	if (length == 0 || !memchr(text, 0x1b, length))
		return;
	room = tk_layer_room(layer, TK_WRAPPER_COLOUR, length);
	if (room)
		tk_layer_took(layer, TK_WRAPPER_COLOUR, room,
			      tk_strip_colours(text, length, room));
}

typedef bool (*take_fn)(struct tk_layer *);

/* Those that a text may begin with. Stricter ones come first. */
static const take_fn *
takers_of(const char *text, size_t length)
{
	const unsigned char first = (unsigned char)*text;
	static const take_fn other[] = {tk_take_gh, NULL};
	static const take_fn object[] = {tk_take_docker, tk_take_stern_json,
					 tk_take_journald, NULL};
	static const take_fn bracket[] = {tk_take_kubectl, tk_take_gh, NULL};
	static const take_fn angle[] = {tk_take_syslog5424, tk_take_syslog,
					NULL};
	static const take_fn mark[] = {take_mark, tk_take_gh, NULL};
	static const take_fn digit[] = {tk_take_cri,
					tk_take_syslog5424,
					tk_take_syslog,
					tk_take_heroku,
					tk_take_aws,
					tk_take_logcli,
					tk_take_fly,
					tk_take_timestamp,
					tk_take_process,
					tk_take_compose,
					tk_take_stern,
					tk_take_gh,
					NULL};
	/* Without those that begin with an RFC 3339 time. */
	static const take_fn no_time[] = {tk_take_syslog5424,
					  tk_take_syslog,
					  tk_take_process,
					  tk_take_compose,
					  tk_take_stern,
					  tk_take_gh,
					  NULL};
	static const take_fn letter[] = {tk_take_syslog, tk_take_compose,
					 tk_take_stern, tk_take_gh, NULL};

	switch (first) {
	case '{':
		return object;
	case '[':
		return bracket;
	case '<':
		return angle;
	case 0xef:
		return mark;
	default:
		break;
	}
	if (bo_is_digit((char)first))
		return length > 10 && text[10] == 'T' ? digit : no_time;
	return bo_is_letter((char)first) ? letter : other;
}

/* Remove one wrapper, unless its kind was removed before: so depth and memory
 * are bounded, whatever a line claims to be. */
static bool
take_one(struct tk_layer *layer)
{
	struct tk_payload before = layer->payload;
	const take_fn *take;

	if (before.length == 0)
		return false;
	take = takers_of(before.text, before.length);
	for (; *take && !layer->no_memory; take++) {
		if (!(*take)(layer))
			continue;
		if (*take == take_mark ||
		    (layer->payload.wrappers & ~before.wrappers &
		     ~(1u << TK_WRAPPER_COLOUR)) != 0)
			return true;
		layer->payload = before;
		layer->part = TK_PART_WHOLE;
	}
	return false;
}

/* Most lines of this library's own logs begin so, and no wrapper does. */
static bool
is_native(const struct tk_layer *layer)
{
	static const char start[] = "{\"v\":";

	return layer->payload.length >= sizeof(start) - 1 &&
	       memcmp(layer->payload.text, start, sizeof(start) - 1) == 0;
}

/* Keep a part, or complete a line with its last one. */
static enum tk_unwrapped
join(struct tk_unwrap *unwrap, size_t input, struct backoff_error *error)
{
	struct tk_layer *layer = &unwrap->layer;
	struct tk_payload *payload = &layer->payload;
	/* The outermost wrapper so far that divides lines; and the stream. */
	struct tk_part_key key = {input, payload->wrappers &
						 (1u << TK_WRAPPER_CRI |
						  1u << TK_WRAPPER_DOCKER)};
	enum tk_part part = layer->part;
	enum backoff_status status;
	char *joined;

	layer->part = TK_PART_WHOLE;
	if (part == TK_PART_WHOLE)
		return TK_UNWRAPPED;
	if (payload->stream.length == 6 && payload->stream.at[3] == 'e')
		key.kind |= 1u << TK_WRAPPER_COUNT;
	if (part == TK_PART_MORE) {
		status = tk_parts_add(&unwrap->parts, key, payload->text,
				      payload->length);
		if (status)
			return bad(error, status, 1, "out of memory");
		return TK_UNWRAP_PENDING;
	}
	status = tk_parts_end(&unwrap->parts, key, payload->text,
			      payload->length, &joined, &payload->length);
	if (status == BACKOFF_E_NOT_FOUND)
		return TK_UNWRAPPED;
	if (status == BACKOFF_E_LIMIT) {
		unwrap->counts.oversize++;
		return bad(error, status, TK_LINE_MAX,
			   "the line is longer than 1 MiB, in parts");
	}
	if (status)
		return bad(error, status, 1, "out of memory");
	unwrap->counts.joined++;
	payload->text = joined;
	return TK_UNWRAPPED;
}

static void
finish(struct tk_unwrap *unwrap, const struct tk_line *line)
{
	struct tk_payload *payload = &unwrap->layer.payload;

	while (payload->length > 0 &&
	       payload->text[payload->length - 1] == '\r')
		payload->length--;
	if (payload->text >= line->text &&
	    payload->text <= line->text + line->length)
		payload->skipped = (size_t)(payload->text - line->text);
	for (unsigned i = 0; payload->wrappers >> i != 0; i++)
		unwrap->counts.lines[i] += payload->wrappers >> i & 1;
}

enum tk_unwrapped
tk_unwrap_line(struct tk_unwrap *unwrap, size_t input,
	       const struct tk_line *line, struct tk_payload *out,
	       struct backoff_error *error)
{
	struct tk_layer *layer = &unwrap->layer;
	enum tk_unwrapped result;
	const char *nul;

	if (line->not_text != NULL)
		return bad(error, BACKOFF_E_IO, 1, line->not_text);
	if (line->oversize)
		return bad(error, BACKOFF_E_LIMIT, TK_LINE_MAX,
			   "the line is longer than 1 MiB");
	layer->payload = (struct tk_payload){.text = line->text,
					     .length = line->length,
					     .ts_ns = BACKOFF_ABSENT};
	layer->part = TK_PART_WHOLE;
	layer->no_memory = false;
	take_mark(layer);
	nul = memchr(layer->payload.text, '\0', layer->payload.length);
	if (nul)
		return bad(error, BACKOFF_E_SYNTAX,
			   (size_t)(nul - line->text) + 1, "NUL bytes");
	take_colours(layer);
	while (!layer->no_memory && !is_native(layer) && take_one(layer)) {
		result = join(unwrap, input, error);
		if (result != TK_UNWRAPPED)
			return result;
	}
	if (layer->no_memory)
		return bad(error, BACKOFF_E_NOMEM, 1, "out of memory");
	finish(unwrap, line);
	*out = layer->payload;
	return TK_UNWRAPPED;
}
