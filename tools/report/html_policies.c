/* HTML: what differs between the policies. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "report/html.h"
#include "report/policy_fields.h"

#define VALUE_MAX 2048
/* Longer values are cut. */
#define BRIEF_MAX 500
/* Fields with longer ones are below the table. */
#define LONG 20

/* Whether the policy is the baseline of any operation. */
static bool
is_baseline(const struct rs_html *html, size_t policy)
{
	for (size_t i = 0; i < html->parts; i++)
		if (html->part[i].subject->baseline == policy)
			return true;
	return false;
}

static const struct rs_policy *
policy_at(const struct rs_html *html, size_t policy)
{
	return &html->report->comparison->plan->policies->item[policy];
}

/* Whether a field of any policy is unlike that of the first one. */
static bool
differs(const struct rs_html *html, const char *path)
{
	const struct rs_policy_field *first =
		rs_policy_fields_find(&html->fields[0], path);

	for (size_t i = 1; i < html->policies; i++)
		if (!rs_policy_field_same(
			    first,
			    rs_policy_fields_find(&html->fields[i], path)))
			return true;
	return false;
}

/* Call with the path of each field in which policies differ, each once, in the
 * order of the policies' canonical forms. */
static void
each_path(const struct rs_html *html,
	  void (*fn)(const struct rs_html *, const char *path, void *user),
	  void *user)
{
	for (size_t i = 0; i < html->policies; i++)
		for (size_t j = 0; j < html->fields[i].count; j++) {
			const char *path = html->fields[i].item[j].path;
			bool before = false;

			for (size_t k = 0; k < i && !before; k++)
				before = rs_policy_fields_find(&html->fields[k],
							       path) != NULL;
			if (!before && differs(html, path))
				fn(html, path, user);
		}
}

static bool
is_long(const struct rs_html *html, const char *path)
{
	char value[VALUE_MAX];

	for (size_t i = 0; i < html->policies; i++) {
		const struct rs_policy_field *field =
			rs_policy_fields_find(&html->fields[i], path);

		if (field != NULL &&
		    strlen(rs_policy_field_text(field, value, sizeof(value))) >
			    LONG)
			return true;
	}
	return false;
}

static void
put_column(const struct rs_html *html, const char *path, void *user)
{
	(void)user;
	if (is_long(html, path))
		return;
	fputs("<th scope=\"col\">", html->out);
	rs_html_text(html->out, path);
	fputs("</th>\n", html->out);
}

static void
put_value(const struct rs_html *html, const char *path, void *user)
{
	const struct rs_policy_fields *fields = user;
	const struct rs_policy_field *field =
		rs_policy_fields_find(fields, path);
	char value[VALUE_MAX];

	if (is_long(html, path))
		return;
	fputs("<td>", html->out);
	rs_html_text(html->out, field == NULL
					? "-"
					: rs_policy_field_text(field, value,
							       sizeof(value)));
	fputs("</td>", html->out);
}

/* Whether a policy has a value that none before it has. */
static bool
is_first(const struct rs_html *html, const char *path, size_t policy)
{
	for (size_t i = 0; i < policy; i++)
		if (rs_policy_field_same(
			    rs_policy_fields_find(&html->fields[i], path),
			    rs_policy_fields_find(&html->fields[policy], path)))
			return false;
	return true;
}

/* A field in a few words: each of its values, and which policies have it. */
static void
put_long(const struct rs_html *html, const char *path, void *user)
{
	char value[VALUE_MAX];

	(void)user;
	if (!is_long(html, path))
		return;
	fputs("<dt><code>", html->out);
	rs_html_text(html->out, path);
	fputs("</code></dt>\n<dd><ul>\n", html->out);
	for (size_t i = 0; i < html->policies; i++) {
		const struct rs_policy_field *field =
			rs_policy_fields_find(&html->fields[i], path);

		if (field == NULL || !is_first(html, path, i))
			continue;
		fputs("<li>", html->out);
		rs_html_cut(html->out,
			    rs_policy_field_text(field, value, sizeof(value)),
			    BRIEF_MAX);
		fputs(" <span class=\"soft\">(", html->out);
		for (size_t k = i; k < html->policies; k++) {
			if (!rs_policy_field_same(
				    field, rs_policy_fields_find(
						   &html->fields[k], path)))
				continue;
			if (k > i)
				fputs(", ", html->out);
			rs_html_text(html->out, policy_at(html, k)->label);
		}
		fputs(")</span></li>\n", html->out);
	}
	fputs("</ul></dd>\n", html->out);
}

