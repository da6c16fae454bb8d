/* Calls every function that reads or writes a struct of its caller, with the
 * struct in front of memory that must not be touched. Prints what happened, so
 * that runs against two libraries can be compared. */
/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <backoff.h>

/** What a struct holds before the library sees it. */
enum fill {
	/** Its size; everything else is zero. */
	SIZED,
	/** Zeros, the size too. */
	ZEROED,
	/** Outputs hold garbage; inputs have to be zeroed. */
	GARBAGE,
	FILLS
};
static enum fill fill;

/** The struct made last, for a report of a crash. */
static const char *made;

/* A struct that ends where the accessible memory ends. */
static void *
make(const char *name, size_t size, bool output)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint32_t own = (uint32_t)size;
	char *map = mmap(NULL, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);
	char *at = map + 2 * page - size;

	if (map == MAP_FAILED ||
	    mprotect(map + page, page, PROT_READ | PROT_WRITE) != 0)
		exit(99);
	made = name;
	memset(at, output && fill == GARBAGE ? 0xee : 0, size);
	if (fill == SIZED && name[0] != '-')
		memcpy(at, &own, sizeof(own));
	return at;
}
#define INPUT(name) ((struct name *)make(#name, sizeof(struct name), false))
#define OUTPUT(name) ((struct name *)make(#name, sizeof(struct name), true))
/* One that has no size, but reserved members. */
#define PLAIN(name) ((struct name *)make("-" #name, sizeof(struct name), true))

static void
crashed(int number)
{
	(void)number;
	(void)!write(2, "touched memory behind a struct; made last: ", 43);
	(void)!write(2, made, strlen(made));
	(void)!write(2, "\n", 1);
	_exit(1);
}

static void
must(enum backoff_status status)
{
	if (status == BACKOFF_OK)
		return;
	printf("unexpected %s\n", backoff_status_name(status));
	fflush(stdout);
	exit(1);
}

static void
show_error(void *user, const struct backoff_error *error)
{
	printf("%s: %s %u:%u %s: %s\n", (const char *)user,
	       backoff_status_name(error->status), error->line, error->column,
	       error->path, error->text);
}

static void
show_event(void *user, const struct backoff_event *event)
{
	const char *type = backoff_event_type_name(event->type);

	printf("%s: %s attempt %lld outcome %d stop %d delay %lld error %s\n",
	       (const char *)user, type != NULL ? type : "-",
	       (long long)event->attempt, event->outcome, (int)event->stop,
	       (long long)event->delay_ns,
	       event->error_type != NULL ? event->error_type : "-");
}

static enum backoff_status
find(void *user, const char *name, struct backoff_policy **out)
{
	static const char base[] = "{\"name\":\"BASE\",\"max_attempts\":2}";

	printf("find %s\n", name);
	return backoff_policy_parse(base, strlen(base), NULL, out,
				    (struct backoff_error *)user);
}

static void
test_policies(void)
{
	static const char
		good[] = "{\"name\":\"GOOD\",\"extends\":\"BASE\"}",
		bad[] = "{\"name\":\"B\",\n\"max_attempts\":0,\"x\":1}",
		syntax[] = "{\"name\":",
		lost[] = "{\"name\":\"L\","
			 "\"extends\":\"?\"}";
	struct backoff_policy_loader *loader = INPUT(backoff_policy_loader);
	struct backoff_error *error = OUTPUT(backoff_error);
	struct backoff_policy *policy;

	loader->on_error = show_error;
	loader->find = find;
	loader->user = "loader";
	must(backoff_policy_parse(good, strlen(good), loader, &policy, error));
	printf("%u attempts\n", backoff_policy_max_attempts(policy));
	backoff_policy_unref(policy);
	(void)!backoff_policy_parse(bad, strlen(bad), loader, &policy, error);
	show_error("first", error);
	(void)!backoff_policy_parse(syntax, strlen(syntax), loader, &policy,
				    OUTPUT(backoff_error));
	loader = INPUT(backoff_policy_loader);
	(void)!backoff_policy_parse(lost, strlen(lost), loader, &policy, error);
	show_error("lost", error);
	(void)!backoff_policy_load("/nonexistent", loader, &policy, error);
	show_error("load", error);
	for (size_t i = 0; backoff_policy_field(i) != NULL; i++)
		if (backoff_policy_field(i)->doc[0] == '\0')
			printf("field %zu\n", i);
}

