/* Draws values over time, a lane for each row, all on one scale. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdbool.h>

#include "base/num.h"
#include "base/rfc3339.h"
#include "chart/chart.h"
#include "chart/frame.h"
#include "chart/key.h"
#include "chart/markup.h"
#include "chart/scale.h"

#define LABEL_WIDTH 140.0
#define LEFT 150.0
#define RIGHT 550.0
#define TOP 36.0
#define PITCH 38.0
#define LANE 30.0
/* More bins than this are drawn as means of some of them: whole pixels. */
#define BINS_MAX 100
/* More periods than this are too many to be numbered or to have a column. */
#define BANDS_MAX 12

/* The mean of bins, without those that are not known. */
static double
mean_of(const struct ch_timeline *chart, const struct ch_lane *lane,
	size_t from, size_t to)
{
	double sum = 0;
	size_t count = 0;

	for (size_t i = from; i < to && i < chart->bins; i++) {
		if (isfinite(lane->bin[i])) {
			sum += lane->bin[i];
			count++;
		}
	}
	return count ? sum / (double)count : (double)NAN;
}

/* How many bins are drawn as one. */
static size_t
bins_in_one(const struct ch_timeline *chart)
{
	return (chart->bins + BINS_MAX - 1) / BINS_MAX;
}

/* The largest value that is drawn; -1: none is known. */
static double
most_of(const struct ch_timeline *chart)
{
	double most = -1;
	size_t step = bins_in_one(chart);

	for (size_t i = 0; i < chart->lanes; i++) {
		for (size_t j = 0; j < chart->bins; j += step) {
			double value =
				mean_of(chart, &chart->lane[i], j, j + step);

			if (value > most)
				most = value;
		}
	}
	return most;
}

static uint64_t
end_of(const struct ch_timeline *chart)
{
	return bo_add_sat(chart->from_ns,
			  bo_mul_sat(chart->bin_ns, chart->bins));
}

static double
x_of(const struct ch_timeline *chart, uint64_t ns)
{
	double whole = (double)chart->bin_ns * (double)chart->bins;
	double part = (double)bo_sub_sat(ns, chart->from_ns) / whole;

	return LEFT + fmin(part, 1) * (RIGHT - LEFT);
}

/* A step line of whole units, by relative moves: few bytes for many bins. */
static void
write_lane(FILE *out, const struct ch_timeline *chart,
	   const struct ch_lane *lane, double most, double bottom)
{
	size_t step = bins_in_one(chart);
	int base = (int)bottom, y = base;
	int x = (int)LEFT, drawn = x;
	bool open = false;

	fprintf(out, "<path class=\"ch-s s%zu\" d=\"", lane->style + 1);
	for (size_t i = 0; i < chart->bins; i += step) {
		double value = mean_of(chart, lane, i, i + step);
		double last = (double)i + (double)step;
		double part = fmin(last / (double)chart->bins, 1);
		int next = (int)lround(LEFT + part * (RIGHT - LEFT));
		int to = base;

		if (isfinite(value))
			to -= (int)lround(fmin(fmax(value / most, 0), 1) *
					  LANE);
		if (open && (to != y || !isfinite(value))) {
			fprintf(out, "h%d", x - drawn);
			drawn = x;
		}
		if (open && !isfinite(value)) {
			fprintf(out, "V%dz", base);
			open = false;
		} else if (!open && isfinite(value)) {
			fprintf(out, "M%d %dV%d", x, base, to);
			drawn = x;
			open = true;
		} else if (open && to != y) {
			fprintf(out, "v%d", to - y);
		}
		y = to;
		x = next;
	}
	if (open)
		fprintf(out, "h%dV%dz", x - drawn, base);
	fputs("\"/>", out);
}

/* Steps of the time axis, in seconds. */
static uint64_t
step_ns(uint64_t least)
{
	static const uint64_t second[] = {
		1,     2,     5,     10,    20,     30,     60,
		120,   300,   600,   1200,  1800,   3600,   7200,
		10800, 21600, 43200, 86400, 172800, 604800, 2592000};
	size_t count = sizeof(second) / sizeof(*second);

	for (size_t i = 0; i < count; i++) {
		if (second[i] * BO_NS_PER_S >= least)
			return second[i] * BO_NS_PER_S;
	}
	return bo_mul_sat((least / BO_NS_PER_S / second[count - 1] + 1) *
				  second[count - 1],
			  BO_NS_PER_S);
}

static void
write_times(FILE *out, const struct ch_timeline *chart, double bottom)
{
	uint64_t end = end_of(chart);
	uint64_t step = step_ns((end - chart->from_ns) / 6);
	uint64_t at = bo_mul_sat((chart->from_ns + step - 1) / step, step);
	bool dates = step >= 86400 * BO_NS_PER_S;
	bool seconds = step < 60 * BO_NS_PER_S;
	char text[BO_RFC3339_MAX];

	for (; at <= end; at = bo_add_sat(at, step)) {
		double x = x_of(chart, at);

		bo_rfc3339_format(at, 0, text, sizeof(text));
		ch_line(out, "ch-g", x, TOP, x, bottom);
		ch_text_at(out, "ch-a ch-c", x, bottom + 14);
		fprintf(out, "%.*s</text>", dates || !seconds ? 5 : 8,
			text + (dates ? 5 : 11));
	}
	bo_rfc3339_format(chart->from_ns, 0, text, sizeof(text));
	ch_text_at(out, "ch-a ch-c", (LEFT + RIGHT) / 2, bottom + 31);
	fprintf(out, "UTC, from %.10s %.8s</text>\n", text, text + 11);
}