static void
put_table(const struct rs_html *html)
{
	rs_html_scroll(html, "Settings", NULL);
	fputs("<table class=\"rows settings\">\n<caption>Settings in which the "
	      "policies differ; those that all share are left out. Rows with a "
	      "dot are baselines.</caption>\n"
	      "<thead>\n<tr><th scope=\"col\">policy</th>\n",
	      html->out);
	each_path(html, put_column, NULL);
	fputs("</tr>\n</thead>\n<tbody>\n", html->out);
	for (size_t i = 0; i < html->policies; i++) {
		bool baseline = is_baseline(html, i);

		fprintf(html->out, "<tr%s><th scope=\"row\">%s",
			baseline ? " class=\"base\"" : "",
			baseline ? "●\xc2\xa0" : "");
		rs_html_text(html->out, policy_at(html, i)->label);
		fputs("</th>\n", html->out);
		each_path(html, put_value, &html->fields[i]);
		fputs("</tr>\n", html->out);
	}
	fputs("</tbody>\n</table>\n</div>\n<dl>\n", html->out);
	each_path(html, put_long, NULL);
	fputs("</dl>\n", html->out);
}

/* One policy against the baseline. */
struct pair {
	const struct rs_policy_fields *then, *now;
	size_t count;
};

static void
put_change(const struct rs_html *html, const char *path, void *user)
{
	struct pair *pair = user;
	const struct rs_policy_field *then =
		rs_policy_fields_find(pair->then, path);
	const struct rs_policy_field *now =
		rs_policy_fields_find(pair->now, path);
	char value[VALUE_MAX];

	if (rs_policy_field_same(then, now))
		return;
	fprintf(html->out, "%s<code>", pair->count++ ? "; " : ": ");
	rs_html_text(html->out, path);
	fputs("</code> ", html->out);
	rs_html_cut(html->out, rs_policy_field_text(then, value, sizeof(value)),
		    BRIEF_MAX);
	fputs(" <span class=\"soft\">(", html->out);
	rs_html_cut(html->out, rs_policy_field_text(now, value, sizeof(value)),
		    BRIEF_MAX);
	fputs(")</span>", html->out);
}

/* All policies against one of them. */
static void
put_changes(const struct rs_html *html, size_t baseline)
{
	fputs("<details>\n<summary>How the policies differ from ", html->out);
	rs_html_text(html->out, policy_at(html, baseline)->label);
	fputs("</summary>\n<ul>\n", html->out);
	for (size_t i = 0; i < html->policies; i++) {
		struct pair pair = {.then = &html->fields[i],
				    .now = &html->fields[baseline]};

		if (i == baseline)
			continue;
		fputs("<li><strong>", html->out);
		rs_html_text(html->out, policy_at(html, i)->label);
		fputs("</strong>", html->out);
		each_path(html, put_change, &pair);
		fputs("</li>\n", html->out);
	}
	fputs("</ul>\n</details>\n", html->out);
}

int
rs_html_policies(const struct rs_html *html)
{
	int status;

	fputs("<section aria-labelledby=\"policies\">\n"
	      "<h2 id=\"policies\">The policies</h2>\n",
	      html->out);
	if (html->policies > 1)
		put_table(html);
	else
		fputs("<p>Only one policy was replayed.</p>\n", html->out);
	for (size_t i = 0; html->policies > 1 && i < html->policies; i++)
		if (is_baseline(html, i))
			put_changes(html, i);
	status = rs_html_laws(html);
	fputs("</section>\n", html->out);
	return status;
}
