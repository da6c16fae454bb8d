/* Tests of src/retry/save.c: a call goes on where the paper says. */
#include "config.h"

#include "unit/retry/paper.h"

Test(retry_save, waits_survive_reboots_and_clock_steps)
{
	static const struct {
		const char *why;
		uint64_t up_ns;
		int64_t wall_step_s;
		/** Of the delay: what is left, in seconds taken from it, or
		 *  everything, or nothing. */
		enum { LEFT_LESS, LEFT_ALL, LEFT_NONE } left;
		uint64_t less_s;
	} row[] = {
		{"at once, in the same boot", 100 * S, 0, LEFT_ALL, 0},
		{"a second later", 101 * S, 1, LEFT_LESS, 1},
		{"after a reboot: monotonic time began anew", 3 * S, 2,
		 LEFT_LESS, 2},
		{"long after", 5000 * S, 3600, LEFT_NONE, 0},
		{"the wall clock was stepped back an hour", 100 * S, -3600,
		 LEFT_ALL, 0},
	};
	struct machine first = machine(POLICY, "op", 100 * S, WALL);
	char paper[4096];
	uint64_t delay_ns;
	size_t length = save_waiting(&first, paper, sizeof(paper), &delay_ns);

	cr_assert_gt(delay_ns, 4 * S, "the seed gives a wait worth testing");
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct machine second =
			machine(POLICY, "op", row[i].up_ns,
				WALL + (uint64_t)row[i].wall_step_s * S);
		uint64_t want = row[i].left == LEFT_NONE ? 0
				: row[i].left == LEFT_ALL
					? delay_ns
					: delay_ns - row[i].less_s * S;
		struct backoff_call *call;
		struct backoff_step step;
		uint64_t left;

		cr_assert_eq(backoff_call_restore(second.retry, NULL, paper,
						  length, 0, &call, NULL),
			     BACKOFF_OK, "%s", row[i].why);
		cr_assert_eq(backoff_call_next(call, &step), BACKOFF_OK);
		left = step.action == BACKOFF_ACTION_WAIT
			       ? step.wait_until_ns - row[i].up_ns
			       : 0;
		/* The paper has microseconds, rounded up, never longer than
		 * the delay itself. */
		cr_expect(left >= want && left <= want + 1000 &&
				  left <= delay_ns,
			  "%s: %llu ns left, want %llu", row[i].why,
			  (unsigned long long)left, (unsigned long long)want);
		backoff_call_free(call);
		stop(&second);
	}
	stop(&first);
}

Test(retry_save, luck_counts_and_id_go_with_the_call)
{
	static const char policy[] =
		"{\"name\":\"P\",\"max_attempts\":4,\"base_delay\":10,"
		"\"max_delay\":100,\"jitter\":\"decorrelated\","
		"\"deadline\":1000,"
		"\"on\":{\"throttle\":{\"consume_attempt\":false,"
		"\"limit\":1}}}";
	struct machine one = machine(policy, "op", 100 * S, WALL);
	struct machine two = machine(policy, "op", 9 * S, WALL);
	struct backoff_call *stays, *goes, *came;
	uint64_t wait_stays, wait_came;
	char paper[4096];
	size_t length;

	backoff_retry_set_seed(two.retry, 99);
	cr_assert_eq(backoff_call_new(one.retry, NULL, &stays), BACKOFF_OK);
	wait_stays = fail_once(&one, stays);
	length = backoff_call_save(stays, paper, sizeof(paper));
	cr_assert_eq(backoff_call_restore(two.retry, NULL, paper, length, 0,
					  &came, NULL),
		     BACKOFF_OK);
	cr_expect_str_eq(backoff_call_id(came), backoff_call_id(stays));
	/* The same failures from here must give the same waits, to the last. */
	for (int i = 0; wait_stays > 0; i++) {
		backoff_clock_virtual_advance(one.clock, wait_stays);
		backoff_clock_virtual_advance(two.clock, wait_stays + 1000);
		wait_stays = fail_once(&one, stays);
		wait_came = fail_once(&two, came);
		cr_assert_eq(wait_stays, wait_came, "wait %d", i);
	}
	cr_expect_eq(backoff_call_answer(came)->attempts, 5,
		     "four that count and one that does not");
	cr_expect_eq(backoff_call_answer(came)->stop,
		     BACKOFF_STOP_MAX_ATTEMPTS);
	goes = came;
	backoff_call_free(goes);
	backoff_call_free(stays);
	stop(&one);
	stop(&two);
}

