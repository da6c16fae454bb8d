/* Computes scales and their ticks, and draws axes. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "chart/scale.h"

#include <math.h>
#include <string.h>

#include "chart/frame.h"
#include "chart/markup.h"

/* Half of the width of a tick's text, at most. */
#define TICK_HALF 28.0
#define S 1e9
#define MINUTE (60 * S)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
/* Larger numbers are not drawn at their place. */
#define LIMIT 1e18
/* Room for marks at the ends of a log scale. */
#define PAD 1.08
/* A log scale is not longer than this factor. */
#define FACTOR_MAX 1e12

/* Steps of times of a minute and more. */
static const double long_step[] = {
	MINUTE,     2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR,
	2 * HOUR,   6 * HOUR,   12 * HOUR,  DAY,         2 * DAY,     5 * DAY,
	10 * DAY,   20 * DAY,   50 * DAY,   100 * DAY,   200 * DAY,   500 * DAY,
	1000 * DAY, 2000 * DAY, 5000 * DAY, 10000 * DAY};
#define LONG_STEPS (sizeof(long_step) / sizeof(*long_step))

struct ch_range
ch_range_none(void)
{
	return (struct ch_range){HUGE_VAL, -HUGE_VAL};
}

void
ch_range_add(struct ch_range *range, double value)
{
	if (!isfinite(value))
		return;
	value = fmin(fmax(value, -LIMIT), LIMIT);
	range->low = fmin(range->low, value);
	range->high = fmax(range->high, value);
}

static bool
is_time(enum ch_unit unit)
{
	return unit == CH_TIME || unit == CH_TIME_DIFF;
}

/* The smallest step whose ticks have different names. */
static double
least_step(enum ch_unit unit)
{
	switch (unit) {
	case CH_SHARE:
	case CH_POINTS:
		return 1e-4;
	case CH_MEAN:
	case CH_MEAN_DIFF:
		return 1e-2;
	default:
		return 1;
	}
}

/* The first step of 1, 2, 5, 10, ... that is not below a number. */
static double
step_of(enum ch_unit unit, double least)
{
	static const double factor[] = {1, 2, 5, 10};
	double power;

	least = fmax(least, least_step(unit));
	if (is_time(unit) && least > 20 * S) {
		for (size_t i = 0; i < LONG_STEPS; i++) {
			if (long_step[i] >= least)
				return long_step[i];
		}
	}
	power = pow(10, floor(log10(least) + 1e-9));
	for (size_t i = 0; i < 4; i++) {
		if (factor[i] * power >= least * (1 - 1e-9))
			return factor[i] * power;
	}
	return 10 * power;
}

struct ch_scale
ch_scale_linear(enum ch_unit unit, struct ch_range range, double from,
		double to)
{
	struct ch_scale scale = {
		.unit = unit, .low = 0, .high = 1, .from = from, .to = to};
	double step;

	if (range.low <= range.high) {
		scale.low = range.low;
		scale.high = range.high;
	}
	/* What is far from 0 has no small differences: they are lost. */
	step = step_of(unit,
		       fmax((scale.high - scale.low) / 5,
			    fmax(fabs(scale.low), fabs(scale.high)) * 1e-9));
	scale.low = floor(scale.low / step + 1e-9) * step;
	scale.high = ceil(scale.high / step - 1e-9) * step;
	if (scale.high - scale.low < step / 2) {
		scale.low -= step;
		scale.high += step;
	}
	/* There is nothing below 0 or above 1. */
	if (unit == CH_SHARE) {
		scale.low = fmin(fmax(scale.low, 0), 1 - step);
		scale.high = fmax(fmin(scale.high, 1), scale.low + step);
	}
	return scale;
}

struct ch_scale
ch_scale_log(enum ch_unit unit, struct ch_range range, double from, double to)
{
	struct ch_scale scale = {.unit = unit,
				 .log = true,
				 .low = 1,
				 .high = 10,
				 .from = from,
				 .to = to};

	if (range.high > 0 && range.low <= range.high) {
		scale.high = fmax(range.high, FACTOR_MAX / LIMIT) * PAD;
		scale.low = fmax(range.low, scale.high / FACTOR_MAX) / PAD;
	}
	/* A factor of two at least, or noise would look like a difference. */
	if (scale.high < 2 * scale.low) {
		double middle = sqrt(scale.low * scale.high);

		scale.low = middle / sqrt(2);
		scale.high = middle * sqrt(2);
	}
	return scale;
}

double
ch_place(const struct ch_scale *scale, double value)
{
	double low = scale->low, high = scale->high, part;

	if (scale->log) {
		value = value > 0 ? log(value) : -HUGE_VAL;
		low = log(low);
		high = log(high);
	}
	part = (value - low) / (high - low);
	if (!(part > 0))
		part = 0;
	return scale->from + fmin(part, 1) * (scale->to - scale->from);
}

