/* Applies a rule to a line: matches it, and makes its event. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/apply.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/num.h"
#include "common/units.h"
#include "dialect/apply_call.h"
#include "dialect/code.h"
#include "dialect/merge.h"
#include "dialect/scan.h"

/* backoff_event_encode() writes no more. */
#define ATTRS_MAX 4096
/* Attempts of a call that may have notes; proxies make a handful. */
#define CALL_NOTES_MAX 64

/* Whether a hole is empty, and what fields ask before it, too. "_" names no
 * hole. */
static bool
is_lacking(const struct tk_view *view, const struct tk_rule *rule,
	   unsigned hole)
{
	if (hole >= TK_HOLES_MAX || view->hole[hole].at != NULL)
		return false;
	for (uint32_t before = rule->holes_before[hole]; before != 0;
	     before &= before - 1) {
		unsigned other = (unsigned)__builtin_ctz(before);

		/* One byte may mean that there is none. */
		if (other < rule->hole_count && view->hole[other].at != NULL &&
		    view->hole[other].length > 1)
			return false;
	}
	return true;
}

/* Fill holes that the rule left empty from what else the message says. */
static void
look_further(struct tk_apply *apply, const struct tk_rule *rule,
	     struct tk_piece text)
{
	struct tk_view *view = &apply->view;

	for (size_t i = 0; rule->also != NULL && i < rule->file->also_count;
	     i++) {
		struct tk_regex *also = rule->file->also[i];
		size_t count = tk_regex_hole_count(also), lacking = 0;

		for (size_t h = 0; h < count; h++)
			lacking += is_lacking(view, rule, rule->also[i][h]);
		if (lacking == 0 || tk_regex_match(also, text.at, text.length,
						   &apply->holes) != TK_MATCH)
			continue;
		for (size_t h = 0; h < count; h++) {
			if (is_lacking(view, rule, rule->also[i][h]))
				view->hole[rule->also[i][h]] =
					apply->holes.piece[h];
		}
	}
}

/* Try one pattern. */
static enum tk_applied
search_one(struct tk_apply *apply, struct tk_rule *rule, size_t i,
	   struct tk_piece text)
{
	const struct tk_pattern *pattern = &rule->pattern[i];
	struct tk_view *view = &apply->view;
	enum tk_match match;
	size_t count;

	match = pattern->regex != NULL
			? tk_regex_match(pattern->regex, text.at, text.length,
					 &apply->holes)
			: tk_template_match(pattern->pattern, text.at,
					    text.length, &apply->holes);
	if (match == TK_MATCH_STOPPED)
		rule->stopped++;
	if (match != TK_MATCH)
		return TK_APPLIED_NOT;
	if (rule->file->builtin && !rule->has_in &&
	    tk_is_code(text.at, text.length, apply->holes.begin))
		return TK_APPLIED_SKIP;
	count = pattern->regex != NULL
			? tk_regex_hole_count(pattern->regex)
			: tk_template_hole_count(pattern->pattern);
	apply->pattern = i;
	for (size_t h = 0; h < count; h++) {
		if (pattern->hole[h] < TK_HOLES_MAX)
			view->hole[pattern->hole[h]] = apply->holes.piece[h];
	}
	look_further(apply, rule, text);
	return TK_APPLIED_EVENT;
}

static enum tk_applied
search(struct tk_apply *apply, struct tk_rule *rule,
       const struct tk_pattern_set *patterns, struct tk_piece text)
{
	for (size_t w = 0; 64 * w < rule->pattern_count; w++) {
		uint64_t left = patterns->bits[w];

		for (; left != 0; left &= left - 1) {
			size_t i = 64 * w + (size_t)__builtin_ctzll(left);
			enum tk_applied applied;

			if (i >= rule->pattern_count)
				break;
			applied = search_one(apply, rule, i, text);
			if (applied != TK_APPLIED_NOT)
				return applied;
		}
	}
	return TK_APPLIED_NOT;
}

