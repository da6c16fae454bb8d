/* Tests of tools/common/table: aligned columns of safe text. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "common/table.h"

/* The printed text of a table; free() it. */
static char *
printed(const struct tk_table *table, size_t indent)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	cr_assert_eq(tk_table_print(table, indent, out), 0);
	fclose(out);
	return text;
}

Test(common_table, aligns_by_display_width)
{
	struct tk_table *table = tk_table_new(3);
	char *text;

	setlocale(LC_CTYPE, "C.UTF-8");
	tk_table_head(table, 0, "name");
	tk_table_head(table, 1, ">n");
	tk_table_head(table, 2, "note");
	tk_table_row(table);
	tk_table_cell(table, 0, "%s", "caf\xc3\xa9");
	tk_table_cell(table, 1, "%d", 12345);
	tk_table_row(table);
	tk_table_cell(table, 0, "%s", "\xe6\xbc\xa2");
	tk_table_cell(table, 1, "%d", 7);
	tk_table_cell(table, 2, "%s", "x\x1b[0m");
	tk_table_cell(table, 3, "%s", "no such column");
	text = printed(table, 1);
	cr_expect_str_eq(text, " name      n  note\n"
			       " caf\xc3\xa9  12345\n"
			       " \xe6\xbc\xa2        7  x\\x1b[0m\n");
	free(text);
	tk_table_free(table);
}

Test(common_table, empty_tables_and_cells_are_fine)
{
	struct tk_table *table = tk_table_new(2);
	char *text = printed(table, 0);

	cr_expect_str_eq(text, "");
	free(text);
	tk_table_cell(table, 0, "no row yet");
	tk_table_row(table);
	tk_table_row(table);
	tk_table_cell(table, 1, "b");
	tk_table_cell(table, 1, "c");
	text = printed(table, 0);
	cr_expect_str_eq(text, "\n  c\n", "a later cell replaces");
	free(text);
	tk_table_free(table);
	tk_table_free(NULL);
}

Test(common_table, holds_many_rows_and_long_cells)
{
	struct tk_table *table = tk_table_new(1);
	char *big = malloc(100000);
	char *text;

	memset(big, 'x', 99999);
	big[99999] = '\0';
	for (int i = 0; i < 10000; i++) {
		tk_table_row(table);
		tk_table_cell(table, 0, "%d", i);
	}
	tk_table_cell(table, 0, "%s", big);
	text = printed(table, 0);
	cr_expect(strncmp(text, "0\n1\n", 4) == 0);
	cr_expect(strlen(text) < 60000, "the long cell was cut");
	free(text);
	free(big);
	tk_table_free(table);
}

Test(common_table, a_full_disk_is_noticed)
{
	struct tk_table *table = tk_table_new(1);
	FILE *out = fopen("/dev/full", "w");

	if (!out)
		cr_skip_test("no /dev/full");
	setvbuf(out, NULL, _IONBF, 0);
	tk_table_row(table);
	tk_table_cell(table, 0, "text");
	cr_expect_eq(tk_table_print(table, 0, out), -1);
	fclose(out);
	tk_table_free(table);
}

Test(common_table, cuts_and_hides_columns)
{
	struct tk_table *table = tk_table_new(3);
	char *text;

	setlocale(LC_CTYPE, "C.UTF-8");
	tk_table_head(table, 0, "name");
	tk_table_head(table, 1, "constant");
	tk_table_head(table, 2, ">n");
	for (int i = 0; i < 2; i++) {
		tk_table_row(table);
		tk_table_cell(table, 0, "a_long_name_%d", i);
		tk_table_cell(table, 1, "same");
		tk_table_cell(table, 2, "%d", i);
	}
	cr_expect_str_eq(tk_table_constant(table, 1), "same");
	cr_expect_null(tk_table_constant(table, 2));
	cr_expect_eq(tk_table_width(table), 13 + 2 + 8 + 2 + 1);
	tk_table_hide(table, 1);
	tk_table_limit(table, 0, 5);
	cr_expect_eq(tk_table_width(table), 5 + 2 + 1);
	tk_table_tone(table, 2, TK_TONE_BAD);
	text = printed(table, 0);
	cr_expect_str_eq(text, "name   n\n"
			       "a_lo~  0\n"
			       "a_lo~  1\n");
	free(text);
	tk_table_color(table, true);
	text = printed(table, 0);
	cr_expect(strstr(text, "a_lo~  \033[31m1\033[0m\n"), "%s", text);
	free(text);
	tk_table_free(table);
}
