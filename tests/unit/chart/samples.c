/* Draws one chart of each kind, for tests. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "samples.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chart/chart.h"

#define MS 1e6
#define ROWS 15

static const char *const usual_name[ROWS] = {
	"as-logged",    "constant-50ms", "expo-full-jitter",
	"linear",       "no-retry",      "checkout-aggressive-with-budget-v2",
	"decorrelated", "expo-breaker",  "hedged",
	"ninth",        "tenth",         "eleventh",
	"twelfth",      "thirteenth",    "fourteenth",
};

static const char *
name_of(enum sample sample, size_t i)
{
	static char longest[10001];
	static const char *const hostile[] = {
		"</title></svg><script>alert(1)</script>",
		"\"' onload=alert(1) x='",
		"\xe2\x80\xae"
		"reversed\x1b[31m",
		"\xff\xfe\xc0\xaf broken &amp; <!-- ]]>",
		longest,
		"\xef\xbf\xbf\xef\xb7\x90",
	};

	if (sample != SAMPLE_HOSTILE)
		return usual_name[i % ROWS];
	memset(longest, '<', sizeof(longest) - 1);
	return hostile[i % (sizeof(hostile) / sizeof(*hostile))];
}

static size_t
rows_of(enum sample sample)
{
	switch (sample) {
	case SAMPLE_EMPTY:
		return 0;
	case SAMPLE_MANY:
		return ROWS;
	default:
		return 6;
	}
}

/* A number, or one that no chart can draw. */
static double
number(enum sample sample, size_t i, double value)
{
	static const double broken[] = {(double)NAN, HUGE_VAL, -HUGE_VAL,
					0,           1e300,    -1e300};

	return sample == SAMPLE_BROKEN ? broken[i % 6] : value;
}

static struct ch_head
head_of(enum sample sample, const char *id, const char *title)
{
	return (struct ch_head){
		.id = id,
		.title = sample == SAMPLE_HOSTILE ? name_of(sample, 0) : title,
		.desc = "What is drawn, for those who do not see it.",
	};
}

static void
forest(FILE *out, enum sample sample)
{
	static const double value[] = {0,       0.0145,  0.0012,
				       -0.0003, -0.0310, 0.0050};
	static const double half[] = {0.0001, 0.004,  0.0009,
				      0.001,  0.0060, 0.3};
	static const char *const word[] = {"same",    "better", "unclear",
					   "unclear", "worse",  "unclear"};
	static const enum ch_mark mark[] = {CH_MARK_CIRCLE,  CH_MARK_UP,
					    CH_MARK_DIAMOND, CH_MARK_DIAMOND,
					    CH_MARK_DOWN,    CH_MARK_DIAMOND};
	struct ch_forest_row row[ROWS];
	struct ch_forest chart = {
		.head = head_of(sample, "f",
				"Only constant-50ms loses fewer calls"),
		.unit = CH_POINTS,
		.axis = "difference of success, percentage points",
		.interval = "95% interval",
		.outer = "if all is bad",
		.less = "\xe2\x86\x90 worse",
		.more = "better \xe2\x86\x92",
		.margin = "does not matter",
		.margin_low = -0.002,
		.margin_high = 0.002,
		.row = row,
		.rows = rows_of(sample),
	};

	for (size_t i = 0; i < ROWS; i++) {
		size_t j = i % 6;

		row[i] = (struct ch_forest_row){
			.label = name_of(sample, i),
			.value = number(sample, i, value[j]),
			.low = number(sample, i, value[j] - half[j]),
			.high = number(sample, i + 1, value[j] + half[j]),
			.outer_low =
				i == 1 ? value[j] - 2 * half[j] : (double)NAN,
			.outer_high =
				i == 1 ? value[j] + 2 * half[j] : (double)NAN,
			.verdict = word[j],
			.mark = mark[j],
			.style = j,
		};
	}
	ch_forest(out, &chart);
}

static void
curves(FILE *out, enum sample sample)
{
	static const double quantile[] = {0,    .05,  .25,   .5,    .75,
					  .9,   .95,  .98,   .99,   .995,
					  .998, .999, .9995, .9999, 1};
	enum { N = sizeof(quantile) / sizeof(*quantile) };
	double y[ROWS][N];
	struct ch_curve curve[ROWS];
	struct ch_curves chart = {
		.head = head_of(sample, "c",
				"linear waits longest: 1.2s at 99%"),
		.unit = CH_TIME,
		.axis = "duration of calls that succeed",
		.quantile = quantile,
		.quantiles = N,
		.curve = curve,
		.curves = rows_of(sample),
	};

	for (size_t i = 0; i < ROWS; i++) {
		for (size_t j = 0; j < N; j++) {
			double tail =
				quantile[j] < 1 ? -log10(1 - quantile[j]) : 5;
			double usual =
				MS * 5 * exp(tail * (0.7 + 0.13 * (double)i));

			y[i][j] = number(sample, i + j, usual);
		}
		if (sample == SAMPLE_USUAL && i == 4)
			y[i][N - 2] = (double)NAN;
		curve[i] = (struct ch_curve){name_of(sample, i), i, y[i]};
	}
	ch_curves(out, &chart);
}

