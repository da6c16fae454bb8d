/* Tests of src/policy/fields, defaults and depends. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>

#include "policy/defaults.h"
#include "policy/depends.h"
#include "unit/policy/policies.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* {"name": "F", "max_attempts": N, and more} */
static struct backoff_policy *
policy_with(unsigned attempts, const char *more)
{
	char text[512];

	snprintf(text, sizeof(text), "{\"name\":\"F\",\"max_attempts\":%u%s}",
		 attempts, more);
	return policy_of(text);
}

static bool
is_number_field(const struct bo_policy_field *field)
{
	return field->kind == BO_FIELD_COUNT ||
	       field->kind == BO_FIELD_DURATION ||
	       field->kind == BO_FIELD_NUMBER;
}

/* Write a new policy's value in the form of the table: "0.25", "true" or
 * "\"full\"". */
static void
put_default(const struct backoff_policy *policy,
	    const struct bo_policy_field *field, struct bo_out *out)
{
	const char *at = (const char *)policy + field->offset;

	switch (field->kind) {
	case BO_FIELD_COUNT:
		bo_out_format(out, "%u", *(const uint32_t *)(const void *)at);
		break;
	case BO_FIELD_DURATION:
	case BO_FIELD_NUMBER:
		bo_out_seconds(out, *(const uint64_t *)(const void *)at);
		break;
	case BO_FIELD_BOOL:
		bo_out_text(out, *(const bool *)at ? "true" : "false");
		break;
	case BO_FIELD_ENUM:
		bo_out_json(out,
			    field->names[*(const unsigned *)(const void *)at]);
		break;
	default:
		break;
	}
}

Test(policy_fields, a_new_policy_has_the_defaults_that_the_table_shows)
{
	struct backoff_policy *policy = bo_policy_new();

	for (int row = 0; row < BO_ROWS; row++) {
		const struct bo_policy_field *field = &bo_policy_fields[row];
		const char *path = field->info.path;
		char text[64];
		struct bo_out out = bo_out_init(text, sizeof(text));

		if (field->kind == BO_FIELD_ENUM ||
		    field->kind == BO_FIELD_BOOL || is_number_field(field))
			cr_expect(bo_policy_is_default(policy,
						       (enum bo_policy_row)row),
				  "%s", path);
		if (field->info.fallback == NULL ||
		    field->kind == BO_FIELD_MATCHERS)
			continue;
		if (field->info.fallback[0] != '\0') {
			put_default(policy, field, &out);
			cr_expect(strcmp(text, field->info.fallback) == 0,
				  "%s: %s, not %s", path, text,
				  field->info.fallback);
		} else if (is_number_field(field)) {
			cr_expect(*(uint64_t *)(void *)((char *)policy +
							field->offset) ==
					  BACKOFF_FOREVER,
				  "%s is not absent", path);
		}
	}
	backoff_policy_unref(policy);
}

Test(policy_fields, the_words_of_a_row_are_its_names_in_enum_order)
{
	for (int row = 0; row < BO_ROWS; row++) {
		const struct bo_policy_field *field = &bo_policy_fields[row];
		char text[256];
		struct bo_out out = bo_out_init(text, sizeof(text));

		for (size_t i = 0; field->names && field->names[i]; i++)
			bo_out_format(&out, "%s%s", i > 0 ? " " : "",
				      field->names[i]);
		cr_expect(strcmp(text, field->info.names) == 0, "%s: %s",
			  field->info.path, text);
		cr_expect((field->kind == BO_FIELD_ENUM) ==
				  (field->names != NULL),
			  "%s", field->info.path);
	}
}

Test(policy_fields, the_fields_of_an_object_stand_together)
{
	for (int row = 1; row < BO_ROWS; row++) {
		const char *path = bo_policy_fields[row].info.path;
		const char *before = bo_policy_fields[row - 1].info.path;
		size_t object = strcspn(path, ".") + 1;

		for (int i = 0; i < row - 1 && path[object - 1] == '.' &&
				strncmp(before, path, object) != 0;
		     i++)
			cr_expect(strncmp(bo_policy_fields[i].info.path, path,
					  object) != 0,
				  "%s", path);
	}
}

