/* Tests of all charts: well-formed, safe, small, the same each time. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <criterion/criterion.h>

#include "base/utf8.h"
#include "samples.h"

#define DEPTH_MAX 16

/* The end of an entity that XML knows without a DTD; NULL: it is not one. */
static const char *
entity(const char *at)
{
	static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;",
					    "&#39;"};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (strncmp(at, known[i], strlen(known[i])) == 0)
			return at + strlen(known[i]);
	}
	return NULL;
}

/* The end of a tag's attributes, at "/>" or ">"; NULL: malformed. */
static const char *
attributes(const char *at)
{
	while (*at == ' ') {
		at++;
		at += strspn(at, "abcdefghijklmnopqrstuvwxyzBU-"
				 "0123456789");
		if (strncmp(at, "=\"", 2) != 0)
			return NULL;
		at += 2;
		while (*at && *at != '"') {
			if (*at == '<' || (*at == '&' && !entity(at)))
				return NULL;
			at++;
		}
		if (*at++ != '"')
			return NULL;
	}
	return at;
}

struct checker {
	const char *open[DEPTH_MAX];
	size_t length[DEPTH_MAX];
	size_t depth;
};

/* Read a tag; NULL: malformed, or not the one to close. */
static const char *
tag(struct checker *checker, const char *at)
{
	bool closes = at[1] == '/';
	const char *name = at + 1 + closes;
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz");

	at = name + length;
	if (closes) {
		if (checker->depth == 0 || *at != '>')
			return NULL;
		checker->depth--;
		if (checker->length[checker->depth] != length ||
		    strncmp(checker->open[checker->depth], name, length) != 0)
			return NULL;
		return at + 1;
	}
	at = attributes(at);
	if (!at || length == 0)
		return NULL;
	if (strncmp(at, "/>", 2) == 0)
		return at + 2;
	if (*at != '>' || checker->depth == DEPTH_MAX)
		return NULL;
	checker->open[checker->depth] = name;
	checker->length[checker->depth++] = length;
	return at + 1;
}

/* Where XML is malformed, NULL: nowhere. */
static const char *
malformed(const char *text)
{
	struct checker checker = {.depth = 0};
	const char *at = text, *end = text + strlen(text);

	while (at && *at) {
		size_t length = bo_utf8_length(at, end);
		const char *from = at;

		if (*at == '<')
			at = tag(&checker, at);
		else if (*at == '&')
			at = entity(at);
		else if (*at == '>' || length == 0)
			at = NULL;
		else
			at += length;
		if (!at)
			return from;
	}
	return checker.depth ? end : NULL;
}

Test(chart_charts, the_checker_finds_what_is_malformed)
{
	static const char *const bad[] = {
		"<a>",
		"<a></b>",
		"</a>",
		"<a b=c></a>",
		"<a b='c'></a>",
		"a & b",
		"<a b=\"<\"></a>",
		"<a b=\"c></a>",
		"a > b",
		"<a\xff></a>",
		"&nbsp;",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		cr_expect(malformed(bad[i]), "%s", bad[i]);
	cr_expect(!malformed("<a b=\"c\"><d/>&lt;</a>"));
}

Test(chart_charts, every_chart_is_well_formed_whatever_the_data)
{
	for (size_t i = 0; i < SAMPLE_CHARTS; i++) {
		for (int j = 0; j < SAMPLES; j++) {
			char *text = sample_text(i, (enum sample)j);
			const char *at = malformed(text);

			cr_expect(!at, "%s %d: %.60s", sample_chart[i].name, j,
				  at ? at : "");
			free(text);
		}
	}
}

Test(chart_charts, names_never_become_markup)
{
	static const char *const never[] = {"<script",   "</title></svg><",
					    "\" onload", "<!--",
					    "\x1b",      "\xe2\x80\xae"};

	for (size_t i = 0; i < SAMPLE_CHARTS; i++) {
		char *text = sample_text(i, SAMPLE_HOSTILE);

		for (size_t j = 0; j < sizeof(never) / sizeof(*never); j++)
			cr_expect(!strstr(text, never[j]), "%s: %s",
				  sample_chart[i].name, never[j]);
		free(text);
	}
}

/* Whether a word stands alone in a text, in any case. */
static bool
has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = text; *at; at++) {
		if (strncasecmp(at, word, length) == 0 &&
		    !isalpha((unsigned char)at[length]) &&
		    (at == text || !isalpha((unsigned char)at[-1])))
			return true;
	}
	return false;
}

Test(chart_charts, numbers_that_are_not_finite_are_not_written)
{
	for (size_t i = 0; i < SAMPLE_CHARTS; i++) {
		for (int j = 0; j < SAMPLES; j++) {
			char *text = sample_text(i, (enum sample)j);

			cr_expect(!has_word(text, "nan"));
			cr_expect(!has_word(text, "inf"));
			cr_expect(!strstr(text, "e+"));
			free(text);
		}
	}
}

