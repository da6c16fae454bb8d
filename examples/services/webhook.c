/* Deliver a webhook: POST a JSON text, with every attempt in a SQLite table.
 *
 * It replaces a hand-written loop, and keeps each of its rules:
 *
 *   - A 2xx is a success, and nothing else is: see http.c.
 *   - Lost connections, timeouts, 429 and 5xx are retried, other answers are
 *     not; 410 means that the endpoint is gone for good. WEBHOOK_DELIVERY.json
 *     adds exactly this to the shipped WEBHOOK.
 *   - Every attempt is a row of the table `attempts` with status and response
 *     time. The row is written inside the attempt, because the event callback
 *     does not get the status of a success. While another process has the table
 *     locked, rows wait in memory and the delivery continues.
 *   - The result has status, body, response time and retry count, whether the
 *     delivery succeeded or not: one JSON object on stdout.
 *
 * New: the endpoint's Retry-After counts, up to a minute (`server_hint` in the
 * policy). For a longer time no process should wait: the result says
 * hint_too_long, and the caller comes back later.
 */
/* SPDX-License-Identifier: MIT */
#include "http.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

struct delivery {
	const struct service *service;
	/** In memory; holds the rows that wait for the file. */
	sqlite3 *db;
	const char *log;
	const char *id;
	struct http_request request;
	/** Reply of the last attempt: its status, body and time are reported.
	 */
	struct http_reply reply;
};

#define COLUMNS                                                                \
	"(delivery TEXT NOT NULL, attempt INTEGER NOT NULL, "                  \
	"url TEXT NOT NULL, status INTEGER NOT NULL, "                         \
	"response_ms REAL NOT NULL, error TEXT)"

/* Move the waiting rows to the table, all or none. The file is opened only for
 * this: if it cannot even be read, that fails here and is tried again later. */
static int
flush_log(const struct delivery *d)
{
	char *attach = sqlite3_mprintf("ATTACH %Q AS log", d->log);
	int result = sqlite3_exec(d->db, attach, NULL, NULL, NULL);

	sqlite3_free(attach);
	if (result != SQLITE_OK)
		return result;
	result = sqlite3_exec(d->db,
			      "BEGIN IMMEDIATE;"
			      "CREATE TABLE IF NOT EXISTS log.attempts " COLUMNS
			      ";"
			      "INSERT INTO log.attempts SELECT * FROM waiting;"
			      "DELETE FROM waiting;"
			      "COMMIT",
			      NULL, NULL, NULL);
	if (!sqlite3_get_autocommit(d->db))
		sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL);
	sqlite3_exec(d->db, "DETACH log", NULL, NULL, NULL);
	return result;
}

/* A failure to write the row does not stop the delivery. */
static void
log_attempt(const struct delivery *d, uint32_t number,
	    const struct backoff_outcome *outcome)
{
	sqlite3_stmt *row = NULL;
	int result = SQLITE_ERROR;

	if (sqlite3_prepare_v2(d->db,
			       "INSERT INTO waiting VALUES (?, ?, ?, ?, ?, ?)",
			       -1, &row, NULL) == SQLITE_OK) {
		sqlite3_bind_text(row, 1, d->id, -1, SQLITE_STATIC);
		sqlite3_bind_int64(row, 2, number);
		sqlite3_bind_text(row, 3, d->request.url, -1, SQLITE_STATIC);
		sqlite3_bind_int(row, 4, d->reply.status);
		sqlite3_bind_double(row, 5, (double)d->reply.took_ns / 1e6);
		sqlite3_bind_text(row, 6, outcome->error, -1, SQLITE_STATIC);
		sqlite3_step(row);
	}
	if (sqlite3_finalize(row) != SQLITE_OK || row == NULL ||
	    (result = flush_log(d)) != SQLITE_OK)
		fprintf(stderr, "attempt log: %s\n", sqlite3_errstr(result));
}

static void
attempt(void *user, const struct backoff_attempt *attempt,
	struct backoff_outcome *outcome)
{
	struct delivery *d = user;

	http_attempt(d->service, attempt, &d->request, &d->reply, outcome);
	log_attempt(d, attempt->number, outcome);
}

static void
print_result(const struct delivery *d, const struct backoff_answer *answer)
{
	cJSON *result = cJSON_CreateObject();
	char *text;

	cJSON_AddBoolToObject(result, "delivered",
			      answer->stop == BACKOFF_STOP_SUCCESS);
	cJSON_AddNumberToObject(result, "status", d->reply.status);
	cJSON_AddStringToObject(result, "body",
				d->reply.body != NULL ? d->reply.body : "");
	cJSON_AddNumberToObject(result, "response_ms",
				(double)d->reply.took_ns / 1e6);
	cJSON_AddNumberToObject(result, "retry_count", answer->retries);
	cJSON_AddStringToObject(result, "stop_reason",
				backoff_stop_name(answer->stop));
	text = cJSON_PrintUnformatted(result);
	puts(text);
	free(text);
	cJSON_Delete(result);
}

/* A table that is locked now may be free later; a file that is not a database
 * ends the program. */
static void
open_log(struct delivery *d)
{
	int result = sqlite3_open(":memory:", &d->db);

	if (result == SQLITE_OK)
		result = sqlite3_exec(d->db, "CREATE TABLE waiting " COLUMNS,
				      NULL, NULL, NULL);
	if (result == SQLITE_OK) {
		sqlite3_busy_timeout(d->db, 200);
		result = flush_log(d);
	}
	if (result != SQLITE_OK && result != SQLITE_BUSY) {
		fprintf(stderr, "%s: %s\n", d->log, sqlite3_errstr(result));
		exit(4);
	}
}

int
main(int argc, char **argv)
{
	struct service service;
	char **operand =
		argv + service_start(&service, argc, argv,
				     "DATABASE DELIVERY-ID URL JSON", 4);
	struct delivery d = {
		.service = &service,
		.log = operand[0],
		.id = operand[1],
		.request = {.url = operand[2], .json = operand[3], .file = -1},
	};
	struct backoff_retry *retry;
	struct backoff_answer answer = {.size = sizeof(answer)};
	char host[256];
	int result;

	open_log(&d);
	http_origin(d.request.url, host, sizeof(host));
	retry = service_retry(&service, "WEBHOOK_DELIVERY", "post_webhook",
			      host);
	service_run(&service, retry, attempt, &d, &answer);
	print_result(&d, &answer);
	/* Do not lose rows to another process's lock: now there is time to
	 * wait. */
	sqlite3_busy_timeout(d.db, 10000);
	result = flush_log(&d);
	if (result != SQLITE_OK)
		fprintf(stderr, "attempt log: rows are lost: %s\n",
			sqlite3_errstr(result));
	http_reply_clear(&d.reply);
	backoff_retry_free(retry);
	sqlite3_close(d.db);
	service_stop(&service);
	return answer.stop == BACKOFF_STOP_SUCCESS ? 0 : 1;
}