/* Whether a rule's `when` and its patterns match; sets the view's holes. */
static enum tk_applied
match(struct tk_apply *apply, struct tk_rule *rule,
      const struct tk_pattern_set *patterns)
{
	struct tk_view *view = &apply->view;
	struct tk_piece text;

	for (size_t i = 0; i < rule->hole_count; i++)
		view->hole[i] = (struct tk_piece){NULL, 0};
	view->inside = rule->file->lenient;
	for (size_t i = 0; i < rule->condition_count; i++) {
		switch (tk_view_condition(view, &rule->condition[i])) {
		case TK_GOT:
			continue;
		case TK_GOT_NO_MEMORY:
			return TK_APPLIED_NO_MEMORY;
		default:
			return TK_APPLIED_NOT;
		}
	}
	if (rule->pattern_count == 0)
		return TK_APPLIED_EVENT;
	text = view->envelope->message;
	if (rule->has_in) {
		switch (tk_view_source(view, &rule->in, &text)) {
		case TK_GOT:
			break;
		case TK_GOT_NO_MEMORY:
			return TK_APPLIED_NO_MEMORY;
		default:
			return TK_APPLIED_NOT;
		}
	}
	return text.at != NULL ? search(apply, rule, patterns, text)
			       : TK_APPLIED_NOT;
}

static bool
is_number(const struct bo_json_value *value)
{
	return value->type == BO_JSON_NUMBER || value->type == BO_JSON_TRUE ||
	       value->type == BO_JSON_FALSE;
}

/* Write the rule's attributes as a JSON object; those that do not fit are left
 * out. */
static bool
make_attributes(struct tk_apply *apply, const struct tk_rule *rule,
		struct backoff_event *event)
{
	struct tk_view *view = &apply->view;
	char *room = tk_arena_take(&view->arena, ATTRS_MAX);
	struct bo_out out;
	size_t fine = 1;

	if (room == NULL)
		return false;
	out = bo_out_init(room, ATTRS_MAX - 1);
	bo_out_text(&out, "{");
	for (size_t i = 0; i < rule->attribute_count; i++) {
		const struct tk_attribute *attribute = &rule->attribute[i];
		struct bo_json_value value = {.type = BO_JSON_STRING};
		struct tk_piece text;
		enum tk_got got =
			tk_view_source(view, &attribute->source, &text);
		const char *copy;

		if (got == TK_GOT_NO_MEMORY)
			return false;
		if (got != TK_GOT)
			continue;
		if (attribute->source.name_count > 0)
			tk_view_find(view, &attribute->source.name[0], &value);
		copy = tk_view_copy(view, text, 256);
		if (copy == NULL)
			return false;
		bo_out_text(&out, fine > 1 ? "," : "");
		bo_out_json(&out, attribute->name);
		bo_out_text(&out, ":");
		if (is_number(&value) && value.at == text.at)
			bo_out_text(&out, copy);
		else
			bo_out_json(&out, copy);
		if (out.length >= ATTRS_MAX - 2)
			break;
		fine = out.length;
	}
	if (fine > 1) {
		room[fine] = '}';
		room[fine + 1] = '\0';
		event->attrs = room;
	}
	return true;
}

static enum tk_applied
missing(struct tk_apply *apply, const struct tk_map *map)
{
	struct backoff_error *error = &apply->view.error;
	struct bo_json_value value;
	const struct tk_name *name = &map->source.name[0];

	memset(error, 0, sizeof(*error));
	error->size = sizeof(*error);
	error->status = BACKOFF_E_FIELD;
	error->column = 1;
	snprintf(error->path, sizeof(error->path), "%s", name->text);
	snprintf(error->text, sizeof(error->text), "is missing");
	/* It is there, but null. */
	if (tk_envelope_member(apply->view.envelope, name->text, &value))
		error->column =
			(uint32_t)(value.at - apply->view.payload->text) + 1;
	return TK_APPLIED_BAD;
}

/* A member that stands twice in a line, among those that a rule reads. */
struct twice {
	const struct tk_rule *rule;
	uint64_t seen[TK_NAMES_MAX];
	const struct tk_name *name;
	const char *at;
};

