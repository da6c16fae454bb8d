/* Tests of tools/retrytop/labels.c: labels are one line of UTF-8, and no two of
 * them are the same. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "retrytop/labels.h"
#include "unit/live/helper.h"

Test(retrytop_labels, names_become_one_line_of_utf8)
{
	static const struct {
		const char *name, *label, *why;
	} row[] = {
		{"pay", "pay", "most names need nothing"},
		{"", "", "no name"},
		{"a\nb", "a\\\\nb", "a line break is shown"},
		{"a\\nb", "a\\\\nb~2", "what looks like one is another name"},
		{"\x1b[31m", "\\\\x1b[31m", "a terminal's command"},
		{"say \"x\"", "say \\\"x\\\"", "a quote would end the label"},
		{"\xff", "\xef\xbf\xbd", "not UTF-8"},
		{"\xfe", "\xef\xbf\xbd~2", "not UTF-8 either"},
		{"\xfe", "\xef\xbf\xbd~3", "three of a kind"},
		{"gr\xc3\xb6\xc3\x9f"
		 "e",
		 "gr\xc3\xb6\xc3\x9f"
		 "e",
		 "UTF-8"},
		{"pay~2", "pay~2", "a name that ends like that"},
		{"pay", "pay~2~2", "and one that may not"},
	};
	const size_t count = sizeof(row) / sizeof(*row);
	const char *name[sizeof(row) / sizeof(*row)];
	struct rt_labels labels = {NULL, 0};

	for (size_t i = 0; i < count; i++)
		name[i] = row[i].name;
	cr_assert(rt_labels_make(&labels, name, count));
	cr_assert_eq(labels.count, count);
	for (size_t i = 0; i + 1 < count; i++)
		cr_expect_str_eq(labels.item[i], row[i].label, "%s",
				 row[i].why);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < i; k++)
			cr_expect_str_neq(labels.item[i], labels.item[k]);
	rt_labels_clear(&labels);
}

Test(retrytop_labels, long_names_are_cut_between_characters)
{
	char name[2 * RT_CLEAN_MAX], out[RT_CLEAN_MAX];
	size_t length;

	for (size_t i = 0; i + 2 < sizeof(name); i += 2)
		memcpy(name + i, "\xc3\xa4", 3);
	rt_label_clean(name, out);
	length = strlen(out);
	cr_expect_eq(length % 2, 0);
	cr_expect_geq(length, RT_CLEAN_MAX - 3);
}

Test(retrytop_labels, no_names_make_no_labels)
{
	struct rt_labels labels = {NULL, 0};

	cr_assert(rt_labels_make(&labels, NULL, 0));
	cr_expect_eq(labels.count, 0);
	rt_labels_clear(&labels);
}