static void
write_bands(FILE *out, const struct ch_timeline *chart, double bottom)
{
	double free_from = 0;

	for (size_t i = 0; i < chart->bands; i++) {
		const struct ch_band *band = &chart->band[i];
		double from = x_of(chart, band->from_ns);
		double to = x_of(chart, band->to_ns);

		if (band->to_ns < chart->from_ns ||
		    band->from_ns > end_of(chart) || !(to >= from))
			continue;
		/* Too short to be seen is seen, too. */
		ch_rect(out, from, TOP - 4, fmax(to - from, 2),
			bottom - TOP + 4);
		fputs(" class=\"ch-b\"/>", out);
		if ((from + to) / 2 < free_from)
			continue;
		ch_text_at(out, "ch-a ch-c", (from + to) / 2, TOP - 8);
		fprintf(out, "%zu</text>", i + 1);
		free_from = (from + to) / 2 + 18;
	}
	fputc('\n', out);
}

/* The mean of a lane while a period lasts. */
static double
band_mean(const struct ch_timeline *chart, const struct ch_lane *lane,
	  const struct ch_band *band)
{
	uint64_t from = bo_sub_sat(band->from_ns, chart->from_ns);
	uint64_t to = bo_sub_sat(band->to_ns, chart->from_ns);

	return mean_of(chart, lane, (size_t)(from / chart->bin_ns),
		       (size_t)((to + chart->bin_ns - 1) / chart->bin_ns));
}

static void
write_band_column(FILE *out, const struct ch_timeline *chart, size_t i)
{
	const struct ch_band *band = &chart->band[i];
	char from[BO_RFC3339_MAX], to[BO_RFC3339_MAX];

	fprintf(out, "<th scope=\"col\">%zu: ", i + 1);
	if (band->label && *band->label) {
		ch_text(out, band->label);
	} else {
		bo_rfc3339_format(band->from_ns, 0, from, sizeof(from));
		bo_rfc3339_format(band->to_ns, 0, to, sizeof(to));
		fprintf(out, "%.8s to %.8s", from + 11, to + 11);
	}
	fputs("</th>", out);
}

static void
write_table(FILE *out, const struct ch_timeline *chart)
{
	size_t bands = chart->bands < BANDS_MAX ? chart->bands : BANDS_MAX;

	ch_twin(out, &chart->head, "");
	ch_column(out, "mean");
	ch_column(out, "highest drawn");
	for (size_t i = 0; i < bands; i++)
		write_band_column(out, chart, i);
	for (size_t i = 0; i < chart->lanes; i++) {
		const struct ch_lane *lane = &chart->lane[i];
		struct ch_timeline one = *chart;
		double most;

		one.lane = lane;
		one.lanes = 1;
		most = most_of(&one);
		ch_row(out, lane->label);
		ch_cell(out, chart->unit, mean_of(chart, lane, 0, chart->bins));
		ch_cell(out, chart->unit, most < 0 ? (double)NAN : most);
		for (size_t j = 0; j < bands; j++)
			ch_cell(out, chart->unit,
				band_mean(chart, lane, &chart->band[j]));
	}
	ch_close(out);
}

/* Lanes that are drawn, not only in the table. */
static size_t
drawn_lanes(const struct ch_timeline *chart)
{
	size_t count = 0;

	for (size_t i = 0; i < chart->lanes; i++)
		count += chart->lane[i].style < CH_STYLES;
	return count;
}

static void
write_rows(FILE *out, const struct ch_timeline *chart, double most)
{
	double bottom = TOP - 2;

	ch_label_at(out, "ch-a", 0, 12, chart->axis, CH_WIDTH);
	ch_value_at(out, "ch-a", RIGHT + 6, TOP + PITCH - LANE + 6, chart->unit,
		    most);
	ch_text_at(out, "ch-a", RIGHT + 6, TOP + PITCH);
	fputs("0 (every lane)</text>\n", out);
	for (size_t i = 0; i < chart->lanes; i++) {
		const struct ch_lane *lane = &chart->lane[i];

		if (lane->style >= CH_STYLES)
			continue;
		bottom += PITCH;
		ch_label_at(out, "ch-e", LABEL_WIDTH, bottom - LANE / 2 + 5,
			    lane->label, LABEL_WIDTH);
		write_lane(out, chart, lane, most, bottom);
		fputc('\n', out);
	}
}

void
ch_timeline(FILE *out, const struct ch_timeline *chart)
{
	double most = chart->bin_ns && chart->bins ? most_of(chart) : -1;
	size_t lanes = drawn_lanes(chart);
	double bottom = TOP + (double)lanes * PITCH;

	if (most < 0 || lanes == 0 || end_of(chart) == UINT64_MAX) {
		ch_nothing(out, &chart->head);
		return;
	}
	if (most == 0)
		most = 1;
	ch_open(out, &chart->head, bottom + 40);
	write_bands(out, chart, bottom);
	write_times(out, chart, bottom);
	write_rows(out, chart, most);
	ch_more(out, chart->lanes - lanes, 0, bottom + 31);
	write_table(out, chart);
}
