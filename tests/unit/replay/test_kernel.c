/* Tests of replay/kernel with a tiny world: calls that begin at given times,
 * fail a given number of times and succeed. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "replay/kernel.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* A call that the world will make. */
struct plan {
	uint64_t start_ns, attempt_ns, wait_ns;
	unsigned failures;
	uint32_t order;
};

/* Content of a record in this test. */
struct record {
	const struct plan *plan;
	unsigned failed;
	unsigned char filling[100];
};

struct world {
	struct rs_kernel kernel;
	const struct plan *plan;
	size_t count, next;
	/** "b0@5": call 0 begins at 5; e: its attempt ends; r: it resumes. */
	char log[4096];
	size_t used;
	uint64_t now_ns;
	size_t under_way, most_under_way, finished;
	/** Different addresses of records, in order of their first use. */
	void *seen[4096];
	size_t seen_count;
};

static void
note(struct world *world, char what, const struct plan *plan, uint64_t now_ns)
{
	size_t room = sizeof(world->log) - world->used;
	int wrote;

	cr_expect(now_ns >= world->now_ns, "time does not go back");
	world->now_ns = now_ns;
	if (room < 64)
		return;
	wrote = snprintf(world->log + world->used, room, "%s%c%zu@%ju",
			 world->used ? " " : "", what,
			 (size_t)(plan - world->plan), (uintmax_t)now_ns);
	world->used += (size_t)wrote;
}

static void
schedule(struct world *world, struct record *record, uint64_t at_ns,
	 enum rs_event_kind kind)
{
	rs_kernel_schedule(&world->kernel, record, record->plan->order, at_ns,
			   kind);
}

static uint64_t
begin(void *user, uint64_t now_ns)
{
	struct world *world = user;
	const struct plan *plan = &world->plan[world->next++];
	struct record *record = rs_kernel_take(&world->kernel);
	size_t i = 0;

	cr_assert(record && (uintptr_t)record % 16 == 0);
	while (i < world->seen_count && world->seen[i] != record)
		i++;
	if (i == world->seen_count) {
		cr_assert(i < COUNT(world->seen));
		world->seen[world->seen_count++] = record;
	}
	note(world, 'b', plan, now_ns);
	*record = (struct record){.plan = plan};
	memset(record->filling, (int)(world->next & 0xff),
	       sizeof(record->filling));
	if (++world->under_way > world->most_under_way)
		world->most_under_way = world->under_way;
	schedule(world, record, now_ns + plan->attempt_ns,
		 RS_EVENT_ATTEMPT_ENDS);
	return world->next < world->count ? world->plan[world->next].start_ns
					  : UINT64_MAX;
}

static void
end_attempt(void *user, void *call, uint64_t now_ns)
{
	struct world *world = user;
	struct record *record = call;
	size_t number = (size_t)(record->plan - world->plan) + 1;

	note(world, 'e', record->plan, now_ns);
	for (size_t i = 0; i < sizeof(record->filling); i++)
		cr_assert(record->filling[i] == (unsigned char)number,
			  "a record is its call's alone");
	if (record->failed++ < record->plan->failures) {
		schedule(world, record, now_ns + record->plan->wait_ns,
			 RS_EVENT_WAIT_ENDS);
		return;
	}
	world->under_way--;
	world->finished++;
	rs_kernel_give_back(&world->kernel, record);
}

static void
resume(void *user, void *call, uint64_t now_ns)
{
	struct world *world = user;
	struct record *record = call;

	note(world, 'r', record->plan, now_ns);
	schedule(world, record, now_ns + record->plan->attempt_ns,
		 RS_EVENT_ATTEMPT_ENDS);
}

static const struct rs_kernel_ops ops = {.call_size = sizeof(struct record),
					 .begin = begin,
					 .end_attempt = end_attempt,
					 .resume = resume};

static void
set_plan(struct world *world, const struct plan *plan, size_t count)
{
	world->plan = plan;
	world->count = count;
	world->next = world->used = 0;
	world->now_ns = 0;
	world->finished = 0;
}

static void
run(struct world *world)
{
	uint64_t first_ns =
		world->count > 0 ? world->plan[0].start_ns : UINT64_MAX;

	cr_assert(rs_kernel_run(&world->kernel, first_ns));
	cr_expect(world->finished == world->count);
	cr_expect(world->under_way == 0);
	cr_expect(rs_kernel_due_ns(&world->kernel) == UINT64_MAX);
}

