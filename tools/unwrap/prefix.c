/* Wrappers of a few words: CRI, kubectl, docker compose, stern, gh. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "common/times.h"
#include "unwrap/layer.h"
#include "unwrap/unwrap.h"

/* Names of Kubernetes and docker objects are not longer. */
#define NAME_MAX_BYTES 253
/* A bar behind a prefix is within this. */
#define NEAR 128
/* kubectl and docker write nanoseconds. Go leaves out zeros at the end; fewer
 * digits than these are more likely to be the program's own time. */
#define NANO_DIGITS 7

/* The header of a line of CRI: "TIME stdout F ". */
static bool
cri_header(struct tk_cursor *c, uint64_t *ts_ns, struct tk_piece *stream,
	   bool *more)
{
	struct tk_piece tags;

	if (!tk_rfc3339_word(c, ts_ns) || tk_left(c) < 8 ||
	    (memcmp(c->at, "stdout ", 7) != 0 &&
	     memcmp(c->at, "stderr ", 7) != 0))
		return false;
	*stream = (struct tk_piece){c->at, 6};
	c->at += 7;
	/* Tags are separated by colons; only the first has a meaning. */
	if (!tk_word(c, 64, &tags) || (tags.at[0] != 'P' && tags.at[0] != 'F'))
		return false;
	*more = tags.at[0] == 'P';
	return tags.length == 1 || tags.at[1] == ':';
}

bool
tk_is_cri_part(const char *text, size_t length)
{
	struct tk_cursor c = {text, text + length};
	struct tk_piece stream;
	uint64_t ts_ns;
	bool more;

	return length > 0 && bo_is_digit(text[0]) &&
	       cri_header(&c, &ts_ns, &stream, &more) && more;
}

bool
tk_take_cri(struct tk_layer *layer)
{
	struct tk_cursor c = tk_cursor_of(layer);
	struct tk_piece stream;
	uint64_t ts_ns;
	bool more;

	if (!cri_header(&c, &ts_ns, &stream, &more))
		return false;
	layer->payload.ts_ns = ts_ns;
	layer->payload.stream = stream;
	layer->part = more ? TK_PART_MORE : TK_PART_LAST;
	return tk_layer_took(layer, TK_WRAPPER_CRI, c.at, tk_left(&c));
}

static size_t
decimals(const char *time, const char *end)
{
	const char *at = memchr(time, '.', (size_t)(end - time));
	size_t digits = 0;

	while (at && ++at < end && bo_is_digit(*at))
		digits++;
	return digits;
}

bool
tk_take_timestamp(struct tk_layer *layer)
{
	struct tk_cursor c = tk_cursor_of(layer);
	const char *time = c.at;
	uint64_t ts_ns;

	if (!tk_rfc3339_word(&c, &ts_ns))
		return false;
	if (decimals(time, c.at) < NANO_DIGITS &&
	    (c.at == c.end || *c.at != '{'))
		return false;
	layer->payload.ts_ns = ts_ns;
	return tk_layer_took(layer, TK_WRAPPER_TIMESTAMP, c.at, tk_left(&c));
}

/* A name of letters, digits, '-', '_' and '.', which begins with a letter or a
 * digit. */
static bool
name(struct tk_cursor *c, struct tk_piece *out)
{
	const char *start = c->at;

	while (c->at < c->end && (size_t)(c->at - start) <= NAME_MAX_BYTES &&
	       (bo_is_alphanumeric(*c->at) ||
		(c->at > start &&
		 (*c->at == '-' || *c->at == '_' || *c->at == '.'))))
		c->at++;
	*out = (struct tk_piece){start, (size_t)(c->at - start)};
	return out->length > 0 && out->length <= NAME_MAX_BYTES;
}

