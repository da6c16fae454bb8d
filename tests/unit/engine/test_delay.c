/* Tests of src/engine/delay: curves, laws and caps against formulas that are
 * written a second time here. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#include <backoff/engine.h>
#include <backoff/rng.h>

#include "unit/policy/policies.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))
#define S UINT64_C(1000000000)
#define MS UINT64_C(1000000)

static uint64_t
delay(const struct backoff_policy *policy, uint32_t failed, uint64_t draw)
{
	struct backoff_delay law;

	backoff_engine_delay(policy, failed, 0, &law);
	return backoff_engine_draw(&law, draw);
}

Test(engine_delay, curves_follow_their_formulas)
{
	static const struct {
		const char *why, *fields;
		uint64_t want[8];
	} row[] = {
		{"constant",
		 "\"backoff\":\"constant\",\"base_delay\":3",
		 {3 * S, 3 * S, 3 * S, 3 * S, 3 * S, 3 * S, 3 * S, 3 * S}},
		{"constant is its own cap",
		 "\"backoff\":\"constant\",\"base_delay\":300",
		 {300 * S, 300 * S, 300 * S, 300 * S, 300 * S, 300 * S, 300 * S,
		  300 * S}},
		{"linear up to the cap",
		 "\"backoff\":\"linear\",\"base_delay\":2,\"max_delay\":11",
		 {2 * S, 4 * S, 6 * S, 8 * S, 10 * S, 11 * S, 11 * S, 11 * S}},
		{"exponential up to the cap",
		 "\"max_delay\":50",
		 {S, 2 * S, 4 * S, 8 * S, 16 * S, 32 * S, 50 * S, 50 * S}},
		{"the cap is hit exactly",
		 "\"max_delay\":8",
		 {S, 2 * S, 4 * S, 8 * S, 8 * S, 8 * S, 8 * S, 8 * S}},
		{"a third of a tenth",
		 "\"base_delay\":0.1,\"exponential_base\":3,\"max_delay\":9",
		 {100 * MS, 300 * MS, 900 * MS, 2700 * MS, 8100 * MS, 9 * S,
		  9 * S, 9 * S}},
		{"a factor with a fraction",
		 "\"exponential_base\":1.5,\"base_delay\":\"32ns\"",
		 {32, 48, 72, 108, 162, 243, 365, 547}},
		{"a factor of one never grows",
		 "\"exponential_base\":1",
		 {S, S, S, S, S, S, S, S}},
		{"fibonacci",
		 "\"backoff\":\"fibonacci\",\"max_delay\":12",
		 {S, S, 2 * S, 3 * S, 5 * S, 8 * S, 12 * S, 12 * S}},
		{"the last of a schedule repeats",
		 "\"backoff\":\"schedule\",\"schedule\":[5,0,\"1ms\"]",
		 {5 * S, 0, MS, MS, MS, MS, MS, MS}},
		{"base is the cap",
		 "\"base_delay\":30",
		 {30 * S, 30 * S, 30 * S, 30 * S, 30 * S, 30 * S, 30 * S,
		  30 * S}},
		{"a base of 0", "\"base_delay\":0", {0}},
		{"a base of 0, linear",
		 "\"backoff\":\"linear\",\"base_delay\":0",
		 {0}},
		{"a base of 0, constant",
		 "\"backoff\":\"constant\",\"base_delay\":0",
		 {0}},
		{"a base of 0, fibonacci",
		 "\"backoff\":\"fibonacci\",\"base_delay\":0",
		 {0}},
		{"a cap of 0", "\"base_delay\":0,\"max_delay\":0", {0}},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_policy *policy;
		char text[256];

		snprintf(text, sizeof(text),
			 "{\"name\":\"C\",\"max_attempts\":1000000000,"
			 "\"jitter\":\"none\",%s}",
			 row[i].fields);
		policy = policy_of(text);
		for (uint32_t k = 0; k < 8; k++)
			for (uint64_t draw = 0; draw < 3; draw++)
				cr_expect(delay(policy, k + 1,
						draw * (UINT64_MAX / 2)) ==
						  row[i].want[k],
					  "%s: delay %u", row[i].why, k + 1);
		backoff_policy_unref(policy);
	}
}

/* One point of the space of laws. */
struct point {
	const char *curve, *jitter;
	bool after, bounded;
	double base_s, cap_s, factor, ratio, extra_s;
	struct backoff_policy *policy;
};

