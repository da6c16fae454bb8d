/* Reads all input, prints the numbers, and ends. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_ONCE_H
#define RT_ONCE_H

#include "retrytop/options.h"

/** Returns an exit code. */
int rt_once(const struct rt_options *options);

#endif