/* "[pod/web-597c746645-t2kb8/app] " */
static bool
kubectl_prefix(struct tk_cursor *c, struct tk_piece *pod,
	       struct tk_piece *container)
{
	if (tk_left(c) < 5 || memcmp(c->at, "[pod/", 5) != 0)
		return false;
	c->at += 5;
	return name(c, pod) && tk_skip(c, '/') && name(c, container) &&
	       tk_skip(c, ']') && (c->at == c->end || tk_skip(c, ' '));
}

bool
tk_take_kubectl(struct tk_layer *layer)
{
	struct tk_cursor c = tk_cursor_of(layer);
	struct tk_piece pod, container;

	if (!kubectl_prefix(&c, &pod, &container))
		return false;
	layer->payload.pod = pod;
	layer->payload.container = container;
	return tk_layer_took(layer, TK_WRAPPER_KUBECTL, c.at, tk_left(&c));
}

/* Whether a name ends with the number of a replica: "web-1", "web_1". */
static bool
is_numbered(struct tk_piece piece)
{
	size_t at = piece.length;

	while (at > 0 && bo_is_digit(piece.at[at - 1]))
		at--;
	return at > 1 && at < piece.length &&
	       (piece.at[at - 1] == '-' || piece.at[at - 1] == '_');
}

/* Whether a name is not a word that loggers write before a bar: "WARNING |
 * 2026-01-12 10:00:00". */
static bool
may_be_name(struct tk_piece piece)
{
	static const char *const levels[] = {"trace",  "debug", "info",
					     "notice", "warn",  "warning",
					     "error",  "fatal", "critical"};
	bool any = false;

	for (size_t i = 0; i < piece.length; i++)
		any |= piece.at[i] >= 'a' && piece.at[i] <= 'z';
	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++)
		any &= strlen(levels[i]) != piece.length ||
		       strncasecmp(levels[i], piece.at, piece.length) != 0;
	return any;
}

static bool
begins_with_time(const struct tk_cursor *c)
{
	const struct tk_time_rules rules = {.now_ns = UINT64_MAX / 2};
	struct tk_cursor look = *c;
	struct tk_time time;

	tk_skip(&look, '[');
	return tk_time_scan(look.at, tk_left(&look), &rules, &time) > 0;
}

/* What only a machine writes here: an object, or another wrapper's time. */
static bool
is_machine_text(const struct tk_cursor *c)
{
	struct tk_cursor look = *c;
	uint64_t ts_ns;

	return (c->at < c->end && *c->at == '{') ||
	       tk_rfc3339_word(&look, &ts_ns);
}

/* "web-1  | text" of docker compose, and "web.1.id@node    | text" of docker
 * service. "WARNING | text" is some program's own; so is any other word, unless
 * a line follows that is seen to begin there. */
static bool
compose_prefix(struct tk_cursor *c, struct tk_piece *container,
	       struct tk_piece *host)
{
	const char *end;

	*host = (struct tk_piece){NULL, 0};
	if (!name(c, container) || (tk_skip(c, '@') && !name(c, host)))
		return false;
	end = c->at;
	while (tk_skip(c, ' '))
		;
	if (c->at == end || !tk_skip(c, '|') ||
	    (c->at < c->end && !tk_skip(c, ' ')))
		return false;
	return is_numbered(*container) || host->at != NULL ||
	       is_machine_text(c) ||
	       (may_be_name(*container) && begins_with_time(c));
}

bool
tk_take_compose(struct tk_layer *layer)
{
	struct tk_cursor c = tk_cursor_of(layer);
	struct tk_piece container, host;

	if (!compose_prefix(&c, &container, &host))
		return false;
	layer->payload.container = container;
	if (host.at)
		layer->payload.host = host;
	return tk_layer_took(layer, TK_WRAPPER_COMPOSE, c.at, tk_left(&c));
}

