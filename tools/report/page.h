/* The style sheet and the script of a page; the build makes the table from
 * page/. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_PAGE_H
#define RS_PAGE_H

#include <stddef.h>

struct rs_page {
	const char *name, *text;
};

/** page.css, page.js. */
extern const struct rs_page rs_page[];
extern const size_t rs_page_count;

#endif
