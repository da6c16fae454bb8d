/* A call on paper: saved as one line of JSON, gone on with by another process.
 *
 * Monotonic time means nothing after a reboot, so that the paper has wall
 * time. The wall clock may be stepped, though: what is left of a wait is never
 * taken for longer than the wait was, what is left to the deadline for no
 * longer than when the call was saved, and time that ran backwards counts as
 * none. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/names.h"
#include "base/num.h"
#include "base/text.h"
#include "engine/engine.h"
#include "engine/guard.h"
#include "retry/lifecycle.h"
#include "retry/step.h"

#define TEXT_MAX_BYTES 8192
#define NANO_OF_MILLI 1000000
/* Of any policy: those that a healthy time lets it forget, max_attempts, and
 * what seven classes do not count. */
#define ATTEMPTS_MOST 2007000001

enum kind {
	/** uint32_t. */
	COUNT,
	/** uint64_t nanoseconds, as seconds; billionths, as a decimal. */
	SECONDS,
	/** Wall time, uint64_t nanoseconds. */
	TIME,
	/** uint64_t, as 16 hex digits. */
	HEX,
	/** In place, ending in NUL. */
	TEXT,
};

/** What is on paper, as it stands there. */
struct saved {
	uint32_t v, attempt, finished, uncounted, curve_start, idempotent;
	uint32_t inbound_attempt;
	uint32_t uncounted_by_class[8];
	uint64_t elapsed_ns, delay_ns, previous_delay_ns, backoff_ns;
	/** BACKOFF_ABSENT: no deadline, no wait. */
	uint64_t saved_at_ns, not_before_ns, deadline_ns;
	/** Billionths of a token; BACKOFF_ABSENT, or nothing: none. */
	uint64_t retry_cost_nano;
	uint64_t experiment, number;
	char policy[65], policy_hash[65], call_id[65];
	char operation[257];
	/** Of the last attempt; "": not known. */
	char outcome[16], failure_class[16];
	char error_type[64], code[64], error[256];
};

static const struct row {
	const char *name;
	enum kind kind;
	size_t offset;
	/** Of a text with its NUL. */
	size_t size;
	bool optional;
} rows[] = {
#define AS(json, name, kind, optional)                                         \
	{                                                                      \
		json, kind, offsetof(struct saved, name),                      \
			sizeof(((struct saved *)NULL)->name), optional         \
	}
	AS("v", v, COUNT, false),
	AS("policy", policy, TEXT, false),
	AS("policy_hash", policy_hash, TEXT, false),
	AS("operation", operation, TEXT, false),
	AS("call_id", call_id, TEXT, false),
	AS("attempt", attempt, COUNT, false),
	AS("finished", finished, COUNT, false),
	AS("saved_at", saved_at_ns, TIME, false),
	AS("not_before", not_before_ns, TIME, true),
	AS("deadline", deadline_ns, TIME, true),
	AS("elapsed_seconds", elapsed_ns, SECONDS, false),
	AS("delay_seconds", delay_ns, SECONDS, false),
	AS("previous_delay_seconds", previous_delay_ns, SECONDS, false),
	AS("backoff_seconds", backoff_ns, SECONDS, false),
	AS("uncounted", uncounted, COUNT, false),
	AS("curve_start", curve_start, COUNT, false),
	AS("idempotent", idempotent, COUNT, false),
	AS("inbound_attempt", inbound_attempt, COUNT, true),
	/* Papers of before have neither price nor error. */
	AS("outcome", outcome, TEXT, true),
	AS("class", failure_class, TEXT, true),
	AS("error_type", error_type, TEXT, true),
	AS("code", code, TEXT, true),
	AS("error", error, TEXT, true),
	AS("retry_cost", retry_cost_nano, SECONDS, true),
	AS("experiment", experiment, HEX, false),
	AS("number", number, HEX, false),
	AS("uncounted_transient", uncounted_by_class[1], COUNT, true),
	AS("uncounted_throttle", uncounted_by_class[2], COUNT, true),
	AS("uncounted_server", uncounted_by_class[3], COUNT, true),
	AS("uncounted_client", uncounted_by_class[4], COUNT, true),
	AS("uncounted_timeout", uncounted_by_class[5], COUNT, true),
	AS("uncounted_conflict", uncounted_by_class[6], COUNT, true),
	AS("uncounted_fatal", uncounted_by_class[7], COUNT, true),
};

