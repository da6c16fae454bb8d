/* Tests of tools/dialect/order.c: attempts whose lines have no number. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>

#include "base/num.h"
#include "dialect/order.h"

#define BEGIN_NS (UINT64_C(1780000000) * BO_NS_PER_S)
#define NONE BACKOFF_ABSENT
#define LINES_MAX 8

/* Seconds after the begin, as a time; and as a duration. */
static uint64_t
duration(double seconds)
{
	return seconds < 0 ? NONE : (uint64_t)(seconds * 1e9);
}

struct row {
	double s, delay;
	enum backoff_event_type type;
	uint64_t id, lane, left, given, most;
	/** What the line must get. */
	uint64_t number;
	enum tk_order_way way;
	bool follows, closes;
};

static struct tk_order_line
line_of(const struct row *row)
{
	return (struct tk_order_line){
		.type = row->type,
		.operation = 1,
		.id = row->id,
		.lane = row->lane,
		.ts_ns = BEGIN_NS + duration(row->s),
		.duration_ns = NONE,
		.delay_ns = duration(row->delay),
		.attempt = row->given ? row->given : NONE,
		.max_attempts = row->most ? row->most : NONE,
		.left = row->way == TK_ORDER_LEFT ? row->left : NONE,
		.follows = row->follows,
		.closes = row->closes,
	};
}

#define TRIED BACKOFF_EVENT_ATTEMPT
#define GAVE_UP BACKOFF_EVENT_EXHAUSTED
#define DONE BACKOFF_EVENT_SUCCESS
#define BY_ID .way = TK_ORDER_ID
#define BY_LANE .way = TK_ORDER_LANE
#define BY_TIME .way = TK_ORDER_TIME
#define GIVEN .way = TK_ORDER_GIVEN
#define BY_LEFT .way = TK_ORDER_LEFT

