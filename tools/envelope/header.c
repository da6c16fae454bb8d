/* Recognises time, level, thread and logger before a message. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "envelope/header.h"
#include "base/ascii.h"

#include <string.h>
#include <strings.h>

/* A header is not longer, and has no more tokens. */
#define HEADER_MAX 240
#define TOKENS_MAX 14

enum token {
	/* Part of the header. */
	TOKEN_HEADER,
	/* Something that headers have, like an address or a pid. */
	TOKEN_UNKNOWN,
	/* The first word of the message. */
	TOKEN_MESSAGE,
};

struct walk {
	const char *text;
	size_t length, at;
	const struct tk_time_rules *rules;
	struct tk_header *out;
	/* The token before was a level. */
	bool after_level;
	bool klog;
};

static bool
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
all_digits(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (!bo_is_digit(text[i]))
			return false;
	}
	return length > 0;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

static struct tk_piece
trimmed(const char *text, size_t length)
{
	while (length > 0 && is_space(*text)) {
		text++;
		length--;
	}
	while (length > 0 && is_space(text[length - 1]))
		length--;
	return (struct tk_piece){text, length};
}

bool
tk_is_level(const char *text, size_t length)
{
	static const char levels[][12] = {
		"trace", "debug",   "info",      "information", "notice",
		"warn",  "warning", "err",       "error",       "critical",
		"crit",  "fatal",   "panic",     "dpanic",      "severe",
		"alert", "emerg",   "emergency", "verbose",     "fine",
		"finer", "finest",  "success",   "fail",        "dbug",
		"trce",  "dbg",     "inf",       "wrn",         "ftl",
		"trc"};

	if (length == 1)
		return memchr("IWEFDTV", *text, 7) != NULL;
	if (length == 0 || length >= sizeof(*levels) ||
	    memchr("acdefinpstvw", *text | ' ', 12) == NULL)
		return false;
	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++) {
		if (levels[i][0] == (*text | ' ') &&
		    levels[i][length] == '\0' &&
		    strncasecmp(levels[i], text, length) == 0 &&
		    levels[i][length - 1] != '\0')
			return true;
	}
	return false;
}

/* Whether a word in lower case stands in a piece. */
static bool
has_word(struct tk_piece p, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= p.length; i++) {
		if ((p.at[i] | ' ') == *word &&
		    strncasecmp(p.at + i, word, n) == 0)
			return true;
	}
	return false;
}

/* a.b.C, a::b: at least two names, and a letter in it. */
static bool
is_logger(struct tk_piece p)
{
	size_t dots = 0, letters = 0;

	if (p.length < 3 || p.length > 160 || !bo_is_letter(p.at[0]))
		return false;
	for (size_t i = 0; i < p.length; i++) {
		char c = p.at[i];

		if (c == '.' ||
		    (c == ':' && i + 2 < p.length && p.at[i + 1] == ':' &&
		     bo_is_letter(p.at[i + 2]))) {
			if (i + 1 == p.length || p.at[i + 1] == '.')
				return false;
			dots++;
			i += c == ':';
		} else if (bo_is_letter(c)) {
			letters++;
		} else if (!bo_is_digit(c) && c != '_' && c != '$' &&
			   c != '-') {
			return false;
		}
	}
	return dots > 0 && letters > 1;
}

/* A name of one word, as loggers have them. */
static bool
is_name(struct tk_piece p)
{
	if (p.length == 0 || p.length > 64 || !bo_is_letter(p.at[0]))
		return false;
	for (size_t i = 0; i < p.length; i++) {
		if (!bo_is_letter(p.at[i]) && !bo_is_digit(p.at[i]) &&
		    memchr("_-.$/", p.at[i], 5) == NULL)
			return false;
	}
	return true;
}

/* "retry.go:234", "taskinstance.py:2194", but not "db.example:5432". */
static bool
is_place(struct tk_piece p)
{
	const char *at = "go py rs js ts java c cc cpp rb php kt cs ex scala";
	const char *colon = memrchr(p.at, ':', p.length);
	size_t before = colon != NULL ? (size_t)(colon - p.at) : 0;

	const char *dot = before > 0 ? memrchr(p.at, '.', before) : NULL;

	if (dot == NULL || !all_digits(colon + 1, p.length - before - 1) ||
	    memchr(p.at, ' ', before) != NULL)
		return false;
	dot++;
	while (*at != '\0') {
		size_t n = strcspn(at, " ");

		if (n == (size_t)(colon - dot) && memcmp(at, dot, n) == 0)
			return true;
		at += n + (at[n] == ' ');
	}
	return false;
}

