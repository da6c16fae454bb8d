/* Tests of src/metrics/count: what each event adds to which series. */
#include "config.h"

#include "unit/metrics/text.h"

/* Everything in a text but comments and buckets, with @ for the labels of the
 * one series and ' for a quote. */
static char *
samples_of(struct backoff_metrics *metrics)
{
	static const char labels[] = "op=\"o\",policy=\"p\"";
	char *text = open_text_of(metrics), *out = text;
	const char *next;

	for (const char *at = text; *at != '\0'; at = next) {
		const char *bucket = strstr(at, "_bucket{");

		next = strchr(at, '\n') + 1;
		if (*at == '#' || (bucket != NULL && bucket < next))
			continue;
		while (at < next) {
			if (strncmp(at, labels, strlen(labels)) == 0) {
				*out++ = '@';
				at += strlen(labels);
			} else {
				*out++ = *at == '"' ? '\'' : *at;
				at++;
			}
		}
	}
	*out = '\0';
	return text;
}

#define UNSEEN                                                                 \
	"retry_events_dropped_total 0\n"                                       \
	"retry_events_unknown_total 0\n"                                       \
	"retry_metrics_folded_total 0\n"
#define OPERATION(result, retried, stop)                                       \
	"retry_operations_total{@,result='" result "',retried='" retried       \
	"',stop_reason='" stop "'} 1\n"
#define ATTEMPT(kind, class, outcome)                                          \
	"retry_attempts_total{@,kind='" kind                                   \
	"',class='" class "',outcome='" outcome "'} 1\n"
#define ATTEMPT_TOOK(seconds)                                                  \
	"retry_attempt_duration_seconds_count{@} 1\n"                          \
	"retry_attempt_duration_seconds_sum{@} " seconds "\n"
#define OPERATION_TOOK(seconds)                                                \
	"retry_operation_duration_seconds_count{@} 1\n"                        \
	"retry_operation_duration_seconds_sum{@} " seconds "\n"
#define RETRIES(count)                                                         \
	"retry_operation_retries_count{@} 1\n"                                 \
	"retry_operation_retries_sum{@} " count "\n"
#define BACKOFF(seconds)                                                       \
	"retry_operation_backoff_seconds_count{@} 1\n"                         \
	"retry_operation_backoff_seconds_sum{@} " seconds "\n"
#define DELAY(source, seconds)                                                 \
	"retry_delay_seconds_count{@,delay_src='" source "'} 1\n"              \
	"retry_delay_seconds_sum{@,delay_src='" source "'} " seconds "\n"
#define SUPPRESSED(reason) "retry_suppressed_total{@,reason='" reason "'} 1\n"
#define HINT(action) "retry_server_hints_total{@,action='" action "'} 1\n"

/* An event of series "o", "p"; fields that are not named are 0, which stands
 * for absent here where that is another number. */
struct row {
	const char *why;
	struct {
		enum backoff_event_type type;
		enum backoff_kind kind;
		/** -1 for absent. */
		int outcome, failure_class;
		enum backoff_stop stop;
		enum backoff_delay_source source;
		enum backoff_hint_action hint;
		uint64_t attempt, duration_ns, elapsed_ns, delay_ns;
		/** Of a call that is over: attempts, and what follows. */
		uint64_t attempts, backoff_ns, dropped;
		/** 0 for absent. */
		uint64_t in_flight;
		const char *breaker;
	} event;
	const char *want;
};

static struct backoff_event
event_of(const struct row *row)
{
	struct backoff_event event;
	bool over = row->event.type == BACKOFF_EVENT_SUCCESS ||
		    row->event.type == BACKOFF_EVENT_EXHAUSTED ||
		    row->event.type == BACKOFF_EVENT_ABORTED;

	backoff_event_init(&event);
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

static void
check(const struct row *row, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct backoff_metrics *metrics = metrics_of(4);
		struct backoff_event event = event_of(&row[i]);
		char *text;

		backoff_metrics_count(metrics, &event);
		text = samples_of(metrics);
		cr_expect(strcmp(text, row[i].want) == 0, "%s: got\n%swant\n%s",
			  row[i].why, text, row[i].want);
		free(text);
		backoff_metrics_free(metrics);
	}
}

Test(metrics_count, each_end_of_an_attempt_has_its_series)
{
	static const struct row row[] = {
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
		 ATTEMPT("first", "server", "failure") ATTEMPT_TOOK("0.25")
			 DELAY("backoff", "1.5") UNSEEN},
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
		 OPERATION("success", "false",
			   "success") ATTEMPT("first", "none", "success")
			 ATTEMPT_TOOK("0.003") OPERATION_TOOK("0.003") UNSEEN},
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
		 OPERATION("success", "true", "success") ATTEMPT(
			 "retry", "none", "success") ATTEMPT_TOOK("1")
			 OPERATION_TOOK("10") RETRIES("2") BACKOFF("6") UNSEEN},
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
		 OPERATION("exhausted", "true", "max_attempts") ATTEMPT(
			 "retry", "timeout", "timeout") ATTEMPT_TOOK("2")
			 OPERATION_TOOK("5") RETRIES("1") BACKOFF("1")
				 SUPPRESSED("limit") UNSEEN},
		{"a failure that is none to retry",
		 {.type = BACKOFF_EVENT_ABORTED,
		  .kind = BACKOFF_KIND_FIRST,
		  .outcome = BACKOFF_OUTCOME_FAILURE,
		  .failure_class = BACKOFF_CLASS_CLIENT,
		  .stop = BACKOFF_STOP_NON_RETRYABLE,
		  .attempt = 1,
		  .duration_ns = 1 * MS,
		  .elapsed_ns = 1 * MS,
		  .attempts = 1},
		 OPERATION("aborted", "false", "non_retryable") ATTEMPT(
			 "first", "client", "failure") ATTEMPT_TOOK("0.001")
			 OPERATION_TOOK("0.001") UNSEEN},
	};

	check(row, COUNT(row));
}