#define ROWS (sizeof(rows) / sizeof(*rows))

/* Whether an optional field has nothing to say. */
static bool
is_absent(enum kind kind, const char *at, uint32_t count, uint64_t number)
{
	return kind == TEXT    ? at[0] == '\0'
	       : kind == COUNT ? count == 0
			       : number == BACKOFF_ABSENT;
}

static void
put_row(struct bo_out *out, const struct row *row, const struct saved *saved)
{
	const char *at = (const char *)saved + row->offset;
	uint32_t count = 0;
	uint64_t number = 0;
	char time[27];

	if (row->kind == COUNT)
		memcpy(&count, at, sizeof(count));
	else if (row->kind != TEXT)
		memcpy(&number, at, sizeof(number));
	if (row->optional && is_absent(row->kind, at, count, number))
		return;
	bo_out_text(out, row == rows ? "{" : ",");
	bo_out_json(out, row->name);
	bo_out_text(out, ":");
	switch (row->kind) {
	case COUNT:
		bo_out_format(out, "%" PRIu32, count);
		break;
	case SECONDS:
		bo_out_seconds(out, number);
		break;
	case HEX:
		bo_out_format(out, "\"%016" PRIx64 "\"", number);
		break;
	case TIME:
		bo_rfc3339_put(number, time);
		bo_out_text(out, "\"");
		bo_out_bytes(out, time, sizeof(time));
		bo_out_text(out, "\"");
		break;
	case TEXT:
		bo_out_json(out, at);
		break;
	}
}

/* A moment of the monotonic clock as wall time, up to a whole microsecond: what
 * is written has no more, and "not before" may not become "a bit before". */
static uint64_t
to_wall(uint64_t when_ns, uint64_t now_ns, uint64_t wall_ns)
{
	if (when_ns == BACKOFF_FOREVER)
		return BACKOFF_ABSENT;
	wall_ns = when_ns >= now_ns ? bo_add_sat(wall_ns, when_ns - now_ns)
				    : bo_sub_sat(wall_ns, now_ns - when_ns);
	return bo_add_sat(wall_ns, 999) / 1000 * 1000;
}

/* JSON has to be UTF-8, what a program calls a thing has not; as long as
 * before, for the limits of those who read it. */
static void
replace_stray_bytes(char *text)
{
	char *end = text + strlen(text);

	while (text < end) {
		size_t length = bo_utf8_length(text, end);

		if (length == 0)
			*text = '?';
		text += length > 0 ? length : 1;
	}
}

/* The last failure; of a call that came from a paper without one, nothing. */
static void
fill_error(const struct backoff_answer *answer, struct saved *saved)
{
	if (answer->kind != BACKOFF_OUTCOME_FAILURE &&
	    answer->kind != BACKOFF_OUTCOME_TIMEOUT)
		return;
	snprintf(saved->outcome, sizeof(saved->outcome), "%s",
		 bo_outcome_names[answer->kind]);
	if (backoff_class_name(answer->failure_class) != NULL)
		snprintf(saved->failure_class, sizeof(saved->failure_class),
			 "%s", backoff_class_name(answer->failure_class));
	memcpy(saved->error_type, answer->error_type,
	       sizeof(saved->error_type));
	memcpy(saved->code, answer->code, sizeof(saved->code));
	memcpy(saved->error, answer->error, sizeof(saved->error));
	/* JSON has to be UTF-8, what a program says of an error has not. */
	bo_text_clean(saved->error_type);
	bo_text_clean(saved->code);
	bo_text_clean(saved->error);
}