static size_t
hex_length(struct tk_piece p, bool *mixed)
{
	bool digit = false, letter = false;
	size_t n = 0;

	for (; n < p.length; n++) {
		char c = p.at[n];

		if (bo_is_digit(c))
			digit = true;
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			letter = true;
		else if (c != '-' || n == 0)
			break;
	}
	*mixed = digit && letter;
	return n;
}

/* An id between brackets: a UUID, hex digits, "traceid,spanid", "req-17". */
static bool
is_id(struct tk_piece p, struct tk_piece *out)
{
	const char *comma = memchr(p.at, ',', p.length);
	bool mixed;
	size_t n;

	/* Sleuth: the application's name before the ids. */
	if (comma != NULL && comma + 1 < p.at + p.length) {
		struct tk_piece rest = {comma + 1,
					(size_t)(p.at + p.length - comma - 1)};

		n = hex_length(rest, &mixed);
		*out = (struct tk_piece){rest.at, n};
		if (n >= 16 && n < rest.length && rest.at[n] == ',')
			return true;
	}
	n = hex_length(p, &mixed);
	*out = p;
	if (n >= 16 && (n == p.length || p.at[n] == ',')) {
		/* Micrometer: 32 digits of the trace, '-', 16 of the span. */
		out->length = n == 49 && p.at[32] == '-' ? 32 : n;
		return true;
	}
	if (n == p.length && n >= 8)
		return mixed;
	return p.length > 4 && p.length <= 64 &&
	       (strncasecmp(p.at, "req-", 4) == 0 ||
		strncasecmp(p.at, "req_", 4) == 0) &&
	       memchr(p.at, ' ', p.length) == NULL;
}

/* The name of a thread, and not a piece of the message in brackets. */
static bool
is_thread(struct tk_piece p)
{
	static const char *const words[] = {"thread",    "worker",   "pool",
					    "exec",      "routine",  "fiber",
					    "eventloop", "scheduler"};
	static const char *const others[] = {"attempt", "retr", "try",
					     "://",     "=",    ","};
	bool has_letter = false;

	if (p.length == 0 || p.length > 64 || p.at[0] == '"')
		return false;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (has_word(p, others[i]))
			return false;
	}
	for (size_t i = 0; i < p.length; i++)
		has_letter |= bo_is_letter(p.at[i]);
	if (!has_letter)
		return p.length <= 10 && all_digits(p.at, p.length);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (has_word(p, words[i]))
			return true;
	}
	if (p.length == 4 && memcmp(p.at, "main", 4) == 0)
		return true;
	return bo_is_digit(p.at[p.length - 1]) && !is_place(p) &&
	       memchr(p.at, '/', p.length) == NULL &&
	       memchr(p.at, ':', p.length) == NULL &&
	       memchr(p.at, '.', p.length) == NULL;
}

static void
set(struct tk_piece *to, struct tk_piece from)
{
	if (to->at == NULL)
		*to = from;
}

/* A time that does not begin the line may be a part of the message: it needs a
 * date, and punctuation. */
static size_t
scan_time(struct walk *w, struct tk_piece p, bool first, struct tk_time *out)
{
	size_t used;

	if (p.length < 8)
		return 0;
	used = tk_time_scan(p.at, p.length, w->rules, out);
	if (used > 0 && !first &&
	    (out->no_date || memchr(p.at, ':', used) == NULL))
		return 0;
	return used;
}

static void
set_time(struct walk *w, const struct tk_time *time, bool begins)
{
	w->out->has_time = true;
	w->out->time = *time;
	w->out->begins = begins;
}

/* What follows a time in its bracket: ": INFO/ForkPoolWorker-7" (Celery),
 * " #1234" (Ruby), " web:22" (tornado). */
static void
after_time(struct walk *w, struct tk_piece rest)
{
	size_t n = 0;

	while (rest.length > 0 && memchr(" :,#|", *rest.at, 5) != NULL) {
		rest.at++;
		rest.length--;
	}
	while (n < rest.length && bo_is_letter(rest.at[n]))
		n++;
	if (n > 0 && tk_is_level(rest.at, n)) {
		set(&w->out->level, (struct tk_piece){rest.at, n});
		rest = n < rest.length
			       ? trimmed(rest.at + n + 1, rest.length - n - 1)
			       : (struct tk_piece){NULL, 0};
		if (rest.length > 0 && !is_place(rest))
			set(&w->out->thread, rest);
	} else if (is_thread(rest)) {
		set(&w->out->thread, rest);
	} else if (is_logger(rest)) {
		set(&w->out->logger, rest);
	}
}

