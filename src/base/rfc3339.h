/* RFC 3339 times, written and read without the locale and the time zone. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_RFC3339_H
#define BO_RFC3339_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Maximum number of bytes that bo_rfc3339_format() writes, with its NUL. */
#define BO_RFC3339_MAX 31

/** Nanoseconds since 1970 as "2026-11-23T10:15:30.123456Z", 27 bytes without a
 *  NUL; fractions of a microsecond are left out. */
void bo_rfc3339_put(uint64_t ns, char *out);

/** The same with 0 to 9 decimals and a NUL, cut if @p size is too small.
 *  Returns buffer. */
char *bo_rfc3339_format(uint64_t ns, unsigned decimals, char *buffer,
			size_t size);

/** RFC 3339 with "T", "t" or a space, any number of decimals, "Z" or an
 *  offset; false if malformed, before 1970 or after the year 2554, where 64
 *  bits of nanoseconds end. */
bool bo_rfc3339_parse(const char *text, size_t length, uint64_t *out_ns);

/** Times as other programs write them (ISO 8601): in addition a comma before
 *  the decimals, and offsets like "+0200" and "+02". */
bool bo_rfc3339_parse_loose(const char *text, size_t length, uint64_t *out_ns);

/** Days from 1970 to a date from 1969 on; false if there is no such date. */
bool bo_rfc3339_days(int year, int month, int day, long *days);

#endif
