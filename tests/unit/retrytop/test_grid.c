/* Tests of tools/retrytop/grid.c: text in cells, cut to fit. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <locale.h>
#include <string.h>

#include <criterion/criterion.h>

#include "retrytop/grid.h"
#include "retrytop/ink.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

Test(retrytop_grid, text_is_cut_by_columns)
{
	static const struct {
		const char *why, *text;
		size_t columns;
		const char *utf8, *ascii;
	} row[] = {
		{"it fits", "abc", 3, "abc", "abc"},
		{"it fits with room", "abc", 9, "abc", "abc"},
		{"cut", "abcdef", 4, "abc~", "abc~"},
		{"cut to one", "abc", 1, "~", "~"},
		{"no room", "abc", 0, "", ""},
		{"nothing", "", 5, "", ""},
		{"wide characters fit", "\xe6\x94\xaf\xe6\x89\x95", 4,
		 "\xe6\x94\xaf\xe6\x89\x95", "??"},
		{"cut before a wide character", "\xe6\x94\xaf\xe6\x89\x95", 3,
		 "\xe6\x94\xaf~", "??"},
		{"no half of one", "\xe6\x94\xaf\xe6\x89\x95", 2, " ~", "??"},
		{"after an odd start", "a\xe6\x94\xaf\xe6\x89\x95", 4,
		 "a\xe6\x94\xaf~", "a??"},
		{"marks take no cell", "e\xcc\x81t", 3, "e\xcc\x81t", "e?t"},
		{"a mark is not cut off its letter", "ae\xcc\x81z", 2, "a~",
		 "a~"},
		{"nor left alone", "e\xcc\x81zz", 2, "e\xcc\x81~", "e~"},
		{"a mark without a letter", "\xcc\x81", 9, "\\u{301}", "?"},
		{"Thai", "\xe0\xb8\x99\xe0\xb8\xb5\xe0\xb9\x89\xe0\xb8\x99", 2,
		 "\xe0\xb8\x99\xe0\xb8\xb5\xe0\xb9\x89\xe0\xb8\x99", "?~"},
		{"a Korean syllable of three letters",
		 "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", 2,
		 "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "?~"},
		{"no half of one",
		 "\xe1\x84\x92\xe1\x85\xa1x\xe1\x84\x92\xe1\x85\xa1", 4,
		 "\xe1\x84\x92\xe1\x85\xa1x~", "??x~"},
		{"control characters are shown", "\x1b[m", 9, "\\x1b[m",
		 "\\x1b[m"},
		{"so are controls that reverse text", "\xe2\x80\xae", 9,
		 "\\u{202e}", "\\u{202e}"},
		{"a byte that is not text", "\xff", 3, "\xef\xbf\xbd", "?"},
	};

	cr_assert_not_null(setlocale(LC_ALL, "C.UTF-8"));
	for (size_t i = 0; i < COUNT(row) * 2; i++) {
		bool utf8 = i % 2 == 0;
		const char *want = utf8 ? row[i / 2].utf8 : row[i / 2].ascii;
		size_t columns = row[i / 2].columns, used;
		struct rt_grid grid;
		char line[64];

		cr_assert(rt_grid_init(&grid, 12, 1, utf8));
		/* A mark after the columns, which must survive. */
		rt_grid_put(&grid, columns, 0, 0, '|', '|');
		used = rt_grid_text(&grid, 0, 0, columns, 0, row[i / 2].text);
		cr_expect(used <= columns, "%s: %zu columns", row[i / 2].why,
			  used);
		cr_expect_eq(rt_grid_at(&grid, columns, 0)->character, '|',
			     "%s: written too far", row[i / 2].why);
		rt_grid_put(&grid, columns, 0, 0, ' ', ' ');
		cr_expect_str_eq(rt_grid_string(&grid, 0, line, sizeof(line)),
				 want, "%s: \"%s\"", row[i / 2].why, line);
		rt_grid_clear(&grid);
	}
}

