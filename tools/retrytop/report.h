/* The numbers of the screen as a report. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_REPORT_H
#define RT_REPORT_H

#include <stdio.h>

#include "retrytop/view.h"

/** The version of the JSON that rt_report_json() prints. */
#define RT_SCHEMA_VERSION 2

/** 0, or -1 if writing failed. */
int rt_report_text(const struct rt_view *view, FILE *out);
int rt_report_json(const struct rt_view *view, FILE *out);
/** A row alone, as the report in JSON has it. */
int rt_report_row(const struct rt_row *row, enum rt_group group, FILE *out);
int rt_report_csv(const struct rt_view *view, FILE *out);
/** The view must have counters. */
int rt_report_metrics(const struct rt_view *view,
		      enum backoff_metrics_format format, FILE *out);

#endif
