/* Reads what a line must be for a rule: `when`, `text` and `regex`. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dialect/load.h"

/* Three characters, digits or 'x' for any, with an 'x'. */
static bool
is_class(const char *text)
{
	return strlen(text) == 3 && strspn(text, "0123456789x") == 3 &&
	       strchr(text, 'x') != NULL;
}

static bool
load_wanted(struct tk_load *load, const cJSON *item, const struct tk_at *at,
	    struct tk_wanted *out)
{
	char number[32];

	if (cJSON_IsNumber(item)) {
		snprintf(number, sizeof(number), "%.15g", item->valuedouble);
		out->text = tk_load_dup(load, number);
	} else if (cJSON_IsBool(item)) {
		out->text = tk_load_dup(load,
					cJSON_IsTrue(item) ? "true" : "false");
	} else if (cJSON_IsString(item)) {
		out->text = tk_load_dup(load, item->valuestring);
		out->any = strcmp(item->valuestring, "*") == 0;
		out->is_class = is_class(item->valuestring);
	} else if (cJSON_IsNull(item)) {
		out->text = tk_load_dup(load, "");
		out->none = true;
	} else {
		return tk_load_fail(load, BACKOFF_E_VALUE, at,
				    "must be a string, a number, true, false, "
				    "null or a list of them");
	}
	return out->text != NULL;
}

/* Names between '|'. */
static bool
load_names(struct tk_load *load, const char *names, const struct tk_at *at,
	   struct tk_condition *out)
{
	out->name = tk_load_array(load, TK_NAMES_MAX, sizeof(*out->name));
	if (out->name == NULL)
		return false;
	for (const char *name = names;; name++) {
		size_t length = strcspn(name, "|");
		char copy[256];

		if (out->name_count == TK_NAMES_MAX || length == 0 ||
		    length >= sizeof(copy))
			return tk_load_fail(load, BACKOFF_E_LIMIT, at,
					    "must be at most %d names of at "
					    "most 255 bytes, with | between "
					    "them",
					    TK_NAMES_MAX);
		memcpy(copy, name, length);
		copy[length] = '\0';
		if (!tk_load_name(load, copy, NULL, at,
				  &out->name[out->name_count++]))
			return false;
		name += length;
		if (*name == '\0')
			return true;
	}
}

bool
tk_load_condition(struct tk_load *load, const cJSON *item,
		  const struct tk_at *at, const char *names,
		  struct tk_condition *out)
{
	int total = cJSON_IsArray(item) ? cJSON_GetArraySize(item) : 1;
	bool fine = load_names(load, names, at, out);
	const cJSON *element;
	int i = 0;

	if (!fine)
		return false;
	if (total == 0 || total > TK_ROWS_MAX)
		return tk_load_fail(load, BACKOFF_E_LIMIT, at,
				    "must have from 1 to %d values",
				    TK_ROWS_MAX);
	out->wanted = tk_load_array(load, (size_t)total, sizeof(*out->wanted));
	if (out->wanted == NULL)
		return false;
	if (!cJSON_IsArray(item))
		return load_wanted(load, item, at,
				   &out->wanted[out->wanted_count++]);
	cJSON_ArrayForEach(element, item)
	{
		struct tk_at place = {at, NULL, i++};

		fine &= load_wanted(load, element, &place,
				    &out->wanted[out->wanted_count++]);
	}
	return fine;
}

static bool
load_when(struct tk_load *load, const cJSON *when, const struct tk_at *around,
	  struct tk_rule *rule)
{
	struct tk_at at = {around, "when", 0};
	bool fine = tk_load_keys(load, when, &at, NULL);
	int total = cJSON_GetArraySize(when);
	const cJSON *item;

	if (!fine)
		return false;
	if (total == 0 || total > TK_ROWS_MAX)
		return tk_load_fail(load, BACKOFF_E_LIMIT, &at,
				    "must have from 1 to %d members",
				    TK_ROWS_MAX);
	rule->condition =
		tk_load_array(load, (size_t)total, sizeof(*rule->condition));
	if (rule->condition == NULL)
		return false;
	cJSON_ArrayForEach(item, when)
	{
		struct tk_at member = {&at, item->string, 0};

		fine &= tk_load_condition(
			load, item, &member, item->string,
			&rule->condition[rule->condition_count++]);
	}
	return fine;
}

/* Get the index of a hole in the rule; TK_HOLES_MAX for "_", -1 after an
 * error. */
static int
add_hole(struct tk_load *load, const char *name, const struct tk_at *at,
	 struct tk_rule *rule)
{
	if (strcmp(name, "_") == 0)
		return TK_HOLES_MAX;
	for (size_t i = 0; i < rule->hole_count; i++) {
		if (strcmp(rule->hole[i], name) == 0)
			return (int)i;
	}
	if (rule->hole_count == TK_HOLES_MAX) {
		tk_load_fail(load, BACKOFF_E_LIMIT, at,
			     "more than %d different holes in a rule",
			     TK_HOLES_MAX);
		return -1;
	}
	rule->hole[rule->hole_count] = tk_load_dup(load, name);
	if (rule->hole[rule->hole_count] == NULL)
		return -1;
	return (int)rule->hole_count++;
}

