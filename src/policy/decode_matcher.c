/* The matchers of retry_on and abort_on. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "policy/decode_matcher.h"

#include <stdlib.h>
#include <string.h>

#include "policy/matcher_text.h"
#include "policy/pattern.h"

/* The digits of a code; leading zeros are allowed ("sqlstate:08006"). */
static bool
read_code(const char *p, size_t length, uint32_t *out)
{
	uint32_t value = 0;

	if (length < 1 || length > 9)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		value = value * 10 + (uint32_t)(p[i] - '0');
	}
	*out = value;
	return true;
}

/* Read "http:5xx" or "http:500-599" as a range; false for a single code. */
static bool
read_range(struct bo_matcher *m, const char *colon)
{
	const char *p = colon + 1, *dash = strchr(p, '-');

	m->space_length = (size_t)(p - m->text);
	if (p[0] >= '1' && p[0] <= '9' && strcmp(p + 1, "xx") == 0) {
		m->low = (uint32_t)(p[0] - '0') * 100;
		m->high = m->low + 99;
		return true;
	}
	return dash != NULL && read_code(p, (size_t)(dash - p), &m->low) &&
	       read_code(dash + 1, strlen(dash + 1), &m->high);
}

static bool
read_text_matcher(struct bo_decoding *d, const struct bo_place *place,
		  struct bo_matcher *m)
{
	const char *colon = bo_matcher_colon(m->text);
	char why[sizeof(d->error->text)];

	if (bo_matcher_is_useless(m->text, why, sizeof(why))) {
		bo_decoding_report(d, BACKOFF_E_VALUE, place, false,
				   "%s (got \"%.64s\")", why, m->text);
		return false;
	}
	for (int c = 0; c < BACKOFF_CLASS_COUNT; c++) {
		if (strcmp(m->text,
			   backoff_class_name((enum backoff_class)c)) == 0) {
			m->kind = BO_MATCH_CLASS;
			m->failure_class = (enum backoff_class)c;
			return true;
		}
	}
	if (strcmp(m->text, "*") == 0)
		m->kind = BO_MATCH_ANY;
	else if (colon == NULL)
		m->kind = BO_MATCH_ERROR_TYPE;
	else
		m->kind = read_range(m, colon) ? BO_MATCH_CODE_RANGE
					       : BO_MATCH_CODE;
	if (m->kind == BO_MATCH_CODE_RANGE && m->low > m->high) {
		bo_decoding_report(d, BACKOFF_E_VALUE, place, false,
				   "range is reversed (low > high)");
		return false;
	}
	return true;
}

static bool
read_message_matcher(struct bo_decoding *d, const struct bo_place *place,
		     struct bo_matcher *m)
{
	const cJSON *regex = place->node->child;
	struct bo_place at = {place, regex, 0, "message_regex"};
	const char *problem = NULL;
	enum backoff_status status;

	if (regex == NULL || regex->next != NULL ||
	    strcmp(regex->string, "message_regex") != 0 ||
	    !cJSON_IsString(regex)) {
		bo_decoding_report(
			d, BACKOFF_E_VALUE, place, false,
			"must be an object with \"message_regex\" and nothing "
			"else");
		return false;
	}
	status = bo_pattern_compile(regex->valuestring, &m->pattern, &problem);
	if (status != BACKOFF_OK) {
		bo_decoding_report(d, status, &at, false, "%s",
				   problem != NULL ? problem : "out of memory");
		return false;
	}
	m->kind = BO_MATCH_MESSAGE;
	m->text = strdup(regex->valuestring);
	return m->text != NULL;
}

static bool
is_status(const cJSON *node)
{
	return node->valuedouble == node->valueint && node->valueint >= 100 &&
	       node->valueint <= 999;
}

static bool
read_matcher(struct bo_decoding *d, const struct bo_place *place,
	     struct bo_matcher *m)
{
	const char *text = cJSON_GetStringValue(place->node);

	if (cJSON_IsObject(place->node))
		return read_message_matcher(d, place, m);
	if (cJSON_IsNumber(place->node) && is_status(place->node)) {
		bo_decoding_report(
			d, BACKOFF_E_VALUE, place, false,
			"must be a text; write \"http:%d\" for an HTTP status",
			place->node->valueint);
		return false;
	}
	if (text == NULL || text[0] == '\0' || strlen(text) > 128) {
		bo_decoding_report(
			d, BACKOFF_E_VALUE, place, false,
			"must be \"*\", a class, an error type, a code like "
			"\"http:503\", a range like \"http:5xx\", or "
			"{\"message_regex\": ...}");
		return false;
	}
	m->text = strdup(text);
	if (m->text == NULL) {
		bo_decoding_report(d, BACKOFF_E_NOMEM, place, false,
				   "out of memory");
		return false;
	}
	return read_text_matcher(d, place, m);
}

void
bo_decoding_matchers(struct bo_decoding *d, const struct bo_place *place,
		     struct bo_matchers *out)
{
	int size = cJSON_IsArray(place->node) ? cJSON_GetArraySize(place->node)
					      : -1;
	struct bo_matchers made = {0};
	const cJSON *element;
	bool good = true;

	if (cJSON_IsString(place->node)) {
		bo_decoding_report(d, BACKOFF_E_VALUE, place, false,
				   "must be an array; write [\"%.64s\"]",
				   place->node->valuestring);
		return;
	}
	if (size < 0 || size > 256) {
		bo_decoding_report(
			d, BACKOFF_E_VALUE, place, false,
			"must be an array of at most 256 matchers (got %s)",
			size < 0 ? bo_describe_node(place->node) : "more");
		return;
	}
	made.item = calloc(size > 0 ? (size_t)size : 1, sizeof(*made.item));
	if (made.item == NULL) {
		bo_decoding_report(d, BACKOFF_E_NOMEM, place, false,
				   "out of memory");
		return;
	}
	cJSON_ArrayForEach(element, place->node)
	{
		struct bo_place at = {place, element, made.count, NULL};

		good = read_matcher(d, &at, &made.item[made.count++]) && good;
	}
	if (!good) {
		bo_matchers_clear(&made);
		if (d->errors == 0)
			bo_decoding_report(d, BACKOFF_E_NOMEM, place, false,
					   "out of memory");
		return;
	}
	bo_matchers_clear(out);
	*out = made;
}
