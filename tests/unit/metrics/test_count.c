/* Tests of src/metrics/count: what each event adds to which series. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/buf.h"
#include "unit/metrics/text.h"

/* The samples of a text: no comments, and no buckets. */
static char *
samples_of(struct backoff_metrics *metrics)
{
	char *text = open_text_of(metrics), *out = text;
	const char *next;

	for (const char *at = text; *at != '\0'; at = next) {
		const char *bucket = strstr(at, "_bucket{");

		next = strchr(at, '\n') + 1;
		if (*at == '#' || (bucket != NULL && bucket < next))
			continue;
		memmove(out, at, (size_t)(next - at));
		out += next - at;
	}
	*out = '\0';
	return text;
}

/** The samples that one event must cause. NULL: none of that kind. Counters
 *  are 1. Seconds and retries are the sums of their histograms. */
struct want {
	struct {
		const char *kind, *class, *outcome, *seconds;
	} attempt;
	struct {
		const char *result, *retried, *stop, *seconds;
		const char *retries, *backoff_seconds;
	} operation;
	struct {
		const char *source, *seconds;
	} delay;
	const char *suppressed_reason, *hint_action, *breaker_state;
	/** Gauges of attempts and waits under way. */
	const char *running, *waiting;
	/** Counters without labels; NULL: "0". */
	const char *dropped, *unknown;
};

/** One event of operation "o" under policy "p". */
struct row {
	const char *why;
	/** Members that are not set are 0. */
	struct {
		enum backoff_event_type type;
		enum backoff_kind kind;
		/** -1: absent. */
		int outcome, failure_class;
		enum backoff_stop stop;
		enum backoff_delay_source source;
		enum backoff_hint_action hint;
		uint64_t attempt, duration_ns, elapsed_ns;
		/** For BACKOFF_EVENT_ATTEMPT only. */
		uint64_t delay_ns;
		/** For the last event of a call only. */
		uint64_t attempts, backoff_ns;
		/** For BACKOFF_EVENT_DROPPED only. */
		uint64_t dropped;
		/** 0: absent. */
		uint64_t in_flight;
		const char *breaker;
	} event;
	struct want want;
};

static struct backoff_event
event_of(const struct row *row)
{
	struct backoff_event event;
	bool over = row->event.type == BACKOFF_EVENT_SUCCESS ||
		    row->event.type == BACKOFF_EVENT_EXHAUSTED ||
		    row->event.type == BACKOFF_EVENT_ABORTED;

	backoff_event_init(&event, sizeof(event));
	event.type = row->event.type;
	event.operation = "o";
	event.policy = "p";
	event.kind = row->event.kind;
	event.outcome = row->event.outcome;
	event.failure_class = row->event.failure_class;
	event.stop = row->event.stop;
	event.delay_source = row->event.source;
	event.hint_action = row->event.hint;
	event.attempt = row->event.attempt;
	event.duration_ns = row->event.duration_ns;
	event.elapsed_ns = row->event.elapsed_ns;
	event.breaker = row->event.breaker;
	if (row->event.in_flight > 0)
		event.in_flight = row->event.in_flight;
	if (row->event.type == BACKOFF_EVENT_ATTEMPT)
		event.delay_ns = row->event.delay_ns;
	if (row->event.type == BACKOFF_EVENT_DROPPED)
		event.dropped = row->event.dropped;
	if (over) {
		event.attempts = row->event.attempts;
		event.retries = event.attempts > 0 ? event.attempts - 1 : 0;
		event.backoff_ns = row->event.backoff_ns;
	}
	return event;
}

/* A sample of operation "o" under policy "p"; more labels follow theirs. */
static void
put_sample(struct bo_out *out, const char *name, const char *labels,
	   const char *value)
{
	bo_out_format(out, "retry_%s{op=\"o\",policy=\"p\"%s} %s\n", name,
		      labels, value);
}