static const double schedule_s[] = {0.25, 7, 0, 90};

static bool
make(struct point *p)
{
	char text[512], useful[256] = "";
	bool constant = strcmp(p->curve, "constant") == 0;
	bool schedule = strcmp(p->curve, "schedule") == 0;
	bool additive = strcmp(p->jitter, "additive") == 0;
	bool proportional = strcmp(p->jitter, "proportional") == 0;
	bool minus = strcmp(p->jitter, "minus") == 0;
	size_t n = 0;

#define ADD(...)                                                               \
	n += (size_t)snprintf(useful + n, sizeof(useful) - n, __VA_ARGS__)
	if (p->bounded && !proportional && !additive)
		return false;
	if (p->after &&
	    (constant || schedule || strcmp(p->jitter, "none") == 0))
		return false;
	if (p->bounded)
		ADD(",\"bounded\":true");
	if (p->after)
		ADD(",\"order\":\"jitter_then_cap\"");
	if (proportional || minus)
		ADD(",\"ratio\":%.9f", p->ratio);
	if (additive)
		ADD(",\"max\":%.9f", p->extra_s);
	ADD("}");
	if (schedule)
		ADD(",\"schedule\":[0.25,7,0,90]");
	else
		ADD(",\"base_delay\":%.9f", p->base_s);
	if (!schedule && !constant)
		ADD(",\"max_delay\":%.9f", p->cap_s);
	if (strcmp(p->curve, "exponential") == 0)
		ADD(",\"exponential_base\":%.9f", p->factor);
#undef ADD
	snprintf(text, sizeof(text),
		 "{\"name\":\"P\",\"max_attempts\":1000000000,"
		 "\"backoff\":\"%s\",\"jitter\":{\"kind\":\"%s\"%s}",
		 p->curve, p->jitter, useful);
	p->policy = policy_of(text);
	return true;
}

/* The curve in seconds, computed the obvious way. */
static long double
curve_of(const struct point *p, uint32_t k)
{
	if (strcmp(p->curve, "constant") == 0)
		return p->base_s;
	if (strcmp(p->curve, "linear") == 0)
		return (long double)p->base_s * k;
	if (strcmp(p->curve, "exponential") == 0)
		return p->base_s > 0
			       ? p->base_s * powl(p->factor, (long double)k - 1)
			       : 0;
	if (strcmp(p->curve, "schedule") == 0)
		return schedule_s[k < 4 ? k - 1 : 3];
	long double golden = sqrtl(5), phi = (1 + golden) / 2;

	return p->base_s > 0 ? p->base_s * roundl(powl(phi, k) / golden) : 0;
}

static long double
cap_of(const struct point *p)
{
	if (strcmp(p->curve, "constant") == 0)
		return p->base_s;
	return strcmp(p->curve, "schedule") == 0 ? 90 : p->cap_s;
}

/* Bounds of the law in seconds. */
static void
bounds_of(const struct point *p, long double c, long double *low,
	  long double *high)
{
	long double cap = cap_of(p), shrink = 1;

	*low = *high = c;
	if (strcmp(p->jitter, "full") == 0) {
		*low = 0;
	} else if (strcmp(p->jitter, "equal") == 0) {
		*low = c / 2;
	} else if (strcmp(p->jitter, "minus") == 0) {
		*low = c * (1 - (long double)p->ratio);
	} else if (strcmp(p->jitter, "proportional") == 0) {
		*low = c * (1 - (long double)p->ratio);
		*high = c * (1 + (long double)p->ratio);
		shrink = 1 / (1 + (long double)p->ratio);
	} else if (strcmp(p->jitter, "additive") == 0) {
		*high = c + p->extra_s;
		shrink = cap + p->extra_s > 0 ? cap / (cap + p->extra_s) : 1;
	}
	if (p->bounded) {
		*low *= shrink;
		*high *= shrink;
	}
}

/* Two nanoseconds for rounding, and the error of the engine's 32-bit ratios,
 * which is relative to the value before it is shrunk. */
