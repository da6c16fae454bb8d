/* Every exported function with NULL for each of its pointers in turn: a status
 * says so, everything else does nothing or gives a neutral value. */
/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include <backoff.h>

#define S UINT64_C(1000000000)

/* The call being tried, and where to go on if it crashes. */
static sigjmp_buf crash;
static const char *trying, *with;

/* Names of functions that were tried. */
static char tried[65536];

static void
on_crash(int number)
{
	siglongjmp(crash, number);
}

static void
begin(const char *function, const char *arguments)
{
	size_t used = strlen(tried);

	trying = function;
	with = arguments;
	cr_assert(used + strlen(function) + 2 < sizeof(tried));
	snprintf(tried + used, sizeof(tried) - used, "%s;", function);
}

#define TRY(function, arguments, expression)                                   \
	do {                                                                   \
		begin(function, arguments);                                    \
		if (sigsetjmp(crash, 1) != 0)                                  \
			cr_expect(0, "%s(%s) crashes", trying, with);          \
		else                                                           \
			cr_expect(expression, "%s(%s)", trying, with);         \
	} while (0)
#define GIVES(want, function, ...)                                             \
	TRY(#function, #__VA_ARGS__, function(__VA_ARGS__) == (want))
#define ARGUMENT(function, ...) GIVES(BACKOFF_E_ARGUMENT, function, __VA_ARGS__)
#define FINE(function, ...) GIVES(BACKOFF_OK, function, __VA_ARGS__)
#define HARMLESS(function, ...)                                                \
	TRY(#function, #__VA_ARGS__, (function(__VA_ARGS__), 1))
#define LENGTH(function, ...)                                                  \
	TRY(#function, #__VA_ARGS__, function(__VA_ARGS__) > 0)
#define NO_POINTERS(function) begin(#function, "")

static const char policy_text[] =
	"{\"name\":\"N\",\"max_attempts\":3,\"hedge\":{\"delay\":1},"
	"\"budget\":{\"kind\":\"token_bucket\"},\"breaker\":{\"window\":4}}";

/* One valid object of each kind. */
static struct backoff_policy *policy;
static struct backoff_retry *retry;
static struct backoff_clock *clock_;
static struct backoff_sink *sink;
static struct backoff_outcome outcome;
static struct backoff_event event;
static char buffer[65536];
/** Not on the stack: a crash jumps out of the loop. */
static volatile int n;

static void
attempt(void *user, const struct backoff_attempt *made,
	struct backoff_outcome *out)
{
	(void)user;
	(void)made;
	out->kind = BACKOFF_OUTCOME_SUCCESS;
}

static void
ignore(void *user, const struct backoff_event *ignored)
{
	(void)user;
	(void)ignored;
}

static void
set_up(void)
{
	static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
	struct sigaction action = {.sa_handler = on_crash,
				   .sa_flags = SA_NODEFER};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		cr_assert(sigaction(numbers[i], &action, NULL) == 0);
	cr_assert(backoff_policy_parse(policy_text, strlen(policy_text), NULL,
				       &policy, NULL) == BACKOFF_OK);
	cr_assert(backoff_retry_new(policy, "op", &retry) == BACKOFF_OK);
	cr_assert(backoff_clock_virtual_new(S, S, &clock_) == BACKOFF_OK);
	cr_assert(backoff_sink_callback_new(ignore, NULL, &sink) == BACKOFF_OK);
	backoff_outcome_from_http(&outcome, 503);
	backoff_event_init(&event, sizeof(event));
}

static void
clock_and_words(void)
{
	ARGUMENT(backoff_cancel_new, NULL);
	HARMLESS(backoff_cancel_free, NULL);
	HARMLESS(backoff_cancel_request, NULL);
	GIVES(0, backoff_cancel_requested, NULL);
	NO_POINTERS(backoff_clock_system);
	ARGUMENT(backoff_clock_virtual_new, 0, 0, NULL);
	HARMLESS(backoff_clock_virtual_advance, NULL, 1);
	HARMLESS(backoff_clock_virtual_free, NULL);
	NO_POINTERS(backoff_breaker_name);
	NO_POINTERS(backoff_class_name);
	NO_POINTERS(backoff_curve_name);
	NO_POINTERS(backoff_draw);
	NO_POINTERS(backoff_jitter_name);
	NO_POINTERS(backoff_outcome_kind_name);
	NO_POINTERS(backoff_status_name);
	NO_POINTERS(backoff_status_text);
	NO_POINTERS(backoff_stop_name);
	NO_POINTERS(backoff_version);
}

static void
events(void)
{
	struct backoff_event_decoder *decoder;
	struct backoff_event out;

	cr_assert(backoff_event_decoder_new(&decoder) == BACKOFF_OK);
	HARMLESS(backoff_event_init, NULL, sizeof(event));
	GIVES(0, backoff_event_encode, NULL, buffer, sizeof(buffer));
	GIVES(0, backoff_event_encode, &event, NULL, sizeof(buffer));
	GIVES(0, backoff_event_encode, &event, NULL, 0);
	ARGUMENT(backoff_event_decoder_new, NULL);
	HARMLESS(backoff_event_decoder_free, NULL);
	ARGUMENT(backoff_event_decode, NULL, "{}", 2, &out, NULL);
	ARGUMENT(backoff_event_decode, decoder, NULL, 2, &out, NULL);
	ARGUMENT(backoff_event_decode, decoder, "{}", 2, NULL, NULL);
	GIVES(BACKOFF_E_FOREIGN, backoff_event_decode, decoder, "{}", 2, &out,
	      NULL);
	NO_POINTERS(backoff_event_field);
	LENGTH(backoff_event_schema, NULL, 0);
	LENGTH(backoff_event_schema, NULL, 100);
	NO_POINTERS(backoff_event_type_name);
	GIVES(-1, backoff_event_type_number, NULL);
	backoff_event_decoder_free(decoder);
}

static void
engine(void)
{
	struct backoff_hedges hedges = {0};
	struct backoff_decision d = {0};
	struct backoff_state state = {0};
	struct backoff_guard *guard;
	struct backoff_delay law;

	cr_assert(backoff_guard_new(policy, &guard) == BACKOFF_OK);
	HARMLESS(backoff_engine_begin, NULL, &state, 0, BACKOFF_FOREVER, &d);
	HARMLESS(backoff_engine_begin, policy, NULL, 0, BACKOFF_FOREVER, &d);
	HARMLESS(backoff_engine_begin, policy, &state, 0, BACKOFF_FOREVER,
		 NULL);
	backoff_engine_begin(policy, &state, 0, BACKOFF_FOREVER, &d);
	HARMLESS(backoff_engine_join, NULL, guard, 0, &d);
	HARMLESS(backoff_engine_join, &state, NULL, 0, &d);
	HARMLESS(backoff_engine_join, &state, guard, 0, NULL);
	HARMLESS(backoff_engine_decide, NULL, &state, &outcome, 0, 0, &d);
	cr_expect(d.action == BACKOFF_ACTION_DONE);
	HARMLESS(backoff_engine_decide, policy, NULL, &outcome, 0, 0, &d);
	HARMLESS(backoff_engine_decide, policy, &state, &outcome, 0, 0, NULL);
	HARMLESS(backoff_engine_decide, policy, &state, NULL, 0, 0, &d);
	cr_expect(d.action == BACKOFF_ACTION_DONE);
	backoff_engine_begin(policy, &state, 0, BACKOFF_FOREVER, &d);
	HARMLESS(backoff_engine_resume, NULL, &state, 0, &d);
	HARMLESS(backoff_engine_resume, policy, NULL, 0, &d);
	HARMLESS(backoff_engine_resume, policy, &state, 0, NULL);
	HARMLESS(backoff_engine_hedges_begin, NULL, &state, &hedges, 0);
	HARMLESS(backoff_engine_hedges_begin, policy, NULL, &hedges, 0);
	HARMLESS(backoff_engine_hedges_begin, policy, &state, NULL, 0);
	backoff_engine_hedges_begin(policy, &state, &hedges, 0);
	HARMLESS(backoff_engine_hedge, NULL, &state, &hedges, 0, &d);
	HARMLESS(backoff_engine_hedge, policy, NULL, &hedges, 0, &d);
	HARMLESS(backoff_engine_hedge, policy, &state, NULL, 0, &d);
	HARMLESS(backoff_engine_hedge, policy, &state, &hedges, 0, NULL);
	HARMLESS(backoff_engine_hedges_decide, NULL, &state, &hedges, 1,
		 &outcome, 0, 0, &d);
	HARMLESS(backoff_engine_hedges_decide, policy, NULL, &hedges, 1,
		 &outcome, 0, 0, &d);
	HARMLESS(backoff_engine_hedges_decide, policy, &state, NULL, 1,
		 &outcome, 0, 0, &d);
	HARMLESS(backoff_engine_hedges_decide, policy, &state, &hedges, 1,
		 &outcome, 0, 0, NULL);
	HARMLESS(backoff_engine_hedges_decide, policy, &state, &hedges, 1, NULL,
		 0, 0, &d);
	cr_expect(d.action == BACKOFF_ACTION_DONE);
	HARMLESS(backoff_engine_hedges_end, NULL, &hedges);
	HARMLESS(backoff_engine_hedges_end, &state, NULL);
	HARMLESS(backoff_engine_stop, NULL, BACKOFF_STOP_CANCELLED, &d);
	HARMLESS(backoff_engine_stop, &state, BACKOFF_STOP_CANCELLED, NULL);
	GIVES(0, backoff_engine_retryable, NULL, &outcome);
	GIVES(0, backoff_engine_retryable, policy, NULL);
	HARMLESS(backoff_engine_delay, NULL, 1, 0, &law);
	HARMLESS(backoff_engine_delay, policy, 1, 0, NULL);
	GIVES(0, backoff_engine_draw, NULL, 7);
	backoff_guard_free(guard);
}

static void
guards(void)
{
	struct backoff_guard *guard;
	struct backoff_guards *table;

	cr_assert(backoff_guards_new(policy, 8, &table) == BACKOFF_OK);
	ARGUMENT(backoff_guard_new, NULL, &guard);
	ARGUMENT(backoff_guard_new, policy, NULL);
	HARMLESS(backoff_guard_free, NULL);
	GIVES(BACKOFF_FOREVER, backoff_guard_tokens_milli, NULL, 0);
	GIVES(BACKOFF_FOREVER, backoff_guard_capacity_milli, NULL);
	GIVES(BACKOFF_BREAKER_NONE, backoff_guard_breaker, NULL, 0);
	ARGUMENT(backoff_guards_new, NULL, 8, &table);
	ARGUMENT(backoff_guards_new, policy, 8, NULL);
	HARMLESS(backoff_guards_free, NULL);
	GIVES(NULL, backoff_guards_take, NULL, "a");
	HARMLESS(backoff_guards_release, table,
		 backoff_guards_take(table, NULL));
	HARMLESS(backoff_guards_release, table, NULL);
	HARMLESS(backoff_guards_release, NULL, NULL);
	HARMLESS(backoff_guards_release, NULL, backoff_guards_take(table, "a"));
	backoff_guards_free(table);
}

static void
outcomes(void)
{
	const char *const types[] = {"A", NULL};
	const char *none = NULL;
	struct backoff_hint hint;

	HARMLESS(backoff_outcome_set, NULL, BACKOFF_OUTCOME_SUCCESS,
		 BACKOFF_CLASS_UNKNOWN, "", "", "");
	HARMLESS(backoff_outcome_set_error, NULL, "a");
	HARMLESS(backoff_outcome_set_error, &outcome, NULL);
	HARMLESS(backoff_outcome_set_error_type, NULL, "a");
	HARMLESS(backoff_outcome_set_error_type, &outcome, NULL);
	HARMLESS(backoff_outcome_set_code, NULL, "a");
	HARMLESS(backoff_outcome_set_code, &outcome, NULL);
	HARMLESS(backoff_outcome_format_error, NULL, "%d", 1);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	HARMLESS(backoff_outcome_format_error, &outcome, none, 1);
#pragma GCC diagnostic pop
	HARMLESS(backoff_outcome_set_error_types, NULL, types);
	HARMLESS(backoff_outcome_set_error_types, &outcome, NULL);
	GIVES(NULL, backoff_outcome_error, NULL);
	GIVES(NULL, backoff_outcome_error_type, NULL);
	GIVES(NULL, backoff_outcome_code, NULL);
	ARGUMENT(backoff_outcome_add_hint, NULL, "Retry-After", "1", 0);
	ARGUMENT(backoff_outcome_add_hint, &outcome, NULL, "1", 0);
	ARGUMENT(backoff_outcome_add_hint, &outcome, "Retry-After", NULL, 0);
	TRY("backoff_outcome_hint", "NULL",
	    backoff_outcome_hint(NULL).kind == BACKOFF_HINT_NONE);
	HARMLESS(backoff_outcome_set_sending, NULL, 1, 1);
	HARMLESS(backoff_outcome_set_result, NULL, buffer);
	HARMLESS(backoff_outcome_set_result, &outcome, NULL);
	/* Numbers of each sort: known, unknown, not a status at all. */
	for (n = -1; n < 1100; n++) {
		HARMLESS(backoff_outcome_from_errno, NULL, n);
		HARMLESS(backoff_outcome_from_http, NULL, n);
	}
	HARMLESS(backoff_outcome_from_errno, NULL, 99999);
	HARMLESS(backoff_outcome_from_http, NULL, INT_MIN);
	ARGUMENT(backoff_hint_parse, NULL, "1", 0, &hint);
	ARGUMENT(backoff_hint_parse, "Retry-After", NULL, 0, &hint);
	ARGUMENT(backoff_hint_parse, "Retry-After", "1", 0, NULL);
	NO_POINTERS(backoff_hint_join);
}

static void
policies(void)
{
	struct backoff_policy *out = NULL;

	ARGUMENT(backoff_policy_parse, NULL, 2, NULL, &out, NULL);
	ARGUMENT(backoff_policy_parse, "{}", 2, NULL, NULL, NULL);
	ARGUMENT(backoff_policy_load, NULL, NULL, &out, NULL);
	ARGUMENT(backoff_policy_load, "/dev/null", NULL, NULL, NULL);
	ARGUMENT(backoff_policy_builtin, NULL, &out);
	ARGUMENT(backoff_policy_builtin, "QUICK", NULL);
	NO_POINTERS(backoff_policy_builtin_name);
	NO_POINTERS(backoff_policy_builtin_text);
	GIVES(NULL, backoff_policy_ref, NULL);
	HARMLESS(backoff_policy_unref, NULL);
	TRY("backoff_policy_name", "NULL", *backoff_policy_name(NULL) == '\0');
	TRY("backoff_policy_description", "NULL",
	    *backoff_policy_description(NULL) == '\0');
	GIVES(0, backoff_policy_hash, NULL);
	GIVES(0, backoff_policy_max_attempts, NULL);
	GIVES(BACKOFF_FOREVER, backoff_policy_deadline_ns, NULL);
	HARMLESS(backoff_policy_deadline_from, NULL);
	GIVES(BACKOFF_FOREVER, backoff_policy_attempt_timeout_ns, NULL, 1);
	HARMLESS(backoff_policy_curve, NULL);
	GIVES(0, backoff_policy_max_delay_ns, NULL);
	GIVES(BACKOFF_JITTER_NONE, backoff_policy_jitter, NULL);
	GIVES(0, backoff_policy_retries_any, NULL);
	GIVES(BACKOFF_BUDGET_NONE, backoff_policy_budget, NULL);
	GIVES(0, backoff_policy_budget_refills, NULL);
	GIVES(0, backoff_policy_is_guarded, NULL);
	GIVES(0, backoff_policy_max_hedges, NULL);
	GIVES(0, backoff_policy_canonical, NULL, buffer, sizeof(buffer));
	LENGTH(backoff_policy_canonical, policy, NULL, 0);
	LENGTH(backoff_policy_canonical, policy, NULL, 100);
	GIVES(0, backoff_policy_describe, NULL, buffer, sizeof(buffer));
	LENGTH(backoff_policy_describe, policy, NULL, 0);
	LENGTH(backoff_policy_describe, policy, NULL, 100);
	NO_POINTERS(backoff_policy_field);
	LENGTH(backoff_policy_schema, NULL, 0);
	LENGTH(backoff_policy_schema, NULL, 100);
}

static void
retries(void)
{
	struct backoff_attempt made = {.number = 1, .max_attempts = 2};
	struct backoff_answer answer;
	struct backoff_guards *table;
	struct backoff_retry *out;
	uint32_t number;

	cr_assert(backoff_guards_new(policy, 8, &table) == BACKOFF_OK);
	ARGUMENT(backoff_retry_new, NULL, "op", &out);
	ARGUMENT(backoff_retry_new, policy, NULL, &out);
	ARGUMENT(backoff_retry_new, policy, "op", NULL);
	HARMLESS(backoff_retry_free, NULL);
	ARGUMENT(backoff_retry_set_service, NULL, "a");
	FINE(backoff_retry_set_service, retry, NULL);
	ARGUMENT(backoff_retry_set_target, NULL, "a");
	FINE(backoff_retry_set_target, retry, NULL);
	ARGUMENT(backoff_retry_set_attrs, NULL, "{}");
	FINE(backoff_retry_set_attrs, retry, NULL);
	ARGUMENT(backoff_retry_set_guards, NULL, table);
	ARGUMENT(backoff_retry_set_guards, retry, NULL);
	GIVES(NULL, backoff_retry_guard, NULL);
	HARMLESS(backoff_retry_set_sink, NULL, sink);
	HARMLESS(backoff_retry_set_sink, retry, NULL);
	HARMLESS(backoff_retry_set_clock, NULL, clock_);
	HARMLESS(backoff_retry_set_seed, NULL, 7);
	HARMLESS(backoff_retry_set_log_starts, NULL, 1);
	HARMLESS(backoff_retry_set_timed, NULL, 1);
	HARMLESS(backoff_retry_set_classify, NULL, NULL, NULL);
	HARMLESS(backoff_retry_set_classify, retry, NULL, NULL);
	HARMLESS(backoff_retry_set_discard, NULL, NULL, NULL);
	HARMLESS(backoff_retry_set_discard, retry, NULL, NULL);
	HARMLESS(backoff_retry_set_on_event, NULL, ignore, NULL);
	HARMLESS(backoff_retry_set_on_event, retry, NULL, NULL);
	GIVES(0, backoff_attempt_header, NULL, buffer, sizeof(buffer));
	LENGTH(backoff_attempt_header, &made, NULL, 0);
	LENGTH(backoff_attempt_header, &made, NULL, 100);
	ARGUMENT(backoff_attempt_header_parse, NULL, "1", &number);
	ARGUMENT(backoff_attempt_header_parse, "x-envoy-attempt-count", NULL,
		 &number);
	ARGUMENT(backoff_attempt_header_parse, "x-envoy-attempt-count", "1",
		 NULL);
	ARGUMENT(backoff_retry_run, NULL, NULL, attempt, NULL, &answer);
	ARGUMENT(backoff_retry_run, retry, NULL, NULL, NULL, &answer);
	ARGUMENT(backoff_retry_run, retry, NULL, attempt, NULL, NULL);
	ARGUMENT(backoff_retry_run_hedged, NULL, NULL, attempt, NULL, &answer);
	ARGUMENT(backoff_retry_run_hedged, retry, NULL, NULL, NULL, &answer);
	ARGUMENT(backoff_retry_run_hedged, retry, NULL, attempt, NULL, NULL);
	/* NULL is the default clock. */
	HARMLESS(backoff_retry_set_clock, retry, NULL);
	FINE(backoff_retry_run, retry, NULL, attempt, NULL, &answer);
	backoff_guards_free(table);
}

static void
calls(void)
{
	struct backoff_call *call, *out;
	struct backoff_step step;

	ARGUMENT(backoff_call_new, NULL, NULL, &call);
	ARGUMENT(backoff_call_new, retry, NULL, NULL);
	cr_assert(backoff_call_new(retry, NULL, &call) == BACKOFF_OK);
	HARMLESS(backoff_call_free, NULL);
	ARGUMENT(backoff_call_next, NULL, &step);
	ARGUMENT(backoff_call_next, call, NULL);
	ARGUMENT(backoff_call_report, NULL, &outcome);
	ARGUMENT(backoff_call_report, call, NULL);
	ARGUMENT(backoff_call_report_attempt, NULL, 1, &outcome);
	ARGUMENT(backoff_call_report_attempt, call, 1, NULL);
	ARGUMENT(backoff_call_cancel, NULL);
	GIVES(NULL, backoff_call_answer, NULL);
	GIVES(NULL, backoff_call_id, NULL);
	GIVES(0, backoff_call_save, NULL, buffer, sizeof(buffer));
	LENGTH(backoff_call_save, call, NULL, 0);
	LENGTH(backoff_call_save, call, NULL, 100);
	ARGUMENT(backoff_call_restore, NULL, NULL, "{}", 2, 0, &out, NULL);
	ARGUMENT(backoff_call_restore, retry, NULL, NULL, 2, 0, &out, NULL);
	ARGUMENT(backoff_call_restore, retry, NULL, "{}", 2, 0, NULL, NULL);
	backoff_call_free(call);
}

static void
sinks(void)
{
	struct backoff_sink *out;

	ARGUMENT(backoff_sink_fd_new, 2, 0, NULL);
	ARGUMENT(backoff_sink_file_new, NULL, &out);
	ARGUMENT(backoff_sink_file_new, "/dev/null", NULL);
	ARGUMENT(backoff_sink_rotating_new, NULL, NULL, &out);
	ARGUMENT(backoff_sink_rotating_new, "/dev/null", NULL, NULL);
	GIVES(0, backoff_sink_rotating_error, NULL);
	ARGUMENT(backoff_sink_callback_new, NULL, NULL, &out);
	ARGUMENT(backoff_sink_callback_new, ignore, NULL, NULL);
	ARGUMENT(backoff_sink_tee_new, NULL, sink, &out);
	ARGUMENT(backoff_sink_tee_new, sink, NULL, &out);
	ARGUMENT(backoff_sink_tee_new, sink, sink, NULL);
	ARGUMENT(backoff_sink_ring_new, NULL, 8, &out);
	ARGUMENT(backoff_sink_ring_new, sink, 8, NULL);
	ARGUMENT(backoff_sink_limit_new, NULL, 1, 1, &out);
	ARGUMENT(backoff_sink_limit_new, sink, 1, 1, NULL);
	HARMLESS(backoff_sink_emit, NULL, &event);
	HARMLESS(backoff_sink_emit, sink, NULL);
	HARMLESS(backoff_sink_flush, NULL);
	GIVES(0, backoff_sink_dropped, NULL);
	HARMLESS(backoff_sink_free, NULL);
}

static void
metrics(void)
{
	struct backoff_metrics *m;
	struct backoff_guard *guard;

	cr_assert(backoff_metrics_new(8, &m) == BACKOFF_OK);
	cr_assert(backoff_guard_new(policy, &guard) == BACKOFF_OK);
	ARGUMENT(backoff_metrics_new, 8, NULL);
	ARGUMENT(backoff_metrics_set_targets, NULL, 8);
	HARMLESS(backoff_metrics_free, NULL);
	HARMLESS(backoff_metrics_count, NULL, &event);
	HARMLESS(backoff_metrics_count, m, NULL);
	ARGUMENT(backoff_metrics_watch_guard, NULL, "a", guard);
	ARGUMENT(backoff_metrics_watch_guard, m, NULL, guard);
	ARGUMENT(backoff_metrics_watch_guard, m, "a", NULL);
	ARGUMENT(backoff_metrics_watch_sink, NULL, sink);
	ARGUMENT(backoff_metrics_watch_sink, m, NULL);
	ARGUMENT(backoff_metrics_unwatch, NULL, guard);
	ARGUMENT(backoff_metrics_unwatch, m, NULL);
	GIVES(0, backoff_metrics_write, NULL, BACKOFF_METRICS_PROMETHEUS, 0,
	      buffer, sizeof(buffer));
	LENGTH(backoff_metrics_write, m, BACKOFF_METRICS_PROMETHEUS, 0, NULL,
	       0);
	LENGTH(backoff_metrics_write, m, BACKOFF_METRICS_PROMETHEUS, 0, NULL,
	       100);
	NO_POINTERS(backoff_metrics_content_type);
	backoff_guard_free(guard);
	backoff_metrics_free(m);
}

static void
random_numbers(void)
{
	const uint32_t counter[4] = {1}, key[2] = {2};
	uint32_t out[4];

	HARMLESS(backoff_philox4x32, NULL, key, out);
	HARMLESS(backoff_philox4x32, counter, NULL, out);
	HARMLESS(backoff_philox4x32, counter, key, NULL);
}

/* The map of exported functions has no other than those above. */
static void
expect_all_tried(void)
{
	char path[4096], line[256], name[128];
	const char *folder = getenv("srcdir");
	unsigned count = 0;
	FILE *map;

	snprintf(path, sizeof(path), "%s/src/libbackoff.map",
		 folder != NULL ? folder : "..");
	map = fopen(path, "r");
	cr_assert(map != NULL, "%s", path);
	while (fgets(line, sizeof(line), map) != NULL) {
		size_t length = strspn(line + strspn(line, " \t"),
				       "abcdefghijklmnopqrstuvwxyz0123456789_");

		snprintf(name, sizeof(name), "%.*s;", (int)length,
			 line + strspn(line, " \t"));
		if (strncmp(name, "backoff_", 8) != 0)
			continue;
		count++;
		/* A name that ends another one is found behind a ';' only. */
		memmove(name + 1, name, strlen(name) + 1);
		name[0] = ';';
		cr_expect(strstr(tried, name) != NULL,
			  "%s has no row in this test", name);
	}
	fclose(map);
	cr_expect(count > 100);
}

Test(api_null, no_function_crashes)
{
	tried[0] = ';';
	set_up();
	clock_and_words();
	events();
	engine();
	guards();
	outcomes();
	policies();
	retries();
	calls();
	sinks();
	metrics();
	random_numbers();
	expect_all_tried();
	backoff_sink_free(sink);
	backoff_retry_free(retry);
	backoff_clock_virtual_free(clock_);
	backoff_policy_unref(policy);
}
