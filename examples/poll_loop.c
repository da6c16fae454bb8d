/* Two calls in one poll(2) loop: neither blocks the loop, one waits for a peer
 * that does not answer, and both are retried.
 *
 *   cc $(pkg-config --cflags libbackoff) poll_loop.c $(pkg-config --libs
 * libbackoff)
 */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <backoff.h>

#define CALLS 2

static const char policy_text[] =
	"{\"name\": \"TOY\", \"max_attempts\": 4, \"base_delay\": \"20ms\","
	" \"attempt_timeout\": \"50ms\", \"jitter\": \"equal\"}";

/* One call, and the socket of the peer that it talks to. */
struct work {
	const char *name;
	/** The peer's answer to each attempt; 0: no answer. */
	int script[4];
	struct backoff_call *call;
	int fd, peer;
	bool in_flight, over;
	uint32_t number;
	/** When to look again: the end of a wait, or the attempt's timeout. */
	uint64_t due_ns;
};

static uint64_t
now_ns(void)
{
	const struct backoff_clock *clock = backoff_clock_system();

	return clock->now_ns(clock->user);
}

/* Send a request; the simulated peer answers at once or never. */
static void
send_request(struct work *work, const struct backoff_attempt *attempt)
{
	int status = work->script[(attempt->number - 1) % 4];
	ssize_t sent = 0;

	if (status != 0)
		sent = send(work->peer, &status, sizeof(status), 0);
	if (sent < 0)
		perror("send");
	work->number = attempt->number;
	work->in_flight = true;
	work->due_ns = attempt->give_up_ns;
}

/* Do what the call says is next. */
static void
advance(struct work *work)
{
	struct backoff_step step = {.size = sizeof(step)};

	if (backoff_call_next(work->call, &step) != BACKOFF_OK)
		abort(); /* an attempt is under way: a bug in this file */
	switch (step.action) {
	case BACKOFF_ACTION_ATTEMPT:
		send_request(work, &step.attempt);
		break;
	case BACKOFF_ACTION_WAIT:
		work->due_ns = step.wait_until_ns;
		break;
	case BACKOFF_ACTION_DONE:
		work->over = true;
		work->due_ns = BACKOFF_FOREVER;
		printf("%s: %s after %u attempts\n", work->name,
		       backoff_stop_name(step.stop),
		       backoff_call_answer(work->call)->attempts);
		break;
	}
}

static void
report(struct work *work, const struct backoff_outcome *outcome)
{
	work->in_flight = false;
	printf("%s: attempt %u: %s\n", work->name, work->number,
	       outcome->kind == BACKOFF_OUTCOME_SUCCESS ? "ok"
	       : outcome->code != NULL                  ? outcome->code
							: outcome->error);
	if (backoff_call_report(work->call, outcome) != BACKOFF_OK)
		abort();
	advance(work);
}

static void
on_answer(struct work *work)
{
	struct backoff_outcome outcome = {.size = sizeof(outcome)};
	int status = 0;

	if (recv(work->fd, &status, sizeof(status), 0) < 0)
		backoff_outcome_from_errno(&outcome, errno);
	else
		backoff_outcome_from_http(&outcome, status);
	report(work, &outcome);
}

static void
on_due(struct work *work)
{
	struct backoff_outcome outcome = {.size = sizeof(outcome)};

	if (!work->in_flight) {
		advance(work);
		return;
	}
	backoff_outcome_set(&outcome, BACKOFF_OUTCOME_TIMEOUT,
			    BACKOFF_CLASS_TIMEOUT, "TimeoutError", NULL,
			    "no answer");
	report(work, &outcome);
}

/* Timeout for poll(2) in milliseconds, rounded up; -1: none. */
static int
patience_ms(const struct work *work, size_t count)
{
	uint64_t due = BACKOFF_FOREVER, now = now_ns();

	for (size_t i = 0; i < count; i++)
		if (work[i].due_ns < due)
			due = work[i].due_ns;
	if (due == BACKOFF_FOREVER)
		return -1;
	return due <= now ? 0 : (int)((due - now + 999999) / 1000000);
}

static bool
loop_once(struct work *work, size_t count)
{
	struct pollfd fds[CALLS];
	size_t over = 0;

	for (size_t i = 0; i < count; i++)
		fds[i] = (struct pollfd){.fd = work[i].in_flight ? work[i].fd
								 : -1,
					 .events = POLLIN};
	if (poll(fds, count, patience_ms(work, count)) < 0 && errno != EINTR)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (fds[i].revents != 0)
			on_answer(&work[i]);
		else if (!work[i].over && now_ns() >= work[i].due_ns)
			on_due(&work[i]);
		over += work[i].over;
	}
	return over < count;
}

static bool
start(struct work *work, struct backoff_retry *retry)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) != 0) {
		perror("socketpair");
		return false;
	}
	work->fd = pair[0];
	work->peer = pair[1];
	if (backoff_call_new(retry, NULL, &work->call) != BACKOFF_OK)
		return false;
	advance(work);
	return true;
}

int
main(void)
{
	struct work work[CALLS] = {
		{.name = "prices", .script = {503, 429, 200}},
		{.name = "stock", .script = {0, 200}},
	};
	struct backoff_policy *policy;
	struct backoff_retry *retry;

	if (backoff_policy_parse(policy_text, strlen(policy_text), NULL,
				 &policy, NULL) != BACKOFF_OK ||
	    backoff_retry_new(policy, "ask_peer", &retry) != BACKOFF_OK)
		return 4;
	for (size_t i = 0; i < CALLS; i++)
		if (!start(&work[i], retry))
			return 4;
	while (loop_once(work, CALLS))
		;
	for (size_t i = 0; i < CALLS; i++) {
		backoff_call_free(work[i].call);
		close(work[i].fd);
		close(work[i].peer);
	}
	backoff_retry_free(retry);
	backoff_policy_unref(policy);
	return 0;
}
