/* A comparison on one screen: answers, a table per operation, and what they are
 * worth. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_SCREEN_H
#define RS_SCREEN_H

#include "report/report.h"

/** Write at most 60 lines, if the operations are not too many: then long tables
 *  lose the rows of the worst policies to one line. 0; -1 if memory ran out or
 *  writing failed. */
int rs_write_screen(const struct rs_report *report, FILE *out);

#endif
