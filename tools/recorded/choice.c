/* Marks the calls that are not chosen, and counts the rest. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <fnmatch.h>
#include <stdlib.h>

#include "base/num.h"
#include "recorded/choice.h"
#include "recorded/unlogged.h"

/* What retrytop calls the error. Codes come first: texts differ each time. */
static const char *
error_of(const struct rs_log *log, const struct tk_attempt *attempt)
{
	if (attempt->code != 0)
		return rs_log_text(log, attempt->code);
	if (attempt->error_type != 0)
		return rs_log_text(log, attempt->error_type);
	if (attempt->error != 0)
		return rs_log_text(log, attempt->error);
	return attempt->outcome == BACKOFF_OUTCOME_TIMEOUT ? "timeout"
							   : "(no error text)";
}

static bool
has_error(const struct rs_log *log, const struct tk_call *call,
	  const char *pattern)
{
	for (uint32_t i = 0; i < call->count; i++) {
		const struct tk_attempt *attempt =
			&log->attempt[call->first + i];

		if (tk_attempt_failed(attempt) &&
		    fnmatch(pattern, error_of(log, attempt), 0) == 0)
			return true;
	}
	return false;
}

static bool
matches(const struct rs_log *log, const struct rs_term *term,
	const struct tk_call *call)
{
	const tk_string name[] = {
		[RS_ABOUT_OPERATION] = call->operation,
		[RS_ABOUT_TARGET] = call->target,
		[RS_ABOUT_POLICY] = call->policy,
		[RS_ABOUT_HOST] = call->host,
		[RS_ABOUT_SERVICE] = call->service,
	};

	if (term->about == RS_ABOUT_ERROR)
		return has_error(log, call, term->pattern);
	return fnmatch(term->pattern, rs_log_text(log, name[term->about]), 0) ==
	       0;
}

static bool
is_wanted(const struct rs_log *log, const struct rs_choice *choice,
	  const struct tk_call *call)
{
	for (size_t i = 0; i < choice->terms; i++)
		if (!matches(log, &choice->term[i], call))
			return false;
	return true;
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
		bool of_terms = is_wanted(log, choice, call);
		uint64_t start;

		*(of_terms ? &wanted : &others) += 1;
		if (!rs_log_begins(call))
			continue;
		start = log->start_ns[call->first];
		if (of_terms && start >= choice->since_ns &&
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
