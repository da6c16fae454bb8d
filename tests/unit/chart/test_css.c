/* Tests of tools/chart/css: contrast as WCAG 2.2 defines it. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "chart/chart.h"

static double
linear(unsigned long byte)
{
	double c = (double)byte / 255;

	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

/* The relative luminance of a variable of a theme: its block of ch_css. */
static double
luminance(const char *theme, const char *name)
{
	const char *end = strchr(theme, '}');
	char find[32];
	const char *at;
	unsigned long rgb;
	char *after;

	snprintf(find, sizeof(find), "%s:#", name);
	at = strstr(theme, find);
	cr_assert(at && at < end, "%s", name);
	rgb = strtoul(at + strlen(find), &after, 16);
	cr_assert_eq(after - at, (long)strlen(find) + 6, "%s", name);
	return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8 & 255) +
	       0.0722 * linear(rgb & 255);
}

static double
contrast(const char *theme, const char *a, const char *b)
{
	double x = luminance(theme, a), y = luminance(theme, b);

	return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

Test(chart_css, text_and_marks_have_contrast_in_both_themes)
{
	static const char *const text[] = {"--ch-fg", "--ch-mute"};
	static const char *const ground[] = {"--ch-bg", "--ch-band"};
	const char *theme = ch_css;
	int themes = 0;

	for (; (theme = strstr(theme, ":root{")); theme++, themes++) {
		for (size_t i = 0; i < 2; i++) {
			for (size_t j = 0; j < 2; j++)
				cr_expect(contrast(theme, text[i], ground[j]) >=
						  4.5,
					  "%d %s on %s", themes, text[i],
					  ground[j]);
			for (int k = 1; k <= CH_STYLES; k++) {
				char name[16];

				snprintf(name, sizeof(name), "--ch-%d", k);
				cr_expect(contrast(theme, name, ground[i]) >= 3,
					  "%d %s on %s", themes, name,
					  ground[i]);
			}
		}
	}
	cr_expect_eq(themes, 2);
}

Test(chart_css, each_style_has_a_colour_and_a_dash)
{
	for (int i = 1; i <= CH_STYLES; i++) {
		char find[32];

		snprintf(find, sizeof(find), ".s%d{color:var(--ch-%d)}", i, i);
		cr_expect(strstr(ch_css, find), "%s", find);
		snprintf(find, sizeof(find), ".ch-l.s%d{stroke-dasharray:", i);
		/* The first is solid. */
		cr_expect_eq(strstr(ch_css, find) != NULL, i > 1, "%s", find);
	}
}

Test(chart_css, asks_for_nothing_from_elsewhere)
{
	cr_expect(!strstr(ch_css, "url("));
	cr_expect(!strstr(ch_css, "@import"));
	cr_expect(!strstr(ch_css, "</"));
}
