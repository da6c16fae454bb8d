/* Processes and threads share a log that rotates; some are killed, some are
 * stopped, some fork. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "stress.h"

#define THREADS 3
#define PROCESSES 4
/** In total: killed processes are replaced. */
#define BORN_MAX 40
#define WRITERS_MAX (BORN_MAX * THREADS)
/** Longer than any line here. */
#define LINE_BYTES 200

struct plan {
	const char *what;
	struct backoff_rotation rotation;
	unsigned lines, kills;
	/** Processes are also stopped for a while. */
	bool stops;
	/** Capacity of the ring in front of the file; 0: no ring. */
	size_t ring;
	/** Each process forks a child that continues with its sink. */
	bool forks;
	/** Make a sink for each line, as short-lived programs do. */
	bool reopens;
	/** No file is deleted, and only the size causes rotations. */
	bool all_kept, by_size;
};

/** In memory shared by all processes. */
struct shared {
	/** Lines of each writer that certainly were written. */
	_Atomic uint64_t acked[WRITERS_MAX];
	_Atomic unsigned dropped, errors;
	bool killed[BORN_MAX];
};

static struct shared *shared;

struct writer {
	pthread_t thread;
	const struct plan *plan;
	const char *path;
	struct backoff_sink *sink;
	unsigned number;
};

static uint64_t
next_random(uint64_t *state)
{
	/* xorshift64 (G. Marsaglia, 2003). */
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void
rest(uint64_t us)
{
	const struct timespec time = {(time_t)(us / 1000000),
				      (long)(us % 1000000 * 1000)};

	nanosleep(&time, NULL);
}

static void
emit_alone(const struct writer *w, const struct backoff_event *event)
{
	struct backoff_sink *sink;

	if (backoff_sink_rotating_new(w->path, &w->plan->rotation, &sink) !=
	    BACKOFF_OK)
		_exit(4);
	backoff_sink_emit(sink, event);
	if (backoff_sink_dropped(sink) > 0)
		_exit(5);
	backoff_sink_free(sink);
}

static void *
write_lines(void *user)
{
	const struct writer *w = user;
	const struct backoff_clock *clock = backoff_clock_system();
	struct backoff_event event;

	backoff_event_init(&event, sizeof(event));
	event.type = BACKOFF_EVENT_ATTEMPT;
	event.operation = "rotate";
	event.call_id = "c";
	event.attempt = 1;
	event.pid = w->number + 1;
	for (unsigned i = 1; i <= w->plan->lines; i++) {
		event.seq = i;
		event.ts_ns = clock->wall_ns(clock->user);
		if (w->plan->reopens)
			emit_alone(w, &event);
		else
			backoff_sink_emit(w->sink, &event);
		if (w->plan->ring > 0 && i % 64 != 0 && i != w->plan->lines)
			continue;
		if (w->plan->ring > 0)
			backoff_sink_flush(w->sink);
		atomic_store(&shared->acked[w->number], i);
		if (i % 16 == 0)
			rest(100);
	}
	return NULL;
}

static void
write_all(const struct plan *plan, const char *path, struct backoff_sink *sink,
	  unsigned born)
{
	struct writer writer[THREADS];

	for (unsigned i = 0; i < THREADS; i++) {
		writer[i] = (struct writer){.plan = plan,
					    .path = path,
					    .sink = sink,
					    .number = born * THREADS + i};
		if (pthread_create(&writer[i].thread, NULL, write_lines,
				   &writer[i]) != 0)
			_exit(2);
	}
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(writer[i].thread, NULL);
}

/* One thread writes while another forks. */
static void
write_and_fork(const struct plan *plan, struct backoff_sink *sink,
	       unsigned born)
{
	struct writer concurrent = {
		.plan = plan, .sink = sink, .number = born * THREADS};
	int status = -1;
	pid_t child;

	if (pthread_create(&concurrent.thread, NULL, write_lines,
			   &concurrent) != 0)
		_exit(2);
	rest(2000);
	child = fork();
	if (child == 0) {
		struct writer own = {.plan = plan,
				     .sink = sink,
				     .number = born * THREADS + 1};

		write_lines(&own);
		_exit(backoff_sink_dropped(sink) != 0);
	}
	if (waitpid(child, &status, 0) != child || status != 0)
		_exit(3);
	pthread_join(concurrent.thread, NULL);
}

static void
be_process(const struct plan *plan, const char *path, unsigned born)
{
	struct backoff_sink *file, *sink;

	if (backoff_sink_rotating_new(path, &plan->rotation, &file) !=
	    BACKOFF_OK)
		_exit(1);
	sink = file;
	if (plan->ring > 0 &&
	    backoff_sink_ring_new(file, plan->ring, &sink) != BACKOFF_OK)
		_exit(1);
	if (plan->forks)
		write_and_fork(plan, sink, born);
	else
		write_all(plan, path, sink, born);
	atomic_fetch_add(&shared->dropped,
			 (unsigned)backoff_sink_dropped(sink));
	atomic_fetch_add(&shared->errors,
			 backoff_sink_rotating_error(file) != 0);
	backoff_sink_free(sink);
	_exit(0);
}

static pid_t
give_birth(const struct plan *plan, const char *path, unsigned born)
{
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0)
		be_process(plan, path, born);
	if (child < 0)
		stress_die("fork");
	return child;
}

