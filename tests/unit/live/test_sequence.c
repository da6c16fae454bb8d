/* Tests of tools/live/sequence.c: losses that numbers prove, and no
 * others. */
#include "config.h"

#include "unit/live/helper.h"
#include "live/sequence.h"

static void
note(struct rt_sequence *sequence, size_t input, const char *host, uint64_t pid,
     uint64_t seq)
{
	struct backoff_event event;

	backoff_event_init(&event);
	event.host = host;
	event.pid = pid;
	event.seq = seq;
	rt_sequence_note(sequence, input, &event);
}

Test(live_sequence, gaps_are_losses_but_disorder_is_not)
{
	static const struct {
		const char *why;
		/* Ends in 0. */
		uint64_t seq[12];
		uint64_t lost, twice;
	} row[] = {
		{"in order", {1, 2, 3, 4}, 0, 0},
		{"a log cut at its start", {100, 101, 102}, 0, 0},
		{"a gap", {1, 2, 6, 7}, 3, 0},
		{"two threads", {1, 3, 2, 4, 6, 5}, 0, 0},
		{"one of two arrives late", {1, 5, 3, 6}, 2, 0},
		{"a line twice", {5, 6, 6, 7}, 0, 1},
		{"late before the first that was read", {50, 49, 51}, 0, 0},
		{"the process began again", {500, 501, 1, 2, 3}, 0, 0},
		{"and lost its first lines", {500, 501, 3, 4}, 0, 0},
		{"a huge gap", {1, UINT64_MAX - 2}, UINT64_MAX - 4, 0},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct rt_sequence *sequence = rt_sequence_new();

		for (size_t k = 0; row[i].seq[k] != 0; k++)
			note(sequence, 0, "h", 1, row[i].seq[k]);
		cr_expect_eq(rt_sequence_lost(sequence), row[i].lost,
			     "%s: %llu lost", row[i].why,
			     (unsigned long long)rt_sequence_lost(sequence));
		cr_expect_eq(rt_sequence_twice(sequence), row[i].twice, "%s",
			     row[i].why);
		rt_sequence_free(sequence);
	}
}

Test(live_sequence, processes_are_told_apart)
{
	struct rt_sequence *sequence = rt_sequence_new();

	for (uint64_t seq = 1; seq < 100; seq++) {
		note(sequence, 0, "a", 1, seq);
		note(sequence, 0, "b", 1, seq * 1);
		note(sequence, 0, "a", 2, seq);
		/* Another file of the first process, read at the same time. */
		note(sequence, 1, "a", 1, seq + 1000);
		/* Events without a number are ignored. */
		note(sequence, 0, "a", 1, BACKOFF_ABSENT);
		note(sequence, 0, "a", BACKOFF_ABSENT, 7 * seq);
	}
	cr_expect_eq(rt_sequence_lost(sequence), 0);
	cr_expect_eq(rt_sequence_twice(sequence), 0);
	rt_sequence_free(sequence);
}

Test(live_sequence, any_number_of_processes_fits)
{
	struct rt_sequence *sequence = rt_sequence_new();

	for (uint64_t pid = 0; pid < 100000; pid++)
		for (uint64_t seq = 1; seq < 4; seq++)
			note(sequence, 0, "h", pid, seq);
	cr_expect_eq(rt_sequence_lost(sequence), 0);
	rt_sequence_free(sequence);
}
