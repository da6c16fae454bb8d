/* How far the failures around a failure have its type. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_ALIKE_H
#define RS_ALIKE_H

#include "estimate/fates.h"

/**
 * Fill rs_suspects.around: a target may fail in one way now, and in another an
 * hour later, whatever its state, and calls are not to answer for that.
 * BACKOFF_OK or BACKOFF_E_NOMEM.
 */
enum backoff_status rs_alike_find(struct rs_suspects *suspects);

#endif
