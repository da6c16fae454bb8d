/* Tests of src/engine/engine: hints, rules of classes, idempotency. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>

#include <backoff/engine.h>
#include <backoff/rng.h>

#include "unit/policy/policies.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define S UINT64_C(1000000000)
#define HALF (UINT64_C(1) << 63)

static struct backoff_policy *
policy_with(const char *fields)
{
	char text[512];

	snprintf(text, sizeof(text), "{\"name\":\"R\"%s%s}",
		 fields[0] != '\0' ? "," : "", fields);
	return policy_of(text);
}

static struct backoff_outcome
failure_with(enum backoff_hint_kind kind, uint64_t hint_ns)
{
	return (struct backoff_outcome){
		.kind = BACKOFF_OUTCOME_FAILURE,
		.hint = {.kind = kind, .delay_ns = hint_ns}};
}

#define HONOURED BACKOFF_HINT_ACTION_HONOURED
#define CLAMPED BACKOFF_HINT_ACTION_CLAMPED
#define IGNORED BACKOFF_HINT_ACTION_IGNORED
#define GAVE_UP BACKOFF_HINT_ACTION_GAVE_UP
/* Computed delays of 2, 4, 8 s up to 30, without jitter. */
#define OWN                                                                    \
	"\"max_attempts\":9,\"base_delay\":2,\"max_delay\":30,"                \
	"\"jitter\":\"none\",\"server_hint\":{"