static bool
close_to(uint64_t have_ns, long double want_s, long double largest_s)
{
	long double want_ns = want_s * 1e9L;

	return fabsl((long double)have_ns - want_ns) <=
	       2 + largest_s * 1e9L * 0x1p-31L;
}

static void
check_point(const struct point *p, uint32_t k)
{
	static const uint64_t draws[] = {0, 1, UINT64_C(1) << 63,
					 UINT64_MAX - 1, UINT64_MAX};
	long double cap = cap_of(p), c = curve_of(p, k), low, high;
	struct backoff_delay law;
	char what[128];

	snprintf(what, sizeof(what), "%s %s%s%s base %g cap %g attempt %u",
		 p->curve, p->jitter, p->after ? " after" : "",
		 p->bounded ? " bounded" : "", p->base_s, p->cap_s, k);
	bounds_of(p, p->after ? c : fminl(c, cap), &low, &high);
	backoff_engine_delay(p->policy, k, 0, &law);
	cr_assert(law.low_ns <= law.high_ns, "%s", what);
	cr_assert(law.law == backoff_policy_jitter(p->policy), "%s", what);
	if (!p->after || c < 1e9L) {
		long double most = p->bounded ? c + p->extra_s : high;

		if (p->bounded) {
			low = fminl(low, cap);
			high = fminl(high, cap);
		}
		cr_assert(close_to(law.low_ns, low, most), "%s: low %llu", what,
			  (unsigned long long)law.low_ns);
		cr_assert(close_to(law.high_ns, high, most), "%s: high %llu",
			  what, (unsigned long long)law.high_ns);
	}
	for (size_t i = 0; i < COUNT(draws); i++) {
		uint64_t got = backoff_engine_draw(&law, draws[i]);

		cr_assert(got <= law.high_ns, "%s", what);
		cr_assert(got >= law.low_ns ||
				  (law.capped && got == law.ceiling_ns),
			  "%s", what);
		if (p->bounded || p->after)
			cr_assert(got <= (uint64_t)llroundl(cap * 1e9L),
				  "%s: %llu above the cap", what,
				  (unsigned long long)got);
		else
			cr_assert(got / 1e9L <= high + 2e-9L + high * 0x1p-31L,
				  "%s", what);
	}
}

Test(engine_delay, every_law_keeps_its_bounds_and_its_cap)
{
	static const char *const curves[] = {
		"constant", "linear", "exponential", "fibonacci", "schedule"};
	static const char *const jitters[] = {
		"none", "full", "equal", "minus", "proportional", "additive"};
	static const uint32_t attempts[] = {
		1,  2,  3,  4,   5,   7,    10,   31,     64,
		93, 94, 95, 127, 500, 1024, 1025, 100000, 999999999};
	static const struct {
		double base_s, cap_s, factor, ratio, extra_s;
	} value[] = {
		{1, 30, 2, 0.25, 0.5},     {0.1, 5, 3, 1, 7},
		{0, 10, 1.5, 0.1, 0.25},   {0, 0, 2, 0.5, 1},
		{1e-9, 1e9, 1000, 0.3, 1}, {1e9, 1e9, 2, 1, 1e9},
		{0.7, 0.7, 1, 0, 0},       {3600, 86400, 1.1, 0.333333333, 60},
	};
	unsigned checked = 0;

	for (size_t v = 0; v < COUNT(value); v++)
		for (unsigned i = 0; i < COUNT(curves) * COUNT(jitters) * 4;
		     i++) {
			struct point p = {
				.curve = curves[i / 4 / COUNT(jitters)],
				.jitter = jitters[i / 4 % COUNT(jitters)],
				.after = i & 1,
				.bounded = i & 2,
				.base_s = value[v].base_s,
				.cap_s = value[v].cap_s,
				.factor = value[v].factor,
				.ratio = value[v].ratio,
				.extra_s = value[v].extra_s};

			if (!make(&p))
				continue;
			for (size_t k = 0; k < COUNT(attempts); k++)
				check_point(&p, attempts[k]);
			backoff_policy_unref(p.policy);
			checked++;
		}
	cr_expect(checked > 400, "%u policies", checked);
}