static void
fill_saved(struct backoff_call *call, struct saved *saved)
{
	const struct backoff_clock *clock = call->retry->clock;
	uint64_t now_ns = clock->now_ns(clock->user);
	uint64_t wall_ns = clock->wall_ns(clock->user);
	const struct backoff_state *s = &call->state;
	bool waiting = call->phase == BO_PHASE_WAITING;
	int64_t held_milli = s->held_milli + call->owed_milli;

	*saved = (struct saved){
		.v = 1,
		.attempt = s->attempt,
		.finished = s->finished,
		.uncounted = s->uncounted,
		.curve_start = s->curve_start,
		.idempotent = s->idempotent,
		.inbound_attempt = s->inbound_attempt,
		.elapsed_ns = bo_call_age(call, now_ns),
		.delay_ns = waiting ? call->decision.delay_ns : 0,
		.previous_delay_ns = s->previous_delay_ns,
		.backoff_ns = s->backoff_ns,
		.saved_at_ns = wall_ns,
		.not_before_ns = to_wall(waiting ? call->decision.not_before_ns
						 : BACKOFF_FOREVER,
					 now_ns, wall_ns),
		.deadline_ns = to_wall(s->deadline_ns, now_ns, wall_ns),
		.retry_cost_nano =
			held_milli > 0 ? (uint64_t)held_milli * NANO_OF_MILLI
				       : BACKOFF_ABSENT,
	};
	memcpy(saved->uncounted_by_class, s->uncounted_by_class,
	       sizeof(saved->uncounted_by_class));
	/* Its luck goes with the call. */
	bo_call_number(call);
	saved->experiment = call->experiment;
	saved->number = call->number;
	snprintf(saved->call_id, sizeof(saved->call_id), "%s",
		 backoff_call_id(call));
	snprintf(saved->policy, sizeof(saved->policy), "%s",
		 backoff_policy_name(call->retry->policy));
	snprintf(saved->policy_hash, sizeof(saved->policy_hash), "%s",
		 call->retry->hash);
	snprintf(saved->operation, sizeof(saved->operation), "%s",
		 call->retry->operation);
	replace_stray_bytes(saved->call_id);
	replace_stray_bytes(saved->operation);
	fill_error(call->answer, saved);
}

size_t
backoff_call_save(struct backoff_call *call, char *buffer, size_t size)
{
	struct bo_out out = bo_out_init(buffer, size);
	struct saved saved;

	if (call->phase != BO_PHASE_WAITING && call->phase != BO_PHASE_READY)
		return 0;
	fill_saved(call, &saved);
	for (size_t i = 0; i < ROWS; i++)
		put_row(&out, &rows[i], &saved);
	bo_out_text(&out, "}");
	/* Cut, or only measured, nobody can go on with it. */
	if (out.length < size)
		call->is_saved = true;
	return out.length;
}

/** Reading it back. */
struct reading {
	const char *text;
	struct backoff_error *error;
	enum backoff_status status;
};

static bool
fail(struct reading *r, enum backoff_status status, const char *at,
     const char *path, const char *text)
{
	r->status = status;
	if (r->error == NULL)
		return false;
	*r->error = (struct backoff_error){.status = status};
	if (at != NULL)
		bo_json_position(r->text, at, r->error);
	snprintf(r->error->path, sizeof(r->error->path), "%s", path);
	snprintf(r->error->text, sizeof(r->error->text), "%s", text);
	return false;
}

static bool
read_hex(const struct bo_json_value *value, uint64_t *out)
{
	*out = 0;
	if (value->type != BO_JSON_STRING || value->length != 16)
		return false;
	for (size_t i = 0; i < 16; i++) {
		char c = value->at[i];
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0')
				 : c >= 'a' && c <= 'f'
					 ? (unsigned)(c - 'a') + 10
					 : 16;
		if (digit > 15)
			return false;
		*out = *out << 4 | digit;
	}
	return true;
}

