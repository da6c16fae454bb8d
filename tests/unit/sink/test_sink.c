/* Tests of src/sink/sink: callback and tee; and of sinks after fork(2). */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <backoff/retry.h>

#include "unit/policy/policies.h"
#include "unit/sink/events.h"

struct heard {
	char who[64];
	const struct backoff_event *event;
};

static struct heard heard;

static void
hear(void *user, const struct backoff_event *event)
{
	size_t n = strlen(heard.who);

	snprintf(heard.who + n, sizeof(heard.who) - n, "%s",
		 (const char *)user);
	heard.event = event;
}

static struct backoff_sink *
callback(const char *name)
{
	/* The name is only read. */
	static char names[4][2] = {"a", "b", "c", "d"};
	struct backoff_sink *sink;

	cr_assert(backoff_sink_callback_new(hear, names[name[0] - 'a'],
					    &sink) == BACKOFF_OK);
	return sink;
}

Test(sink_sink, a_callback_gets_the_event_itself)
{
	struct backoff_sink *sink = callback("a");
	struct backoff_event event = numbered(1);

	backoff_sink_emit(sink, &event);
	cr_expect(heard.event == &event && strcmp(heard.who, "a") == 0);
	cr_expect(backoff_sink_dropped(sink) == 0);
	backoff_sink_flush(sink);
	backoff_sink_free(sink);
	sink = NULL;
	cr_expect(backoff_sink_callback_new(NULL, NULL, &sink) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(sink == NULL);
}

Test(sink_sink, a_tee_passes_to_both_in_order)
{
	struct backoff_sink *inner, *outer, *c = callback("c");
	struct backoff_event event = numbered(1);

	cr_assert(backoff_sink_tee_new(callback("a"), callback("b"), &inner) ==
		  BACKOFF_OK);
	cr_assert(backoff_sink_tee_new(inner, c, &outer) == BACKOFF_OK);
	backoff_sink_emit(outer, &event);
	cr_expect(strcmp(heard.who, "abc") == 0, "%s", heard.who);
	backoff_sink_free(outer);
}

Test(sink_sink, a_tee_owns_its_sinks_and_adds_their_losses)
{
	struct backoff_sink *first, *second, *tee = NULL;
	struct backoff_event event = numbered(1);
	int a = open("/dev/full", O_WRONLY), b = open("/dev/full", O_WRONLY);

	cr_assert(backoff_sink_fd_new(a, 1, &first) == BACKOFF_OK);
	cr_assert(backoff_sink_fd_new(b, 1, &second) == BACKOFF_OK);
	cr_expect(backoff_sink_tee_new(NULL, second, &tee) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(backoff_sink_tee_new(first, NULL, &tee) ==
		  BACKOFF_E_ARGUMENT);
	cr_expect(backoff_sink_tee_new(first, first, &tee) ==
			  BACKOFF_E_ARGUMENT,
		  "it would be freed twice");
	cr_expect(tee == NULL);
	cr_expect(fcntl(a, F_GETFD) >= 0, "still the caller's");
	cr_assert(backoff_sink_tee_new(first, second, &tee) == BACKOFF_OK);
	backoff_sink_emit(tee, &event);
	backoff_sink_emit(tee, &event);
	cr_expect(backoff_sink_dropped(tee) == 4);
	backoff_sink_free(tee);
	cr_expect(fcntl(a, F_GETFD) < 0 && fcntl(b, F_GETFD) < 0);
}

static void
fail_once(void *user, const struct backoff_attempt *attempt,
	  struct backoff_outcome *outcome)
{
	(void)user;
	outcome->kind = attempt->number == 1 ? BACKOFF_OUTCOME_FAILURE
					     : BACKOFF_OUTCOME_SUCCESS;
}

static void
call(struct backoff_retry *retry)
{
	struct backoff_answer answer;

	cr_assert(backoff_retry_run(retry, NULL, fail_once, NULL, &answer) ==
		  BACKOFF_OK);
}

struct lines {
	struct {
		uint64_t pid, seq;
		char call_id[65];
	} at[64];
	size_t count;
};

static void
read_lines(const char *path, struct lines *lines)
{
	struct backoff_event_decoder *decoder;
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;
	ssize_t n;

	cr_assert(file != NULL);
	cr_assert(backoff_event_decoder_new(&decoder) == BACKOFF_OK);
	while ((n = getline(&text, &size, file)) > 0) {
		struct backoff_event event =
			event_of_line(decoder, text, (size_t)n);

		cr_assert(lines->count < 64);
		lines->at[lines->count].pid = event.pid;
		lines->at[lines->count].seq = event.seq;
		snprintf(lines->at[lines->count].call_id, 65, "%s",
			 event.call_id);
		lines->count++;
	}
	free(text);
	fclose(file);
	backoff_event_decoder_free(decoder);
}

/* Parent and child each log two calls of two attempts. Before the fork the
 * parent logs one more, which must not be written twice. */
static void
check_fork(bool ring)
{
	char path[] = "/tmp/retrykit-XXXXXX";
	struct backoff_policy *policy =
		policy_of("{\"name\":\"F\",\"max_attempts\":2,"
			  "\"base_delay\":0,\"max_delay\":0}");
	struct backoff_retry *retry;
	struct backoff_sink *sink;
	static struct lines lines;
	uint64_t seq_of[2] = {0};
	pid_t child;
	int status;

	close(mkstemp(path));
	cr_assert(backoff_sink_file_new(path, &sink) == BACKOFF_OK);
	if (ring)
		cr_assert(backoff_sink_ring_new(sink, 64, &sink) == BACKOFF_OK);
	cr_assert(backoff_retry_new(policy, "op", &retry) == BACKOFF_OK);
	backoff_retry_set_sink(retry, sink);
	backoff_retry_set_seed(retry, 1);
	call(retry);
	child = fork();
	call(retry);
	call(retry);
	if (child == 0) {
		backoff_sink_free(sink);
		backoff_retry_free(retry);
		backoff_policy_unref(policy);
		_exit(0);
	}
	cr_assert(waitpid(child, &status, 0) == child);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	cr_expect(backoff_sink_dropped(sink) == 0);
	backoff_sink_free(sink);
	backoff_retry_free(retry);
	backoff_policy_unref(policy);
	lines.count = 0;
	read_lines(path, &lines);
	unlink(path);
	cr_expect(lines.count == 6 + 4, "%zu lines", lines.count);
	for (size_t i = 0; i < lines.count; i++) {
		bool of_child = lines.at[i].pid == (uint64_t)child;

		cr_expect(of_child || lines.at[i].pid == (uint64_t)getpid());
		cr_expect(lines.at[i].seq == ++seq_of[of_child],
			  "seq counts each process from 1");
		for (size_t k = 0; k < i; k++)
			cr_expect(lines.at[k].pid == lines.at[i].pid ||
					  strcmp(lines.at[k].call_id,
						 lines.at[i].call_id) != 0,
				  "two processes wrote one call id");
	}
}

Test(sink_sink, a_child_writes_only_its_own_lines, .timeout = 50)
{
	check_fork(false);
}

Test(sink_sink, a_child_of_a_ring_writes_at_once, .timeout = 50)
{
	check_fork(true);
}
