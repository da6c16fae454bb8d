/* Policies for tests: from text, from tests/data/policies, and their errors. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_POLICIES_H
#define TEST_POLICIES_H

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include <backoff/policy.h>

#define POLICY_FILE(name) TEST_SRCDIR "/tests/data/policies/" name ".json"

static inline struct backoff_policy *
policy_of(const char *text)
{
	struct backoff_policy *policy = NULL;
	struct backoff_error error = {.text = ""};

	cr_assert(backoff_policy_parse(text, strlen(text), NULL, &policy,
				       &error) == BACKOFF_OK,
		  "%s: %s: %s", text, error.path, error.text);
	return policy;
}

static inline char *
canonical_of(const struct backoff_policy *policy)
{
	size_t length = backoff_policy_canonical(policy, NULL, 0);
	char *text = malloc(length + 1);

	cr_assert(text != NULL);
	cr_assert(backoff_policy_canonical(policy, text, length + 1) == length);
	cr_assert(strlen(text) == length);
	return text;
}

#endif