Test(metrics_count, each_type_of_no_end_has_its_series)
{
	static const struct row row[] = {
		{"a begin",
		 {.type = BACKOFF_EVENT_STARTED,
		  .kind = BACKOFF_KIND_FIRST,
		  .outcome = -1,
		  .failure_class = -1,
		  .attempt = 1},
		 "retry_inflight{@,state='attempt'} 1\n"
		 "retry_inflight{@,state='backoff'} 0\n" UNSEEN},
		{"a breaker that opens",
		 {.type = BACKOFF_EVENT_BREAKER_TRANSITION,
		  .outcome = -1,
		  .failure_class = -1,
		  .breaker = "open"},
		 "retry_breaker_transitions_total{@,state='open'} 1\n" UNSEEN},
		{"a breaker that half opens",
		 {.type = BACKOFF_EVENT_BREAKER_TRANSITION,
		  .outcome = -1,
		  .failure_class = -1,
		  .breaker = "half_open"},
		 "retry_breaker_transitions_total{@,state='half_open'} "
		 "1\n" UNSEEN},
		{"a breaker in a state of a later version",
		 {.type = BACKOFF_EVENT_BREAKER_TRANSITION,
		  .outcome = -1,
		  .failure_class = -1,
		  .breaker = "ajar"},
		 "retry_breaker_transitions_total{@,state='unknown'} "
		 "1\n" UNSEEN},
		{"a breaker in no state",
		 {.type = BACKOFF_EVENT_BREAKER_TRANSITION,
		  .outcome = -1,
		  .failure_class = -1},
		 "retry_breaker_transitions_total{@,state='unknown'} "
		 "1\n" UNSEEN},
		{"seven lost events",
		 {.type = BACKOFF_EVENT_DROPPED,
		  .outcome = -1,
		  .failure_class = -1,
		  .dropped = 7},
		 "retry_events_dropped_total 7\n"
		 "retry_events_unknown_total 0\n"
		 "retry_metrics_folded_total 0\n"},
		{"lost events that nobody counted",
		 {.type = BACKOFF_EVENT_DROPPED,
		  .outcome = -1,
		  .failure_class = -1,
		  .dropped = BACKOFF_ABSENT},
		 UNSEEN},
		{"no type that is known",
		 {.type = BACKOFF_EVENT_UNKNOWN,
		  .outcome = -1,
		  .failure_class = -1},
		 "retry_events_dropped_total 0\n"
		 "retry_events_unknown_total 1\n"
		 "retry_metrics_folded_total 0\n"},
		{"a type of a later version",
		 {.type = (enum backoff_event_type)99,
		  .outcome = -1,
		  .failure_class = -1},
		 "retry_events_dropped_total 0\n"
		 "retry_events_unknown_total 1\n"
		 "retry_metrics_folded_total 0\n"},
	};

	check(row, COUNT(row));
}

/* Which of a call's ends were no attempt: events as bo_call_stop() makes
 * them. */
Test(metrics_count, a_call_that_ends_in_its_wait_made_no_attempt)
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
		 OPERATION("aborted", "true", "cancelled") OPERATION_TOOK("4")
			 RETRIES("1") BACKOFF("3") UNSEEN},
		{"an open breaker: not begun",
		 {.type = BACKOFF_EVENT_EXHAUSTED,
		  .kind = BACKOFF_KIND_FIRST,
		  .outcome = BACKOFF_OUTCOME_CANCELLED,
		  .failure_class = -1,
		  .stop = BACKOFF_STOP_BREAKER_OPEN,
		  .attempt = 1},
		 OPERATION("exhausted", "false", "breaker_open")
			 OPERATION_TOOK("0") SUPPRESSED("breaker") UNSEEN},
		{"freed while its attempt is under way",
		 {.type = BACKOFF_EVENT_ABORTED,
		  .kind = BACKOFF_KIND_FIRST,
		  .outcome = BACKOFF_OUTCOME_CANCELLED,
		  .failure_class = -1,
		  .stop = BACKOFF_STOP_SHUTDOWN,
		  .attempt = 1,
		  .duration_ns = 2 * S,
		  .elapsed_ns = 2 * S,
		  .attempts = 1},
		 OPERATION("aborted", "false", "shutdown")
			 ATTEMPT("first", "none", "cancelled") ATTEMPT_TOOK("2")
				 OPERATION_TOOK("2") UNSEEN},
	};

	check(row, COUNT(row));
}

