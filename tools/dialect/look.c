/* Shows what each rule makes of a line, and how near it comes. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "dialect/check.h"
#include "dialect/engine.h"

static const char *
type_of(const struct tk_rule *rule)
{
	switch (rule->type) {
	case TK_RULE_CALL:
		return "call";
	case TK_RULE_NOTE:
		return "note";
	case TK_RULE_SKIP:
		return "skip";
	case TK_RULE_EVENT:
		break;
	}
	return backoff_event_type_name(rule->event);
}

bool
tk_dialect_rule(const struct tk_dialect *dialect, size_t i,
		struct tk_rule_info *out)
{
	const struct tk_rule *rule;

	if (i >= dialect->rule_count)
		return false;
	rule = dialect->rule[i];
	*out = (struct tk_rule_info){
		.dialect = rule->file->name,
		.rule = rule->label,
		.type = type_of(rule),
		.matched = rule->matched,
		.stopped = rule->stopped,
		.slow = dialect->always[i / 64] >> i % 64 & 1,
	};
	return true;
}

bool
tk_dialect_advice(const struct tk_dialect *dialect, size_t i, const char **text,
		  uint64_t *lines)
{
	for (size_t j = 0; j < dialect->rule_count; j++) {
		const struct tk_rule *rule = dialect->rule[j];

		if (rule->type != TK_RULE_SKIP || rule->description == NULL ||
		    rule->matched == 0 || i-- > 0)
			continue;
		*text = rule->description;
		*lines = rule->matched;
		return true;
	}
	return false;
}

bool
tk_dialect_lack(const struct tk_dialect *dialect, size_t i, const char **name,
		const char **text)
{
	for (size_t f = 0; f < dialect->file_count; f++) {
		const struct tk_file *file = dialect->file[f];

		for (size_t k = 0; k < TK_LACKS && file->readings > 0; k++) {
			if (file->lacks[k] == NULL || file->has[k] > 0 ||
			    i-- > 0)
				continue;
			*name = file->name;
			*text = file->lacks[k];
			return true;
		}
	}
	return false;
}

/* Try a rule's patterns; keep the holes of the one that matches, or else how
 * far the nearest one came. */
static void
look_at_patterns(struct tk_rule *rule, struct tk_look *look)
{
	for (size_t i = 0; i < rule->pattern_count; i++) {
		const struct tk_pattern *pattern = &rule->pattern[i];
		struct tk_holes holes;
		bool matched;

		if (pattern->regex != NULL) {
			look->matched =
				tk_regex_match(pattern->regex, look->text.at,
					       look->text.length,
					       &holes) == TK_MATCH;
			look->hole_count =
				look->matched
					? tk_regex_hole_count(pattern->regex)
					: 0;
			for (size_t h = 0; h < look->hole_count; h++)
				look->hole[h] = (struct tk_hole_seen){
					tk_regex_hole(pattern->regex, h),
					holes.piece[h]};
			if (look->matched) {
				look->pattern = i;
				return;
			}
			continue;
		}
		matched = tk_template_match(pattern->pattern, look->text.at,
					    look->text.length,
					    &holes) == TK_MATCH;
		if (!matched && holes.literals <= look->literals)
			continue;
		look->pattern = i;
		look->literals = holes.literals;
		look->reached = holes.reached;
		look->total = tk_template_literal_count(pattern->pattern);
		if (holes.literals > 0)
			look->literal = tk_template_literal(pattern->pattern,
							    holes.literals - 1);
		if (!matched)
			continue;
		look->matched = true;
		look->hole_count = tk_template_hole_count(pattern->pattern);
		for (size_t h = 0; h < look->hole_count; h++)
			look->hole[h] = (struct tk_hole_seen){
				tk_template_hole(pattern->pattern, h),
				holes.piece[h]};
		return;
	}
}

/* Find the first field whose value cannot be read. */
static enum tk_got
look_at_fields(struct tk_view *view, const struct tk_rule *rule,
	       struct tk_look *look)
{
	struct tk_made made;

	for (size_t i = 0; i < rule->hole_count; i++) {
		view->hole[i] = (struct tk_piece){NULL, 0};
		for (size_t h = 0; h < look->hole_count; h++) {
			if (strcmp(look->hole[h].name, rule->hole[i]) == 0)
				view->hole[i] = look->hole[h].piece;
		}
	}
	backoff_event_init(&made.event, sizeof(made.event));
	tk_view_time(view, rule->file);
	for (size_t i = 0; i < rule->map_count; i++) {
		enum tk_got got = tk_view_field(view, &rule->map[i], &made);

		if (got == TK_GOT_NO_MEMORY)
			return got;
		if (got != TK_GOT_WRONG)
			continue;
		look->wrong_field = tk_fields[rule->map[i].field].name;
		snprintf(look->wrong, sizeof(look->wrong), "%.159s",
			 view->error.text);
		break;
	}
	return TK_GOT;
}

static enum tk_got
look_at_rule(struct tk_view *view, struct tk_rule *rule, struct tk_look *look)
{
	for (size_t i = 0; i < rule->condition_count; i++) {
		enum tk_got got = tk_view_condition(view, &rule->condition[i]);

		if (got == TK_GOT_NO_MEMORY)
			return got;
		if (got != TK_GOT) {
			look->condition = rule->condition[i].name[0].text;
			return TK_GOT;
		}
	}
	look->text = view->envelope->message;
	if (rule->has_in &&
	    tk_view_source(view, &rule->in, &look->text) == TK_GOT_NO_MEMORY)
		return TK_GOT_NO_MEMORY;
	if (rule->pattern_count == 0)
		look->matched = true;
	else if (look->text.at != NULL)
		look_at_patterns(rule, look);
	return look->matched ? look_at_fields(view, rule, look) : TK_GOT;
}

enum backoff_status
tk_dialect_look(struct tk_dialect *dialect, const struct tk_line *line,
		tk_look_fn fn, void *user)
{
	struct tk_view *view = &dialect->apply.view;
	struct tk_payload *payload = &dialect->payload;
	struct tk_envelope *envelope = &dialect->envelope;

	if (line->oversize || line->not_text != NULL ||
	    tk_unwrap_must_see(dialect->probe, 0, line) ||
	    tk_unwrap_line(dialect->probe, 0, line, payload, NULL) !=
		    TK_UNWRAPPED)
		return BACKOFF_E_SYNTAX;
	if (tk_envelope_read(dialect->reader, SIZE_MAX, payload, envelope,
			     NULL) == BACKOFF_E_NOMEM)
		return BACKOFF_E_NOMEM;
	view->payload = payload;
	view->envelope = envelope;
	view->chain_count = 0;
	view->knows_places = false;
	for (size_t i = 0; i < dialect->rule_count; i++) {
		struct tk_look look = {.rule = i};

		/* Its lines are looked at element by element. */
		if (dialect->rule[i]->each != NULL)
			continue;
		tk_arena_reset(&view->arena);
		if (look_at_rule(view, dialect->rule[i], &look) ==
		    TK_GOT_NO_MEMORY)
			return BACKOFF_E_NOMEM;
		fn(user, &look);
	}
	return BACKOFF_OK;
}