static void
put_labelled(struct bo_out *out, const char *name, const char *label,
	     const char *label_value, const char *value)
{
	char labels[128];

	snprintf(labels, sizeof(labels), ",%s=\"%s\"", label, label_value);
	put_sample(out, name, labels, value);
}

/* A histogram of one value. */
static void
put_histogram(struct bo_out *out, const char *name, const char *labels,
	      const char *sum)
{
	char full[128];

	snprintf(full, sizeof(full), "%s_count", name);
	put_sample(out, full, labels, "1");
	snprintf(full, sizeof(full), "%s_sum", name);
	put_sample(out, full, labels, sum);
}

static void
put_calls(struct bo_out *out, const struct want *w)
{
	char labels[256];

	if (w->operation.result != NULL) {
		snprintf(labels, sizeof(labels),
			 ",result=\"%s\",retried=\"%s\",stop_reason=\"%s\"",
			 w->operation.result, w->operation.retried,
			 w->operation.stop);
		put_sample(out, "operations_total", labels, "1");
	}
	if (w->attempt.kind != NULL) {
		snprintf(labels, sizeof(labels),
			 ",kind=\"%s\",class=\"%s\",outcome=\"%s\"",
			 w->attempt.kind, w->attempt.class, w->attempt.outcome);
		put_sample(out, "attempts_total", labels, "1");
	}
	if (w->attempt.seconds != NULL)
		put_histogram(out, "attempt_duration_seconds", "",
			      w->attempt.seconds);
	if (w->operation.seconds != NULL)
		put_histogram(out, "operation_duration_seconds", "",
			      w->operation.seconds);
	if (w->operation.retries != NULL)
		put_histogram(out, "operation_retries", "",
			      w->operation.retries);
	if (w->operation.backoff_seconds != NULL)
		put_histogram(out, "operation_backoff_seconds", "",
			      w->operation.backoff_seconds);
}

/* Write all wanted samples in the order of their families. */
static void
put_want(struct bo_out *out, const struct want *w)
{
	char labels[128];

	put_calls(out, w);
	if (w->delay.source != NULL) {
		snprintf(labels, sizeof(labels), ",delay_src=\"%s\"",
			 w->delay.source);
		put_histogram(out, "delay_seconds", labels, w->delay.seconds);
	}
	if (w->suppressed_reason != NULL)
		put_labelled(out, "suppressed_total", "reason",
			     w->suppressed_reason, "1");
	if (w->hint_action != NULL)
		put_labelled(out, "server_hints_total", "action",
			     w->hint_action, "1");
	if (w->running != NULL)
		put_labelled(out, "inflight", "state", "attempt", w->running);
	if (w->waiting != NULL)
		put_labelled(out, "inflight", "state", "backoff", w->waiting);
	if (w->breaker_state != NULL)
		put_labelled(out, "breaker_transitions_total", "state",
			     w->breaker_state, "1");
	bo_out_format(out,
		      "retry_events_dropped_total %s\n"
		      "retry_events_unknown_total %s\n"
		      "retry_metrics_folded_total 0\n",
		      w->dropped != NULL ? w->dropped : "0",
		      w->unknown != NULL ? w->unknown : "0");
}

static void
check(const struct row *row, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct backoff_metrics *metrics = metrics_of(4);
		struct backoff_event event = event_of(&row[i]);
		char want[4096], *text;
		struct bo_out out = bo_out_init(want, sizeof(want));

		put_want(&out, &row[i].want);
		cr_assert(out.length < sizeof(want));
		backoff_metrics_count(metrics, &event);
		text = samples_of(metrics);
		cr_expect(strcmp(text, want) == 0, "%s: got\n%swant\n%s",
			  row[i].why, text, want);
		free(text);
		backoff_metrics_free(metrics);
	}
}