static const struct {
	const char *why;
	struct row row[LINES_MAX];
} table[] = {
	{"an id has one call, however long it waits",
	 {{0.1, -1, TRIED, 7, 0, .number = 1, BY_ID},
	  {5000.1, -1, TRIED, 7, 0, .number = 2, BY_ID},
	  {90000.1, -1, DONE, 7, 0, .number = 3, BY_ID}}},
	{"calls with one id at a time are kept apart by their waits",
	 {{0.1, 10, TRIED, 7, 0, .number = 1, BY_ID},
	  {0.2, 10, TRIED, 7, 0, .number = 1, BY_ID},
	  {10.3, 20, TRIED, 7, 0, .number = 2, BY_ID},
	  {10.4, 20, TRIED, 7, 0, .number = 2, BY_ID}}},
	{"a call may be given up in its wait",
	 {{0.1, 10, TRIED, 7, 0, .number = 1, BY_ID},
	  {1.2, -1, GAVE_UP, 7, 0, .number = 2, BY_ID}}},
	{"lanes are kept apart",
	 {{0.1, 1, TRIED, 0, 5, .number = 1, BY_LANE},
	  {0.2, 1, TRIED, 0, 6, .number = 1, BY_LANE},
	  {1.3, 2, TRIED, 0, 5, .number = 2, BY_LANE},
	  {1.4, 2, TRIED, 0, 6, .number = 2, BY_LANE},
	  {3.5, -1, GAVE_UP, 0, 6, .number = 3, BY_LANE}}},
	{"by due time",
	 {{0.1, 1, TRIED, .number = 1, BY_TIME},
	  {0.5, 1, TRIED, .number = 1, BY_TIME},
	  {1.2, 2, TRIED, .number = 2, BY_TIME},
	  {1.6, 2, TRIED, .number = 2, BY_TIME},
	  {3.3, 4, TRIED, .number = 3, BY_TIME}}},
	{"a delay of whole seconds is rounded",
	 {{0.1, 5, TRIED, .number = 1, BY_TIME},
	  {4.8, 10, TRIED, .number = 2, BY_TIME}}},
	{"no call goes on for more attempts than it may have",
	 {{0.1, 1, TRIED, .most = 2, .number = 1, BY_TIME},
	  {1.2, 1, TRIED, .most = 2, .number = 2, BY_TIME},
	  {2.3, 1, TRIED, .most = 2, .number = 1, BY_TIME}}},
	{"the largest int does not limit a call",
	 {{0.1, 1, TRIED, .most = INT32_MAX, .number = 1, BY_TIME},
	  {1.2, 1, TRIED, .most = INT32_MAX, .number = 2, BY_TIME}}},
	{"unknown delays",
	 {{0.1, -1, TRIED, .number = 1, BY_TIME},
	  {0.7, -1, TRIED, .number = 2, BY_TIME},
	  {1.9, -1, TRIED, .number = 3, BY_TIME},
	  {3000.1, -1, TRIED, .number = 1, BY_TIME}}},
	{"counting down",
	 {{0.1, -1, TRIED, .left = 2, .number = 1, BY_LEFT},
	  {0.2, -1, TRIED, .left = 1, .number = 2, BY_LEFT},
	  {0.3, -1, GAVE_UP, .left = 0, .number = 3, BY_LEFT}}},
	{"counting down from for ever",
	 {{0.1, -1, TRIED, .left = INT32_MAX - 1, .number = 1, BY_LEFT},
	  {0.2, -1, TRIED, .left = INT32_MAX - 2, .number = 2, BY_LEFT}}},
	{"a number that is given ends the wait",
	 {{0.1, 1, TRIED, .number = 1, BY_TIME},
	  {1.2, 1, TRIED, .number = 2, BY_TIME},
	  {2.3, -1, GAVE_UP, .given = 3, .number = 3, .way = TK_ORDER_GIVEN},
	  {2.4, 1, TRIED, .number = 1, BY_TIME}}},
	{"an end without a number is of the call that failed most often",
	 {{0.1, 1, TRIED, .given = 1, .number = 1, GIVEN},
	  {1.2, 2, TRIED, .given = 2, .number = 2, GIVEN},
	  {2.9, .2, TRIED, .given = 1, .number = 1, GIVEN},
	  {3.4, -1, GAVE_UP, .number = 3, BY_TIME}}},
	{"or of its lane",
	 {{0.1, 1, TRIED, 0, 5, .given = 1, .number = 1, GIVEN},
	  {1.2, 2, TRIED, 0, 5, .given = 2, .number = 2, GIVEN},
	  {2.9, .2, TRIED, 0, 6, .given = 1, .number = 1, GIVEN},
	  {3.4, -1, GAVE_UP, 0, 6, .number = 2, BY_TIME}}},
	{"a success that is known to follow continues a call",
	 {{0.1, 1, TRIED, .given = 1, .number = 1, GIVEN},
	  {1.2, 2, TRIED, .given = 2, .number = 2, GIVEN},
	  {3.4, -1, DONE, .follows = true, .number = 3, BY_TIME}}},
	{"a success in a thread that waits continues its call",
	 {{0.1, 1, TRIED, 0, 5, .given = 1, .number = 1, GIVEN},
	  {1.2, 2, TRIED, 0, 5, .given = 2, .number = 2, GIVEN},
	  {3.3, -1, DONE, 0, 5, .number = 3, BY_TIME},
	  {4.3, -1, DONE, 0, 5, .number = 1, BY_LANE}}},
	{"but not one in another thread",
	 {{0.1, 1, TRIED, 0, 5, .given = 1, .number = 1, GIVEN},
	  {1.2, 2, TRIED, 0, 5, .given = 2, .number = 2, GIVEN},
	  {3.3, -1, DONE, 0, 6, .number = 1, BY_LANE}}},
	{"a line that only ends a wait has the number before it",
	 {{0.1, 10, TRIED, .number = 1, BY_TIME},
	  {10.2, 20, TRIED, .number = 2, BY_TIME},
	  {12.0, -1, GAVE_UP, .closes = true, .number = 2, BY_TIME},
	  {30.3, 5, TRIED, .number = 1, BY_TIME}}},
	{"that of the call that failed last, in its lane",
	 {{0.1, 10, TRIED, 0, 5, .number = 1, BY_LANE},
	  {10.2, 20, TRIED, 0, 5, .number = 2, BY_LANE},
	  {11.0, 20, TRIED, 0, 6, .number = 1, BY_LANE},
	  {12.0, -1, GAVE_UP, 0, 5, .closes = true, .number = 2, BY_LANE}}},
	{"or of the last one that is due",
	 {{0.1, 1, TRIED, .given = 1, .number = 1, GIVEN},
	  {1.2, 2, TRIED, .given = 2, .number = 2, GIVEN},
	  {90.1, .2, TRIED, .given = 1, .number = 1, GIVEN},
	  {90.9, -1, GAVE_UP, .number = 2, BY_TIME}}},
};

