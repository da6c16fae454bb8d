/* Names of operations and targets that are read as one, in words. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_NAMES_H
#define RS_NAMES_H

#include "report/report.h"

/** Say which names are read as one, in one line without its end. False if all
 *  stand for themselves. */
bool rs_names_text(const struct rs_log *log, char *text, size_t size);

#endif
