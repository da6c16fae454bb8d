/* Tests of tools/dialect/sequence.c: losses that numbers prove, and no
 * others. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>

#include "dialect/sequence.h"

#define S UINT64_C(1000000000)
#define T0 (UINT64_C(1795424400) * S)

/* A line with this number, written @second seconds after the start. */
static enum tk_numbered
note_at(struct tk_sequence *sequence, const char *host, uint64_t pid,
	uint64_t seq, double second)
{
	struct backoff_event event;

	backoff_event_init(&event, sizeof(event));
	event.host = host;
	event.pid = pid;
	event.seq = seq;
	event.ts_ns = T0 + (uint64_t)(second * (double)S);
	return tk_sequence_note(sequence, 0, &event);
}

/* The same without a time that matters. */
static enum tk_numbered
note(struct tk_sequence *sequence, const char *host, uint64_t pid, uint64_t seq)
{
	return note_at(sequence, host, pid, seq, 0);
}

Test(dialect_sequence, gaps_are_losses_but_disorder_is_not)
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
		{"the first comes second", {2, 1, 3, 4}, 0, 0},
		{"the first comes third", {2, 3, 1, 4}, 0, 0},
		{"pairs swapped", {2, 1, 4, 3, 6, 5, 8, 7}, 0, 0},
		{"backwards", {8, 7, 6, 5, 4, 3, 2, 1}, 0, 0},
		{"one of two arrives late", {1, 5, 3, 6}, 2, 0},
		{"a line twice", {5, 6, 6, 7}, 0, 1},
		{"late before the first that was read", {50, 49, 51}, 0, 0},
		{"the process began again", {500, 501, 1, 2, 3}, 0, 0},
		{"and lost its first lines", {500, 501, 3, 4}, 0, 0},
		{"a number that is wrong", {1, UINT64_MAX - 2, 2}, 0, 0},
		{"another", {7, 8, INT64_MAX, 9, 11}, 1, 0},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct tk_sequence *sequence = tk_sequence_new();

		for (size_t k = 0; row[i].seq[k] != 0; k++)
			note(sequence, "h", 1, row[i].seq[k]);
		cr_expect_eq(tk_sequence_lost(sequence), row[i].lost,
			     "%s: %llu lost", row[i].why,
			     (unsigned long long)tk_sequence_lost(sequence));
		cr_expect_eq(tk_sequence_copies(sequence), row[i].twice, "%s",
			     row[i].why);
		tk_sequence_free(sequence);
	}
}

Test(dialect_sequence, processes_are_told_apart)
{
	struct tk_sequence *sequence = tk_sequence_new();

	for (uint64_t seq = 1; seq < 100; seq++) {
		note(sequence, "a", 1, seq);
		note(sequence, "b", 1, seq);
		note(sequence, "a", 2, seq);
		/* The next file of the first process, read meanwhile. */
		note(sequence, "a", 1, seq + 99);
		/* Events without a number are ignored. */
		note(sequence, "a", 1, BACKOFF_ABSENT);
		note(sequence, "a", BACKOFF_ABSENT, 7 * seq);
	}
	cr_expect_eq(tk_sequence_lost(sequence), 0);
	cr_expect_eq(tk_sequence_copies(sequence), 0);
	tk_sequence_free(sequence);
}

Test(dialect_sequence, any_number_of_processes_fits)
{
	struct tk_sequence *sequence = tk_sequence_new();

	for (uint64_t pid = 0; pid < 100000; pid++)
		for (uint64_t seq = 1; seq < 4; seq++)
			note(sequence, "h", pid, seq);
	cr_expect_eq(tk_sequence_lost(sequence), 0);
	tk_sequence_free(sequence);
}

Test(dialect_sequence, a_copy_is_the_same_line_and_nothing_else)
{
	struct tk_sequence *sequence = tk_sequence_new();

	for (uint64_t seq = 1; seq <= 5000; seq++)
		cr_expect_eq(note_at(sequence, "a", 1, seq, (double)seq),
			     TK_NUMBERED_NEW);
	/* The copy, one line of it missing; and another host with this pid. */
	for (uint64_t seq = 1; seq <= 5000; seq++) {
		if (seq != 77)
			cr_expect_eq(
				note_at(sequence, "a", 1, seq, (double)seq),
				TK_NUMBERED_COPY);
		cr_expect_eq(note_at(sequence, "b", 1, seq, (double)seq),
			     TK_NUMBERED_NEW);
	}
	/* The process began again: these numbers have other times. */
	for (uint64_t seq = 1; seq <= 5000; seq++)
		cr_expect_eq(note_at(sequence, "a", 1, seq, (double)seq + 6000),
			     TK_NUMBERED_NEW);
	cr_expect_eq(tk_sequence_copies(sequence), 4999);
	cr_expect_eq(tk_sequence_lost(sequence), 0);
	cr_expect_eq(tk_sequence_resets(sequence), 1);
	tk_sequence_free(sequence);
}