Test(retry_save, a_deadline_keeps_its_moment)
{
	static const char policy[] =
		"{\"name\":\"P\",\"max_attempts\":9,\"base_delay\":10,"
		"\"max_delay\":10,\"jitter\":\"none\",\"deadline\":25}";
	struct machine one = machine(policy, "op", 100 * S, WALL);
	struct machine two = machine(policy, "op", 1 * S, WALL + 12 * S);
	struct backoff_call *call;
	uint64_t delay_ns;
	char paper[4096];
	size_t length = save_waiting(&one, paper, sizeof(paper), &delay_ns);

	cr_assert_eq(backoff_call_restore(two.retry, NULL, paper, length, 0,
					  &call, NULL),
		     BACKOFF_OK);
	/* 12 of 25 s are gone: a wait of 10 s fits, a second one does not. */
	cr_expect_eq(fail_once(&two, call), 10 * S);
	backoff_clock_virtual_advance(two.clock, 10 * S);
	cr_expect_eq(fail_once(&two, call), 0);
	cr_expect_eq(backoff_call_answer(call)->stop,
		     BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE);
	backoff_call_free(call);
	stop(&one);
	stop(&two);
}

Test(retry_save, what_is_left_of_a_deadline_survives_clock_steps)
{
	static const struct {
		const char *why;
		int64_t wall_step_s;
		uint64_t left_s;
	} row[] = {
		{"at once", 0, 25},
		{"the time that passed counts", 12, 13},
		{"the wall clock was stepped back a day", -86400, 25},
		{"stepped back behind 1970", -1795428930, 25},
		{"long after", 86400, 0},
	};
	static const char policy[] =
		"{\"name\":\"P\",\"max_attempts\":9,\"base_delay\":1,"
		"\"jitter\":\"none\",\"deadline\":25}";
	struct machine one = machine(policy, "op", 100 * S, WALL);
	uint64_t delay_ns;
	char paper[4096];
	size_t length = save_waiting(&one, paper, sizeof(paper), &delay_ns);

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct machine two =
			machine(policy, "op", 5000 * S,
				WALL + (uint64_t)row[i].wall_step_s * S);
		struct backoff_call *call;
		struct backoff_step step;

		cr_assert_eq(backoff_call_restore(two.retry, NULL, paper,
						  length, 0, &call, NULL),
			     BACKOFF_OK, "%s", row[i].why);
		backoff_clock_virtual_advance(two.clock, 1 * S);
		cr_assert_eq(backoff_call_next(call, &step), BACKOFF_OK);
		if (row[i].left_s == 0)
			cr_expect_eq(step.stop, BACKOFF_STOP_DEADLINE, "%s",
				     row[i].why);
		else
			cr_expect_eq(
				step.attempt.give_up_ns,
				(5000 + row[i].left_s) * S, "%s: %llu ns",
				row[i].why,
				(unsigned long long)step.attempt.give_up_ns);
		backoff_call_free(call);
		stop(&two);
	}
	stop(&one);
}

