/* The live view as lines of text, without a screen. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_PLAIN_H
#define RT_PLAIN_H

#include "retrytop/options.h"

/** Runs until the inputs end, the reader of the output leaves, or a signal ends
 *  it; returns an exit code. */
int rt_plain(const struct rt_options *options);

#endif
