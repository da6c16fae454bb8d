/* Reads facts from a policy's canonical form. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "common/units.h"
#include "policies/policy_set.h"
#include "policies/lint_decode.h"

static bool
is_any(const cJSON *matcher)
{
	const char *text = cJSON_GetStringValue(matcher);

	return text && text[0] == '*' && text[1] == '\0';
}

/* Whether a matcher stands in a list, or the list has all. */
static bool
taken_back(const cJSON *matcher, const cJSON *list)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list)
	{
		if (is_any(item) || cJSON_Compare(matcher, item, 1))
			return true;
	}
	return false;
}

static bool
nothing_left(const cJSON *retry_on, const cJSON *abort_on)
{
	const cJSON *matcher;

	cJSON_ArrayForEach(matcher, retry_on)
	{
		if (!taken_back(matcher, abort_on))
			return false;
	}
	return true;
}

/* gRPC A6: only failures empty it. */
static bool
is_throttle(const cJSON *root)
{
	const cJSON *budget = cJSON_GetObjectItemCaseSensitive(root, "budget");
	const char *kind = cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(budget, "kind"));

	return kind != NULL && strcmp(kind, "throttle") == 0;
}

bool
rs_lint_facts_read(const struct backoff_policy *policy,
		   struct rs_lint_facts *out)
{
	char *text = rs_policy_text(policy, backoff_policy_canonical);
	cJSON *root = text ? cJSON_Parse(text) : NULL;
	const cJSON *cap, *hedge, *most;

	free(text);
	if (root == NULL)
		return false;
	cap = cJSON_GetObjectItemCaseSensitive(root, "max_delay");
	/* A policy's durations end at 1e9 seconds. */
	out->max_delay_ns =
		cJSON_IsNumber(cap)
			? (uint64_t)(cap->valuedouble * (double)TK_NS_PER_S +
				     0.5)
			: BACKOFF_FOREVER;
	out->retries_nothing = nothing_left(
		cJSON_GetObjectItemCaseSensitive(root, "retry_on"),
		cJSON_GetObjectItemCaseSensitive(root, "abort_on"));
	out->has_budget =
		cJSON_GetObjectItemCaseSensitive(root, "budget") != NULL;
	out->bounds_hedges = out->has_budget && !is_throttle(root);
	/* The canonical form has it where it is not "start". */
	out->deadline_from_failure =
		cJSON_GetObjectItemCaseSensitive(root, "deadline_from") != NULL;
	hedge = cJSON_GetObjectItemCaseSensitive(root, "hedge");
	most = cJSON_GetObjectItemCaseSensitive(hedge, "max");
	out->hedges = cJSON_IsNumber(most) ? (uint64_t)most->valuedouble : 0;
	cJSON_Delete(root);
	return true;
}