/* A law with a minimum is the one without, from there on. */
static void
expect_from(const char *fields, const char *minimum, uint64_t minimum_ns)
{
	struct backoff_policy *without, *with;
	char text[512];

	snprintf(text, sizeof(text), "{\"name\":\"P\",\"max_attempts\":99,%s}}",
		 fields);
	without = policy_of(text);
	snprintf(text, sizeof(text),
		 "{\"name\":\"P\",\"max_attempts\":99,%s,\"minimum\":%s}}",
		 fields, minimum);
	with = policy_of(text);
	for (uint32_t k = 1; k < 99; k++) {
		struct backoff_delay a, b;

		backoff_engine_delay(without, k, 0, &a);
		backoff_engine_delay(with, k, 0, &b);
		cr_assert(b.law == a.law && b.capped == a.capped, "%s", text);
		cr_assert(b.low_ns == (a.low_ns > minimum_ns ? a.low_ns
							     : minimum_ns),
			  "%s: %u", text, k);
		cr_assert(b.high_ns == (a.high_ns > minimum_ns ? a.high_ns
							       : minimum_ns),
			  "%s: %u", text, k);
		cr_assert(b.ceiling_ns == (a.ceiling_ns > minimum_ns
						   ? a.ceiling_ns
						   : minimum_ns),
			  "%s: %u", text, k);
		for (uint64_t i = 0; i < 16; i++) {
			uint64_t got = backoff_engine_draw(
				&b, backoff_draw(5, BACKOFF_PURPOSE_USER, k,
						 (uint32_t)i));

			cr_assert(got >= minimum_ns && got <= b.high_ns);
		}
		cr_assert(backoff_engine_draw(&b, 0) ==
			  (b.low_ns < b.ceiling_ns ? b.low_ns : b.ceiling_ns));
	}
	backoff_policy_unref(without);
	backoff_policy_unref(with);
}

Test(engine_delay, no_draw_is_below_the_minimum)
{
	static const char *const row[] = {
		"\"base_delay\":0.1,\"jitter\":{\"kind\":\"full\"",
		"\"base_delay\":0,\"jitter\":{\"kind\":\"full\"",
		"\"base_delay\":0.2,\"jitter\":{\"kind\":\"equal\"",
		"\"base_delay\":0.2,\"jitter\":{\"kind\":\"minus\","
		"\"ratio\":1",
		"\"jitter\":{\"kind\":\"proportional\",\"ratio\":0.9",
		"\"jitter\":{\"kind\":\"proportional\",\"ratio\":0.9,"
		"\"bounded\":true",
		"\"base_delay\":0.1,\"max_delay\":0.5,\"jitter\":{\"kind\":"
		"\"full\",\"order\":\"jitter_then_cap\"",
		"\"backoff\":\"linear\",\"base_delay\":0.1,\"jitter\":{"
		"\"kind\":\"full\"",
		"\"backoff\":\"fibonacci\",\"base_delay\":0.1,\"jitter\":{"
		"\"kind\":\"full\"",
		"\"backoff\":\"constant\",\"jitter\":{\"kind\":\"full\"",
		"\"backoff\":\"schedule\",\"schedule\":[0,1,0.2],"
		"\"jitter\":{\"kind\":\"full\"",
	};

	for (size_t i = 0; i < COUNT(row); i++)
		expect_from(row[i], "0.25", 250 * MS);
}

/* Hints and immediate hedges are not drawn, so they have no minimum. */
Test(engine_delay, a_hint_alone_may_be_shorter_than_the_minimum)
{
	struct backoff_policy *policy = policy_of(
		"{\"name\":\"P\",\"max_attempts\":9,\"jitter\":{\"minimum\":"
		"0.5},\"server_hint\":{\"combine\":\"replace\"}}");
	struct backoff_outcome outcome = {
		.kind = BACKOFF_OUTCOME_FAILURE,
		.hint = {.kind = BACKOFF_HINT_DELAY, .delay_ns = 100 * MS}};
	struct backoff_decision d = {.size = sizeof(d)};
	struct backoff_state state = {.size = sizeof(state)};

	backoff_engine_begin(policy, &state, 0, BACKOFF_FOREVER, &d);
	backoff_engine_decide(policy, &state, &outcome, 0, 0, &d);
	cr_expect(d.delay_ns == 100 * MS);
	outcome.hint.kind = BACKOFF_HINT_NONE;
	backoff_engine_decide(policy, &state, &outcome, 0, 0, &d);
	cr_expect(d.delay_ns == 500 * MS);
	backoff_policy_unref(policy);
}