static const struct {
	const char *why, *fields;
	uint64_t hint_ns, draw, deadline_ns;
	enum backoff_stop stop;
	enum backoff_hint_action did;
	uint64_t delay_ns;
} hint_row[] = {
	{"a longer hint is waited", OWN "}", 5 * S, 0, 0, BACKOFF_STOP_NONE,
	 HONOURED, 5 * S},
	{"an equal one too", OWN "}", 2 * S, 0, 0, BACKOFF_STOP_NONE, HONOURED,
	 2 * S},
	{"the computed delay is longer", OWN "}", S, 0, 0, BACKOFF_STOP_NONE,
	 IGNORED, 2 * S},
	{"0 is a hint, and the computed delay is longer", OWN "}", 0, 0, 0,
	 BACKOFF_STOP_NONE, IGNORED, 2 * S},
	{"0 replaces", OWN "\"combine\":\"replace\"}", 0, HALF, 0,
	 BACKOFF_STOP_NONE, HONOURED, 0},
	{"a shorter one replaces", OWN "\"combine\":\"replace\"}", S, 0, 0,
	 BACKOFF_STOP_NONE, HONOURED, S},
	{"a longer one replaces", OWN "\"combine\":\"replace\"}", 9 * S, 0, 0,
	 BACKOFF_STOP_NONE, HONOURED, 9 * S},
	{"as long as allowed", OWN "}", 60 * S, 0, 0, BACKOFF_STOP_NONE,
	 HONOURED, 60 * S},
	{"longer ends the call", OWN "}", 60 * S + 1, 0, 0,
	 BACKOFF_STOP_HINT_TOO_LONG, GAVE_UP, 0},
	{"the longest there is", OWN "}", UINT64_MAX, 0, 0,
	 BACKOFF_STOP_HINT_TOO_LONG, GAVE_UP, 0},
	{"a limit of 3 s", OWN "\"max\":3}", 3 * S + 1, 0, 0,
	 BACKOFF_STOP_HINT_TOO_LONG, GAVE_UP, 0},
	{"clamp", OWN "\"max\":3,\"too_long\":\"clamp\"}", 100 * S, 0, 0,
	 BACKOFF_STOP_NONE, CLAMPED, 3 * S},
	{"clamped below the computed delay",
	 OWN "\"max\":1,\"too_long\":\"clamp\"}", 100 * S, 0, 0,
	 BACKOFF_STOP_NONE, IGNORED, 2 * S},
	{"clamped, in its place",
	 OWN "\"max\":1,\"too_long\":\"clamp\","
	     "\"combine\":\"replace\"}",
	 100 * S, 0, 0, BACKOFF_STOP_NONE, CLAMPED, S},
	{"ignore", OWN "\"max\":3,\"too_long\":\"ignore\"}", 100 * S, 0, 0,
	 BACKOFF_STOP_NONE, IGNORED, 2 * S},
	{"ignore applies to long ones alone",
	 OWN "\"max\":3,\"too_long\":\"ignore\"}", 3 * S, 0, 0,
	 BACKOFF_STOP_NONE, HONOURED, 3 * S},
	{"max 0 takes no wait but 0", OWN "\"max\":0,\"combine\":\"replace\"}",
	 0, 0, 0, BACKOFF_STOP_NONE, HONOURED, 0},
	{"max 0 and any wait", OWN "\"max\":0}", 1, 0, 0,
	 BACKOFF_STOP_HINT_TOO_LONG, GAVE_UP, 0},
	{"not used", OWN "\"use\":false}", 100 * S, 0, 0, BACKOFF_STOP_NONE,
	 IGNORED, 2 * S},
	{"jitter adds nothing at the low end", OWN "\"jitter\":0.5}", 10 * S, 0,
	 0, BACKOFF_STOP_NONE, HONOURED, 10 * S},
	{"jitter adds half of it half-way", OWN "\"jitter\":0.5}", 10 * S, HALF,
	 0, BACKOFF_STOP_NONE, HONOURED, 12 * S + S / 2},
	{"jitter stays below its end", OWN "\"jitter\":0.5}", 10 * S,
	 UINT64_MAX, 0, BACKOFF_STOP_NONE, HONOURED, 15 * S - 1},
	{"jitter goes on top of the limit",
	 OWN "\"max\":10,\"too_long\":\"clamp\",\"jitter\":1}", 99 * S,
	 UINT64_MAX, 0, BACKOFF_STOP_NONE, CLAMPED, 20 * S - 1},
	{"jitter of nothing", OWN "\"jitter\":1,\"combine\":\"replace\"}", 0,
	 UINT64_MAX, 0, BACKOFF_STOP_NONE, HONOURED, 0},
	{"never into the deadline", OWN "}", 10 * S, 0, 10 * S,
	 BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE, HONOURED, 0},
	{"just before the deadline", OWN "}", 10 * S - 1, 0, 10 * S,
	 BACKOFF_STOP_NONE, HONOURED, 10 * S - 1},
	{"too long comes before the deadline", OWN "}", 61 * S, 0, 10 * S,
	 BACKOFF_STOP_HINT_TOO_LONG, GAVE_UP, 0},
	{"a short hint spares the deadline", OWN "\"combine\":\"replace\"}", 0,
	 0, S, BACKOFF_STOP_NONE, HONOURED, 0},
	{"ignored, and the computed delay reaches the deadline",
	 OWN "\"max\":0,\"too_long\":\"ignore\"}", 5 * S, 0, S,
	 BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE, IGNORED, 0},
	{"there is no attempt left", "\"max_attempts\":1", 5 * S, 0, 0,
	 BACKOFF_STOP_MAX_ATTEMPTS, IGNORED, 0},
	{"the failure is not retried",
	 "\"max_attempts\":9,\"retry_on\":[\"throttle\"]", 5 * S, 0, 0,
	 BACKOFF_STOP_NON_RETRYABLE, IGNORED, 0},
};

Test(engine_rules, a_hint_does_what_the_policy_says)
{

	for (size_t i = 0; i < COUNT(hint_row); i++) {
		struct backoff_policy *policy = policy_with(hint_row[i].fields);
		struct backoff_outcome outcome =
			failure_with(BACKOFF_HINT_DELAY, hint_row[i].hint_ns);
		struct backoff_decision d;
		struct backoff_state state;

		backoff_engine_begin(policy, &state, 0,
				     hint_row[i].deadline_ns
					     ? hint_row[i].deadline_ns
					     : BACKOFF_FOREVER,
				     &d);
		backoff_engine_decide(policy, &state, &outcome, 0,
				      hint_row[i].draw, &d);
		cr_expect(d.stop == hint_row[i].stop, "%s: %s", hint_row[i].why,
			  backoff_stop_name(d.stop));
		cr_expect(d.hint_action == hint_row[i].did, "%s: action %d",
			  hint_row[i].why, (int)d.hint_action);
		cr_expect(d.delay_ns == hint_row[i].delay_ns, "%s: %llu ns",
			  hint_row[i].why, (unsigned long long)d.delay_ns);
		cr_expect(d.stop != BACKOFF_STOP_NONE ||
				  (d.law.low_ns <= d.delay_ns &&
				   d.delay_ns <= d.law.high_ns),
			  "%s: the law has the delay", hint_row[i].why);
		backoff_policy_unref(policy);
	}
}