Test(dialect_sequence, files_in_any_order_lose_nothing)
{
	struct tk_sequence *sequence = tk_sequence_new();

	/* The newest file first; its process ran twice. */
	for (uint64_t seq = 1; seq <= 300; seq++)
		note_at(sequence, "h", 1, seq, 2000 + (double)seq);
	for (uint64_t seq = 1000; seq <= 1500; seq++)
		note_at(sequence, "h", 1, seq, (double)seq);
	for (uint64_t seq = 1; seq < 1000; seq++)
		note_at(sequence, "h", 1, seq, (double)seq);
	cr_expect_eq(tk_sequence_lost(sequence), 0);
	tk_sequence_free(sequence);
}

Test(dialect_sequence, a_file_that_is_missing_is_a_loss)
{
	struct tk_sequence *sequence = tk_sequence_new();

	for (uint64_t seq = 1; seq <= 100; seq++)
		note_at(sequence, "h", 1, seq, (double)seq);
	for (uint64_t seq = 20101; seq <= 20200; seq++)
		note_at(sequence, "h", 1, seq, (double)seq);
	cr_expect_eq(tk_sequence_lost(sequence), 20000);
	cr_expect_eq(tk_sequence_resets(sequence), 0);
	/* One digit too many is not. */
	note_at(sequence, "h", 1, 202010, 20201);
	note_at(sequence, "h", 1, 20202, 20202);
	cr_expect_eq(tk_sequence_lost(sequence), 20001);
	cr_expect_eq(tk_sequence_resets(sequence), 1);
	tk_sequence_free(sequence);
}

/* Lines of processes that each count up from a number of their own, all under
 * one host and pid. */
static struct tk_sequence *
note_mixed(const uint64_t *first, size_t processes, uint64_t lines,
	   bool file_by_file)
{
	struct tk_sequence *sequence = tk_sequence_new();

	for (uint64_t i = 0; i < processes * lines; i++) {
		uint64_t process = file_by_file ? i / lines : i % processes;
		uint64_t line = file_by_file ? i % lines : i / processes;

		note_at(sequence, "app", 1, first[process] + line,
			(double)line + 0.1 * (double)process);
	}
	return sequence;
}

Test(dialect_sequence, containers_of_one_name_and_pid_lose_nothing)
{
	static const struct {
		const char *why;
		uint64_t first[4];
		size_t processes;
	} row[] = {
		{"all from 1", {1, 1, 1, 1}, 4},
		{"begun at other times", {90001, 1, 50001}, 3},
		{"rising", {1, 50001, 90001}, 3},
		{"close to each other", {1, 400, 900}, 3},
	};

	for (size_t i = 0; i < 2 * sizeof(row) / sizeof(*row); i++) {
		bool file_by_file = i % 2 == 1;
		struct tk_sequence *sequence =
			note_mixed(row[i / 2].first, row[i / 2].processes, 2000,
				   file_by_file);

		cr_expect_eq(tk_sequence_lost(sequence), 0, "%s, %d: %llu lost",
			     row[i / 2].why, file_by_file,
			     (unsigned long long)tk_sequence_lost(sequence));
		cr_expect_eq(tk_sequence_resets(sequence), 0, "%s, %d",
			     row[i / 2].why, file_by_file);
		cr_expect_eq(tk_sequence_copies(sequence), 0);
		cr_expect_eq(tk_sequence_mixed(sequence), 1, "%s, %d",
			     row[i / 2].why, file_by_file);
		tk_sequence_free(sequence);
	}
}

Test(dialect_sequence, a_container_that_begins_again_is_one_sequence)
{
	struct tk_sequence *sequence = tk_sequence_new();

	for (unsigned start = 0; start < 21; start++)
		for (uint64_t seq = 1; seq <= 2000; seq++)
			note_at(sequence, "app", 1, seq,
				2000.0 * start + (double)seq);
	cr_expect_eq(tk_sequence_lost(sequence), 0);
	cr_expect_eq(tk_sequence_copies(sequence), 0);
	cr_expect_eq(tk_sequence_resets(sequence), 20);
	cr_expect_eq(tk_sequence_mixed(sequence), 0);
	tk_sequence_free(sequence);
}

