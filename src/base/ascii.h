/* Classes of ASCII characters, whatever the locale. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_ASCII_H
#define BO_ASCII_H

#include <stdbool.h>
#include <string.h>

static inline bool
bo_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
bo_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool
bo_is_alphanumeric(char c)
{
	return bo_is_letter(c) || bo_is_digit(c);
}

static inline bool
bo_is_hex(char c)
{
	return bo_is_digit(c) || (c >= 'a' && c <= 'f') ||
	       (c >= 'A' && c <= 'F');
}

/* Whether a character is one of a set; the one that ends the set is not in it,
 * as it would be for strchr(). */
static inline bool
bo_is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

#endif