/* A server's "not before" holds for any draw, up to the limit. */
Test(engine_rules, jitter_only_adds_to_a_hint)
{
	struct backoff_policy *policy = policy_with(
		"\"max_attempts\":2,\"base_delay\":1,\"jitter\":\"full\","
		"\"server_hint\":{\"jitter\":0.3}");

	for (uint32_t i = 0; i < 20000; i++) {
		uint64_t hint_ns = backoff_draw(1, 1, i, 1) % (60 * S);
		struct backoff_outcome outcome =
			failure_with(BACKOFF_HINT_DELAY, hint_ns);
		struct backoff_decision d;
		struct backoff_state state;

		backoff_engine_begin(policy, &state, 0, BACKOFF_FOREVER, &d);
		backoff_engine_decide(policy, &state, &outcome, 0,
				      backoff_draw(1, 2, i, 1), &d);
		cr_assert(d.delay_ns >= hint_ns);
		cr_assert(d.delay_ns <= hint_ns + hint_ns / 10 * 3 + S);
	}
	backoff_policy_unref(policy);
}

/* The delays, in seconds, of a call that fails with these hints (-1: none). */
static void
expect_delays(const char *why, const char *fields, const int64_t *hint,
	      const double *want, unsigned count, uint64_t draw)
{
	struct backoff_policy *policy = policy_with(fields);
	struct backoff_decision d;
	struct backoff_state state;

	backoff_engine_begin(policy, &state, 0, BACKOFF_FOREVER, &d);
	for (unsigned i = 0; i < count; i++) {
		struct backoff_outcome outcome =
			hint[i] < 0 ? failure_with(BACKOFF_HINT_NONE, 0)
				    : failure_with(BACKOFF_HINT_DELAY,
						   (uint64_t)hint[i] * S);

		backoff_engine_decide(policy, &state, &outcome, 0, draw, &d);
		cr_expect(d.action == BACKOFF_ACTION_WAIT, "%s", why);
		cr_expect(d.delay_ns == (uint64_t)(want[i] * 1e9 + 0.5),
			  "%s: delay %u is %llu ns", why, i + 1,
			  (unsigned long long)d.delay_ns);
	}
	backoff_policy_unref(policy);
}

Test(engine_rules, computed_delays_go_on_despite_hints)
{
	static const int64_t hint[] = {-1, -1, 50, -1, -1};
	static const int64_t zero[] = {-1, -1, 0, -1, -1};

	expect_delays("the curve goes on",
		      "\"max_attempts\":9,\"jitter\":\"none\"", hint,
		      (const double[]){1, 2, 50, 8, 16}, 5, 0);
	expect_delays("restart",
		      "\"max_attempts\":9,\"jitter\":\"none\","
		      "\"server_hint\":{\"restart\":true}",
		      hint, (const double[]){1, 2, 50, 1, 2}, 5, 0);
	expect_delays("a hint of 0 restarts if it is followed",
		      "\"max_attempts\":9,\"jitter\":\"none\","
		      "\"server_hint\":{\"restart\":true,"
		      "\"combine\":\"replace\"}",
		      zero, (const double[]){1, 2, 0, 1, 2}, 5, 0);
	expect_delays("an ignored hint does not",
		      "\"max_attempts\":9,\"jitter\":\"none\","
		      "\"server_hint\":{\"restart\":true}",
		      zero, (const double[]){1, 2, 4, 8, 16}, 5, 0);
	expect_delays("a schedule goes on",
		      "\"max_attempts\":6,\"jitter\":\"none\",\"backoff\":"
		      "\"schedule\",\"schedule\":[1,2,3,4,5]",
		      hint, (const double[]){1, 2, 50, 4, 5}, 5, 0);
	expect_delays("a schedule restarts",
		      "\"max_attempts\":6,\"jitter\":\"none\",\"backoff\":"
		      "\"schedule\",\"schedule\":[1,2,3,4,5],"
		      "\"server_hint\":{\"restart\":true}",
		      hint, (const double[]){1, 2, 50, 1, 2}, 5, 0);
}