static void
note_member(void *user, const char *path, size_t length,
	    const struct bo_json_value *value)
{
	struct twice *twice = user;
	const struct tk_rule *rule = twice->rule;

	/* The condition is on the type of the event. */
	for (size_t i = 0; i <= rule->map_count; i++) {
		bool is_type = i == rule->map_count;
		const struct tk_name *name = is_type ? rule->condition->name
						     : rule->map[i].source.name;
		size_t count = is_type ? rule->condition->name_count
				       : rule->map[i].source.name_count;

		for (size_t j = 0; j < count; j++) {
			if (name[j].length != length ||
			    memcmp(name[j].text, path, length) != 0)
				continue;
			if (twice->seen[j] >> i & 1) {
				twice->name = &name[j];
				twice->at = value->at -
					    (value->type == BO_JSON_STRING);
			}
			twice->seen[j] |= UINT64_C(1) << i;
		}
	}
}

/* Old dialect files promise that a member which is there twice is an error. */
static bool
has_twice(struct tk_apply *apply, const struct tk_rule *rule)
{
	const struct tk_payload *payload = apply->view.payload;
	struct backoff_error *error = &apply->view.error;
	struct twice twice = {.rule = rule};

	if (tk_scan_object(payload->text, payload->length, true, note_member,
			   &twice, error) != BACKOFF_OK)
		return false;
	if (twice.name == NULL)
		return false;
	memset(error, 0, sizeof(*error));
	error->size = sizeof(*error);
	error->status = BACKOFF_E_FIELD;
	error->column = (uint32_t)(twice.at - payload->text) + 1;
	snprintf(error->path, sizeof(error->path), "%s", twice.name->text);
	snprintf(error->text, sizeof(error->text), "duplicate field");
	return true;
}

/* Read the fields. What a template cannot read was not meant. */
static enum tk_applied
make_fields(struct tk_apply *apply, struct tk_rule *rule, struct tk_made *made)
{
	for (size_t i = 0; i < rule->map_count; i++) {
		const struct tk_map *map = &rule->map[i];

		switch (tk_view_field(&apply->view, map, made)) {
		case TK_GOT:
			break;
		case TK_GOT_ABSENT:
			if (rule->required >> map->field & 1)
				return missing(apply, map);
			break;
		case TK_GOT_WRONG:
			return rule->pattern_count > 0 || rule->file->lenient
				       ? TK_APPLIED_NOT
				       : TK_APPLIED_BAD;
		case TK_GOT_NO_MEMORY:
			return TK_APPLIED_NO_MEMORY;
		}
	}
	if (rule->attribute_count > 0 &&
	    !make_attributes(apply, rule, &made->event))
		return TK_APPLIED_NO_MEMORY;
	return TK_APPLIED_EVENT;
}

/* Whether the rule says itself what the time of its event is. */
static bool
has_time(const struct tk_rule *rule)
{
	for (size_t i = 0; i < rule->map_count; i++) {
		const struct tk_source *source = &rule->map[i].source;

		if (strcmp(tk_fields[rule->map[i].field].name, "ts") == 0)
			return source->name_count == 0 ||
			       source->name[0].kind != TK_NAME_TIME;
	}
	return false;
}

/* Times and delays that follow from others. */
static void
derive_times(const struct tk_rule *rule, struct tk_made *made)
{
	struct backoff_event *event = &made->event;
	uint64_t took = event->elapsed_ns != BACKOFF_ABSENT
				? event->elapsed_ns
				: event->duration_ns;

	if (made->started_ns != BACKOFF_ABSENT) {
		if (!has_time(rule) && took != BACKOFF_ABSENT)
			event->ts_ns = bo_add_sat(made->started_ns, took);
		else if (event->duration_ns == BACKOFF_ABSENT &&
			 event->ts_ns != BACKOFF_ABSENT && has_time(rule) &&
			 event->ts_ns >= made->started_ns &&
			 event->ts_ns - made->started_ns <= TK_DURATION_MAX_NS)
			event->duration_ns = event->ts_ns - made->started_ns;
	}
	if (made->next_ts_ns != BACKOFF_ABSENT &&
	    event->delay_ns == BACKOFF_ABSENT &&
	    event->ts_ns != BACKOFF_ABSENT &&
	    made->next_ts_ns >= event->ts_ns &&
	    made->next_ts_ns - event->ts_ns <= TK_DURATION_MAX_NS)
		event->delay_ns = made->next_ts_ns - event->ts_ns;
}

/* What follows from the type of an event. */
static void
complete(enum backoff_event_type type, const struct tk_file *file,
	 struct tk_made *made)
{
	struct backoff_event *event = &made->event;

