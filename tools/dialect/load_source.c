/* Reads a SOURCE of a dialect file: where a value is, and how it is read. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dialect/load.h"

static const char envelope_names[] =
	"@time @message @thread @logger @level @id @host @pod @container @app "
	"@stream @pid";

/* The kind of a name with '@'; MEMBER if it is unknown. */
static enum tk_name_kind
envelope_kind(const char *text)
{
	const char *at = envelope_names;

	for (int kind = TK_NAME_TIME; *at != '\0'; kind++) {
		size_t length = strcspn(at, " ");

		if (strlen(text) == length && memcmp(at, text, length) == 0)
			return (enum tk_name_kind)kind;
		at += length + (at[length] == ' ');
	}
	return TK_NAME_MEMBER;
}

bool
tk_load_name(struct tk_load *load, const char *text, struct tk_rule *rule,
	     const struct tk_at *at, struct tk_name *out)
{
	out->kind = TK_NAME_MEMBER;
	for (size_t i = 0; rule != NULL && i < rule->hole_count; i++) {
		if (strcmp(rule->hole[i], text) != 0)
			continue;
		out->kind = TK_NAME_HOLE;
		out->hole = (unsigned)i;
		rule->holes_used |= UINT32_C(1) << i;
	}
	/* "@timestamp" and the like are members. */
	if (text[0] == '@' && out->kind == TK_NAME_MEMBER)
		out->kind = envelope_kind(text);
	if (strlen(text) > 255)
		return tk_load_fail(load, BACKOFF_E_LIMIT, at,
				    "longer than 255 bytes");
	out->text = tk_load_dup(load, text);
	out->length = strlen(text);
	return out->text != NULL;
}

static bool
load_from(struct tk_load *load, const cJSON *from, const struct tk_at *at,
	  struct tk_rule *rule, const char *first, struct tk_source *out)
{
	size_t count = 0;
	char **texts = NULL;
	bool fine = true;

	if (from != NULL)
		fine = tk_load_texts(load, from, at, TK_NAMES_MAX, &texts,
				     &count);
	out->name = tk_load_array(load, count + 1, sizeof(*out->name));
	fine &= out->name != NULL;
	if (fine && first != NULL)
		fine = tk_load_name(load, first, rule, at,
				    &out->name[out->name_count++]);
	for (size_t i = 0; fine && i < count; i++)
		fine = tk_load_name(load, texts[i], rule, at,
				    &out->name[out->name_count++]);
	for (size_t i = 0; texts != NULL && i < count; i++)
		free(texts[i]);
	free(texts);
	return fine;
}

/* "s", "ms" and so on after a prefix: 10^n ns; -1. */
static int
scale_of(const char *text, const char *prefix)
{
	static const char *const unit[] = {"ns", "us", "ms", "s"};
	size_t length = strlen(prefix);

	for (int i = 0; i < 4; i++) {
		if (strncmp(text, prefix, length) == 0 &&
		    strcmp(text + length, unit[i]) == 0)
			return 3 * i;
	}
	return -1;
}

static bool
load_unit(struct tk_load *load, const cJSON *item, const struct tk_at *at,
	  struct tk_source *out)
{
	const char *text = tk_load_text(load, item, at);
	int scale;

	if (text == NULL)
		return false;
	scale = scale_of(text, "");
	if (scale >= 0)
		out->scale = (unsigned)scale;
	else if (strcmp(text, "auto") == 0)
		out->by_size = true;
	else if (strcmp(text, "text") == 0)
		out->strict = false;
	else
		return tk_load_fail(load, BACKOFF_E_VALUE, at,
				    "must be one of: auto text s ms us ns");
	return true;
}

static bool
load_format(struct tk_load *load, const cJSON *item, const struct tk_at *at,
	    struct tk_source *out)
{
	static const enum tk_time_form forms[] = {
		TK_TIME_UNIX_NS, TK_TIME_UNIX_US, TK_TIME_UNIX_MS,
		TK_TIME_UNIX_S};
	const char *text = tk_load_text(load, item, at);
	int scale;

	if (text == NULL)
		return false;
	scale = scale_of(text, "unix_");
	if (scale >= 0)
		out->form = forms[scale / 3];
	else if (strcmp(text, "rfc3339") == 0)
		out->form = TK_TIME_WRITTEN;
	else if (strcmp(text, "auto") == 0)
		out->form = TK_TIME_AUTO;
	else
		return tk_load_fail(load, BACKOFF_E_VALUE, at,
				    "must be one of: auto rfc3339 unix_s "
				    "unix_ms unix_us unix_ns");
	return true;
}

