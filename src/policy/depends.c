/* Checks the needs of the field table, and puts them into words. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "policy/depends.h"

#include <string.h>

#include "policy/defaults.h"

static bool
has_one_of(const struct backoff_policy *policy, enum bo_policy_row row,
	   unsigned values)
{
	const struct bo_policy_field *field = &bo_policy_fields[row];
	const char *at = (const char *)policy + field->offset;
	unsigned value;

	if (field->kind == BO_FIELD_ENUM)
		memcpy(&value, at, sizeof(value));
	else if (field->kind == BO_FIELD_BOOL)
		value = *(const bool *)at;
	else
		value = !bo_policy_is_default(policy, row);
	return values >> value & 1;
}

const struct bo_policy_need *
bo_policy_unmet(const struct backoff_policy *policy, enum bo_policy_row row)
{
	const struct bo_policy_need *need = bo_policy_fields[row].need;

	for (int i = 0; i < BO_NEEDS_MAX && need[i].values != 0; i++)
		if (!has_one_of(policy, need[i].row, need[i].values) &&
		    (need[i].other == need[i].row ||
		     !has_one_of(policy, need[i].other, need[i].values)))
			return &need[i];
	return NULL;
}

/* The words of an enum whose bits are set, or are not set. */
static void
put_words(struct bo_out *out, const char *const *names, unsigned values,
	  bool set)
{
	const char *separator = " ";

	for (unsigned i = 0; names[i] != NULL; i++) {
		if ((values >> i & 1) != set)
			continue;
		bo_out_format(out, "%s\"%s\"", separator, names[i]);
		separator = " or ";
	}
}

void
bo_policy_put_need(struct bo_out *out, const struct bo_policy_need *need)
{
	const struct bo_policy_field *field = &bo_policy_fields[need->row];
	unsigned count = 0, accepted = 0;

	if (field->kind == BO_FIELD_ENUM) {
		for (; field->names[count] != NULL; count++)
			accepted += need->values >> count & 1;
		/* Name the accepted or the other values, whichever are fewer.
		 */
		bo_out_format(
			out, accepted * 2 <= count ? "unless %s is" : "with %s",
			field->info.path);
		put_words(out, field->names, need->values,
			  accepted * 2 <= count);
		return;
	}
	if (field->kind == BO_FIELD_BOOL) {
		bo_out_format(out, "unless %s is %s", field->info.path,
			      need->values & 2 ? "true" : "false");
		return;
	}
	bo_out_format(out, need->values & 2 ? "unless %s" : "if %s",
		      field->info.path);
	if (need->other != need->row)
		bo_out_format(out, " or %s",
			      bo_policy_fields[need->other].info.path);
	bo_out_text(out, " is set");
}
