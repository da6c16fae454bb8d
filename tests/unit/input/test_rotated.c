/* Tests of tools/input/rotated.h: the files of one log follow each other. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "input/rotated.h"

#define FILES_MAX 8

Test(rotated, files_of_one_log_follow_each_other)
{
	/* A "+" before a file that goes on where the one before it ends. */
	static const char *const row[][2] = {
		{"app.log", "app.log"},
		{"app.log app.log.1 app.log.2",
		 "app.log.2 +app.log.1 +app.log"},
		{"app.log.1 app.log.10 app.log.9 app.log",
		 "app.log.10 +app.log.9 app.log.1 +app.log"},
		{"app.log app.log.2.gz", "app.log.2.gz app.log"},
		{"app.log app.log.1.zst", "app.log.1.zst +app.log"},
		{"app.log app.log-20260102 app.log-20260101.gz",
		 "app.log-20260101.gz +app.log-20260102 +app.log"},
		{"0.log 0.log.20260131-120000", "0.log.20260131-120000 +0.log"},
		{"b.log a.log b.log.1 a.log.1",
		 "b.log.1 +b.log a.log.1 +a.log"},
		{"a.log.1 b.log a.log", "a.log.1 +a.log b.log"},
		{"x/app.log y/app.log.1", "x/app.log y/app.log.1"},
		{"app.log app.log", "app.log app.log"},
		{"app.log app.log.gz", "app.log app.log.gz"},
		{"app.log.ab app.log.aa", "app.log.ab app.log.aa"},
		{"- 1 .1", "- 1 .1"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tk_rotated order[FILES_MAX];
		char words[256], text[256] = "", *path[FILES_MAX], *save;
		size_t count = 0, used = 0;

		snprintf(words, sizeof(words), "%s", row[i][0]);
		for (char *word = strtok_r(words, " ", &save); word;
		     word = strtok_r(NULL, " ", &save))
			path[count++] = word;
		tk_rotated_order(path, count, order);
		for (size_t j = 0; j < count; j++)
			used += (size_t)snprintf(
				text + used, sizeof(text) - used, "%s%s%s",
				j ? " " : "", order[j].goes_on ? "+" : "",
				path[order[j].index]);
		cr_expect_str_eq(text, row[i][1]);
	}
}