static bool
read_text(const struct bo_json_value *value, char *out, size_t size)
{
	char text[2048];
	size_t length;

	if (value->type != BO_JSON_STRING || value->length >= sizeof(text))
		return false;
	length = bo_json_unescape(value, text);
	if (length >= size || length == 0)
		return false;
	memcpy(out, text, length);
	out[length] = '\0';
	return true;
}

static bool
read_number(const struct bo_json_value *value, unsigned scale, uint64_t *out)
{
	return value->type == BO_JSON_NUMBER &&
	       bo_decimal_parse(value->at, value->length, scale, out) ==
		       BO_DECIMAL_OK;
}

static bool
read_value(const struct row *row, const struct bo_json_value *value,
	   struct saved *saved)
{
	char *at = (char *)saved + row->offset;
	uint64_t number = 0;
	uint32_t count;
	bool good = false;

	switch (row->kind) {
	case TEXT:
		return read_text(value, at, row->size);
	case HEX:
		good = read_hex(value, &number);
		break;
	case TIME:
		good = value->type == BO_JSON_STRING &&
		       bo_rfc3339_parse(value->at, value->length, &number);
		break;
	case SECONDS:
		good = read_number(value, 9, &number);
		break;
	case COUNT:
		if (!read_number(value, 0, &number) || number > UINT32_MAX)
			return false;
		count = (uint32_t)number;
		memcpy(at, &count, sizeof(count));
		return true;
	}
	if (good)
		memcpy(at, &number, sizeof(number));
	return good;
}

static size_t
find_row(const struct bo_json_value *key)
{
	size_t i = 0;

	while (i < ROWS && (strlen(rows[i].name) != key->length ||
			    memcmp(rows[i].name, key->at, key->length) != 0))
		i++;
	return i;
}

static bool
read_members(struct reading *r, struct bo_json *json, struct saved *saved)
{
	struct bo_json_member member;
	bool first = true, seen[ROWS] = {false};

	while (bo_json_member(json, &first, &member)) {
		size_t i = find_row(&member.key);

		if (i == ROWS)
			return fail(r, BACKOFF_E_FIELD, member.key.at, "",
				    "unknown field");
		if (seen[i])
			return fail(r, BACKOFF_E_FIELD, member.key.at,
				    rows[i].name, "this field is there twice");
		seen[i] = true;
		if (!read_value(&rows[i], &member.value, saved))
			return fail(r, BACKOFF_E_VALUE, member.value.at,
				    rows[i].name, "is not what was saved");
	}
	if (!bo_json_end(json)) {
		r->status = bo_json_error(json, r->error);
		return false;
	}
	for (size_t i = 0; i < ROWS; i++)
		if (!seen[i] && !rows[i].optional)
			return fail(r, BACKOFF_E_FIELD, NULL, rows[i].name,
				    "this field is required");
	return true;
}

/* Which of the names it is, or how many there are. */
static unsigned
find_name(const char *const *names, const char *text)
{
	unsigned i = 0;

	while (names[i] != NULL && strcmp(names[i], text) != 0)
		i++;
	return i;
}

/* A call goes on after failures and timeouts only. */
static bool
has_good_error(const struct saved *saved)
{
	unsigned outcome = find_name(bo_outcome_names, saved->outcome);
	unsigned class = find_name(bo_class_names, saved->failure_class);

	if (saved->outcome[0] == '\0')
		return saved->failure_class[0] == '\0' &&
		       saved->error_type[0] == '\0' && saved->code[0] == '\0' &&
		       saved->error[0] == '\0';
	return saved->finished > 0 &&
	       (outcome == BACKOFF_OUTCOME_FAILURE ||
		outcome == BACKOFF_OUTCOME_TIMEOUT) &&
	       (saved->failure_class[0] == '\0' ||
		bo_class_names[class] != NULL);
}

