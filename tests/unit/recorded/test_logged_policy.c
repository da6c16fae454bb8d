/* Tests of tools/recorded/logged_policy. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include <criterion/criterion.h>

#include "recorded/logged_policy.h"
#include "unit/replay/small_world.h"

#define POLICY(jitter)                                                         \
	"{\"name\":\"P\",\"max_attempts\":8,\"base_delay\":0.1,"               \
	"\"max_delay\":5,\"backoff\":\"exponential\",\"jitter\":" jitter "}"

static const char *const law_json[] = {
	POLICY("{\"kind\":\"none\"}"),
	POLICY("{\"kind\":\"full\"}"),
	POLICY("{\"kind\":\"equal\"}"),
	POLICY("{\"kind\":\"minus\",\"ratio\":0.3}"),
	POLICY("{\"kind\":\"proportional\",\"ratio\":0.25}"),
	("{\"name\":\"P\",\"max_attempts\":8,\"base_delay\":0.1,"
	 "\"max_delay\":5,\"backoff\":\"decorrelated\"}"),
};

/* The fixed point of replay stands on this: the recovered draw gives the very
 * delay, at every attempt and for every law. */
Test(retrysim_incumbent, recovered_draws_give_the_recorded_delay)
{
	for (size_t p = 0; p < sizeof(law_json) / sizeof(*law_json); p++) {
		struct backoff_policy *policy = small_policy(law_json[p]);

		for (uint64_t i = 0; i < 7 * 2000; i++) {
			uint32_t failed = (uint32_t)(i % 7) + 1;
			uint64_t draw = backoff_draw(1, 100, i, 0), back;
			uint64_t previous = i % 1000 * 1000000, delay;
			struct backoff_delay law;

			backoff_engine_delay(policy, failed, previous, &law);
			delay = backoff_engine_draw(&law, draw);
			cr_assert(rs_invert(&law, delay, ~draw, &back));
			cr_assert(backoff_engine_draw(&law, back) == delay,
				  "policy %zu, %ju", p, (uintmax_t)i);
		}
		backoff_policy_unref(policy);
	}
}

Test(retrysim_incumbent, recovers_draws_at_the_edges)
{
	static const struct {
		const char *why;
		struct backoff_delay law;
		uint64_t delay_ns, want_ns;
		bool inside;
	} row[] = {
		{"lowest",
		 {BACKOFF_JITTER_FULL, 0, 1000, 9000, UINT64_MAX},
		 1000,
		 1000,
		 true},
		{"highest: one below, no draw gives it",
		 {BACKOFF_JITTER_FULL, 0, 1000, 9000, UINT64_MAX},
		 9000,
		 8999,
		 true},
		{"whole range of 64 bits",
		 {BACKOFF_JITTER_FULL, 0, 0, UINT64_MAX, UINT64_MAX},
		 UINT64_MAX / 3,
		 UINT64_MAX / 3,
		 true},
		{"rounded to microseconds, below",
		 {BACKOFF_JITTER_FULL, 0, 1000500, 2000000, UINT64_MAX},
		 1000000,
		 1000500,
		 true},
		{"pinned to the ceiling",
		 {BACKOFF_JITTER_PROPORTIONAL, 1, 750, 1250, 1000},
		 1000,
		 1000,
		 true},
		{"outside",
		 {BACKOFF_JITTER_FULL, 0, 1000, 9000, UINT64_MAX},
		 11000,
		 0,
		 false},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		uint64_t draw = 7;
		bool inside = rs_invert(&row[i].law, row[i].delay_ns,
					UINT64_MAX / 2, &draw);

		cr_expect(inside == row[i].inside, "%s", row[i].why);
		if (inside)
			cr_expect(backoff_engine_draw(&row[i].law, draw) ==
					  row[i].want_ns,
				  "%s", row[i].why);
		else
			cr_expect(draw == 7, "%s: out is kept", row[i].why);
	}
}

