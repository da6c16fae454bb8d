/* Ask a second replica when the first is slow: hedging, with real sockets.
 *
 * Two replicas answer on local sockets, the first one late. Under the policy, a
 * second attempt begins after 50 ms. Its answer becomes the call's result, and
 * the first attempt sees attempt->cancel and gives up.
 *
 *	hedge [LOG]
 */
/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <backoff.h>

static const char policy_text[] =
	"{\"name\":\"READ\",\"max_attempts\":3,\"base_delay\":0.1,"
	"\"hedge\":{\"delay\":\"50ms\"}}";

/* One replica: the client's socket, the replica's, and its response time. */
struct replica {
	pthread_t thread;
	int ours, theirs;
	long delay_ms;
};

/* Shared by all attempts of the call. Each asks another replica, so that they
 * use different members. */
struct query {
	struct replica replica[2];
	char answer[2][32];
};

static void *
serve(void *user)
{
	const struct replica *replica = user;
	const struct timespec delay = {replica->delay_ms / 1000,
				       replica->delay_ms % 1000 * 1000000};
	char request;

	while (read(replica->theirs, &request, 1) == 1) {
		nanosleep(&delay, NULL);
		/* The client may be gone. */
		if (send(replica->theirs, "42", 2, MSG_NOSIGNAL) != 2)
			break;
	}
	return NULL;
}

/* One attempt: ask a replica, and wait for its answer or for the cancel switch,
 * which a thread blocked in read(2) would not notice. */
static void
ask(void *user, const struct backoff_attempt *attempt,
    struct backoff_outcome *outcome)
{
	struct query *query = user;
	unsigned which = (attempt->number - 1) % 2;
	struct pollfd answer = {.fd = query->replica[which].ours,
				.events = POLLIN};
	ssize_t length = -1;

	if (write(answer.fd, "?", 1) != 1) {
		backoff_outcome_from_errno(outcome, errno);
		return;
	}
	while (!backoff_cancel_requested(attempt->cancel)) {
		if (poll(&answer, 1, 10) <= 0)
			continue;
		length = read(answer.fd, query->answer[which],
			      sizeof(query->answer[which]) - 1);
		break;
	}
	if (length > 0) {
		outcome->kind = BACKOFF_OUTCOME_SUCCESS;
		outcome->result = query->answer[which];
	} else {
		backoff_outcome_from_errno(outcome, ECANCELED);
	}
}

static int
start(struct replica *replica, long delay_ms)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return -1;
	replica->ours = pair[0];
	replica->theirs = pair[1];
	replica->delay_ms = delay_ms;
	return pthread_create(&replica->thread, NULL, serve, replica);
}

static void
stop(struct replica *replica)
{
	close(replica->ours);
	pthread_join(replica->thread, NULL);
	close(replica->theirs);
}

int
main(int argc, char **argv)
{
	struct query query = {0};
	struct backoff_policy *policy;
	struct backoff_retry *retry;
	struct backoff_sink *log = NULL;
	struct backoff_answer answer = {.size = sizeof(answer)};
	enum backoff_status status;

	if (start(&query.replica[0], 2000) != 0 ||
	    start(&query.replica[1], 5) != 0 ||
	    backoff_policy_parse(policy_text, strlen(policy_text), NULL,
				 &policy, NULL) != BACKOFF_OK ||
	    backoff_retry_new(policy, "read_price", &retry) != BACKOFF_OK ||
	    (argc > 1 && backoff_sink_file_new(argv[1], &log) != BACKOFF_OK))
		return 4;
	backoff_retry_set_sink(retry, log);

	status = backoff_retry_run_hedged(retry, NULL, ask, &query, &answer);
	printf("%s after %u attempts: %s\n", backoff_stop_name(answer.stop),
	       answer.attempts,
	       answer.result != NULL ? (const char *)answer.result
				     : answer.error);

	backoff_retry_free(retry);
	backoff_sink_free(log);
	backoff_policy_unref(policy);
	stop(&query.replica[0]);
	stop(&query.replica[1]);
	return status == BACKOFF_OK ? 0 : 1;
}
