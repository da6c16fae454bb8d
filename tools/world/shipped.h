/* The shipped worlds as text; the build makes the table from worlds/. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_WORLD_SHIPPED_H
#define RS_WORLD_SHIPPED_H

#include <stddef.h>

struct rs_worlds {
	const char *name, *text;
};

extern const struct rs_worlds rs_worlds[];
extern const size_t rs_worlds_count;

#endif