static bool
load_add(struct tk_load *load, const cJSON *item, const struct tk_at *at,
	 struct tk_source *out)
{
	if (!cJSON_IsNumber(item) || item->valuedouble < -100 ||
	    item->valuedouble > 100 ||
	    item->valuedouble != (double)(int)item->valuedouble)
		return tk_load_fail(load, BACKOFF_E_VALUE, at,
				    "must be a whole number from -100 to 100");
	out->add = (int)item->valuedouble;
	return true;
}

static bool
has_names(enum tk_field_kind kind)
{
	return kind == TK_FIELD_OUTCOME || kind == TK_FIELD_CLASS ||
	       kind == TK_FIELD_STOP;
}

/* What a text stands for: a name of the kind's vocabulary, or any text. */
static bool
load_meaning(struct tk_load *load, const cJSON *item, const struct tk_at *at,
	     enum tk_field_kind kind, struct tk_choice *out)
{
	out->number = -1;
	if (has_names(kind)) {
		out->number = tk_load_number(load, item, at, kind);
		if (out->number < 0)
			return false;
	}
	return tk_load_copy(load, item, at, &out->text);
}

static bool
load_choices(struct tk_load *load, const cJSON *object, const struct tk_at *at,
	     enum tk_field_kind kind, struct tk_choices *out)
{
	bool fine = tk_load_keys(load, object, at, NULL);
	const cJSON *item;

	if (!fine)
		return false;
	if (cJSON_GetArraySize(object) > TK_ROWS_MAX)
		return tk_load_fail(load, BACKOFF_E_LIMIT, at,
				    "more than %d members", TK_ROWS_MAX);
	out->row = tk_load_array(load, (size_t)cJSON_GetArraySize(object),
				 sizeof(*out->row));
	if (out->row == NULL)
		return false;
	cJSON_ArrayForEach(item, object)
	{
		struct tk_choice *row = &out->row[out->count++];
		struct tk_at member = {at, item->string, 0};

		row->pattern = tk_load_dup(load, item->string);
		fine &= row->pattern != NULL &&
			load_meaning(load, item, &member, kind, row);
	}
	return fine;
}

/* Without a table the log uses the native names. */
static bool
add_vocabulary(struct tk_load *load, enum tk_field_kind kind,
	       struct tk_choices *out)
{
	char names[512];

	tk_field_vocabulary(kind, names, sizeof(names));
	out->row = tk_load_array(load, strlen(names), sizeof(*out->row));
	if (out->row == NULL)
		return false;
	for (char *at = names; *at != '\0';) {
		struct tk_choice *row = &out->row[out->count++];
		size_t length = strcspn(at, " ");
		char *next = at + length + (at[length] == ' ');

		at[length] = '\0';
		row->number = tk_field_number(kind, at);
		row->pattern = tk_load_dup(load, at);
		row->text = tk_load_dup(load, at);
		if (row->pattern == NULL || row->text == NULL)
			return false;
		at = next;
	}
	return true;
}

static const char *
known_members(enum tk_field_kind kind)
{
	static const char *const known[] = {
		[TK_FIELD_TEXT] =
			" from absent default values contains otherwise ",
		[TK_FIELD_COUNT] = " from absent default values contains "
				   "otherwise add ",
		[TK_FIELD_DURATION] = " from absent default values contains "
				      "otherwise unit ",
		[TK_FIELD_TIME] = " from absent default format zone ",
		[TK_FIELD_TYPE] = " from ",
		[TK_FIELD_OUTCOME] =
			" from absent default values contains otherwise ",
		[TK_FIELD_CLASS] =
			" from absent default values contains otherwise ",
		[TK_FIELD_STOP] =
			" from absent default values contains otherwise ",
	};
	_Static_assert(sizeof(known) / sizeof(*known) == TK_FIELD_KIND_COUNT,
		       "members for each kind of field");

	return known[kind];
}

/* A scalar as text: the default, or a constant. */
static bool
load_scalar(struct tk_load *load, const cJSON *item, const struct tk_at *at,
	    enum tk_field_kind kind, char **out)
{
	char number[32];

	if (has_names(kind) && tk_load_number(load, item, at, kind) < 0)
		return false;
	if (cJSON_IsNumber(item)) {
		snprintf(number, sizeof(number), "%.15g", item->valuedouble);
		*out = tk_load_dup(load, number);
		return *out != NULL;
	}
	if (kind == TK_FIELD_COUNT &&
	    (!cJSON_IsString(item) ||
	     item->valuestring[strspn(item->valuestring, "0123456789")] != 0))
		return tk_load_fail(load, BACKOFF_E_VALUE, at,
				    "must be a number");
	if (cJSON_IsBool(item)) {
		*out = tk_load_dup(load, cJSON_IsTrue(item) ? "true" : "false");
		return *out != NULL;
	}
	return tk_load_copy(load, item, at, out);
}

/* The members of an object that says how the value is read. */
static bool
load_reading(struct tk_load *load, const cJSON *object, const struct tk_at *at,
	     enum tk_field_kind kind, struct tk_source *out)
{
	bool fine = true;
	const cJSON *item;