Test(chart_charts, a_chart_without_data_says_so)
{
	for (size_t i = 0; i < SAMPLE_CHARTS; i++) {
		char *text = sample_text(i, SAMPLE_EMPTY);

		cr_expect(strstr(text, "<p>No data.</p>"), "%s",
			  sample_chart[i].name);
		cr_expect(!strstr(text, "<svg"));
		free(text);
	}
}

Test(chart_charts, each_has_a_title_a_description_and_a_table)
{
	static const char *const part[] = {
		"<figure class=\"chart\"", "<figcaption",  "<svg role=\"img\"",
		"aria-labelledby=\"",      "<title id=\"", "<desc id=\"",
		"<details><summary>",      "<caption",     "<th scope=\"row\">",
		"<th scope=\"col\">"};

	for (size_t i = 0; i < SAMPLE_CHARTS; i++) {
		char *text = sample_text(i, SAMPLE_USUAL);

		for (size_t j = 0; j < sizeof(part) / sizeof(*part); j++)
			cr_expect(strstr(text, part[j]), "%s: %s",
				  sample_chart[i].name, part[j]);
		/* The page's policy allows no style attribute. */
		cr_expect(!strstr(text, "style=\""));
		free(text);
	}
}

Test(chart_charts, the_same_data_give_the_same_bytes)
{
	for (size_t i = 0; i < SAMPLE_CHARTS; i++) {
		for (int j = 0; j < SAMPLES; j++) {
			char *once = sample_text(i, (enum sample)j);
			char *again = sample_text(i, (enum sample)j);

			cr_expect_str_eq(once, again);
			free(once);
			free(again);
		}
	}
}

/* How often a value is a text of the picture that the table lacks. */
static size_t
missing_in_table(const char *text, const char *from, const char *begin)
{
	const char *table = strstr(text, "<table>");
	size_t missing = 0, found = 0;

	for (const char *at = strstr(from, begin); at && at < table;
	     at = strstr(at + 1, begin)) {
		const char *value = strchr(at, '>') + 1;
		char cell[64];
		int length = (int)strcspn(value, "<");

		snprintf(cell, sizeof(cell), "<td>%.*s</td>", length, value);
		missing += !strstr(table, cell);
		found++;
	}
	cr_expect(found > 0);
	return missing;
}

Test(chart_charts, the_table_has_the_numbers_of_the_picture)
{
	char *forest = sample_text(0, SAMPLE_USUAL);
	char *bars = sample_text(2, SAMPLE_USUAL);

	cr_expect_eq(missing_in_table(forest, strstr(forest, "<g "),
				      "<text class=\"ch-e\" x=\"535\""),
		     0);
	cr_expect_eq(missing_in_table(bars, bars, "y=\"13.5\">"), 0);
	free(forest);
	free(bars);
}

Test(chart_charts, further_series_are_in_the_table_only)
{
	char *text = sample_text(1, SAMPLE_MANY);
	const char *name = strstr(text, "fourteenth");

	cr_expect(name && name > strstr(text, "<table>"));
	cr_expect(strstr(text, "and 7 more in Numbers"));
	free(text);
}

Test(chart_charts, long_names_are_whole_in_the_table)
{
	for (size_t i = 0; i < SAMPLE_CHARTS; i++) {
		char *text = sample_text(i, SAMPLE_HOSTILE);
		const char *row = strstr(text, "<th scope=\"row\">&lt;&lt;");
		size_t count = 0;

		cr_assert(row);
		for (row += strlen("<th scope=\"row\">");
		     strncmp(row, "&lt;", 4) == 0; row += 4)
			count++;
		cr_expect_eq(count, 10000);
		free(text);
	}
}

Test(chart_charts, charts_are_small)
{
	for (size_t i = 0; i < SAMPLE_CHARTS; i++) {
		char *usual = sample_text(i, SAMPLE_USUAL);
		char *many = sample_text(i, SAMPLE_MANY);
		/* The sample of bars has two figures. */
		size_t figures = i == 2 ? 2 : 1;

		cr_expect(strlen(usual) < figures * 8500, "%s %zu",
			  sample_chart[i].name, strlen(usual));
		cr_expect(strlen(many) < figures * 16000, "%s %zu",
			  sample_chart[i].name, strlen(many));
		free(usual);
		free(many);
	}
}

Test(chart_charts, periods_are_numbered_and_named_in_the_table)
{
	char *text = sample_text(4, SAMPLE_USUAL);
	const char *table = strstr(text, "<table>");

	cr_assert(table);
	for (int i = 1; i <= 3; i++) {
		char find[16];

		snprintf(find, sizeof(find), ">%d</text>", i);
		cr_expect(strstr(text, find), "%s", find);
	}
	cr_expect(strstr(table, "<th scope=\"col\">1: payments</th>"));
	cr_expect(strstr(table, "<th scope=\"col\">3: 11:58:20 to "
				"13:30:00</th>"));
	free(text);
}