static const struct row ends[] = {
	{"a failure and a wait",
	 {.type = BACKOFF_EVENT_ATTEMPT,
	  .kind = BACKOFF_KIND_FIRST,
	  .outcome = BACKOFF_OUTCOME_FAILURE,
	  .failure_class = BACKOFF_CLASS_SERVER,
	  .source = BACKOFF_DELAY_SOURCE_BACKOFF,
	  .attempt = 1,
	  .duration_ns = 250 * MS,
	  .elapsed_ns = 250 * MS,
	  .delay_ns = 1500 * MS},
	 {.attempt = {"first", "server", "failure", "0.25"},
	  .delay = {"backoff", "1.5"}}},
	{"a first try",
	 {.type = BACKOFF_EVENT_SUCCESS,
	  .kind = BACKOFF_KIND_FIRST,
	  .outcome = BACKOFF_OUTCOME_SUCCESS,
	  .failure_class = -1,
	  .stop = BACKOFF_STOP_SUCCESS,
	  .attempt = 1,
	  .duration_ns = 3 * MS,
	  .elapsed_ns = 3 * MS,
	  .attempts = 1},
	 {.attempt = {"first", "none", "success", "0.003"},
	  .operation = {.result = "success",
			.retried = "false",
			.stop = "success",
			.seconds = "0.003"}}},
	{"a success after two retries",
	 {.type = BACKOFF_EVENT_SUCCESS,
	  .kind = BACKOFF_KIND_RETRY,
	  .outcome = BACKOFF_OUTCOME_SUCCESS,
	  .failure_class = -1,
	  .stop = BACKOFF_STOP_SUCCESS,
	  .attempt = 3,
	  .duration_ns = 1 * S,
	  .elapsed_ns = 10 * S,
	  .attempts = 3,
	  .backoff_ns = 6 * S},
	 {.attempt = {"retry", "none", "success", "1"},
	  .operation = {.result = "success",
			.retried = "true",
			.stop = "success",
			.seconds = "10",
			.retries = "2",
			.backoff_seconds = "6"}}},
	{"the last attempt timed out",
	 {.type = BACKOFF_EVENT_EXHAUSTED,
	  .kind = BACKOFF_KIND_RETRY,
	  .outcome = BACKOFF_OUTCOME_TIMEOUT,
	  .failure_class = BACKOFF_CLASS_TIMEOUT,
	  .stop = BACKOFF_STOP_MAX_ATTEMPTS,
	  .attempt = 2,
	  .duration_ns = 2 * S,
	  .elapsed_ns = 5 * S,
	  .attempts = 2,
	  .backoff_ns = 1 * S},
	 {.attempt = {"retry", "timeout", "timeout", "2"},
	  .operation = {.result = "exhausted",
			.retried = "true",
			.stop = "max_attempts",
			.seconds = "5",
			.retries = "1",
			.backoff_seconds = "1"},
	  .suppressed_reason = "limit"}},
	{"a failure that is not retryable",
	 {.type = BACKOFF_EVENT_ABORTED,
	  .kind = BACKOFF_KIND_FIRST,
	  .outcome = BACKOFF_OUTCOME_FAILURE,
	  .failure_class = BACKOFF_CLASS_CLIENT,
	  .stop = BACKOFF_STOP_NON_RETRYABLE,
	  .attempt = 1,
	  .duration_ns = 1 * MS,
	  .elapsed_ns = 1 * MS,
	  .attempts = 1},
	 {.attempt = {"first", "client", "failure", "0.001"},
	  .operation = {.result = "aborted",
			.retried = "false",
			.stop = "non_retryable",
			.seconds = "0.001"}}},
};

Test(metrics_count, each_end_of_an_attempt_has_its_series)
{
	check(ends, COUNT(ends));
}

