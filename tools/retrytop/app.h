/* The live view: one thread, one loop. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_APP_H
#define RT_APP_H

#include "retrytop/options.h"

/** Runs until the user or a signal ends it; returns an exit code. */
int rt_app(const struct rt_options *options);

#endif
