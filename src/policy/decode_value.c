/* Reads values of policy fields and checks their ranges. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "policy/decode_value.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/json.h"
#include "base/nearest.h"
#include "policy/decode_matcher.h"

/* The text that a number or string was read from. */
static struct bo_json_value
piece_of(const struct bo_decoding *d, const struct bo_place *place)
{
	const char *at = bo_place_find(d, place, false);
	struct bo_json_value value = {.at = at};
	struct bo_json json;

	bo_json_begin(&json, at, (size_t)(d->text + d->length - at));
	if (!bo_json_value(&json, &value))
		value.length = 0;
	return value;
}

/* How to say that there is no limit, if that is possible. */
static const char *
no_limit(const struct bo_policy_field *field)
{
	static const char *const optional[] = {"deadline", "attempt_timeout",
					       "reset_after", "hedge.delay"};

	if (field->unlimited)
		return "; for no limit, set a deadline and write \"unlimited\"";
	for (size_t i = 0; i < sizeof(optional) / sizeof(*optional); i++)
		if (strcmp(field->info.path, optional[i]) == 0)
			return "; for none, leave the field out";
	return "";
}

/* What to write instead of a number in quotes; "" if it is not one. */
static const char *
without_quotes(const cJSON *node, char text[64])
{
	uint64_t ignored;

	text[0] = '\0';
	if (cJSON_IsString(node) && strlen(node->valuestring) <= 24 &&
	    bo_decimal_parse(node->valuestring, strlen(node->valuestring), 9,
			     &ignored) == BO_DECIMAL_OK)
		snprintf(text, 64, "; write %s without quotes",
			 node->valuestring);
	return text;
}

static void
report_range(struct bo_decoding *d, const struct bo_place *place,
	     const struct bo_policy_field *field, enum bo_decimal verdict,
	     bool low, const struct bo_json_value *piece)
{
	double limit = low ? field->info.min : field->info.max;
	/* "1 second", "2 seconds", "1". */
	const char *unit = field->info.unit;
	int unit_length = (int)strlen(unit) - (unit[0] != '\0' && limit == 1);
	int shown = piece->length > 40 ? 40 : (int)piece->length;

	if (verdict == BO_DECIMAL_FRACTION)
		bo_decoding_report(d, BACKOFF_E_VALUE, place, false,
				   "must be a whole number (got %.*s)", shown,
				   piece->at);
	/* No amount lies between 0 and a billionth. */
	else if (low && limit == 1e-9)
		bo_decoding_report(d, BACKOFF_E_VALUE, place, false,
				   "must be more than 0 (got %.*s)%s", shown,
				   piece->at, no_limit(field));
	else
		bo_decoding_report(d, BACKOFF_E_VALUE, place, false,
				   "must be %.10g%s%.*s or %s (got %.*s)%s",
				   limit, unit[0] != '\0' ? " " : "",
				   unit_length, unit, low ? "more" : "less",
				   shown, piece->at, no_limit(field));
}

/* Read a number or, for durations, a string with a unit. The amount is in
 * billionths (counts as they are) and inside the row's range. */
static bool
read_amount(struct bo_decoding *d, const struct bo_place *place,
	    const struct bo_policy_field *field, uint64_t *out)
{
	bool count = field->kind == BO_FIELD_COUNT;
	bool duration = field->kind == BO_FIELD_DURATION ||
			field->kind == BO_FIELD_DURATIONS;
	double scale = count ? 1 : 1e9;
	struct bo_json_value piece;
	enum bo_decimal verdict;
	uint64_t value = 0;
	char quoted[64];

	if (!cJSON_IsNumber(place->node) &&
	    !(duration && cJSON_IsString(place->node))) {
		const char *advice = without_quotes(place->node, quoted);

		bo_decoding_report(d, BACKOFF_E_VALUE, place, false,
				   "must be %s (got %s)%s",
				   duration ? "a duration: seconds, or a "
					      "string with a unit "
					      "like \"500ms\" or \"2m\""
				   : count  ? "a whole number"
					    : "a number",
				   bo_describe_node(place->node),
				   advice[0] != '\0' ? advice
						     : no_limit(field));
		return false;
	}
	piece = piece_of(d, place);
	if (cJSON_IsString(place->node))
		verdict = bo_duration_parse(place->node->valuestring,
					    strlen(place->node->valuestring),
					    &value);
	else
		verdict = bo_decimal_parse(piece.at, piece.length,
					   count ? 0 : 9, &value);
	if (verdict == BO_DECIMAL_MALFORMED) {
		bo_decoding_report(
			d, BACKOFF_E_VALUE, place, false,
			"must be a duration with a unit (ns, us, ms, s, m, h, "
			"d) like \"500ms\" or \"2m\" (got \"%.*s\")%s",
			piece.length > 40 ? 40 : (int)piece.length, piece.at,
			without_quotes(place->node, quoted));
		return false;
	}
	bool low = verdict == BO_DECIMAL_NEGATIVE ||
		   (verdict == BO_DECIMAL_OK &&
		    (double)value < field->info.min * scale);

	if (verdict != BO_DECIMAL_OK || low ||
	    value > (uint64_t)(field->info.max * scale)) {
		report_range(d, place, field, verdict, low, &piece);
		return false;
	}
	*out = value;
	return true;
}

