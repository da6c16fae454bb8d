/* Markdown that shows exactly what it says. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/markdown.h"

struct pair {
	const char *text, *markdown;
};

static char *text;
static size_t length;

static FILE *
begin(void)
{
	FILE *out = open_memstream(&text, &length);

	cr_assert_not_null(out);
	return out;
}

/* Compare what was written since begin(). */
static void
is(FILE *out, const char *expected)
{
	fclose(out);
	cr_assert_str_eq(text, expected);
	free(text);
}

Test(markdown, text_has_no_markup)
{
	static const struct pair pairs[] = {
		{"saves 17 of 26 [11 to 23], +15 %",
		 "saves 17 of 26 [11 to 23], +15 %"},
		{"a|b *c* ~d~ <b> &amp;",
		 "a\\|b \\*c\\* \\~d\\~ &lt;b> &amp;amp;"},
		{"post_webhook _x_", "post_webhook \\_x\\_"},
		{"[a](b) [c][d] [e]:", "[a\\](b) [c\\][d] [e\\]:"},
		{"see @team, #12 and GH-3.", "see `@team`, `#12` and `GH-3`."},
		{"http://a.b/c: www.d.e", "`http://a.b/c`: `www.d.e`"},
		{"a\nb", "`a\\nb`"},
		{"x`y` z", "`` x`y` `` z"},
		{"", ""},
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		FILE *out = begin();

		tk_md_text(out, pairs[i].text);
		is(out, pairs[i].markdown);
	}
}

Test(markdown, a_name_is_code)
{
	static const struct pair pairs[] = {
		{"pay", "`pay`"},
		{"a`b``c", "```a`b``c```"},
		{"`", "`` ` ``"},
		{" a ", "`  a  `"},
		{"a|b", "`a|b`"},
		{"<img src=x>", "`<img src=x>`"},
		{"a\r\nb", "`a\\r\\nb`"},
		{"0123456789abcdefghijklmnop", "`0123456789abcdefghi~`"},
		{"", "(no name)"},
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		FILE *out = begin();

		tk_md_code(out, pairs[i].text, 20, false);
		is(out, pairs[i].markdown);
	}
}

Test(markdown, a_shell_block_has_a_fence_that_its_lines_do_not_have)
{
	FILE *out = begin();

	tk_md_shell(out, "ls");
	is(out, "```sh\nls\n```\n");
	out = begin();
	tk_md_shell(out, "'```\n'");
	is(out, "````sh\n'```\n'\n````\n");
}

Test(markdown, a_table_leaves_out_hidden_columns)
{
	struct tk_table *table = tk_table_new(3);
	FILE *out = begin();

	tk_table_head(table, 0, "name");
	tk_table_head(table, 1, ">calls");
	tk_table_head(table, 2, "why");
	tk_table_row(table);
	tk_table_cell(table, 0, "a|`b");
	tk_table_cell(table, 1, "12");
	tk_table_cell(table, 2, "-");
	tk_table_row(table);
	tk_table_cell(table, 1, "a|@b");
	tk_table_hide(table, 2);
	cr_assert_eq(tk_md_table(table, 1, out), 0);
	tk_table_free(table);
	is(out, "| name | calls |\n| :-- | --: |\n"
		"| ``a\\|`b`` | 12 |\n|  | `a\\|@b` |\n");
}
