/* Gives each operation of a target a slot. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_SLOTS_H
#define RS_SLOTS_H

#include "estimate/bins.h"

/** Give each operation of a target a slot, and count its attempts. False if
 *  there is no memory. */
bool rs_slots_init(struct rs_bins *bins, const struct rs_log *log);

#endif
