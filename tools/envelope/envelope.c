/* Reads what loggers put around a message. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "envelope/envelope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/ascii.h"
#include "base/decimal.h"
#include "base/num.h"
#include "envelope/head.h"
#include "envelope/header.h"
#include "envelope/members.h"
#include "envelope/roles.h"

/** Places at which an object that ends a line is looked for. */
#define TAILS_MAX 8
/* Words of a prefix, besides what headers have, before an object that is the
 * line. */
#define PREFIX_WORDS 3

struct tk_envelope_reader {
	struct tk_time_rules rules;
	struct tk_members members;
	struct tk_roles roles;
	struct tk_heads heads;
};

struct tk_envelope_reader *
tk_envelope_reader_new(void)
{
	struct tk_envelope_reader *reader = calloc(1, sizeof(*reader));
	struct timespec now = {0};

	if (reader == NULL)
		return NULL;
	clock_gettime(CLOCK_REALTIME, &now);
	reader->rules.now_ns = (uint64_t)now.tv_sec * BO_NS_PER_S;
	tk_roles_init(&reader->roles);
	return reader;
}

void
tk_envelope_reader_free(struct tk_envelope_reader *reader)
{
	if (reader == NULL)
		return;
	tk_members_clear(&reader->members);
	free(reader);
}

void
tk_envelope_clock(struct tk_envelope_reader *reader, int32_t zone_s,
		  uint64_t now_ns)
{
	reader->rules.zone_s = zone_s;
	reader->rules.now_ns = now_ns;
}

/* What is being read: the best of each role so far. */
struct reading {
	struct tk_envelope_reader *reader;
	struct tk_envelope *out;
	uint16_t rank[TK_ROLE_COUNT];
	bool has_time;
	struct tk_time time;
};

static bool
is_text(const struct bo_json_value *value)
{
	return value->type == BO_JSON_STRING || value->type == BO_JSON_NUMBER;
}

/* {"seconds": 1, "nanos": 2} and what else writes a time in two parts. */
static bool
time_of_object(const struct bo_json_value *object, struct tk_time *out)
{
	static const struct {
		const char *seconds, *nanos;
	} pair[] = {
		{"seconds", "nanos"},
		{"epochSecond", "nanoOfSecond"},
		{"epochSecond", "nano"},
	};

	for (size_t i = 0; i < sizeof(pair) / sizeof(*pair); i++) {
		struct bo_json_value value;
		uint64_t seconds, nanos = 0;

		if (!tk_member_find(object, pair[i].seconds,
				    strlen(pair[i].seconds), &value) ||
		    bo_decimal_parse(value.at, value.length, 9, &seconds) !=
			    BO_DECIMAL_OK)
			continue;
		if (tk_member_find(object, pair[i].nanos, strlen(pair[i].nanos),
				   &value) &&
		    bo_decimal_parse(value.at, value.length, 0, &nanos) !=
			    BO_DECIMAL_OK)
			continue;
		if (nanos >= BO_NS_PER_S || seconds > UINT64_MAX / 2)
			continue;
		*out = (struct tk_time){.ns = seconds + nanos};
		return true;
	}
	return false;
}

static bool
time_of(struct reading *r, const struct bo_json_value *value,
	struct tk_time *out)
{
	struct bo_json_value inner;
	struct tk_piece text;

	if (value->type == BO_JSON_OBJECT) {
		if (time_of_object(value, out))
			return true;
		/* MongoDB, loguru. */
		if (!tk_member_find(value, "$date", 5, &inner) &&
		    !tk_member_find(value, "timestamp", 9, &inner))
			return false;
		value = &inner;
	}
	if (!is_text(value))
		return false;
	text = tk_members_text(&r->reader->members, value);
	return tk_time_parse(text.at, text.length, &r->reader->rules, out);
}

