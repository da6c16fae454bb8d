/* Prefixes of hosting services and process managers. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "base/ascii.h"
#include "common/times.h"
#include "unwrap/layer.h"

#define NAME_MAX_BYTES 128
/* Hex digits with which names of streams end. */
#define STREAM_DIGITS 16
/* Bytes in which a line has its date. */
#define DATE_WITHIN 96

static bool
is_name_character(char c)
{
	return bo_is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
}

static bool
name(struct tk_cursor *c, struct tk_piece *out)
{
	const char *start = c->at;

	while (c->at < c->end && is_name_character(*c->at))
		c->at++;
	*out = (struct tk_piece){start, (size_t)(c->at - start)};
	return out->length > 0 && out->length <= NAME_MAX_BYTES;
}

static bool
is_hex(char c)
{
	return bo_is_digit(c) || (c >= 'a' && c <= 'f');
}

static bool
is_text(struct tk_piece piece, const char *text)
{
	return piece.length == strlen(text) &&
	       memcmp(piece.at, text, piece.length) == 0;
}

/* "app[web.1]" and the like: a name, and another one in brackets. */
static bool
source(struct tk_cursor *c, struct tk_piece *app, struct tk_piece *process)
{
	return name(c, app) && tk_skip(c, '[') && name(c, process) &&
	       tk_skip(c, ']');
}

static bool
took(struct tk_layer *layer, enum tk_wrapper wrapper, uint64_t ts_ns,
     struct tk_piece container, const struct tk_cursor *c)
{
	layer->payload.ts_ns = ts_ns;
	if (container.at != NULL)
		layer->payload.container = container;
	return tk_layer_took(layer, wrapper, c->at, tk_left(c));
}

/* "2026-01-12T10:00:00.123456+00:00 app[web.1]: text", and "heroku[router]". */
bool
tk_take_heroku(struct tk_layer *layer)
{
	struct tk_cursor c = tk_cursor_of(layer);
	struct tk_piece app, process;
	uint64_t ts_ns;

	if (!tk_rfc3339_word(&c, &ts_ns) || !source(&c, &app, &process) ||
	    !tk_skip(&c, ':') || (c.at < c.end && !tk_skip(&c, ' ')) ||
	    (!is_text(app, "app") && !is_text(app, "heroku")))
		return false;
	return took(layer, TK_WRAPPER_HEROKU, ts_ns, process, &c);
}

/* "2026-01-12T10:00:00.123000+00:00 ecs/web/0a1b... text". The stream of a
 * function is "2026/01/12/[$LATEST]0a1b...". */
bool
tk_take_aws(struct tk_layer *layer)
{
	struct tk_cursor c = tk_cursor_of(layer);
	struct tk_piece stream;
	size_t digits = 0;
	uint64_t ts_ns;

	if (!tk_rfc3339_word(&c, &ts_ns) || !tk_word(&c, 256, &stream) ||
	    memchr(stream.at, '/', stream.length) == NULL)
		return false;
	while (digits < stream.length &&
	       is_hex(stream.at[stream.length - 1 - digits]))
		digits++;
	if (digits < STREAM_DIGITS || digits == stream.length ||
	    !bo_is_one_of(stream.at[stream.length - 1 - digits], "/]"))
		return false;
	return took(layer, TK_WRAPPER_AWS, ts_ns, stream, &c);
}

/* A pair of a label: name="value". */
static bool
label(struct tk_cursor *c, struct tk_piece *key, struct tk_piece *value)
{
	const char *start;

	if (!name(c, key) || !tk_skip(c, '=') || !tk_skip(c, '"'))
		return false;
	start = c->at;
	while (c->at < c->end && *c->at != '"')
		c->at += 1 + (*c->at == '\\' && c->at + 1 < c->end);
	*value = (struct tk_piece){start, (size_t)(c->at - start)};
	return tk_skip(c, '"');
}