	event->type = type;
	if (event->type == BACKOFF_EVENT_SUCCESS) {
		event->outcome = BACKOFF_OUTCOME_SUCCESS;
		event->stop = BACKOFF_STOP_SUCCESS;
	} else if (made->closes) {
		/* As libbackoff writes it: without an attempt. */
		event->outcome = BACKOFF_OUTCOME_CANCELLED;
		event->duration_ns = 0;
	} else if (event->outcome < 0 && event->type != BACKOFF_EVENT_STARTED) {
		event->outcome = BACKOFF_OUTCOME_FAILURE;
	}
	if (event->type == BACKOFF_EVENT_ATTEMPT &&
	    event->delay_ns == BACKOFF_ABSENT)
		event->delay_ns = file->delay_ns;
	if (event->attempts == BACKOFF_ABSENT &&
	    made->retries != BACKOFF_ABSENT)
		event->attempts = made->retries + 1;
	/* The line that ends a call may have only its total. */
	if (event->attempt == BACKOFF_ABSENT)
		event->attempt = event->attempts;
}

/* Give a failed attempt that only a note is about. The end of a call must have
 * a call, where others of this dialect must. */
static bool
give_note(void *user, size_t input, struct tk_rule *rule,
	  const struct tk_made *note, bool ends)
{
	struct tk_apply *apply = user;
	struct tk_made made = *note;
	size_t before = apply->input;
	bool fine;

	ends |= made.event.stop > BACKOFF_STOP_SUCCESS;
	complete(ends ? BACKOFF_EVENT_EXHAUSTED : BACKOFF_EVENT_ATTEMPT,
		 rule->file, &made);
	if (ends && rule->open &&
	    !tk_joins_open(apply->joins, input, made.lane, rule->file,
			   rule->open_ns, &made))
		return true;
	if (!ends && rule->file->has_open &&
	    !tk_joins_retry(apply->joins, input, made.lane, rule->file, &made))
		return false;
	apply->input = input;
	fine = tk_apply_give(apply, rule, &made);
	apply->input = before;
	return fine;
}

/* The type of an event: a failed attempt of which its line or a note says why
 * there is no other ends its call. */
static enum backoff_event_type
type_of(const struct tk_rule *rule, const struct backoff_event *event)
{
	if (rule->event != BACKOFF_EVENT_ATTEMPT ||
	    event->stop <= BACKOFF_STOP_SUCCESS)
		return rule->event;
	return event->stop == BACKOFF_STOP_NON_RETRYABLE
		       ? BACKOFF_EVENT_ABORTED
		       : BACKOFF_EVENT_EXHAUSTED;
}

static enum tk_applied
finish_event(struct tk_apply *apply, struct tk_rule *rule, struct tk_made *made)
{
	struct backoff_event *event = &made->event;
	struct backoff_error *error = &apply->view.error;

	if (rule->open &&
	    !tk_notes_settle(apply->notes, apply->input, made->lane, rule->file,
			     false, made, give_note, apply))
		return TK_APPLIED_NO_MEMORY;
	if (rule->file->giver_count > 0 &&
	    !tk_notes_take(apply->notes, apply->input, made->lane, rule->file,
			   rule->needed != 0 ? BACKOFF_EVENT_UNKNOWN
					     : rule->event,
			   made, give_note, apply))
		return TK_APPLIED_NO_MEMORY;
	if (!tk_merge_has(made, rule->needed))
		return TK_APPLIED_NOT;
	derive_times(rule, made);
	complete(type_of(rule, event), rule->file, made);
	if (event->attempt == BACKOFF_ABSENT && rule->required != 0 &&
	    event->type != BACKOFF_EVENT_STARTED) {
		memset(error, 0, sizeof(*error));
		error->size = sizeof(*error);
		error->status = BACKOFF_E_FIELD;
		error->column = 1;
		snprintf(error->path, sizeof(error->path), "%s",
			 rule->condition[0].name[0].text);
		snprintf(error->text, sizeof(error->text),
			 "the attempt's number is missing");
		return TK_APPLIED_BAD;
	}
	if (rule->open && !tk_joins_open(apply->joins, apply->input, made->lane,
					 rule->file, rule->open_ns, made))
		return TK_APPLIED_NOT;
	if (!rule->open && rule->file->has_alone &&
	    !tk_notes_settle(apply->notes, apply->input, made->lane, rule->file,
			     rule->event != BACKOFF_EVENT_SUCCESS, made,
			     give_note, apply))
		return TK_APPLIED_NO_MEMORY;
	if (!rule->open && rule->file->has_open &&
	    !tk_joins_retry(apply->joins, apply->input, made->lane, rule->file,
			    made))
		return TK_APPLIED_NO_MEMORY;
	return tk_apply_give(apply, rule, made) ? TK_APPLIED_EVENT
						: TK_APPLIED_NO_MEMORY;
}

