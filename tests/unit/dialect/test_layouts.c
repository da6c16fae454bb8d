/* Tests of the built-in dialects on logs of other programs: what each means is
 * in tests/data/foreign/expected.tsv. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "one.h"

#define FOLDER TEST_SRCDIR "/tests/data/foreign/"

/* Columns of expected.tsv. */
enum column {
	NAME,
	DIALECTS,
	ATTEMPTS,
	CALLS,
	DELAYS,
	SUCCESSES,
	EXHAUSTED,
	ABORTED,
	WHY,
	COLUMNS,
};

static const char *const titles[] = {
	"file",      "dialects",  "attempts", "calls", "delays",
	"successes", "exhausted", "aborted",  "why",
};

struct seen {
	struct tk_dialect *dialect;
	long number[COLUMNS];
};

/* Whether a line of this dialect is a call of all its attempts. */
static bool
is_of_calls(const char *name)
{
	return strstr("envoy istio haproxy traefik", name) != NULL;
}

static bool
count(void *user, const struct tk_reading *reading)
{
	const struct backoff_event *event = &reading->event;
	struct seen *seen = user;
	const char *name = "";

	for (size_t i = 0; i <= reading->source; i++)
		name = name_of(seen->dialect, i);
	if (event->type == BACKOFF_EVENT_STARTED)
		return true;
	seen->number[ATTEMPTS] +=
		name != NULL && is_of_calls(name) ? (long)event->attempts : 1;
	seen->number[DELAYS] += event->type == BACKOFF_EVENT_ATTEMPT &&
				event->delay_ns != BACKOFF_ABSENT;
	seen->number[SUCCESSES] += event->type == BACKOFF_EVENT_SUCCESS;
	seen->number[EXHAUSTED] += event->type == BACKOFF_EVENT_EXHAUSTED;
	seen->number[ABORTED] += event->type == BACKOFF_EVENT_ABORTED;
	return true;
}

/* Hold one number against its column. */
static void
check_number(char **cell, enum column column, const struct seen *seen)
{
	long want = strtol(cell[column], NULL, 10);

	if (strcmp(cell[ATTEMPTS], "refused") == 0)
		want = 0;
	cr_expect_eq(seen->number[column], want, "%s: %ld %s, not %ld",
		     cell[NAME], seen->number[column], titles[column], want);
}

/* Hold the dialects that gave readings against their column. */
static void
check_names(char **cell, const struct tk_dialect *dialect)
{
	char wanted[128], one[64];
	size_t found = 0, total = 1;
	const char *name;
	uint64_t readings;

	snprintf(wanted, sizeof(wanted), ",%s,", cell[DIALECTS]);
	for (const char *at = cell[DIALECTS]; *at != '\0'; at++)
		total += *at == ',';
	for (size_t i = 0; tk_dialect_found(dialect, i, &name, &readings);
	     i++) {
		snprintf(one, sizeof(one), ",%s,", name);
		if (readings > 0)
			cr_expect(strstr(wanted, one) != NULL, "%s: read by %s",
				  cell[NAME], name);
		found += readings > 0;
	}
	cr_expect_eq(found, strcmp(wanted, ",-,") == 0 ? 0 : total,
		     "%s: %zu dialects, not %s", cell[NAME], found,
		     cell[DIALECTS]);
}

static void
check_layout(char **cell)
{
	struct backoff_error error = {.size = sizeof(error)};
	struct seen seen = {.dialect = NULL};
	struct tk_lines *lines = NULL;
	struct tk_line line;
	char path[512];

	snprintf(path, sizeof(path), FOLDER "%s", cell[NAME]);
	cr_assert_eq(tk_lines_open(path, &lines), BACKOFF_OK, "%s", path);
	cr_assert_eq(open_one("auto", &seen.dialect, &error), BACKOFF_OK);
	while (tk_lines_next(lines, &line) == BACKOFF_OK) {
		enum tk_verdict verdict = tk_dialect_read(
			seen.dialect, 0, &line, count, &seen, &error);

		cr_expect_neq(verdict, TK_BAD, "%s: %s: %s", cell[NAME],
			      error.path, error.text);
	}
	tk_lines_close(lines);
	cr_expect(tk_dialect_flush(seen.dialect, 0, BACKOFF_ABSENT, count,
				   &seen));
	for (enum column i = ATTEMPTS; i <= ABORTED; i++) {
		if (i != CALLS)
			check_number(cell, i, &seen);
	}
	check_names(cell, seen.dialect);
	tk_dialect_free(seen.dialect);
}

Test(dialect_layouts, are_read_as_they_are_meant)
{
	FILE *file = fopen(FOLDER "expected.tsv", "r");
	char row[1024];
	size_t rows = 0;

	cr_assert_not_null(file);
	cr_assert_not_null(fgets(row, sizeof(row), file));
	while (fgets(row, sizeof(row), file) != NULL) {
		char *cell[COLUMNS], *at = row;

		row[strcspn(row, "\n")] = '\0';
		for (size_t i = 0; i < COLUMNS; i++) {
			cell[i] = at;
			at += strcspn(at, "\t");
			if (*at != '\0')
				*at++ = '\0';
		}
		check_layout(cell);
		rows++;
	}
	fclose(file);
	cr_expect_eq(rows, 47);
}
