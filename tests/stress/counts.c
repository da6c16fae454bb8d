/* Many threads count in one metrics object while others read, watch and fork:
 * sums are exact, and no counter decreases. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stress.h"

#define THREADS 8
#define EVENTS 4000
#define RACES 300
#define NAMES 12
#define LIMIT 5
#define TEXT_MAX (1 << 18)

struct worker {
	pthread_t thread;
	struct backoff_metrics *metrics;
	struct backoff_guard *guard;
	unsigned number;
	unsigned wrong;
	atomic_bool *stop;
	unsigned rounds;
	/** The last texts that a reading thread got. */
	char *text[2];
};

/* Attempts, successes and starts of operations, some of them above the limit.
 */
static void
count_events(struct backoff_metrics *metrics, unsigned number, unsigned count)
{
	struct backoff_event event;
	char name[16];

	backoff_event_init(&event, sizeof(event));
	event.policy = "p";
	event.operation = name;
	event.kind = BACKOFF_KIND_FIRST;
	for (unsigned i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "op%u", (i + number) % NAMES);
		event.type = BACKOFF_EVENT_STARTED;
		event.attempt = 1;
		backoff_metrics_count(metrics, &event);
		event.type = BACKOFF_EVENT_SUCCESS;
		event.outcome = BACKOFF_OUTCOME_SUCCESS;
		event.stop = BACKOFF_STOP_SUCCESS;
		event.duration_ns = event.elapsed_ns = 1000000 + i;
		backoff_metrics_count(metrics, &event);
	}
}

static void *
count_all(void *user)
{
	struct worker *w = user;

	count_events(w->metrics, w->number, EVENTS);
	return NULL;
}

/* The sum of the samples that begin with this. No label here has a space. */
static double
sum_of(const char *text, const char *begin)
{
	double sum = 0;

	for (const char *at = text; *at != '\0'; at = strchr(at, '\n') + 1)
		if (strncmp(at, begin, strlen(begin)) == 0)
			sum += strtod(strchr(at, ' '), NULL);
	return sum;
}

static void
read_text(struct backoff_metrics *metrics, char *text)
{
	if (backoff_metrics_write(metrics, BACKOFF_METRICS_OPENMETRICS, 0, text,
				  TEXT_MAX) >= TEXT_MAX)
		stress_die("text");
}

/* Returns the number of counter and histogram samples in the older text that
 * are missing or smaller in the newer one. */
static unsigned
count_steps_back(const char *old, const char *new)
{
	unsigned wrong = 0;

	for (const char *at = old; *at != '\0'; at = strchr(at, '\n') + 1) {
		size_t name = (size_t)(strpbrk(at, " \n") - at) + 1;
		const char *to = new;

		if (*at == '#' || strncmp(at, "retry_inflight", 14) == 0 ||
		    strncmp(at, "retry_b", 7) == 0)
			continue;
		while (*to != '\0' && strncmp(at, to, name) != 0)
			to = strchr(to, '\n') + 1;
		wrong += *to == '\0' ||
			 strtod(at + name, NULL) > strtod(to + name, NULL);
	}
	return wrong;
}

/* The +Inf bucket and the count of each histogram agree in every text. */
static unsigned
count_torn(const char *text)
{
	static const char *const names[] = {"retry_attempt_duration_seconds",
					    "retry_operation_duration_seconds"};
	unsigned wrong = 0;

	for (int i = 0; i < 2; i++) {
		double last = 0, count;
		char begin[64];

		for (const char *at = text;
		     (at = strstr(at, "le=\"+Inf\"} ")) != NULL; at++) {
			const char *line = at;

			while (line > text && line[-1] != '\n')
				line--;
			if (strncmp(line, names[i], strlen(names[i])) == 0)
				last += strtod(at + 11, NULL);
		}
		snprintf(begin, sizeof(begin), "%s_count", names[i]);
		count = sum_of(text, begin);
		wrong += count != last;
	}
	return wrong;
}

static void *
read_on(void *user)
{
	struct worker *w = user;
	char **text = w->text;

	read_text(w->metrics, text[0]);
	do {
		read_text(w->metrics, text[(w->rounds + 1) % 2]);
		w->wrong += count_steps_back(text[w->rounds % 2],
					     text[(w->rounds + 1) % 2]);
		w->wrong += count_torn(text[(w->rounds + 1) % 2]);
		w->rounds++;
	} while (!atomic_load(w->stop));
	return NULL;
}

/* Guards come and go; a guard can be freed once it is no longer watched. */
static void *
watch_on(void *user)
{
	struct worker *w = user;
	struct backoff_policy *policy = stress_policy(
		"{\"name\":\"W\",\"max_attempts\":2,\"budget\":\"throttle\"}");
	struct backoff_guard *guard;

	do {
		if (backoff_guard_new(policy, &guard) != BACKOFF_OK)
			stress_die("guard");
		w->wrong += backoff_metrics_watch_guard(w->metrics, "g",
							guard) != BACKOFF_OK;
		w->wrong += backoff_metrics_watch_guard(
				    w->metrics, "g", guard) != BACKOFF_E_STATE;
		w->wrong += backoff_metrics_unwatch(w->metrics, guard) !=
			    BACKOFF_OK;
		backoff_guard_free(guard);
		w->rounds++;
	} while (!atomic_load(w->stop));
	backoff_policy_unref(policy);
	return NULL;
}

static void
start(struct worker *w, void *(*run)(void *))
{
	for (int i = 0; run == read_on && i < 2; i++) {
		w->text[i] = malloc(TEXT_MAX);
		if (w->text[i] == NULL)
			stress_die("memory");
	}
	if (pthread_create(&w->thread, NULL, run, w) != 0)
		stress_die("thread");
}

