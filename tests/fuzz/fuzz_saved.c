/* Fuzz target: any bytes as a saved call. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include <backoff.h>

#include "fuzz.h"

const char fuzz_name[] = "saved";

#define S UINT64_C(1000000000)
#define UP (5000 * S)
#define WALL (1795428930 * S)
/* Five attempts, and three more that do not count. */
#define ATTEMPTS 8

static const char policy_text[] =
	"{\"name\":\"P\",\"max_attempts\":5,\"base_delay\":1,"
	"\"max_delay\":20,\"jitter\":\"decorrelated\",\"on\":{\"throttle\":{"
	"\"consume_attempt\":false,\"limit\":3}},"
	"\"server_hint\":{\"restart\":true},"
	"\"budget\":{\"kind\":\"token_bucket\",\"capacity\":100}}";

struct machine {
	struct backoff_policy *policy;
	struct backoff_retry *retry;
	struct backoff_clock *clock;
};

static struct machine
machine_new(void)
{
	struct machine m;

	MUST(backoff_policy_parse(policy_text, sizeof(policy_text) - 1, NULL,
				  &m.policy, NULL) == BACKOFF_OK);
	MUST(backoff_retry_new(m.policy, "op", &m.retry) == BACKOFF_OK);
	MUST(backoff_clock_virtual_new(UP, WALL, &m.clock) == BACKOFF_OK);
	backoff_retry_set_clock(m.retry, m.clock);
	return m;
}

static void
machine_free(struct machine *m)
{
	MUST(backoff_guard_tokens_milli(backoff_retry_guard(m->retry), 0) <=
	     100000);
	backoff_retry_free(m->retry);
	backoff_clock_virtual_free(m->clock);
	backoff_policy_unref(m->policy);
}

/* A restored call whose attempts all fail ends, and its attempts are numbered
 * on from the saved number. */
static void
check_rest(struct machine *m, struct backoff_call *call)
{
	const struct backoff_outcome failure = {.kind = BACKOFF_OUTCOME_FAILURE,
						.failure_class =
							BACKOFF_CLASS_THROTTLE};
	const struct backoff_answer *answer = backoff_call_answer(call);
	uint32_t before = answer->attempts, made = 0;
	struct backoff_step step;
	uint64_t now;

	MUST(before < UINT32_MAX);
	for (;;) {
		now = m->clock->now_ns(m->clock->user);
		MUST(backoff_call_next(call, &step) == BACKOFF_OK);
		if (step.action == BACKOFF_ACTION_DONE)
			break;
		if (step.action == BACKOFF_ACTION_WAIT) {
			MUST(step.wait_until_ns > now);
			backoff_clock_virtual_advance(m->clock,
						      step.wait_until_ns - now);
			continue;
		}
		made++;
		MUST(made <= ATTEMPTS);
		MUST(step.attempt.number == before + made);
		MUST(step.attempt.give_up_ns >= now);
		MUST(backoff_call_report(call, &failure) == BACKOFF_OK);
		/* No delay beyond the cap. */
		MUST(backoff_call_next(call, &step) == BACKOFF_OK);
		if (step.action == BACKOFF_ACTION_DONE)
			break;
		MUST(step.action == BACKOFF_ACTION_WAIT ||
		     step.action == BACKOFF_ACTION_ATTEMPT);
		if (step.action == BACKOFF_ACTION_WAIT)
			MUST(step.wait_until_ns - now <= 20 * S);
		else
			MUST(backoff_call_cancel(call) == BACKOFF_OK);
	}
	MUST(step.stop != BACKOFF_STOP_NONE);
	MUST(answer->stop == step.stop);
}

/* A restored call, saved again, is the same from the second time on. The first
 * time may shorten a saved wait that is longer than the decided delay. */
static void
check_stable(struct machine *m, struct backoff_call *call)
{
	char first[4096], second[4096];
	struct backoff_call *again;
	size_t length = backoff_call_save(call, first, sizeof(first));
	struct backoff_error error = {.path = ""};

	MUST(length > 0 && length < sizeof(first));
	MUST(strlen(first) == length);
	if (backoff_call_restore(m->retry, NULL, first, length, 0, &again,
				 &error) != BACKOFF_OK) {
		fprintf(stderr, "%s\n%s: %s\n", first, error.path, error.text);
		MUST(!"what was saved can be restored");
	}
	MUST(backoff_call_save(again, second, sizeof(second)) == length);
	if (strcmp(first, second) != 0) {
		fprintf(stderr, "%s\n%s\n", first, second);
		MUST(!"and saved again it is the same");
	}
	MUST(strcmp(backoff_call_id(call), backoff_call_id(again)) == 0);
	backoff_call_free(again);
}

int
fuzz_accepts(const uint8_t *data, size_t size)
{
	struct machine m = machine_new();
	struct backoff_call *call = NULL;
	struct backoff_error error = {.status = BACKOFF_OK};
	enum backoff_status forced, plain;

	/* First as it is, then with the hash of this policy. */
	plain = backoff_call_restore(m.retry, NULL, (const char *)data, size, 0,
				     &call, NULL);
	MUST((plain == BACKOFF_OK) == (call != NULL));
	backoff_call_free(call);
	call = NULL;
	forced = backoff_call_restore(m.retry, NULL, (const char *)data, size,
				      1, &call, &error);
	MUST((forced == BACKOFF_OK) == (call != NULL));
	MUST(plain == forced || plain == BACKOFF_E_STATE);
	if (call != NULL) {
		/* Under a policy that allows no further attempt it is over. */
		if (backoff_call_answer(call)->stop == BACKOFF_STOP_NONE)
			check_stable(&m, call);
		check_rest(&m, call);
		backoff_call_free(call);
	} else {
		MUST(error.status == forced);
		MUST(forced == BACKOFF_E_SYNTAX || forced == BACKOFF_E_FIELD ||
		     forced == BACKOFF_E_VALUE || forced == BACKOFF_E_LIMIT);
		MUST(memchr(error.text, '\0', sizeof(error.text)) != NULL &&
		     error.text[0] != '\0');
	}
	machine_free(&m);
	return forced == BACKOFF_OK;
}
