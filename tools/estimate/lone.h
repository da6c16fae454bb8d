/* Failures of types that the log never shows tried again in good times. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_LONE_H
#define RS_LONE_H

#include "estimate/fates.h"

/** Find the calls that ended with such a failure, when hardly any other attempt
 *  on their target failed: their policy gives up on it, so that nothing shows
 *  whether another attempt would fail, too. Sets @ref rs_suspects.lone and
 *  @ref rs_suspects.lone_calls. */
void rs_lone_find(struct rs_suspects *suspects);

#endif
