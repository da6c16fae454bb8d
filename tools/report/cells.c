/* Values as people read them: the cells of tables. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/cells.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/units.h"

#define NUMBER_MAX 32

char *
rs_percent(double rate, char *buffer, size_t size)
{
	double value = rate * 100;

	if (rate < 1 && value > 99.995)
		snprintf(buffer, size, ">99.99");
	else if (rate > 0 && value < 0.005)
		snprintf(buffer, size, "<0.01");
	else
		snprintf(buffer, size, "%.2f", value);
	return buffer;
}

/* One decimal is enough for a share; all and nothing stay exact. */
static char *
share(double rate, char *buffer, size_t size)
{
	double value = rate * 100;

	if (rate <= 0 || rate >= 1)
		snprintf(buffer, size, "%.0f", value);
	else if (value > 99.95)
		snprintf(buffer, size, ">99.9");
	else if (value < 0.05)
		snprintf(buffer, size, "<0.1");
	else
		snprintf(buffer, size, "%.1f", value);
	return buffer;
}

/* Format a number by its unit; a mean has the decimals that its place needs. */
static char *
number(enum rs_unit unit, double value, int mean_decimals, char *buffer,
       size_t size)
{
	switch (unit) {
	case RS_UNIT_RATE:
		return rs_percent(value, buffer, size);
	case RS_UNIT_SHARE:
		return share(value, buffer, size);
	case RS_UNIT_NS:
		return tk_format_duration((uint64_t)value, buffer, size);
	case RS_UNIT_POINTS:
		snprintf(buffer, size, "%+.2f", value * 100);
		break;
	case RS_UNIT_RATIO:
		snprintf(buffer, size, "%.4f", value);
		break;
	case RS_UNIT_MEAN:
		snprintf(buffer, size, "%.*f", mean_decimals, value);
		break;
	case RS_UNIT_YES_NO:
		snprintf(buffer, size, "%s", value != 0 ? "yes" : "no");
		break;
	default:
		snprintf(buffer, size, "%.0f", value);
		break;
	}
	return buffer;
}

/* Whether there is no number to show; if so, writes the cell. */
static bool
without_number(const struct rs_value *value, char *buffer, size_t size)
{
	if (value->reading == RS_READ_NOTHING)
		snprintf(buffer, size, "%s", "");
	else if (value->null || value->reading == RS_READ_UNKNOWN)
		snprintf(buffer, size, "-");
	else
		return false;
	return true;
}

char *
rs_cell_value(const struct rs_column *column, const struct rs_value *value,
	      char *buffer, size_t size)
{
	char text[NUMBER_MAX];

	if (without_number(value, buffer, size))
		return buffer;
	if (value->reading == RS_READ_MEANINGLESS)
		snprintf(buffer, size, "not known");
	else if (value->text)
		snprintf(buffer, size, "%s", value->text);
	else
		snprintf(buffer, size, "%s%s%s",
			 value->reading == RS_READ_AT_LEAST ? ">=" : "",
			 number(column->unit, value->number, 1, text,
				sizeof(text)),
			 value->reading == RS_READ_DOUBTFUL ? "?" : "");
	return buffer;
}

char *
rs_cell_interval(const struct rs_column *column, const struct rs_value *value,
		 char *buffer, size_t size)
{
	char low[NUMBER_MAX], high[NUMBER_MAX];

	if (without_number(value, buffer, size))
		return buffer;
	number(column->unit, value->interval.low, 0, low, sizeof(low));
	number(column->unit, value->interval.high, 0, high, sizeof(high));
	/* What was recorded is certain. */
	if (strcmp(low, high) == 0)
		snprintf(buffer, size, "%s", low);
	else
		snprintf(buffer, size, "%s-%s", low, high);
	return buffer;
}

char *
rs_cell_brackets(const struct rs_column *column, const struct rs_value *value,
		 char *buffer, size_t size)
{
	char text[NUMBER_MAX], low[NUMBER_MAX], high[NUMBER_MAX];
	int decimals = floor(value->number) < value->number;

	if (without_number(value, buffer, size))
		return buffer;
	snprintf(buffer, size, "%s%s[%s, %s]",
		 column->style == RS_STYLE_RANGE
			 ? ""
			 : number(column->unit, value->number, decimals, text,
				  sizeof(text)),
		 column->style == RS_STYLE_RANGE ? "" : " ",
		 number(column->unit, value->interval.low, 0, low, sizeof(low)),
		 number(column->unit, value->interval.high, 0, high,
			sizeof(high)));
	return buffer;
}
