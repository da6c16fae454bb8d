/* The details of a comparison: input, open questions, every table. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_FULL_H
#define RS_FULL_H

#include "report/report.h"

/** 0; -1 if memory ran out or writing failed. */
int rs_write_full(const struct rs_report *report, FILE *out);

#endif
