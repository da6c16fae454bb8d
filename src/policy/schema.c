/* The field table of a policy for the outside: rows and JSON Schema. */
#include "config.h"

#include "base/schema.h"
#include "policy/fields.h"

static const struct backoff_field *
row_at(size_t index)
{
	return &bo_policy_fields[index].info;
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
		BO_ROWS};
	struct bo_out out = bo_out_init(buffer, size);

	bo_schema_put(&out, &schema);
	return out.length;
}
