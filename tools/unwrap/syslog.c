/* Syslog's wrappers: RFC 5424, RFC 3164, and the files that daemons write. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/num.h"
#include "base/rfc3339.h"
#include "common/times.h"
#include "unwrap/layer.h"

#define WORD_MAX 255
/* RFC 3164 says 32; programs with long names go beyond. */
#define TAG_MAX 96
#define DAY_NS (86400 * BO_NS_PER_S)

/* "<34>", 0 to 191. */
static bool
priority(struct tk_cursor *c)
{
	struct tk_cursor start = *c;
	unsigned value = 0, digits = 0;

	if (!tk_skip(c, '<'))
		return false;
	while (c->at < c->end && bo_is_digit(*c->at) && digits < 3) {
		value = 10 * value + (unsigned)(*c->at++ - '0');
		digits++;
	}
	if (digits > 0 && value <= 191 && tk_skip(c, '>'))
		return true;
	*c = start;
	return false;
}

/* The length before a message that comes over TCP (RFC 6587). */
static void
frame(struct tk_cursor *c)
{
	struct tk_cursor look = *c;
	unsigned digits = 0;

	while (look.at < look.end && bo_is_digit(*look.at) && digits++ < 7)
		look.at++;
	if (digits > 0 && tk_skip(&look, ' ') && look.at < look.end &&
	    *look.at == '<')
		*c = look;
}

static unsigned
month_of(const char *at)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (unsigned i = 0; i < 12; i++)
		if (memcmp(at, months + (size_t)3 * i, 3) == 0)
			return i + 1;
	return 0;
}

/* The newest year in which a date without one is not in the future. */
static bool
date_ns(const struct tk_layer *layer, unsigned month, unsigned day,
	const char *clock, size_t clock_length, uint64_t *out)
{
	uint64_t latest = bo_add_sat(layer->now_ns, DAY_NS);
	char text[64], now[BO_RFC3339_MAX];
	unsigned year = 0, tries = 0;

	bo_rfc3339_format(latest, 0, now, sizeof(now));
	for (size_t i = 0; i < 4; i++)
		year = 10 * year + (unsigned)(now[i] - '0');
	/* The 29th of February may be eight years ago. */
	for (; tries < 9 && year >= 1970; tries++, year--) {
		int length =
			snprintf(text, sizeof(text), "%04u-%02u-%02uT%.*sZ",
				 year, month, day, (int)clock_length, clock);
		uint64_t ns, zone_ns = BO_NS_PER_S;

		if (!bo_rfc3339_parse(text, (size_t)length, &ns))
			continue;
		zone_ns *= (uint64_t)(layer->zone_s < 0 ? -layer->zone_s
							: layer->zone_s);
		if (layer->zone_s < 0)
			ns = bo_add_sat(ns, zone_ns);
		else
			ns = ns > zone_ns ? ns - zone_ns : 0;
		if (ns > latest)
			continue;
		*out = ns;
		return true;
	}
	return false;
}

/* "Jan 12 10:00:00 " or "Jan  2 10:00:00.123 ". */
static bool
bsd_time(const struct tk_layer *layer, struct tk_cursor *c, uint64_t *out)
{
	struct tk_cursor look = *c;
	struct tk_piece clock;
	unsigned month, day;

	if (tk_left(c) < 16 || c->at[3] != ' ' || c->at[6] != ' ' ||
	    (!bo_is_digit(c->at[4]) && c->at[4] != ' ') ||
	    !bo_is_digit(c->at[5]))
		return false;
	month = month_of(c->at);
	day = (unsigned)(c->at[5] - '0');
	if (bo_is_digit(c->at[4]))
		day += 10 * (unsigned)(c->at[4] - '0');
	look.at += 7;
	if (month == 0 || !tk_word(&look, 18, &clock) || clock.length < 8 ||
	    !bo_is_digit(clock.at[0]) ||
	    !date_ns(layer, month, day, clock.at, clock.length, out))
		return false;
	*c = look;
	return true;
}

/* Times of `journalctl -o short-full` and `-o short-unix`:
 * "Mon 2026-01-12 10:00:00 UTC ", "1768212000.123456 ". */
static bool
journal_time(const struct tk_layer *layer, struct tk_cursor *c, uint64_t *out)
{
	const struct tk_time_rules rules = {.zone_s = layer->zone_s,
					    .now_ns = layer->now_ns};
	struct tk_cursor look = *c;
	struct tk_time time;
	size_t used;

	if (tk_left(c) < 24)
		return false;
	if (bo_is_letter(*c->at)) {
		if (c->at[3] != ' ' || !bo_is_digit(c->at[4]) ||
		    c->at[8] != '-')
			return false;
		look.at += 4;
	} else if (c->at[10] != '.' || c->at[17] != ' ') {
		return false;
	}
	used = tk_time_scan(look.at, tk_left(&look), &rules, &time);
	look.at += used;
	if (used < 17 || !tk_skip(&look, ' '))
		return false;
	*out = time.ns;
	*c = look;
	return true;
}

