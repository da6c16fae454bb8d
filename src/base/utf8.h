/* UTF-8: characters read and written, cut and cleaned, without the locale. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_UTF8_H
#define BO_UTF8_H

#include <stddef.h>
#include <stdint.h>

/** U+FFFD, which replaces broken bytes. */
#define BO_UTF8_REPLACEMENT "\xef\xbf\xbd"

/** Stands for bytes that are not a character. */
#define BO_UTF8_BROKEN UINT32_MAX

/** Length of the valid character at @p at (1 to 4 bytes); 0 if there is none.
 *  Overlong forms, surrogates and values above U+10FFFF are not valid. */
size_t bo_utf8_length(const char *at, const char *end);

/**
 * Read the character at @p text, which has at least one byte.
 *
 * @param point  its code point, or BO_UTF8_BROKEN
 * @return its length; if it is broken, the length of Unicode's "maximal
 *         subpart", so that one lost byte costs one U+FFFD
 */
size_t bo_utf8_decode(const char *text, size_t length, uint32_t *point);

/** Write a code point; returns its length, 1 to 4. */
size_t bo_utf8_put(uint32_t point, char *out);

/**
 * Find where to cut a text so that it has at most @p limit bytes and no part of
 * a character at its end.
 *
 * @param length  of the text; a lower bound above @p limit is good enough
 */
size_t bo_utf8_cut(const char *text, size_t length, size_t limit);

/** Copy a text, cut between characters if @p size (at least 1) is too small;
 *  returns the length of the copy, which ends in NUL. */
size_t bo_utf8_copy(const char *text, char *out, size_t size);

/** Turn a text into one line of UTF-8, in place: control characters and broken
 *  bytes become '?', a character that the end cuts is removed. */
void bo_utf8_clean(char *text);

#endif
