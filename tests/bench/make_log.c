/* Write a log of LINES lines to standard output, the same each time. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include <backoff.h>

#include "bench.h"

int
main(int argc, char **argv)
{
	unsigned long long lines = argc == 2 ? strtoull(argv[1], NULL, 10) : 0;
	char line[BACKOFF_EVENT_LINE_MAX];

	for (unsigned long long i = 0; i < lines; i++) {
		size_t length = bench_line(1, i, line, sizeof(line));

		if (fwrite(line, 1, length, stdout) != length)
			bench_die("standard output");
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