static void
add_tick(const struct ch_scale *scale, double value, size_t *count,
	 double tick[CH_TICKS_MAX])
{
	if (value >= scale->low * (1 - 1e-9) &&
	    value <= scale->high * (1 + 1e-9)) {
		if (*count < CH_TICKS_MAX)
			tick[*count] = value;
		(*count)++;
	}
}

/* Ticks of a log scale: level 0 has 1, 2 and 5 of each power, 1 the powers,
 * 2 each second power, ... */
static size_t
log_ticks(const struct ch_scale *scale, int level, double tick[CH_TICKS_MAX])
{
	static const double factor[] = {1, 2, 5};
	double end = is_time(scale->unit) ? 40 * S : LIMIT;
	size_t count = 0;
	int first = (int)floor(log10(scale->low));

	for (int e = first; e <= 18 && pow(10, e) <= scale->high; e++) {
		if (level > 1 && e % level != 0)
			continue;
		for (size_t i = 0; i < (level ? 1 : 3); i++) {
			if (factor[i] * pow(10, e) < end)
				add_tick(scale, factor[i] * pow(10, e), &count,
					 tick);
		}
	}
	for (size_t i = 0; is_time(scale->unit) && i < LONG_STEPS; i++) {
		double each = long_step[i];
		bool rare = each == 10 * MINUTE || each == DAY;
		bool usual = rare || each == MINUTE || each == HOUR ||
			     each == 10 * DAY || each == 100 * DAY;

		if (level == 0 || (level == 1 && usual) || rare)
			add_tick(scale, long_step[i], &count, tick);
	}
	return count;
}

size_t
ch_ticks(const struct ch_scale *scale, size_t most, double tick[CH_TICKS_MAX])
{
	double step, first;
	size_t count = 0;

	if (most > CH_TICKS_MAX)
		most = CH_TICKS_MAX;
	if (scale->log) {
		for (int level = 0; level < 8; level++) {
			count = log_ticks(scale, level, tick);
			if (count <= most)
				break;
		}
		return count < most ? count : most;
	}
	step = step_of(scale->unit,
		       (scale->high - scale->low) / (double)(most - 1));
	first = ceil(scale->low / step - 1e-9);
	for (; count < most; count++) {
		double value = (first + (double)count) * step;

		if (value > scale->high + step * 1e-9)
			break;
		tick[count] = value;
	}
	return count;
}

char *
ch_format_tick(enum ch_unit unit, double value, char *buffer, size_t size)
{
	char *point, *end, *last;

	ch_format(unit, value, buffer, size);
	point = strchr(buffer, '.');
	if (is_time(unit) || unit == CH_COUNT || !point)
		return buffer;
	end = buffer + strcspn(buffer, "%");
	for (last = end; last[-1] == '0'; last--)
		;
	if (last[-1] == '.')
		last--;
	memmove(last, end, strlen(end) + 1);
	return buffer;
}

void
ch_axis_below(FILE *out, const struct ch_scale *scale, double top,
	      double bottom, const char *title)
{
	double tick[CH_TICKS_MAX];
	size_t count = ch_ticks(scale, 7, tick);

	for (size_t i = 0; i < count; i++) {
		char text[CH_FORMAT_MAX];
		double x = ch_place(scale, tick[i]);

		ch_format_tick(scale->unit, tick[i], text, sizeof(text));
		ch_line(out, "ch-g", x, top, x, bottom);
		/* The last one would be cut at the edge. */
		if (x > CH_WIDTH - TICK_HALF)
			ch_text_at(out, "ch-a ch-e", CH_WIDTH, bottom + 14);
		else
			ch_text_at(out, "ch-a ch-c", x, bottom + 14);
		ch_text(out, text);
		fputs("</text>", out);
	}
	ch_line(out, "ch-x", scale->from, bottom, scale->to, bottom);
	ch_label_at(out, "ch-a ch-c", (scale->from + scale->to) / 2,
		    bottom + 31, title, scale->to - scale->from + 40);
	fputc('\n', out);
}

void
ch_axis_left(FILE *out, const struct ch_scale *scale, double left, double right,
	     const char *title)
{
	double tick[CH_TICKS_MAX];
	size_t count = ch_ticks(scale, 7, tick);

	for (size_t i = 0; i < count; i++) {
		char text[CH_FORMAT_MAX];
		double y = ch_place(scale, tick[i]);

		ch_format_tick(scale->unit, tick[i], text, sizeof(text));
		ch_line(out, "ch-g", left, y, right, y);
		ch_text_at(out, "ch-a ch-e", left - 5, y + 4);
		ch_text(out, text);
		fputs("</text>", out);
	}
	/* Above the axis: text that runs upwards is hard to read. */
	ch_label_at(out, "ch-a", 0, scale->to - 10, title, right);
	fputc('\n', out);
}