/* What stands between brackets. */
static enum token
group(struct walk *w, struct tk_piece p, bool first)
{
	struct tk_header *out = w->out;
	struct tk_time time;
	struct tk_piece id;
	size_t used = 0, skipped = 0;

	if (!out->has_time) {
		/* tornado: "[W 260112 10:00:00 web:22]". */
		if (p.length > 2 && is_space(p.at[1]) && tk_is_level(p.at, 1))
			skipped = 2;
		used = scan_time(
			w,
			(struct tk_piece){p.at + skipped, p.length - skipped},
			first, &time);
	}
	if (used > 0) {
		if (skipped > 0)
			set(&out->level, (struct tk_piece){p.at, 1});
		set_time(w, &time, first);
		after_time(w, (struct tk_piece){p.at + skipped + used,
						p.length - skipped - used});
		return TOKEN_HEADER;
	}
	if (p.length == 0 || is_place(p))
		return TOKEN_HEADER;
	if (tk_is_level(p.at, p.length)) {
		set(&out->level, p);
		w->after_level = true;
		return TOKEN_HEADER;
	}
	if (is_logger(p) && !has_word(p, "thread") && !has_word(p, "worker")) {
		set(&out->logger, p);
		return TOKEN_HEADER;
	}
	if (is_id(p, &id)) {
		set(&out->id, id);
		return TOKEN_HEADER;
	}
	if (is_thread(p)) {
		set(&out->thread, p);
		return TOKEN_HEADER;
	}
	return TOKEN_UNKNOWN;
}

/* "LEVEL:name:message", Python's default. */
static bool
python_default(struct walk *w, struct tk_piece p)
{
	const char *first = memchr(p.at, ':', p.length), *second;
	struct tk_piece name;

	if (first == NULL || !tk_is_level(p.at, (size_t)(first - p.at)))
		return false;
	set(&w->out->level, (struct tk_piece){p.at, (size_t)(first - p.at)});
	w->at = (size_t)(first + 1 - w->text);
	w->after_level = true;
	second = memchr(first + 1, ':', (size_t)(p.at + p.length - first - 1));
	if (second == NULL)
		return true;
	name = (struct tk_piece){first + 1, (size_t)(second - first - 1)};
	if (is_name(name)) {
		set(&w->out->logger, name);
		w->at = (size_t)(second + 1 - w->text);
	}
	return true;
}

/* Whether a colon or a dash separates what is before `at` from the rest, or a
 * level follows. */
static bool
is_separated(const struct walk *w, size_t at)
{
	size_t n = 0;

	while (at < w->length && is_space(w->text[at]))
		at++;
	if (at + 1 < w->length && (w->text[at] == ':' || w->text[at] == '-') &&
	    is_space(w->text[at + 1]))
		return true;
	if (at < w->length && w->text[at] == '[')
		at++;
	while (at + n < w->length && bo_is_letter(w->text[at + n]))
		n++;
	return n > 1 && tk_is_level(w->text + at, n);
}

/* "app.WARNING" of Monolog: the logger and the level. */
static bool
channel(struct walk *w, struct tk_piece p)
{
	const char *dot = memrchr(p.at, '.', p.length);
	struct tk_piece level;

	if (dot == NULL || dot == p.at)
		return false;
	level.at = dot + 1;
	level.length = (size_t)(p.at + p.length - level.at);
	if (level.length < 4 || is_lower(level.at[1]) ||
	    !tk_is_level(level.at, level.length))
		return false;
	set(&w->out->level, level);
	set(&w->out->logger, (struct tk_piece){p.at, (size_t)(dot - p.at)});
	w->after_level = false;
	return true;
}

static enum token
word(struct walk *w, struct tk_piece p)
{
	struct tk_header *out = w->out;
	bool after_level = w->after_level, colon = false;
	bool lower = false, odd = false;
	size_t end = w->at + p.length, n = 0;

	w->after_level = false;
	w->at = end;
	while (n < p.length && bo_is_letter(p.at[n]))
		n++;
	if (p.length > n && p.at[n] == ':' && python_default(w, p))
		return TOKEN_HEADER;
	if (p.length > 1 && memchr(":,", p.at[p.length - 1], 2) != NULL)
		colon = p.at[--p.length] == ':';
	/* "WARN[0001]" of logrus. */
	if (tk_is_level(p.at, n) && (n == p.length || p.at[n] == '[')) {
		set(&out->level, (struct tk_piece){p.at, n});
		w->after_level = true;
		return TOKEN_HEADER;
	}
	for (size_t i = 0; i < p.length; i++) {
		lower |= is_lower(p.at[i]);
		odd |= !bo_is_letter(p.at[i]);
	}
	if (w->klog && !lower && out->thread.at == NULL) {
		set(&out->thread, p);
		return TOKEN_HEADER;
	}
	if (w->klog && p.at[p.length - 1] == ']')
		return TOKEN_HEADER;
	if (is_place(p))
		return TOKEN_HEADER;
	if (colon && channel(w, p))
		return TOKEN_HEADER;
	if (out->logger.at == NULL && is_logger(p) &&
	    (colon || is_separated(w, end))) {
		out->logger = p;
		return TOKEN_HEADER;
	}
	if (after_level && colon && is_name(p) && out->logger.at == NULL) {
		out->logger = p;
		return TOKEN_HEADER;
	}
	if (out->has_time && all_digits(p.at, p.length))
		return TOKEN_UNKNOWN;
	return !out->has_time && (odd || !lower) ? TOKEN_UNKNOWN
						 : TOKEN_MESSAGE;
}