static void
read_name(struct bo_decoding *d, const struct bo_place *place,
	  const struct bo_policy_field *field, char **out)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-.";
	const char *text = cJSON_GetStringValue(place->node);
	size_t length = text != NULL ? strlen(text) : 0;
	char *copy;

	if (text == NULL) {
		bo_decoding_report(d, BACKOFF_E_VALUE, place, false,
				   "must be a string (got %s)",
				   bo_describe_node(place->node));
		return;
	}
	if (length < (size_t)field->info.min ||
	    length > (size_t)field->info.max) {
		bo_decoding_report(d, BACKOFF_E_VALUE, place, false,
				   "must have %.0f to %.0f bytes (got %zu)",
				   field->info.min, field->info.max, length);
		return;
	}
	if (field->kind == BO_FIELD_NAME && strspn(text, allowed) != length) {
		bo_decoding_report(
			d, BACKOFF_E_VALUE, place, false,
			"must consist of letters, digits, '_', '-' and '.'");
		return;
	}
	copy = strdup(text);
	if (copy == NULL) {
		bo_decoding_report(d, BACKOFF_E_NOMEM, place, false,
				   "out of memory");
		return;
	}
	free(*out);
	*out = copy;
}

static void
read_enum(struct bo_decoding *d, const struct bo_place *place,
	  const struct bo_policy_field *field, void *out)
{
	const char *text = cJSON_GetStringValue(place->node), *near;
	unsigned value = 0;

	if (text == NULL) {
		bo_decoding_report(d, BACKOFF_E_VALUE, place, false,
				   "must be one of: %s (got %s)",
				   field->info.names,
				   bo_describe_node(place->node));
		return;
	}
	while (field->names[value] != NULL &&
	       strcmp(field->names[value], text) != 0)
		value++;
	if (field->names[value] != NULL) {
		memcpy(out, &value, sizeof(value));
		return;
	}
	near = bo_nearest(text, field->names, SIZE_MAX);
	if (near != NULL)
		bo_decoding_report(
			d, BACKOFF_E_VALUE, place, false,
			"no such value \"%.40s\"; did you mean \"%s\"?", text,
			near);
	else
		bo_decoding_report(d, BACKOFF_E_VALUE, place, false,
				   "must be one of: %s (got \"%.40s\")",
				   field->info.names, text);
}

/* A range in place of a duration: its lowest and its highest value. */
static bool
read_range(struct bo_decoding *d, const struct bo_place *place,
	   const struct bo_policy_field *field, uint64_t *low, uint64_t *high)
{
	const struct bo_place first = {
		place, cJSON_GetArrayItem(place->node, 0), 0, NULL};
	const struct bo_place second = {
		place, cJSON_GetArrayItem(place->node, 1), 1, NULL};
	int count = cJSON_GetArraySize(place->node);

	if (count != 2) {
		bo_decoding_report(
			d, BACKOFF_E_VALUE, place, false,
			"a range has a lowest and a highest duration "
			"(got %d)",
			count);
		return false;
	}
	if (!read_amount(d, &first, field, low) ||
	    !read_amount(d, &second, field, high))
		return false;
	if (*low <= *high)
		return true;
	bo_decoding_report(d, BACKOFF_E_VALUE, place, false,
			   "range is reversed (%.10g > %.10g seconds)",
			   (double)*low / 1e9, (double)*high / 1e9);
	return false;
}