Test(retry_save, the_earlier_of_two_deadlines_holds)
{
	static const struct {
		const char *why, *policy;
		/** Of the options, after the restore at 9 s. */
		uint64_t deadline_s;
		/** When the next attempt has to be over, or why there is
		 *  none, with or without waiting for it. */
		uint64_t give_up_s;
		enum backoff_stop stop;
	} row[] = {
#define UNTIL_25 WITH("\"deadline\":25")
		{"the paper's is earlier", UNTIL_25, 100, 34,
		 BACKOFF_STOP_NONE},
		{"the caller's is earlier", UNTIL_25, 20, 20,
		 BACKOFF_STOP_NONE},
		{"the paper has none", WITH("\"max_delay\":10"), 30, 30,
		 BACKOFF_STOP_NONE},
		{"the caller's falls into the wait", UNTIL_25, 15, 0,
		 BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE},
		{"the caller's is the wait's end", UNTIL_25, 19, 0,
		 BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE},
		{"the caller's has passed", UNTIL_25, 9, 0,
		 BACKOFF_STOP_DEADLINE},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		const struct backoff_call_options options = {
			.size = sizeof(options),
			.has_deadline = 1,
			.deadline_ns = row[i].deadline_s * S};
		struct machine one =
			machine(row[i].policy, "op", 100 * S, WALL);
		struct machine two = machine(row[i].policy, "op", 9 * S, WALL);
		struct backoff_call *call;
		struct backoff_step step;
		char paper[4096];
		uint64_t delay_ns;
		size_t length =
			save_waiting(&one, paper, sizeof(paper), &delay_ns);

		cr_assert_eq(backoff_call_restore(two.retry, &options, paper,
						  length, 0, &call, NULL),
			     BACKOFF_OK, "%s", row[i].why);
		cr_assert_eq(backoff_call_next(call, &step), BACKOFF_OK);
		if (row[i].stop == BACKOFF_STOP_NONE) {
			backoff_clock_virtual_advance(two.clock, delay_ns);
			cr_assert_eq(backoff_call_next(call, &step),
				     BACKOFF_OK);
			cr_expect_eq(
				step.attempt.give_up_ns, row[i].give_up_s * S,
				"%s: %llu ns", row[i].why,
				(unsigned long long)step.attempt.give_up_ns);
		}
		cr_expect_eq(step.stop, row[i].stop, "%s: %s", row[i].why,
			     backoff_stop_name(step.stop));
		cr_expect_eq(backoff_call_answer(call)->attempts, 1, "%s",
			     row[i].why);
		backoff_call_free(call);
		stop(&one);
		stop(&two);
	}
}

Test(retry_save, a_deadline_from_the_first_failure_counts_once)
{
	static const char policy[] =
		"{\"name\":\"P\",\"max_attempts\":9,\"base_delay\":10,"
		"\"max_delay\":10,\"jitter\":\"none\",\"deadline\":25,"
		"\"deadline_from\":\"first_failure\"}";
	struct machine one = machine(policy, "op", 100 * S, WALL);
	struct machine two = machine(policy, "op", 1 * S, WALL + 500 * S);
	struct machine three = machine(policy, "op", 9 * S, WALL + 512 * S);
	struct backoff_call *call;
	char paper[4096];
	size_t length;

	/* Before its first attempt it has none. */
	cr_assert_eq(backoff_call_new(one.retry, NULL, &call), BACKOFF_OK);
	length = backoff_call_save(call, paper, sizeof(paper));
	cr_expect_null(strstr(paper, "\"deadline\""), "%s", paper);
	backoff_call_free(call);
	cr_assert_eq(backoff_call_restore(two.retry, NULL, paper, length, 0,
					  &call, NULL),
		     BACKOFF_OK);
	cr_expect_eq(fail_once(&two, call), 10 * S);
	length = backoff_call_save(call, paper, sizeof(paper));
	backoff_call_free(call);
	/* 12 of 25 s are gone, and the second failure does not begin anew. */
	cr_assert_eq(backoff_call_restore(three.retry, NULL, paper, length, 0,
					  &call, NULL),
		     BACKOFF_OK);
	cr_expect_eq(fail_once(&three, call), 10 * S);
	backoff_clock_virtual_advance(three.clock, 10 * S);
	cr_expect_eq(fail_once(&three, call), 0);
	cr_expect_eq(backoff_call_answer(call)->stop,
		     BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE);
	backoff_call_free(call);
	stop(&one);
	stop(&two);
	stop(&three);
}