/* Draws of one half: 2, 3.5, 5.75, 9.125, 14.1875. */
Test(engine_rules, decorrelated_delays_ignore_hints)
{
	static const int64_t hint[] = {-1, -1, 50, -1, -1};
	static const int64_t zero[] = {-1, -1, 0, -1, -1};
	static const char fields[] =
		"\"max_attempts\":9,\"backoff\":\"decorrelated\","
		"\"max_delay\":60,\"server_hint\":{\"combine\":\"replace\"}";

	expect_delays("a long hint does not lengthen them", fields, hint,
		      (const double[]){2, 3.5, 50, 9.125, 14.1875}, 5, HALF);
	expect_delays("a hint of 0 does not reset them", fields, zero,
		      (const double[]){2, 3.5, 0, 9.125, 14.1875}, 5, HALF);
	expect_delays("restart does",
		      "\"max_attempts\":9,\"backoff\":\"decorrelated\","
		      "\"max_delay\":60,\"server_hint\":{\"restart\":true}",
		      hint, (const double[]){2, 3.5, 50, 2, 3.5}, 5, HALF);
}

Test(engine_rules, forbidding_ends_the_call_if_hints_are_used)
{
	static const struct {
		const char *why, *fields;
		enum backoff_outcome_kind kind;
		enum backoff_class class;
		enum backoff_stop want;
	} row[] = {
		{"a failure", "\"max_attempts\":3", BACKOFF_OUTCOME_FAILURE,
		 BACKOFF_CLASS_THROTTLE, BACKOFF_STOP_SERVER_FORBADE},
		{"a success is one", "\"max_attempts\":3",
		 BACKOFF_OUTCOME_SUCCESS, 0, BACKOFF_STOP_SUCCESS},
		{"cancelled is cancelled", "\"max_attempts\":3",
		 BACKOFF_OUTCOME_CANCELLED, 0, BACKOFF_STOP_CANCELLED},
		{"before the class is asked", "\"max_attempts\":3",
		 BACKOFF_OUTCOME_FAILURE, BACKOFF_CLASS_FATAL,
		 BACKOFF_STOP_SERVER_FORBADE},
		{"before the count", "\"max_attempts\":1",
		 BACKOFF_OUTCOME_FAILURE, 0, BACKOFF_STOP_SERVER_FORBADE},
		{"not used",
		 "\"max_attempts\":3,\"server_hint\":{\"use\":false}",
		 BACKOFF_OUTCOME_FAILURE, 0, BACKOFF_STOP_NONE},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_policy *policy = policy_with(row[i].fields);
		struct backoff_outcome outcome =
			failure_with(BACKOFF_HINT_FORBID, 0);
		struct backoff_decision d;
		struct backoff_state state;

		outcome.kind = row[i].kind;
		outcome.failure_class = row[i].class;
		backoff_engine_begin(policy, &state, 0, BACKOFF_FOREVER, &d);
		backoff_engine_decide(policy, &state, &outcome, 0, 0, &d);
		cr_expect(d.stop == row[i].want, "%s: %s", row[i].why,
			  backoff_stop_name(d.stop));
		backoff_policy_unref(policy);
	}
}

/* Failures (T throttle, X transient, S server, U unknown), the delays in
 * seconds after them, and the failure that ends the call. */
struct class_row {
	const char *why, *fields, *classes;
	double delay[12];
	unsigned ends_at;
	enum backoff_stop stop;
};

static enum backoff_class
class_of(char letter)
{
	return letter == 'T'   ? BACKOFF_CLASS_THROTTLE
	       : letter == 'X' ? BACKOFF_CLASS_TRANSIENT
	       : letter == 'S' ? BACKOFF_CLASS_SERVER
	       : letter == 'O' ? BACKOFF_CLASS_TIMEOUT
	       : letter == '?' ? (enum backoff_class)99
			       : BACKOFF_CLASS_UNKNOWN;
}

