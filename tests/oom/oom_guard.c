/* Allocation failure around guards, their table, and saved calls. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <backoff.h>

#include "oom.h"

static const char guarded[] =
	"{\"name\":\"G\",\"max_attempts\":5,\"base_delay\":0,"
	"\"idempotent_only\":true,"
	"\"server_hint\":{\"max\":\"1m\",\"too_long\":\"clamp\","
	"\"combine\":\"replace\",\"jitter\":0.1,\"restart\":true},"
	"\"budget\":{\"kind\":\"token_bucket\",\"capacity\":50},"
	"\"breaker\":{\"window\":20,\"cooldown\":1},"
	"\"on\":{\"throttle\":{\"base_delay\":\"1s\","
	"\"consume_attempt\":false,\"limit\":2},"
	"\"timeout\":{\"max_delay\":\"2s\"}}}";

/* A policy that is made before any failure and never freed. */
static const struct backoff_policy *
policy(void)
{
	static struct backoff_policy *made;

	if (made == NULL &&
	    backoff_policy_parse(guarded, sizeof(guarded) - 1, NULL, &made,
				 NULL) != BACKOFF_OK)
		return NULL;
	return made;
}

static enum backoff_status
parse_rules(struct tap *tap)
{
	struct backoff_policy *made = OOM_UNTOUCHED;
	enum backoff_status status = backoff_policy_parse(
		guarded, sizeof(guarded) - 1, NULL, &made, NULL);

	TAP_MUST(tap, (status == BACKOFF_OK) == (made != OOM_UNTOUCHED));
	if (status == BACKOFF_OK)
		backoff_policy_unref(made);
	return status;
}

static enum backoff_status
make_guard(struct tap *tap)
{
	struct backoff_guard *guard = OOM_UNTOUCHED;
	enum backoff_status status = backoff_guard_new(policy(), &guard);

	if (status != BACKOFF_OK) {
		TAP_MUST(tap, guard == OOM_UNTOUCHED);
		return status;
	}
	TAP_EQUAL(tap, backoff_guard_tokens_milli(guard, 0), 50000);
	TAP_EQUAL(tap, backoff_guard_breaker(guard, 0), BACKOFF_BREAKER_CLOSED);
	backoff_guard_free(guard);
	return BACKOFF_OK;
}

/* Four targets in a table of two: guards are found, made and evicted. */
static enum backoff_status
fill_table(struct tap *tap)
{
	static const char *const target[] = {"a", "b", "a", "c", "d", "c"};
	struct backoff_guards *table = OOM_UNTOUCHED;
	enum backoff_status status = backoff_guards_new(policy(), 2, &table);

	if (status != BACKOFF_OK) {
		TAP_MUST(tap, table == OOM_UNTOUCHED);
		return status;
	}
	for (size_t i = 0; i < sizeof(target) / sizeof(*target); i++) {
		struct backoff_guard *guard =
			backoff_guards_take(table, target[i]);

		if (guard == NULL)
			status = BACKOFF_E_NOMEM;
		else
			TAP_EQUAL(tap, backoff_guard_tokens_milli(guard, 0),
				  50000);
		backoff_guards_release(table, guard);
	}
	backoff_guards_free(table);
	return status;
}

static void
fail_once(void *user, const struct backoff_attempt *attempt,
	  struct backoff_outcome *outcome)
{
	enum backoff_status *status = user;

	outcome->kind = BACKOFF_OUTCOME_SUCCESS;
	if (attempt->number > 1)
		return;
	backoff_outcome_from_http(outcome, 429);
	/* Reading a hint needs no memory. */
	*status = backoff_outcome_add_hint(outcome, "Retry-After",
					   "Sun, 06 Nov 1994 08:49:37 GMT", 0);
}

/* A retry object that first has a guard to itself, then one of a table; if the
 * table cannot make one, nothing changes. */
