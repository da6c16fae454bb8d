/* Store an event: a SQLite row, a file and follow-up work, under contention.
 *
 * It replaces a hand-written loop, and keeps each of its rules:
 *
 *   - Writes are synchronous: the caller is blocked until the row is on disk
 *     (SQLite's `synchronous` stays FULL) or the call is over.
 *   - Four attempts with waits of exactly 1, 2 and 4 s: EVENT_STORE.json, which
 *     is DB_OPERATION without its jitter. SQLite itself does not wait: its busy
 *     timeout stays 0; otherwise two loops would wait inside each other.
 *   - Only contention is retried: SQLITE_BUSY and SQLITE_LOCKED are reported as
 *     class `conflict`, code "sqlite:5"; a constraint or a full disk ends the
 *     call at once.
 *   - The business steps are inside the attempt, between BEGIN and COMMIT and
 *     after it, and no step is done twice: each sets a mark in struct event,
 * and the next attempt continues after the last mark. A COMMIT may be refused
 *     (because of a reader) when the file already exists; if a follow-up fails,
 *     the row is not stored again.
 *   - It returns the id of the new row, or nothing: store_event(), one line or
 *     none on stdout.
 */
/* SPDX-License-Identifier: MIT */
#include "service.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

struct event {
	sqlite3 *db;
	int folder;
	const char *name, *text;
	/** The marks: these steps are done. */
	bool file_written, follow_up_started;
	sqlite3_int64 row_id;
	char code[16];
};

static bool
sqlite_ok(struct event *e, int result, struct backoff_outcome *outcome)
{
	enum backoff_class class = BACKOFF_CLASS_FATAL;

	if (result == SQLITE_OK)
		return true;
	if (result == SQLITE_BUSY || result == SQLITE_LOCKED)
		class = BACKOFF_CLASS_CONFLICT;
	snprintf(e->code, sizeof(e->code), "sqlite:%d", result);
	backoff_outcome_set(outcome, BACKOFF_OUTCOME_FAILURE, class,
			    "DatabaseError", e->code, sqlite3_errstr(result));
	return false;
}

/* Append a line to a file in the folder; with O_EXCL, create the file
 * completely or not at all. */
static bool
append(const struct event *e, const char *file, int flags, const char *text,
       struct backoff_outcome *outcome)
{
	int fd =
		openat(e->folder, file,
		       O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | flags, 0640);
	bool done = fd >= 0 && dprintf(fd, "%s\n", text) > 0;

	if (!done)
		backoff_outcome_from_errno(outcome, errno);
	if (!done && fd >= 0 && flags == O_EXCL)
		unlinkat(e->folder, file, 0);
	if (fd >= 0)
		close(fd);
	return done;
}

static int
insert(const struct event *e)
{
	char *sql = sqlite3_mprintf(
		"BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS events "
		"(id INTEGER PRIMARY KEY, name TEXT UNIQUE, text TEXT);"
		"INSERT INTO events (name, text) VALUES (%Q, %Q)",
		e->name, e->text);
	int result = SQLITE_NOMEM;

	if (sql != NULL)
		result = sqlite3_exec(e->db, sql, NULL, NULL, NULL);
	sqlite3_free(sql);
	return result;
}

static bool
store(struct event *e, struct backoff_outcome *outcome)
{
	if (!sqlite_ok(e, insert(e), outcome))
		return false;
	/* O_EXCL: a file written twice would be an error. */
	if (!e->file_written)
		e->file_written = append(e, e->name, O_EXCL, e->text, outcome);
	return e->file_written &&
	       sqlite_ok(e, sqlite3_exec(e->db, "COMMIT", NULL, NULL, NULL),
			 outcome);
}

static void
attempt(void *user, const struct backoff_attempt *attempt,
	struct backoff_outcome *outcome)
{
	struct event *e = user;

	(void)attempt;
	if (e->row_id == 0) {
		if (store(e, outcome))
			e->row_id = sqlite3_last_insert_rowid(e->db);
		else if (!sqlite3_get_autocommit(e->db))
			sqlite3_exec(e->db, "ROLLBACK", NULL, NULL, NULL);
	}
	if (e->row_id != 0 && !e->follow_up_started)
		e->follow_up_started =
			append(e, "follow-up.queue", 0, e->name, outcome);
	if (e->follow_up_started)
		outcome->kind = BACKOFF_OUTCOME_SUCCESS;
}

/* Make the call and block; returns the id of the new row, or 0. */
static sqlite3_int64
store_event(const struct service *service, struct backoff_retry *retry,
	    struct event *e)
{
	struct backoff_answer answer = {.size = sizeof(answer)};

	if (service_run(service, retry, attempt, e, &answer) == BACKOFF_OK)
		return e->row_id;
	fprintf(stderr, "%s: %s after %u attempts (%s): %s\n", e->name,
		e->row_id == 0 ? "not stored" : "stored without follow-up",
		answer.attempts, backoff_stop_name(answer.stop), answer.error);
	/* Without a row, leave no file: the name is free again. */
	if (e->row_id == 0 && e->file_written)
		unlinkat(e->folder, e->name, 0);
	return 0;
}

int
main(int argc, char **argv)
{
	struct service service;
	char **operand = argv + service_start(&service, argc, argv,
					      "DATABASE FOLDER NAME TEXT", 4);
	struct backoff_retry *retry = service_retry(&service, "EVENT_STORE",
						    "store_event", operand[0]);
	struct event e = {.folder = open(operand[1], O_DIRECTORY | O_CLOEXEC),
			  .name = operand[2],
			  .text = operand[3]};
	sqlite3_int64 id = 0;
	int exit_code = 1;

	if (e.folder < 0 || sqlite3_open(operand[0], &e.db) != SQLITE_OK) {
		fprintf(stderr, "%s or %s cannot be opened\n", operand[1],
			operand[0]);
		exit_code = 4;
	} else {
		id = store_event(&service, retry, &e);
	}
	if (id != 0) {
		printf("%" PRId64 "\n", (int64_t)id);
		exit_code = 0;
	}
	sqlite3_close(e.db);
	close(e.folder);
	backoff_retry_free(retry);
	service_stop(&service);
	return exit_code;
}
