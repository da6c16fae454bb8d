/* Reads `rules` of a dialect file, and `events` of an old one. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "common/durations.h"
#include "dialect/load.h"

static const char types[] = "retry_attempt retry_success retry_exhausted "
			    "retry_aborted retry_started";
static const char all_types[] = "retry_attempt retry_success retry_exhausted "
				"retry_aborted retry_started call note skip";

int
tk_load_type(struct tk_load *load, const cJSON *item,
	     const struct tk_at *around, bool all)
{
	static const char *const others[] = {"call", "note", "skip"};
	struct tk_at at = {around, "type", 0};
	const char *text;
	char near[64];
	int number;

	if (item == NULL) {
		tk_load_fail(load, BACKOFF_E_FIELD, &at, "is missing");
		return -1;
	}
	text = tk_load_text(load, item, &at);
	if (text == NULL)
		return -1;
	for (int i = 0; all && i < 3; i++) {
		if (strcmp(text, others[i]) == 0)
			return 100 + TK_RULE_CALL + i;
	}
	number = backoff_event_type_number(text);
	if (number >= BACKOFF_EVENT_ATTEMPT && number <= BACKOFF_EVENT_STARTED)
		return number;
	if (bo_nearest_of(text, all ? all_types : types, near, sizeof(near)))
		tk_load_fail(load, BACKOFF_E_VALUE, &at,
			     "no such type: \"%s\"; did you mean \"%s\"?", text,
			     near);
	else
		tk_load_fail(load, BACKOFF_E_VALUE, &at, "must be one of: %s",
			     all ? all_types : types);
	return -1;
}

static bool
load_attributes(struct tk_load *load, const cJSON *attrs,
		const struct tk_at *around, struct tk_rule *rule)
{
	struct tk_at at = {around, "attrs", 0};
	size_t count = rule->hole_count;
	bool fine = true;
	const cJSON *item;

	if (attrs != NULL && !tk_load_keys(load, attrs, &at, NULL))
		return false;
	count += (size_t)cJSON_GetArraySize(attrs);
	if (count > TK_ROWS_MAX)
		return tk_load_fail(load, BACKOFF_E_LIMIT, &at,
				    "more than %d members", TK_ROWS_MAX);
	rule->attribute = tk_load_array(load, count, sizeof(*rule->attribute));
	if (rule->attribute == NULL)
		return false;
	cJSON_ArrayForEach(item, attrs)
	{
		struct tk_attribute *made =
			&rule->attribute[rule->attribute_count++];
		struct tk_at member = {&at, item->string, 0};

		made->name = tk_load_dup(load, item->string);
		fine &= made->name != NULL &&
			tk_load_source(load, item, &member, TK_FIELD_TEXT, rule,
				       NULL, &made->source);
	}
	for (size_t i = 0; i < rule->hole_count && fine; i++) {
		const cJSON empty = {.type = cJSON_Object};
		struct tk_attribute *made =
			&rule->attribute[rule->attribute_count];

		if (strncmp(rule->hole[i], "attrs.", 6) != 0)
			continue;
		rule->attribute_count++;
		made->name = tk_load_dup(load, rule->hole[i] + 6);
		fine = made->name != NULL &&
		       tk_load_source(load, &empty, &at, TK_FIELD_TEXT, rule,
				      rule->hole[i], &made->source);
	}
	return fine;
}

/* One column of a list: its member, its hole, or both. */
static bool
load_column(struct tk_load *load, const cJSON *list, const struct tk_at *around,
	    const char *name, struct tk_rule *rule, struct tk_source *out,
	    bool *has)
{
	const cJSON *item = tk_load_get(list, name);
	const cJSON empty = {.type = cJSON_Object};
	struct tk_at at = {around, name, 0};
	const char *hole = NULL;
	char full[40];

	snprintf(full, sizeof(full), "list.%s", name);
	for (size_t i = 0; i < rule->hole_count; i++) {
		if (strcmp(rule->hole[i], full) == 0)
			hole = full;
	}
	*has = item != NULL || hole != NULL;
	return !*has || tk_load_source(load, item != NULL ? item : &empty, &at,
				       strcmp(name, "duration_seconds") == 0
					       ? TK_FIELD_DURATION
					       : TK_FIELD_TEXT,
				       rule, hole, out);
}