Test(replay_kernel, events_come_by_time_then_kind_then_order)
{
	static const struct {
		const char *why;
		struct plan plan[3];
		size_t count;
		const char *want;
	} row[] = {
		{"no calls", {{0}}, 0, ""},
		{"one call that fails twice",
		 {{.start_ns = 5,
		   .attempt_ns = 2,
		   .wait_ns = 10,
		   .failures = 2}},
		 1,
		 "b0@5 e0@7 r0@17 e0@19 r0@29 e0@31"},
		{"calls one after the other",
		 {{.start_ns = 0, .attempt_ns = 5},
		  {.start_ns = 10, .attempt_ns = 5}},
		 2,
		 "b0@0 e0@5 b1@10 e1@15"},
		{"calls at once: as they are ordered, not as they began",
		 {{.start_ns = 3, .attempt_ns = 4, .order = 9},
		  {.start_ns = 3, .attempt_ns = 4, .order = 7},
		  {.start_ns = 3, .attempt_ns = 4, .order = 8}},
		 3,
		 "b0@3 b1@3 b2@3 e1@7 e2@7 e0@7"},
		{"at 10 an attempt ends, a wait ends, and a call begins",
		 {{.start_ns = 0,
		   .attempt_ns = 5,
		   .wait_ns = 5,
		   .failures = 1,
		   .order = 1},
		  {.start_ns = 0, .attempt_ns = 10, .order = 2},
		  {.start_ns = 10, .attempt_ns = 1, .order = 3}},
		 3,
		 "b0@0 b1@0 e0@5 e1@10 r0@10 b2@10 e2@11 e0@15"},
		{"attempts and waits without length",
		 {{.start_ns = 1, .failures = 1, .order = 2},
		  {.start_ns = 1, .order = 1}},
		 2,
		 "b0@1 e0@1 r0@1 e0@1 b1@1 e1@1"},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct world world = {.count = 0};

		rs_kernel_init(&world.kernel, &ops, &world);
		set_plan(&world, row[i].plan, row[i].count);
		run(&world);
		cr_expect_str_eq(world.log, row[i].want, "%s: %s", row[i].why,
				 world.log);
		rs_kernel_clear(&world.kernel);
	}
}

/* An event at the last possible time is not mistaken for "none". */
Test(replay_kernel, an_event_at_the_end_of_time_is_due)
{
	static const struct plan plan[] = {
		{.start_ns = 1, .attempt_ns = UINT64_MAX - 1}};
	static struct world world;

	rs_kernel_init(&world.kernel, &ops, &world);
	set_plan(&world, plan, 1);
	cr_assert(rs_kernel_run(&world.kernel, 1));
	cr_expect_str_eq(world.log, "b0@1 e0@18446744073709551615");
	rs_kernel_clear(&world.kernel);
}

/* More calls at once than a block has records, then few at a time. */
Test(replay_kernel, records_stay_where_they_are_and_are_used_again)
{
	static struct plan plan[2000];
	static struct world world;
	size_t most;

	for (size_t i = 0; i < COUNT(plan); i++)
		plan[i] = (struct plan){.start_ns = 10 * i,
					.attempt_ns = 3000 + i % 7,
					.wait_ns = i % 11,
					.failures = i % 3,
					.order = (uint32_t)i};
	rs_kernel_init(&world.kernel, &ops, &world);
	set_plan(&world, plan, COUNT(plan));
	run(&world);
	cr_expect(world.most_under_way > 300 &&
		  world.most_under_way < COUNT(plan) / 2);
	cr_expect(world.seen_count == world.most_under_way,
		  "%zu records for %zu calls at once", world.seen_count,
		  world.most_under_way);
	most = world.seen_count;
	/* A second run takes no more. */
	set_plan(&world, plan, COUNT(plan));
	run(&world);
	cr_expect(world.seen_count == most);
	rs_kernel_clear(&world.kernel);
}

/* Records are as large as a pointer at least, and aligned for any type. */
Test(replay_kernel, records_of_any_size_do_not_overlap)
{
	static const size_t size[] = {1, 8, 16, 17, 200};

	for (size_t i = 0; i < COUNT(size); i++) {
		const struct rs_kernel_ops sized = {.call_size = size[i]};
		struct rs_kernel kernel;
		unsigned char *taken[150];

		rs_kernel_init(&kernel, &sized, NULL);
		for (size_t k = 0; k < COUNT(taken); k++) {
			taken[k] = rs_kernel_take(&kernel);
			cr_assert(taken[k] && (uintptr_t)taken[k] % 16 == 0);
			memset(taken[k], (int)k, size[i]);
		}
		for (size_t k = 0; k < COUNT(taken); k++)
			for (size_t b = 0; b < size[i]; b++)
				cr_assert(taken[k][b] == (unsigned char)k);
		rs_kernel_clear(&kernel);
	}
}

static uint64_t
begin_and_fail(void *user, uint64_t now_ns)
{
	struct world *world = user;

	begin(world, now_ns);
	if (world->next == 3)
		rs_kernel_fail(&world->kernel);
	return now_ns + 1;
}

/* Calls under way are not finished, and their records are freed. */
Test(replay_kernel, a_failure_ends_the_run)
{
	static const struct rs_kernel_ops failing = {
		.call_size = sizeof(struct record),
		.begin = begin_and_fail,
		.end_attempt = end_attempt,
		.resume = resume};
	static const struct plan plan[4] = {{.attempt_ns = 50},
					    {.attempt_ns = 50},
					    {.attempt_ns = 50},
					    {.attempt_ns = 50}};
	static struct world world;

	rs_kernel_init(&world.kernel, &failing, &world);
	set_plan(&world, plan, COUNT(plan));
	cr_expect(!rs_kernel_run(&world.kernel, 0));
	cr_expect(world.next == 3 && world.finished == 0);
	rs_kernel_clear(&world.kernel);
}