Test(retrytop_grid, text_ends_where_it_should)
{
	struct rt_grid grid;
	char line[64];

	cr_assert(rt_grid_init(&grid, 8, 2, true));
	rt_grid_right(&grid, 0, 0, 8, 0, "ab");
	rt_grid_right(&grid, 2, 1, 4, 0, "abcdef");
	cr_expect_str_eq(rt_grid_string(&grid, 0, line, sizeof(line)),
			 "      ab");
	cr_expect_str_eq(rt_grid_string(&grid, 1, line, sizeof(line)),
			 "  abc~");
	/* Outside the grid nothing is drawn. */
	rt_grid_text(&grid, 8, 0, 5, 0, "x");
	rt_grid_text(&grid, 0, 2, 5, 0, "x");
	rt_grid_put(&grid, 99, 99, 0, 'x', 'x');
	rt_grid_line_attr(&grid, 99, RT_ATTR_BAD);
	rt_grid_clear(&grid);
}

Test(retrytop_grid, different_names_never_look_alike)
{
	static const char *const names[] = {
		"cafe", "cafe\xcc\x81", "cafe\xcc\x80",
		("\xcc\x81"
		 "cafe"),
		"cafe\xcc\x81\xcc\x81",
		/* More marks than a cell holds. */
		"e\xcc\x81\xcc\x82\xcc\x83\xcc\x84",
		"e\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85",
		"e\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x86",
		/* Hindi: KA, KI, KII, and KI with a nukta. */
		"\xe0\xa4\x95", "\xe0\xa4\x95\xe0\xa4\xbf",
		"\xe0\xa4\x95\xe0\xa5\x80",
		"\xe0\xa4\x95\xe0\xa4\xbc\xe0\xa4\xbf",
		/* Thai: with other vowel signs and tones. */
		"\xe0\xb8\x99\xe0\xb8\xb5", "\xe0\xb8\x99\xe0\xb8\xb4",
		"\xe0\xb8\x99\xe0\xb8\xb5\xe0\xb9\x89",
		"\xe0\xb8\x99\xe0\xb8\xb3",
		/* Korean: HA, HO, HAN. */
		"\xe1\x84\x92\xe1\x85\xa1", "\xe1\x84\x92\xe1\x85\xa9",
		"\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab",
		/* Code points that no version of Unicode has assigned. */
		"\xf0\xbf\xbf\xb0", "\xf0\xbf\xbf\xb1"};
	char line[COUNT(names)][256];

	cr_assert_not_null(setlocale(LC_ALL, "C.UTF-8"));
	for (size_t i = 0; i < COUNT(names); i++) {
		struct rt_grid grid;
		size_t used;

		cr_assert(rt_grid_init(&grid, 60, 1, true));
		used = rt_grid_text(&grid, 0, 0, 60, 0, names[i]);
		rt_grid_put(&grid, used, 0, 0, '|', '|');
		rt_grid_string(&grid, 0, line[i], sizeof(line[i]));
		rt_grid_clear(&grid);
		for (size_t k = 0; k < i; k++)
			cr_expect_str_neq(line[i], line[k], "%zu and %zu", k,
					  i);
	}
}

/* Bold, dim and reverse do not need colours. */
Test(retrytop_grid, colours_come_and_go_with_the_terminal)
{
	static const struct {
		unsigned attr;
		struct rt_ink colored, mono;
	} row[] = {
		{RT_ATTR_NONE, {0}, {0}},
		{RT_ATTR_BAD | RT_ATTR_BOLD,
		 {.bold = true, .color = RT_INK_RED},
		 {.bold = true}},
		{RT_ATTR_WARN | RT_ATTR_GOOD, {.color = RT_INK_YELLOW}, {0}},
		{RT_ATTR_GOOD | RT_ATTR_DIM,
		 {.dim = true, .color = RT_INK_GREEN},
		 {.dim = true}},
		{RT_ATTR_BAD | RT_ATTR_REVERSE,
		 {.reverse = true},
		 {.reverse = true}},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		for (int color = 0; color < 2; color++) {
			struct rt_ink want =
				color ? row[i].colored : row[i].mono;
			struct rt_ink ink = rt_ink_of(row[i].attr, color != 0);

			cr_expect_eq(ink.bold, want.bold, "%zu", i);
			cr_expect_eq(ink.dim, want.dim, "%zu", i);
			cr_expect_eq(ink.reverse, want.reverse, "%zu", i);
			cr_expect_eq(ink.color, want.color, "%zu", i);
		}
}
