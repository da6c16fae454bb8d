/* One character of UTF-8 at a time, strictly. */
#ifndef TK_UTF8_H
#define TK_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** U+FFFD, what stands for a broken byte. */
#define TK_UTF8_REPLACEMENT "\xef\xbf\xbd"

/**
 * Decode the character at @p text, which has at least one byte.
 *
 * @param code   the code point, if it is valid
 * @param valid  false for overlong forms, surrogates, what lies above U+10FFFF
 *               and cut characters
 * @return its length; if it is broken, the length of the part that can not be
 *         right (Unicode's "maximal subpart": one lost byte costs one U+FFFD)
 */
size_t tk_utf8_decode(const char *text, size_t length, uint32_t *code,
		      bool *valid);

/** Write a code point that is no surrogate; returns 1 to 4. */
size_t tk_utf8_encode(uint32_t code, char out[4]);

/** The longest start of @p text, at most @p limit bytes, that does not cut a
 *  character of valid UTF-8. */
size_t tk_utf8_cut(const char *text, size_t length, size_t limit);

#endif