static void
check_class_row(const struct class_row *row)
{
	struct backoff_policy *policy = policy_with(row->fields);
	struct backoff_decision d;
	struct backoff_state state;
	unsigned failed = 0;

	backoff_engine_begin(policy, &state, 0, BACKOFF_FOREVER, &d);
	for (const char *c = row->classes; *c != '\0'; c++) {
		struct backoff_outcome outcome = {
			.kind = BACKOFF_OUTCOME_FAILURE,
			.failure_class = class_of(*c)};

		backoff_engine_decide(policy, &state, &outcome, 0, HALF, &d);
		failed++;
		if (d.action == BACKOFF_ACTION_DONE)
			break;
		cr_expect(
			d.delay_ns ==
				(uint64_t)(row->delay[failed - 1] * 1e9 + 0.5),
			"%s: delay %u is %llu ns", row->why, failed,
			(unsigned long long)d.delay_ns);
	}
	cr_expect(d.stop == row->stop, "%s: %s", row->why,
		  backoff_stop_name(d.stop));
	cr_expect(row->ends_at == 0 || failed == row->ends_at,
		  "%s: ended at %u", row->why, failed);
	backoff_policy_unref(policy);
}

#define PLAIN "\"max_attempts\":4,\"jitter\":\"none\","

static const struct class_row class_rows[] = {
	{"a class with a base",
	 PLAIN "\"base_delay\":0.1,\"on\":"
	       "{\"throttle\":{\"base_delay\":1}}",
	 "TXT",
	 {1, 0.2, 4},
	 0,
	 BACKOFF_STOP_NONE},
	{"a class with a cap",
	 "\"max_attempts\":9,\"jitter\":\"none\",\"base_delay\":1,"
	 "\"max_delay\":4,\"on\":{\"throttle\":{\"max_delay\":20}}",
	 "XXXTTX",
	 {1, 2, 4, 8, 16, 4},
	 0,
	 BACKOFF_STOP_NONE},
	{"a lower cap",
	 PLAIN "\"on\":{\"throttle\":{\"max_delay\":1}}",
	 "TTX",
	 {1, 1, 4},
	 0,
	 BACKOFF_STOP_NONE},
	{"with a base of 0",
	 PLAIN "\"base_delay\":0,\"on\":{\"throttle\":"
	       "{\"base_delay\":1}}",
	 "XTX",
	 {0, 2, 0},
	 0,
	 BACKOFF_STOP_NONE},
	{"a base of 0 with another",
	 PLAIN "\"on\":{\"throttle\":{\"base_delay\":0}}",
	 "TXT",
	 {0, 2, 0},
	 0,
	 BACKOFF_STOP_NONE},
	{"other classes are as the policy",
	 PLAIN "\"on\":{\"throttle\":{\"base_delay\":9}}",
	 "XSU",
	 {1, 2, 4},
	 0,
	 BACKOFF_STOP_NONE},
	{"a class that no version knows",
	 PLAIN "\"on\":{\"throttle\":{\"base_delay\":9}}",
	 "???",
	 {1, 2, 4},
	 0,
	 BACKOFF_STOP_NONE},
	{"constant",
	 PLAIN "\"backoff\":\"constant\",\"base_delay\":1,"
	       "\"on\":{\"throttle\":{\"base_delay\":7}}",
	 "XTX",
	 {1, 7, 1},
	 0,
	 BACKOFF_STOP_NONE},
	{"linear",
	 PLAIN "\"backoff\":\"linear\",\"base_delay\":1,"
	       "\"on\":{\"throttle\":{\"base_delay\":5}}",
	 "XTX",
	 {1, 10, 3},
	 0,
	 BACKOFF_STOP_NONE},
	{"fibonacci",
	 PLAIN "\"backoff\":\"fibonacci\",\"base_delay\":1,"
	       "\"on\":{\"throttle\":{\"base_delay\":5}}",
	 "XXT",
	 {1, 1, 10},
	 0,
	 BACKOFF_STOP_NONE},
	{"decorrelated: at least its own base",
	 "\"max_attempts\":9,\"backoff\":\"decorrelated\","
	 "\"base_delay\":1,\"max_delay\":60,"
	 "\"on\":{\"throttle\":{\"base_delay\":10}}",
	 "XTX",
	 {2, 10, 15.5},
	 0,
	 BACKOFF_STOP_NONE},
	{"a schedule has no other delays, but counts",
	 "\"max_attempts\":3,\"jitter\":\"none\",\"backoff\":"
	 "\"schedule\",\"schedule\":[1,2],\"on\":{\"throttle\":"
	 "{\"consume_attempt\":false,\"limit\":2}}",
	 "TTXXX",
	 {1, 2, 2, 2},
	 5,
	 BACKOFF_STOP_MAX_ATTEMPTS},
	{"all count",
	 PLAIN "\"on\":{\"throttle\":{\"base_delay\":1}}",
	 "TTTT",
	 {1, 2, 4},
	 4,
	 BACKOFF_STOP_MAX_ATTEMPTS},
	{"some do not count",
	 PLAIN "\"base_delay\":1,\"max_delay\":1,\"on\":{\"throttle\":"
	       "{\"consume_attempt\":false,\"limit\":3}}",
	 "XTXTXTX",
	 {1, 1, 1, 1, 1, 1},
	 7,
	 BACKOFF_STOP_MAX_ATTEMPTS},
	{"up to a limit",
	 PLAIN "\"base_delay\":1,\"max_delay\":1,\"on\":{\"throttle\":"
	       "{\"consume_attempt\":false,\"limit\":3}}",
	 "TTTTTTTT",
	 {1, 1, 1, 1, 1, 1},
	 7,
	 BACKOFF_STOP_MAX_ATTEMPTS},
	{"10 by default",
	 "\"max_attempts\":1,\"base_delay\":0,\"max_delay\":0,\"on\":"
	 "{\"throttle\":{\"consume_attempt\":false}}",
	 "TTTTTTTTTTT",
	 {0},
	 11,
	 BACKOFF_STOP_MAX_ATTEMPTS},
	{"each class its a limit of 3 s",
	 "\"max_attempts\":1,\"base_delay\":0,\"max_delay\":0,\"on\":"
	 "{\"throttle\":{\"consume_attempt\":false,\"limit\":1},"
	 "\"timeout\":{\"consume_attempt\":false,\"limit\":2}}",
	 "OTOX",
	 {0},
	 4,
	 BACKOFF_STOP_MAX_ATTEMPTS},
	{"the only attempt, failed as another class",
	 "\"max_attempts\":1,\"on\":{\"throttle\":"
	 "{\"consume_attempt\":false}}",
	 "X",
	 {0},
	 1,
	 BACKOFF_STOP_MAX_ATTEMPTS},
};