/* What no saved call has: better refused than trusted. */
static bool
check(struct reading *r, const struct saved *saved,
      const struct backoff_retry *retry, bool force)
{
	char operation[sizeof(saved->operation)];
	uint64_t uncounted = 0;

	snprintf(operation, sizeof(operation), "%s", retry->operation);
	replace_stray_bytes(operation);
	for (size_t i = 0; i < 8; i++)
		uncounted += saved->uncounted_by_class[i];
	if (saved->v != 1)
		return fail(r, BACKOFF_E_VALUE, NULL, "v",
			    "must be 1, the version that this library knows");
	if (strcmp(saved->operation, operation) != 0)
		return fail(r, BACKOFF_E_VALUE, NULL, "operation",
			    "is another operation's call");
	if (!force && strcmp(saved->policy_hash, retry->hash) != 0)
		return fail(r, BACKOFF_E_STATE, NULL, "policy_hash",
			    "the policy has changed since the call was saved");
	/* Between attempts, all that began are finished. */
	if (saved->finished > ATTEMPTS_MOST ||
	    saved->attempt != saved->finished + 1 ||
	    saved->uncounted > saved->finished ||
	    uncounted > saved->uncounted ||
	    /* The others were forgotten, where the curve began anew. */
	    saved->uncounted - uncounted > saved->curve_start ||
	    saved->curve_start > saved->finished || saved->idempotent > 1 ||
	    /* A first attempt has no price. */
	    (saved->finished == 0 && saved->retry_cost_nano != BACKOFF_ABSENT))
		return fail(r, BACKOFF_E_VALUE, NULL, "attempt",
			    "the counts do not fit each other");
	if (!has_good_error(saved))
		return fail(r, BACKOFF_E_VALUE, NULL, "outcome",
			    "is not how an attempt ends before a retry");
	return true;
}

/* What is left to a deadline on paper. */
static uint64_t
time_left(const struct saved *saved, uint64_t wall_ns)
{
	return bo_min(bo_sub_sat(saved->deadline_ns, wall_ns),
		      bo_sub_sat(saved->deadline_ns, saved->saved_at_ns));
}

static void
fill_state(const struct saved *saved, uint64_t now_ns, uint64_t wall_ns,
	   struct backoff_state *s)
{

	s->stop = BACKOFF_STOP_NONE;
	s->attempt = saved->attempt;
	s->finished = saved->finished;
	s->uncounted = saved->uncounted;
	s->curve_start = saved->curve_start;
	s->idempotent = saved->idempotent;
	s->inbound_attempt = saved->inbound_attempt;
	/* Whoever has finished an attempt, and goes on, had it fail. */
	s->failed = saved->finished > 0;
	s->previous_delay_ns = saved->previous_delay_ns;
	s->backoff_ns = saved->backoff_ns;
	memcpy(s->uncounted_by_class, saved->uncounted_by_class,
	       sizeof(s->uncounted_by_class));
	s->deadline_ns = BACKOFF_FOREVER;
	if (saved->deadline_ns != BACKOFF_ABSENT)
		s->deadline_ns = bo_add_sat(now_ns, time_left(saved, wall_ns));
}

/* Whoever takes the call up may have less time for it than the paper, and none
 * after the wait. */
static void
heed_deadline(struct backoff_call *call, uint64_t now_ns)
{
	uint64_t deadline_ns = bo_call_deadline(call->options);

	call->state.deadline_ns = bo_min(call->state.deadline_ns, deadline_ns);
	if (bo_engine_has_passed(deadline_ns, now_ns))
		bo_call_stop(call, BACKOFF_STOP_DEADLINE, now_ns);
	else if (bo_engine_has_passed(deadline_ns,
				      call->decision.not_before_ns))
		bo_call_stop(call, BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE, now_ns);
}

static void
take_up_error(const struct saved *saved, struct backoff_answer *answer)
{
	if (saved->outcome[0] == '\0')
		return;
	answer->kind = (enum backoff_outcome_kind)find_name(bo_outcome_names,
							    saved->outcome);
	if (saved->failure_class[0] != '\0')
		answer->failure_class = (enum backoff_class)find_name(
			bo_class_names, saved->failure_class);
	memcpy(answer->error_type, saved->error_type,
	       sizeof(answer->error_type));
	memcpy(answer->code, saved->code, sizeof(answer->code));
	memcpy(answer->error, saved->error, sizeof(answer->error));
}

