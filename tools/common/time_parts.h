/* Parts of written times: numbers, and the names of months and days. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_TIME_PARTS_H
#define TK_TIME_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"

/** Read at most @p most digits, at least @p least; the position moves behind
 *  them. */
static inline bool
tk_part_number(const char **at, const char *end, size_t least, size_t most,
	       int *out)
{
	size_t n = 0;
	int value = 0;

	for (; n < most && *at + n < end && bo_is_digit((*at)[n]); n++)
		value = value * 10 + ((*at)[n] - '0');
	if (n < least)
		return false;
	*at += n;
	*out = value;
	return true;
}

/** Read a word of letters that is in a list of names, or their first three
 *  letters: its place from 1 on; 0 if it is not. */
static inline int
tk_part_name(const char **at, const char *end, const char *const *names,
	     int count)
{
	size_t n = 0;

	while (*at + n < end && bo_is_letter((*at)[n]))
		n++;
	for (int i = 0; n >= 2 && i < count; i++) {
		size_t full;

		if ((*names[i] ^ **at) & ~' ')
			continue;
		full = strlen(names[i]);
		if (n > full || (n != 3 && n != full) ||
		    strncasecmp(*at, names[i], n) != 0)
			continue;
		*at += n;
		return i + 1;
	}
	return 0;
}

/** 1 to 12; 0 if it is none. */
static inline int
tk_part_month(const char **at, const char *end)
{
	static const char *const names[] = {"January", "February", "March",
					    "April",   "May",      "June",
					    "July",    "August",   "September",
					    "October", "November", "December"};

	return tk_part_name(at, end, names, 12);
}

/** Whether there is one. */
static inline bool
tk_part_weekday(const char **at, const char *end)
{
	static const char *const names[] = {"Monday",   "Tuesday", "Wednesday",
					    "Thursday", "Friday",  "Saturday",
					    "Sunday"};

	return tk_part_name(at, end, names, 7) > 0;
}

#endif
