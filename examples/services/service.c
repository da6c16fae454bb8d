/* Start and end of the example services, shared by all of them. */
/* SPDX-License-Identifier: MIT */
#include "service.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A global, because a signal handler has no argument. */
static struct backoff_cancel *ended_by_signal;

static void
on_signal(int number)
{
	(void)number;
	backoff_cancel_request(ended_by_signal);
}

static _Noreturn void
fail(int exit_code, const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	exit(exit_code);
}

/* Virtual time, for tests: the machine's time plus all waits that passed.
 * Attempts take real time, however busy the machine is; a wait lasts until its
 * tick, and then moves the time of all threads to its end. */
static uint64_t
virtual_now(void *user)
{
	const struct service *s = user;
	const struct backoff_clock *real = backoff_clock_system();

	return real->now_ns(real->user) + s->passed_ns;
}

static uint64_t
virtual_wall(void *user)
{
	const struct service *s = user;
	const struct backoff_clock *real = backoff_clock_system();

	return real->wall_ns(real->user) + s->passed_ns;
}

/* One byte is one tick. */
static enum backoff_status
virtual_sleep_until(void *user, uint64_t when_ns,
		    const struct backoff_cancel *cancel)
{
	struct service *s = user;
	const struct backoff_clock *real = backoff_clock_system();
	struct pollfd ticks = {.fd = s->ticks, .events = POLLIN};
	uint64_t real_ns, wanted_ns, passed_ns = s->passed_ns;
	char tick;

	do {
		if (cancel != NULL && backoff_cancel_requested(cancel))
			return BACKOFF_E_CANCELLED;
	} while (poll(&ticks, 1, 20) == 0);
	if (read(s->ticks, &tick, 1) != 1)
		return BACKOFF_E_IO;
	/* Threads whose waits overlap pass them together, as in real time. */
	real_ns = real->now_ns(real->user);
	wanted_ns = when_ns > real_ns ? when_ns - real_ns : 0;
	while (passed_ns < wanted_ns &&
	       !atomic_compare_exchange_weak(&s->passed_ns, &passed_ns,
					     wanted_ns))
		; /* another thread's wait has passed meanwhile */
	return BACKOFF_OK;
}

static void
start_clock(struct service *s, const char *ticks)
{
	s->clock = *backoff_clock_system();
	if (ticks == NULL)
		return;
	/* A FIFO opened read-write neither blocks here nor ends. */
	s->ticks = open(ticks, O_RDWR | O_CLOEXEC);
	if (s->ticks < 0)
		fail(4, ticks, strerror(errno));
	s->clock = (struct backoff_clock){sizeof(s->clock), virtual_now,
					  virtual_wall, virtual_sleep_until, s};
}

static _Noreturn void
show_usage(const char *program, const char *usage, int exit_code)
{
	fprintf(exit_code == 0 ? stdout : stderr,
		"Usage: %s [OPTION]... %s\n"
		"  -e FILE    append one JSON event per attempt to FILE\n"
		"  -p FOLDER  take policies (NAME.json) from FOLDER\n"
		"  -t TICKS   for tests: a wait lasts until a byte can be "
		"read"
		" from TICKS\n"
		"  -h         show this\n",
		program, usage);
	exit(exit_code);
}

int
service_start(struct service *s, int argc, char **argv, const char *usage,
	      int operands)
{
	struct sigaction action = {.sa_handler = on_signal};
	const char *events = NULL, *ticks = NULL;
	int option;

	*s = (struct service){.policies = SERVICE_POLICIES, .ticks = -1};
	while ((option = getopt(argc, argv, "+e:hp:t:")) != -1) {
		if (option == 'e')
			events = optarg;
		else if (option == 'p')
			s->policies = optarg;
		else if (option == 't')
			ticks = optarg;
		else
			show_usage(argv[0], usage, option == 'h' ? 0 : 2);
	}
	if (argc - optind < operands)
		show_usage(argv[0], usage, 2);
	start_clock(s, ticks);
	if (events != NULL &&
	    backoff_sink_file_new(events, &s->sink) != BACKOFF_OK)
		fail(4, events, strerror(errno));
	if (backoff_cancel_new(&s->cancel) != BACKOFF_OK)
		fail(4, argv[0], "out of memory");
	ended_by_signal = s->cancel;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	return optind;
}

void
service_stop(struct service *s)
{
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	backoff_cancel_free(s->cancel);
	backoff_sink_free(s->sink);
	if (s->ticks >= 0)
		close(s->ticks);
}

static struct backoff_policy *
load_policy(const struct service *s, const char *name)
{
	struct backoff_policy *policy = NULL;
	struct backoff_error error = {.size = sizeof(error)};
	enum backoff_status status;
	char path[4096], where[4352];

	snprintf(path, sizeof(path), "%s/%s.json", s->policies, name);
	status = access(path, F_OK) == 0
			 ? backoff_policy_load(path, NULL, &policy, &error)
			 : backoff_policy_builtin(name, &policy);
	if (status == BACKOFF_OK)
		return policy;
	snprintf(where, sizeof(where), "%s:%u:%u: %s", path, error.line,
		 error.column, error.path);
	fail(3, where,
	     error.text[0] != '\0' ? error.text : backoff_status_text(status));
}

struct backoff_retry *
service_retry(const struct service *s, const char *policy_name,
	      const char *operation, const char *target)
{
	struct backoff_policy *policy = load_policy(s, policy_name);
	struct backoff_retry *retry = NULL;

	if (backoff_retry_new(policy, operation, &retry) != BACKOFF_OK ||
	    backoff_retry_set_target(retry, target) != BACKOFF_OK)
		fail(4, operation, "cannot create a retry object");
	backoff_policy_unref(policy);
	backoff_retry_set_clock(retry, &s->clock);
	backoff_retry_set_sink(retry, s->sink);
	return retry;
}

enum backoff_status
service_run(const struct service *s, struct backoff_retry *retry,
	    backoff_attempt_fn fn, void *user, struct backoff_answer *answer)
{
	const struct backoff_call_options options = {.size = sizeof(options),
						     .cancel = s->cancel};

	return backoff_retry_run(retry, &options, fn, user, answer);
}

uint64_t
service_wall_ns(const struct service *s)
{
	return s->clock.wall_ns(s->clock.user);
}

uint64_t
service_now_ns(const struct service *s)
{
	return s->clock.now_ns(s->clock.user);
}

long
service_left_ms(const struct service *s, const struct backoff_attempt *attempt)
{
	uint64_t now_ns = service_now_ns(s), left_ms = 0;

	if (attempt->give_up_ns == BACKOFF_FOREVER)
		return 0;
	if (attempt->give_up_ns > now_ns)
		left_ms = (attempt->give_up_ns - now_ns) / 1000000;
	return left_ms > 0 ? (long)left_ms : 1;
}
