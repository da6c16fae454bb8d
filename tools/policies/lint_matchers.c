/* What the matchers of a policy match, and which hardly match anything. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "common/safe_text.h"
#include "policies/lint_matchers.h"
#include "policies/policy_set.h"

#define MATCHER_MAX 128

bool
rs_matches_http(const struct backoff_policy *policy)
{
	for (int status = 100; status <= 599; status++) {
		struct backoff_outcome outcome = {0};

		backoff_outcome_from_http(&outcome, status);
		if (outcome.kind != BACKOFF_OUTCOME_SUCCESS &&
		    backoff_engine_retryable(policy, &outcome))
			return true;
	}
	return false;
}

/* Read "503", "5xx" or "500-599". */
static bool
read_statuses(const char *text, int *low, int *high)
{
	char end;

	if (sscanf(text, "%3d-%3d%c", low, high, &end) == 2)
		return true;
	if (text[0] >= '1' && text[0] <= '9' && !strcmp(text + 1, "xx")) {
		*low = (text[0] - '0') * 100;
		*high = *low + 99;
		return true;
	}
	if (strlen(text) != 3 || sscanf(text, "%3d%c", low, &end) != 1)
		return false;
	*high = *low;
	return *low >= 100;
}

static const char *
doubt_code(const char *text, const char *colon, bool retries)
{
	static const char *const words[] = {
		"status:", "code:", "status_code:", "statuscode:"};
	int low, high;

	if (!strcmp(text, "grpc:0") || !strcmp(text, "grpc:OK"))
		return "it is gRPC's success";
	if (!read_statuses(colon + 1, &low, &high))
		return NULL;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strncasecmp(text, words[i], strlen(words[i])))
			return "the namespace of HTTP statuses is \"http\"";
	if (strncmp(text, "http:", 5) != 0)
		return NULL;
	if (low >= 600)
		return "HTTP ends at 599";
	if (retries && low >= 200 && high <= 399)
		return "2xx and 3xx are a success, unless the caller says "
		       "otherwise";
	return NULL;
}

/* gRPC's names as errors of its libraries print them. */
static bool
is_grpc_name(const char *text)
{
	static const char *const names[] = {
		"CANCELLED",         "INVALID_ARGUMENT",
		"DEADLINE_EXCEEDED", "NOT_FOUND",
		"ALREADY_EXISTS",    "PERMISSION_DENIED",
		"OUT_OF_RANGE",      "RESOURCE_EXHAUSTED",
		"ABORTED",           "UNIMPLEMENTED",
		"INTERNAL",          "UNAVAILABLE",
		"DATA_LOSS",         "FAILED_PRECONDITION",
		"UNAUTHENTICATED",   "DeadlineExceeded",
		"Unavailable",       "Unimplemented",
		"ResourceExhausted", "FailedPrecondition",
		"Unauthenticated"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(text, names[i]))
			return true;
	return false;
}

static const char *
doubt_type(const char *text)
{
	static const char *const words[] = {
		"rate_limit",        "ratelimit",    "rate-limit",
		"rate_limited",      "ratelimited",  "rate limit",
		"too_many_requests", "server_error", "servererror",
		"client_error",      "clienterror",  "network",
		"connection",        "timed_out",    "permanent",
		"retryable",         "temporary",    "retriable",
		"unavailable",       "overload",     "overloaded"};

	for (int c = 0; c < BACKOFF_CLASS_COUNT; c++) {
		const char *name = backoff_class_name((enum backoff_class)c);

		if (strcmp(text, name) && !strcasecmp(text, name))
			return "it is an error type; classes are in lower case";
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(text, words[i]))
			return "it is an error type, not a class";
	if (is_grpc_name(text))
		return "it is an error type; a status of gRPC is a code, like "
		       "grpc:UNAVAILABLE";
	if (strchr(text, ' ') && !strchr(text, '<'))
		return "it is an error type; for a part of the error text, use "
		       "message_regex";
	return NULL;
}

static const char *
doubt(const char *text, bool retries)
{
	const char *colon = strchr(text, ':');

	return colon && colon[1] != ':' ? doubt_code(text, colon, retries)
					: doubt_type(text);
}

static void
look_at(const struct bo_json_value *value, bool retries,
	struct rs_unlikely *out)
{
	char text[MATCHER_MAX + 1];
	const char *why;

	/* Others are patterns; none is longer. */
	if (value->type != BO_JSON_STRING || value->length >= sizeof(text))
		return;
	text[bo_json_unescape(value, text)] = '\0';
	why = doubt(text, retries);
	if (why == NULL)
		return;
	if (out->count++ == 0) {
		tk_safe_text(text, strlen(text), out->matcher,
			     sizeof(out->matcher));
		out->why = why;
	}
}

bool
rs_find_unlikely(const struct backoff_policy *policy, struct rs_unlikely *out)
{
	char *text = rs_policy_text(policy, backoff_policy_canonical);
	struct bo_json_member member;
	struct bo_json json, list;
	bool first = true;

	*out = (struct rs_unlikely){0};
	if (text == NULL)
		return false;
	/* The canonical form is valid JSON. */
	bo_json_begin(&json, text, strlen(text));
	bo_json_open(&json, '{');
	while (bo_json_member(&json, &first, &member)) {
		bool retries = !strncmp(member.key.at, "retry_on\"", 9);
		bool first_element = true;
		struct bo_json_value element;

		if (!retries && strncmp(member.key.at, "abort_on\"", 9) != 0)
			continue;
		bo_json_begin(&list, member.value.at, member.value.length);
		bo_json_open(&list, '[');
		while (bo_json_element(&list, &first_element, &element))
			look_at(&element, retries, out);
	}
	free(text);
	return true;
}