Test(metrics_count, each_event_that_ends_nothing_has_its_series)
{
	static const struct row row[] = {
		{"an attempt begins",
		 {.type = BACKOFF_EVENT_STARTED,
		  .kind = BACKOFF_KIND_FIRST,
		  .outcome = -1,
		  .failure_class = -1,
		  .attempt = 1},
		 {.running = "1", .waiting = "0"}},
		{"a breaker opens",
		 {.type = BACKOFF_EVENT_BREAKER_TRANSITION,
		  .outcome = -1,
		  .failure_class = -1,
		  .breaker = "open"},
		 {.breaker_state = "open"}},
		{"a breaker half opens",
		 {.type = BACKOFF_EVENT_BREAKER_TRANSITION,
		  .outcome = -1,
		  .failure_class = -1,
		  .breaker = "half_open"},
		 {.breaker_state = "half_open"}},
		{"a breaker in a state of a later version",
		 {.type = BACKOFF_EVENT_BREAKER_TRANSITION,
		  .outcome = -1,
		  .failure_class = -1,
		  .breaker = "ajar"},
		 {.breaker_state = "unknown"}},
		{"a breaker without a state",
		 {.type = BACKOFF_EVENT_BREAKER_TRANSITION,
		  .outcome = -1,
		  .failure_class = -1},
		 {.breaker_state = "unknown"}},
		{"seven lost events",
		 {.type = BACKOFF_EVENT_DROPPED,
		  .outcome = -1,
		  .failure_class = -1,
		  .dropped = 7},
		 {.dropped = "7"}},
		{"lost events, number unknown",
		 {.type = BACKOFF_EVENT_DROPPED,
		  .outcome = -1,
		  .failure_class = -1,
		  .dropped = BACKOFF_ABSENT},
		 {.unknown = "0"}},
		{"an unknown type",
		 {.type = BACKOFF_EVENT_UNKNOWN,
		  .outcome = -1,
		  .failure_class = -1},
		 {.unknown = "1"}},
		{"a type of a later version",
		 {.type = (enum backoff_event_type)99,
		  .outcome = -1,
		  .failure_class = -1},
		 {.unknown = "1"}},
	};

	check(row, COUNT(row));
}

/* Events as bo_call_stop() makes them. */
Test(metrics_count, a_call_that_ends_while_waiting_made_no_attempt)
{
	static const struct row row[] = {
		{"cancelled while it waits",
		 {.type = BACKOFF_EVENT_ABORTED,
		  .kind = BACKOFF_KIND_RETRY,
		  .outcome = BACKOFF_OUTCOME_CANCELLED,
		  .failure_class = -1,
		  .stop = BACKOFF_STOP_CANCELLED,
		  .attempt = 2,
		  .elapsed_ns = 4 * S,
		  .attempts = 2,
		  .backoff_ns = 3 * S},
		 {.operation = {.result = "aborted",
				.retried = "true",
				.stop = "cancelled",
				.seconds = "4",
				.retries = "1",
				.backoff_seconds = "3"}}},
		{"refused by an open breaker",
		 {.type = BACKOFF_EVENT_EXHAUSTED,
		  .kind = BACKOFF_KIND_FIRST,
		  .outcome = BACKOFF_OUTCOME_CANCELLED,
		  .failure_class = -1,
		  .stop = BACKOFF_STOP_BREAKER_OPEN,
		  .attempt = 1},
		 {.operation = {.result = "exhausted",
				.retried = "false",
				.stop = "breaker_open",
				.seconds = "0"},
		  .suppressed_reason = "breaker"}},
		{"freed during its attempt",
		 {.type = BACKOFF_EVENT_ABORTED,
		  .kind = BACKOFF_KIND_FIRST,
		  .outcome = BACKOFF_OUTCOME_CANCELLED,
		  .failure_class = -1,
		  .stop = BACKOFF_STOP_SHUTDOWN,
		  .attempt = 1,
		  .duration_ns = 2 * S,
		  .elapsed_ns = 2 * S,
		  .attempts = 1},
		 {.attempt = {"first", "none", "cancelled", "2"},
		  .operation = {.result = "aborted",
				.retried = "false",
				.stop = "shutdown",
				.seconds = "2"}}},
	};

	check(row, COUNT(row));
}