Test(retry_save, a_healthy_time_is_remembered)
{
	static const char policy[] =
		"{\"name\":\"P\",\"max_attempts\":3,\"base_delay\":10,"
		"\"jitter\":\"none\",\"reset_after\":60,\"on\":{\"throttle\":{"
		"\"consume_attempt\":false,\"limit\":1}}}";
	const struct backoff_outcome failure = {.kind = BACKOFF_OUTCOME_FAILURE,
						.failure_class =
							BACKOFF_CLASS_SERVER};
	struct machine one = machine(policy, "op", 100 * S, WALL);
	struct machine two = machine(policy, "op", 1 * S, WALL + 91 * S);
	struct backoff_call *call;
	struct backoff_step step;
	char paper[4096];
	size_t length;

	cr_assert_eq(backoff_call_new(one.retry, NULL, &call), BACKOFF_OK);
	cr_expect_eq(fail_once(&one, call), 10 * S);
	/* The second attempt begins late, and runs for a minute. */
	backoff_clock_virtual_advance(one.clock, 30 * S);
	cr_assert_eq(backoff_call_next(call, &step), BACKOFF_OK);
	cr_assert_eq(step.action, BACKOFF_ACTION_ATTEMPT);
	backoff_clock_virtual_advance(one.clock, 60 * S);
	cr_assert_eq(backoff_call_report(call, &failure), BACKOFF_OK);
	length = backoff_call_save(call, paper, sizeof(paper));
	cr_expect_not_null(strstr(paper, "\"uncounted\":1,\"curve_start\":1"),
			   "%s", paper);
	backoff_call_free(call);
	cr_assert_eq(backoff_call_restore(two.retry, NULL, paper, length, 0,
					  &call, NULL),
		     BACKOFF_OK);
	/* One of three counts; the next is throttled, and does not. */
	backoff_clock_virtual_advance(two.clock, 10 * S);
	cr_expect_eq(fail_once(&two, call), 20 * S);
	backoff_clock_virtual_advance(two.clock, 20 * S);
	cr_expect_eq(fail_once(&two, call), 30 * S);
	backoff_clock_virtual_advance(two.clock, 30 * S);
	cr_expect_eq(fail_once(&two, call), 0);
	cr_expect_eq(backoff_call_answer(call)->attempts, 5);
	cr_expect_eq(backoff_call_answer(call)->stop,
		     BACKOFF_STOP_MAX_ATTEMPTS);
	backoff_call_free(call);
	stop(&one);
	stop(&two);
}

Test(retry_save, who_asked_goes_with_the_call)
{
	static const char policy[] = "{\"name\":\"P\",\"max_attempts\":3,"
				     "\"retry_inbound_retries\":false}";
	const struct backoff_call_options options = {.size = sizeof(options),
						     .inbound_attempt = 2};
	struct machine one = machine(policy, "op", 100 * S, WALL);
	struct backoff_call *call;
	char paper[4096];
	size_t length;

	cr_assert_eq(backoff_call_new(one.retry, &options, &call), BACKOFF_OK);
	length = backoff_call_save(call, paper, sizeof(paper));
	backoff_call_free(call);
	cr_assert_eq(backoff_call_restore(one.retry, NULL, paper, length, 0,
					  &call, NULL),
		     BACKOFF_OK);
	cr_expect_eq(fail_once(&one, call), 0);
	cr_expect_eq(backoff_call_answer(call)->stop,
		     BACKOFF_STOP_MAX_ATTEMPTS);
	cr_expect_eq(backoff_call_answer(call)->attempts, 1);
	backoff_call_free(call);
	stop(&one);
}

/** What closed a call. */
struct ends {
	unsigned count;
	enum backoff_stop stop;
};

static void
count_ends(void *user, const struct backoff_event *event)
{
	struct ends *ends = user;

	if (event->type != BACKOFF_EVENT_SUCCESS &&
	    event->type != BACKOFF_EVENT_EXHAUSTED &&
	    event->type != BACKOFF_EVENT_ABORTED)
		return;
	ends->count++;
	ends->stop = event->stop;
}

