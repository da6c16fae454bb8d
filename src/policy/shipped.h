/* The shipped policies as text; the build makes the table from policies/. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_SHIPPED_H
#define BO_SHIPPED_H

#include <stddef.h>

struct bo_shipped {
	const char *name, *text;
};

extern const struct bo_shipped bo_shipped[];
extern const size_t bo_shipped_count;

#endif