/* Whether a thread or an id says nothing. */
static bool
is_absent(struct tk_piece p)
{
	size_t zeros = 0;

	while (zeros < p.length && (p.at[zeros] == '0' || p.at[zeros] == '-'))
		zeros++;
	return zeros == p.length ||
	       (p.length == 4 && memcmp(p.at, "null", 4) == 0) ||
	       (p.length == 4 && memcmp(p.at, "None", 4) == 0);
}

static struct tk_piece *
piece_of(struct tk_envelope *out, enum tk_role role)
{
	switch (role) {
	case TK_ROLE_MESSAGE:
		return &out->message;
	case TK_ROLE_THREAD:
		return &out->thread;
	case TK_ROLE_ID:
		return &out->id;
	case TK_ROLE_LOGGER:
		return &out->logger;
	case TK_ROLE_LEVEL:
		return &out->level;
	case TK_ROLE_TIME:
	case TK_ROLE_COUNT:
		break;
	}
	return NULL;
}

/* Take a value for a role, if it can be that. */
static bool
take(struct reading *r, enum tk_role role, const struct bo_json_value *value)
{
	struct tk_piece text = {value->at, value->length};

	if (role == TK_ROLE_TIME) {
		if (!time_of(r, value, &r->time))
			return false;
		r->has_time = true;
		return true;
	}
	if (!is_text(value) || value->length == 0 ||
	    (role == TK_ROLE_MESSAGE && value->type != BO_JSON_STRING))
		return false;
	if (role != TK_ROLE_MESSAGE && value->escaped)
		text = tk_members_text(&r->reader->members, value);
	if ((role == TK_ROLE_THREAD || role == TK_ROLE_ID) && is_absent(text))
		return false;
	*piece_of(r->out, role) = text;
	return true;
}

/* Look at one member, for each role that its name may have. */
static void
look_at(struct reading *r, struct tk_entry *entry, unsigned roles)
{
	struct tk_members *members = &r->reader->members;
	const struct tk_role_name *row = NULL;

	while ((row = tk_roles_find(&r->reader->roles, entry->name.at,
				    entry->name.length, row)) != NULL) {
		struct bo_json_value value = entry->value;
		/* The last of a name counts. */
		bool better = row->rank <= r->rank[row->role];

		if (!better || !(roles >> row->role & 1))
			continue;
		if (row->rest != NULL &&
		    !tk_members_inside(members, entry, row->rest,
				       row->rest_length, &value))
			continue;
		/* HTTP access logs have a number there. */
		if (row->role == TK_ROLE_LEVEL &&
		    value.type == BO_JSON_NUMBER && entry->name.length == 6 &&
		    memcmp(entry->name.at, "status", 6) == 0)
			continue;
		if (row->rest == NULL && !tk_members_plain(members, entry))
			continue;
		if (row->rest == NULL)
			value = entry->value;
		if (take(r, row->role, &value))
			r->rank[row->role] = row->rank;
	}
}

#define ROLE(role) (1u << (role))
#define ALL_ROLES (ROLE(TK_ROLE_COUNT) - 1)

static void
look_at_all(struct reading *r, unsigned roles)
{
	struct tk_members *members = &r->reader->members;

	for (size_t i = 0; i < members->count; i++)
		look_at(r, &members->entry[i], roles);
}

/* Whether the message is the template of Serilog. */
static bool
is_template(struct tk_members *members, struct tk_piece message)
{
	static const char *const names[] = {"@mt", "MessageTemplate"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct bo_json_value value;

		if (tk_members_find(members, names[i], strlen(names[i]),
				    &value) &&
		    value.at == message.at)
			return true;
	}
	return false;
}

/* The message without escapes; whether there is one. */
static void
finish_message(struct reading *r, const struct tk_payload *payload)
{
	struct tk_piece *message = &r->out->message;
	bool template = message->at != NULL &&
			memchr(message->at, '{', message->length) != NULL &&
			is_template(&r->reader->members, *message);

	if (message->at == NULL)
		*message = (struct tk_piece){payload->text, payload->length};
	else if (memchr(message->at, '\\', message->length) != NULL &&
		 r->out->kind == TK_ENVELOPE_JSON) {
		struct bo_json_value value = {message->at, message->length,
					      BO_JSON_STRING, true};

		*message = tk_members_text(&r->reader->members, &value);
	}
	if (template)
		*message = tk_members_fill(&r->reader->members, *message);
	r->out->body = *message;
}