static void
test_lines(void)
{
	struct backoff_event *event = OUTPUT(backoff_event),
			     *read = INPUT(backoff_event);
	struct backoff_error *error = OUTPUT(backoff_error);
	struct backoff_event_decoder *decoder;
	char line[BACKOFF_EVENT_LINE_MAX];
	size_t length;

	backoff_event_init(event, sizeof(*event));
	event->ts_ns = 1;
	event->type = BACKOFF_EVENT_ATTEMPT;
	event->operation = "operation";
	event->call_id = "id";
	event->attempt = 1;
	event->seq = 7;
	length = backoff_event_encode(event, line, sizeof(line));
	printf("%.*s", (int)length, line);
	must(backoff_event_decoder_new(&decoder));
	must(backoff_event_decode(decoder, line, length, read, error));
	show_event("read", read);
	length = backoff_event_encode(read, line, sizeof(line));
	printf("%.*s", (int)length, line);
	(void)!backoff_event_decode(decoder, "{", 1, read, error);
	show_error("line", error);
	(void)!backoff_event_decode(decoder, "{\"event_type\":1}", 16, read,
				    error);
	show_error("line", error);
	(void)!backoff_event_decode(decoder, "{}", 2, read, error);
	show_error("line", error);
	backoff_event_decoder_free(decoder);
	for (size_t i = 0; backoff_event_field(i) != NULL; i++)
		if (backoff_event_field(i)->doc[0] == '\0')
			printf("field %zu\n", i);
}

/** A clock that stands still, unless somebody waits. */
static uint64_t now_ns;

static uint64_t
read_now(void *user)
{
	(void)user;
	return now_ns;
}

/* The loop with hedges waits with a switch, which the end of an attempt turns
 * on: then no time passes, so that no hedge begins. */
static enum backoff_status
wait_until(void *user, uint64_t when_ns, const struct backoff_cancel *cancel)
{
	(void)user;
	if (cancel != NULL) {
		while (!backoff_cancel_requested(cancel))
			usleep(100);
		return BACKOFF_E_CANCELLED;
	}
	if (when_ns > now_ns)
		now_ns = when_ns;
	return BACKOFF_OK;
}

static struct backoff_clock *
make_clock(void)
{
	struct backoff_clock *clock = INPUT(backoff_clock);

	now_ns = 1000000000;
	clock->now_ns = read_now;
	clock->wall_ns = read_now;
	clock->sleep_until = wait_until;
	return clock;
}

static void
test_sinks(const char *folder)
{
	struct backoff_rotation *rotation = INPUT(backoff_rotation);
	struct backoff_event *event = OUTPUT(backoff_event);
	struct backoff_sink *last, *ring, *limit, *log, *tee, *count;
	struct backoff_metrics *metrics;
	char path[256], text[16384];

	snprintf(path, sizeof(path), "%s/log%d", folder, (int)fill);
	rotation->keep = 2;
	rotation->max_bytes = 100;
	rotation->max_age_ns = BACKOFF_FOREVER;
	rotation->clock = make_clock();
	must(backoff_sink_rotating_new(path, rotation, &log));
	must(backoff_sink_callback_new(show_event, "sink", &last));
	must(backoff_sink_tee_new(log, last, &tee));
	must(backoff_metrics_new(4, &metrics));
	must(backoff_sink_callback_new(backoff_metrics_count, metrics, &count));
	must(backoff_sink_tee_new(tee, count, &last));
	must(backoff_sink_ring_new(last, 16, &ring));
	must(backoff_sink_limit_new(ring, 1000, 1000, &limit));
	backoff_event_init(event, sizeof(*event));
	event->ts_ns = now_ns;
	event->type = BACKOFF_EVENT_SUCCESS;
	event->operation = "operation";
	event->call_id = "id";
	event->attempt = 1;
	for (int i = 0; i < 5; i++)
		backoff_sink_emit(limit, event);
	backoff_metrics_count(metrics, event);
	backoff_sink_free(limit);
	printf("%zu bytes of metrics\n",
	       backoff_metrics_write(metrics, BACKOFF_METRICS_OPENMETRICS, 0,
				     text, sizeof(text)));
	backoff_metrics_free(metrics);
	snprintf(path, sizeof(path), "%s/log%d.1", folder, (int)fill);
	printf("%s has rotated: %d\n", strrchr(path, '/'),
	       access(path, F_OK) == 0);
}

static void
show_decision(const struct backoff_decision *d)
{
	printf("action %d stop %d attempt %u delay %llu law %d limit %lld\n",
	       (int)d->action, (int)d->stop, d->attempt,
	       (unsigned long long)d->delay_ns, (int)d->law.law,
	       (long long)d->attempt_timeout_ns);
	for (size_t i = 0;
	     i < sizeof(d->law.reserved) / sizeof(*d->law.reserved); i++)
		if (d->law.reserved[i] != 0)
			printf("reserved %zu is not zero\n", i);
}