Test(engine_delay, a_step_that_is_a_range_has_its_own_law)
{
	struct backoff_policy *policy = policy_of(
		"{\"name\":\"P\",\"max_attempts\":9,\"backoff\":\"schedule\","
		"\"schedule\":[[1,3],4,[5,5],[0,2]],\"jitter\":{\"kind\":"
		"\"proportional\",\"minimum\":3.5}}");
	static const struct {
		uint64_t low_ms, high_ms;
		enum backoff_jitter law;
	} want[] = {
		{1000, 3000, BACKOFF_JITTER_ADDITIVE},
		{3500, 5000, BACKOFF_JITTER_PROPORTIONAL},
		{5000, 5000, BACKOFF_JITTER_NONE},
		{0, 2000, BACKOFF_JITTER_ADDITIVE},
		{0, 2000, BACKOFF_JITTER_ADDITIVE},
	};

	for (uint32_t k = 1; k <= COUNT(want); k++) {
		struct backoff_delay law;

		backoff_engine_delay(policy, k, 0, &law);
		cr_expect(law.law == want[k - 1].law && !law.capped, "%u", k);
		cr_expect(law.low_ns == want[k - 1].low_ms * MS, "%u", k);
		cr_expect(law.high_ns == want[k - 1].high_ms * MS, "%u", k);
		cr_expect(law.ceiling_ns == law.high_ns, "%u", k);
	}
	backoff_policy_unref(policy);
}

Test(engine_delay, decorrelated_delays_depend_on_the_previous_one)
{
	struct backoff_policy *policy = policy_of(
		"{\"name\":\"D\",\"max_attempts\":9,\"jitter\":"
		"\"decorrelated\",\"base_delay\":1,\"max_delay\":60}");
	static const struct {
		uint64_t previous_ns, high_ns;
		int capped;
	} row[] = {
		{0, 3 * S, 0},
		{S, 3 * S, 0},
		{7 * S, 21 * S, 0},
		{20 * S, 60 * S, 0},
		{21 * S, 63 * S, 1},
		{60 * S, 180 * S, 1},
		{UINT64_MAX, UINT64_MAX, 1},
	};

	for (size_t i = 0; i < COUNT(row); i++)
		for (uint32_t k = 1; k < 5; k++) {
			struct backoff_delay law;

			backoff_engine_delay(policy, k, row[i].previous_ns,
					     &law);
			cr_expect(law.law == BACKOFF_JITTER_DECORRELATED);
			cr_expect(law.low_ns == S, "row %zu", i);
			cr_expect(law.high_ns == row[i].high_ns, "row %zu", i);
			cr_expect(law.capped == row[i].capped, "row %zu", i);
			cr_expect(backoff_engine_draw(&law, UINT64_MAX) <=
				  60 * S);
			cr_expect(backoff_engine_draw(&law, 0) == S);
		}
	backoff_policy_unref(policy);
	policy = policy_of("{\"name\":\"D\",\"max_attempts\":9,\"jitter\":"
			   "\"decorrelated\",\"base_delay\":0}");
	for (uint64_t draw = 0; draw < 3; draw++)
		cr_expect(delay(policy, 3, draw * (UINT64_MAX / 2)) == 0);
	backoff_policy_unref(policy);
}

/* The share of draws at saturation that are exactly the cap. */
static double
pinned(const char *jitter, const char *more, const char *curve)
{
	const uint64_t cap_ns = 10 * S;
	struct backoff_policy *policy;
	unsigned hits = 0, n = 20000;
	char text[256];

	snprintf(text, sizeof(text),
		 "{\"name\":\"P\",\"max_attempts\":1000,\"backoff\":\"%s\","
		 "\"max_delay\":10,\"jitter\":{\"kind\":\"%s\"%s}}",
		 curve, jitter, more);
	policy = policy_of(text);
	for (uint32_t i = 0; i < n; i++)
		hits += delay(policy, 40 + i % 900,
			      backoff_draw(30, BACKOFF_PURPOSE_DELAY, i, 1)) ==
			cap_ns;
	backoff_policy_unref(policy);
	return (double)hits / n;
}