static bool
has_list_hole(const struct tk_rule *rule)
{
	for (size_t i = 0; i < rule->hole_count; i++) {
		if (strncmp(rule->hole[i], "list.", 5) == 0)
			return true;
	}
	return false;
}

static bool
load_list(struct tk_load *load, const cJSON *list, const struct tk_at *around,
	  struct tk_rule *rule)
{
	struct tk_at at = {around, "list", 0}, split_at = {&at, "split", 0};
	const cJSON *split = tk_load_get(list, "split");
	char **texts = NULL;
	struct tk_list *made;
	bool fine = true;

	if (list == NULL && !has_list_hole(rule))
		return true;
	if (list != NULL &&
	    !tk_load_keys(load, list, &at,
			  " split code duration_seconds target "))
		return false;
	if (rule->type != TK_RULE_CALL)
		return tk_load_fail(load, BACKOFF_E_VALUE, &at,
				    "needs the type \"call\"");
	rule->list = made = tk_load_array(load, 1, sizeof(*made));
	if (made == NULL)
		return false;
	if (split != NULL) {
		fine = tk_load_texts(load, split, &split_at, 8, &texts,
				     &made->split_count);
		for (size_t i = 0; texts != NULL && i < made->split_count; i++)
			made->split[i] = texts[i];
		free(texts);
	} else {
		made->split[0] = tk_load_dup(load, ", ");
		made->split[1] = tk_load_dup(load, " : ");
		made->split_count = 2;
		fine = made->split[0] != NULL && made->split[1] != NULL;
	}
	fine &= load_column(load, list, &at, "code", rule, &made->code,
			    &made->has_code);
	fine &= load_column(load, list, &at, "duration_seconds", rule,
			    &made->duration, &made->has_duration);
	fine &= load_column(load, list, &at, "target", rule, &made->target,
			    &made->has_target);
	if (fine && !made->has_code && !made->has_duration && !made->has_target)
		return tk_load_fail(load, BACKOFF_E_FIELD, &at,
				    "needs \"code\", \"duration_seconds\" or "
				    "\"target\"");
	return fine;
}

/* "a[].b[]": names that each end in []. */
static bool
load_each(struct tk_load *load, const cJSON *item, const struct tk_at *around,
	  struct tk_rule *rule)
{
	struct tk_at at = {around, "each", 0};
	const char *text;

	if (item == NULL)
		return true;
	text = tk_load_text(load, item, &at);
	if (text == NULL)
		return false;
	for (const char *name = text; *name != '\0';) {
		size_t length = strcspn(name, "[");

		if (length == 0 || strncmp(name + length, "[]", 2) != 0 ||
		    (name[length + 2] != '.' && name[length + 2] != '\0'))
			return tk_load_fail(load, BACKOFF_E_VALUE, &at,
					    "must be like \"a[].b[]\"");
		name += length + 2;
		name += *name == '.';
	}
	rule->each = tk_load_dup(load, text);
	return rule->each != NULL;
}

/* Which holes make another one needless. */
static void
note_before(struct tk_rule *rule, const struct tk_source *source)
{
	uint32_t before = 0;

	for (size_t i = 0; i < source->name_count; i++) {
		if (source->name[i].kind != TK_NAME_HOLE)
			continue;
		rule->holes_before[source->name[i].hole] &= before;
		before |= UINT32_C(1) << source->name[i].hole;
	}
}

static void
note_all_before(struct tk_rule *rule)
{
	memset(rule->holes_before, 0xff, sizeof(rule->holes_before));
	for (size_t i = 0; i < rule->map_count; i++)
		note_before(rule, &rule->map[i].source);
	for (size_t i = 0; i < rule->attribute_count; i++)
		note_before(rule, &rule->attribute[i].source);
}

