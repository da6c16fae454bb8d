/* The matchers of retry_on and abort_on. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "policy/decode_matcher.h"

#include <stdlib.h>
#include <string.h>

#include "policy/matcher_code.h"
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

/* Read "http:5xx" or "http:500-599" as a range; false for a single code. A
 * gRPC status is always a range, as it has a number and many spellings. */
static bool
read_range(struct bo_matcher *m, const char *colon)
{
	const char *p = colon + 1, *dash = strchr(p, '-');

	m->space_length = (size_t)(p - m->text);
	m->kind = BO_MATCH_STATE_RANGE;
	if (strncmp(m->text, "sqlstate:", 9) == 0)
		return bo_sqlstate_range(p, &m->low, &m->high);
	m->kind = BO_MATCH_GRPC_RANGE;
	if (strncmp(m->text, "grpc:", 5) == 0)
		return bo_grpc_range(p, &m->low, &m->high);
	m->kind = BO_MATCH_CODE_RANGE;
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
	else if (!read_range(m, colon))
		m->kind = BO_MATCH_CODE;
	if (m->kind != BO_MATCH_CODE && m->low > m->high) {
		bo_decoding_report(d, BACKOFF_E_VALUE, place, false,
				   "range is reversed (low > high)");
		return false;
	}
	return true;
}

/* Compile one pattern of a message matcher. */
static bool
read_pattern(struct bo_decoding *d, const struct bo_place *place,
	     const char *name, struct bo_pattern **pattern, char **text)
{
	const cJSON *node = cJSON_GetObjectItemCaseSensitive(place->node, name);
	struct bo_place at = {place, node, 0, name};
	const char *problem = NULL;
	enum backoff_status status;

	for (const cJSON *n = place->node->child; n != node; n = n->next)
		at.ordinal++;
	status = bo_pattern_compile(cJSON_GetStringValue(node), pattern,
				    &problem);
	if (status != BACKOFF_OK) {
		bo_decoding_report(d, status, &at, false, "%s",
				   problem != NULL ? problem : "out of memory");
		return false;
	}
	*text = strdup(cJSON_GetStringValue(node));
	return *text != NULL;
}

/* Whether an object has "message_regex", may have "unless", once each, and
 * nothing else. */
static bool
is_message_matcher(const cJSON *object)
{
	int patterns = 0, exceptions = 0, count = 0;
	const cJSON *node;

	cJSON_ArrayForEach(node, object)
	{
		count++;
		if (!cJSON_IsString(node))
			return false;
		patterns += strcmp(node->string, "message_regex") == 0;
		exceptions += strcmp(node->string, "unless") == 0;
	}
	return patterns == 1 && exceptions <= 1 &&
	       patterns + exceptions == count;
}

static bool
read_message_matcher(struct bo_decoding *d, const struct bo_place *place,
		     struct bo_matcher *m)
{
	if (!is_message_matcher(place->node)) {
		bo_decoding_report(
			d, BACKOFF_E_VALUE, place, false,
			"must be an object with \"message_regex\" and nothing "
			"else but \"unless\"");
		return false;
	}
	m->kind = BO_MATCH_MESSAGE;
	if (!read_pattern(d, place, "message_regex", &m->pattern, &m->text))
		return false;
	return cJSON_GetObjectItemCaseSensitive(place->node, "unless") ==
		       NULL ||
	       read_pattern(d, place, "unless", &m->unless, &m->unless_text);
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
