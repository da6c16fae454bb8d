/* Classification of failures: abort_on wins over retry_on. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "engine/classify.h"

#include <string.h>

#include "outcome/outcome.h"
#include "policy/matcher_code.h"
#include "policy/pattern.h"
#include "policy/policy.h"

/* The number of a code of digits. No range goes beyond 32 bits, so further
 * digits need not be read; they could overflow. */
static bool
read_number(const char *p, uint64_t *out)
{
	uint64_t value = 0;

	if (*p == '\0')
		return false;
	for (; *p >= '0' && *p <= '9' && value <= UINT32_MAX; p++)
		value = value * 10 + (uint64_t)(*p - '0');
	*out = value;
	return *p == '\0';
}

static bool
in_range(const struct bo_matcher *m, const char *code)
{
	uint64_t value = 0;
	uint32_t state = 0;
	int status;

	if (code == NULL || strncmp(code, m->text, m->space_length) != 0)
		return false;
	code += m->space_length;
	if (m->kind == BO_MATCH_STATE_RANGE) {
		if (!bo_sqlstate_number(code, &state))
			return false;
		value = state;
	} else if (m->kind == BO_MATCH_GRPC_RANGE) {
		status = bo_grpc_number(code);
		if (status < 0)
			return false;
		value = (uint64_t)status;
	} else if (!read_number(code, &value)) {
		return false;
	}
	return value >= m->low && value <= m->high;
}

static bool
equal(const char *have, const char *want)
{
	return have != NULL && strcmp(have, want) == 0;
}

/* Whether the error is of a type, itself or by one of its further types. */
static bool
is_of_type(const struct backoff_outcome *outcome, const char *type)
{
	const char *const *also = outcome->error_types;

	if (equal(bo_outcome_error_type(outcome), type))
		return true;
	while (also != NULL && *also != NULL)
		if (strcmp(*also++, type) == 0)
			return true;
	return false;
}

static bool
matches(const struct bo_matcher *m, const struct backoff_outcome *outcome)
{
	const char *text;

	switch (m->kind) {
	case BO_MATCH_ANY:
		return true;
	case BO_MATCH_CLASS:
		return outcome->failure_class == m->failure_class;
	case BO_MATCH_ERROR_TYPE:
		return is_of_type(outcome, m->text);
	case BO_MATCH_CODE:
		return equal(bo_outcome_code(outcome), m->text);
	case BO_MATCH_CODE_RANGE:
	case BO_MATCH_STATE_RANGE:
	case BO_MATCH_GRPC_RANGE:
		return in_range(m, bo_outcome_code(outcome));
	case BO_MATCH_MESSAGE:
		text = bo_outcome_error(outcome);
		return text != NULL && bo_pattern_match(m->pattern, text) &&
		       (m->unless == NULL ||
			!bo_pattern_match(m->unless, text));
	}
	return false;
}

static bool
any_matches(const struct bo_matchers *list,
	    const struct backoff_outcome *outcome)
{
	for (size_t i = 0; i < list->count; i++)
		if (matches(&list->item[i], outcome))
			return true;
	return false;
}

/* "*" means any failure that may go away. The caller says that a fatal one will
 * not, so only a matcher that names it retries it. */
static bool
names_fatal(const struct bo_matchers *list,
	    const struct backoff_outcome *outcome)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->item[i].kind != BO_MATCH_ANY &&
		    matches(&list->item[i], outcome))
			return true;
	return false;
}

/* Whether a fatal failure stands for an attempt that reported nothing: it has
 * this type in the library's log, so that replay decides as the library did. */
static bool
is_log_of_silence(const struct backoff_outcome *outcome)
{
	return equal(bo_outcome_error_type(outcome), BO_NOT_REPORTED_TYPE);
}

bool
bo_engine_is_retryable(const struct backoff_policy *policy,
		       const struct backoff_outcome *outcome)
{
	if (!bo_outcome_is_reported(outcome))
		return false;
	if (outcome->failure_class == BACKOFF_CLASS_FATAL)
		return !is_log_of_silence(outcome) &&
		       names_fatal(&policy->retry_on, outcome) &&
		       !any_matches(&policy->abort_on, outcome);
	return policy->retries_all ||
	       (!any_matches(&policy->abort_on, outcome) &&
		any_matches(&policy->retry_on, outcome));
}
