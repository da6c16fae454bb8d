/* As much detail as a number of lines has room for. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_FIT_H
#define RS_FIT_H

#include <stdio.h>

/** Write a report with a level of detail, from 0, the most. 0, or -1. */
typedef int (*rs_fit_fn)(void *user, size_t level, FILE *out);

/** Write it with the first level that has at most @p lines, or with the last
 *  level. 0; -1 if memory ran out or writing failed. */
int rs_fit(rs_fit_fn write, void *user, size_t levels, size_t lines, FILE *out);

#endif
