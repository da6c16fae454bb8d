/* Text written to a buffer of fixed size, never past its end. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_BUF_H
#define BO_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Written like snprintf(3): text that does not fit is counted, not written.
 * With size 0 it is only counted.
 */
struct bo_out {
	char *at;
	size_t size;
	/** Length of the whole text, whether it fits or not. */
	size_t length;
};

static inline struct bo_out
bo_out_init(char *buffer, size_t size)
{
	/* Without a buffer, text is only counted. */
	if (buffer == NULL)
		size = 0;
	if (size > 0)
		buffer[0] = '\0';
	return (struct bo_out){buffer, size, 0};
}

void bo_out_bytes(struct bo_out *out, const char *bytes, size_t length);
void bo_out_text(struct bo_out *out, const char *text);
void bo_out_format(struct bo_out *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void bo_out_json(struct bo_out *out, const char *text);

/** A count of billionths (nanoseconds as seconds) in its shortest decimal form:
 *  "0.5", "90". */
void bo_out_seconds(struct bo_out *out, uint64_t ns);

#endif