/* Spaces, and the dashes, bars and colons that stand alone between the parts
 * of a header. */
static void
skip_between(struct walk *w)
{
	while (w->at < w->length) {
		char c = w->text[w->at];
		size_t n = 1;

		if (is_space(c)) {
			w->at++;
			continue;
		}
		if (c != '-' && c != '|' && c != ':')
			return;
		while (w->at + n < w->length && w->text[w->at + n] == c)
			n++;
		if (n > 3 || w->at + n >= w->length ||
		    !is_space(w->text[w->at + n]))
			return;
		w->at += n;
	}
}

/* The bracket that closes the one here; 0 if none does soon. */
static size_t
closing(const struct walk *w)
{
	char open = w->text[w->at];
	char close = open == '[' ? ']' : open == '(' ? ')' : '}';
	size_t depth = 0;

	for (size_t i = w->at; i < w->length && i < w->at + 100; i++) {
		if (w->text[i] == open)
			depth++;
		else if (w->text[i] == close && --depth == 0)
			return i;
	}
	return 0;
}

static enum token
next_token(struct walk *w)
{
	size_t start = w->at, end;
	const char *p = w->text + start;
	struct tk_time time;
	size_t used = 0, n = 0;

	if (!w->out->has_time)
		used = scan_time(w, (struct tk_piece){p, w->length - start},
				 start == 0, &time);
	if (used > 0) {
		set_time(w, &time, start == 0);
		w->klog = bo_is_letter(*p) && bo_is_digit(p[1]);
		if (w->klog)
			set(&w->out->level, (struct tk_piece){p, 1});
		w->at += used;
		return TOKEN_HEADER;
	}
	if (*p == '[' || *p == '(' || *p == '{') {
		end = closing(w);
		if (end == 0)
			return TOKEN_MESSAGE;
		w->at = end + 1;
		w->after_level = false;
		return group(w, trimmed(p + 1, end - start - 1), start == 0);
	}
	while (start + n < w->length && !is_space(p[n]) && n < 160)
		n++;
	return word(w, (struct tk_piece){p, n});
}

/* Kafka's default: the logger in parentheses at the end. */
static void
logger_at_end(struct walk *w)
{
	const char *open;
	struct tk_piece p;

	if (w->out->logger.at != NULL || w->length < 4 ||
	    w->text[w->length - 1] != ')')
		return;
	open = memrchr(w->text, '(', w->length);
	if (open == NULL)
		return;
	p.at = open + 1;
	p.length = (size_t)(w->text + w->length - 1 - p.at);
	if (open > w->text && is_space(open[-1]) && is_logger(p))
		w->out->logger = p;
}

/* A web server's log names the user before its time, which stands in
 * brackets. */
static void
time_in_brackets(struct walk *w)
{
	size_t end = w->length < HEADER_MAX ? w->length : HEADER_MAX;

	for (w->at = 0; w->at < end && !w->out->has_time; w->at++) {
		struct tk_time time;
		size_t close;
		struct tk_piece p;

		if (w->text[w->at] != '[')
			continue;
		close = closing(w);
		if (close == 0)
			continue;
		p = trimmed(w->text + w->at + 1, close - w->at - 1);
		if (scan_time(w, p, false, &time) == p.length && p.length > 0)
			set_time(w, &time, false);
	}
}

void
tk_header_read(const char *text, size_t length,
	       const struct tk_time_rules *rules, struct tk_header *out)
{
	struct walk w = {
		.text = text, .length = length, .rules = rules, .out = out};

	memset(out, 0, sizeof(*out));
	for (int tokens = 0; tokens < TOKENS_MAX && w.at < HEADER_MAX;
	     tokens++) {
		bool had_time = out->has_time;
		enum token token;

		skip_between(&w);
		if (w.at >= length)
			break;
		token = next_token(&w);
		if (token == TOKEN_MESSAGE)
			break;
		if (token == TOKEN_UNKNOWN)
			continue;
		skip_between(&w);
		out->body = w.at;
		if (!had_time && out->has_time && out->begins)
			out->message = w.at;
	}
	if (!out->has_time)
		time_in_brackets(&w);
	logger_at_end(&w);
}