/* Use the notes about earlier attempts of a call: they are not others. A proxy
 * may name the path in them and the route in the line of the call. */
static bool
use_notes(struct tk_apply *apply, const struct tk_rule *rule,
	  const struct tk_made *call)
{
	uint64_t attempts = call->event.attempts;

	if (attempts == BACKOFF_ABSENT && call->retries != BACKOFF_ABSENT)
		attempts = call->retries + 1;
	if (rule->file->giver_count == 0 || attempts == BACKOFF_ABSENT)
		return true;
	for (uint64_t i = 1; i < attempts && i <= CALL_NOTES_MAX; i++) {
		struct tk_made made = *call;

		made.event.operation = NULL;
		made.event.call_id = made.event.trace_id = NULL;
		made.event.attempt = i;
		if (!tk_notes_take(apply->notes, apply->input, made.lane,
				   rule->file, BACKOFF_EVENT_UNKNOWN, &made,
				   give_note, apply))
			return false;
	}
	return true;
}

static bool
is_piece(const char *text, struct tk_piece piece)
{
	return piece.at != NULL && strlen(text) == piece.length &&
	       memcmp(text, piece.at, piece.length) == 0;
}

/* Note who wrote the line, and whether it names its operation. */
static void
note_names(const struct tk_apply *apply, const struct tk_rule *rule,
	   struct tk_made *made)
{
	const struct tk_piece logger = apply->view.envelope->logger;
	const char *operation = made->event.operation;

	made->unnamed = operation == NULL;
	if (!rule->file->lenient && rule->also == NULL)
		return;
	if (rule->file->lenient && logger.length > 0)
		made->logger = bo_hash('g', logger.at, logger.length) | 1;
	if (operation != NULL && rule->default_operation != NULL &&
	    strcmp(operation, rule->default_operation) == 0)
		made->unnamed = true;
	if (operation != NULL && is_piece(operation, logger))
		made->unnamed = true;
	/* What `also` takes for a name may be another in another line. */
	for (size_t i = 0; operation != NULL && i < rule->hole_count; i++)
		made->guessed |= (rule->holes_also >> i & 1) != 0 &&
				 is_piece(operation, apply->view.hole[i]);
	made->unnamed |= made->guessed;
}

/* The status in an error that quotes a request: HTTP/1.1" 503. */
static bool
find_code(struct tk_apply *apply, const struct tk_rule *rule,
	  struct tk_made *made)
{
	const char *at = made->event.error;
	size_t digits;

	if (!rule->file->lenient || made->event.code != NULL || at == NULL ||
	    (at = strstr(at, "HTTP/")) == NULL)
		return true;
	at += strcspn(at, "\" ");
	at += strspn(at, "\" ");
	digits = strspn(at, "0123456789");
	if (digits != 3 || *at < '1' || *at > '5')
		return true;
	made->event.code = tk_view_copy(&apply->view,
					(struct tk_piece){at, digits}, digits);
	return made->event.code != NULL;
}

