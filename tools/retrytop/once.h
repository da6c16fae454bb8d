/* Read everything, print the numbers, and be done. */
#ifndef RT_ONCE_H
#define RT_ONCE_H

#include <stdio.h>

#include "retrytop/options.h"
#include "retrytop/view.h"

/** The version of the JSON that rt_report_json() prints. */
#define RT_SCHEMA_VERSION 1

/** Returns an exit code. */
int rt_once(const struct rt_options *options);

/** As on the screen, for a pipe; 0, or -1 if writing failed. */
int rt_report_text(const struct rt_view *view, FILE *out);
int rt_report_json(const struct rt_view *view, FILE *out);

#endif
