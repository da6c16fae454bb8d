/* A comparison as one HTML file: what its sections share. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_HTML_H
#define RS_HTML_H

#include "report/choices.h"
#include "report/policy_fields.h"

/** An operation. */
struct rs_html_part {
	const struct rs_subject *subject;
	struct rs_choices choices;
	/** From 1: its article has the id op-NUMBER. */
	size_t number;
};

struct rs_html {
	const struct rs_report *report;
	struct rs_html_part *part;
	size_t parts;
	/** By policy. */
	struct rs_policy_fields *fields;
	size_t policies;
	FILE *out;
};

/** Write text so that HTML shows it, in elements and in quoted attributes. */
void rs_html_text(FILE *out, const char *text);

/** The same, cut to a number of characters. */
void rs_html_cut(FILE *out, const char *text, size_t characters);

/** Write the result of printf() so. */
void rs_html_printf(FILE *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** Begin a container that a wide table scrolls in, with its name. */
void rs_html_scroll(const struct rs_html *html, const char *what,
		    const struct rs_html_part *part);

/** The sections, in the order of the page. */
void rs_html_answers(const struct rs_html *html);
int rs_html_policies(const struct rs_html *html);
void rs_html_table(const struct rs_html *html, const struct rs_html_part *part);

/** Sections that need memory. 0; -1 if it ran out. */
int rs_html_laws(const struct rs_html *html);
int rs_html_errors(const struct rs_html *html, const struct rs_html_part *part);
int rs_html_forest(const struct rs_html *html, const struct rs_html_part *part);
int rs_html_bars(const struct rs_html *html, const struct rs_html_part *part);
int rs_html_load(const struct rs_html *html, const struct rs_html_part *part);

/** The same of an operation whose results have details. */
int rs_html_times(const struct rs_html *html, const struct rs_html_part *part);
int rs_html_time_line(const struct rs_html *html,
		      const struct rs_html_part *part);
int rs_html_why(const struct rs_html *html, const struct rs_html_part *part);

void rs_html_trust(const struct rs_html *html);

/** A name of the log or of a policy, as headings and links have it. */
#define RS_HTML_NAME 80

#endif