/* "2026-01-12T10:00:00Z {app="web", pod="web-1"} text". */
bool
tk_take_logcli(struct tk_layer *layer)
{
	struct tk_cursor c = tk_cursor_of(layer);
	struct tk_piece key, value, pod = {NULL, 0}, container = {NULL, 0};
	uint64_t ts_ns;

	if (!tk_rfc3339_word(&c, &ts_ns) || !tk_skip(&c, '{'))
		return false;
	do {
		while (tk_skip(&c, ' '))
			;
		if (!label(&c, &key, &value))
			return false;
		if (is_text(key, "pod"))
			pod = value;
		else if (is_text(key, "container"))
			container = value;
	} while (tk_skip(&c, ','));
	if (!tk_skip(&c, '}') || (c.at < c.end && !tk_skip(&c, ' ')))
		return false;
	while (tk_skip(&c, ' '))
		;
	if (pod.length > 0)
		layer->payload.pod = pod;
	return took(layer, TK_WRAPPER_LOGCLI, ts_ns, container, &c);
}

/* "2026-01-12T10:00:00Z app[148ed193] fra [info] text". */
bool
tk_take_fly(struct tk_layer *layer)
{
	struct tk_cursor c = tk_cursor_of(layer);
	struct tk_piece app, machine, region, level;
	uint64_t ts_ns;

	if (!tk_rfc3339_word(&c, &ts_ns) || !source(&c, &app, &machine) ||
	    !tk_skip(&c, ' ') || !name(&c, &region) || region.length != 3 ||
	    !tk_skip(&c, ' ') || !tk_skip(&c, '[') || !name(&c, &level) ||
	    !tk_skip(&c, ']'))
		return false;
	tk_skip(&c, ' ');
	return took(layer, TK_WRAPPER_FLY, ts_ns, machine, &c);
}

/* Whether what follows has its date at its beginning, or in brackets as in
 * access logs, or is an object. */
static bool
has_date(const struct tk_cursor *c)
{
	const char *end =
		tk_left(c) > DATE_WITHIN ? c->at + DATE_WITHIN : c->end;
	const char *at = c->at;
	struct tk_time time;

	if (at < end && *at == '{')
		return true;
	while (at != NULL && at < end) {
		if (tk_time_scan(at, (size_t)(c->end - at), NULL, &time) > 0 &&
		    !time.no_date)
			return true;
		at = memchr(at, '[', (size_t)(end - at));
		if (at != NULL)
			at++;
	}
	return false;
}

/* "0|web  | text" of pm2; "10:00:00 web.1  | text" of foreman, whose time is
 * all there is unless the text has its own. */
bool
tk_take_process(struct tk_layer *layer)
{
	struct tk_cursor c = tk_cursor_of(layer);
	struct tk_piece process;
	struct tk_time time;
	const char *end;
	size_t digits = 0, used;
	bool foreman = false;

	while (digits < 4 && digits < tk_left(&c) && bo_is_digit(c.at[digits]))
		digits++;
	if (digits > 0 && digits < tk_left(&c) && c.at[digits] == '|') {
		c.at += digits + 1;
	} else {
		const struct tk_time_rules rules = {.now_ns = layer->now_ns};

		used = tk_left(&c) > 8 && c.at[2] == ':'
			       ? tk_time_scan(c.at, 8, &rules, &time)
			       : 0;
		if (used != 8 || !time.no_date)
			return false;
		c.at += used;
		foreman = true;
		if (!tk_skip(&c, ' '))
			return false;
	}
	if (!name(&c, &process))
		return false;
	end = c.at;
	while (tk_skip(&c, ' '))
		;
	if (c.at == end || !tk_skip(&c, '|') ||
	    (c.at < c.end && !tk_skip(&c, ' ')) || (foreman && !has_date(&c)))
		return false;
	layer->payload.container = process;
	return tk_layer_took(layer, TK_WRAPPER_PROCESS, c.at, tk_left(&c));
}