static struct backoff_policy *
hedging_policy(void)
{
	static const char text[] =
		"{\"name\":\"HEDGED\",\"max_attempts\":4,\"base_delay\":\"1s\","
		"\"max_delay\":\"5s\",\"retry_on\":[\"*\"],"
		"\"jitter\":{\"kind\":\"full\"},\"attempt_timeout\":\"9s\","
		"\"server_hint\":{},\"hedge\":{\"delay\":\"8s\",\"max\":2},"
		"\"budget\":{\"kind\":\"token_bucket\",\"capacity\":100}}";
	struct backoff_error *error = OUTPUT(backoff_error);
	struct backoff_policy *policy;

	if (backoff_policy_parse(text, strlen(text), NULL, &policy, error) !=
	    BACKOFF_OK)
		show_error("hedged", error);
	return policy;
}

static struct backoff_outcome *
busy(void)
{
	struct backoff_outcome *outcome = INPUT(backoff_outcome);
	static const char *const types[] = {"Busy", "ServerError", NULL};

	backoff_outcome_from_http(outcome, 503);
	backoff_outcome_set_error_types(outcome, types);
	backoff_outcome_set_error(outcome, "copied");
	backoff_outcome_set_code(outcome, "http:503");
	backoff_outcome_set_error_type(outcome, NULL);
	backoff_outcome_format_error(outcome, "busy %d", 1);
	(void)!backoff_outcome_add_hint(outcome, "Retry-After", "2", 0);
	return outcome;
}

static void
test_engine(const struct backoff_policy *policy)
{
	struct backoff_state *state = OUTPUT(backoff_state);
	struct backoff_decision *d = OUTPUT(backoff_decision);
	struct backoff_hedges *hedges = OUTPUT(backoff_hedges);
	struct backoff_delay *law = PLAIN(backoff_delay);
	struct backoff_guard *guard;

	must(backoff_guard_new(policy, &guard));
	backoff_engine_begin(policy, state, 0, BACKOFF_FOREVER, d);
	show_decision(d);
	backoff_engine_join(state, guard, 0, d);
	backoff_engine_decide(policy, state, busy(), 5, 99, d);
	show_decision(d);
	backoff_engine_resume(policy, state, d->not_before_ns, d);
	show_decision(d);
	backoff_engine_hedges_begin(policy, state, hedges, d->not_before_ns);
	backoff_engine_hedge(policy, state, hedges, d->not_before_ns, d);
	show_decision(d);
	backoff_engine_hedge(policy, state, hedges, hedges->next_ns, d);
	show_decision(d);
	backoff_engine_hedges_decide(policy, state, hedges, 2, busy(),
				     20000000000, 99, d);
	show_decision(d);
	backoff_engine_hedges_end(state, hedges);
	backoff_engine_stop(state, BACKOFF_STOP_CANCELLED, d);
	show_decision(d);
	printf("retryable %d\n", backoff_engine_retryable(policy, busy()));
	backoff_engine_delay(policy, 2, 0, law);
	printf("delay %llu\n",
	       (unsigned long long)backoff_engine_draw(law, UINT64_MAX));
	backoff_guard_free(guard);
}

/** Attempts fail once with a hint, then succeed. */
static void
attempt(void *user, const struct backoff_attempt *a,
	struct backoff_outcome *outcome)
{
	char header[64];

	for (size_t i = 0; i < sizeof(a->reserved) / sizeof(*a->reserved); i++)
		if (a->reserved[i] != 0)
			printf("reserved %zu is not zero\n", i);
	backoff_attempt_header(a, header, sizeof(header));
	printf("%s\n", header);
	if (a->number == 1) {
		backoff_outcome_from_http(outcome, 429);
		(void)!backoff_outcome_add_hint(outcome, "Retry-After", "3", 0);
		return;
	}
	backoff_outcome_set(outcome, BACKOFF_OUTCOME_SUCCESS,
			    BACKOFF_CLASS_UNKNOWN, NULL, NULL, NULL);
	backoff_outcome_set_sending(outcome, 0, 0);
	backoff_outcome_set_result(outcome, user);
}

static void
show_answer(const struct backoff_answer *a)
{
	printf("stop %d kind %d attempts %u waited %llu code %s result %s\n",
	       (int)a->stop, (int)a->kind, a->attempts,
	       (unsigned long long)a->backoff_ns, a->code,
	       a->result != NULL ? (const char *)a->result : "-");
}

