/* A comparison as text: one screen, and perhaps every table. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/full.h"
#include "report/screen.h"

static int
write_text(const struct rs_report *report, FILE *out)
{
	if (rs_write_screen(report, out))
		return -1;
	return report->verbose ? rs_write_full(report, out) : 0;
}

const struct rs_writer rs_writer_text = {"text", write_text, false};
