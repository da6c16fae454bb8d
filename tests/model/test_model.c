/* Compares the engine with the model on random policies and random traces. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include <backoff/rng.h>

#include "model/model.h"
#include "unit/policy/policies.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define PICK(rng, list) ((list)[below(rng, COUNT(list))])

/* Keyed random numbers: the seed and the number in the trace reproduce a
 * failure. */
struct rng {
	uint64_t seed, number;
	uint32_t step;
};

static uint64_t
next(struct rng *rng)
{
	return backoff_draw(rng->seed, BACKOFF_PURPOSE_USER, rng->number,
			    rng->step++);
}

static uint32_t
below(struct rng *rng, uint32_t n)
{
	return (uint32_t)(next(rng) >> 32) % n;
}

/* A growing text: a policy, or the events so far. */
struct text {
	char at[8192];
	size_t length;
};

static void __attribute__((format(printf, 2, 3)))
add(struct text *text, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text->at + text->length, sizeof(text->at) - text->length,
		      format, args);
	va_end(args);
	if (n > 0 && text->length + (size_t)n < sizeof(text->at))
		text->length += (size_t)n;
}

static void
add_matchers(struct text *text, struct rng *rng, const char *name)
{
	static const char *const matchers[] = {
		"\"*\"",
		"\"*\"",
		"\"transient\"",
		"\"throttle\"",
		"\"timeout\"",
		"\"fatal\"",
		"\"unknown\"",
		"\"ConnectionError\"",
		"\"TimeoutError\"",
		"\"http:503\"",
		"\"http:5xx\"",
		"\"http:408-429\"",
		"\"sqlstate:08000-08999\"",
		"\"errno:EPIPE\"",
		"{\"message_regex\":\"try (again|later)\"}",
		"{\"message_regex\":\"^over\"}",
		"{\"message_regex\":\"[0-9]+$\"}"};
	uint32_t count = below(rng, 5);

	add(text, ",\"%s\":[", name);
	for (uint32_t i = 0; i < count; i++)
		add(text, "%s%s", i > 0 ? "," : "", PICK(rng, matchers));
	add(text, "]");
}

static void
add_jitter(struct text *text, struct rng *rng, bool flat)
{
	static const char *const jitters[] = {
		"none", "full", "equal", "minus", "proportional", "additive"};
	static const char *const ratios[] = {
		"0", "1", "0.25", "0.5", "0.1", "0.333333333", "0.999999999"};
	static const char *const extras[] = {"0", "\"1ns\"", "0.05", "1", "60"};
	const char *jitter = PICK(rng, jitters);
	bool proportional = strcmp(jitter, "proportional") == 0;
	bool additive = strcmp(jitter, "additive") == 0;

	add(text, ",\"jitter\":{\"kind\":\"%s\"", jitter);
	if (proportional || strcmp(jitter, "minus") == 0)
		add(text, ",\"ratio\":%s", PICK(rng, ratios));
	if (additive)
		add(text, ",\"max\":%s", PICK(rng, extras));
	if (!flat && strcmp(jitter, "none") != 0 && below(rng, 2))
		add(text, ",\"order\":\"jitter_then_cap\"");
	if ((proportional || additive) && below(rng, 2))
		add(text, ",\"bounded\":true");
	add(text, "}");
}

/* A random policy, valid by construction. */
static void
make_policy(struct text *text, struct rng *rng)
{
	static const char *const curves[] = {
		"constant",  "linear",       "exponential", "exponential",
		"fibonacci", "decorrelated", "schedule"};
	static const char *const factors[] = {
		"1", "1.1", "1.5", "2", "2", "3", "1000", "1.000000001"};
	static const char *const bases[] = {"0",    "\"1ns\"", "\"1us\"",
					    "0.1",  "0.5",     "1",
					    "2.75", "60",      "0.333333333"};
	static const uint32_t caps[] = {1, 1, 2, 7, 10, 1000, 1000000};
	static const uint32_t attempts[] = {1, 2, 3, 4, 5, 8, 20, 300};
	uint32_t max_attempts = PICK(rng, attempts);
	const char *curve = PICK(rng, curves), *base = PICK(rng, bases);
	bool schedule = strcmp(curve, "schedule") == 0 && max_attempts > 3;
	bool flat = strcmp(curve, "constant") == 0 || schedule;

	if (!schedule && strcmp(curve, "schedule") == 0)
		curve = "linear";
	add(text, "{\"name\":\"M\",\"max_attempts\":%u,\"backoff\":\"%s\"",
	    max_attempts, curve);
	if (schedule)
		add(text, ",\"schedule\":[%u,\"%ums\",0.%09u]", below(rng, 10),
		    below(rng, 5000), below(rng, 1000000000));
	else
		add(text, ",\"base_delay\":%s", base);
	if (!flat)
		add(text, ",\"max_delay\":%u", 60 * PICK(rng, caps));
	if (strcmp(curve, "exponential") == 0)
		add(text, ",\"exponential_base\":%s", PICK(rng, factors));
	if (strcmp(curve, "decorrelated") != 0)
		add_jitter(text, rng, flat);
	/* Chosen by number, so that the other draws stay as they were. */
	if (rng->number % 5 == 2)
		add(text, ",\"reset_after\":\"%ums\"",
		    1000 + (unsigned)rng->number % 1000);
	if (below(rng, 2))
		add(text, ",\"deadline\":\"%ums\"%s",
		    (rng->number % 5 == 2 ? 2000 : 1) + below(rng, 300000),
		    rng->number % 3 == 0
			    ? ",\"deadline_from\":\"first_failure\""
			    : "");
	else if (below(rng, 2))
		add(text, ",\"attempt_timeout\":[%u%s]", 2 + below(rng, 8),
		    max_attempts > 1 ? ",0.5" : "");
	add_matchers(text, rng, "retry_on");
	if (below(rng, 3) == 0)
		add_matchers(text, rng, "abort_on");
	add(text, "}");
}

