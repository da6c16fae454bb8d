/* JSON Schemas made from the rows of members. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_MEMBERS_SCHEMA_H
#define TK_MEMBERS_SCHEMA_H

#include "base/buf.h"
#include "members/members.h"

/** The definition of "duration", to which members of that kind refer: it has to
 *  be under $defs. */
#define TK_SCHEMA_DURATION                                                     \
	"\"duration\": {\"anyOf\": [{\"type\": \"number\", \"minimum\": 0}, "  \
	"{\"type\": \"string\", \"pattern\": "                                 \
	"\"^[0-9]+(\\\\.[0-9]+)?(ns|us|ms|s|m|h|d)$\"}]}"

/** Write the schema of an object, indented by @p depth. */
void tk_members_schema(struct bo_out *out, const struct tk_member_table *table,
		       unsigned depth);

#endif