/* Read each element, and the upper ends of those that are ranges. */
static bool
read_elements(struct bo_decoding *d, const struct bo_place *place,
	      const struct bo_policy_field *field, struct bo_durations *list,
	      bool *any_range)
{
	const cJSON *element;
	size_t i = 0;
	bool good = true;

	cJSON_ArrayForEach(element, place->node)
	{
		struct bo_place at = {place, element, i, NULL};

		list->high_ns[i] = BACKOFF_FOREVER;
		if (field->ranges && cJSON_IsArray(element)) {
			*any_range = true;
			good &= read_range(d, &at, field, &list->ns[i],
					   &list->high_ns[i]);
		} else {
			good &= read_amount(d, &at, field, &list->ns[i]);
		}
		i++;
	}
	return good;
}

static void
clear_durations(struct bo_durations *list)
{
	free(list->ns);
	free(list->high_ns);
	*list = (struct bo_durations){0};
}

static void
read_durations(struct bo_decoding *d, const struct bo_place *place,
	       const struct bo_policy_field *field, struct bo_durations *out)
{
	struct bo_durations list = {.count = 1};
	bool good, any_range = false;

	if (cJSON_IsArray(place->node))
		list.count = (size_t)cJSON_GetArraySize(place->node);
	else if (!field->scalar) {
		bo_decoding_report(d, BACKOFF_E_VALUE, place, false,
				   "must be an array of durations (got %s)",
				   bo_describe_node(place->node));
		return;
	}
	if (list.count < 1 || list.count > 1000) {
		bo_decoding_report(d, BACKOFF_E_VALUE, place, false,
				   "must have 1 to 1000 entries (got %zu)",
				   list.count);
		return;
	}
	list.ns = calloc(list.count, sizeof(*list.ns));
	list.high_ns = calloc(list.count, sizeof(*list.high_ns));
	if (list.ns == NULL || list.high_ns == NULL) {
		bo_decoding_report(d, BACKOFF_E_NOMEM, place, false,
				   "out of memory");
		good = false;
	} else if (cJSON_IsArray(place->node)) {
		good = read_elements(d, place, field, &list, &any_range);
	} else {
		good = read_amount(d, place, field, &list.ns[0]);
	}
	if (!good) {
		clear_durations(&list);
		return;
	}
	if (!any_range) {
		free(list.high_ns);
		list.high_ns = NULL;
	}
	clear_durations(out);
	*out = list;
}

void
bo_decoding_read(struct bo_decoding *d, const struct bo_place *place,
		 enum bo_policy_row row)
{
	const struct bo_policy_field *field = &bo_policy_fields[row];
	char *at = (char *)d->policy + field->offset;
	uint64_t amount;

	switch (field->kind) {
	case BO_FIELD_NAME:
	case BO_FIELD_TEXT:
		read_name(d, place, field, (char **)(void *)at);
		break;
	case BO_FIELD_COUNT:
		if (field->unlimited && cJSON_IsString(place->node) &&
		    strcmp(place->node->valuestring, "unlimited") == 0)
			*(uint32_t *)(void *)at = BO_ATTEMPTS_UNLIMITED;
		else if (read_amount(d, place, field, &amount))
			*(uint32_t *)(void *)at = (uint32_t)amount;
		break;
	case BO_FIELD_DURATION:
	case BO_FIELD_NUMBER:
		if (read_amount(d, place, field, &amount))
			*(uint64_t *)(void *)at = amount;
		break;
	case BO_FIELD_ENUM:
		read_enum(d, place, field, at);
		break;
	case BO_FIELD_BOOL:
		if (cJSON_IsBool(place->node))
			*(bool *)(void *)at = cJSON_IsTrue(place->node);
		else
			bo_decoding_report(d, BACKOFF_E_VALUE, place, false,
					   "must be true or false (got %s)",
					   bo_describe_node(place->node));
		break;
	case BO_FIELD_DURATIONS:
		read_durations(d, place, field,
			       (struct bo_durations *)(void *)at);
		break;
	case BO_FIELD_MATCHERS:
		bo_decoding_matchers(d, place,
				     (struct bo_matchers *)(void *)at);
		break;
	case BO_FIELD_EXTENDS:
		break;
	}
}
