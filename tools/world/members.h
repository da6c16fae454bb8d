/* The members of a world file as rows of data. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_WORLD_MEMBERS_H
#define RS_WORLD_MEMBERS_H

#include "members/read.h"

/** Longest duration: ten years. */
#define RS_LONG_S 315360000.0

extern const struct tk_member_table rs_world_table;
extern const struct tk_member_table rs_error_table;
extern const struct tk_member_table rs_law_table;

/** Read a struct rs_law; a duration alone is a fixed one. */
enum backoff_status rs_read_law(struct tk_reader *reader, void *value);

/** Read a struct rs_policy_set. */
enum backoff_status rs_read_policies(struct tk_reader *reader, void *value);

/** The kind of a member that is one of these. */
#define RS_MEMBER_LAW                                                          \
	TK_MEMBER_OTHER, .read = rs_read_law,                                  \
			 .schema = "\"anyOf\": [{\"$ref\": "                   \
				   "\"#/$defs/duration\"}, {\"$ref\": "        \
				   "\"#/$defs/law\"}]"
#define RS_MEMBER_POLICIES                                                     \
	TK_MEMBER_OTHER, .read = rs_read_policies,                             \
			 .schema = "\"type\": \"array\", \"minItems\": 1, "    \
				   "\"items\": {\"type\": [\"string\", "       \
				   "\"object\"]}"

#endif