Test(engine_rules, a_class_may_have_delays_and_a_count)
{

	for (size_t i = 0; i < COUNT(class_rows); i++)
		check_class_row(&class_rows[i]);
}

Test(engine_rules, a_hint_is_weighed_against_the_delay_of_the_class)
{
	struct backoff_policy *policy =
		policy_with(PLAIN "\"on\":{\"throttle\":{\"base_delay\":20}}");
	struct backoff_outcome outcome =
		failure_with(BACKOFF_HINT_DELAY, 5 * S);
	struct backoff_decision d;
	struct backoff_state state;

	outcome.failure_class = BACKOFF_CLASS_THROTTLE;
	backoff_engine_begin(policy, &state, 0, BACKOFF_FOREVER, &d);
	backoff_engine_decide(policy, &state, &outcome, 0, 0, &d);
	cr_expect(d.delay_ns == 20 * S && d.hint_action == IGNORED);
	backoff_policy_unref(policy);
}

/* All eight combinations, under both policies. */
Test(engine_rules, what_must_not_happen_twice_is_not_repeated)
{
	static const struct {
		int only, idempotent, not_sent, not_replayable;
		enum backoff_stop want;
	} row[] = {
		{0, 0, 0, 0, BACKOFF_STOP_NONE},
		{0, 1, 0, 0, BACKOFF_STOP_NONE},
		{0, 0, 1, 0, BACKOFF_STOP_NONE},
		{0, 1, 1, 0, BACKOFF_STOP_NONE},
		{1, 0, 0, 0, BACKOFF_STOP_NOT_IDEMPOTENT},
		{1, 1, 0, 0, BACKOFF_STOP_NONE},
		{1, 0, 1, 0, BACKOFF_STOP_NONE},
		{1, 1, 1, 0, BACKOFF_STOP_NONE},
		{0, 0, 0, 1, BACKOFF_STOP_NOT_REPLAYABLE},
		{0, 1, 0, 1, BACKOFF_STOP_NOT_REPLAYABLE},
		{0, 0, 1, 1, BACKOFF_STOP_NOT_REPLAYABLE},
		{0, 1, 1, 1, BACKOFF_STOP_NOT_REPLAYABLE},
		{1, 0, 0, 1, BACKOFF_STOP_NOT_REPLAYABLE},
		{1, 1, 0, 1, BACKOFF_STOP_NOT_REPLAYABLE},
		{1, 0, 1, 1, BACKOFF_STOP_NOT_REPLAYABLE},
		{1, 1, 1, 1, BACKOFF_STOP_NOT_REPLAYABLE},
	};
	struct backoff_policy *policy[2] = {
		policy_with("\"max_attempts\":2"),
		policy_with("\"max_attempts\":2,\"idempotent_only\":true")};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_outcome outcome = {
			.kind = BACKOFF_OUTCOME_FAILURE,
			.not_sent = row[i].not_sent,
			.not_replayable = row[i].not_replayable};
		struct backoff_policy *p = policy[row[i].only];
		struct backoff_decision d;
		struct backoff_state state;

		backoff_engine_begin(p, &state, 0, BACKOFF_FOREVER, &d);
		cr_expect(state.idempotent == 1, "unless the caller says not");
		state.idempotent = (uint32_t)row[i].idempotent;
		backoff_engine_decide(p, &state, &outcome, 0, 0, &d);
		cr_expect(d.stop == row[i].want, "row %zu: %s", i,
			  backoff_stop_name(d.stop));
	}
	backoff_policy_unref(policy[0]);
	backoff_policy_unref(policy[1]);
}