Test(engine_delay, saturated_delays_stay_apart)
{
	static const struct {
		const char *jitter, *more;
	} row[] = {
		{"full", ""},
		{"equal", ""},
		{"minus", ""},
		{"proportional", ""},
		{"additive", ",\"max\":1"},
		{"proportional", ",\"bounded\":true"},
		{"additive", ",\"max\":1,\"bounded\":true"},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		cr_expect(pinned(row[i].jitter, row[i].more, "exponential") <=
				  0.01,
			  "%s", row[i].jitter);
		cr_expect(pinned(row[i].jitter, row[i].more, "linear") <= 0.01,
			  "%s, linear", row[i].jitter);
	}
	cr_expect(pinned("proportional", ",\"order\":\"jitter_then_cap\"",
			 "exponential") == 1,
		  "the other order cuts them to the cap");
	cr_expect(pinned("full", ",\"order\":\"jitter_then_cap\"",
			 "exponential") > 0.99);
}

Test(engine_delay, late_attempts_reach_the_cap_in_constant_time)
{
	static const char *const curves[] = {"linear", "exponential",
					     "fibonacci"};
	static const uint32_t far[] = {1000000, 1000000000, UINT32_MAX};

	for (size_t i = 0; i < COUNT(curves); i++) {
		struct backoff_policy *policy;
		clock_t begin;
		char text[256];

		snprintf(text, sizeof(text),
			 "{\"name\":\"F\",\"max_attempts\":1000000000,"
			 "\"backoff\":\"%s\",\"base_delay\":1e9,"
			 "\"max_delay\":1e9,\"jitter\":\"none\"}",
			 curves[i]);
		policy = policy_of(text);
		for (size_t k = 0; k < COUNT(far); k++)
			cr_expect(delay(policy, far[k], 0) == S * S, "%s",
				  curves[i]);
		begin = clock();
		for (uint32_t k = 0; k < 200000; k++)
			cr_assert(delay(policy, UINT32_MAX - k, 0) == S * S);
		cr_expect(clock() - begin < 5 * CLOCKS_PER_SEC,
			  "%s: a loop over attempts", curves[i]);
		backoff_policy_unref(policy);
	}
}

#define LAW(cut, low, high, ceiling)                                           \
	{                                                                      \
		.capped = cut, .low_ns = low, .high_ns = high,                 \
		.ceiling_ns = ceiling                                          \
	}

Test(engine_delay, draws_are_linear_and_never_overflow)
{
	static const struct {
		const char *why;
		struct backoff_delay law;
		uint64_t draw, want;
	} row[] = {
		{"all of 64 bits, least", LAW(0, 0, UINT64_MAX, UINT64_MAX), 0,
		 0},
		{"all of 64 bits, most", LAW(0, 0, UINT64_MAX, UINT64_MAX),
		 UINT64_MAX, UINT64_MAX - 1},
		{"all of 64 bits, half", LAW(0, 0, UINT64_MAX, UINT64_MAX),
		 UINT64_C(1) << 63, UINT64_MAX / 2},
		{"a single value at the end",
		 LAW(0, UINT64_MAX, UINT64_MAX, UINT64_MAX), UINT64_MAX,
		 UINT64_MAX},
		{"a single value", LAW(0, 7, 7, 7), UINT64_MAX, 7},
		{"a quarter", LAW(0, 100, 200, 200), UINT64_C(1) << 62, 125},
		{"pinned", LAW(1, 100, 200, 120), UINT64_MAX, 120},
		{"not cut", LAW(1, 100, 200, 120), 0, 100},
		{"all of it above the ceiling", LAW(1, 100, 200, 50), 0, 50},
	};

	for (size_t i = 0; i < COUNT(row); i++)
		cr_expect(backoff_engine_draw(&row[i].law, row[i].draw) ==
				  row[i].want,
			  "%s", row[i].why);
}
