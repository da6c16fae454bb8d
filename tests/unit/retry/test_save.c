/* Tests of src/retry/save.c: a saved call continues where it was. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit/retry/saved.h"

static const char random_delays[] =
	"{'name':'P','max_attempts':5,'base_delay':10,'max_delay':100,"
	"'jitter':'full'}";

Test(retry_save, waits_survive_reboots_and_clock_steps)
{
	static const struct {
		const char *why;
		uint64_t up_ns;
		int64_t wall_step_s;
		/** The rest of the delay: all but less_s seconds, all, none. */
		enum { LEFT_LESS, LEFT_ALL, LEFT_NONE } left;
		uint64_t less_s;
	} row[] = {
		{"at once, in the same boot", 100 * S, 0, LEFT_ALL, 0},
		{"a second later", 101 * S, 1, LEFT_LESS, 1},
		{"after a reboot, which resets monotonic time", 3 * S, 2,
		 LEFT_LESS, 2},
		{"long after", 5000 * S, 3600, LEFT_NONE, 0},
		{"the wall clock was stepped back an hour", 100 * S, -3600,
		 LEFT_ALL, 0},
	};
	struct machine first = machine(random_delays, "op", 100 * S, WALL);
	char text[4096];
	uint64_t delay_ns;
	size_t length = save_waiting(&first, text, sizeof(text), &delay_ns);

	cr_assert_gt(delay_ns, 4 * S, "the seed gives a wait worth testing");
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct machine second =
			machine(random_delays, "op", row[i].up_ns,
				WALL + (uint64_t)row[i].wall_step_s * S);
		uint64_t want = row[i].left == LEFT_NONE ? 0
				: row[i].left == LEFT_ALL
					? delay_ns
					: delay_ns - row[i].less_s * S;
		struct backoff_call *call;
		struct backoff_step step;
		uint64_t left;

		cr_assert_eq(backoff_call_restore(second.retry, NULL, text,
						  length, 0, &call, NULL),
			     BACKOFF_OK, "%s", row[i].why);
		cr_assert_eq(backoff_call_next(call, &step), BACKOFF_OK);
		left = step.action == BACKOFF_ACTION_WAIT
			       ? step.wait_until_ns - row[i].up_ns
			       : 0;
		/* Saved times are rounded up to a microsecond, and the wait
		 * is never longer than the delay. */
		cr_expect(left >= want && left <= want + 1000 &&
				  left <= delay_ns,
			  "%s: %llu ns left, want %llu", row[i].why,
			  (unsigned long long)left, (unsigned long long)want);
		backoff_call_free(call);
		stop(&second);
	}
	stop(&first);
}

