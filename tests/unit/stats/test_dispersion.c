/* Tests of stats/dispersion: disturbed cells are found, and others are not. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "stats/dispersion.h"

#define GROUPS 36
#define CELLS_MAX 9

/* Cells of equal faults, users and attempts. */
struct group {
	unsigned faults, users, attempts;
	struct tk_cell cell[CELLS_MAX];
	size_t count;
};

/* Column @p index of a line, as a number; its text is cut. */
static double
number(char *line, unsigned index)
{
	for (; index > 0; index--) {
		line = strchr(line, ',');
		cr_assert(line);
		line++;
	}
	return strtod(line, NULL);
}

static size_t
read_groups(struct group *group)
{
	const char *path = TEST_SRCDIR "/tests/data/resilience-bench/"
				       "sbes2025-grpc-retry.csv";
	FILE *file = fopen(path, "re");
	size_t count = 0, g;
	char line[512];

	cr_assert(file, "%s", path);
	cr_assert(fgets(line, sizeof(line), file));
	while (fgets(line, sizeof(line), file)) {
		unsigned faults = (unsigned)number(line, 2);
		unsigned users = (unsigned)number(line, 3);
		double failed = number(line, 4);
		unsigned attempts;

		if (!strstr(line, ",retry,"))
			continue;
		attempts = (unsigned)number(line, 11);
		for (g = 0; g < count; g++)
			if (group[g].faults == faults &&
			    group[g].users == users &&
			    group[g].attempts == attempts)
				break;
		if (g == count) {
			cr_assert_lt(count, GROUPS);
			group[count++] = (struct group){.faults = faults,
							.users = users,
							.attempts = attempts};
		}
		cr_assert_lt(group[g].count, CELLS_MAX);
		group[g].cell[group[g].count++] =
			(struct tk_cell){failed, failed + number(line, 5)};
	}
	fclose(file);
	return count;
}

/* Groups with disturbed cells; all others scatter as counts do. */
static const struct {
	unsigned faults, users, attempts;
	size_t disturbed;
} known[] = {
	{25, 300, 2, 1}, {25, 300, 3, 1}, {25, 300, 4, 2}, {25, 300, 5, 2},
	{25, 400, 3, 2}, {25, 400, 5, 1}, {50, 300, 2, 2}, {50, 300, 3, 1},
	{50, 300, 4, 1}, {50, 500, 2, 1}, {50, 500, 3, 1}, {50, 500, 4, 1},
};

static size_t
known_of(const struct group *group)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (known[i].faults == group->faults &&
		    known[i].users == group->users &&
		    known[i].attempts == group->attempts)
			return known[i].disturbed;
	return 0;
}

Test(stats_dispersion, real_cells_that_were_disturbed_are_found)
{
	static struct group group[GROUPS];
	size_t count = read_groups(group), cells = 0;

	cr_assert_eq(count, GROUPS);
	for (size_t g = 0; g < count; g++) {
		size_t disturbed = known_of(&group[g]);
		double theory = pow(group[g].faults / 100.0, group[g].attempts);
		struct tk_dispersion found;

		cells += group[g].count;
		cr_assert(tk_dispersion_find(group[g].cell, group[g].count,
					     &found));
		cr_expect_eq(found.disturbed, disturbed,
			     "%u %% %u users %u: "
			     "%zu cells",
			     group[g].faults, group[g].users, group[g].attempts,
			     found.disturbed);
		/* One group without any has 3.2, because of four cells. */
		cr_expect(disturbed > 0 ? found.z > 3.5 : found.z < 3.5,
			  "%u %% %u users %u: z %.1f", group[g].faults,
			  group[g].users, group[g].attempts, found.z);
		cr_expect(fabs(found.median_rate - theory) < .01,
			  "%u %% %u users %u: median %.4f, not %.4f",
			  group[g].faults, group[g].users, group[g].attempts,
			  found.median_rate, theory);
	}
	cr_expect_eq(cells, 323);
}

static double
draw(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) +
		 UINT64_C(1442695040888963407);
	return (double)(*state >> 11) * 0x1p-53;
}

Test(stats_dispersion, binomial_cells_are_seldom_disturbed)
{
	uint64_t state = 3;
	double squares = 0;
	unsigned high = 0;

	for (unsigned i = 0; i < 400; i++) {
		struct tk_cell cell[10];
		struct tk_dispersion found;
		double rate = .02 + .9 * draw(&state);

		for (unsigned c = 0; c < 10; c++) {
			cell[c] = (struct tk_cell){0, 200};
			for (unsigned k = 0; k < 200; k++)
				cell[c].failed += draw(&state) < rate;
		}
		cr_assert(tk_dispersion_find(cell, 10, &found));
		cr_expect_eq(found.disturbed, 0);
		squares += found.z * found.z;
		high += found.z > 1.645;
	}
	cr_expect(squares / 400 > .8 && squares / 400 < 1.2, "%g",
		  squares / 400);
	/* 20 are expected. */
	cr_expect(high >= 8 && high <= 34, "%u", high);
}

Test(stats_dispersion, nothing_is_said_of_nothing)
{
	static const struct {
		const char *why;
		struct tk_cell cell[3];
		size_t count;
		double rate, median_rate;
	} row[] = {
		{"no cell", {{0, 0}}, 0, 0, 0},
		{"one cell", {{5, 10}}, 1, .5, .5},
		{"no failure", {{0, 10}, {0, 20}, {0, 5}}, 3, 0, 0},
		{"failures only", {{10, 10}, {20, 20}}, 2, 1, 1},
		{"a cell without trials", {{5, 10}, {0, 0}}, 2, .5, .5},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tk_dispersion found;

		cr_assert(
			tk_dispersion_find(row[i].cell, row[i].count, &found));
		cr_expect_eq(found.rate, row[i].rate, "%s", row[i].why);
		cr_expect_eq(found.median_rate, row[i].median_rate, "%s",
			     row[i].why);
		cr_expect_eq(found.ratio, 0, "%s", row[i].why);
		cr_expect_eq(found.z, 0, "%s", row[i].why);
		cr_expect_eq(found.disturbed, 0, "%s", row[i].why);
	}
}