Test(metrics_count, an_abandoned_attempt_counts)
{
	static const struct row row[] = {
		{"freed in the nanosecond in which it began",
		 {.type = BACKOFF_EVENT_ABORTED,
		  .kind = BACKOFF_KIND_FIRST,
		  .outcome = BACKOFF_OUTCOME_CANCELLED,
		  .failure_class = -1,
		  .stop = BACKOFF_STOP_SHUTDOWN,
		  .attempt = 1,
		  .attempts = 1,
		  .in_flight = 1},
		 {.attempt = {"first", "none", "cancelled", "0"},
		  .operation = {.result = "aborted",
				.retried = "false",
				.stop = "shutdown",
				.seconds = "0"}}},
		{"a hedge that lost: no wait follows",
		 {.type = BACKOFF_EVENT_ATTEMPT,
		  .kind = BACKOFF_KIND_HEDGE,
		  .outcome = BACKOFF_OUTCOME_CANCELLED,
		  .failure_class = -1,
		  .source = BACKOFF_DELAY_SOURCE_ZERO,
		  .attempt = 2,
		  .in_flight = 2},
		 {.attempt = {"hedge", "none", "cancelled", "0"}}},
		{"an attempt that reports its own cancellation at once",
		 {.type = BACKOFF_EVENT_ABORTED,
		  .kind = BACKOFF_KIND_FIRST,
		  .outcome = BACKOFF_OUTCOME_CANCELLED,
		  .failure_class = BACKOFF_CLASS_UNKNOWN,
		  .stop = BACKOFF_STOP_CANCELLED,
		  .attempt = 1,
		  .attempts = 1},
		 {.attempt = {"first", "unknown", "cancelled", "0"},
		  .operation = {.result = "aborted",
				.retried = "false",
				.stop = "cancelled",
				.seconds = "0"}}},
		{"without a duration",
		 {.type = BACKOFF_EVENT_ABORTED,
		  .kind = BACKOFF_KIND_FIRST,
		  .outcome = BACKOFF_OUTCOME_CANCELLED,
		  .failure_class = -1,
		  .stop = BACKOFF_STOP_CANCELLED,
		  .attempt = 1,
		  .duration_ns = BACKOFF_ABSENT,
		  .elapsed_ns = BACKOFF_ABSENT},
		 {.operation = {.result = "aborted",
				.retried = "false",
				.stop = "cancelled"}}},
	};

	check(row, COUNT(row));
}

Test(metrics_count, waits_count_by_source_and_hints_by_action)
{
	static const struct {
		const char *why;
		enum backoff_delay_source source;
		enum backoff_hint_action hint;
		const char *want_source, *want_hint_action;
	} row[] = {
		{"a hint", BACKOFF_DELAY_SOURCE_HINT,
		 BACKOFF_HINT_ACTION_HONOURED, "hint", "honoured"},
		{"a long hint", BACKOFF_DELAY_SOURCE_HINT,
		 BACKOFF_HINT_ACTION_CLAMPED, "hint", "clamped"},
		{"a short hint", BACKOFF_DELAY_SOURCE_BACKOFF,
		 BACKOFF_HINT_ACTION_IGNORED, "backoff", "ignored"},
		{"no hint", BACKOFF_DELAY_SOURCE_ZERO, BACKOFF_HINT_ACTION_NONE,
		 "zero", NULL},
		{"no source", BACKOFF_DELAY_SOURCE_NONE,
		 BACKOFF_HINT_ACTION_GAVE_UP, "unknown", "gave_up"},
		{"numbers of a later version", (enum backoff_delay_source)50,
		 (enum backoff_hint_action)50, "unknown", NULL},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		const struct row one = {
			row[i].why,
			{.type = BACKOFF_EVENT_ATTEMPT,
			 .kind = BACKOFF_KIND_RETRY,
			 .outcome = BACKOFF_OUTCOME_FAILURE,
			 .failure_class = BACKOFF_CLASS_THROTTLE,
			 .attempt = 1,
			 .source = row[i].source,
			 .hint = row[i].hint,
			 .delay_ns = 500 * MS},
			{.attempt = {"retry", "throttle", "failure", "0"},
			 .delay = {row[i].want_source, "0.5"},
			 .hint_action = row[i].want_hint_action}};

		check(&one, 1);
	}
}

