/* Compares the numbers of a log's sentences: from what they count, which
 * sentences end a call, and which only prepare another one. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "guess/inside.h"

static bool
is_retry(const struct tk_shape *shape, const struct tk_draft *draft)
{
	return shape->meaning == TK_MEANS_RETRY && !draft->is_note;
}

static bool
has_delay(const struct tk_shape *shape, const struct tk_draft *draft)
{
	return tk_draft_has(shape, draft, "delay_seconds") ||
	       tk_draft_has(shape, draft, "next_ts");
}

/* A sentence without a delay, where another one has it, whose lines are all of
 * the last attempt. */
static void
find_ends(struct tk_shape *const *shape, struct tk_draft *draft, size_t count)
{
	bool delays = false;
	int32_t high = 0;

	for (size_t i = 0; i < count; i++) {
		if (!is_retry(shape[i], &draft[i]) ||
		    !has_delay(shape[i], &draft[i]))
			continue;
		delays = true;
		if (draft[i].high[TK_NUMBER_ATTEMPT] > high)
			high = draft[i].high[TK_NUMBER_ATTEMPT];
	}
	for (size_t i = 0; i < count; i++) {
		/* "Not retrying any more", of the last one. */
		if (shape[i]->meaning == TK_MEANS_ABORTED && delays &&
		    draft[i].at_limit)
			shape[i]->meaning = TK_MEANS_EXHAUSTED;
		if (shape[i]->meaning != TK_MEANS_RETRY ||
		    has_delay(shape[i], &draft[i]))
			continue;
		if (draft[i].high[TK_NUMBER_LEFT] == 0) {
			shape[i]->meaning = TK_MEANS_EXHAUSTED;
			tk_draft_doubt(&draft[i],
				       "always 0 are left: taken for the end "
				       "of a call");
		} else if (delays && draft[i].at_limit) {
			shape[i]->meaning = TK_MEANS_EXHAUSTED;
			tk_draft_doubt(&draft[i],
				       "always the last attempt, and no delay: "
				       "taken for the end of a call");
		} else if (delays && high > 0 && !draft[i].is_note &&
			   draft[i].low[TK_NUMBER_ATTEMPT] > high) {
			shape[i]->meaning = TK_MEANS_EXHAUSTED;
			tk_draft_doubt(&draft[i],
				       "a higher number than all attempts with "
				       "a delay: taken for the end of a call");
		}
	}
}

bool
tk_draft_is_bare(const struct tk_shape *shape, const struct tk_draft *draft)
{
	return shape->meaning != TK_MEANS_SUCCESS &&
	       !tk_draft_has(shape, draft, "delay_seconds") &&
	       !tk_draft_has(shape, draft, "left") &&
	       !tk_draft_has(shape, draft, "attempts") &&
	       !tk_draft_has(shape, draft, "retries") &&
	       (!tk_draft_has(shape, draft, "attempt") ||
		draft->low[TK_NUMBER_ATTEMPT] > 2);
}

static bool
counts_retries(const struct tk_shape *shape, struct tk_draft *draft)
{
	const struct tk_part *part = tk_draft_hole(draft, "attempt");

	return part != NULL &&
	       tk_word_before(shape->text, part->at, "retry retries");
}

static void
count_retries(struct tk_shape *shape, struct tk_draft *draft)
{
	int32_t low = draft->low[TK_NUMBER_ATTEMPT];
	int32_t high = draft->high[TK_NUMBER_ATTEMPT];
	int32_t limit = draft->high[TK_NUMBER_LIMIT];

	if (low < 0)
		return;
	if (low == 0) {
		draft->add_attempt = 1;
		tk_draft_doubt(draft,
			       "attempts begin with 0: \"add\": 1 makes 0 the "
			       "first");
	} else if (low == 2 && draft->matched > 2) {
		draft->add_attempt = -1;
		tk_draft_doubt(draft,
			       "attempts begin with 2: taken for the one that "
			       "comes next, so \"add\": -1");
	} else if (low > 2) {
		tk_draft_doubt(draft,
			       "no line has an attempt below %d: is it another "
			       "number?",
			       low);
	}
	high += draft->add_attempt;
	if (limit <= 0 || tk_shape_has(shape, "max_attempts"))
		return;
	if (high > limit + 1) {
		tk_draft_doubt(draft,
			       "attempts go up to %d, above their limit of %d: "
			       "one of them is something else",
			       high, limit);
		return;
	}
	if (high >= limit || counts_retries(shape, draft)) {
		draft->add_limit = high >= limit ? high + 1 - limit : 1;
		tk_draft_doubt(
			draft,
			"the limit is taken for one of retries: \"add\": "
			"%d makes it one of attempts",
			draft->add_limit);
	}
}

/* Members of a sentence may already say that they count retries. */
static int32_t
limit_of(const struct tk_shape *shape, const struct tk_draft *draft)
{
	int32_t limit = draft->high[TK_NUMBER_LIMIT];

	if (limit <= 0)
		return -1;
	for (size_t i = 0; i < shape->named_count; i++) {
		if (strcmp(shape->named[i].field, "max_attempts") == 0)
			limit += shape->named[i].add;
	}
	return limit + draft->add_limit;
}

