/* A blocking loop: fetch a page that is sometimes empty, and log each attempt.
 *
 *   cc $(pkg-config --cflags libbackoff) blocking.c $(pkg-config --libs
 * libbackoff)
 *   ./a.out attempts.log
 */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <backoff.h>

static const char policy_text[] =
	"{\"name\": \"PAGE\", \"max_attempts\": 4, \"base_delay\": \"20ms\","
	" \"max_delay\": \"100ms\", \"deadline\": \"5s\","
	" \"retry_on\": [\"EmptyBody\", \"http:5xx\"]}";

struct page {
	int status;
	char body[16];
};

/* In place of a client library: an overloaded server, then a page that is not
 * ready yet, then the page. */
static struct page *
fetch(uint32_t number)
{
	static const struct page answers[] = {
		{503, "busy"}, {200, ""}, {200, "hello"}};
	struct page *page = malloc(sizeof(*page));

	if (page != NULL)
		*page = answers[(number - 1) % 3];
	return page;
}

static void
attempt(void *user, const struct backoff_attempt *attempt,
	struct backoff_outcome *outcome)
{
	struct page *page = fetch(attempt->number);

	(void)user;
	if (page == NULL) {
		backoff_outcome_from_errno(outcome, ENOMEM);
		return;
	}
	backoff_outcome_from_http(outcome, page->status);
	backoff_outcome_set_result(outcome, page);
}

/* A result without an error can still be a failure. */
static void
reject_empty(void *user, struct backoff_outcome *outcome)
{
	const struct page *page = outcome->result;

	(void)user;
	if (outcome->kind == BACKOFF_OUTCOME_SUCCESS && page->body[0] == '\0')
		backoff_outcome_set(outcome, BACKOFF_OUTCOME_FAILURE,
				    BACKOFF_CLASS_TRANSIENT, "EmptyBody", NULL,
				    "200 with an empty body");
}

/* The library returns rejected pages before it makes another attempt. */
static void
discard(void *user, void *result)
{
	(void)user;
	free(result);
}

static void
print_failure(void *user, const struct backoff_event *event)
{
	(void)user;
	if (event->type == BACKOFF_EVENT_ATTEMPT)
		printf("attempt %u of %u failed: %s\n",
		       (unsigned)event->attempt, (unsigned)event->max_attempts,
		       event->error != NULL ? event->error : event->code);
}

static int
run(struct backoff_retry *retry)
{
	struct backoff_answer answer = {.size = sizeof(answer)};
	enum backoff_status status;
	struct page *page;

	backoff_retry_set_classify(retry, reject_empty, NULL);
	backoff_retry_set_discard(retry, discard, NULL);
	backoff_retry_set_on_event(retry, print_failure, NULL);
	status = backoff_retry_run(retry, NULL, attempt, NULL, &answer);
	page = answer.result;
	if (status == BACKOFF_OK)
		printf("\"%s\" after %u attempts, %u retries\n", page->body,
		       answer.attempts, answer.retries);
	else
		printf("gave up after %u attempts (%s): %s\n", answer.attempts,
		       backoff_stop_name(answer.stop), answer.error);
	/* The last result belongs to the caller, rejected or not. */
	free(page);
	return status == BACKOFF_OK ? 0 : 1;
}

int
main(int argc, char **argv)
{
	const char *log = argc > 1 ? argv[1] : "attempts.log";
	struct backoff_policy *policy = NULL;
	struct backoff_sink *sink = NULL;
	struct backoff_retry *retry = NULL;
	struct backoff_error error = {.size = sizeof(error)};
	int code = 4;

	if (backoff_policy_parse(policy_text, strlen(policy_text), NULL,
				 &policy, &error) != BACKOFF_OK)
		fprintf(stderr, "%u:%u: %s: %s\n", error.line, error.column,
			error.path, error.text);
	else if (backoff_sink_file_new(log, &sink) != BACKOFF_OK)
		perror(log);
	else if (backoff_retry_new(policy, "fetch_page", &retry) ==
		 BACKOFF_OK) {
		backoff_retry_set_sink(retry, sink);
		code = run(retry);
	}
	backoff_retry_free(retry);
	backoff_sink_free(sink);
	backoff_policy_unref(policy);
	return code;
}
