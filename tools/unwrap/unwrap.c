/* Removes the wrappers of a line one after the other. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unwrap/unwrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/num.h"

struct tk_unwrap {
	struct tk_unwrap_counts counts;
	int32_t zone_s;
	uint64_t now_ns;
};

static const char *const names[] = {
	[TK_WRAPPER_MARK] = "byte order mark",
	[TK_WRAPPER_COLOUR] = "colours",
	[TK_WRAPPER_DOCKER] = "docker json-file",
	[TK_WRAPPER_CRI] = "CRI",
	[TK_WRAPPER_TIMESTAMP] = "kubectl --timestamps",
	[TK_WRAPPER_KUBECTL] = "kubectl --prefix",
	[TK_WRAPPER_COMPOSE] = "docker compose",
	[TK_WRAPPER_STERN] = "stern",
	[TK_WRAPPER_SYSLOG] = "syslog",
	[TK_WRAPPER_SYSLOG5424] = "syslog RFC 5424",
	[TK_WRAPPER_JOURNALD] = "journald",
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
	unwrap->now_ns = (uint64_t)now.tv_sec * BO_NS_PER_S;
	return unwrap;
}

void
tk_unwrap_free(struct tk_unwrap *unwrap)
{
	free(unwrap);
}

void
tk_unwrap_clock(struct tk_unwrap *unwrap, int32_t zone_s, uint64_t now_ns)
{
	unwrap->zone_s = zone_s;
	unwrap->now_ns = now_ns;
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
	(void)unwrap;
	(void)input;
	return line->not_text != NULL || line->oversize;
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
static size_t
mark_length(const char *text, size_t length)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t skipped = 0;

	while (length - skipped >= 3 && memcmp(text + skipped, mark, 3) == 0)
		skipped += 3;
	while (skipped > 0 && skipped < length && text[skipped] == '\0')
		skipped++;
	return skipped;
}

enum tk_unwrapped
tk_unwrap_line(struct tk_unwrap *unwrap, size_t input,
	       const struct tk_line *line, struct tk_payload *out,
	       struct backoff_error *error)
{
	struct tk_payload payload = {.text = line->text,
				     .length = line->length,
				     .ts_ns = BACKOFF_ABSENT};
	const char *nul;
	size_t mark;

	(void)input;
	if (line->not_text != NULL)
		return bad(error, BACKOFF_E_SYNTAX, 1, line->not_text);
	if (line->oversize)
		return bad(error, BACKOFF_E_LIMIT, TK_LINE_MAX,
			   "the line is longer than 1 MiB");
	mark = mark_length(payload.text, payload.length);
	payload.text += mark;
	payload.length -= mark;
	if (mark > 0)
		payload.wrappers |= 1u << TK_WRAPPER_MARK;
	nul = memchr(payload.text, '\0', payload.length);
	if (nul)
		return bad(error, BACKOFF_E_SYNTAX,
			   (size_t)(nul - line->text) + 1, "NUL bytes");
	while (payload.length > 0 && payload.text[payload.length - 1] == '\r')
		payload.length--;
	payload.skipped = (size_t)(payload.text - line->text);
	for (unsigned i = 0; i < TK_WRAPPER_COUNT; i++)
		unwrap->counts.lines[i] += payload.wrappers >> i & 1;
	*out = payload;
	return TK_UNWRAPPED;
}