/* Functions that fill an outcome keep nothing of its old contents. */
Test(engine_rules, a_filled_outcome_has_no_old_hint)
{
	struct backoff_outcome outcome;

	memset(&outcome, 0xff, sizeof(outcome));
	backoff_outcome_set(&outcome, BACKOFF_OUTCOME_FAILURE,
			    BACKOFF_CLASS_SERVER, NULL, NULL, NULL);
	cr_expect(outcome.hint.kind == BACKOFF_HINT_NONE);
	cr_expect(!outcome.not_sent && !outcome.not_replayable);
	memset(&outcome, 0xff, sizeof(outcome));
	backoff_outcome_from_http(&outcome, 503);
	cr_expect(outcome.hint.kind == BACKOFF_HINT_NONE);
	memset(&outcome, 0xff, sizeof(outcome));
	backoff_outcome_from_errno(&outcome, 0);
	cr_expect(outcome.hint.kind == BACKOFF_HINT_NONE);
}

/* Rows: the time that each attempt runs before it fails, and the delay after
 * it.
 */
Test(engine_rules, a_healthy_time_resets_the_call)
{
	static const struct {
		const char *why, *fields;
		uint64_t runs_s[6], delay_s[6];
		enum backoff_stop stop;
	} row[] = {
		{"never long enough",
		 "\"max_attempts\":4,\"jitter\":\"none\",\"reset_after\":60",
		 {59, 59, 59, 59},
		 {1, 2, 4},
		 BACKOFF_STOP_MAX_ATTEMPTS},
		{"the curve and the count",
		 "\"max_attempts\":3,\"jitter\":\"none\",\"reset_after\":60",
		 {0, 0, 60, 0, 0},
		 {1, 2, 1, 2},
		 BACKOFF_STOP_MAX_ATTEMPTS},
		{"the last attempt too, and twice in a row",
		 "\"max_attempts\":2,\"jitter\":\"none\",\"reset_after\":60",
		 {0, 60, 61, 1},
		 {1, 1, 1},
		 BACKOFF_STOP_MAX_ATTEMPTS},
		{"with one attempt there is nothing to reset",
		 "\"max_attempts\":1,\"reset_after\":60",
		 {99},
		 {0},
		 BACKOFF_STOP_MAX_ATTEMPTS},
		{"the memory of decorrelated delays",
		 "\"max_attempts\":9,\"backoff\":\"decorrelated\","
		 "\"max_delay\":40,\"reset_after\":60,\"deadline\":150",
		 {0, 0, 60, 0, 90},
		 {2, 3, 2, 3},
		 BACKOFF_STOP_DEADLINE},
		{"what a class does not count",
		 "\"max_attempts\":2,\"jitter\":\"none\",\"reset_after\":60,"
		 "\"on\":{\"transient\":{\"consume_attempt\":false,"
		 "\"limit\":1}}",
		 {0, 0, 60, 0, 0},
		 {1, 2, 1, 2},
		 BACKOFF_STOP_MAX_ATTEMPTS},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_policy *policy = policy_with(row[i].fields);
		const struct backoff_outcome failure = {
			.kind = BACKOFF_OUTCOME_FAILURE,
			.failure_class = BACKOFF_CLASS_TRANSIENT};
		struct backoff_decision d;
		struct backoff_state state;
		uint64_t now_ns = 100 * S;

		backoff_engine_begin(policy, &state, now_ns, BACKOFF_FOREVER,
				     &d);
		for (int k = 0; k < 6; k++) {
			now_ns += row[i].runs_s[k] * S;
			backoff_engine_decide(policy, &state, &failure, now_ns,
					      HALF, &d);
			if (row[i].delay_s[k] == 0)
				break;
			cr_expect(d.action == BACKOFF_ACTION_WAIT, "%s: %d",
				  row[i].why, k + 1);
			cr_expect(d.delay_ns / S == row[i].delay_s[k],
				  "%s: delay %d: %llu", row[i].why, k + 1,
				  (unsigned long long)d.delay_ns);
			/* Every second attempt begins with a resume. */
			now_ns = d.not_before_ns;
			if (k % 2 == 0)
				backoff_engine_resume(policy, &state, now_ns,
						      &d);
		}
		cr_expect(d.stop == row[i].stop, "%s: %s", row[i].why,
			  backoff_stop_name(d.stop));
		backoff_policy_unref(policy);
	}
}