static bool
is_tag_character(char c)
{
	return c > ' ' && c < 0x7f && c != ':' && c != '[' && c != ']' &&
	       c != '{' && c != '"' && c != '=';
}

/* "app[123]: " or "app: "; one space after it is not part of the text. */
static bool
tag(struct tk_cursor *c, struct tk_piece *app, struct tk_piece *pid)
{
	struct tk_cursor look = *c;
	const char *start;

	while (look.at < look.end && is_tag_character(*look.at))
		look.at++;
	*app = (struct tk_piece){c->at, (size_t)(look.at - c->at)};
	*pid = (struct tk_piece){NULL, 0};
	if (app->length == 0 || app->length > TAG_MAX)
		return false;
	if (tk_skip(&look, '[')) {
		start = look.at;
		while (look.at < look.end && *look.at != ']' &&
		       is_tag_character(*look.at))
			look.at++;
		*pid = (struct tk_piece){start, (size_t)(look.at - start)};
		if (!tk_skip(&look, ']'))
			return false;
	}
	if (!tk_skip(&look, ':') || (look.at < look.end && *look.at != ' '))
		return false;
	tk_skip(&look, ' ');
	*c = look;
	return true;
}

/* BusyBox writes facility and severity before the tag: "daemon.info". */
static bool
skip_severity(struct tk_cursor *c)
{
	struct tk_cursor look = *c;
	struct tk_piece word;

	if (!tk_word(&look, 16, &word) || !memchr(word.at, '.', word.length))
		return false;
	for (size_t i = 0; i < word.length; i++)
		if (word.at[i] != '.' && !bo_is_digit(word.at[i]) &&
		    (word.at[i] < 'a' || word.at[i] > 'z'))
			return false;
	*c = look;
	return true;
}

bool
tk_take_syslog(struct tk_layer *layer)
{
	struct tk_cursor c = tk_cursor_of(layer);
	struct tk_piece host = {NULL, 0}, app, pid;
	bool has_priority, has_date;
	uint64_t ts_ns;

	frame(&c);
	has_priority = priority(&c);
	has_date = bsd_time(layer, &c, &ts_ns);
	if (!has_date && !tk_rfc3339_word(&c, &ts_ns) &&
	    !journal_time(layer, &c, &ts_ns))
		return false;
	if (!tag(&c, &app, &pid)) {
		if (!tk_word(&c, WORD_MAX, &host))
			return false;
		if (!tag(&c, &app, &pid) &&
		    (!skip_severity(&c) || !tag(&c, &app, &pid)))
			return false;
	} else if (!has_priority && !has_date) {
		return false;
	}
	/* Many programs write "2026-01-12T10:00:00Z ERROR module: text". */
	if (!has_priority && !has_date && pid.length == 0 &&
	    (c.at == c.end || *c.at != '{'))
		return false;
	layer->payload.ts_ns = ts_ns;
	if (host.at)
		layer->payload.host = host;
	layer->payload.app = app;
	if (pid.length > 0)
		layer->payload.pid = pid;
	return tk_layer_took(layer, TK_WRAPPER_SYSLOG, c.at, tk_left(&c));
}

/* "-", or elements like [id name="value \" \\ \]"]. */
static bool
structured_data(struct tk_cursor *c)
{
	bool quoted = false;

	if (tk_skip(c, '-'))
		return c->at == c->end || tk_skip(c, ' ');
	if (c->at == c->end || *c->at != '[')
		return false;
	while (tk_skip(c, '[')) {
		for (; c->at < c->end && (quoted || *c->at != ']'); c->at++) {
			if (*c->at == '"')
				quoted = !quoted;
			else if (*c->at == '\\' && quoted && c->at + 1 < c->end)
				c->at++;
		}
		if (!tk_skip(c, ']'))
			return false;
	}
	return c->at == c->end || tk_skip(c, ' ');
}

static void
set(struct tk_piece *out, struct tk_piece word)
{
	if (word.length != 1 || word.at[0] != '-')
		*out = word;
}

bool
tk_take_syslog5424(struct tk_layer *layer)
{
	struct tk_cursor c = tk_cursor_of(layer);
	struct tk_piece host, app, pid, id;
	uint64_t ts_ns = BACKOFF_ABSENT;
	bool has_priority;

	frame(&c);
	has_priority = priority(&c);
	if (!tk_skip(&c, '1') || !tk_skip(&c, ' '))
		return false;
	if (!tk_rfc3339_word(&c, &ts_ns) &&
	    (!has_priority || !tk_skip(&c, '-') || !tk_skip(&c, ' ')))
		return false;
	if (!tk_word(&c, WORD_MAX, &host) || !tk_word(&c, WORD_MAX, &app) ||
	    !tk_word(&c, WORD_MAX, &pid) || !tk_word(&c, WORD_MAX, &id) ||
	    !structured_data(&c))
		return false;
	if (ts_ns != BACKOFF_ABSENT)
		layer->payload.ts_ns = ts_ns;
	set(&layer->payload.host, host);
	set(&layer->payload.app, app);
	set(&layer->payload.pid, pid);
	return tk_layer_took(layer, TK_WRAPPER_SYSLOG5424, c.at, tk_left(&c));
}