static void
bars(FILE *out, enum sample sample, bool ordered)
{
	static const char *const attempts[] = {"1", "2", "3", "4", "5",
					       "6", "7", "8", "9", "10"};
	static const char *const reasons[] = {
		"success",         "attempts used up", "deadline",
		"permanent error", "budget empty",     "breaker open",
		"cancelled",       "unknown",          "never 1",
		"never 2"};
	double share[ROWS][10];
	struct ch_bar bar[ROWS];
	struct ch_bars chart = {
		.head = head_of(sample, ordered ? "ba" : "br",
				ordered ? "Nine calls in ten need one attempt"
					: "Most calls stop by success"),
		.axis = "share of calls",
		.segment = ordered ? attempts : reasons,
		.segments = 10,
		.ordered = ordered,
		.bar = bar,
		.bars = rows_of(sample),
	};

	for (size_t i = 0; i < ROWS; i++) {
		double left = 1, part = 0.85 - 0.05 * (double)(i % 8);

		for (size_t j = 0; j < 10; j++) {
			double each = j < 9 ? left * part : left;

			if (!ordered && j > 7)
				each = 0;
			share[i][j] = number(sample, i + j, each);
			left -= each;
		}
		bar[i] = (struct ch_bar){name_of(sample, i), share[i]};
	}
	ch_bars(out, &chart);
}

static void
both_bars(FILE *out, enum sample sample)
{
	bars(out, sample, true);
	bars(out, sample, false);
}

static void
scatter(FILE *out, enum sample sample)
{
	struct ch_point point[ROWS];
	struct ch_scatter chart = {
		.head = head_of(sample, "s",
				"constant-50ms buys success with load"),
		.x_unit = CH_MEAN,
		.y_unit = CH_SHARE,
		.x_axis = "attempts per call",
		.y_axis = "calls that succeed",
		.edge = true,
		.point = point,
		.points = rows_of(sample),
	};

	for (size_t i = 0; i < ROWS; i++) {
		double x = 1 + 0.07 * (double)i;
		double y = 0.995 - 0.08 / (1 + (double)((i * 5) % 7));

		point[i] = (struct ch_point){
			.label = name_of(sample, i),
			.style = i,
			.x = number(sample, i, x),
			.x_low = number(sample, i, x - 0.02),
			.x_high = number(sample, i, x + 0.02),
			.y = number(sample, i + 3, y),
			.y_low = number(sample, i, y - 0.003),
			.y_high = number(sample, i + 1, y + 0.002),
		};
	}
	ch_scatter(out, &chart);
}

static void
timeline(FILE *out, enum sample sample)
{
	enum { BINS = 240 };
	static double bin[ROWS][BINS];
	const uint64_t from = UINT64_C(1764500400) * 1000000000;
	const uint64_t s = 1000000000;
	const struct ch_band band[] = {
		{from + 700 * s, from + 1100 * s, "payments"},
		{from + 2600 * s, from + 2640 * s, name_of(sample, 1)},
		{from + 3500 * s, from + 9000 * s, NULL},
	};
	struct ch_lane lane[ROWS];
	struct ch_timeline chart = {
		.head = head_of(sample, "t",
				"In incident 1, expo-full-jitter sends least"),
		.unit = CH_MEAN,
		.axis = "attempts per second",
		.from_ns = from,
		.bin_ns = 15 * s,
		.bins = BINS,
		.lane = lane,
		.lanes = rows_of(sample),
		.band = band,
		.bands = 3,
	};

	for (size_t i = 0; i < ROWS; i++) {
		for (size_t j = 0; j < BINS; j++) {
			double each = 40 + 8 * sin((double)j / 20) +
				      (double)((j * 7919 + i * 104729) % 13);

			if (j >= 46 && j < 73)
				each *= 1.2 + 0.2 * (double)(i % 6);
			bin[i][j] = number(sample, i + j, each);
		}
		if (sample == SAMPLE_USUAL && i == 3) {
			for (size_t j = 100; j < 130; j++)
				bin[i][j] = (double)NAN;
		}
		lane[i] = (struct ch_lane){name_of(sample, i), i, bin[i]};
	}
	ch_timeline(out, &chart);
}

static void
steps(FILE *out, enum sample sample)
{
	enum { ATTEMPTS = 7 };
	struct ch_attempt attempt[ROWS][ATTEMPTS];
	struct ch_law law[ROWS];
	struct ch_steps chart = {
		.head = head_of(sample, "d", "linear gives up last, after 30s"),
		.axis = "time since the call began",
		.law = law,
		.laws = rows_of(sample),
	};

	for (size_t i = 0; i < ROWS; i++) {
		double at = 0;

		for (size_t j = 0; j < ATTEMPTS; j++) {
			double wait = 50 * MS * (i % 2 ? 1 : pow(2, (double)j));

			attempt[i][j] = (struct ch_attempt){
				number(sample, i + j, at),
				number(sample, i + j, i % 3 ? at : at * 0.5),
				number(sample, i + j + 1,
				       i % 3 ? at : at * 1.2)};
			at += wait;
		}
		law[i] = (struct ch_law){
			name_of(sample, i),
			i,
			attempt[i],
			i == 4 ? 1 : ATTEMPTS - i % 3,
			number(sample, i, i % 2 ? 30e9 : (double)NAN),
			i == 2 ? "full jitter" : NULL};
	}
	ch_steps(out, &chart);
}

const struct sample_chart sample_chart[] = {
	{"forest", forest},   {"curves", curves},     {"bars", both_bars},
	{"scatter", scatter}, {"timeline", timeline}, {"steps", steps},
};

char *
sample_text(size_t chart, enum sample sample)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	sample_chart[chart].write(out, sample);
	fclose(out);
	return text;
}