Test(dialect_order, numbers_attempts)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct tk_order *order = tk_order_new(100);

		for (size_t pass = 0; pass < TK_ORDER_PASSES; pass++) {
			for (size_t k = 0; k < LINES_MAX; k++) {
				const struct row *row = &table[i].row[k];
				struct tk_order_line line = line_of(row);
				struct tk_order_number number;

				if (row->number == 0)
					break;
				cr_assert(
					tk_order_number(order, &line, &number));
				cr_expect_eq(number.number, row->number,
					     "%s, line %zu: %llu", table[i].why,
					     k,
					     (unsigned long long)number.number);
				cr_expect_eq(number.way, row->way, "%s, %zu",
					     table[i].why, k);
			}
			tk_order_again(order);
		}
		tk_order_free(order);
	}
}

/* Calls of three attempts that fail together, begun 30 ms apart. */
static uint64_t
number_outage(struct tk_order *order, uint64_t lane, uint64_t *firsts)
{
	static const double begin[] = {0.02, 1.04, 3.06};
	static const double delay[] = {1, 2, 4};
	uint64_t by_lane = 0;

	/* Those of one attempt are 1 and 2 s apart, so their order is known:
	 * first attempts for 1.02 s, and so on. */
	*firsts = 0;
	for (unsigned step = 0; step < 300; step++) {
		for (unsigned k = 0; k < 3; k++) {
			double since = step * 0.03 - begin[k];
			const struct row row = {
				.s = step * 0.03 + 0.001 * k,
				.delay = delay[k],
				.type = k == 2 ? GAVE_UP : TRIED,
				.lane = lane,
			};
			struct tk_order_line line = line_of(&row);
			struct tk_order_number number;

			if (since < 0 || step >= 100 + begin[k] / 0.03)
				continue;
			if (k == 2)
				line.delay_ns = NONE;
			cr_assert(tk_order_number(order, &line, &number));
			*firsts += number.number == 1;
			by_lane += number.way == TK_ORDER_LANE;
		}
	}
	return by_lane;
}

Test(dialect_order, a_lane_with_several_calls_at_a_time_is_not_one)
{
	struct tk_order *order = tk_order_new(1000);
	uint64_t firsts, by_lane = 0;

	for (size_t pass = 0; pass < TK_ORDER_PASSES; pass++) {
		by_lane = number_outage(order, 9, &firsts);
		tk_order_again(order);
	}
	cr_expect_eq(by_lane, 0);
	cr_expect(firsts >= 90 && firsts <= 110, "%llu",
		  (unsigned long long)firsts);
	tk_order_free(order);
}

Test(dialect_order, knows_the_limit_of_what_counts_down)
{
	struct tk_order *order = tk_order_new(100);

	cr_expect_eq(tk_order_limit(order, 1), 0);
	cr_assert(tk_order_note_left(order, 1, 0));
	cr_assert(tk_order_note_left(order, 1, 3));
	cr_assert(tk_order_note_left(order, 1, NONE));
	cr_assert(tk_order_note_left(order, 2, INT32_MAX));
	cr_expect_eq(tk_order_limit(order, 1), 4);
	cr_expect_eq(tk_order_limit(order, 2), 0);
	tk_order_free(order);
}

Test(dialect_order, forgets_the_least_recently_used)
{
	struct tk_order *order = tk_order_new(1000);
	struct tk_order_number number;

	for (unsigned i = 0; i < 100000; i++) {
		const struct row row = {i, 1, TRIED, .id = 1000 + i};
		const struct row kept = {i, 0.5, TRIED, .id = 7};
		struct tk_order_line line = line_of(&row);

		line.operation = i;
		cr_assert(tk_order_number(order, &line, &number));
		cr_expect_eq(number.number, 1);
		line = line_of(&kept);
		cr_assert(tk_order_number(order, &line, &number));
		cr_expect_eq(number.number, i + 1);
	}
	tk_order_free(order);
}

Test(dialect_order, counts_calls_that_it_forgets_while_they_wait)
{
	for (unsigned delay_s = 1; delay_s <= 10000; delay_s *= 10000) {
		struct tk_order *order = tk_order_new(1000);
		struct tk_order_number number;

		for (unsigned i = 0; i < 2000; i++) {
			const struct row row = {i, delay_s, TRIED, .id = 1 + i};
			const struct tk_order_line line = line_of(&row);

			cr_assert(tk_order_number(order, &line, &number));
		}
		/* A call whose wait is over is not missed. */
		if (delay_s == 1)
			cr_expect_eq(tk_order_forgotten(order), 0);
		else
			cr_expect_geq(tk_order_forgotten(order), 1000);
		tk_order_free(order);
	}
}