Test(dialect_sequence, a_clock_that_is_set_ends_no_sequence)
{
	struct tk_sequence *sequence = tk_sequence_new();

	for (uint64_t seq = 1; seq <= 3000; seq++)
		note_at(sequence, "h", 1, seq,
			10000 + (double)seq - (seq > 1000 ? 3600 : 0) +
				(seq > 2000 ? 7200 : 0));
	cr_expect_eq(tk_sequence_lost(sequence), 0);
	cr_expect_eq(tk_sequence_resets(sequence), 0);
	cr_expect_eq(tk_sequence_mixed(sequence), 0);
	tk_sequence_free(sequence);
}

Test(dialect_sequence, a_loss_that_is_reported_and_seen_counts_once)
{
	struct tk_sequence *sequence = tk_sequence_new();
	struct backoff_event event;

	for (uint64_t seq = 1; seq <= 100; seq++)
		if (seq <= 40 || seq > 50)
			note_at(sequence, "h", 1, seq, (double)seq);
	backoff_event_init(&event, sizeof(event));
	event.type = BACKOFF_EVENT_DROPPED;
	event.host = "h";
	event.pid = 1;
	event.seq = 101;
	event.ts_ns = T0 + 101 * S;
	event.dropped = 10;
	tk_sequence_note(sequence, 0, &event);
	cr_expect_eq(tk_sequence_lost(sequence), 10);
	cr_expect_eq(tk_sequence_missing(sequence), 10);
	/* A process without numbers. */
	event.pid = event.seq = BACKOFF_ABSENT;
	tk_sequence_note(sequence, 0, &event);
	cr_expect_eq(tk_sequence_lost(sequence), 10);
	cr_expect_eq(tk_sequence_missing(sequence), 20);
	tk_sequence_free(sequence);
}

static void
note_drops(struct tk_sequence *sequence, uint64_t seq, double second,
	   uint64_t dropped)
{
	struct backoff_event event;

	backoff_event_init(&event, sizeof(event));
	event.type = BACKOFF_EVENT_DROPPED;
	event.dropped = dropped;
	event.host = "h";
	event.pid = 7;
	event.seq = seq;
	event.ts_ns = T0 + (uint64_t)(second * (double)S);
	tk_sequence_note(sequence, 3, &event);
}

Test(dialect_sequence, a_loss_has_its_process_and_time)
{
	struct tk_sequence *sequence = tk_sequence_new();
	const struct tk_lost_list *lost = tk_sequence_last_lost(sequence);

	for (uint64_t seq = 1; seq <= 10; seq++)
		note_at(sequence, "h", 7, seq, (double)seq);
	cr_expect_eq(lost->count, 0);
	note_drops(sequence, 31, 40, 20);
	cr_assert_eq(lost->count, 1, "lost and dropped are the same lines");
	cr_expect_str_eq(lost->item[0].host, "h");
	cr_expect_eq(lost->item[0].pid, 7);
	cr_expect_eq(lost->item[0].input, 3);
	cr_expect_eq(lost->item[0].first, 11);
	cr_expect_eq(lost->item[0].last, 30);
	cr_expect_eq(lost->item[0].from_ns, T0 + 10 * S);
	cr_expect_eq(lost->item[0].to_ns, T0 + 40 * S);
	cr_expect_eq(tk_lost_lines(&lost->item[0]), 20);
	note_drops(sequence, 32, 500, 5);
	cr_expect_eq(lost->count, 2, "another, long after it");
	tk_sequence_free(sequence);
}

Test(dialect_sequence, what_comes_late_is_not_lost)
{
	struct tk_sequence *sequence = tk_sequence_new();
	const struct tk_lost_list *lost = tk_sequence_last_lost(sequence);

	note_at(sequence, "h", 7, 1, 1);
	note_at(sequence, "h", 7, 4, 1.1);
	cr_expect_eq(lost->count, 1);
	note_at(sequence, "h", 7, 3, 1.2);
	note_at(sequence, "h", 7, 2, 1.2);
	cr_expect_eq(lost->count, 0);
	tk_sequence_free(sequence);
}

Test(dialect_sequence, what_is_lost_within_a_minute_is_one_loss)
{
	struct tk_sequence *sequence = tk_sequence_new();
	const struct tk_lost_list *lost = tk_sequence_last_lost(sequence);
	uint64_t lines = 0;

	for (uint64_t seq = 1; seq <= 1201; seq += 2)
		note_at(sequence, "h", 7, seq, (double)seq / 20);
	for (size_t i = 0; i < lost->count; i++)
		lines += tk_lost_lines(&lost->item[i]);
	cr_expect_eq(lines, tk_sequence_lost(sequence));
	cr_expect_lt(lost->count, 70);
	tk_sequence_free(sequence);
}
