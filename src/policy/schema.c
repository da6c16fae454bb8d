/* The field table of policies for callers, and its JSON Schema. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/schema.h"
#include "policy/depends.h"

static const struct backoff_field *
row_at(size_t index)
{
	return &bo_policy_fields[index].info;
}

static void
note(struct bo_out *out, size_t index)
{
	const struct bo_policy_need *need = bo_policy_fields[index].need;

	for (int i = 0; i < BO_NEEDS_MAX && need[i].values != 0; i++) {
		bo_out_text(out, i == 0 ? " Has no effect " : ", or ");
		bo_policy_put_need(out, &need[i]);
	}
	if (need->values != 0)
		bo_out_text(out, ".");
}

const struct backoff_field *
backoff_policy_field(size_t index)
{
	return index < BO_ROWS ? row_at(index) : NULL;
}

size_t
backoff_policy_schema(char *buffer, size_t size)
{
	static const struct bo_schema schema = {
		"libbackoff retry policy",
		"How a service retries failed calls: backoff-policy(5).",
		1,
		"  \"required\": [\"name\"],\n"
		"  \"anyOf\": [{\"required\": [\"max_attempts\"]}, "
		"{\"required\": [\"extends\"]}],\n",
		row_at,
		BO_ROWS,
		note};
	struct bo_out out = bo_out_init(buffer, size);

	bo_schema_put(&out, &schema);
	return out.length;
}
