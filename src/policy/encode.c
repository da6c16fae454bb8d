/* Encodes policies: canonical JSON, its hash, one line for a human. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "policy/encode.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "policy/defaults.h"
#include "policy/depends.h"

static void
put_durations(struct bo_out *out, const struct bo_durations *list, bool scalar)
{
	if (scalar && list->count == 1) {
		bo_out_seconds(out, list->ns[0]);
		return;
	}
	for (size_t i = 0; i < list->count; i++) {
		bool range = list->high_ns != NULL &&
			     list->high_ns[i] != BACKOFF_FOREVER;

		bo_out_text(out, i == 0 ? "[" : ",");
		bo_out_text(out, range ? "[" : "");
		bo_out_seconds(out, list->ns[i]);
		if (!range)
			continue;
		bo_out_text(out, ",");
		bo_out_seconds(out, list->high_ns[i]);
		bo_out_text(out, "]");
	}
	bo_out_text(out, "]");
}

static void
put_matchers(struct bo_out *out, const struct bo_matchers *list)
{
	bo_out_text(out, "[");
	for (size_t i = 0; i < list->count; i++) {
		bool message = list->item[i].kind == BO_MATCH_MESSAGE;

		bo_out_text(out, i == 0 ? "" : ",");
		bo_out_text(out, message ? "{\"message_regex\":" : "");
		bo_out_json(out, list->item[i].text);
		if (list->item[i].unless != NULL) {
			bo_out_text(out, ",\"unless\":");
			bo_out_json(out, list->item[i].unless_text);
		}
		bo_out_text(out, message ? "}" : "");
	}
	bo_out_text(out, "]");
}

static bool
are_of_one_object(unsigned row, unsigned other)
{
	const char *path = bo_policy_fields[row].info.path;

	return strncmp(path, bo_policy_fields[other].info.path,
		       strcspn(path, ".") + 1) == 0;
}

/* Whether a field or another one of its object differs from the default. The
 * fields of an object stand together. */
static bool
is_object_changed(const struct backoff_policy *policy, enum bo_policy_row row)
{
	unsigned first = row, last = row;

	while (first > 0 && are_of_one_object(row, first - 1))
		first--;
	while (last + 1 < BO_ROWS && are_of_one_object(row, last + 1))
		last++;
	for (unsigned i = first; i <= last; i++)
		if (!bo_policy_is_default(policy, (enum bo_policy_row)i))
			return true;
	return false;
}

static bool
is_written(const struct backoff_policy *policy, enum bo_policy_row row)
{
	switch (bo_policy_fields[row].written) {
	case BO_WRITTEN_NEVER:
		return false;
	case BO_WRITTEN_CHANGED:
		if (bo_policy_is_default(policy, row))
			return false;
		break;
	case BO_WRITTEN_TOGETHER:
		if (!is_object_changed(policy, row))
			return false;
		break;
	case BO_WRITTEN_ALWAYS:
		break;
	}
	if (row == BO_ROW_JITTER_KIND && bo_policy_has_only_ranges(policy))
		return false;
	return bo_policy_unmet(policy, row) == NULL;
}

static void
put_value(struct bo_out *out, const struct backoff_policy *policy,
	  const struct bo_policy_field *field)
{
	const char *at = (const char *)policy + field->offset;
	unsigned value;

	switch (field->kind) {
	case BO_FIELD_NAME:
	case BO_FIELD_TEXT:
		bo_out_json(out, *(char *const *)(const void *)at);
		break;
	case BO_FIELD_COUNT:
		if (field->unlimited &&
		    policy->max_attempts == BO_ATTEMPTS_UNLIMITED) {
			bo_out_json(out, "unlimited");
			break;
		}
		bo_out_format(out, "%" PRIu32,
			      *(const uint32_t *)(const void *)at);
		break;
	case BO_FIELD_DURATION:
	case BO_FIELD_NUMBER:
		bo_out_seconds(out, *(const uint64_t *)(const void *)at);
		break;
	case BO_FIELD_ENUM:
		memcpy(&value, at, sizeof(value));
		bo_out_json(out, field->names[value]);
		break;
	case BO_FIELD_BOOL:
		bo_out_text(out, *(const bool *)at ? "true" : "false");
		break;
	case BO_FIELD_DURATIONS:
		put_durations(out,
			      (const struct bo_durations *)(const void *)at,
			      field->scalar);
		break;
	case BO_FIELD_MATCHERS:
		put_matchers(out, (const struct bo_matchers *)(const void *)at);
		break;
	case BO_FIELD_EXTENDS:
		break;
	}
}

/* The length of the objects that two paths share, the last dot included. */
static size_t
common_objects(const char *a, const char *b)
{
	size_t common = 0;

	for (size_t i = 0; a[i] != '\0' && a[i] == b[i]; i++)
		if (a[i] == '.')
			common = i + 1;
	return common;
}

/* Close the objects of `last` that `path` is not in, and open those that only
 * `path` is in. */
static void
move_to(struct bo_out *out, const char *last, const char *path)
{
	size_t common = common_objects(last, path);
	const char *dot;

	for (const char *p = last + common; (p = strchr(p, '.')) != NULL; p++)
		bo_out_text(out, "}");
	bo_out_text(out, last[0] == '\0' ? "{" : path[0] == '\0' ? "}" : ",");
	for (const char *p = path + common; (dot = strchr(p, '.')) != NULL;
	     p = dot + 1) {
		bo_out_text(out, "\"");
		bo_out_bytes(out, p, (size_t)(dot - p));
		bo_out_text(out, "\":{");
	}
}

