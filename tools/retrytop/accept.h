/* Which of the two formats of metrics an HTTP client wants. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_ACCEPT_H
#define RT_ACCEPT_H

#include <backoff.h>

/** @p accept is the value of the header Accept, or NULL. OpenMetrics only for
 *  clients that ask for it, and like nothing better. */
enum backoff_metrics_format rt_accept_format(const char *accept);

#endif