/* Let them write; kill and stop some at random. Returns the number of
 * processes. */
static unsigned
run(struct tap *tap, const struct plan *plan, const char *path)
{
	uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
	unsigned born = 0, of[PROCESSES];
	pid_t child[PROCESSES];

	for (; born < PROCESSES; born++) {
		child[born] = give_birth(plan, path, born);
		of[born] = born;
	}
	for (unsigned i = 0; i < plan->kills; i++) {
		unsigned victim = (unsigned)(next_random(&state) % PROCESSES);
		unsigned other = (victim + 1) % PROCESSES;

		if (plan->stops)
			kill(child[other], SIGSTOP);
		rest(500 + next_random(&state) % 30000);
		if (plan->stops) {
			rest(next_random(&state) % 80000);
			kill(child[other], SIGCONT);
		}
		kill(child[victim], SIGKILL);
		waitpid(child[victim], NULL, 0);
		shared->killed[of[victim]] = true;
		of[victim] = born;
		child[victim] = give_birth(plan, path, born++);
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status = -1;

		waitpid(child[i], &status, 0);
		TAP_EQUAL(tap, status, 0);
	}
	return born;
}

/** The lines found of a writer, file by file from the oldest. */
struct seen {
	uint64_t first, last;
};

struct result {
	struct seen seen[WRITERS_MAX];
	size_t lines, files, bad, cut;
};

/* The lines of each writer continue those in older files. */
static void
add_file(struct tap *tap, const char *path, struct result *result)
{
	struct stress_log log;

	stress_read(path, &log);
	for (size_t i = 0; i < log.count; i++) {
		const struct stress_line *line = &log.line[i];
		struct seen *seen;

		TAP_MUST(tap, line->pid >= 1 && line->pid <= WRITERS_MAX);
		if (line->pid < 1 || line->pid > WRITERS_MAX)
			continue;
		seen = &result->seen[line->pid - 1];
		if (seen->first == 0)
			seen->first = line->seq;
		else
			TAP_EQUAL(tap, line->seq, seen->last + 1);
		seen->last = line->seq;
	}
	result->lines += log.count;
	result->bad += log.bad;
	result->cut += log.cut;
	result->files++;
	free(log.line);
}

/* Read all files from the oldest; there are no gaps in their numbers. */
static void
read_files(struct tap *tap, const struct plan *plan, const char *path,
	   struct result *result)
{
	char name[300];
	struct stat st;
	unsigned count = 0;

	do
		snprintf(name, sizeof(name), "%s.%u", path, ++count);
	while (stat(name, &st) == 0);
	TAP_MUST(tap, count - 1 <= plan->rotation.keep);
	TAP_MUST(tap, count > 1);
	while (--count > 0) {
		snprintf(name, sizeof(name), "%s.%u", path, count);
		/* Two rotations at once would leave a file that is not full. */
		if (plan->by_size && stat(name, &st) == 0)
			TAP_MUST(tap, (uint64_t)st.st_size + LINE_BYTES >
					      plan->rotation.max_bytes);
		add_file(tap, name, result);
		unlink(name);
	}
	add_file(tap, path, result);
	unlink(path);
}