size_t
backoff_policy_canonical(const struct backoff_policy *policy, char *buffer,
			 size_t size)
{
	if (policy == NULL)
		return bo_out_init(buffer, size).length;
	struct bo_out out = bo_out_init(buffer, size);
	const char *last = "";

	for (int row = 0; row < BO_ROWS; row++) {
		const struct bo_policy_field *field = &bo_policy_fields[row];
		const char *path = field->info.path, *dot = strrchr(path, '.');

		if (!is_written(policy, (enum bo_policy_row)row))
			continue;
		move_to(&out, last, path);
		bo_out_json(&out, dot != NULL ? dot + 1 : path);
		bo_out_text(&out, ":");
		put_value(&out, policy, field);
		last = path;
	}
	move_to(&out, last, "");
	return out.length;
}

enum backoff_status
bo_policy_fingerprint(struct backoff_policy *policy)
{
	size_t length = backoff_policy_canonical(policy, NULL, 0);
	char *text = malloc(length + 1);

	if (text == NULL)
		return BACKOFF_E_NOMEM;
	backoff_policy_canonical(policy, text, length + 1);
	policy->hash = bo_fnv1a(BO_FNV1A_BEGIN, text, length);
	free(text);
	return BACKOFF_OK;
}

static void
put_duration(struct bo_out *out, uint64_t ns)
{
	bo_out_seconds(out, ns);
	bo_out_text(out, "s");
}

static void
describe_curve(struct bo_out *out, const struct backoff_policy *p)
{
	if (p->curve == BACKOFF_CURVE_SCHEDULE) {
		bo_out_format(out, ", schedule of %zu%s up to ",
			      p->schedule.count,
			      bo_policy_has_only_ranges(p)  ? " ranges"
			      : p->schedule.high_ns != NULL ? ", some ranges,"
							    : "");
		put_duration(out, p->cap_ns);
		return;
	}
	bo_out_format(out, ", %s ", backoff_curve_name(p->curve));
	put_duration(out, p->base_delay_ns);
	if (p->curve == BACKOFF_CURVE_EXPONENTIAL) {
		bo_out_text(out, " x");
		bo_out_seconds(out, p->exponential_base_nano);
	}
	if (p->curve != BACKOFF_CURVE_CONSTANT) {
		bo_out_text(out, " up to ");
		put_duration(out, p->cap_ns);
	}
}

static void
describe_guards(struct bo_out *out, const struct backoff_policy *p)
{
	if (p->idempotent_only)
		bo_out_text(out, ", idempotent calls only");
	if (!p->retry_inbound)
		bo_out_text(out, ", not for inbound retries");
	if (p->budget.kind != BACKOFF_BUDGET_NONE)
		bo_out_format(out, ", %s budget",
			      bo_policy_fields[BO_ROW_BUDGET_KIND]
				      .names[p->budget.kind]);
	if (p->budget.refills) {
		bo_out_text(out, " refilled by ");
		bo_out_seconds(out, p->budget.refill_nano);
		bo_out_text(out, " a second");
	}
	if (p->hedge.delay_ns != BACKOFF_FOREVER) {
		bo_out_format(out, ", up to %" PRIu32 " hedge%s each after ",
			      p->hedge.max, p->hedge.max == 1 ? "" : "s");
		put_duration(out, p->hedge.delay_ns);
	}
	if (p->breaker.window == 0 && p->breaker.window_ns == 0)
		return;
	bo_out_text(out, ", breaker at ");
	bo_out_seconds(out, p->breaker.failure_ratio_nano);
	bo_out_text(out, " of ");
	if (p->breaker.window > 0)
		bo_out_format(out, "%" PRIu32, p->breaker.window);
	else
		put_duration(out, p->breaker.window_ns);
}

size_t
backoff_policy_describe(const struct backoff_policy *p, char *buffer,
			size_t size)
{
	if (p == NULL)
		return bo_out_init(buffer, size).length;
	struct bo_out out = bo_out_init(buffer, size);

	if (p->max_attempts == BO_ATTEMPTS_UNLIMITED)
		bo_out_text(&out, "unlimited attempts");
	else
		bo_out_format(&out, "%" PRIu32 " attempt%s", p->max_attempts,
			      p->max_attempts == 1 ? "" : "s");
	if (p->max_attempts > 1) {
		describe_curve(&out, p);
		if (p->jitter == BACKOFF_JITTER_NONE)
			bo_out_text(&out, ", no jitter");
		else if (p->jitter != BACKOFF_JITTER_DECORRELATED &&
			 !bo_policy_has_only_ranges(p))
			bo_out_format(&out, ", jitter %s",
				      backoff_jitter_name(p->jitter));
		if (bo_policy_unmet(p, BO_ROW_JITTER_RATIO) == NULL) {
			bo_out_text(&out, " ");
			bo_out_seconds(&out, p->ratio_nano);
		}
		if (p->jitter == BACKOFF_JITTER_ADDITIVE) {
			bo_out_text(&out, " ");
			put_duration(&out, p->jitter_max_ns);
		}
		if (p->jitter_minimum_ns > 0) {
			bo_out_text(&out, " of at least ");
			put_duration(&out, p->jitter_minimum_ns);
		}
		if (p->order == BO_ORDER_JITTER_THEN_CAP)
			bo_out_text(&out, " before the cap");
		if (p->bounded)
			bo_out_text(&out, " bounded");
	}
	if (p->deadline_ns != BACKOFF_FOREVER) {
		bo_out_text(&out, ", deadline ");
		put_duration(&out, p->deadline_ns);
		if (p->deadline_from == BACKOFF_DEADLINE_FROM_FIRST_FAILURE)
			bo_out_text(&out, " from the first failure");
	}
	if (p->reset_after_ns != BACKOFF_FOREVER) {
		bo_out_text(&out, ", reset after ");
		put_duration(&out, p->reset_after_ns);
	}
	describe_guards(&out, p);
	return out.length;
}