Test(retrysim_incumbent, is_recognised_by_its_delays)
{
	static const struct {
		const char *why, *ran, *want, *tie;
	} row[] = {
		{"only one waits so long", "PERSISTENT", "PERSISTENT", NULL},
		{"fixed delays fit jittered policies too: the tightest wins, "
		 "then the pickier",
		 "AI_GROK", "SNAPSHOT", "AI_GROK"},
		{"alike but for retry_on: the pickier", "STANDARD",
		 "AI_PROVIDER", "STANDARD"},
		{"QUICK's delays leave those of the fixed ones", "QUICK",
		 "QUICK", NULL},
	};
	static const char *const none[] = {"QUICK", NULL};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct small_world world = {.seed = 3,
					    .calls_per_second = 5,
					    .seconds = 300,
					    .up_fails = 0.3,
					    .failures_only = true};
		struct rs_policy_set shipped = {0}, empty = {0};
		struct rs_incumbent found;
		struct small_case c;

		cr_assert(rs_policy_set_add_shipped(&shipped) == TK_EXIT_OK);
		small_case_run(&c, &world, row[i].ran, none);
		found = rs_incumbent_find(&c.log, &c.log.operation[0], &empty,
					  &shipped);
		cr_assert(found.policy, "%s", row[i].why);
		cr_expect_str_eq(found.policy->label, row[i].want, "%s",
				 row[i].why);
		cr_expect_str_eq(found.tie ? found.tie->label : "",
				 row[i].tie ? row[i].tie : "", "%s",
				 row[i].why);
		small_case_clear(&c);
		rs_policy_set_clear(&shipped);
	}
}

Test(retrysim_incumbent, the_log_may_name_it)
{
	struct small_world world = {.seed = 3,
				    .calls_per_second = 5,
				    .seconds = 60,
				    .up_fails = 0.3};
	static const char *const compared[] = {"QUICK", "DB_OPERATION", NULL};
	struct small_case c;

	/* WEBHOOK would fit as well, and comes first by pickiness. */
	small_case_run(&c, &world, "DB_OPERATION", compared);
	cr_expect(c.comparison.subject[0].incumbent.evidence ==
		  RS_EVIDENCE_HASH);
	cr_expect_str_eq(c.comparison.subject[0].incumbent.policy->label,
			 "DB_OPERATION");
	cr_expect(c.comparison.subject[0].baseline == 1);
	small_case_clear(&c);
}

/* It fits, and the log says that it was another one. */
Test(retrysim_incumbent, who_names_another_policy_did_not_run_under_what_fits)
{
	struct small_world world = {.seed = 3,
				    .calls_per_second = 5,
				    .seconds = 60,
				    .up_fails = 0.3};
	static const char *const compared[] = {"QUICK", NULL};
	struct rs_policy_set shipped = {0}, empty = {0};
	struct rs_incumbent found;
	struct small_case c;

	cr_assert(rs_policy_set_add_shipped(&shipped) == TK_EXIT_OK);
	small_case_run(&c, &world, "PERSISTENT", compared);
	found = rs_incumbent_find(&c.log, &c.log.operation[0], &empty, &empty);
	cr_expect(found.policy == NULL && found.evidence == RS_EVIDENCE_NONE);
	cr_assert(found.missing_name && found.missing_hash);
	cr_expect_str_eq(found.missing_name, "PERSISTENT");
	cr_expect(strlen(found.missing_hash) == 16);
	found = rs_incumbent_find(&c.log, &c.log.operation[0], &empty,
				  &shipped);
	cr_expect(found.policy && found.missing_name == NULL);
	small_case_clear(&c);
	rs_policy_set_clear(&shipped);
}

/* Calls that retried once, each under what its lines name; NULL: nothing. */
struct named {
	const char *policy, *hash;
};

static struct tk_trace *
trace_of(const struct named *call, size_t count, uint64_t delay_ns)
{
	struct tk_trace *trace = tk_trace_new();

	cr_assert(trace);
	for (size_t i = 0; i < 2 * count; i++) {
		struct backoff_event event;
		char id[24];

		snprintf(id, sizeof(id), "c%zu", i / 2);
		backoff_event_init(&event);
		event.ts_ns = (UINT64_C(1700000000) + 10 * i) * 1000000000;
		event.type =
			i % 2 ? BACKOFF_EVENT_EXHAUSTED : BACKOFF_EVENT_ATTEMPT;
		event.operation = "op";
		event.call_id = id;
		event.policy = call[i / 2].policy;
		event.policy_hash = call[i / 2].hash;
		event.attempt = event.attempts = (uint32_t)(i % 2) + 1;
		event.max_attempts = 2;
		event.outcome = BACKOFF_OUTCOME_FAILURE;
		event.error_type = "ConnectionError";
		if (i % 2 == 0)
			event.delay_ns = delay_ns;
		cr_assert(tk_trace_add(trace, &event) == BACKOFF_OK);
	}
	cr_assert(tk_trace_stitch(trace) == BACKOFF_OK);
	return trace;
}