Test(retry_save, a_call_that_goes_on_elsewhere_is_not_closed_here)
{
	enum {
		ASK = 1,
		ADVANCE = 2,
		ATTEMPT = 4,
		CANCEL = 8,
		LITTLE = 16,
		AGAIN = 32
	};
	static const struct {
		const char *why;
		bool first;
		/** Between save and free. */
		unsigned then;
		unsigned ends;
		enum backoff_stop stop;
	} row[] = {
		{"saved and freed in its wait", false, 0, 0, 0},
		{"saved and freed before its first attempt", true, 0, 0, 0},
		{"asked, it still waits", false, ASK, 0, 0},
		{"time that passes is no step", false, ADVANCE, 0, 0},
		{"its length is asked for once more", false, AGAIN, 0, 0},
		{"a checkpoint, and on with it", false, ADVANCE | ASK | ATTEMPT,
		 1, BACKOFF_STOP_SHUTDOWN},
		{"with the next attempt under way", false, ADVANCE | ASK, 1,
		 BACKOFF_STOP_SHUTDOWN},
		{"with the first attempt under way", true, ASK, 1,
		 BACKOFF_STOP_SHUTDOWN},
		{"cancelled", false, CANCEL, 1, BACKOFF_STOP_CANCELLED},
		{"only its length was asked for", false, LITTLE, 1,
		 BACKOFF_STOP_SHUTDOWN},
	};
	const struct backoff_outcome failure = {
		.kind = BACKOFF_OUTCOME_FAILURE};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct machine m =
			machine(WITH("\"budget\":{\"kind\":\"concurrency\","
				     "\"min_concurrent\":3,\"share\":1}"),
				"op", 100 * S, WALL);
		struct ends ends = {0};
		struct backoff_call *call;
		struct backoff_step step;
		char paper[4096];
		size_t length;

		backoff_retry_set_on_event(m.retry, count_ends, &ends);
		cr_assert_eq(backoff_call_new(m.retry, NULL, &call),
			     BACKOFF_OK);
		if (!row[i].first)
			(void)fail_once(&m, call);
		length = backoff_call_save(
			call, paper, row[i].then & LITTLE ? 1 : sizeof(paper));
		cr_assert_gt(length, 1);
		if (row[i].then & AGAIN)
			cr_assert_eq(backoff_call_save(call, NULL, 0), length);
		if (row[i].then & ADVANCE)
			backoff_clock_virtual_advance(m.clock, 10 * S);
		if (row[i].then & ASK)
			cr_assert_eq(backoff_call_next(call, &step),
				     BACKOFF_OK);
		if (row[i].then & ATTEMPT)
			cr_assert_eq(backoff_call_report(call, &failure),
				     BACKOFF_OK);
		if (row[i].then & CANCEL)
			cr_assert_eq(backoff_call_cancel(call), BACKOFF_OK);
		backoff_call_free(call);
		cr_expect_eq(ends.count, row[i].ends, "%s: %u", row[i].why,
			     ends.count);
		cr_expect_eq(ends.stop, row[i].stop, "%s: %s", row[i].why,
			     backoff_stop_name(ends.stop));
		cr_expect_eq(backoff_guard_tokens_milli(
				     backoff_retry_guard(m.retry), 200 * S),
			     3000, "%s: all was given back", row[i].why);
		stop(&m);
	}
}

/* The last line of a call. */
struct last {
	uint32_t attempt;
	enum backoff_kind kind;
	uint64_t elapsed_ns;
};

static void
keep_last(void *user, const struct backoff_event *event)
{
	struct last *last = user;

	*last = (struct last){(uint32_t)event->attempt, event->kind,
			      event->elapsed_ns};
}