static enum bo_policy_row
row_of(const char *path)
{
	int row = 0;

	while (row < BO_ROWS &&
	       strcmp(bo_policy_fields[row].info.path, path) != 0)
		row++;
	cr_assert(row < BO_ROWS, "%s", path);
	return (enum bo_policy_row)row;
}

/* One row for each form of a need: what a plain policy lacks, and fields that
 * give it; or what those fields take away from a plain policy. */
static const struct {
	const char *path, *fields, *plain_lacks, *fields_lack;
} need[] = {
	{"max_attempts", "", NULL, NULL},
	{"base_delay", ",\"backoff\":\"schedule\",\"schedule\":[1]", NULL,
	 "with backoff \"schedule\""},
	{"max_delay", ",\"backoff\":\"constant\"", NULL,
	 "with backoff \"constant\" or \"schedule\""},
	{"exponential_base", ",\"backoff\":\"linear\"", NULL,
	 "unless backoff is \"exponential\""},
	{"jitter.ratio", ",\"jitter\":\"minus\"",
	 "unless jitter.kind is \"minus\" or \"proportional\"", NULL},
	{"jitter.order", ",\"jitter\":\"none\"", NULL,
	 "with jitter.kind \"none\" or \"decorrelated\""},
	{"jitter.order", ",\"jitter\":\"none\",\"backoff\":\"constant\"", NULL,
	 "with backoff \"constant\" or \"schedule\""},
	{"jitter.minimum", ",\"jitter\":\"none\"", NULL,
	 "with jitter.kind \"none\" or \"additive\" or \"decorrelated\""},
	{"hedge.after_failure", ",\"hedge\":{\"delay\":1}",
	 "unless hedge.delay is set", NULL},
	{"deadline_from", ",\"deadline\":9", "unless deadline is set", NULL},
	{"reset_after", ",\"hedge\":{\"delay\":1}", NULL,
	 "if hedge.delay is set"},
	{"server_hint.max", ",\"server_hint\":{\"use\":false}", NULL,
	 "unless server_hint.use is true"},
	{"budget.ttl", ",\"budget\":\"ratio\"",
	 "unless budget.kind is \"ratio\"", NULL},
	{"budget.ttl", ",\"budget\":\"throttle\"",
	 "unless budget.kind is \"ratio\"", "unless budget.kind is \"ratio\""},
	{"breaker.probes", ",\"breaker\":{\"window\":5}",
	 "unless breaker.window or breaker.window_time is set", NULL},
	{"breaker.probes", ",\"breaker\":{\"window_time\":5}",
	 "unless breaker.window or breaker.window_time is set", NULL},
	{"on.client.limit", ",\"on\":{\"client\":{\"consume_attempt\":false}}",
	 "unless on.client.consume_attempt is false", NULL},
	{"on.client.limit", ",\"on\":{\"server\":{\"consume_attempt\":false}}",
	 "unless on.client.consume_attempt is false",
	 "unless on.client.consume_attempt is false"},
};

static void
expect_need(const struct backoff_policy *policy, const char *path,
	    const char *want, const char *what)
{
	const struct bo_policy_need *unmet =
		bo_policy_unmet(policy, row_of(path));
	char text[128];
	struct bo_out out = bo_out_init(text, sizeof(text));

	if (unmet != NULL)
		bo_policy_put_need(&out, unmet);
	cr_expect(strcmp(text, want != NULL ? want : "") == 0,
		  "%s of %s: \"%s\"", path, what, text);
}

Test(policy_fields, fields_say_what_they_need_to_have_an_effect)
{
	struct backoff_policy *plain = policy_with(3, "");

	for (size_t i = 0; i < COUNT(need); i++) {
		struct backoff_policy *policy = policy_with(3, need[i].fields);

		expect_need(plain, need[i].path, need[i].plain_lacks, "plain");
		expect_need(policy, need[i].path, need[i].fields_lack,
			    need[i].fields);
		backoff_policy_unref(policy);
	}
	backoff_policy_unref(plain);
}