static void
test_loops(struct backoff_retry *retry)
{
	struct backoff_call_options *options = INPUT(backoff_call_options);
	struct backoff_answer *answer = OUTPUT(backoff_answer);

	options->call_id = "given";
	options->target = "target";
	options->attrs = "{\"a\":1}";
	options->idempotent = 1;
	must(backoff_retry_run(retry, options, attempt, "run", answer));
	show_answer(answer);
	must(backoff_retry_run_hedged(retry, options, attempt, "hedged",
				      answer));
	show_answer(answer);
	/* Nothing watches: the path of calls that succeed at once. */
	backoff_retry_set_on_event(retry, NULL, NULL);
	must(backoff_retry_run(retry, options, attempt, "plain", answer));
	show_answer(answer);
	must(backoff_retry_run(retry, NULL, attempt, "default", answer));
	show_answer(answer);
	backoff_retry_set_on_event(retry, show_event, "event");
}

static void
test_steps(struct backoff_retry *retry)
{
	struct backoff_call_options *options = INPUT(backoff_call_options);
	struct backoff_error *error = OUTPUT(backoff_error);
	struct backoff_step *step = OUTPUT(backoff_step);
	struct backoff_call *call;
	char saved[8192];

	must(backoff_call_new(retry, options, &call));
	must(backoff_call_next(call, step));
	must(backoff_call_report_attempt(call, step->attempt.number, busy()));
	must(backoff_call_next(call, step));
	printf("step %d\n", (int)step->action);
	backoff_call_save(call, saved, sizeof(saved));
	backoff_call_free(call);
	(void)!backoff_call_restore(retry, options, "{", 1, 0, &call, error);
	show_error("restore", error);
	must(backoff_call_restore(retry, options, saved, strlen(saved), 0,
				  &call, error));
	now_ns += 60000000000;
	must(backoff_call_next(call, step));
	printf("step %d attempt %u\n", (int)step->action, step->attempt.number);
	must(backoff_call_report(call, busy()));
	must(backoff_call_cancel(call));
	must(backoff_call_next(call, step));
	printf("step %d stop %d\n", (int)step->action, (int)step->stop);
	show_answer(backoff_call_answer(call));
	backoff_call_free(call);
}

static void
test_retry(const struct backoff_policy *policy)
{
	struct backoff_retry *retry;

	must(backoff_retry_new(policy, "operation", &retry));
	backoff_retry_set_clock(retry, make_clock());
	backoff_retry_set_seed(retry, 1);
	backoff_retry_set_on_event(retry, show_event, "event");
	test_loops(retry);
	test_steps(retry);
	backoff_retry_free(retry);
}

#ifdef GROWN
/* This program knows the members by which the library's structs have grown. */
static bool
holds(const unsigned long long grown[8], unsigned long long value)
{
	for (int i = 0; i < 8; i++)
		if (grown[i] != value)
			return false;
	return true;
}

/* The library clears them only if the size says that they are there. */
#define TEST_CLEARED(name, call)                                               \
	for (int i = 0; i < 3; i++) {                                          \
		struct name object;                                            \
		uint32_t all = sizeof(object),                                 \
			 some = all - sizeof(object.grown);                    \
                                                                               \
		memset(&object, 0xee, sizeof(object));                         \
		object.size = i == 0 ? all : i == 1 ? some : 0;                \
		call;                                                          \
		if (!holds(object.grown, i == 0 ? 0 : 0xeeeeeeeeeeeeeeee))     \
			printf("%s of size %u\n", #name, object.size);         \
	}

static void
test_cleared(void)
{
	struct backoff_policy *policy;

	TEST_CLEARED(backoff_error, (void)!backoff_policy_parse(
					    "{", 1, NULL, &policy, &object))
}
#endif

int
main(int argc, char **argv)
{
	const char *folder = argc > 1 ? argv[1] : ".";

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGSEGV, crashed);
	signal(SIGBUS, crashed);
#ifdef GROWN
	test_cleared();
#endif
	for (fill = SIZED; fill < FILLS; fill++) {
		struct backoff_policy *policy = hedging_policy();
		struct backoff_clock *clock;
		struct backoff_outcome *outcome = OUTPUT(backoff_outcome);

		test_policies();
		test_lines();
		test_sinks(folder);
		test_engine(policy);
		test_retry(policy);
		must(backoff_clock_virtual_new(0, 0, &clock));
		backoff_clock_virtual_advance(clock, 5);
		printf("virtual %d\n", (int)clock->now_ns(clock->user));
		backoff_clock_virtual_free(clock);
		clock = (struct backoff_clock *)backoff_clock_system();
		printf("system %d\n", clock->now_ns(clock->user) > 0);
		backoff_outcome_set(outcome, BACKOFF_OUTCOME_FAILURE,
				    BACKOFF_CLASS_CLIENT, "E", "c", "t");
		printf("%s %s %s\n", outcome->error_type, outcome->code,
		       outcome->error);
		backoff_outcome_from_errno(outcome, 111);
		printf("%s %s\n", outcome->error_type, outcome->code);
		backoff_policy_unref(policy);
	}
	return 0;
}