Test(retry_save, its_age_survives_reboots)
{
	struct machine one =
		machine(WITH("\"max_delay\":300"), "op", 9000 * S, WALL);
	/* Up for a minute, two hours after the begin. */
	struct machine two = machine(WITH("\"max_delay\":300"), "op", 60 * S,
				     WALL + 7200 * S);
	struct backoff_call *call;
	struct last last = {0};
	char paper[4096];
	size_t length;

	cr_assert_eq(backoff_call_new(one.retry, NULL, &call), BACKOFF_OK);
	for (int i = 0; i < 2; i++)
		backoff_clock_virtual_advance(one.clock, fail_once(&one, call));
	length = backoff_call_save(call, paper, sizeof(paper));
	backoff_call_free(call);
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(backoff_call_restore(two.retry, NULL, paper,
						  length, 0, &call, NULL),
			     BACKOFF_OK);
		length = backoff_call_save(call, paper, sizeof(paper));
		if (i == 0)
			backoff_call_free(call);
	}
	backoff_retry_set_on_event(two.retry, keep_last, &last);
	backoff_clock_virtual_advance(two.clock, 100 * S);
	cr_assert_eq(backoff_call_cancel(call), BACKOFF_OK);
	/* And the wait here. */
	cr_expect_eq(last.elapsed_ns, 7300 * S, "%llu",
		     (unsigned long long)last.elapsed_ns);
	cr_expect_eq(backoff_call_answer(call)->elapsed_ns, 7300 * S);
	cr_expect_eq(last.attempt, 2);
	cr_expect_eq(last.kind, BACKOFF_KIND_RETRY, "not the first any more");
	backoff_call_free(call);
	stop(&one);
	stop(&two);
}

Test(retry_save, what_is_no_utf8_does_not_lose_the_call)
{
	const struct backoff_call_options options = {.size = sizeof(options),
						     .call_id = "id\xff\n"};
	struct machine one = machine(POLICY, "caf\xe9", 100 * S, WALL);
	struct machine two = machine(POLICY, "caf\xe9", 9 * S, WALL);
	struct backoff_call *call;
	struct backoff_error error;
	char paper[4096];
	size_t length;

	cr_assert_eq(backoff_call_new(one.retry, &options, &call), BACKOFF_OK);
	(void)fail_once(&one, call);
	length = backoff_call_save(call, paper, sizeof(paper));
	backoff_call_free(call);
	cr_assert_eq(backoff_call_restore(two.retry, NULL, paper, length, 0,
					  &call, &error),
		     BACKOFF_OK, "%s: %s", error.path, error.text);
	cr_expect_str_eq(backoff_call_id(call), "id?\n");
	backoff_call_free(call);
	stop(&one);
	stop(&two);
}

Test(retry_save, a_call_that_moves_is_closed_once)
{
	const struct backoff_outcome success = {
		.kind = BACKOFF_OUTCOME_SUCCESS};
	struct machine m = machine(POLICY, "op", 100 * S, WALL);
	struct ends ends = {0};
	struct backoff_call *call;
	struct backoff_step step;
	char paper[4096];
	uint64_t delay_ns;
	size_t length;

	backoff_retry_set_on_event(m.retry, count_ends, &ends);
	length = save_waiting(&m, paper, sizeof(paper), &delay_ns);
	for (int i = 0; i < 3; i++) {
		cr_assert_eq(backoff_call_restore(m.retry, NULL, paper, length,
						  0, &call, NULL),
			     BACKOFF_OK);
		if (i == 2)
			break;
		length = backoff_call_save(call, paper, sizeof(paper));
		backoff_call_free(call);
	}
	backoff_clock_virtual_advance(m.clock, delay_ns);
	cr_assert_eq(backoff_call_next(call, &step), BACKOFF_OK);
	cr_assert_eq(backoff_call_report(call, &success), BACKOFF_OK);
	backoff_call_free(call);
	cr_expect_eq(ends.count, 1);
	cr_expect_eq(ends.stop, BACKOFF_STOP_SUCCESS);
	stop(&m);
}