Test(metrics_count, every_reason_to_stop_has_its_series)
{
	static const struct {
		enum backoff_stop stop;
		const char *name, *reason;
	} row[] = {
		{BACKOFF_STOP_NONE, "unknown", NULL},
		{BACKOFF_STOP_SUCCESS, "success", NULL},
		{BACKOFF_STOP_NON_RETRYABLE, "non_retryable", NULL},
		{BACKOFF_STOP_MAX_ATTEMPTS, "max_attempts", "limit"},
		{BACKOFF_STOP_DEADLINE, "deadline", "deadline"},
		{BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE, "delay_exceeds_deadline",
		 "deadline"},
		{BACKOFF_STOP_BUDGET, "budget", "budget"},
		{BACKOFF_STOP_BREAKER_OPEN, "breaker_open", "breaker"},
		{BACKOFF_STOP_SERVER_FORBADE, "server_forbade", "hint"},
		{BACKOFF_STOP_HINT_TOO_LONG, "hint_too_long", "hint"},
		{BACKOFF_STOP_NOT_IDEMPOTENT, "not_idempotent", "idempotency"},
		{BACKOFF_STOP_NOT_REPLAYABLE, "not_replayable", "idempotency"},
		{BACKOFF_STOP_CANCELLED, "cancelled", NULL},
		{BACKOFF_STOP_SHUTDOWN, "shutdown", NULL},
		{BACKOFF_STOP_SLEEP_FAILED, "sleep_failed", NULL},
		{(enum backoff_stop)77, "unknown", NULL},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_metrics *metrics = metrics_of(1);
		struct backoff_event event;
		char *text, operation[128], reason[128];
		unsigned reasons;

		backoff_event_init(&event, sizeof(event));
		event.type = BACKOFF_EVENT_EXHAUSTED;
		event.operation = "o";
		event.policy = "p";
		event.outcome = BACKOFF_OUTCOME_FAILURE;
		event.stop = row[i].stop;
		backoff_metrics_count(metrics, &event);
		text = open_text_of(metrics);
		snprintf(operation, sizeof(operation), "stop_reason=\"%s\"} 1",
			 row[i].name);
		cr_expect(strstr(text, operation) != NULL, "%s", row[i].name);
		sum_of(text, "retry_suppressed_total", &reasons);
		cr_expect(reasons == (row[i].reason != NULL), "%s",
			  row[i].name);
		snprintf(reason, sizeof(reason), "reason=\"%s\"} 1\n",
			 row[i].reason != NULL ? row[i].reason : "");
		cr_expect(row[i].reason == NULL || strstr(text, reason) != NULL,
			  "%s", row[i].name);
		free(text);
		backoff_metrics_free(metrics);
	}
}

/* Numbers outside the enums count as unknown instead of overrunning a table. */
Test(metrics_count, numbers_outside_the_enums_count_as_unknown)
{
	static const int numbers[] = {-2147483647 - 1, -1, 4, 9, 2147483647};

	for (size_t i = 0; i < COUNT(numbers); i++) {
		struct backoff_metrics *metrics = metrics_of(1);
		struct backoff_event event;
		char *text;

		backoff_event_init(&event, sizeof(event));
		event.type = BACKOFF_EVENT_ABORTED;
		event.outcome = numbers[i] == 4 ? 5 : numbers[i];
		event.failure_class = numbers[i] == 4 ? 8 : numbers[i];
		event.kind = (enum backoff_kind)numbers[i];
		event.stop = (enum backoff_stop)(numbers[i] < 10 ? 15 : -1);
		event.hint_action = (enum backoff_hint_action)numbers[i];
		if (numbers[i] == 4)
			event.hint_action = BACKOFF_HINT_ACTION_NONE;
		backoff_metrics_count(metrics, &event);
		text = open_text_of(metrics);
		cr_expect(strstr(text, "retry_attempts_total{op=\"\",policy="
				       "\"\",kind=\"unknown\",class=\"none\","
				       "outcome=\"unknown\"} 1\n") != NULL,
			  "%d: %s", numbers[i], text);
		cr_expect(strstr(text, "stop_reason=\"unknown\"} 1\n") != NULL,
			  "%d: %s", numbers[i], text);
		cr_expect(strstr(text, "retry_server_hints_total{") == NULL);
		free(text);
		backoff_metrics_free(metrics);
	}
}