/* Holes without a field of their name must be used otherwise. */
static bool
check_holes(struct tk_load *load, const struct tk_at *at, struct tk_rule *rule)
{
	bool fine = true;
	char known[768];

	tk_field_names(known, sizeof(known));
	for (size_t i = 0; i < rule->hole_count; i++) {
		struct tk_at place = {at, "text", 0};
		char near[64];

		if ((rule->holes_used | rule->holes_also) >> i & 1)
			continue;
		if (bo_nearest_of(rule->hole[i], known, near, sizeof(near)))
			fine = tk_load_fail(
				load, BACKOFF_E_FIELD, &place,
				"the hole {%s} is not a field and not "
				"used; did you mean {%s}?",
				rule->hole[i], near);
		else
			fine = tk_load_fail(
				load, BACKOFF_E_FIELD, &place,
				"the hole {%s} is not a field and not "
				"used; {_} is a hole that is "
				"not kept",
				rule->hole[i]);
	}
	return fine;
}

/* What a note is that no event takes. */
static bool
load_alone(struct tk_load *load, const cJSON *object,
	   const struct tk_at *around, struct tk_rule *rule)
{
	const cJSON *alone = tk_load_get(object, "alone");
	struct tk_at at = {around, "alone", 0};
	const char *text;

	if (alone == NULL)
		return true;
	if (rule->type != TK_RULE_NOTE)
		return tk_load_fail(load, BACKOFF_E_VALUE, &at,
				    "needs the type \"note\"");
	text = tk_load_text(load, alone, &at);
	if (text == NULL)
		return false;
	if (strcmp(text, "retry_attempt") == 0)
		rule->alone = BACKOFF_EVENT_ATTEMPT;
	else if (strcmp(text, "retry_exhausted") == 0)
		rule->alone = BACKOFF_EVENT_EXHAUSTED;
	else
		return tk_load_fail(load, BACKOFF_E_VALUE, &at,
				    "must be \"retry_attempt\" or "
				    "\"retry_exhausted\"");
	load->file->has_alone = true;
	return true;
}

/* `open`: true, false, or a duration. */
static bool
is_open(const cJSON *open, struct tk_rule *rule)
{
	rule->open_ns = TK_OPEN_NS;
	rule->open = cJSON_IsTrue(open) || cJSON_IsString(open);
	return open == NULL || cJSON_IsBool(open) ||
	       (cJSON_IsString(open) &&
		tk_duration_parse(open->valuestring, strlen(open->valuestring),
				  9, &rule->open_ns));
}

/* The end of a call that is not an attempt itself. */
static bool
load_closes(struct tk_load *load, const cJSON *object,
	    const struct tk_at *around, struct tk_rule *rule)
{
	const cJSON *closes = tk_load_get(object, "closes");
	struct tk_at at = {around, "closes", 0};

	if (closes != NULL && !cJSON_IsBool(closes))
		return tk_load_fail(load, BACKOFF_E_VALUE, &at,
				    "must be true or false");
	rule->closes = cJSON_IsTrue(closes);
	if (rule->closes && (!rule->open || rule->type != TK_RULE_EVENT ||
			     (rule->event != BACKOFF_EVENT_EXHAUSTED &&
			      rule->event != BACKOFF_EVENT_ABORTED)))
		return tk_load_fail(load, BACKOFF_E_VALUE, &at,
				    "needs \"open\" and the type "
				    "\"retry_exhausted\" or "
				    "\"retry_aborted\"");
	return true;
}

static bool
load_open(struct tk_load *load, const cJSON *object, const struct tk_at *around,
	  struct tk_rule *rule)
{
	const cJSON *open = tk_load_get(object, "open");
	const cJSON *takers = tk_load_get(object, "for");
	const cJSON *countdown = tk_load_get(object, "countdown");
	struct tk_at countdown_at = {around, "countdown", 0};
	struct tk_at open_at = {around, "open", 0}, for_at = {around, "for", 0};

	if (!is_open(open, rule))
		return tk_load_fail(load, BACKOFF_E_VALUE, &open_at,
				    "must be true, false or a duration like "
				    "\"30s\"");
	load->file->has_open |= rule->open;
	if (countdown != NULL && !cJSON_IsBool(countdown))
		return tk_load_fail(load, BACKOFF_E_VALUE, &countdown_at,
				    "must be true or false");
	rule->countdown = cJSON_IsTrue(countdown);
	if (!load_closes(load, object, around, rule))
		return false;
	if (!load_alone(load, object, around, rule))
		return false;
	if (takers == NULL)
		return true;
	if (rule->type != TK_RULE_NOTE)
		return tk_load_fail(load, BACKOFF_E_VALUE, &for_at,
				    "needs the type \"note\"");
	return tk_load_texts(load, takers, &for_at, TK_NAMES_MAX, &rule->takers,
			     &rule->taker_count);
}

