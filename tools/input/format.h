/* Recognises files that are not UTF-8 text by their first bytes. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_FORMAT_H
#define TK_FORMAT_H

#include <stddef.h>

/** What to say about a file that begins with these bytes, and what to do about
 *  it; NULL if it may be text. */
const char *tk_format_of(const char *bytes, size_t length);

#endif
