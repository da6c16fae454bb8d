/* Fuzz target: any bytes as a policy file. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include <backoff.h>

#include "fuzz.h"
#include "policy/policy.h"

const char fuzz_name[] = "policy";

static unsigned reported;

static void
on_error(void *user, const struct backoff_error *error)
{
	(void)user;
	reported++;
	MUST(error->status != BACKOFF_OK);
	MUST(memchr(error->path, '\0', sizeof(error->path)) != NULL);
	MUST(memchr(error->text, '\0', sizeof(error->text)) != NULL);
	MUST(error->text[0] != '\0');
}

/* Delays stay within what their law says, at any attempt number. */
static void
check_delays(const struct backoff_policy *policy)
{
	static const uint32_t failed[] = {1, 2, 3, 64, 1000, UINT32_MAX};
	static const uint64_t draw[] = {0, UINT64_C(1) << 63, UINT64_MAX};
	uint64_t previous_ns = 0;

	for (size_t i = 0; i < sizeof(failed) / sizeof(*failed); i++) {
		struct backoff_delay law;

		backoff_engine_delay(policy, failed[i], previous_ns, &law);
		MUST(law.low_ns <= law.high_ns);
		MUST(law.ceiling_ns <= policy->cap_ns || !law.capped);
		MUST(!policy->bounded || law.high_ns <= policy->cap_ns ||
		     law.capped);
		/* A delay of 0 does not grow. */
		MUST(policy->curve == BACKOFF_CURVE_SCHEDULE ||
		     policy->base_delay_ns > 0 ||
		     (policy->jitter == BACKOFF_JITTER_ADDITIVE &&
		      policy->jitter_max_ns > 0) ||
		     law.high_ns == 0);
		MUST(law.capped || law.high_ns <= law.ceiling_ns);
		for (size_t j = 0; j < sizeof(draw) / sizeof(*draw); j++) {
			uint64_t delay_ns = backoff_engine_draw(&law, draw[j]);

			MUST(delay_ns <= law.ceiling_ns);
			MUST(delay_ns >= law.low_ns || law.capped);
			previous_ns = delay_ns;
		}
	}
}

/* A call that always fails ends, within the limits of the policy. */
static void
check_call(const struct backoff_policy *policy, uint64_t start_ns,
	   uint64_t draw)
{
	static const struct backoff_outcome failure = {
		.kind = BACKOFF_OUTCOME_FAILURE,
		.failure_class = BACKOFF_CLASS_TIMEOUT,
		.error_type = "ConnectionError",
		.code = "http:503",
		.error = "quota exceeded: (try) later [x]*"};
	uint64_t now_ns = start_ns, waited_ns = 0, deadline_ns;
	struct backoff_decision d;
	struct backoff_state state;

	backoff_engine_begin(policy, &state, now_ns, BACKOFF_FOREVER, &d);
	MUST(d.action == BACKOFF_ACTION_ATTEMPT && d.attempt == 1);
	deadline_ns = state.deadline_ns;
	for (unsigned made = 1; made <= 40; made++) {
		backoff_engine_decide(policy, &state, &failure, now_ns, draw,
				      &d);
		MUST(state.finished == made);
		if (d.action == BACKOFF_ACTION_DONE)
			break;
		MUST(d.action == BACKOFF_ACTION_WAIT);
		MUST(d.attempt == made + 1 &&
		     d.attempt <= policy->max_attempts);
		MUST(d.not_before_ns < deadline_ns ||
		     deadline_ns == BACKOFF_FOREVER);
		MUST(d.not_before_ns - now_ns == d.delay_ns ||
		     d.not_before_ns == BACKOFF_FOREVER);
		waited_ns = d.delay_ns > UINT64_MAX - waited_ns
				    ? UINT64_MAX
				    : waited_ns + d.delay_ns;
		MUST(state.backoff_ns == waited_ns);
		now_ns = d.not_before_ns;
		backoff_engine_resume(policy, &state, now_ns, &d);
		MUST(d.action == BACKOFF_ACTION_ATTEMPT ||
		     now_ns == BACKOFF_FOREVER);
		MUST(d.action != BACKOFF_ACTION_ATTEMPT ||
		     d.attempt_timeout_ns > 0);
		if (d.action != BACKOFF_ACTION_ATTEMPT)
			break;
	}
	MUST((d.action == BACKOFF_ACTION_DONE) ==
	     (d.stop != BACKOFF_STOP_NONE));
}

/* The canonical form is the same policy. */
static void
check_canonical(const struct backoff_policy *policy)
{
	size_t length = backoff_policy_canonical(policy, NULL, 0);
	char *text = malloc(length + 1), *again = malloc(length + 1), line[256];
	struct backoff_policy *copy;

	MUST(text != NULL && again != NULL);
	MUST(backoff_policy_canonical(policy, text, length + 1) == length);
	MUST(strlen(text) == length);
	MUST(backoff_policy_parse(text, length, NULL, &copy, NULL) ==
	     BACKOFF_OK);
	MUST(backoff_policy_hash(copy) == backoff_policy_hash(policy));
	MUST(backoff_policy_canonical(copy, again, length + 1) == length);
	MUST(strcmp(text, again) == 0);
	MUST(backoff_policy_describe(policy, line, sizeof(line)) > 0);
	backoff_policy_unref(copy);
	free(again);
	free(text);
}

int
fuzz_accepts(const uint8_t *data, size_t size)
{
	const struct backoff_policy_loader loader = {.on_error = on_error};
	struct backoff_policy *policy = NULL;
	struct backoff_error first = {.status = BACKOFF_OK};
	enum backoff_status status;

	reported = 0;
	status = backoff_policy_parse((const char *)data, size, &loader,
				      &policy, &first);
	MUST((status == BACKOFF_OK) == (policy != NULL));
	MUST((status == BACKOFF_OK) == (reported == 0));
	if (status != BACKOFF_OK) {
		MUST(first.status == status);
		/* There is memory, so any error is in the text. */
		MUST(status != BACKOFF_E_NOMEM);
		return 0;
	}
	/* Strings are NUL-terminated here: none may be cut by a NUL. */
	MUST(memmem(data, size, "\\\\", 2) != NULL ||
	     memmem(data, size, "\\u0000", 6) == NULL);
	check_delays(policy);
	check_call(policy, 0, UINT64_MAX);
	check_call(policy, UINT64_MAX - 5, UINT64_C(1) << 63);
	check_call(policy, UINT64_C(1) << 40, 0);
	check_canonical(policy);
	backoff_policy_unref(policy);
	return 1;
}
