/* Rate limits of an answer, as its headers describe them one by one. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdbool.h>
#include <stddef.h>

#include <backoff/outcome.h>

#include "outcome/hint.h"

/* The place of a limit; NULL if it is not there and there is no room. */
static struct backoff_limit *
place_of(struct backoff_limits *limits, uint64_t key)
{
	uint32_t i = 0;

	/* A caller may not have zeroed an outcome that it fills by hand. */
	if (limits->count > BACKOFF_LIMITS_MAX)
		limits->count = 0;
	while (i < limits->count && limits->limit[i].key != key)
		i++;
	if (i == BACKOFF_LIMITS_MAX)
		return NULL;
	if (i == limits->count) {
		limits->limit[i] = (struct backoff_limit){.key = key};
		limits->count++;
	}
	return &limits->limit[i];
}

/* If a header comes twice, the stricter one applies. */
static enum backoff_status
add_limit(struct backoff_limits *limits, const struct backoff_limit *more)
{
	struct backoff_limit *limit = place_of(limits, more->key);

	if (limit == NULL)
		return BACKOFF_E_LIMIT;
	limit->state |= more->state;
	if (more->reset_ns > limit->reset_ns)
		limit->reset_ns = more->reset_ns;
	return BACKOFF_OK;
}

enum backoff_status
backoff_outcome_add_hint(struct backoff_outcome *outcome, const char *name,
			 const char *value, uint64_t wall_ns)
{
	struct bo_header header;
	enum backoff_status status;

	if (outcome == NULL || name == NULL || value == NULL)
		return BACKOFF_E_ARGUMENT;
	status = bo_header_read(name, value, wall_ns, &header);
	if (status == BACKOFF_E_VALUE && header.limit.state != 0)
		(void)add_limit(&outcome->limits, &header.limit);
	if (status != BACKOFF_OK)
		return status;
	outcome->hint = backoff_hint_join(outcome->hint, header.hint);
	return header.limit.state != 0
		       ? add_limit(&outcome->limits, &header.limit)
		       : BACKOFF_OK;
}

struct backoff_hint
backoff_outcome_hint(const struct backoff_outcome *outcome)
{
	struct backoff_hint hint = {.kind = BACKOFF_HINT_NONE};
	const struct backoff_limits *limits;
	bool throttled;

	if (outcome == NULL)
		return hint;
	hint = outcome->hint;
	limits = &outcome->limits;
	throttled = outcome->failure_class == BACKOFF_CLASS_THROTTLE &&
		    outcome->kind != BACKOFF_OUTCOME_SUCCESS &&
		    outcome->kind != BACKOFF_OUTCOME_CANCELLED;
	if (hint.kind == BACKOFF_HINT_DELAY || hint.kind == BACKOFF_HINT_FORBID)
		return hint;
	if (!throttled)
		return (struct backoff_hint){.kind = BACKOFF_HINT_NONE,
					     .delay_ns = 0};
	for (uint32_t i = 0; i < limits->count && i < BACKOFF_LIMITS_MAX; i++)
		hint = backoff_hint_join(
			hint, bo_limit_hint(limits->limit[i].state,
					    limits->limit[i].reset_ns));
	if (hint.kind == BACKOFF_HINT_RESET)
		hint.kind = BACKOFF_HINT_DELAY;
	return hint;
}