Test(retry_save, the_last_error_goes_with_the_call)
{
	static const struct {
		const char *why;
		struct backoff_outcome outcome;
		/** On paper no control characters, nor bytes that are no
		 *  UTF-8. */
		const char *error;
	} row[] = {
		{"a failure",
		 {.kind = BACKOFF_OUTCOME_FAILURE,
		  .failure_class = BACKOFF_CLASS_SERVER,
		  .error_type = "HttpError",
		  .code = "503",
		  .error = "no \"service\""},
		 "no \"service\""},
		{"a timeout, of which more is not known",
		 {.kind = BACKOFF_OUTCOME_TIMEOUT},
		 ""},
		{"no line of UTF-8",
		 {.kind = BACKOFF_OUTCOME_FAILURE,
		  .error = "a\xff\nb, and more"},
		 "a??b, and more"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct machine m =
			machine(WITH("\"deadline\":25"), "op", 100 * S, WALL);
		const struct backoff_outcome *want = &row[i].outcome;
		const struct backoff_answer *answer;
		struct backoff_call *call;
		struct backoff_step step;
		char paper[4096];
		size_t length;

		cr_assert_eq(backoff_call_new(m.retry, NULL, &call),
			     BACKOFF_OK);
		cr_assert_eq(backoff_call_next(call, &step), BACKOFF_OK);
		cr_assert_eq(backoff_call_report(call, want), BACKOFF_OK);
		length = backoff_call_save(call, paper, sizeof(paper));
		backoff_call_free(call);
		backoff_clock_virtual_advance(m.clock, 30 * S);
		cr_assert_eq(backoff_call_restore(m.retry, NULL, paper, length,
						  0, &call, NULL),
			     BACKOFF_OK, "%s: %s", row[i].why, paper);
		cr_assert_eq(backoff_call_next(call, &step), BACKOFF_OK);
		cr_expect_eq(step.stop, BACKOFF_STOP_DEADLINE);
		answer = backoff_call_answer(call);
		cr_expect_eq(answer->kind, want->kind, "%s", row[i].why);
		cr_expect_eq(answer->failure_class, want->failure_class, "%s",
			     row[i].why);
		cr_expect_str_eq(answer->error_type,
				 want->error_type ? want->error_type : "");
		cr_expect_str_eq(answer->code, want->code ? want->code : "");
		cr_expect_str_eq(answer->error, row[i].error);
		backoff_call_free(call);
		stop(&m);
	}
}

#define TEN "5555555555"
#define LONG_NUMBER TEN TEN TEN TEN TEN TEN TEN TEN

Test(retry_save, refuses_what_it_should_not_trust)
{
	static const struct {
		const char *why, *policy, *operation, *find, *put;
		int force;
		enum backoff_status want;
	} row[] = {
		{"its own paper", POLICY, "op", "", "", 0, BACKOFF_OK},
		{"another policy", "{\"name\":\"P\",\"max_attempts\":6}", "op",
		 "", "", 0, BACKOFF_E_STATE},
		{"another policy, forced",
		 "{\"name\":\"P\",\"max_attempts\":6}", "op", "", "", 1,
		 BACKOFF_OK},
		{"another operation", POLICY, "other", "", "", 1,
		 BACKOFF_E_VALUE},
		{"a later version", POLICY, "op", "\"v\":1", "\"v\":2", 1,
		 BACKOFF_E_VALUE},
		{"an unknown field", POLICY, "op", "\"v\":1", "\"v\":1,\"w\":1",
		 0, BACKOFF_E_FIELD},
		{"a field twice", POLICY, "op", "\"v\":1", "\"v\":1,\"v\":1", 0,
		 BACKOFF_E_FIELD},
		{"a missing field", POLICY, "op", "\"v\":1,", "", 0,
		 BACKOFF_E_FIELD},
		{"attempt 0", POLICY, "op", "\"attempt\":2", "\"attempt\":0", 0,
		 BACKOFF_E_VALUE},
		{"more finished than begun", POLICY, "op", "\"finished\":1",
		 "\"finished\":7", 0, BACKOFF_E_VALUE},
		{"the last attempt is still under way", POLICY, "op",
		 "\"attempt\":2", "\"attempt\":1", 0, BACKOFF_E_VALUE},
		{"an attempt was left out", POLICY, "op", "\"attempt\":2",
		 "\"attempt\":3", 0, BACKOFF_E_VALUE},
		{"more attempts than any policy has", POLICY, "op",
		 "\"attempt\":2,\"finished\":1",
		 "\"attempt\":4294967295,\"finished\":4294967294", 0,
		 BACKOFF_E_VALUE},
		{"more uncounted than failed", POLICY, "op", "\"uncounted\":0",
		 "\"uncounted\":2", 0, BACKOFF_E_VALUE},
		{"a count beyond 32 bits", POLICY, "op", "\"attempt\":2",
		 "\"attempt\":4294967297", 0, BACKOFF_E_VALUE},
		{"luck that is no hex", POLICY, "op", "\"number\":\"0",
		 "\"number\":\"x", 0, BACKOFF_E_VALUE},
		{"a time that is none", POLICY, "op", "\"saved_at\":\"2",
		 "\"saved_at\":\"x", 0, BACKOFF_E_VALUE},
		{"text behind it", POLICY, "op", "}", "}x", 0,
		 BACKOFF_E_SYNTAX},
		{"a number longer than any", POLICY, "op", "\"v\":1",
		 "\"v\":" LONG_NUMBER, 0, BACKOFF_E_LIMIT},
	};
	struct machine one = machine(POLICY, "op", 100 * S, WALL);
	char paper[4096];
	uint64_t delay_ns;

	save_waiting(&one, paper, sizeof(paper), &delay_ns);
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct machine two =
			machine(row[i].policy, row[i].operation, 1, WALL);
		const char *at = strstr(paper, row[i].find);
		struct backoff_call *call = NULL;
		struct backoff_error error = {0};
		char text[8192];
		enum backoff_status status;

		cr_assert_not_null(at, "%s", row[i].why);
		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - paper),
			 paper, row[i].put, at + strlen(row[i].find));
		status = backoff_call_restore(two.retry, NULL, text,
					      strlen(text), row[i].force, &call,
					      &error);
		cr_expect_eq(status, row[i].want, "%s: %s (%s: %s)", row[i].why,
			     backoff_status_name(status), error.path,
			     error.text);
		cr_expect((status == BACKOFF_OK) == (call != NULL), "%s",
			  row[i].why);
		cr_expect_eq(error.status, status, "%s: %s", row[i].why,
			     backoff_status_name(error.status));
		backoff_call_free(call);
		stop(&two);
	}
	stop(&one);
}