static void
make_outcome(struct backoff_outcome *outcome, struct rng *rng)
{
	static const char *const types[] = {NULL, "ConnectionError",
					    "TimeoutError", "OSError"};
	static const char *const codes[] = {
		NULL,       "http:503",    "http:500",       "http:429",
		"http:404", "errno:EPIPE", "sqlstate:08006", "http:"};
	static const char *const errors[] = {
		NULL,    "", "Try later, 42", "OVER quota", "please try again",
		"code 7"};
	uint32_t kind = below(rng, 20);

	*outcome = (struct backoff_outcome){
		.kind = kind == 0   ? BACKOFF_OUTCOME_SUCCESS
			: kind == 1 ? BACKOFF_OUTCOME_CANCELLED
			: kind < 6  ? BACKOFF_OUTCOME_TIMEOUT
				    : BACKOFF_OUTCOME_FAILURE,
		.failure_class = (enum backoff_class)below(rng, 8),
		.error_type = PICK(rng, types),
		.code = PICK(rng, codes),
		.error = PICK(rng, errors)};
}

static uint64_t
make_draw(struct rng *rng)
{
	uint32_t kind = below(rng, 10);

	return kind == 0 ? 0 : kind == 1 ? UINT64_MAX : next(rng);
}

struct pair {
	struct backoff_policy *policy;
	struct model_policy model;
	struct text text, trace;
	struct rng rng;
	unsigned decisions;
};

#define AGREE(condition)                                                       \
	cr_assert(condition, "seed %llu policy %llu: %s\n%s\n%s",              \
		  (unsigned long long)pair->rng.seed,                          \
		  (unsigned long long)pair->rng.number, #condition,            \
		  pair->text.at, pair->trace.at)

/* Tolerance of a delay in nanoseconds: three for the engine's integers (the
 * curve is rounded and jitter may double that; the random part and the draw are
 * truncated); its ratios have 32 fractional bits; and its exponential is a
 * product of doubles, with an error of 2^-53 in each of at most 60 steps. */
static long double
tolerance(const struct model_policy *p, long double high)
{
	bool exact = !p->bounded && (p->ratio * 4 == floorl(p->ratio * 4));

	return 3 + (exact ? 0 : (high + p->extra) * 0x1p-30L) + high * 0x1p-47L;
}

static bool
near(uint64_t have, long double want, long double within)
{
	/* The engine saturates. */
	if (want >= 0x1p64L)
		return have >= UINT64_MAX / 2;
	return fabsl((long double)have - want) <= within;
}

static bool
same_timeout(uint64_t have, long double want, long double within)
{
	return isinf(want) ? have == BACKOFF_FOREVER : near(have, want, within);
}

/* Whether the rounding of a nanosecond decides, so that both may be right. */
static bool
is_close_call(const struct pair *pair, const struct model_call *call,
	      const struct backoff_decision *have,
	      const struct model_decision *want, long double now)
{
	long double end = now + (want->action == BACKOFF_ACTION_WAIT
					 ? want->delay
					 : (long double)have->delay_ns);

	return want->action != have->action &&
	       fabsl(end - call->deadline) <=
		       tolerance(&pair->model, want->delay) + 2;
}

