/* The matchers of retry_on and abort_on. */
#include "config.h"

#include "policy/decode.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "policy/pattern.h"

/* "http:5xx" or "http:500-599" to a range; false if it is a plain code. */
static bool
read_range(struct bo_matcher *m, const char *colon)
{
	const char *p = colon + 1, *dash = strchr(p, '-');
	uint64_t low, high;

	m->space_length = (size_t)(p - m->text);
	if (p[0] >= '1' && p[0] <= '9' && strcmp(p + 1, "xx") == 0) {
		m->low = (uint32_t)(p[0] - '0') * 100;
		m->high = m->low + 99;
		return true;
	}
	if (dash == NULL ||
	    bo_decimal_parse(p, (size_t)(dash - p), 0, &low) != BO_DECIMAL_OK ||
	    bo_decimal_parse(dash + 1, strlen(dash + 1), 0, &high) !=
		    BO_DECIMAL_OK ||
	    low > high || high > UINT32_MAX)
		return false;
	m->low = (uint32_t)low;
	m->high = (uint32_t)high;
	return true;
}

static void
read_text_matcher(struct bo_matcher *m)
{
	const char *colon = strchr(m->text, ':');

	for (int c = 0; c <= BACKOFF_CLASS_FATAL; c++) {
		if (strcmp(m->text,
			   backoff_class_name((enum backoff_class)c)) == 0) {
			m->kind = BO_MATCH_CLASS;
			m->failure_class = (enum backoff_class)c;
			return;
		}
	}
	if (strcmp(m->text, "*") == 0)
		m->kind = BO_MATCH_ANY;
	else if (colon == NULL)
		m->kind = BO_MATCH_ERROR_TYPE;
	else
		m->kind = read_range(m, colon) ? BO_MATCH_CODE_RANGE
					       : BO_MATCH_CODE;
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
read_matcher(struct bo_decoding *d, const struct bo_place *place,
	     struct bo_matcher *m)
{
	const char *text = cJSON_GetStringValue(place->node);

	if (cJSON_IsObject(place->node))
		return read_message_matcher(d, place, m);
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
	read_text_matcher(m);
	return true;
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
