/* Tests of tools/input/rotated.h: the files of one log follow each other. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "input/rotated.h"

#define FILES_MAX 8

/* The order of files, with a "+" before one that goes on where the one before
 * it ends. */
static void
expect_order(const char *files, const char *want, const char *why)
{
	struct tk_rotated order[FILES_MAX];
	char words[256], text[256] = "", *path[FILES_MAX], *save;
	size_t count = 0, used = 0;

	cr_assert_lt(strlen(files), sizeof(words));
	snprintf(words, sizeof(words), "%s", files);
	for (char *word = strtok_r(words, " ", &save); word;
	     word = strtok_r(NULL, " ", &save)) {
		cr_assert_lt(count, FILES_MAX);
		path[count++] = word;
	}
	cr_assert(tk_rotated_order(path, count, order));
	for (size_t j = 0; j < count; j++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "%s%s%s", j ? " " : "",
					 order[j].goes_on ? "+" : "",
					 path[order[j].index]);
	cr_expect_str_eq(text, want, "%s: %s", why ? why : want, text);
}

Test(rotated, files_of_one_log_follow_each_other)
{
	static const char *const row[][2] = {
		{"app.log", "app.log"},
		{"app.log app.log.1 app.log.2",
		 "app.log.2 +app.log.1 +app.log"},
		{"app.log.1 app.log.10 app.log.9 app.log",
		 "app.log.10 +app.log.9 app.log.1 +app.log"},
		{"app.log app.log.2.gz", "app.log.2.gz app.log"},
		{"app.log app.log.1.zst", "app.log.1.zst +app.log"},
		{"app.log.gz app.log.1.gz", "app.log.1.gz +app.log.gz"},
		{"app.log app.log.1 app.log.1.gz app.log.2",
		 "app.log.2 +app.log.1 app.log.1.gz +app.log"},
		{"messages.0 messages.1", "messages.1 +messages.0"},
		{"messages messages.0 messages.1",
		 "messages.1 +messages.0 +messages"},
		{"app.log.1 app.log.2", "app.log.2 +app.log.1"},
		{"syslog.1 syslog.2.gz", "syslog.2.gz +syslog.1"},
		{"worker worker.1 worker.2", "worker.2 +worker.1 +worker"},
		{"app.log app.log-20260102 app.log-20260101.gz",
		 "app.log-20260101.gz +app.log-20260102 +app.log"},
		{"app.log.2026-01-02 app.log.2026-01-01",
		 "app.log.2026-01-01 +app.log.2026-01-02"},
		{"app.log app-2026-01-02.log app-2026-01-01.log",
		 "app-2026-01-01.log +app-2026-01-02.log +app.log"},
		{"2026-01-02.log 2026-01-01.log",
		 "2026-01-01.log +2026-01-02.log"},
		{"app-2026-01-02.0.log.gz app-2026-01-01.1.log.gz "
		 "app-2026-01-01.0.log.gz",
		 "app-2026-01-01.0.log.gz +app-2026-01-01.1.log.gz "
		 "+app-2026-01-02.0.log.gz"},
		{"0.log 0.log.20260131-120000.gz 0.log.20260131-110000",
		 "0.log.20260131-110000 +0.log.20260131-120000.gz +0.log"},
		{"app-2026-01-31T12-00-00.500.log "
		 "app-2026-01-31T12-00-00.100.log app.log",
		 "app-2026-01-31T12-00-00.100.log "
		 "+app-2026-01-31T12-00-00.500.log +app.log"},
		{"app.log-2026013112 app.log-2026013111",
		 "app.log-2026013111 +app.log-2026013112"},
		{"b.log a.log b.log.1 a.log.1",
		 "b.log.1 +b.log a.log.1 +a.log"},
		{"a.log.1 b.log a.log", "a.log.1 +a.log b.log"},
		{"a.log b.log a.log.1", "a.log.1 +a.log b.log"},
		{"/x/2.log.1 /x/2.log", "/x/2.log.1 +/x/2.log"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		expect_order(row[i][0], row[i][1], NULL);
}

Test(rotated, files_of_different_programs_are_not_joined)
{
	static const struct {
		const char *why, *files;
	} row[] = {
		{"workers", "worker-1 worker-2"},
		{"workers, with a log of the first", "worker worker-1"},
		{"logs of workers", "worker-1.log worker-2.log"},
		{"pods", "web-0.log web-1.log web.log"},
		{"instances after a dot", "node.1 node.2"},
		{"numbers inside", "app.1.log app.2.log app.log"},
		{"addresses", "log.10.0.0.1 log.10.0.0.2"},
		{"addresses, the first ones", "10.0.0.0 10.0.0.1"},
		{"addresses with dashes", "log.10-0-0-1 log.10-0-0-2"},
		{"versions", "python3 python3.1 python3.2"},
		{"years", "app.log app.log.2025 app.log.2026"},
		{"years after a dash", "app-2025 app-2026"},
		{"ports", "app.log app.log.8080 app.log.8081"},
		{"processes", "app.log.4711 app.log.4712"},
		{"neither the log nor its first number", "app.log.2 app.log.3"},
		{"pieces of split(1)", "app.log app.log.00 app.log.01"},
		{"dates of workers", "w1-20260101.log w2-20260102.log"},
		{"workers with dates", "w-20260101-1 w-20260101-2"},
		{"processes with times",
		 "a.INFO.20260101-120000.4711 a.INFO.20260102-120000.4711"},
		{"processes that look like a time",
		 "a-20260102-1234.log a-20260101-1235.log"},
		{"no month", "app.log-20261301 app.log-20261302"},
		{"no day", "app.log-20260100 app.log-20260132"},
		{"no century", "app.log-19700101 app.log-12341212"},
		{"dates only", "20260102 20260101"},
		{"dates in two ways", "app.log-20260102 app.log-2026-01-01"},
		{"dates in two places", "app.log-20260102 app-20260101.log"},
		{"directories", "x/app.log y/app.log.1"},
		{"dates of directories", "2026-01-02/x 2026-01-01/x"},
		{"one file twice", "app.log app.log"},
		{"a file and its copy", "app.log app.log.gz"},
		{"one number twice", "app.log.1 app.log.1.gz"},
		{"letters", "app.log.ab app.log.aa"},
		{"no name", "- 1 .1 ..1 -.1"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		expect_order(row[i].files, row[i].files, row[i].why);
}

Test(rotated, a_file_that_is_missing_between_two_ends_the_first)
{
	static const char *const row[][2] = {
		{"app.log app.log.1 app.log.3", "app.log.3 app.log.1 +app.log"},
		{"a-2026-01-01.0.log a-2026-01-01.2.log",
		 "a-2026-01-01.0.log a-2026-01-01.2.log"},
		{"a-2026-01-01.0.log a-2026-01-02.2.log",
		 "a-2026-01-01.0.log a-2026-01-02.2.log"},
		{"app.log app.log.1 app.log-20260101",
		 "app.log.1 +app.log app.log-20260101"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		expect_order(row[i][0], row[i][1], NULL);
}