/* The last number of a call that ended, by the numbers before it. */
static void
count_end(const struct tk_shape *shape, struct tk_draft *draft, int32_t high,
	  int32_t limit, int add_limit)
{
	int32_t last = draft->high[TK_NUMBER_ATTEMPT];
	struct tk_part *attempts = tk_draft_hole(draft, "attempts");

	if (last < 0 || draft->low[TK_NUMBER_ATTEMPT] != last ||
	    tk_draft_hole(draft, "retries") != NULL)
		return;
	if (tk_draft_has(shape, draft, "max_attempts") &&
	    !tk_shape_has(shape, "max_attempts"))
		draft->add_limit = add_limit;
	if (limit_of(shape, draft) > 0)
		limit = limit_of(shape, draft);
	if (last != high && last + 1 != limit)
		return;
	if (limit > 0 && last >= limit)
		return;
	if (attempts != NULL) {
		attempts->field = "retries";
		tk_draft_doubt(draft,
			       "%d is also the number of a retry: taken for a "
			       "count of retries, not of attempts",
			       last);
		return;
	}
	draft->add_attempt = 1;
	tk_draft_doubt(draft,
		       "an attempt that was retried has the number %d too, so "
		       "\"add\": 1",
		       last);
}

void
tk_draft_count(struct tk_shape *const *shape, struct tk_draft *draft,
	       size_t count)
{
	int32_t high = -1, limit = -1;
	int add_limit = 0;

	find_ends(shape, draft, count);
	for (size_t i = 0; i < count; i++) {
		struct tk_draft *this = &draft[i];

		if (!is_retry(shape[i], this))
			continue;
		count_retries(shape[i], this);
		if (this->high[TK_NUMBER_ATTEMPT] + this->add_attempt > high &&
		    this->high[TK_NUMBER_ATTEMPT] >= 0)
			high = this->high[TK_NUMBER_ATTEMPT] +
			       this->add_attempt;
		if (limit_of(shape[i], this) > limit)
			limit = limit_of(shape[i], this);
		if (this->add_limit > add_limit)
			add_limit = this->add_limit;
	}
	for (size_t i = 0; i < count; i++) {
		if (shape[i]->meaning == TK_MEANS_EXHAUSTED)
			count_end(shape[i], &draft[i], high, limit, add_limit);
		else if (shape[i]->meaning == TK_MEANS_SUCCESS &&
			 tk_draft_has(shape[i], &draft[i], "max_attempts") &&
			 !tk_shape_has(shape[i], "max_attempts"))
			draft[i].add_limit = add_limit;
	}
}

void
tk_draft_connect(struct tk_shape *const *shape, struct tk_draft *draft,
		 size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (shape[i]->meaning != TK_MEANS_RETRY ||
		    has_delay(shape[i], &draft[i]))
			continue;
		/* "Attempt 1/3 failed: x" and then "Waiting 2s": one attempt
		 * in two lines. */
		for (size_t j = 0; j < count; j++) {
			uint64_t a = shape[i]->count, b = shape[j]->count;

			if (j == i || shape[j]->meaning != TK_MEANS_RETRY ||
			    !has_delay(shape[j], &draft[j]) ||
			    !tk_draft_has(shape[i], &draft[i], "attempt") ||
			    a > b + b / 2 || b > a + a / 2 || draft[i].at_limit)
				continue;
			tk_draft_doubt(&draft[i],
				       "taken for the same attempt as the line "
				       "with the delay behind it; else make it "
				       "a retry_attempt");
			draft[i].is_note = true;
			break;
		}
	}
}

static void
swap(struct tk_shape **shape, struct tk_draft *draft, size_t i, size_t j)
{
	struct tk_shape *other = shape[i];
	struct tk_draft copy = draft[i];

	shape[i] = shape[j];
	shape[j] = other;
	draft[i] = draft[j];
	draft[j] = copy;
}

enum backoff_status
tk_draft_sort(struct tk_shape **shape, struct tk_draft *draft, size_t count)
{
	bool reads[TK_GUESS_MAX][TK_GUESS_MAX] = {{false}};
	size_t order[TK_GUESS_MAX], foreign[TK_GUESS_MAX] = {0};

	for (size_t i = 0; i < count; i++) {
		order[i] = i;
		for (size_t j = 0; j < count; j++) {
			enum backoff_status status;
			size_t matched;

			/* Conditions on members are not tried here. */
			if (i == j || !shape[i]->is_sentence)
				continue;
			status = tk_draft_each(shape[i], &draft[i], shape[j],
					       NULL, NULL, &matched);
			if (status != BACKOFF_OK)
				return status;
			reads[i][j] = matched > 0;
			foreign[i] += matched > 0;
		}
	}
	/* Few; those that read the least of others first. */
	for (size_t i = 1; i < count; i++) {
		for (size_t j = i;
		     j > 0 && foreign[order[j]] < foreign[order[j - 1]]; j--) {
			size_t other = order[j];

			order[j] = order[j - 1];
			order[j - 1] = other;
			swap(shape, draft, j, j - 1);
		}
	}
	for (size_t i = 0; i < count; i++) {
		for (size_t j = i + 1; j < count; j++) {
			if (reads[order[i]][order[j]])
				tk_draft_doubt(&draft[i],
					       "it also reads lines of the %s "
					       "below: add words to it",
					       j == i + 1 ? "one" : "ones");
		}
	}
	return BACKOFF_OK;
}