static void
expect_text(const char *got, const char *want, const char *why)
{
	cr_expect((got == NULL) == (want == NULL), "%s: %s", why,
		  got ? got : "NULL");
	if (got && want)
		cr_expect_str_eq(got, want, "%s: %s", why, got);
}

#define OTHER_HASH "0123456789abcdef"
#define OWN_QUICK                                                              \
	"{\"name\":\"QUICK\",\"max_attempts\":2,\"base_delay\":0.5,"           \
	"\"max_delay\":9,\"backoff\":\"exponential\"}"

/* Of the shipped QUICK. */
static char shipped_hash[24];

static const struct {
	const char *why;
	uint64_t delay_ns;
	struct named call[2];
	enum rs_evidence evidence;
	const char *want, *missing, *missing_hash, *namesake;
} naming[] = {
	{"a hash of nobody: not who fits",
	 500000000,
	 {{"MYOWN", OTHER_HASH}, {"MYOWN", OTHER_HASH}},
	 RS_EVIDENCE_NONE,
	 NULL,
	 "MYOWN",
	 OTHER_HASH,
	 NULL},
	{"a hash without a name",
	 500000000,
	 {{NULL, OTHER_HASH}, {NULL, OTHER_HASH}},
	 RS_EVIDENCE_NONE,
	 NULL,
	 "",
	 OTHER_HASH,
	 NULL},
	{"the name of one with other settings",
	 500000000,
	 {{"STANDARD", OTHER_HASH}, {"STANDARD", OTHER_HASH}},
	 RS_EVIDENCE_NONE,
	 NULL,
	 "STANDARD",
	 OTHER_HASH,
	 "STANDARD"},
	{"the hash of the shipped one, though a given one has the name",
	 500000000,
	 {{"QUICK", shipped_hash}, {"QUICK", shipped_hash}},
	 RS_EVIDENCE_HASH,
	 "QUICK",
	 NULL,
	 NULL,
	 NULL},
	{"a name without a hash: the given one first",
	 500000000,
	 {{"QUICK", NULL}, {"QUICK", NULL}},
	 RS_EVIDENCE_NAME,
	 "own",
	 NULL,
	 NULL,
	 NULL},
	{"the last call does not tell",
	 500000000,
	 {{"MYOWN", OTHER_HASH}, {NULL, NULL}},
	 RS_EVIDENCE_NONE,
	 NULL,
	 "MYOWN",
	 OTHER_HASH,
	 NULL},
	{"nothing is named, and the delay fits",
	 500000000,
	 {{NULL, NULL}, {NULL, NULL}},
	 RS_EVIDENCE_FIT,
	 "own",
	 NULL,
	 NULL,
	 NULL},
	{"nothing is named, and no wait can fit",
	 BACKOFF_ABSENT,
	 {{NULL, NULL}, {NULL, NULL}},
	 RS_EVIDENCE_NONE,
	 NULL,
	 NULL,
	 NULL,
	 NULL},
};

Test(retrysim_incumbent, is_what_the_lines_name_and_nothing_else)
{
	struct backoff_policy *own = small_policy(OWN_QUICK);
	struct rs_policy own_item = {.label = "own", .policy = own};
	struct rs_policy_set given = {.item = &own_item, .count = 1};
	struct rs_policy_set shipped = {0};

	cr_assert(rs_policy_set_add_shipped(&shipped) == TK_EXIT_OK);
	snprintf(shipped_hash, sizeof(shipped_hash), "%016" PRIx64,
		 backoff_policy_hash(
			 shipped.item[rs_policy_set_find(&shipped, "QUICK")]
				 .policy));
	for (size_t i = 0; i < sizeof(naming) / sizeof(*naming); i++) {
		struct tk_trace *trace =
			trace_of(naming[i].call, 2, naming[i].delay_ns);
		struct rs_incumbent found;
		struct rs_log log;

		cr_assert(rs_log_init(&log, trace, 1) == BACKOFF_OK);
		found = rs_incumbent_find(&log, &log.operation[0], &given,
					  &shipped);
		cr_expect(found.evidence == naming[i].evidence, "%s",
			  naming[i].why);
		expect_text(found.policy ? found.policy->label : NULL,
			    naming[i].want, naming[i].why);
		expect_text(found.missing_name, naming[i].missing,
			    naming[i].why);
		expect_text(found.missing_hash, naming[i].missing_hash,
			    naming[i].why);
		expect_text(found.namesake ? found.namesake->label : NULL,
			    naming[i].namesake, naming[i].why);
		rs_log_clear(&log);
		tk_trace_free(trace);
	}
	rs_policy_set_clear(&shipped);
	backoff_policy_unref(own);
}