static bool
starts_object(const struct tk_payload *payload)
{
	size_t i = 1;

	if (payload->length < 2 || payload->text[0] != '{')
		return false;
	while (i < payload->length &&
	       (payload->text[i] == ' ' || payload->text[i] == '\t'))
		i++;
	/* "{worker-1} retrying" is text. */
	return i == payload->length || payload->text[i] == '"' ||
	       payload->text[i] == '}';
}

/* Where the line ends without what Monolog writes for no context and no extra
 * members, " [] []". */
static size_t
end_of(const char *text, size_t length)
{
	for (int empty = 0; empty < 3; empty++) {
		while (length > 0 &&
		       (text[length - 1] == ' ' || text[length - 1] == '\t'))
			length--;
		if (length < 3 || (memcmp(text + length - 3, " []", 3) != 0 &&
				   memcmp(text + length - 3, " {}", 3) != 0))
			break;
		length -= 2;
	}
	return length;
}

/* Text that ends with an object: its members, and where it begins; 0 if it does
 * not. */
static size_t
read_object_at_end(struct reading *r, const char *text, size_t length)
{
	struct tk_members *members = &r->reader->members;
	const char *at = text;

	if (length < 4 || text[length - 1] != '}')
		return 0;
	for (int tries = 0; tries < TAILS_MAX; tries++, at++) {
		size_t begin, before = members->count;

		at = memmem(at, (size_t)(text + length - at), "{\"", 2);
		if (at == NULL)
			return 0;
		begin = (size_t)(at - text);
		if (begin > 0 && !bo_is_one_of(text[begin - 1], " \t:="))
			continue;
		if (tk_members_object(members, at, length - begin, NULL) ==
		    BACKOFF_OK)
			return begin;
		members->count = before;
	}
	return 0;
}

/* The same; there may be two, of which the first says more. */
static size_t
read_tail(struct reading *r, const char *text, size_t length)
{
	size_t last = read_object_at_end(r, text, length), first = 0;

	if (last > 0)
		first = read_object_at_end(r, text, end_of(text, last));
	return first > 0 ? first : last;
}

/* Replace the zone that was assumed by the one in which another time of the
 * line is the same moment, give or take what the line waited in buffers. */
static void
zone_from(struct tk_time *time, uint64_t other_ns)
{
	const int64_t quarter = INT64_C(900000000000);
	int64_t apart = (int64_t)(time->ns - other_ns), zones;

	if (!time->no_zone || other_ns == BACKOFF_ABSENT)
		return;
	zones = (apart + (apart < 0 ? -quarter : quarter) / 2) / quarter;
	apart -= zones * quarter;
	if (zones < -14 * 4 || zones > 14 * 4 ||
	    apart > INT64_C(120000000000) || apart < -INT64_C(120000000000))
		return;
	time->ns -= (uint64_t)(zones * quarter);
	time->no_zone = false;
}

/* A message may begin with a time that has a zone, as those of resilience4j. */
static void
second_time(const struct reading *r, const char *text, size_t length,
	    struct tk_header *header)
{
	struct tk_time second;
	size_t used = tk_time_scan(text + header->body, length - header->body,
				   &r->reader->rules, &second);

	if (used == 0 || !header->has_time || second.no_date || !header->begins)
		return;
	if (!second.no_zone)
		zone_from(&header->time, second.ns);
	header->body += used;
	while (header->body < length &&
	       (text[header->body] == ' ' || text[header->body] == ':'))
		header->body++;
}