/* Fields that an event must have, from its line or from notes. */
static bool
load_needs(struct tk_load *load, const cJSON *object,
	   const struct tk_at *around, struct tk_rule *rule)
{
	const cJSON *list = tk_load_get(object, "needs"), *item;
	struct tk_at at = {around, "needs", 0};
	bool fine = true;
	int i = 0;

	if (list == NULL)
		return true;
	if (rule->type != TK_RULE_EVENT)
		return tk_load_fail(load, BACKOFF_E_VALUE, &at,
				    "needs the type of an event");
	if (!cJSON_IsArray(list))
		return tk_load_fail(load, BACKOFF_E_VALUE, &at,
				    "must be an array of fields");
	cJSON_ArrayForEach(item, list)
	{
		struct tk_at place = {&at, NULL, i++};
		const char *name = tk_load_text(load, item, &place);
		int field =
			name != NULL ? tk_load_field(load, name, &place) : -1;

		if (field >= 0)
			rule->needed |= UINT64_C(1) << field;
		fine &= field >= 0;
	}
	return fine;
}

static bool
load_description(struct tk_load *load, const cJSON *object,
		 const struct tk_at *around, struct tk_rule *rule)
{
	const cJSON *item = tk_load_get(object, "description");
	struct tk_at at = {around, "description", 0};

	return item == NULL ||
	       tk_load_copy(load, item, &at, &rule->description);
}

static void
load_rule(struct tk_load *load, const cJSON *object, const struct tk_at *at,
	  struct tk_rule *rule)
{
	struct tk_file *file = load->file;
	bool fine;
	int type;

	fine = tk_load_keys(load, object, at,
			    " type when text regex in fields set attrs list "
			    "each open closes for alone countdown needs "
			    "description ");
	if (!cJSON_IsObject(object))
		return;
	type = tk_load_type(load, tk_load_get(object, "type"), at, true);
	if (type >= 100)
		rule->type = (enum tk_rule_type)(type - 100);
	else if (type >= 0)
		rule->event = (enum backoff_event_type)type;
	fine &= type >= 0;
	fine &= load_description(load, object, at, rule);
	fine &= tk_load_match(load, object, at, rule);
	if (load->status == BACKOFF_E_NOMEM)
		return;
	fine &= tk_load_maps(load, object, at, rule);
	fine &= load_attributes(load, tk_load_get(object, "attrs"), at, rule);
	fine &= load_list(load, tk_load_get(object, "list"), at, rule);
	fine &= load_each(load, tk_load_get(object, "each"), at, rule);
	fine &= load_open(load, object, at, rule);
	fine &= load_needs(load, object, at, rule);
	if (fine)
		check_holes(load, at, rule);
	note_all_before(rule);
	if (rule->type == TK_RULE_CALL ||
	    (rule->type == TK_RULE_EVENT &&
	     rule->event == BACKOFF_EVENT_SUCCESS))
		file->successes = TK_SUCCESSES_ALL;
	file->logs_attempts |= (rule->type == TK_RULE_EVENT &&
				rule->event == BACKOFF_EVENT_ATTEMPT) ||
			       rule->list != NULL;
}

void
tk_load_rules(struct tk_load *load, const cJSON *rules)
{
	struct tk_at at = {NULL, "rules", 0};
	int total = cJSON_GetArraySize(rules);
	struct tk_file *file = load->file;
	const cJSON *item;
	int i = 0;

	if (!cJSON_IsArray(rules) || total == 0 || total > TK_RULES_MAX) {
		tk_load_fail(load, BACKOFF_E_VALUE, &at,
			     "must be an array of 1 to %d rules", TK_RULES_MAX);
		return;
	}
	file->rule = tk_load_array(load, (size_t)total, sizeof(*file->rule));
	if (file->rule == NULL)
		return;
	cJSON_ArrayForEach(item, rules)
	{
		struct tk_rule *rule = &file->rule[file->rule_count++];
		struct tk_at place = {&at, NULL, i++};

		rule->file = file;
		tk_load_path(&place, rule->label, sizeof(rule->label));
		load_rule(load, item, &place, rule);
	}
}
