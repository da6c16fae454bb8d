/* Fetch pictures of many cameras at once, a few at a time per controller.
 *
 * It replaces a hand-written loop, and keeps each of its rules:
 *
 *   - An empty body is a failure, whatever the status is: classify() turns it
 *     into the error type EmptyBody, which CAMERA_SNAPSHOT.json retries.
 *   - 1.0 s around each attempt, not around the call: `attempt_timeout` in the
 *     policy; http.c passes the time until attempt->give_up_ns to libcurl.
 *   - One more try after a fixed 0.5 s: CAMERA_SNAPSHOT.json extends SNAPSHOT.
 *   - A failure counter per controller: it counts calls that failed after their
 *     retries.
 *   - At most LIMIT concurrent calls per controller: a semaphore around the
 *     call, not inside the attempt, where waiting for a turn would use up the
 *     attempt's second. A controller is the host and port of a URL.
 */
/* SPDX-License-Identifier: MIT */
#include "http.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct controller {
	char host[256];
	sem_t turns;
	atomic_uint failures;
	struct backoff_retry *retry;
};

struct camera {
	const struct service *service;
	struct controller *controller;
	pthread_t thread;
	struct http_request request;
	struct http_reply reply;
};

static void
attempt(void *user, const struct backoff_attempt *attempt,
	struct backoff_outcome *outcome)
{
	struct camera *c = user;

	http_attempt(c->service, attempt, &c->request, &c->reply, outcome);
	backoff_outcome_set_result(outcome, &c->reply);
}

static void
classify(void *user, struct backoff_outcome *outcome)
{
	const struct http_reply *reply = outcome->result;

	(void)user;
	if (outcome->kind == BACKOFF_OUTCOME_SUCCESS && reply->length == 0)
		backoff_outcome_set(outcome, BACKOFF_OUTCOME_FAILURE,
				    BACKOFF_CLASS_TRANSIENT, "EmptyBody", NULL,
				    "the picture is empty");
}

static void *
fetch(void *user)
{
	struct camera *c = user;
	struct controller *owner = c->controller;
	struct backoff_answer answer = {.size = sizeof(answer)};

	while (sem_wait(&owner->turns) != 0)
		; /* EINTR */
	if (service_run(c->service, owner->retry, attempt, c, &answer) ==
	    BACKOFF_OK) {
		printf("%s: %zu bytes\n", c->request.url, c->reply.length);
	} else {
		atomic_fetch_add(&owner->failures, 1);
		fprintf(stderr, "%s: no picture (%s): %s\n", c->request.url,
			backoff_stop_name(answer.stop), answer.error);
	}
	sem_post(&owner->turns);
	http_reply_clear(&c->reply);
	return NULL;
}

static struct controller *
find_controller(struct controller *all, int *count, const char *url,
		unsigned limit, const struct service *service)
{
	struct controller *new = &all[*count];

	http_origin(url, new->host, sizeof(new->host));
	for (int i = 0; i < *count; i++)
		if (strcmp(all[i].host, new->host) == 0)
			return &all[i];
	++*count;
	sem_init(&new->turns, 0, limit);
	new->retry = service_retry(service, "CAMERA_SNAPSHOT", "snapshot",
				   new->host);
	backoff_retry_set_classify(new->retry, classify, NULL);
	return new;
}

static unsigned
read_limit(const char *text)
{
	char *end;
	long limit = strtol(text, &end, 10);

	if (*end == '\0' && limit > 0 && limit <= SEM_VALUE_MAX)
		return (unsigned)limit;
	fprintf(stderr, "LIMIT must be 1 or more, not '%s'\n", text);
	exit(2);
}

int
main(int argc, char **argv)
{
	struct service service;
	int at = service_start(&service, argc, argv, "LIMIT URL...", 2);
	unsigned limit = read_limit(argv[at++]);
	int count = argc - at, controllers = 0, failed = 0;
	struct controller *controller =
		calloc((size_t)count, sizeof(*controller));
	struct camera *camera = calloc((size_t)count, sizeof(*camera));

	if (controller == NULL || camera == NULL) {
		perror(argv[0]);
		return 4;
	}
	for (int i = 0; i < count; i++) {
		camera[i].service = &service;
		camera[i].request =
			(struct http_request){argv[at + i], NULL, -1, NULL};
		camera[i].controller =
			find_controller(controller, &controllers, argv[at + i],
					limit, &service);
		errno = pthread_create(&camera[i].thread, NULL, fetch,
				       &camera[i]);
		if (errno != 0) {
			perror("thread");
			return 4;
		}
	}
	for (int i = 0; i < count; i++)
		pthread_join(camera[i].thread, NULL);
	for (int i = 0; i < controllers; i++) {
		printf("%s: %u failures\n", controller[i].host,
		       controller[i].failures);
		failed |= controller[i].failures > 0;
		backoff_retry_free(controller[i].retry);
		sem_destroy(&controller[i].turns);
	}
	free(controller);
	free(camera);
	service_stop(&service);
	return failed;
}