static unsigned
join(struct worker *w)
{
	pthread_join(w->thread, NULL);
	free(w->text[0]);
	free(w->text[1]);
	return w->wrong;
}

static void
check_sums(struct tap *tap, struct backoff_metrics *metrics, double events)
{
	char *text = malloc(TEXT_MAX);
	double folded;

	if (text == NULL)
		stress_die("memory");
	read_text(metrics, text);
	TAP_EQUAL(tap, sum_of(text, "retry_operations_total{"), events);
	TAP_EQUAL(tap, sum_of(text, "retry_attempts_total{"), events);
	TAP_EQUAL(tap, sum_of(text, "retry_inflight{"), 0);
	folded = sum_of(text, "retry_metrics_folded_total");
	TAP_EQUAL(tap, 2 * sum_of(text, "retry_operations_total{op=\"_other\""),
		  folded);
	TAP_MUST(tap, events == 0 || folded > 0);
	free(text);
}

static void
check_threads(struct tap *tap)
{
	struct backoff_metrics *metrics;
	atomic_bool stop = false;
	struct worker worker[THREADS + 3];

	if (backoff_metrics_new(LIMIT, &metrics) != BACKOFF_OK)
		stress_die("metrics");
	for (unsigned i = 0; i < THREADS + 3; i++)
		worker[i] = (struct worker){
			.metrics = metrics, .number = i, .stop = &stop};
	start(&worker[THREADS], read_on);
	start(&worker[THREADS + 1], read_on);
	start(&worker[THREADS + 2], watch_on);
	for (unsigned i = 0; i < THREADS; i++)
		start(&worker[i], count_all);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(worker[i].thread, NULL);
	atomic_store(&stop, true);
	for (unsigned i = THREADS; i < THREADS + 3; i++) {
		TAP_EQUAL(tap, join(&worker[i]), 0);
		printf("# %u rounds\n", worker[i].rounds);
	}
	check_sums(tap, metrics, THREADS * EVENTS);
	tap_result(tap, "threads count while others read and watch");
	backoff_metrics_free(metrics);
}

static void *
count_few(void *user)
{
	struct worker *w = user;

	while (!atomic_load(w->stop))
		;
	count_events(w->metrics, 0, NAMES);
	return NULL;
}

/* Threads add the same series at once, so that the limit is reached while they
 * do: an operation must not be counted in one series when it starts and in
 * another one when it ends. */
static void
check_races(struct tap *tap)
{
	for (unsigned race = 0; race < RACES; race++) {
		struct backoff_metrics *metrics;
		struct worker worker[THREADS];
		atomic_bool go = false;

		if (backoff_metrics_new(LIMIT, &metrics) != BACKOFF_OK)
			stress_die("metrics");
		for (unsigned i = 0; i < THREADS; i++) {
			worker[i] = (struct worker){.metrics = metrics,
						    .stop = &go};
			start(&worker[i], count_few);
		}
		atomic_store(&go, true);
		for (unsigned i = 0; i < THREADS; i++)
			join(&worker[i]);
		check_sums(tap, metrics, THREADS * NAMES);
		backoff_metrics_free(metrics);
	}
	tap_result(tap, "threads add the last series at once");
}

/* Count until told to stop. */
static void *
count_on(void *user)
{
	struct worker *w = user;

	while (!atomic_load(w->stop)) {
		count_events(w->metrics, w->rounds, 1);
		w->rounds++;
	}
	return NULL;
}

/* The child starts threads, which all notice the fork at once. */
static void
be_child(struct backoff_metrics *metrics)
{
	struct worker worker[3];
	struct tap tap = {0};

	for (unsigned i = 0; i < 3; i++) {
		worker[i] = (struct worker){.metrics = metrics, .number = i};
		start(&worker[i], count_all);
	}
	for (unsigned i = 0; i < 3; i++)
		pthread_join(worker[i].thread, NULL);
	check_sums(&tap, metrics, 3 * EVENTS);
	backoff_metrics_free(metrics);
	_exit(tap.complaints > 0);
}

/* Fork while the other threads hold locks or count. */
static void
check_forks(struct tap *tap)
{
	struct backoff_metrics *metrics;
	atomic_bool stop = false;
	struct worker worker[3];
	unsigned threads = STRESS_ASAN ? 2 : 3;
	int status;

	if (backoff_metrics_new(LIMIT, &metrics) != BACKOFF_OK)
		stress_die("metrics");
	/* These make all series: from here on only the watching thread
	 * allocates. */
	count_events(metrics, 0, NAMES);
	for (unsigned i = 0; i < threads; i++)
		worker[i] = (struct worker){
			.metrics = metrics, .number = i, .stop = &stop};
	start(&worker[0], count_on);
	start(&worker[1], read_on);
	if (!STRESS_ASAN)
		start(&worker[2], watch_on);
	for (int i = 0; i < 10; i++) {
		pid_t child = fork();

		if (child == 0)
			be_child(metrics);
		if (child < 0)
			stress_die("fork");
		status = -1;
		waitpid(child, &status, 0);
		TAP_EQUAL(tap, status, 0);
	}
	atomic_store(&stop, true);
	for (unsigned i = 0; i < threads; i++) {
		TAP_EQUAL(tap, join(&worker[i]), 0);
	}
	check_sums(tap, metrics, worker[0].rounds + NAMES);
	tap_result(tap, "children of a busy parent count from zero");
	backoff_metrics_free(metrics);
}

int
main(void)
{
	struct tap tap = {0};

	check_threads(&tap);
	check_races(&tap);
	/* ThreadSanitizer does not support threads made by the child of a
	 * process with threads. */
	if (!STRESS_TSAN)
		check_forks(&tap);
	return tap_finish(&tap);
}
