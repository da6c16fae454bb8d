/* Times in a form that is stated, like that of strptime(3). */
/* SPDX-License-Identifier: MIT */
#ifndef TK_TIME_FORMAT_H
#define TK_TIME_FORMAT_H

#include "common/times.h"

/** What is wrong with a format; NULL: nothing. */
const char *tk_time_format_wrong(const char *format);

/**
 * Read the time that a text begins with.
 *
 * @param format  %Y %y %m %d %e %b %B %a %A %H %I %p %M %S %f %z %Z %T %F %%;
 *                decimals behind the seconds are read without %f, too
 * @param rules   as for tk_time_scan()
 * @return the bytes it takes; 0 if there is no such time
 */
size_t tk_time_scan_as(const char *format, const char *text, size_t length,
		       const struct tk_time_rules *rules, struct tk_time *out);

#endif