	cJSON_ArrayForEach(item, object)
	{
		struct tk_at here = {at, item->string, 0};
		const char *name = item->string;

		if (strcmp(name, "unit") == 0)
			fine &= load_unit(load, item, &here, out);
		else if (strcmp(name, "format") == 0)
			fine &= load_format(load, item, &here, out);
		else if (strcmp(name, "zone") == 0)
			fine &= out->has_zone =
				tk_load_zone(load, item, &here, &out->zone_s);
		else if (strcmp(name, "add") == 0)
			fine &= load_add(load, item, &here, out);
		else if (strcmp(name, "default") == 0)
			fine &= load_scalar(load, item, &here, kind,
					    &out->fallback);
		else if (strcmp(name, "values") == 0)
			fine &= load_choices(load, item, &here, kind,
					     &out->values);
		else if (strcmp(name, "contains") == 0)
			fine &= load_choices(load, item, &here, kind,
					     &out->contains);
		else if (strcmp(name, "otherwise") == 0)
			fine &= load_meaning(load, item, &here, kind,
					     &out->otherwise);
	}
	return fine;
}

/* Texts that mean "absent": here "" is one. */
static bool
load_absent(struct tk_load *load, const cJSON *item, const struct tk_at *at,
	    struct tk_source *out)
{
	int total = cJSON_IsArray(item) ? cJSON_GetArraySize(item) : 1;
	const cJSON *element = cJSON_IsArray(item) ? item->child : item;

	if (total > TK_NAMES_MAX)
		return tk_load_fail(load, BACKOFF_E_LIMIT, at,
				    "more than %d elements", TK_NAMES_MAX);
	out->absent_given = true;
	out->absent = tk_load_array(load, (size_t)total, sizeof(char *));
	if (out->absent == NULL)
		return false;
	for (int i = 0; i < total; i++, element = element->next) {
		if (!cJSON_IsString(element))
			return tk_load_fail(load, BACKOFF_E_VALUE, at,
					    "must be a string, or a list of "
					    "strings");
		out->absent[i] = tk_load_dup(load, element->valuestring);
		if (out->absent[i] == NULL)
			return false;
		out->absent_count++;
	}
	return true;
}

bool
tk_load_source(struct tk_load *load, const cJSON *item, const struct tk_at *at,
	       enum tk_field_kind kind, struct tk_rule *rule, const char *first,
	       struct tk_source *out)
{
	struct tk_at from_at = {at, "from", 0};
	struct tk_at absent_at = {at, "absent", 0};
	const cJSON *from, *absent;
	bool fine;

	out->scale = 9;
	out->otherwise.number = -1;
	out->strict = load->strict;
	if (load->file->has_zone) {
		out->has_zone = true;
		out->zone_s = load->file->zone_s;
	}
	if (!cJSON_IsObject(item))
		return load_from(load, item, at, rule, first, out) &&
		       (!has_names(kind) ||
			add_vocabulary(load, kind, &out->values));
	fine = tk_load_keys(load, item, at, known_members(kind));
	from = tk_load_get(item, "from");
	/* What the rules of a file share may be about their holes. */
	if (from == NULL && first == NULL && (rule != NULL || load->strict))
		fine = tk_load_fail(load, BACKOFF_E_FIELD, &from_at,
				    "is missing");
	fine &= load_from(load, from, &from_at, rule, first, out);
	absent = tk_load_get(item, "absent");
	if (absent != NULL)
		fine &= load_absent(load, absent, &absent_at, out);
	fine &= load_reading(load, item, at, kind, out);
	if (fine && has_names(kind) && out->values.count == 0 &&
	    out->contains.count == 0)
		fine = add_vocabulary(load, kind, &out->values);
	return fine;
}

bool
tk_load_constant(struct tk_load *load, const cJSON *item,
		 const struct tk_at *at, enum tk_field_kind kind,
		 struct tk_source *out)
{
	/* Without members, nothing else is set. With them, it is in their
	 * unit. */
	if (out->name_count == 0)
		out->scale = 9;
	return load_scalar(load, item, at, kind, &out->fallback);
}

static void
clear_choices(struct tk_choices *choices)
{
	for (size_t i = 0; i < choices->count; i++) {
		free(choices->row[i].pattern);
		free(choices->row[i].text);
	}
	free(choices->row);
}

void
tk_source_clear(struct tk_source *source)
{
	for (size_t i = 0; i < source->name_count; i++)
		free(source->name[i].text);
	free(source->name);
	for (size_t i = 0; i < source->absent_count; i++)
		free(source->absent[i]);
	free(source->absent);
	free(source->fallback);
	clear_choices(&source->values);
	clear_choices(&source->contains);
	free(source->otherwise.text);
	memset(source, 0, sizeof(*source));
}
