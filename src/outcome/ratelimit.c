/* Reads the RateLimit header field (structured fields, RFC 9651). */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "outcome/ratelimit.h"

#include <string.h>

#include "base/ascii.h"
#include "base/num.h"

/** A parser at a place of the value. */
struct field {
	struct bo_piece p;
	bool good;
};

/** A number, if an item is one. */
struct number {
	/** There is an item, a number or not. */
	bool is_there;
	bool is_set;
	bool is_zero;
	uint64_t seconds_ns;
};

static char
next(const struct field *f)
{
	return f->p.length > 0 ? f->p.at[0] : '\0';
}

static struct bo_piece
take(struct field *f, size_t length)
{
	struct bo_piece taken = {f->p.at, length};

	f->p.at += length;
	f->p.length -= length;
	return taken;
}

static bool
take_if(struct field *f, char c)
{
	if (next(f) != c || f->p.length == 0)
		return false;
	take(f, 1);
	return true;
}

static void
skip_blanks(struct field *f, const char *blanks)
{
	while (f->p.length > 0 && bo_is_one_of(next(f), blanks))
		take(f, 1);
}

/* Take the bytes of a set. */
static struct bo_piece
take_set(struct field *f, const char *set)
{
	size_t length = 0;

	while (length < f->p.length && f->p.at[length] != '\0' &&
	       bo_is_one_of(f->p.at[length], set))
		length++;
	return take(f, length);
}

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"

static struct bo_piece
take_key(struct field *f)
{
	char first = next(f);

	if (first != '*' && (first < 'a' || first > 'z'))
		f->good = false;
	return take_set(f, LOWER DIGIT "_-.*");
}

/* A text in quotes. */
static void
skip_string(struct field *f)
{
	take(f, 1);
	while (f->p.length > 0 && next(f) != '"') {
		if (next(f) == '\\' && f->p.length > 1)
			take(f, 1);
		take(f, 1);
	}
	f->good = f->good && take_if(f, '"');
}

/* A bare item: a number is read, others are skipped. */
static struct number
take_item(struct field *f)
{
	struct number n = {.is_there = true};
	char first = next(f);

	if (first == '"') {
		skip_string(f);
	} else if (first == ':') {
		/* Bytes in base64: a partition key. */
		take(f, 1);
		take_set(f, LOWER UPPER DIGIT "+/=");
		f->good = f->good && take_if(f, ':');
	} else if (first == '?') {
		take(f, 1);
		f->good = f->good && take_set(f, "01").length == 1;
	} else if (first == '-' || (first >= '0' && first <= '9')) {
		struct bo_piece digits = take_set(f, DIGIT ".-");

		n.is_set = bo_hint_amount(digits, BO_NS_PER_S, &n.seconds_ns);
		n.is_zero = n.is_set && n.seconds_ns == 0;
		f->good = f->good && n.is_set;
	} else {
		f->good = f->good &&
			  take_set(f, LOWER UPPER DIGIT "!#$%&'*+-.^_`|~:/")
					  .length > 0;
	}
	return n;
}

static bool
is_key(struct bo_piece key, const char *name)
{
	return key.length == strlen(name) &&
	       memcmp(key.at, name, key.length) == 0;
}

/** What one member says. */
struct member {
	struct number remaining, reset;
};

/* Parameters of an item: ";r=0;t=5". */
static void
take_parameters(struct field *f, struct member *m)
{
	for (;;) {
		struct number n = {0};
		struct bo_piece key;

		skip_blanks(f, " ");
		if (!f->good || !take_if(f, ';'))
			return;
		skip_blanks(f, " ");
		key = take_key(f);
		if (take_if(f, '='))
			n = take_item(f);
		if (is_key(key, "r"))
			m->remaining = n;
		else if (is_key(key, "t"))
			m->reset = n;
	}
}

/* Skip the comma before a further member; false at the end. */
static bool
more(struct field *f)
{
	skip_blanks(f, " \t");
	if (!f->good || f->p.length == 0)
		return false;
	f->good = take_if(f, ',');
	skip_blanks(f, " \t");
	/* A comma with nothing behind it is malformed. */
	f->good = f->good && f->p.length > 0;
	return f->good;
}

static uint32_t
state_of(const struct member *m)
{
	uint32_t state = m->reset.is_set ? BO_LIMIT_RESET : 0;

	if (m->remaining.is_there)
		state |=
			m->remaining.is_zero ? BO_LIMIT_USED_UP : BO_LIMIT_LEFT;
	return state;
}

/* "name";r=0;t=5, "other";r=7;t=60 */
static bool
read_list(struct field *f, struct bo_header *out)
{
	do {
		struct member m = {0};

		take_item(f);
		take_parameters(f, &m);
		out->hint = backoff_hint_join(
			out->hint,
			bo_limit_hint(state_of(&m), m.reset.seconds_ns));
	} while (more(f));
	return f->good;
}

/* limit=10, remaining=0, reset=5 */
static bool
read_dictionary(struct field *f, struct bo_header *out)
{
	struct member m = {0};

	do {
		struct bo_piece key = take_key(f);
		struct member ignored = {0};
		struct number n = {0};

		if (take_if(f, '='))
			n = take_item(f);
		take_parameters(f, &ignored);
		if (is_key(key, "remaining"))
			m.remaining = n;
		else if (is_key(key, "reset"))
			m.reset = n;
	} while (more(f));
	out->limit.state = state_of(&m);
	out->limit.reset_ns = m.reset.seconds_ns;
	/* Other words with "=" are another syntax, not a limit. */
	return f->good && out->limit.state != 0;
}

bool
bo_ratelimit_read(struct bo_piece p, struct bo_header *out)
{
	struct field field = {p, true};
	struct field ahead = field;

	take_set(&ahead, LOWER DIGIT "_-.*");
	if (next(&ahead) == '=' && ahead.p.at != p.at)
		return read_dictionary(&field, out);
	return p.length > 0 && read_list(&field, out);
}
