/* Generate a log as a busy service writes it, the same for the same seed. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <backoff.h>

#include "bench.h"

static const struct {
	const char *service, *operation, *policy;
	unsigned max_attempts, failing_percent, mean_us;
} operations[] = {
	{"billing", "charge_card", "WEBHOOK", 4, 18, 42000},
	{"billing", "fetch_invoice", "STANDARD", 3, 6, 12000},
	{"inventory", "reserve_stock", "DB_OPERATION", 4, 30, 8000},
	{"notifications", "send_email", "PERSISTENT", 5, 35, 180000},
	{"notifications", "send_webhook", "WEBHOOK", 4, 45, 230000},
	{"search", "index_document", "STANDARD", 3, 25, 95000},
	{"identity", "verify_token", "QUICK", 2, 4, 4000},
	{"gateway", "generate_description", "AI_PROVIDER", 3, 40, 1450000},
};

/* Quotes and characters beyond ASCII are rare in logs, but occur. */
static const struct {
	enum backoff_class failure_class;
	const char *type, *code, *text;
} errors[] = {
	{BACKOFF_CLASS_TRANSIENT, "ConnectionError", "errno:ECONNRESET",
	 "connection reset by peer"},
	{BACKOFF_CLASS_TRANSIENT, "ConnectionError", "errno:ECONNREFUSED",
	 "connection refused"},
	{BACKOFF_CLASS_TIMEOUT, "TimeoutError", "http:504",
	 "operation timed out after 30000 ms"},
	{BACKOFF_CLASS_TIMEOUT, "TimeoutError", "errno:ETIMEDOUT", "timed out"},
	{BACKOFF_CLASS_THROTTLE, "RateLimitError", "http:429",
	 "429 Too Many Requests: retry after 2 s"},
	{BACKOFF_CLASS_SERVER, "HTTPError", "http:502",
	 "upstream returned 502 Bad Gateway"},
	{BACKOFF_CLASS_SERVER, "JSONDecodeError", NULL,
	 "unexpected token \"<\" at line 1 column 1"},
	{BACKOFF_CLASS_SERVER, "ServiceUnavailable", "http:503",
	 "service \xe2\x80\x9cs\xc3\xa3o-paulo-1\xe2\x80\x9d is draining"},
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void
fill_failure(struct backoff_event *event, uint64_t draw, bool last)
{
	size_t e = draw % COUNT(errors);

	event->outcome = errors[e].failure_class == BACKOFF_CLASS_TIMEOUT
				 ? BACKOFF_OUTCOME_TIMEOUT
				 : BACKOFF_OUTCOME_FAILURE;
	event->failure_class = (int)errors[e].failure_class;
	event->error_type = errors[e].type;
	event->code = errors[e].code;
	event->error = errors[e].text;
	if (last) {
		event->type = BACKOFF_EVENT_EXHAUSTED;
		event->stop = BACKOFF_STOP_MAX_ATTEMPTS;
		return;
	}
	event->type = BACKOFF_EVENT_ATTEMPT;
	event->delay_source = BACKOFF_DELAY_SOURCE_BACKOFF;
	event->delay_law = "proportional";
	event->delay_low_ns = 750000000;
	event->delay_high_ns = 1250000000;
	event->delay_ns = 750000000 + draw % 500000000;
}

/* The next attempt of a call that failed, or the first of a new call. */
static void
next_event(struct backoff_event *event, uint64_t seed, uint64_t number,
	   char call_id[33])
{
	uint64_t draw = backoff_draw(seed, BACKOFF_PURPOSE_USER, number, 0);
	uint64_t more = backoff_draw(seed, BACKOFF_PURPOSE_USER, number, 1);
	size_t o = draw % COUNT(operations);
	bool failed = (draw >> 32) % 100 < operations[o].failing_percent;
	uint64_t attempt =
		failed ? 1 + more % operations[o].max_attempts : 1 + more % 2;

	backoff_event_init(event, sizeof(*event));
	snprintf(call_id, 33, "%016llx%016llx", (unsigned long long)draw,
		 (unsigned long long)more);
	event->ts_ns = UINT64_C(1795428930000000000) + number * 500000;
	event->service = operations[o].service;
	event->operation = operations[o].operation;
	event->policy = operations[o].policy;
	event->policy_hash = "d248a4c87e7da7aa";
	event->call_id = call_id;
	event->attempt = attempt;
	event->max_attempts = operations[o].max_attempts;
	event->kind = attempt > 1 ? BACKOFF_KIND_RETRY : BACKOFF_KIND_FIRST;
	event->duration_ns =
		operations[o].mean_us * (500 + more % 1000) + draw % 1000;
	event->elapsed_ns = event->duration_ns * attempt;
	event->host = "app-1";
	event->pid = 4711;
	event->seq = number + 1;
	if (failed) {
		fill_failure(event, more >> 16,
			     attempt == operations[o].max_attempts);
	} else {
		event->type = BACKOFF_EVENT_SUCCESS;
		event->outcome = BACKOFF_OUTCOME_SUCCESS;
		event->stop = BACKOFF_STOP_SUCCESS;
	}
	if (event->stop != BACKOFF_STOP_NONE) {
		event->attempts = attempt;
		event->retries = attempt - 1;
		event->backoff_ns = (attempt - 1) * 1000000000;
	}
}

size_t
bench_line(uint64_t seed, uint64_t number, char *out, size_t size)
{
	struct backoff_event event;
	char call_id[33];

	next_event(&event, seed, number, call_id);
	return backoff_event_encode(&event, out, size);
}

char *
bench_log(size_t lines, uint64_t seed, size_t *length)
{
	size_t size = lines * 640 + BACKOFF_EVENT_LINE_MAX, used = 0;
	char *text = malloc(size);

	if (text == NULL)
		bench_die("memory");
	for (size_t i = 0; i < lines; i++)
		used += bench_line(seed, i, text + used, size - used);
	*length = used;
	return text;
}
