/* Metrics over HTTP: calls to a backend that fails on purpose, then /metrics on
 * a port of 127.0.0.1 until standard input ends.
 *
 *   cc $(pkg-config --cflags libbackoff) metrics.c $(pkg-config --libs
 * libbackoff)
 *   ./a.out
 *   http://127.0.0.1:43215/metrics
 */
/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <backoff.h>

static const char policy_text[] =
	"{\"name\": \"BACKEND\", \"max_attempts\": 3, \"base_delay\": \"1ms\","
	" \"retry_on\": [\"http:503\"], \"budget\": \"token_bucket\","
	" \"breaker\": {\"window\": 100}}";

/* In place of a client library: in each group of four calls, one succeeds at
 * once, one after one retry, one after two, and one is a bad request. */
static void
ask(void *user, const struct backoff_attempt *attempt,
    struct backoff_outcome *outcome)
{
	unsigned kind = *(const unsigned *)user % 4;

	if (kind == 3)
		backoff_outcome_from_http(outcome, 400);
	else
		backoff_outcome_from_http(outcome,
					  attempt->number <= kind ? 503 : 200);
}

static void
make_calls(struct backoff_retry *retry, unsigned count)
{
	struct backoff_answer answer = {.size = sizeof(answer)};

	for (unsigned i = 0; i < count; i++)
		(void)backoff_retry_run(retry, NULL, ask, &i, &answer);
}

/* The text in allocated memory: it may grow between two calls. */
static char *
write_metrics(struct backoff_metrics *metrics,
	      enum backoff_metrics_format format, size_t *length)
{
	const struct backoff_clock *clock = backoff_clock_system();
	size_t size = 0;
	char *text = NULL, *more;

	while ((*length = backoff_metrics_write(metrics, format,
						clock->now_ns(clock->user),
						text, size)) >= size) {
		size = *length + 4096;
		more = realloc(text, size);
		if (more == NULL)
			break;
		text = more;
	}
	return text;
}

static void
send_all(int to, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = send(to, bytes, length, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		bytes += n;
		length -= (size_t)n;
	}
}

/* Read one request up to its empty line, and answer it. Give up on a client
 * that sends nothing for two seconds. */
static void
serve(int client, struct backoff_metrics *metrics)
{
	static const struct timeval patience = {2, 0};
	enum backoff_metrics_format format = BACKOFF_METRICS_PROMETHEUS;
	char request[4096] = "", head[256], *text = NULL;
	size_t got = 0, length = 0;
	int found;

	setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience,
		   sizeof(patience));
	while (strstr(request, "\r\n\r\n") == NULL &&
	       got < sizeof(request) - 1) {
		ssize_t n = recv(client, request + got,
				 sizeof(request) - 1 - got, 0);

		if (n <= 0)
			return;
		got += (size_t)n;
		request[got] = '\0';
	}
	if (strstr(request, "application/openmetrics-text") != NULL)
		format = BACKOFF_METRICS_OPENMETRICS;
	found = strncmp(request, "GET /metrics ", 13) == 0;
	if (found)
		text = write_metrics(metrics, format, &length);
	snprintf(head, sizeof(head),
		 "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
		 "Connection: close\r\n\r\n",
		 text != NULL ? "200 OK" : "404 Not Found",
		 backoff_metrics_content_type(format),
		 text != NULL ? length : 0);
	send_all(client, head, strlen(head));
	if (text != NULL)
		send_all(client, text, length);
	free(text);
}

/* Listen on any free port; -1 if there is none. */
static int
listen_here(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (server < 0 || bind(server, (struct sockaddr *)&at, size) != 0 ||
	    listen(server, 16) != 0 ||
	    getsockname(server, (struct sockaddr *)&at, &size) != 0) {
		perror("127.0.0.1");
		return -1;
	}
	printf("http://127.0.0.1:%u/metrics\n", (unsigned)ntohs(at.sin_port));
	fflush(stdout);
	return server;
}

static int
serve_until_end_of_input(struct backoff_metrics *metrics)
{
	int server = listen_here();
	struct pollfd from[2] = {{0, POLLIN, 0}, {server, POLLIN, 0}};
	char ignored[64];

	if (server < 0)
		return 4;
	while (poll(from, 2, -1) >= 0) {
		if (from[1].revents != 0) {
			int client = accept(server, NULL, NULL);

			if (client >= 0) {
				serve(client, metrics);
				close(client);
			}
		}
		if (from[0].revents != 0 &&
		    read(0, ignored, sizeof(ignored)) <= 0)
			break;
	}
	close(server);
	return 0;
}

int
main(void)
{
	struct backoff_policy *policy = NULL;
	struct backoff_retry *retry = NULL;
	struct backoff_metrics *metrics = NULL;
	struct backoff_error error = {.size = sizeof(error)};
	int code = 4;

	if (backoff_policy_parse(policy_text, strlen(policy_text), NULL,
				 &policy, &error) != BACKOFF_OK)
		fprintf(stderr, "%s: %s\n", error.path, error.text);
	else if (backoff_retry_new(policy, "ask", &retry) == BACKOFF_OK &&
		 backoff_metrics_new(100, &metrics) == BACKOFF_OK &&
		 backoff_metrics_watch_guard(metrics, "backend",
					     backoff_retry_guard(retry)) ==
			 BACKOFF_OK) {
		backoff_retry_set_on_event(retry, backoff_metrics_count,
					   metrics);
		backoff_retry_set_log_starts(retry, 1);
		make_calls(retry, 40);
		code = serve_until_end_of_input(metrics);
	}
	backoff_metrics_free(metrics);
	backoff_retry_free(retry);
	backoff_policy_unref(policy);
	return code;
}