/* Make what a rule says of a line that matched. */
static enum tk_applied
make(struct tk_apply *apply, struct tk_rule *rule)
{
	enum tk_applied applied;
	struct tk_made made;

	if (rule->type == TK_RULE_SKIP && !rule->open)
		return TK_APPLIED_SKIP;
	backoff_event_init(&made.event, sizeof(made.event));
	made.left = made.retries = BACKOFF_ABSENT;
	made.next_ts_ns = made.started_ns = BACKOFF_ABSENT;
	made.index = made.next_attempt = BACKOFF_ABSENT;
	made.lane = NULL;
	made.logger = 0;
	made.closes = rule->closes;
	made.unnamed = made.guessed = false;
	tk_view_time(&apply->view, rule->file);
	if (rule->required != 0 && has_twice(apply, rule))
		return TK_APPLIED_BAD;
	applied = make_fields(apply, rule, &made);
	if (applied != TK_APPLIED_EVENT)
		return applied;
	note_names(apply, rule, &made);
	if (!find_code(apply, rule, &made))
		return TK_APPLIED_NO_MEMORY;
	if (rule->countdown &&
	    tk_bases_counts_down(apply->bases, rule->file, &made.event))
		return TK_APPLIED_SKIP;
	tk_bases_number(apply->bases, rule->file, &made);
	switch (rule->type) {
	case TK_RULE_NOTE:
		derive_times(rule, &made);
		return tk_notes_keep(apply->notes, apply->input, made.lane,
				     rule, &made, give_note, apply)
			       ? TK_APPLIED_NOTE
			       : TK_APPLIED_NO_MEMORY;
	case TK_RULE_SKIP:
		return tk_joins_open(apply->joins, apply->input, made.lane,
				     rule->file, rule->open_ns, &made)
			       ? TK_APPLIED_SKIP
			       : TK_APPLIED_NOT;
	case TK_RULE_CALL:
		derive_times(rule, &made);
		return use_notes(apply, rule, &made)
			       ? tk_apply_call(apply, rule, &made)
			       : TK_APPLIED_NO_MEMORY;
	default:
		return finish_event(apply, rule, &made);
	}
}

/* Apply a rule to the line, or to the element of it in the view. */
static enum tk_applied
apply_one(struct tk_apply *apply, struct tk_rule *rule,
	  const struct tk_pattern_set *patterns)
{
	enum tk_applied applied = match(apply, rule, patterns);

	if (applied == TK_APPLIED_EVENT)
		applied = make(apply, rule);
	else if (applied == TK_APPLIED_SKIP)
		return applied;
	rule->matched += applied != TK_APPLIED_NOT;
	return applied;
}

/* The elements of a line, and what came of them. */
struct elements {
	struct tk_apply *apply;
	struct tk_rule *rule, *end;
	enum tk_applied applied;
};

static bool
apply_element(void *user, const struct bo_json_value *chain, size_t count)
{
	static const struct tk_pattern_set all = {{UINT64_MAX, UINT64_MAX}};
	struct elements *elements = user;
	struct tk_apply *apply = elements->apply;

	apply->view.chain = chain;
	apply->view.chain_count = count;
	tk_arena_reset(&apply->view.arena);
	for (struct tk_rule *rule = elements->rule; rule < elements->end;
	     rule++) {
		enum tk_applied applied;

		if (rule->each == NULL ||
		    strcmp(rule->each, elements->rule->each) != 0)
			continue;
		/* What the first rule of them needs says nothing of others. */
		applied = apply_one(apply, rule, &all);
		if (applied == TK_APPLIED_NOT)
			continue;
		if (applied == TK_APPLIED_NO_MEMORY ||
		    elements->applied != TK_APPLIED_EVENT)
			elements->applied = applied;
		return applied != TK_APPLIED_NO_MEMORY;
	}
	return true;
}

enum tk_applied
tk_apply_rule(struct tk_apply *apply, struct tk_rule *rule,
	      const struct tk_pattern_set *patterns)
{
	const struct tk_payload *payload = apply->view.payload;
	const struct bo_json_value line = {.at = payload->text,
					   .length = payload->length,
					   .type = BO_JSON_OBJECT};
	struct elements elements = {
		.apply = apply,
		.rule = rule,
		.end = rule->file->rule + rule->file->rule_count,
		.applied = TK_APPLIED_NOT,
	};

	apply->view.chain_count = 0;
	if (rule->each == NULL)
		return apply_one(apply, rule, patterns);
	if (payload->length == 0 || payload->text[0] != '{')
		return TK_APPLIED_NOT;
	tk_path_each(&line, rule->each, apply_element, &elements);
	apply->view.chain_count = 0;
	return elements.applied;
}

bool
tk_apply_flush(struct tk_apply *apply, size_t input, uint64_t now_ns)
{
	return tk_notes_flush(apply->notes, input, now_ns, give_note, apply);
}