static void
check_writers(struct tap *tap, const struct plan *plan, unsigned born,
	      const struct result *result)
{
	for (unsigned i = 0; i < born * THREADS; i++) {
		const struct seen *seen = &result->seen[i];
		uint64_t acked = atomic_load(&shared->acked[i]);
		bool killed = shared->killed[i / THREADS];

		if (plan->all_kept && acked > 0)
			TAP_EQUAL(tap, seen->first, 1);
		if (!killed && acked > 0)
			TAP_EQUAL(tap, acked, plan->lines);
		/* A writer may have all of its lines in deleted files. */
		if (seen->first == 0)
			continue;
		TAP_MUST(tap, seen->last >= acked);
		/* A line may have been written just before the kill. */
		TAP_MUST(tap,
			 seen->last <= acked + (!killed          ? 0
						: plan->ring > 0 ? plan->ring
								 : 1));
	}
}

static void
check(struct tap *tap, const struct plan *plan)
{
	char directory[] = "./rotate_XXXXXX", path[64];
	struct result result = {0};
	unsigned born;

	memset(shared, 0, sizeof(*shared));
	if (mkdtemp(directory) == NULL)
		stress_die("mkdtemp");
	snprintf(path, sizeof(path), "%s/log", directory);
	born = run(tap, plan, path);
	read_files(tap, plan, path, &result);
	check_writers(tap, plan, born, &result);
	TAP_EQUAL(tap, atomic_load(&shared->dropped), 0);
	TAP_EQUAL(tap, atomic_load(&shared->errors), 0);
	/* A killed process may leave half a line, which spoils the next one
	 * too. */
	TAP_MUST(tap, result.bad + result.cut <= plan->kills);
	printf("# %u processes, %zu lines in %zu files, %zu spoilt\n", born,
	       result.lines, result.files, result.bad);
	TAP_EQUAL(tap, rmdir(directory), 0);
	tap_result(tap, plan->what);
}

#define ROTATION(keep, bytes, age)                                             \
	{                                                                      \
		sizeof(struct backoff_rotation), keep, bytes, age, NULL        \
	}

int
main(void)
{
	static const struct plan plans[] = {
		{"each line is once in one of the files",
		 ROTATION(1000, 20000, BACKOFF_FOREVER), .lines = 1500,
		 .all_kept = true, .by_size = true},
		{"the same behind rings",
		 ROTATION(1000, 20000, BACKOFF_FOREVER), .lines = 1500,
		 .ring = 4096, .all_kept = true, .by_size = true},
		{"lines as large as a file", ROTATION(1000, 1, BACKOFF_FOREVER),
		 .lines = 40, .all_kept = true},
		{"files are rotated by age",
		 ROTATION(1000, UINT64_MAX, 5000000), .lines = 1500,
		 .all_kept = true},
		{"a fork while a thread writes",
		 ROTATION(1000, 5000, BACKOFF_FOREVER), .lines = 1500,
		 .forks = true, .all_kept = true, .by_size = true},
		{"a sink for each line", ROTATION(1000, 1000, BACKOFF_FOREVER),
		 .lines = 300, .reopens = true, .all_kept = true,
		 .by_size = true},
		{"processes are killed", ROTATION(1000, 10000, BACKOFF_FOREVER),
		 .lines = 1500, .kills = 20, .all_kept = true, .by_size = true},
		{"processes are killed behind rings",
		 ROTATION(1000, 10000, BACKOFF_FOREVER), .lines = 1500,
		 .kills = 10, .ring = 4096, .all_kept = true, .by_size = true},
		{"old files are deleted while processes are stopped",
		 ROTATION(2, 2000, BACKOFF_FOREVER), .lines = 3000, .kills = 20,
		 .stops = true, .by_size = true},
		{"one old file, by age, while processes are stopped",
		 ROTATION(1, UINT64_MAX, 5000000), .lines = 3000, .kills = 20,
		 .stops = true},
	};
	struct tap tap = {0};

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		stress_die("mmap");
	for (size_t i = 0; i < sizeof(plans) / sizeof(*plans); i++)
		check(&tap, &plans[i]);
	return tap_finish(&tap);
}