static enum backoff_status
run_guarded(struct tap *tap)
{
	struct backoff_call_options options = {.size = sizeof(options),
					       .idempotent = 1};
	struct backoff_guards *table;
	struct backoff_retry *retry = OOM_UNTOUCHED;
	struct backoff_answer answer;
	struct backoff_clock *clock;
	enum backoff_status hint = BACKOFF_E_STATE, status;
	const struct backoff_guard *before;

	status = backoff_retry_new(policy(), "work", &retry);
	if (status != BACKOFF_OK) {
		TAP_MUST(tap, retry == OOM_UNTOUCHED);
		return status;
	}
	before = backoff_retry_guard(retry);
	TAP_MUST(tap, before != NULL);
	status = backoff_guards_new(policy(), 4, &table);
	if (status == BACKOFF_OK) {
		status = backoff_retry_set_guards(retry, table);
		TAP_EQUAL(tap, backoff_retry_guard(retry) != before,
			  status == BACKOFF_OK);
		if (status == BACKOFF_OK)
			status = backoff_clock_virtual_new(0, 0, &clock);
		if (status == BACKOFF_OK) {
			backoff_retry_set_clock(retry, clock);
			TAP_EQUAL(tap,
				  backoff_retry_run(retry, &options, fail_once,
						    &hint, &answer),
				  BACKOFF_OK);
			TAP_EQUAL(tap, hint, BACKOFF_OK);
			TAP_EQUAL(tap, answer.attempts, 2);
			backoff_clock_virtual_free(clock);
		}
		backoff_retry_free(retry);
		backoff_guards_free(table);
	} else {
		backoff_retry_free(retry);
	}
	return status;
}

/* Save a call, and resume it with another retry object. */
static enum backoff_status
move_call(struct tap *tap, struct backoff_retry *retry)
{
	struct backoff_outcome outcome = {.kind = BACKOFF_OUTCOME_FAILURE,
					  .not_sent = 1};
	struct backoff_call *call, *moved = OOM_UNTOUCHED;
	struct backoff_step step;
	struct backoff_error error = {.status = BACKOFF_OK};
	enum backoff_status status = backoff_call_new(retry, NULL, &call);
	char paper[4096];
	size_t length;

	if (status != BACKOFF_OK)
		return status;
	TAP_EQUAL(tap, backoff_call_next(call, &step), BACKOFF_OK);
	TAP_EQUAL(tap, backoff_call_report(call, &outcome), BACKOFF_OK);
	length = backoff_call_save(call, paper, sizeof(paper));
	TAP_MUST(tap, length > 0 && length < sizeof(paper));
	backoff_call_free(call);
	status = backoff_call_restore(retry, NULL, paper, length, 0, &moved,
				      &error);
	if (status != BACKOFF_OK) {
		TAP_MUST(tap, moved == OOM_UNTOUCHED);
		return status;
	}
	TAP_EQUAL(tap, backoff_call_next(moved, &step), BACKOFF_OK);
	TAP_EQUAL(tap, step.attempt.number, 2);
	backoff_call_free(moved);
	return BACKOFF_OK;
}

static enum backoff_status
save_and_restore(struct tap *tap)
{
	struct backoff_retry *retry;
	enum backoff_status status =
		backoff_retry_new(policy(), "work", &retry);

	if (status != BACKOFF_OK)
		return status;
	status = move_call(tap, retry);
	/* After any failure, the budget is complete. */
	TAP_EQUAL(tap,
		  backoff_guard_tokens_milli(backoff_retry_guard(retry), 0),
		  50000);
	backoff_retry_free(retry);
	return status;
}

const struct oom_scenario oom_guard[] = {
	{"budgets, breakers, hints, rules by class", parse_rules, BACKOFF_OK,
	 BACKOFF_E_NOMEM, 0},
	{"a guard", make_guard, BACKOFF_OK, BACKOFF_E_NOMEM, 0},
	{"a table of guards", fill_table, BACKOFF_OK, BACKOFF_E_NOMEM, 0},
	{"a guarded loop", run_guarded, BACKOFF_OK, BACKOFF_E_NOMEM, 0},
	{"a saved call", save_and_restore, BACKOFF_OK, BACKOFF_E_NOMEM, 0},
	{NULL, NULL, BACKOFF_OK, BACKOFF_OK, 0},
};