#define RECORDED 500
#define HINT_NS UINT64_C(500000000)

/* Calls that failed twice, of which the first was told to come back; the event
 * of it has what the engine decided. */
static struct tk_trace *
hinted_trace(const struct backoff_policy *policy,
	     const struct backoff_outcome *outcome,
	     struct backoff_decision *decided)
{
	struct tk_trace *trace = tk_trace_new();

	cr_assert(trace);
	for (size_t i = 0; i < 2 * RECORDED; i++) {
		struct backoff_decision *d = &decided[i / 2];
		struct backoff_state state;
		struct backoff_event event;
		char id[24];

		snprintf(id, sizeof(id), "c%03zu", i / 2);
		backoff_event_init(&event);
		event.ts_ns = (UINT64_C(1700000000) + 10 * i) * 1000000000;
		event.type = BACKOFF_EVENT_EXHAUSTED;
		event.operation = "op";
		event.call_id = id;
		event.attempt = event.attempts = (uint32_t)(i % 2) + 1;
		event.max_attempts = 2;
		event.outcome = BACKOFF_OUTCOME_FAILURE;
		event.error_type = "ConnectionError";
		if (i % 2 == 0) {
			backoff_engine_begin(policy, &state, event.ts_ns,
					     BACKOFF_FOREVER, d);
			backoff_engine_decide(policy, &state, outcome,
					      event.ts_ns,
					      backoff_draw(5, 100, i, 0), d);
			cr_assert(d->action == BACKOFF_ACTION_WAIT);
			event.type = BACKOFF_EVENT_ATTEMPT;
			event.delay_ns = d->delay_ns;
			event.delay_low_ns = d->law.low_ns;
			event.delay_high_ns = d->law.high_ns;
			event.hint_ns = outcome->hint.delay_ns;
			event.hint_action = d->hint_action;
		}
		cr_assert(tk_trace_add(trace, &event) == BACKOFF_OK);
	}
	cr_assert(tk_trace_stitch(trace) == BACKOFF_OK);
	return trace;
}

/* Why the bounds are those of the own draw, and not raised to the hint that a
 * longer own delay makes no difference to: from raised ones no draw could be
 * recovered without the policy, which the reader of a log may not have. */
Test(retrysim_incumbent, luck_beside_a_shorter_hint_needs_no_policy)
{
	struct backoff_policy *policy = small_policy(
		"{\"name\":\"P\",\"max_attempts\":2,\"base_delay\":2,"
		"\"max_delay\":5,\"backoff\":\"exponential\","
		"\"jitter\":{\"kind\":\"full\"},\"server_hint\":{}}");
	struct backoff_outcome outcome = {
		.kind = BACKOFF_OUTCOME_FAILURE,
		.error_type = "ConnectionError",
		.hint = {BACKOFF_HINT_DELAY, HINT_NS},
	};
	static struct backoff_decision decided[RECORDED];
	static uint64_t draw[2 * RECORDED];
	const struct rs_incumbent unknown = {.evidence = RS_EVIDENCE_NONE};
	struct tk_trace *trace = hinted_trace(policy, &outcome, decided);
	size_t ignored = 0;
	struct rs_log log;

	cr_assert(rs_log_init(&log, trace, 1) == BACKOFF_OK);
	cr_assert(log.call_count == RECORDED);
	rs_recover_draws(&log, &log.operation[0], &unknown, 1, draw);
	for (size_t i = 0; i < RECORDED; i++) {
		uint64_t first = log.call[i].first;
		struct backoff_delay own;

		if (decided[i].delay_ns == HINT_NS)
			continue;
		ignored++;
		cr_expect(decided[i].hint_action ==
			  BACKOFF_HINT_ACTION_IGNORED);
		cr_expect(log.attempt[first].delay_ns == decided[i].delay_ns);
		backoff_engine_delay(policy, 1, 0, &own);
		cr_expect(backoff_engine_draw(&own, draw[first]) ==
			  decided[i].delay_ns);
	}
	cr_expect(ignored > RECORDED / 2 && ignored < RECORDED);
	rs_log_clear(&log);
	tk_trace_free(trace);
	backoff_policy_unref(policy);
}
