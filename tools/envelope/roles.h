/* The usual names of members, and what they hold. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_ROLES_H
#define TK_ROLES_H

#include <stddef.h>
#include <stdint.h>

enum tk_role {
	TK_ROLE_TIME,
	TK_ROLE_MESSAGE,
	TK_ROLE_THREAD,
	TK_ROLE_ID,
	TK_ROLE_LOGGER,
	TK_ROLE_LEVEL,
	TK_ROLE_COUNT
};

/** A name that a member of the first level may have. */
struct tk_role_name {
	const char *name;
	size_t length;
	/** The path from there to the value; NULL: it is the value. */
	const char *rest;
	size_t rest_length;
	enum tk_role role;
	/** Among names of the same role: the lowest that is there counts. */
	uint16_t rank;
	/** The index of the next one in the same bucket, plus 1. */
	uint16_t next;
};

#define TK_ROLE_NAMES_MAX 384

/** All names, by hash. */
struct tk_roles {
	struct tk_role_name row[TK_ROLE_NAMES_MAX];
	size_t count;
	uint16_t bucket[512];
};

void tk_roles_init(struct tk_roles *roles);

/** The next role of a name after @p after (NULL: the first); NULL if there is
 *  none. */
const struct tk_role_name *tk_roles_find(const struct tk_roles *roles,
					 const char *name, size_t length,
					 const struct tk_role_name *after);

#endif