static bool
add_pattern(struct tk_load *load, const char *text, bool is_regex,
	    const struct tk_at *at, struct tk_rule *rule)
{
	struct tk_pattern *made = &rule->pattern[rule->pattern_count];
	struct backoff_error error = {.size = sizeof(error)};
	enum backoff_status status;
	size_t count;

	status = is_regex ? tk_regex_parse(text, &made->regex, &error)
			  : tk_template_parse(text, &made->pattern, &error);
	if (status == BACKOFF_E_NOMEM)
		return tk_load_no_memory(load);
	if (status != BACKOFF_OK)
		return tk_load_fail(load, status, at, "%s", error.text);
	rule->pattern_count++;
	count = is_regex ? tk_regex_hole_count(made->regex)
			 : tk_template_hole_count(made->pattern);
	for (size_t i = 0; i < count; i++) {
		int hole =
			add_hole(load,
				 is_regex ? tk_regex_hole(made->regex, i)
					  : tk_template_hole(made->pattern, i),
				 at, rule);

		if (hole < 0)
			return false;
		made->hole[i] = (unsigned char)hole;
	}
	return true;
}

static bool
load_patterns(struct tk_load *load, const cJSON *item, const char *name,
	      const struct tk_at *around, struct tk_rule *rule)
{
	struct tk_at at = {around, name, 0};
	bool is_regex = strcmp(name, "regex") == 0, fine;
	char **texts = NULL;
	size_t count = 0;

	fine = tk_load_texts(load, item, &at, TK_PATTERNS_MAX, &texts, &count);
	for (size_t i = 0; fine && i < count; i++) {
		struct tk_at place = {&at, NULL, (int)i};

		fine &= add_pattern(load, texts[i], is_regex,
				    cJSON_IsArray(item) ? &place : &at, rule);
	}
	for (size_t i = 0; texts != NULL && i < count; i++)
		free(texts[i]);
	free(texts);
	return fine;
}

void
tk_load_also(struct tk_load *load, const cJSON *item)
{
	struct tk_at at = {NULL, "also", 0};
	struct tk_file *file = load->file;
	char **texts = NULL;
	size_t count = 0;

	if (item == NULL ||
	    !tk_load_texts(load, item, &at, TK_ALSO_MAX, &texts, &count))
		return;
	file->also = tk_load_array(load, count, sizeof(*file->also));
	for (size_t i = 0; i < count; i++) {
		struct tk_at place = {&at, NULL, (int)i};
		struct backoff_error error = {.size = sizeof(error)};
		struct tk_regex *made = NULL;
		enum backoff_status status = BACKOFF_OK;

		if (file->also != NULL)
			status = tk_regex_parse(texts[i], &made, &error);
		if (made != NULL)
			file->also[file->also_count++] = made;
		if (status == BACKOFF_E_NOMEM)
			tk_load_no_memory(load);
		else if (status != BACKOFF_OK)
			tk_load_fail(load, status, &place, "%s", error.text);
		else if (made != NULL && tk_regex_hole_count(made) == 0)
			tk_load_fail(load, BACKOFF_E_VALUE, &place,
				     "has no named group");
		free(texts[i]);
	}
	free(texts);
}

/* The holes of `also` are holes of each rule that looks at a message. */
static bool
add_also(struct tk_load *load, const struct tk_at *at, struct tk_rule *rule)
{
	const struct tk_file *file = load->file;
	size_t before = rule->hole_count;

	if (file->also_count == 0 || rule->pattern_count == 0)
		return true;
	rule->also = tk_load_array(load, file->also_count, sizeof(*rule->also));
	if (rule->also == NULL)
		return false;
	for (size_t i = 0; i < file->also_count; i++) {
		const struct tk_regex *also = file->also[i];

		for (size_t h = 0; h < tk_regex_hole_count(also); h++) {
			int hole = add_hole(load, tk_regex_hole(also, h), at,
					    rule);

			if (hole < 0)
				return false;
			rule->also[i][h] = (unsigned char)hole;
		}
	}
	for (size_t i = before; i < rule->hole_count; i++)
		rule->holes_also |= UINT32_C(1) << i;
	return true;
}

static size_t
count_texts(const cJSON *item)
{
	return cJSON_IsArray(item) ? (size_t)cJSON_GetArraySize(item) : 1;
}

bool
tk_load_match(struct tk_load *load, const cJSON *object, const struct tk_at *at,
	      struct tk_rule *rule)
{
	const cJSON *when = tk_load_get(object, "when");
	const cJSON *text = tk_load_get(object, "text");
	const cJSON *regex = tk_load_get(object, "regex");
	const cJSON *in = tk_load_get(object, "in");
	struct tk_at in_at = {at, "in", 0};
	bool fine = true;

	if (when == NULL && text == NULL && regex == NULL)
		return tk_load_fail(load, BACKOFF_E_FIELD, at,
				    "needs \"when\", \"text\" or \"regex\"");
	rule->pattern =
		tk_load_array(load, count_texts(text) + count_texts(regex),
			      sizeof(*rule->pattern));
	if (rule->pattern == NULL)
		return false;
	if (when != NULL)
		fine &= load_when(load, when, at, rule);
	if (text != NULL)
		fine &= load_patterns(load, text, "text", at, rule);
	if (regex != NULL)
		fine &= load_patterns(load, regex, "regex", at, rule);
	fine &= add_also(load, at, rule);
	if (in == NULL)
		return fine;
	if (text == NULL && regex == NULL)
		return tk_load_fail(load, BACKOFF_E_FIELD, &in_at,
				    "needs \"text\" or \"regex\"");
	rule->has_in = true;
	return tk_load_source(load, in, &in_at, TK_FIELD_TEXT, NULL, NULL,
			      &rule->in) &&
	       fine;
}