/* Whether a prefix is too short for a sentence. */
static bool
is_prefix(const char *text, size_t length)
{
	size_t words = 0;

	for (size_t i = 0; i < length; i++) {
		words += text[i] != ' ' && text[i] != '\t' &&
			 (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t');
	}
	return words <= PREFIX_WORDS;
}

/* Whether the object that ends a line is what the program wrote, with its own
 * time and message, and what is before it was added later. */
static bool
read_prefixed(struct reading *r, const struct tk_payload *payload,
	      const struct tk_header *header)
{
	struct tk_envelope *out = r->out;
	const struct tk_envelope before = *out;

	out->kind = TK_ENVELOPE_JSON;
	look_at_all(r, ALL_ROLES);
	if (!r->has_time || out->message.at == NULL) {
		*out = before;
		r->has_time = false;
		memset(r->rank, 0xff, sizeof(r->rank));
		return false;
	}
	finish_message(r, payload);
	if (out->id.at == NULL)
		out->id = header->id;
	return true;
}

static enum backoff_status
read_text(struct reading *r, const struct tk_payload *payload)
{
	struct tk_members *members = &r->reader->members;
	struct tk_envelope *out = r->out;
	const char *text = payload->text;
	size_t length = end_of(text, payload->length), tail;
	struct tk_header header;

	if (tk_members_is_pair(text, length)) {
		out->kind = TK_ENVELOPE_LOGFMT;
		if (tk_members_pairs(members, text, length) != BACKOFF_OK)
			return BACKOFF_E_NOMEM;
		look_at_all(r, ALL_ROLES);
		finish_message(r, payload);
		return BACKOFF_OK;
	}
	tail = read_tail(r, text, length);
	if (tail > 0) {
		out->kind = TK_ENVELOPE_TAIL;
		length = tail;
	} else if (tk_members_pairs(members, text, length) != BACKOFF_OK) {
		return BACKOFF_E_NOMEM;
	}
	tk_header_read(text, length, &r->reader->rules, &header);
	second_time(r, text, length, &header);
	while (length > header.body &&
	       (text[length - 1] == ' ' || text[length - 1] == '\t'))
		length--;
	if (tail > 0 && !starts_object(payload) &&
	    is_prefix(text + header.body, length - header.body) &&
	    read_prefixed(r, payload, &header))
		return BACKOFF_OK;
	out->message = (struct tk_piece){text + header.message,
					 length - header.message};
	out->body = (struct tk_piece){text + header.body, length - header.body};
	look_at_all(r, ROLE(TK_ROLE_THREAD) | ROLE(TK_ROLE_ID) |
			       (header.has_time ? 0 : ROLE(TK_ROLE_TIME)));
	if (header.has_time) {
		r->has_time = true;
		r->time = header.time;
	}
	/* What the header says itself is the program's own. */
	if (header.thread.at != NULL)
		out->thread = header.thread;
	if (header.id.at != NULL && out->id.at == NULL)
		out->id = header.id;
	out->logger = header.logger;
	out->level = header.level;
	return BACKOFF_OK;
}

/* The time of an object without one: its message may be a line that has. */
static void
time_of_message(struct reading *r, const struct tk_payload *payload)
{
	const struct tk_piece *message = &r->out->message;
	struct tk_header header;

	if (r->has_time || payload->ts_ns != BACKOFF_ABSENT ||
	    message->at == payload->text)
		return;
	tk_header_read(message->at, message->length, &r->reader->rules,
		       &header);
	if (!header.has_time || header.time.no_date ||
	    (!header.begins && header.time.no_zone))
		return;
	r->has_time = true;
	r->time = header.time;
}

static void
finish_time(struct reading *r, size_t input, const struct tk_payload *payload)
{
	struct tk_envelope_reader *reader = r->reader;
	struct tk_head *head = tk_head_of(&reader->heads, input, payload);
	const struct tk_payload plain = {0};
	uint64_t ns;

	if (r->has_time) {
		zone_from(&r->time, payload->ts_ns);
		tk_head_set(head, &r->time);
		r->out->ts_ns = r->time.ns;
		r->out->origin = TK_TIME_OWN;
		r->out->no_zone = r->time.no_zone;
		return;
	}
	if (payload->ts_ns != BACKOFF_ABSENT) {
		r->out->ts_ns = payload->ts_ns;
		r->out->origin = TK_TIME_WRAPPER;
		return;
	}
	ns = tk_head_time(head, &reader->rules);
	/* Lines that were not unwrapped were noted under their input alone, but
	 * for those of a prefix: there, lines of containers alternate. */
	if (ns == 0 && !(payload->wrappers &
			 (1u << TK_WRAPPER_COMPOSE | 1u << TK_WRAPPER_KUBECTL)))
		ns = tk_head_time(tk_head_of(&reader->heads, input, &plain),
				  &reader->rules);
	if (ns == 0)
		return;
	r->out->ts_ns = ns;
	r->out->origin = TK_TIME_HEAD;
}

static enum backoff_status
no_memory(struct backoff_error *error)
{
	if (error != NULL) {
		*error = (struct backoff_error){.status = BACKOFF_E_NOMEM};
		snprintf(error->text, sizeof(error->text), "out of memory");
	}
	return BACKOFF_E_NOMEM;
}

enum backoff_status
tk_envelope_read(struct tk_envelope_reader *reader, size_t input,
		 const struct tk_payload *payload, struct tk_envelope *out,
		 struct backoff_error *error)
{
	struct reading r = {.reader = reader, .out = out};
	enum backoff_status status = BACKOFF_OK;
	uint64_t now_ns = reader->rules.now_ns;

	memset(out, 0, sizeof(*out));
	memset(r.rank, 0xff, sizeof(r.rank));
	out->reader = reader;
	out->ts_ns = BACKOFF_ABSENT;
	out->text = (struct tk_piece){payload->text, payload->length};
	if (!tk_members_begin(&reader->members, payload->length))
		return no_memory(error);
	/* A time without a date is near the wrapper's. */
	if (payload->ts_ns != BACKOFF_ABSENT)
		reader->rules.now_ns = payload->ts_ns;
	if (starts_object(payload)) {
		out->kind = TK_ENVELOPE_JSON;
		status = tk_members_object(&reader->members, payload->text,
					   payload->length, error);
		if (status == BACKOFF_OK) {
			look_at_all(&r, ALL_ROLES);
			finish_message(&r, payload);
			time_of_message(&r, payload);
		}
	}
	if (out->kind != TK_ENVELOPE_JSON ||
	    (status != BACKOFF_OK && status != BACKOFF_E_NOMEM)) {
		out->kind = TK_ENVELOPE_TEXT;
		reader->members.count = 0;
		if (read_text(&r, payload) != BACKOFF_OK)
			status = BACKOFF_E_NOMEM;
	}
	reader->rules.now_ns = now_ns;
	if (status == BACKOFF_E_NOMEM)
		return no_memory(error);
	finish_time(&r, input, payload);
	return status;
}

void
tk_envelope_pass(struct tk_envelope_reader *reader, size_t input,
		 const struct tk_payload *payload)
{
	struct tk_payload inner = *payload;

	tk_head_note(tk_head_of(&reader->heads, input, payload), payload->text,
		     payload->length);
	if (payload->length > 0 && tk_unwrap_prefix(&inner))
		tk_head_note(tk_head_of(&reader->heads, input, &inner),
			     inner.text, inner.length);
}

bool
tk_envelope_member(struct tk_envelope *envelope, const char *path,
		   struct bo_json_value *out)
{
	return tk_members_find(&envelope->reader->members, path, strlen(path),
			       out);
}

void
tk_envelope_members(const struct tk_envelope *envelope, tk_member_fn fn,
		    void *user)
{
	const struct tk_members *members = &envelope->reader->members;

	for (size_t i = 0; i < members->count; i++) {
		if (!fn(user, members->entry[i].name, &members->entry[i].value))
			return;
	}
}
