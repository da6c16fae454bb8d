/* Removes the escape sequences with which programs colour their lines. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_COLOURS_H
#define TK_COLOURS_H

#include <stddef.h>

/** Remove the escape sequences of terminals (ECMA-48); @p out has room for
 *  @p length bytes and may be @p text. Returns the new length. */
size_t tk_strip_colours(const char *text, size_t length, char *out);

#endif
