/* Lets tests read a SQLite database, or hold its lock.
 *
 *     db DATABASE query SQL             rows, columns separated by tabs
 *     db DATABASE write until FILE N    hold the write lock until FILE has N
 *                                       lines, so attempts end it, not time
 *     db DATABASE all until FILE N      lock out readers, too
 *     db DATABASE read until FILE N     hold a read lock: commits are refused
 *
 * Says "held" when it has the lock.
 */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int
print_row(void *user, int columns, char **values, char **names)
{
	(void)user;
	(void)names;
	for (int i = 0; i < columns; i++)
		printf("%s%s", i > 0 ? "\t" : "",
		       values[i] != NULL ? values[i] : "");
	putchar('\n');
	return 0;
}

static void
run(sqlite3 *db, const char *sql, int (*row)(void *, int, char **, char **))
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, row, NULL, &why) == SQLITE_OK)
		return;
	fprintf(stderr, "%s: %s\n", sql, why);
	exit(1);
}

static long
count_lines(const char *path)
{
	FILE *file = fopen(path, "re");
	long count = 0;
	int c;

	if (file == NULL)
		return 0;
	while ((c = getc(file)) != EOF)
		count += c == '\n';
	fclose(file);
	return count;
}

int
main(int argc, char **argv)
{
	sqlite3 *db = NULL;

	/* This must not outlive a hanging test. */
	alarm(600);
	if (argc < 4 || sqlite3_open(argv[1], &db) != SQLITE_OK ||
	    sqlite3_busy_timeout(db, 60000) != SQLITE_OK)
		return 2;
	if (strcmp(argv[2], "query") == 0) {
		run(db, argv[3], print_row);
		return sqlite3_close(db) == SQLITE_OK ? 0 : 1;
	}
	if (strcmp(argv[2], "write") == 0) {
		run(db, "BEGIN IMMEDIATE", NULL);
	} else if (strcmp(argv[2], "all") == 0) {
		run(db, "BEGIN EXCLUSIVE", NULL);
	} else {
		run(db, "BEGIN", NULL);
		run(db, "SELECT count(*) FROM sqlite_schema", NULL);
	}
	puts("held");
	fflush(stdout);
	while (argc == 6 && count_lines(argv[4]) < strtol(argv[5], NULL, 10))
		nanosleep(&(struct timespec){0, 1000000}, NULL);
	run(db, "ROLLBACK", NULL);
	return sqlite3_close(db) == SQLITE_OK ? 0 : 1;
}