static void
rejoin(struct backoff_call *call, uint64_t retry_cost_nano)
{
	bo_guard_rejoin(call->retry->guard, &call->state);
	if (retry_cost_nano != BACKOFF_ABSENT)
		call->owed_milli = (int64_t)(retry_cost_nano / NANO_OF_MILLI);
}

/* Take up the call where the paper says. */
static void
take_up(struct backoff_call *call, const struct saved *saved)
{
	const struct backoff_clock *clock = call->retry->clock;
	uint64_t now_ns = clock->now_ns(clock->user);
	uint64_t wall_ns = clock->wall_ns(clock->user);
	uint64_t age_ns = bo_add_sat(saved->elapsed_ns,
				     bo_sub_sat(wall_ns, saved->saved_at_ns));
	uint64_t left_ns = 0;

	fill_state(saved, now_ns, wall_ns, &call->state);
	/* A machine that is up for less time than the call is old has no
	 * monotonic moment for its start. */
	call->state.start_ns = bo_sub_sat(now_ns, age_ns);
	call->earlier_ns = bo_sub_sat(age_ns, now_ns);
	if (saved->not_before_ns != BACKOFF_ABSENT)
		left_ns = bo_min(bo_sub_sat(saved->not_before_ns, wall_ns),
				 saved->delay_ns);
	call->decision = (struct backoff_decision){
		.action = BACKOFF_ACTION_WAIT,
		.attempt = call->state.attempt,
		.delay_ns = saved->delay_ns,
		.not_before_ns = bo_add_sat(now_ns, left_ns),
		.attempt_timeout_ns = BACKOFF_FOREVER,
	};
	call->phase = BO_PHASE_WAITING;
	call->kind =
		saved->finished > 1 ? BACKOFF_KIND_RETRY : BACKOFF_KIND_FIRST;
	call->answer->attempts = saved->finished;
	call->answer->retries = saved->finished > 0 ? saved->finished - 1 : 0;
	call->answer->backoff_ns = saved->backoff_ns;
	take_up_error(saved, call->answer);
	call->numbered = true;
	call->experiment = saved->experiment;
	call->number = saved->number;
	memcpy(call->id, saved->call_id, sizeof(call->id));
	if (call->retry->guard != NULL)
		rejoin(call, saved->retry_cost_nano);
	heed_deadline(call, now_ns);
}

enum backoff_status
backoff_call_restore(struct backoff_retry *retry,
		     const struct backoff_call_options *options,
		     const char *text, size_t length, int force,
		     struct backoff_call **out, struct backoff_error *error)
{
	struct reading r = {.text = text, .error = error};
	struct saved saved = {.not_before_ns = BACKOFF_ABSENT,
			      .deadline_ns = BACKOFF_ABSENT,
			      .retry_cost_nano = BACKOFF_ABSENT};
	struct backoff_call *call;
	struct bo_json json;
	enum backoff_status status;

	if (retry == NULL || text == NULL || out == NULL)
		return BACKOFF_E_ARGUMENT;
	if (length > TEXT_MAX_BYTES) {
		fail(&r, BACKOFF_E_LIMIT, NULL, "",
		     "a saved call has at most 8 KiB");
		return r.status;
	}
	bo_json_begin(&json, text, length);
	if (!bo_json_open(&json, '{'))
		return bo_json_error(&json, error);
	if (!read_members(&r, &json, &saved) ||
	    !check(&r, &saved, retry, force != 0))
		return r.status;
	status = bo_call_make(retry, options, &call);
	if (status != BACKOFF_OK)
		return status;
	take_up(call, &saved);
	*out = call;
	return BACKOFF_OK;
}
