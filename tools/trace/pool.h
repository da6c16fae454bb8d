/* Names that are read as one, because a log has too many. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_POOL_H
#define TK_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "trace/trace.h"

/**
 * Read many names of operations and of targets as few.
 *
 * Ids in names make each call, or a few, an operation of their own, about which
 * nothing can be said. Where there are too many names, those with few calls are
 * read without their ids: "get /orders/17" as "get /orders/" and an asterisk.
 * Those that then still have few calls are read as "(other)", and in the end
 * all that are too many, beginning with those that have the fewest calls.
 *
 * Called when lines are linked: for that, ids in names help.
 *
 * @return BACKOFF_OK or BACKOFF_E_NOMEM
 */
enum backoff_status tk_pool_names(struct tk_trace *trace);

/** Put an asterisk for each id. False if there is none, or the name does not
 *  fit. */
bool tk_pool_mask(const char *name, char *out, size_t size);

#endif