Test(metrics_count, an_outcome_that_was_not_reported_is_a_failure)
{
	struct backoff_metrics *metrics = metrics_of(1);
	struct backoff_event event;
	char *text;

	backoff_event_init(&event, sizeof(event));
	event.type = BACKOFF_EVENT_ABORTED;
	event.outcome = BACKOFF_OUTCOME_NOT_REPORTED;
	backoff_metrics_count(metrics, &event);
	text = open_text_of(metrics);
	cr_expect(strstr(text, ",outcome=\"failure\"} 1\n") != NULL, "%s",
		  text);
	free(text);
	backoff_metrics_free(metrics);
}

Test(metrics_count, a_value_falls_into_the_first_bucket_not_below_it)
{
	static const struct {
		uint64_t ns;
		const char *le, *before;
	} row[] = {
		{0, "0.001", NULL},
		{MS, "0.001", NULL},
		{MS + 1, "0.005", "0.001"},
		{1 * S, "1.0", "0.5"},
		{1 * S + 1, "2.5", "1.0"},
		{300 * S, "300.0", "60.0"},
		{300 * S + 1, "+Inf", "300.0"},
		{BACKOFF_ABSENT - 1, "+Inf", "300.0"},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_metrics *metrics = metrics_of(1);
		struct backoff_event event;
		char *text, line[128];

		backoff_event_init(&event, sizeof(event));
		event.type = BACKOFF_EVENT_ATTEMPT;
		event.outcome = BACKOFF_OUTCOME_FAILURE;
		event.delay_ns = row[i].ns;
		event.delay_source = BACKOFF_DELAY_SOURCE_BACKOFF;
		backoff_metrics_count(metrics, &event);
		text = open_text_of(metrics);
		snprintf(line, sizeof(line), "le=\"%s\"} 1\n", row[i].le);
		cr_expect(strstr(text, line) != NULL, "%s", line);
		snprintf(line, sizeof(line), "le=\"%s\"} 0\n",
			 row[i].before != NULL ? row[i].before : "");
		cr_expect(row[i].before == NULL || strstr(text, line) != NULL,
			  "%s", line);
		cr_expect(strstr(text, "le=\"+Inf\"} 1\n") != NULL);
		free(text);
		backoff_metrics_free(metrics);
	}
}

Test(metrics_count, sums_saturate)
{
	struct backoff_metrics *metrics = metrics_of(1);
	struct backoff_event event;
	char *text;

	backoff_event_init(&event, sizeof(event));
	event.outcome = BACKOFF_OUTCOME_FAILURE;
	event.delay_ns = BACKOFF_ABSENT - 1;
	event.dropped = BACKOFF_ABSENT - 1;
	for (int i = 0; i < 3; i++) {
		event.type = BACKOFF_EVENT_ATTEMPT;
		backoff_metrics_count(metrics, &event);
		event.type = BACKOFF_EVENT_DROPPED;
		backoff_metrics_count(metrics, &event);
	}
	text = open_text_of(metrics);
	cr_expect(strstr(text, "retry_delay_seconds_sum{op=\"\",policy=\"\","
			       "delay_src=\"unknown\"} "
			       "18446744073.709551615\n") != NULL,
		  "%s", text);
	cr_expect(strstr(text, "retry_events_dropped_total "
			       "18446744073709551615\n") != NULL);
	free(text);
	backoff_metrics_free(metrics);
}