/* Rows: the number of the inbound attempt, and the attempts of the call. */
Test(engine_rules, a_request_that_is_a_retry_is_tried_once)
{
	static const struct {
		const char *why, *fields;
		uint32_t inbound, attempts;
	} row[] = {
		{"the default takes no notice", "\"max_attempts\":3", 9, 3},
		{"nothing is known",
		 "\"max_attempts\":3,"
		 "\"retry_inbound_retries\":false",
		 0, 3},
		{"a first attempt",
		 "\"max_attempts\":3,"
		 "\"retry_inbound_retries\":false",
		 1, 3},
		{"a second one",
		 "\"max_attempts\":3,"
		 "\"retry_inbound_retries\":false",
		 2, 1},
		{"classes that do not count do not help",
		 "\"max_attempts\":3,\"retry_inbound_retries\":false,\"on\":{"
		 "\"throttle\":{\"consume_attempt\":false}}",
		 2, 1},
	};
	const struct backoff_outcome failure = {.kind = BACKOFF_OUTCOME_FAILURE,
						.failure_class =
							BACKOFF_CLASS_THROTTLE};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_policy *policy = policy_with(row[i].fields);
		struct backoff_decision d;
		struct backoff_state state;

		backoff_engine_begin(policy, &state, 0, BACKOFF_FOREVER, &d);
		cr_expect(state.inbound_attempt == 0);
		state.inbound_attempt = row[i].inbound;
		while (d.action != BACKOFF_ACTION_DONE)
			backoff_engine_decide(policy, &state, &failure, 0, 0,
					      &d);
		cr_expect(d.stop == BACKOFF_STOP_MAX_ATTEMPTS, "%s",
			  row[i].why);
		cr_expect(d.attempt == row[i].attempts, "%s: %u", row[i].why,
			  d.attempt);
		backoff_policy_unref(policy);
	}
}
