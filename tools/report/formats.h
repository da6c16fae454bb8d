/* The formats that a comparison can be written in. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_FORMATS_H
#define RS_FORMATS_H

#include "report/report.h"

/** The first one is the default. */
extern const struct rs_writer *const rs_formats[];
extern const size_t rs_format_count;

/** Their names in this order, with spaces between; returns buffer. */
char *rs_format_names(char *buffer, size_t size);

#endif
