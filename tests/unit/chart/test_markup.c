/* Tests of tools/chart/markup. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "chart/markup.h"

/* What ch_text() writes; the caller frees it. */
static char *
text_of(const char *text)
{
	char *buffer = NULL;
	size_t size;
	FILE *out = open_memstream(&buffer, &size);

	cr_assert(out);
	ch_text(out, text);
	fclose(out);
	return buffer;
}

static char *
label_of(const char *text, double width)
{
	char *buffer = NULL;
	size_t size;
	FILE *out = open_memstream(&buffer, &size);

	cr_assert(out);
	ch_label(out, text, width);
	fclose(out);
	return buffer;
}

Test(chart_markup, text_is_safe_between_tags_and_in_attributes)
{
	static const struct {
		const char *text, *want;
	} row[] = {
		{"plain", "plain"},
		{NULL, ""},
		{"<script>alert(1)</script>",
		 "&lt;script&gt;alert(1)&lt;/script&gt;"},
		{"\" onload='x'", "&quot; onload=&#39;x&#39;"},
		{"a&b &lt;", "a&amp;b &amp;lt;"},
		{"\x1b[31m\n", "\\x1b[31m\\n"},
		{"a\xe2\x80\xae"
		 "b",
		 "a\\u{202e}b"},
		{"\xff\xc3", "\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xef\xbf\xbe", "\xef\xbf\xbd"},
		{"]]>-->", "]]&gt;--&gt;"},
		{"\xc3\xa9\xe6\xbc\xa2", "\xc3\xa9\xe6\xbc\xa2"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		char *got = text_of(row[i].text);

		cr_expect_str_eq(got, row[i].want);
		free(got);
	}
}

Test(chart_markup, labels_are_cut_in_the_middle)
{
	char *got = label_of("checkout-with-a-very-long-name-v2", 120);

	cr_expect(strncmp(got, "checkout", 8) == 0, "%s", got);
	cr_expect(strstr(got, "\xe2\x80\xa6"), "%s", got);
	cr_expect_str_eq(got + strlen(got) - 2, "v2");
	cr_expect(ch_width(got) <= 120, "%s", got);
	free(got);

	got = label_of("short", 120);
	cr_expect_str_eq(got, "short");
	free(got);
}

Test(chart_markup, long_and_broken_labels_stay_short)
{
	static char text[10001], accents[20002];

	memset(text, '<', sizeof(text) - 1);
	for (size_t i = 1; i + 2 < sizeof(accents); i += 2)
		memcpy(accents + i, "\xcc\x81", 2);
	accents[0] = 'e';
	for (double width = -10; width < 200; width += 7) {
		char *got = label_of(text, width);

		cr_expect(strlen(got) < 200);
		free(got);
		got = label_of(accents, width);
		cr_expect(strlen(got) < 200);
		free(got);
		got = label_of("\xff\xfe\xe2\x80\xae\xf0\x9f\x91\xa9", width);
		cr_expect(strlen(got) < 200);
		free(got);
	}
}

Test(chart_markup, formats_values)
{
	static const struct {
		enum ch_unit unit;
		double value;
		const char *want;
	} row[] = {
		{CH_COUNT, 1234, "1.2k"},
		{CH_MEAN, 1.245, "1.25"},
		{CH_MEAN, -0.001, "0.00"},
		{CH_MEAN_DIFF, 1.24, "+1.24"},
		{CH_MEAN_DIFF, -1.24, "-1.24"},
		{CH_MEAN_DIFF, 0.001, "0.00"},
		{CH_MEAN, (double)NAN, "-"},
		{CH_MEAN, HUGE_VAL, "-"},
		{CH_MEAN, 1e300, "9e15"},
		{CH_SHARE, 0, "0%"},
		{CH_SHARE, 1, "100%"},
		{CH_SHARE, 0.9931, "99.31%"},
		{CH_SHARE, 0.999999, ">99.99%"},
		{CH_SHARE, 0.000001, "<0.01%"},
		{CH_POINTS, 0.0045, "+0.45"},
		{CH_POINTS, -0.0045, "-0.45"},
		{CH_POINTS, 0, "0.00"},
		{CH_TIME, 50.4e6, "50.4ms"},
		{CH_TIME_DIFF, 50.4e6, "+50.4ms"},
		{CH_TIME_DIFF, -50.4e6, "-50.4ms"},
		{CH_TIME_DIFF, 0, "0"},
		{CH_TIME, (double)NAN, "-"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		char got[CH_FORMAT_MAX];

		ch_format(row[i].unit, row[i].value, got, sizeof(got));
		cr_expect_str_eq(got, row[i].want);
	}
}

Test(chart_markup, numbers_have_at_most_one_decimal)
{
	static const struct {
		double value;
		const char *want;
	} row[] = {
		{0, "0"},        {-0.04, "0"},      {12, "12"},
		{12.34, "12.3"}, {-12.35, "-12.4"}, {(double)NAN, "0"},
		{HUGE_VAL, "0"}, {1e300, "9e15"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		char *got = NULL;
		size_t size;
		FILE *out = open_memstream(&got, &size);

		ch_number(out, row[i].value);
		fclose(out);
		cr_expect_str_eq(got, row[i].want);
		free(got);
	}
}
