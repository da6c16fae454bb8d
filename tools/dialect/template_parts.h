/* The parts of a template, for its parser and its matcher. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_TEMPLATE_PARTS_H
#define TK_TEMPLATE_PARTS_H

#include "dialect/hole.h"

struct literal {
	const char *text;
	size_t length;
};

struct hole {
	char name[TK_HOLE_NAME_MAX + 1];
	enum tk_hole_kind kind;
};

/* literal[0] hole[0] literal[1] hole[1] ... literal[hole_count]; a literal may
 * be empty. */
struct tk_template {
	struct literal literal[TK_HOLES_MAX + 1];
	struct hole hole[TK_HOLES_MAX];
	size_t hole_count;
	/* The literals that are not empty. */
	unsigned char rank[TK_HOLES_MAX + 1];
	size_t literal_count;
	/* What the literals point into. */
	char *text;
};

#endif
