/* The JSON Schema of world files. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "members/schema.h"
#include "world/members.h"
#include "world/world.h"

size_t
rs_world_schema(char *buffer, size_t size)
{
	static const struct tk_member_table *const table[] = {
		&rs_law_table, &rs_error_table, &rs_world_table};

	return tk_members_schema(
		"A world of known truth for retrysim generate and eval.", table,
		sizeof(table) / sizeof(*table), buffer, size);
}