/* Make one attempt; false when the call is over. */
static bool
step(struct pair *pair, struct backoff_state *state, struct model_call *call,
     uint64_t *now_ns)
{
	struct backoff_outcome outcome;
	struct backoff_decision have;
	struct model_decision want;
	uint64_t draw = make_draw(&pair->rng);
	long double within;

	make_outcome(&outcome, &pair->rng);
	/* Sometimes the clock runs backwards. */
	*now_ns += below(&pair->rng, 30) == 0
			   ? -(*now_ns / 2)
			   : next(&pair->rng) % UINT64_C(2000000000);
	add(&pair->trace, "at %llu draw %llu kind %d class %d %s %s %s\n",
	    (unsigned long long)*now_ns, (unsigned long long)draw,
	    (int)outcome.kind, (int)outcome.failure_class, outcome.error_type,
	    outcome.code, outcome.error);
	model_decide(call, &outcome, *now_ns, (long double)draw * 0x1p-64L,
		     &want);
	backoff_engine_decide(pair->policy, state, &outcome, *now_ns, draw,
			      &have);
	add(&pair->trace, "  engine %s %llu, model %s %.1Lf\n",
	    backoff_stop_name(have.stop), (unsigned long long)have.delay_ns,
	    want.stop, want.delay);
	pair->decisions++;
	if (is_close_call(pair, call, &have, &want,
			  fmaxl(*now_ns, call->start)))
		return false;
	AGREE(have.action == want.action);
	AGREE(strcmp(backoff_stop_name(have.stop), want.stop) == 0);
	AGREE(have.attempt == want.attempt);
	AGREE(state->finished == call->failed);
	if (have.action == BACKOFF_ACTION_DONE)
		return false;
	within = tolerance(&pair->model, fminl(want.high, 1e18L));
	AGREE(near(have.delay_ns, want.delay, within));
	if (want.high < 1e18L) {
		AGREE(near(have.law.high_ns,
			   pair->model.bounded
				   ? fminl(want.high, pair->model.cap)
				   : want.high,
			   within));
		AGREE(near(have.law.low_ns, want.low, within));
	}
	AGREE(have.not_before_ns ==
	      (*now_ns > state->start_ns ? *now_ns : state->start_ns) +
		      have.delay_ns);
	AGREE(same_timeout(have.attempt_timeout_ns, want.timeout, within));
	AGREE(near(state->backoff_ns, call->backoff, within + 2));
	/* Both continue from the delay that the engine chose. */
	call->previous = have.delay_ns;
	call->backoff = state->backoff_ns;
	*now_ns = have.not_before_ns +
		  (below(&pair->rng, 8) == 0
			   ? next(&pair->rng) % UINT64_C(200000000000)
			   : 0);
	model_resume(call, *now_ns, &want);
	backoff_engine_resume(pair->policy, state, *now_ns, &have);
	AGREE(have.action == want.action);
	AGREE(have.attempt == want.attempt);
	AGREE(strcmp(backoff_stop_name(have.stop), want.stop) == 0);
	if (have.action == BACKOFF_ACTION_ATTEMPT)
		AGREE(same_timeout(have.attempt_timeout_ns, want.timeout, 0));
	return have.action == BACKOFF_ACTION_ATTEMPT;
}

static void
run_call(struct pair *pair)
{
	struct backoff_decision have;
	struct model_decision want;
	struct backoff_state state;
	struct model_call call;
	uint64_t now_ns = next(&pair->rng) >> 20, deadline_ns = BACKOFF_FOREVER;

	pair->trace.length = 0;
	if (below(&pair->rng, 4) == 0)
		deadline_ns = now_ns + next(&pair->rng) % UINT64_C(50000000000);
	add(&pair->trace, "begin at %llu, deadline %llu\n",
	    (unsigned long long)now_ns, (unsigned long long)deadline_ns);
	model_begin(&call, &pair->model, now_ns,
		    deadline_ns == BACKOFF_FOREVER ? INFINITY
						   : (long double)deadline_ns,
		    &want);
	backoff_engine_begin(pair->policy, &state, now_ns, deadline_ns, &have);
	AGREE(have.action == want.action);
	while (have.action == BACKOFF_ACTION_ATTEMPT &&
	       step(pair, &state, &call, &now_ns))
		;
}

Test(model_model, the_engine_decides_what_the_model_decides)
{
	static struct pair pair;
	unsigned decisions = 0;

	for (uint64_t number = 0; number < 3000; number++) {
		char *canonical;

		memset(&pair, 0, sizeof(pair));
		pair.rng = (struct rng){.seed = 4711, .number = number};
		make_policy(&pair.text, &pair.rng);
		pair.policy = policy_of(pair.text.at);
		canonical = canonical_of(pair.policy);
		model_read(&pair.model, canonical);
		free(canonical);
		for (int i = 0; i < 30; i++)
			run_call(&pair);
		backoff_policy_unref(pair.policy);
		decisions += pair.decisions;
	}
	cr_expect(decisions > 100000, "%u decisions", decisions);
}
