/* The defaults of the field table, made from rows.h. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "policy/defaults.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"

/* From a number of seconds, or of anything kept in billionths. */
#define NANO(value) (uint64_t)((value)*1e9 + 0.5)

/* Optional values are absent; names, strings and lists are empty. */
#define NAME(member, min, max)
#define TEXT(member, min, max)
#define EXTENDS(min, max)
#define DELAYS(member, min, max)
#define DURATION_OR_LIST(member, min, max)
#define MATCHERS(member, fallback)
#define LIMIT(member, min, max, value) .member = (value),
#define COUNT(member, min, max, value) .member = (value),
#define NUMBER(member, min, max, value) .member = NANO(value),
#define OPTIONAL_NUMBER(member, min, max) .member = BACKOFF_FOREVER,
#define DURATION(member, min, max, value) .member = NANO(value),
#define OPTIONAL_DURATION(member, min, max) .member = BACKOFF_FOREVER,
#define BOOL(member, value) .member = (value),
#define CHOICE(member, words, value, fallback) .member = (value),
#define FIELD(row, path, shape, written, depends, doc) shape

static const struct backoff_policy defaults = {
	BO_POLICY_TABLE(FIELD)
		/* It has no fields, and the engine reads it like the
		   others. */
		.on[BACKOFF_CLASS_UNKNOWN] = {.base_delay_ns = BACKOFF_FOREVER,
					      .max_delay_ns = BACKOFF_FOREVER,
					      .consume_attempt = true},
};

struct backoff_policy *
bo_policy_new(void)
{
	struct backoff_policy *p = bo_policy_copy(&defaults);

	if (p == NULL)
		return NULL;
	p->retry_on.item = calloc(1, sizeof(*p->retry_on.item));
	if (p->retry_on.item != NULL) {
		p->retry_on.count = 1;
		p->retry_on.item[0].kind = BO_MATCH_ANY;
		p->retry_on.item[0].text = strdup("*");
	}
	if (p->retry_on.item == NULL || p->retry_on.item[0].text == NULL) {
		backoff_policy_unref(p);
		return NULL;
	}
	return p;
}

bool
bo_policy_is_default(const struct backoff_policy *policy,
		     enum bo_policy_row row)
{
	const struct bo_policy_field *field = &bo_policy_fields[row];
	const char *at = (const char *)policy + field->offset;

	if (field->kind == BO_FIELD_DURATIONS)
		return ((const struct bo_durations *)(const void *)at)->count ==
		       0;
	return memcmp(at, (const char *)&defaults + field->offset,
		      field->size) == 0;
}

void
bo_policy_reset(struct backoff_policy *policy, enum bo_policy_row row)
{
	const struct bo_policy_field *field = &bo_policy_fields[row];
	char *at = (char *)policy + field->offset;

	memcpy(at, (const char *)&defaults + field->offset, field->size);
	if (field->kind == BO_FIELD_DURATIONS) {
		free(((struct bo_durations *)(void *)at)->ns);
		free(((struct bo_durations *)(void *)at)->high_ns);
		*(struct bo_durations *)(void *)at = (struct bo_durations){0};
	} else if (field->kind == BO_FIELD_NAME ||
		   field->kind == BO_FIELD_TEXT) {
		free(*(char **)(void *)at);
		*(char **)(void *)at = NULL;
	}
}