Test(retry_save, draws_counters_and_id_go_with_the_call)
{
	static const char policy[] =
		"{'name':'P','max_attempts':4,'base_delay':10,"
		"'max_delay':100,'jitter':'decorrelated',"
		"'deadline':1000,"
		"'on':{'throttle':{'consume_attempt':false,"
		"'limit':1}}}";
	struct machine one = machine(policy, "op", 100 * S, WALL);
	struct machine two = machine(policy, "op", 9 * S, WALL);
	struct backoff_call *stays, *goes, *came;
	uint64_t wait_stays, wait_came;
	char text[4096];
	size_t length;

	backoff_retry_set_seed(two.retry, 99);
	cr_assert_eq(backoff_call_new(one.retry, NULL, &stays), BACKOFF_OK);
	wait_stays = fail_once(&one, stays);
	length = backoff_call_save(stays, text, sizeof(text));
	cr_assert_eq(backoff_call_restore(two.retry, NULL, text, length, 0,
					  &came, NULL),
		     BACKOFF_OK);
	cr_expect_str_eq(backoff_call_id(came), backoff_call_id(stays));
	/* From here on, the same failures must give the same waits. */
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

Test(retry_save, a_deadline_keeps_its_time)
{
	static const char policy[] =
		"{'name':'P','max_attempts':9,'base_delay':10,"
		"'max_delay':10,'jitter':'none','deadline':25}";
	struct machine one = machine(policy, "op", 100 * S, WALL);
	struct machine two = machine(policy, "op", 1 * S, WALL + 12 * S);
	struct backoff_call *call;
	uint64_t delay_ns;
	char text[4096];
	size_t length = save_waiting(&one, text, sizeof(text), &delay_ns);

	cr_assert_eq(backoff_call_restore(two.retry, NULL, text, length, 0,
					  &call, NULL),
		     BACKOFF_OK);
	/* 12 of 25 s have passed: one wait of 10 s fits, two do not. */
	cr_expect_eq(fail_once(&two, call), 10 * S);
	backoff_clock_virtual_advance(two.clock, 10 * S);
	cr_expect_eq(fail_once(&two, call), 0);
	cr_expect_eq(backoff_call_answer(call)->stop,
		     BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE);
	backoff_call_free(call);
	stop(&one);
	stop(&two);
}

Test(retry_save, the_time_to_the_deadline_survives_clock_steps)
{
	static const struct {
		const char *why;
		int64_t wall_step_s;
		uint64_t left_s;
	} row[] = {
		{"at once", 0, 25},
		{"the time that passed counts", 12, 13},
		{"the wall clock was stepped back a day", -86400, 25},
		{"stepped back before 1970", -1795428930, 25},
		{"long after", 86400, 0},
	};
	static const char policy[] =
		"{'name':'P','max_attempts':9,'base_delay':1,"
		"'jitter':'none','deadline':25}";
	struct machine one = machine(policy, "op", 100 * S, WALL);
	uint64_t delay_ns;
	char text[4096];
	size_t length = save_waiting(&one, text, sizeof(text), &delay_ns);

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct machine two =
			machine(policy, "op", 5000 * S,
				WALL + (uint64_t)row[i].wall_step_s * S);
		struct backoff_call *call;
		struct backoff_step step;

		cr_assert_eq(backoff_call_restore(two.retry, NULL, text, length,
						  0, &call, NULL),
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
		const char *why, *members;
		/** In the options of the restore, which happens at 9 s. */
		uint64_t deadline_s;
		/** The limit of the next attempt, or the reason why there
		 *  is none. */
		uint64_t give_up_s;
		enum backoff_stop stop;
	} row[] = {
		{"the saved one is earlier", "'deadline':25", 100, 34,
		 BACKOFF_STOP_NONE},
		{"the caller's is earlier", "'deadline':25", 20, 20,
		 BACKOFF_STOP_NONE},
		{"no deadline was saved", "'max_delay':10", 30, 30,
		 BACKOFF_STOP_NONE},
		{"the caller's lies within the wait", "'deadline':25", 15, 0,
		 BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE},
		{"the caller's is the wait's end", "'deadline':25", 19, 0,
		 BACKOFF_STOP_DELAY_EXCEEDS_DEADLINE},
		{"the caller's has passed", "'deadline':25", 9, 0,
		 BACKOFF_STOP_DEADLINE},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		const struct backoff_call_options options = {
			.size = sizeof(options),
			.has_deadline = 1,
			.deadline_ns = row[i].deadline_s * S};
		struct machine one =
			machine_with(row[i].members, "op", 100 * S, WALL);
		struct machine two =
			machine_with(row[i].members, "op", 9 * S, WALL);
		struct backoff_call *call;
		struct backoff_step step;
		char text[4096];
		uint64_t delay_ns;
		size_t length =
			save_waiting(&one, text, sizeof(text), &delay_ns);

		cr_assert_eq(backoff_call_restore(two.retry, &options, text,
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
		"{'name':'P','max_attempts':9,'base_delay':10,"
		"'max_delay':10,'jitter':'none','deadline':25,"
		"'deadline_from':'first_failure'}";
	struct machine one = machine(policy, "op", 100 * S, WALL);
	struct machine two = machine(policy, "op", 1 * S, WALL + 500 * S);
	struct machine three = machine(policy, "op", 9 * S, WALL + 512 * S);
	struct backoff_call *call;
	char text[4096];
	size_t length;

	/* Before its first attempt the call has no deadline. */
	cr_assert_eq(backoff_call_new(one.retry, NULL, &call), BACKOFF_OK);
	length = backoff_call_save(call, text, sizeof(text));
	cr_expect_null(strstr(text, "\"deadline\""), "%s", text);
	backoff_call_free(call);
	cr_assert_eq(backoff_call_restore(two.retry, NULL, text, length, 0,
					  &call, NULL),
		     BACKOFF_OK);
	cr_expect_eq(fail_once(&two, call), 10 * S);
	length = backoff_call_save(call, text, sizeof(text));
	backoff_call_free(call);
	/* 12 of 25 s have passed; the second failure does not restart them. */
	cr_assert_eq(backoff_call_restore(three.retry, NULL, text, length, 0,
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

Test(retry_save, a_reset_is_remembered)
{
	static const char policy[] =
		"{'name':'P','max_attempts':3,'base_delay':10,"
		"'jitter':'none','reset_after':60,'on':{'throttle':{"
		"'consume_attempt':false,'limit':1}}}";
	const struct backoff_outcome failure = {.kind = BACKOFF_OUTCOME_FAILURE,
						.failure_class =
							BACKOFF_CLASS_SERVER};
	struct machine one = machine(policy, "op", 100 * S, WALL);
	struct machine two = machine(policy, "op", 1 * S, WALL + 91 * S);
	struct backoff_call *call;
	struct backoff_step step;
	char text[4096];
	size_t length;

	cr_assert_eq(backoff_call_new(one.retry, NULL, &call), BACKOFF_OK);
	cr_expect_eq(fail_once(&one, call), 10 * S);
	/* The second attempt begins late, and runs for a minute. */
	backoff_clock_virtual_advance(one.clock, 30 * S);
	cr_assert_eq(backoff_call_next(call, &step), BACKOFF_OK);
	cr_assert_eq(step.action, BACKOFF_ACTION_ATTEMPT);
	backoff_clock_virtual_advance(one.clock, 60 * S);
	cr_assert_eq(backoff_call_report(call, &failure), BACKOFF_OK);
	length = backoff_call_save(call, text, sizeof(text));
	cr_expect_not_null(strstr(text, "\"uncounted\":1,\"curve_start\":1"),
			   "%s", text);
	backoff_call_free(call);
	cr_assert_eq(backoff_call_restore(two.retry, NULL, text, length, 0,
					  &call, NULL),
		     BACKOFF_OK);
	/* One of three attempts counts; the next is throttled, and does not. */
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

Test(retry_save, the_inbound_attempt_goes_with_the_call)
{
	static const char policy[] = "{'name':'P','max_attempts':3,"
				     "'retry_inbound_retries':false}";
	const struct backoff_call_options options = {.size = sizeof(options),
						     .inbound_attempt = 2};
	struct machine one = machine(policy, "op", 100 * S, WALL);
	struct backoff_call *call;
	char text[4096];
	size_t length;

	cr_assert_eq(backoff_call_new(one.retry, &options, &call), BACKOFF_OK);
	length = backoff_call_save(call, text, sizeof(text));
	backoff_call_free(call);
	cr_assert_eq(backoff_call_restore(one.retry, NULL, text, length, 0,
					  &call, NULL),
		     BACKOFF_OK);
	cr_expect_eq(fail_once(&one, call), 0);
	cr_expect_eq(backoff_call_answer(call)->stop,
		     BACKOFF_STOP_MAX_ATTEMPTS);
	cr_expect_eq(backoff_call_answer(call)->attempts, 1);
	backoff_call_free(call);
	stop(&one);
}

/** Events that closed a call, and the reason of the last. */
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

/** Steps of a call before it is freed. */
enum act {
	END,
	/** One attempt that fails. */
	FAIL,
	SAVE,
	/** Save with too little space, or without any. */
	CUT,
	MEASURE,
	/** Let the wait pass. */
	WAIT,
	/** Ask for the next step. */
	NEXT,
	REPORT,
	CANCEL,
};

static const struct {
	const char *why;
	enum act act[8];
	/** Number of events that close the call, and the last one's reason. */
	unsigned ends;
	enum backoff_stop stop;
} closings[] = {
	{"saved and freed in its wait", {FAIL, SAVE}, 0, 0},
	{"saved and freed before its first attempt", {SAVE}, 0, 0},
	{"asked, it still waits", {FAIL, SAVE, NEXT}, 0, 0},
	{"time that passes is not a step", {FAIL, SAVE, WAIT}, 0, 0},
	{"measured after it was saved", {FAIL, SAVE, MEASURE}, 0, 0},
	{"saved as a checkpoint, then continued",
	 {FAIL, SAVE, WAIT, NEXT, REPORT},
	 1,
	 BACKOFF_STOP_SHUTDOWN},
	{"with the next attempt under way",
	 {FAIL, SAVE, WAIT, NEXT},
	 1,
	 BACKOFF_STOP_SHUTDOWN},
	{"with the first attempt under way",
	 {SAVE, NEXT},
	 1,
	 BACKOFF_STOP_SHUTDOWN},
	{"cancelled", {FAIL, SAVE, CANCEL}, 1, BACKOFF_STOP_CANCELLED},
	{"only measured", {FAIL, MEASURE}, 1, BACKOFF_STOP_SHUTDOWN},
	{"only cut", {FAIL, CUT}, 1, BACKOFF_STOP_SHUTDOWN},
};

static void
act_on(struct machine *m, struct backoff_call *call, enum act act)
{
	const struct backoff_outcome failure = {
		.kind = BACKOFF_OUTCOME_FAILURE};
	struct backoff_step step;
	char text[4096];

	switch (act) {
	case END:
		break;
	case FAIL:
		cr_assert_gt(fail_once(m, call), 0);
		break;
	case SAVE:
		cr_assert_gt(backoff_call_save(call, text, sizeof(text)), 1);
		break;
	case CUT:
		cr_assert_gt(backoff_call_save(call, text, 1), 1);
		break;
	case MEASURE:
		cr_assert_gt(backoff_call_save(call, NULL, 0), 1);
		break;
	case WAIT:
		backoff_clock_virtual_advance(m->clock, 10 * S);
		break;
	case NEXT:
		cr_assert_eq(backoff_call_next(call, &step), BACKOFF_OK);
		break;
	case REPORT:
		cr_assert_eq(backoff_call_report(call, &failure), BACKOFF_OK);
		break;
	case CANCEL:
		cr_assert_eq(backoff_call_cancel(call), BACKOFF_OK);
		break;
	}
}

Test(retry_save, a_call_that_continues_elsewhere_is_not_closed_here)
{
	for (size_t i = 0; i < sizeof(closings) / sizeof(*closings); i++) {
		struct machine m =
			machine_with("'budget':{'kind':'concurrency',"
				     "'min_concurrent':3,'share':1}",
				     "op", 100 * S, WALL);
		struct ends ends = {0};
		struct backoff_call *call;

		backoff_retry_set_on_event(m.retry, count_ends, &ends);
		cr_assert_eq(backoff_call_new(m.retry, NULL, &call),
			     BACKOFF_OK);
		for (int k = 0; closings[i].act[k] != END; k++)
			act_on(&m, call, closings[i].act[k]);
		backoff_call_free(call);
		cr_expect_eq(ends.count, closings[i].ends, "%s: %u",
			     closings[i].why, ends.count);
		cr_expect_eq(ends.stop, closings[i].stop, "%s: %s",
			     closings[i].why, backoff_stop_name(ends.stop));
		cr_expect_eq(backoff_guard_tokens_milli(
				     backoff_retry_guard(m.retry), 200 * S),
			     3000, "%s: all was given back", closings[i].why);
		stop(&m);
	}
}

/** The last event of a call. */
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

Test(retry_save, the_age_survives_reboots)
{
	struct machine one =
		machine_with("'max_delay':300", "op", 9000 * S, WALL);
	/* Booted a minute ago, two hours after the call began. */
	struct machine two =
		machine_with("'max_delay':300", "op", 60 * S, WALL + 7200 * S);
	struct backoff_call *call;
	struct last last = {0};
	char text[4096];
	size_t length;

	cr_assert_eq(backoff_call_new(one.retry, NULL, &call), BACKOFF_OK);
	for (int i = 0; i < 2; i++)
		backoff_clock_virtual_advance(one.clock, fail_once(&one, call));
	length = backoff_call_save(call, text, sizeof(text));
	backoff_call_free(call);
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(backoff_call_restore(two.retry, NULL, text, length,
						  0, &call, NULL),
			     BACKOFF_OK);
		length = backoff_call_save(call, text, sizeof(text));
		if (i == 0)
			backoff_call_free(call);
	}
	backoff_retry_set_on_event(two.retry, keep_last, &last);
	backoff_clock_virtual_advance(two.clock, 100 * S);
	cr_assert_eq(backoff_call_cancel(call), BACKOFF_OK);
	/* Two hours, and 100 s here. */
	cr_expect_eq(last.elapsed_ns, 7300 * S, "%llu",
		     (unsigned long long)last.elapsed_ns);
	cr_expect_eq(backoff_call_answer(call)->elapsed_ns, 7300 * S);
	cr_expect_eq(last.attempt, 2);
	cr_expect_eq(last.kind, BACKOFF_KIND_RETRY, "not the first any more");
	backoff_call_free(call);
	stop(&one);
	stop(&two);
}

Test(retry_save, names_that_are_not_utf8_do_not_lose_the_call)
{
	const struct backoff_call_options options = {.size = sizeof(options),
						     .call_id = "id\xff\n"};
	struct machine one = machine(random_delays, "caf\xe9", 100 * S, WALL);
	struct machine two = machine(random_delays, "caf\xe9", 9 * S, WALL);
	struct backoff_call *call;
	struct backoff_error error;
	char text[4096];
	size_t length;

	cr_assert_eq(backoff_call_new(one.retry, &options, &call), BACKOFF_OK);
	(void)fail_once(&one, call);
	length = backoff_call_save(call, text, sizeof(text));
	backoff_call_free(call);
	cr_assert_eq(backoff_call_restore(two.retry, NULL, text, length, 0,
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
	struct machine m = machine(random_delays, "op", 100 * S, WALL);
	struct ends ends = {0};
	struct backoff_call *call;
	struct backoff_step step;
	char text[4096];
	uint64_t delay_ns;
	size_t length;

	backoff_retry_set_on_event(m.retry, count_ends, &ends);
	length = save_waiting(&m, text, sizeof(text), &delay_ns);
	for (int i = 0; i < 3; i++) {
		cr_assert_eq(backoff_call_restore(m.retry, NULL, text, length,
						  0, &call, NULL),
			     BACKOFF_OK);
		if (i == 2)
			break;
		length = backoff_call_save(call, text, sizeof(text));
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
		/** Saved without control characters and invalid UTF-8. */
		const char *error;
	} row[] = {
		{"a failure",
		 {.kind = BACKOFF_OUTCOME_FAILURE,
		  .failure_class = BACKOFF_CLASS_SERVER,
		  .error_type = "HttpError",
		  .code = "503",
		  .error = "no \"service\""},
		 "no \"service\""},
		{"a timeout without more",
		 {.kind = BACKOFF_OUTCOME_TIMEOUT},
		 ""},
		{"not a line of UTF-8",
		 {.kind = BACKOFF_OUTCOME_FAILURE,
		  .error = "a\xff\nb, and more"},
		 "a??b, and more"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct machine m =
			machine_with("'deadline':25", "op", 100 * S, WALL);
		const struct backoff_outcome *want = &row[i].outcome;
		const struct backoff_answer *answer;
		struct backoff_call *call;
		struct backoff_step step;
		char text[4096];
		size_t length;

		cr_assert_eq(backoff_call_new(m.retry, NULL, &call),
			     BACKOFF_OK);
		cr_assert_eq(backoff_call_next(call, &step), BACKOFF_OK);
		cr_assert_eq(backoff_call_report(call, want), BACKOFF_OK);
		length = backoff_call_save(call, text, sizeof(text));
		backoff_call_free(call);
		backoff_clock_virtual_advance(m.clock, 30 * S);
		cr_assert_eq(backoff_call_restore(m.retry, NULL, text, length,
						  0, &call, NULL),
			     BACKOFF_OK, "%s: %s", row[i].why, text);
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

Test(retry_save, only_a_call_between_attempts_is_saved)
{
	struct machine m = machine(random_delays, "op", 100 * S, WALL);
	struct backoff_call *call;
	struct backoff_step step;
	char text[4096];

	cr_assert_eq(backoff_call_new(m.retry, NULL, &call), BACKOFF_OK);
	cr_expect_gt(backoff_call_save(call, text, sizeof(text)), 0,
		     "before the first attempt");
	cr_assert_eq(backoff_call_next(call, &step), BACKOFF_OK);
	cr_expect_eq(backoff_call_save(call, text, sizeof(text)), 0,
		     "an attempt is under way");
	cr_assert_eq(backoff_call_cancel(call), BACKOFF_OK);
	cr_expect_eq(backoff_call_save(call, text, sizeof(text)), 0,
		     "the call is over");
	backoff_call_free(call);
	stop(&m);
}

Test(retry_save, a_call_without_attempts_is_saved_and_resumed_twice)
{
	struct machine m = machine(random_delays, "op", 100 * S, WALL);
	struct backoff_error error = {0};
	struct backoff_call *call;
	char text[2][4096];
	size_t length;

	cr_assert_eq(backoff_call_new(m.retry, NULL, &call), BACKOFF_OK);
	length = backoff_call_save(call, text[0], sizeof(text[0]));
	for (int i = 1; i <= 2; i++) {
		backoff_call_free(call);
		cr_assert_eq(
			backoff_call_restore(m.retry, NULL, text[(i + 1) % 2],
					     length, 0, &call, &error),
			BACKOFF_OK, "%d: %s: %s", i, error.path, error.text);
		cr_assert_eq(
			backoff_call_save(call, text[i % 2], sizeof(text[0])),
			length);
		cr_expect_str_eq(text[0], text[1]);
	}
	backoff_call_free(call);
	stop(&m);
}

/* What was resumed under another policy is a call of that policy from then on.
 */
Test(retry_save, a_call_of_another_policy_can_be_saved_again)
{
	struct machine old =
		machine("{'name':'A','max_attempts':3,'jitter':'none','on':"
			"{'throttle':{'consume_attempt':false,'limit':4}}}",
			"op", 100 * S, WALL);
	struct machine new = machine(
		"{'name':'B','max_attempts':9,'jitter':'none','deadline':60,"
		"'on':{'throttle':{'consume_attempt':false,'limit':1}}}",
		"op", 200 * S, WALL + 10 * S);
	const struct backoff_outcome throttled = {
		.kind = BACKOFF_OUTCOME_FAILURE,
		.failure_class = BACKOFF_CLASS_THROTTLE};
	struct backoff_step step = {.size = sizeof(step)};
	struct backoff_error error = {0};
	struct backoff_call *call;
	char text[4096];
	size_t length;

	cr_assert_eq(backoff_call_new(old.retry, NULL, &call), BACKOFF_OK);
	for (int i = 0; i < 3; i++) {
		cr_assert_eq(backoff_call_next(call, &step), BACKOFF_OK);
		if (step.action == BACKOFF_ACTION_WAIT) {
			backoff_clock_virtual_advance(old.clock, step.delay_ns);
			cr_assert_eq(backoff_call_next(call, &step),
				     BACKOFF_OK);
		}
		cr_assert_eq(backoff_call_report(call, &throttled), BACKOFF_OK);
	}
	length = backoff_call_save(call, text, sizeof(text));
	backoff_call_free(call);
	for (int force = 1; force >= 0; force--) {
		cr_assert_eq(backoff_call_restore(new.retry, NULL, text, length,
						  force, &call, &error),
			     BACKOFF_OK, "%s: %s", error.path, error.text);
		length = backoff_call_save(call, text, sizeof(text));
		if (force == 1)
			backoff_call_free(call);
	}
	/* It began 10 s before. */
	backoff_clock_virtual_advance(new.clock, 49 * S);
	cr_assert_eq(backoff_call_next(call, &step), BACKOFF_OK);
	cr_expect_eq(step.action, BACKOFF_ACTION_ATTEMPT);
	cr_expect_eq(step.attempt.give_up_ns, 250 * S);
	backoff_call_free(call);
	stop(&old);
	stop(&new);
}
