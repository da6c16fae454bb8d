/* Marks the calls that are not chosen, and counts the rest. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <fnmatch.h>
#include <stdlib.h>

#include "base/num.h"
#include "recorded/choice.h"
#include "recorded/unlogged.h"

static bool
is_wanted_target(const struct rs_log *log, const struct rs_choice *choice,
		 const struct tk_call *call)
{
	return choice->target == NULL ||
	       fnmatch(choice->target, rs_log_text(log, call->target), 0) == 0;
}

/* Divide the calls without a line; false if memory ran out. */
static bool
divide_unlogged(const struct rs_log *log, const struct rs_choice *choice,
		struct rs_operation *operation)
{
	uint64_t *start = malloc((operation->call_count + 1) * sizeof(*start));
	struct rs_unlogged unlogged;
	uint64_t chosen;
	size_t count = 0;
	bool ok;

	if (start == NULL)
		return false;
	for (size_t c = 0; c < operation->call_count; c++) {
		const struct tk_call *call =
			&log->call[operation->first_call + c];

		if (rs_log_begins(call))
			start[count++] = log->start_ns[call->first];
	}
	qsort(start, count, sizeof(*start), bo_compare_u64);
	ok = rs_unlogged_init(&unlogged, log->cover, operation->unlogged_calls,
			      start, count);
	free(start);
	if (!ok)
		return false;
	chosen = rs_unlogged_from(&unlogged, choice->until_ns) -
		 rs_unlogged_from(&unlogged, choice->since_ns);
	rs_unlogged_clear(&unlogged);
	operation->unlogged_outside = operation->unlogged_calls - chosen;
	operation->unlogged_calls = chosen;
	return true;
}

static enum rs_choice_result
choose_in(struct rs_log *log, const struct rs_choice *choice,
	  struct rs_operation *operation)
{
	size_t wanted = 0, others = 0;

	for (size_t c = 0; c < operation->call_count; c++) {
		size_t index = operation->first_call + c;
		const struct tk_call *call = &log->call[index];
		bool of_target = is_wanted_target(log, choice, call);
		uint64_t start;

		*(of_target ? &wanted : &others) += 1;
		if (!rs_log_begins(call))
			continue;
		start = log->start_ns[call->first];
		if (of_target && start >= choice->since_ns &&
		    start < choice->until_ns)
			continue;
		log->unchosen[index] = 1;
		operation->calls_unchosen++;
	}
	if (operation->unlogged_calls > 0 && wanted > 0 && others > 0)
		return RS_CHOICE_UNLOGGED;
	if (operation->unlogged_calls > 0 && wanted == 0) {
		operation->unlogged_outside = operation->unlogged_calls;
		operation->unlogged_calls = 0;
	} else if (!divide_unlogged(log, choice, operation)) {
		return RS_CHOICE_NOMEM;
	}
	operation->calls = operation->call_count + operation->unlogged_calls +
			   operation->unlogged_outside -
			   rs_log_left_out(operation);
	return RS_CHOICE_OK;
}

/* Cut the time that the log covers to the chosen part. */
static void
cut_window(struct rs_log *log, const struct rs_choice *choice)
{
	struct tk_cover *window = &log->window;
	size_t kept = 0;

	if (choice->since_ns > window->from_ns)
		window->from_ns = choice->since_ns;
	if (choice->until_ns < window->to_ns)
		window->to_ns = choice->until_ns;
	if (window->from_ns > window->to_ns)
		window->from_ns = window->to_ns;
	for (size_t i = 0; i < window->gap_count; i++) {
		struct tk_gap gap = window->gap[i];

		if (gap.from_ns < window->from_ns)
			gap.from_ns = window->from_ns;
		if (gap.to_ns > window->to_ns)
			gap.to_ns = window->to_ns;
		if (gap.from_ns < gap.to_ns)
			window->gap[kept++] = gap;
	}
	window->gap_count = kept;
}

enum rs_choice_result
rs_log_choose(struct rs_log *log, const struct rs_choice *choice,
	      const struct rs_operation **operation)
{
	uint64_t calls = 0;

	log->unchosen = calloc(log->call_count + 1, 1);
	if (log->unchosen == NULL)
		return RS_CHOICE_NOMEM;
	for (size_t i = 0; i < log->operation_count; i++) {
		enum rs_choice_result result =
			choose_in(log, choice, &log->operation[i]);

		if (result != RS_CHOICE_OK) {
			*operation = &log->operation[i];
			return result;
		}
		calls += log->operation[i].calls;
	}
	cut_window(log, choice);
	return calls > 0 ? RS_CHOICE_OK : RS_CHOICE_EMPTY;
}