Test(retry_save, a_cut_paper_is_never_taken)
{
	struct machine one = machine(POLICY, "op", 100 * S, WALL);
	char paper[4096];
	uint64_t delay_ns;
	size_t length = save_waiting(&one, paper, sizeof(paper), &delay_ns);

	for (size_t cut = 0; cut < length; cut++) {
		struct backoff_call *call = NULL;

		cr_assert_neq(backoff_call_restore(one.retry, NULL, paper, cut,
						   1, &call, NULL),
			      BACKOFF_OK, "cut at %zu", cut);
		cr_assert_null(call);
	}
	stop(&one);
}

Test(retry_save, only_a_call_between_attempts_is_saved)
{
	struct machine m = machine(POLICY, "op", 100 * S, WALL);
	struct backoff_call *call;
	struct backoff_step step;
	char paper[4096];

	cr_assert_eq(backoff_call_new(m.retry, NULL, &call), BACKOFF_OK);
	cr_expect_gt(backoff_call_save(call, paper, sizeof(paper)), 0,
		     "before the first attempt");
	cr_assert_eq(backoff_call_next(call, &step), BACKOFF_OK);
	cr_expect_eq(backoff_call_save(call, paper, sizeof(paper)), 0,
		     "an attempt is under way");
	cr_assert_eq(backoff_call_cancel(call), BACKOFF_OK);
	cr_expect_eq(backoff_call_save(call, paper, sizeof(paper)), 0,
		     "the call is over");
	backoff_call_free(call);
	stop(&m);
}