bool
tk_unwrap_prefix(struct tk_payload *payload)
{
	struct tk_cursor c = {payload->text, payload->text + payload->length};
	struct tk_piece pod = {NULL, 0}, container, host;
	size_t near = tk_left(&c) < NEAR ? tk_left(&c) : NEAR;

	/* Most lines have neither. */
	if (near == 0 || (*c.at != '[' && memchr(c.at, '|', near) == NULL))
		return false;
	if (!kubectl_prefix(&c, &pod, &container)) {
		c.at = payload->text;
		if (!compose_prefix(&c, &container, &host))
			return false;
	}
	payload->pod = pod;
	payload->container = container;
	payload->length = tk_left(&c);
	payload->text = c.at;
	return true;
}

/* Characters of the random ends of pods' names: no vowels, so no words. */
static bool
is_random(const char *at, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!memchr("bcdfghjklmnpqrstvwxz2456789", at[i], 27))
			return false;
	return true;
}

/* Length of the name before its last "-x", and how long x is. */
static size_t
last_part(const char *at, size_t length, size_t *part)
{
	const char *dash = length > 0 ? memrchr(at, '-', length) : NULL;

	*part = dash ? length - (size_t)(dash - at) - 1 : 0;
	return dash ? (size_t)(dash - at) : 0;
}

/* How much a name looks like a pod's: 2 for "web-597c746645-t2kb8", 1 for
 * "web-t2kb8" and "web-0". */
static int
looks_like_pod(struct tk_piece pod)
{
	size_t part, hash, rest;

	if (is_numbered(pod))
		return 1;
	rest = last_part(pod.at, pod.length, &part);
	if (part != 5 || !is_random(pod.at + rest + 1, 5))
		return 0;
	rest = last_part(pod.at, rest, &hash);
	return rest > 0 && hash >= 6 && hash <= 10 &&
			       is_random(pod.at + rest + 1, hash)
		       ? 2
		       : 1;
}

bool
tk_take_stern(struct tk_layer *layer)
{
	struct tk_cursor c = tk_cursor_of(layer);
	struct tk_piece first, second;
	int likeness;

	if (!name(&c, &first) || !tk_skip(&c, ' ') || !name(&c, &second) ||
	    (c.at < c.end && !tk_skip(&c, ' ')))
		return false;
	likeness = looks_like_pod(first);
	if (likeness == 0 && looks_like_pod(second) == 2) {
		/* With --all-namespaces the namespace comes first. */
		first = second;
		if (!name(&c, &second) || (c.at < c.end && !tk_skip(&c, ' ')))
			return false;
		likeness = 2;
	}
	if (likeness == 0 || (likeness == 1 && !is_machine_text(&c)))
		return false;
	layer->payload.pod = first;
	layer->payload.container = second;
	return tk_layer_took(layer, TK_WRAPPER_STERN, c.at, tk_left(&c));
}

/* A name up to a tab, which is stepped over. */
static bool
column(struct tk_cursor *c, struct tk_piece *out)
{
	size_t room = tk_left(c) < NAME_MAX_BYTES ? tk_left(c) : NAME_MAX_BYTES;
	const char *tab = room > 0 ? memchr(c->at, '\t', room) : NULL;

	if (tab == NULL || tab == c->at)
		return false;
	*out = (struct tk_piece){c->at, (size_t)(tab - c->at)};
	c->at = tab + 1;
	return true;
}

/* "JOB\tSTEP\tTIME text" of `gh run view --log`; steps begin with a mark. */
bool
tk_take_gh(struct tk_layer *layer)
{
	struct tk_cursor c = tk_cursor_of(layer);
	struct tk_piece job, step;
	uint64_t ts_ns;

	if (!column(&c, &job) || !column(&c, &step))
		return false;
	if (tk_left(&c) >= 3 && memcmp(c.at, "\xef\xbb\xbf", 3) == 0)
		c.at += 3;
	if (!tk_rfc3339_word(&c, &ts_ns))
		return false;
	layer->payload.ts_ns = ts_ns;
	layer->payload.container = job;
	return tk_layer_took(layer, TK_WRAPPER_GH, c.at, tk_left(&c));
}
