/* JSON Schemas made from the rows of members. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_MEMBERS_SCHEMA_H
#define TK_MEMBERS_SCHEMA_H

#include "members/members.h"

/**
 * Write the schema of a file.
 *
 * @param table  the tables that have a definition, @p count of them; the last
 *               one is that of the whole file
 * @return its length; writes at most @p size bytes, with an end
 */
size_t tk_members_schema(const char *description,
			 const struct tk_member_table *const *table,
			 size_t count, char *buffer, size_t size);

#endif
