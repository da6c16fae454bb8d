/* The JSON Schema of world files. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "members/schema.h"
#include "world/members.h"
#include "world/world.h"

size_t
rs_world_schema(char *buffer, size_t size)
{
	struct bo_out out = bo_out_init(buffer, size);

	bo_out_text(&out,
		    "{\n  \"$schema\": "
		    "\"https://json-schema.org/draft/2020-12/schema\",\n"
		    "  \"title\": \"world\",\n"
		    "  \"description\": \"A world of known truth for retrysim "
		    "generate and eval.\",\n  \"$ref\": \"#/$defs/world\",\n"
		    "  \"$defs\": {\n    " TK_SCHEMA_DURATION ",\n"
		    "    \"law\": ");
	tk_members_schema(&out, &rs_law_table, 2);
	bo_out_text(&out, ",\n    \"error\": ");
	tk_members_schema(&out, &rs_error_table, 2);
	bo_out_text(&out, ",\n    \"world\": ");
	tk_members_schema(&out, &rs_world_table, 2);
	bo_out_text(&out, "\n  }\n}\n");
	return out.length;
}