Test(metrics_count, an_attempt_that_was_abandoned_is_one)
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
		 OPERATION("aborted", "false", "shutdown")
			 ATTEMPT("first", "none", "cancelled") ATTEMPT_TOOK("0")
				 OPERATION_TOOK("0") UNSEEN},
		{"a hedge that lost: no wait follows",
		 {.type = BACKOFF_EVENT_ATTEMPT,
		  .kind = BACKOFF_KIND_HEDGE,
		  .outcome = BACKOFF_OUTCOME_CANCELLED,
		  .failure_class = -1,
		  .source = BACKOFF_DELAY_SOURCE_ZERO,
		  .attempt = 2,
		  .in_flight = 2},
		 ATTEMPT("hedge", "none", "cancelled") ATTEMPT_TOOK("0")
			 UNSEEN},
		{"an attempt that says it was cancelled, at once",
		 {.type = BACKOFF_EVENT_ABORTED,
		  .kind = BACKOFF_KIND_FIRST,
		  .outcome = BACKOFF_OUTCOME_CANCELLED,
		  .failure_class = BACKOFF_CLASS_UNKNOWN,
		  .stop = BACKOFF_STOP_CANCELLED,
		  .attempt = 1,
		  .attempts = 1},
		 OPERATION("aborted", "false", "cancelled")
			 ATTEMPT("first", "unknown", "cancelled")
				 ATTEMPT_TOOK("0") OPERATION_TOOK("0") UNSEEN},
		{"without a duration",
		 {.type = BACKOFF_EVENT_ABORTED,
		  .kind = BACKOFF_KIND_FIRST,
		  .outcome = BACKOFF_OUTCOME_CANCELLED,
		  .failure_class = -1,
		  .stop = BACKOFF_STOP_CANCELLED,
		  .attempt = 1,
		  .duration_ns = BACKOFF_ABSENT,
		  .elapsed_ns = BACKOFF_ABSENT},
		 OPERATION("aborted", "false", "cancelled") UNSEEN},
	};

	check(row, COUNT(row));
}

Test(metrics_count, waits_by_source_and_hints_by_what_became_of_them)
{
#define WAIT(source_, hint_)                                                   \
	{                                                                      \
		.type = BACKOFF_EVENT_ATTEMPT, .kind = BACKOFF_KIND_RETRY,     \
		.outcome = BACKOFF_OUTCOME_FAILURE,                            \
		.failure_class = BACKOFF_CLASS_THROTTLE, .attempt = 1,         \
		.source = source_, .hint = hint_, .delay_ns = 500 * MS         \
	}
#define WAITED(source)                                                         \
	ATTEMPT("retry", "throttle", "failure")                                \
	ATTEMPT_TOOK("0") DELAY(source, "0.5")
	static const struct row row[] = {
		{"a hint",
		 WAIT(BACKOFF_DELAY_SOURCE_HINT, BACKOFF_HINT_ACTION_HONOURED),
		 WAITED("hint") HINT("honoured") UNSEEN},
		{"a long hint",
		 WAIT(BACKOFF_DELAY_SOURCE_HINT, BACKOFF_HINT_ACTION_CLAMPED),
		 WAITED("hint") HINT("clamped") UNSEEN},
		{"a short hint",
		 WAIT(BACKOFF_DELAY_SOURCE_BACKOFF,
		      BACKOFF_HINT_ACTION_IGNORED),
		 WAITED("backoff") HINT("ignored") UNSEEN},
		{"no wait",
		 WAIT(BACKOFF_DELAY_SOURCE_ZERO, BACKOFF_HINT_ACTION_NONE),
		 WAITED("zero") UNSEEN},
		{"of no source",
		 WAIT(BACKOFF_DELAY_SOURCE_NONE, BACKOFF_HINT_ACTION_GAVE_UP),
		 WAITED("unknown") HINT("gave_up") UNSEEN},
		{"numbers of a later version",
		 WAIT((enum backoff_delay_source)50,
		      (enum backoff_hint_action)50),
		 WAITED("unknown") UNSEEN},
	};

	check(row, COUNT(row));
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

		backoff_event_init(&event);
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

/* Numbers that no version has are counted as unknown, not outside a table. */
Test(metrics_count, foreign_numbers_stay_in_their_tables)
{
	static const int numbers[] = {-2147483647 - 1, -1, 4, 9, 2147483647};

	for (size_t i = 0; i < COUNT(numbers); i++) {
		struct backoff_metrics *metrics = metrics_of(1);
		struct backoff_event event;
		char *text;

		backoff_event_init(&event);
		event.type = BACKOFF_EVENT_ABORTED;
		event.outcome = numbers[i];
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

Test(metrics_count, a_value_falls_into_the_first_bucket_that_is_not_below)
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

		backoff_event_init(&event);
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

Test(metrics_count, a_sum_stays_at_its_end)
{
	struct backoff_metrics *metrics = metrics_of(1);
	struct backoff_event event;
	char *text;

	backoff_event_init(&event);
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
