/* Takes lines out of those of shippers. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/shipped.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "common/times.h"
#include "envelope/members.h"

/* A text of this length may begin as lines do. */
#define LINE_MIN 12

bool
tk_shipped_init(struct tk_shipped *shipped)
{
	for (size_t i = 0; i < TK_SHIPPED_DEPTH; i++) {
		shipped->unwrap[i] = tk_unwrap_new();
		if (shipped->unwrap[i] == NULL)
			return false;
	}
	return true;
}

void
tk_shipped_clear(struct tk_shipped *shipped)
{
	for (size_t i = 0; i < TK_SHIPPED_DEPTH; i++) {
		tk_unwrap_free(shipped->unwrap[i]);
		free(shipped->text[i]);
	}
	memset(shipped, 0, sizeof(*shipped));
}

void
tk_shipped_clock(struct tk_shipped *shipped, int32_t zone_s, uint64_t now_ns)
{
	for (size_t i = 0; i < TK_SHIPPED_DEPTH; i++)
		tk_unwrap_clock(shipped->unwrap[i], zone_s, now_ns);
}

static struct tk_piece
trimmed(struct tk_piece text)
{
	while (text.length > 0 && bo_is_one_of(*text.at, " \t\r\n")) {
		text.at++;
		text.length--;
	}
	while (text.length > 0 &&
	       bo_is_one_of(text.at[text.length - 1], " \t\r\n"))
		text.length--;
	return text;
}

static bool
begins(struct tk_piece text, const char *with)
{
	size_t length = strlen(with);

	return text.length >= length && memcmp(text.at, with, length) == 0;
}

static bool
is_object(struct tk_piece text)
{
	size_t i = 1;

	if (text.length < LINE_MIN || text.at[0] != '{' ||
	    text.at[text.length - 1] != '}')
		return false;
	while (bo_is_one_of(text.at[i], " \t\n"))
		i++;
	return text.at[i] == '"';
}

/* Whether a text begins with a date and a time, or with a pair of logfmt that
 * is one or a level. */
static bool
is_line(struct tk_piece text)
{
	static const char *const pairs[] = {
		"ts=", "time=", "t=", "level=", "lvl=", "timestamp="};
	const struct tk_time_rules rules = {.now_ns = UINT64_MAX / 2};
	bool bracket = text.length > 0 && *text.at == '[';
	struct tk_time time;

	if (text.length < LINE_MIN)
		return false;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		if (begins(text, pairs[i]))
			return true;
	}
	return tk_time_scan(text.at + bracket, text.length - bracket, &rules,
			    &time) > 0 &&
	       !time.no_date;
}

/* Whether the object says more about a retry than its message does. */
static bool
says_more(struct tk_envelope *envelope)
{
	static const char *const names[] = {"attempt", "attempts",
					    "retry_attempt", "retryCount",
					    "retry_count"};
	struct bo_json_value value;

	if (envelope->logger.at != NULL || envelope->thread.at != NULL)
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (tk_envelope_member(envelope, names[i], &value))
			return true;
	}
	return false;
}

/* Fill a piece that the line does not say from the members around it. */
static void
fill(struct tk_envelope *envelope, const char *names, struct tk_piece around,
     struct tk_piece *out)
{
	if (out->length > 0)
		return;
	*out = around;
	for (const char *name = names; out->length == 0 && *name != '\0';
	     name += strlen(name) + 1) {
		struct bo_json_value value;

		if (tk_envelope_member(envelope, name, &value) &&
		    value.type == BO_JSON_STRING && !value.escaped)
			*out = (struct tk_piece){value.at, value.length};
	}
}

static void
inherit(struct tk_envelope *envelope, const struct tk_payload *around,
	struct tk_payload *out)
{
	if (out->ts_ns == BACKOFF_ABSENT && envelope->origin != TK_TIME_HEAD)
		out->ts_ns = envelope->ts_ns;
	fill(envelope, "host\0hostname\0host.name\0kubernetes.host\0",
	     around->host, &out->host);
	fill(envelope,
	     "kubernetes.pod_name\0kubernetes.pod.name\0labels.pod\0"
	     "resource.labels.pod_name\0",
	     around->pod, &out->pod);
	fill(envelope,
	     "kubernetes.container_name\0kubernetes.container.name\0"
	     "container_name\0container.name\0labels.container\0"
	     "resource.labels.container_name\0logStreamName\0",
	     around->container, &out->container);
	fill(envelope, "", around->stream, &out->stream);
	fill(envelope, "", around->app, &out->app);
	fill(envelope, "", around->pid, &out->pid);
}

/* Keep a text that the next envelope would write over. */
static bool
keep(struct tk_shipped *shipped, size_t depth, struct tk_piece *text)
{
	if (shipped->size[depth] < text->length) {
		char *room = realloc(shipped->text[depth], text->length);

		if (room == NULL)
			return false;
		shipped->text[depth] = room;
		shipped->size[depth] = text->length;
	}
	memcpy(shipped->text[depth], text->at, text->length);
	text->at = shipped->text[depth];
	return true;
}

enum tk_got
tk_shipped_open(struct tk_shipped *shipped, size_t depth,
		struct tk_envelope *envelope, const struct tk_payload *around,
		struct tk_payload *out)
{
	struct tk_piece text = trimmed(envelope->message);
	struct tk_line line = {.number = 1};

	if (envelope->kind != TK_ENVELOPE_JSON || depth >= TK_SHIPPED_DEPTH ||
	    envelope->message.at == around->text ||
	    (!is_object(text) && (!is_line(text) || says_more(envelope))))
		return TK_GOT_ABSENT;
	if (!keep(shipped, depth, &text))
		return TK_GOT_NO_MEMORY;
	line.text = text.at;
	line.length = text.length;
	/* Parts of lines are joined before they are shipped, or never. */
	if (tk_unwrap_must_see(shipped->unwrap[depth], 0, &line) ||
	    tk_unwrap_line(shipped->unwrap[depth], 0, &line, out, NULL) !=
		    TK_UNWRAPPED)
		*out = (struct tk_payload){.text = text.at,
					   .length = text.length,
					   .ts_ns = BACKOFF_ABSENT};
	inherit(envelope, around, out);
	out->skipped = 0;
	return TK_GOT;
}

const char *
tk_shipped_batch(const char *text, size_t length)
{
	static const struct {
		const char *name, *path;
	} batches[] = {
		{"\"resourceLogs\"", "resourceLogs[].scopeLogs[].logRecords[]"},
		{"\"logEvents\"", "logEvents[]"},
		{"\"hits\"", "hits.hits[]"},
	};

	if (length == 0 || *text != '{')
		return NULL;
	for (size_t i = 0; i < sizeof(batches) / sizeof(*batches); i++) {
		if (memmem(text, length, batches[i].name,
			   strlen(batches[i].name)) != NULL)
			return batches[i].path;
	}
	return NULL;
}
