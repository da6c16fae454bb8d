/* The operations as rows, computed from the windows at one moment. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_MODEL_H
#define RT_MODEL_H

#include "live/canary.h"
#include "live/notes.h"
#include "live/said.h"
#include "live/verdict.h"
#include "live/window.h"
#include "live/words.h"

/** The history of a row has this many steps. */
#define RT_STEPS 20
/** The longest window. */
#define RT_WINDOW_MAX_S 900
/** Most points of a history of all operations. */
#define RT_POINTS_MAX 360

/** The time before a window that shows how it came about. */
struct rt_span {
	/** Its end, which is that of the window, or of the last step before. */
	uint64_t end_s;
	uint64_t length_s;
	/** Seconds of a point, and number of points. */
	uint64_t point_s;
	size_t points;
};

/** 100 s for a window of up to 10 s, 5 minutes up to a minute, 20 minutes up
 *  to 5 minutes, and an hour above; @p is_past: without single seconds. */
struct rt_span rt_span_of(uint64_t window_s, uint64_t end_s, bool is_past);

/** Add the calls that failed and the retries of each point of a span. */
void rt_span_history(const struct rt_span *span,
		     const struct rt_operation *operation, uint32_t *failed,
		     uint32_t *retries);

/** The calls that `attempts_per_call` covers. */
enum rt_load {
	RT_LOAD_UNKNOWN,
	/** Calls that failed at least once: others are not logged. */
	RT_LOAD_OF_FAILED,
	RT_LOAD_OF_ALL,
};

/* X(member, name, words for people). Why calls end without success. */
#define RT_WHYS(X)                                                             \
	X(NONE, "", "")                                                        \
	X(BREAKER, "breaker", RT_SAY_BREAKER)                                  \
	X(BUDGET, "budget", RT_SAY_BUDGET)                                     \
	X(HINT, "hint", RT_SAY_HINT)                                           \
	X(DEADLINE, "deadline", RT_SAY_DEADLINE)                               \
	X(USED_UP, "used_up", RT_SAY_USED_UP)                                  \
	X(ABORTED, "aborted", RT_SAY_ABORTED)

#define RT_WHY_MEMBER(member, name, words) RT_WHY_##member,

enum rt_why { RT_WHYS(RT_WHY_MEMBER) RT_WHY_COUNT };

struct rt_row {
	/** Lives as long as the window; the model's if rows are grouped. */
	const char *operation;
	/** A number that stays the same while what rows are by does. */
	size_t id;
	char policy[RT_LABEL_MAX];
	/** Policies of late; their names if rows are grouped, cut. */
	size_t policies;
	char policy_names[RT_LABEL_MAX];
	/** 0 if the log does not say. */
	uint64_t max_attempts;
	/** In the window, and since the log's beginning. */
	struct rt_counts window, total;
	bool calls_known;
	/** It is of an error: its calls are those that ended with it. */
	bool is_error;
	enum rt_load load;
	/** 0 if unknown. */
	double calls_per_s, attempts_per_call, attempts_per_failed_call;
	double first_ok_share, recovered_share;
	double exhausted_share, failed_share;
	/** Attempts that were made, for each call that ended; calls that made
	 *  none count here, but not in attempts_per_call. */
	double sent_per_call;
	/** The most frequent reason for calls that failed, and its share of
	 *  them. */
	enum rt_why why;
	double why_share;
	double retries_per_s;
	struct rt_error_top error;
	/** 99th percentiles of the durations of attempts that succeeded, and of
	 *  their calls, in the window; 0 if too few are known. */
	uint64_t p99_try_ns, p99_call_ns;
	/** 0 if never. */
	uint64_t seen_ns, since_s;
	enum rt_word word;
	/** Retries, and calls that failed, of each step of the span, oldest
	 *  first. */
	uint32_t retries[RT_STEPS], failed[RT_STEPS];
};

struct rt_model {
	uint64_t window_s;
	/** What sums cover of it; whether it is of the past, so that there are
	 *  no single seconds. */
	uint64_t covered_s;
	bool is_past;
	/** The part of the window from which anything is known: the log may
	 *  have begun within it. Rates are over this part. */
	uint64_t seen_s;
	/** The operations, in no order, and their sum. */
	struct rt_row *row;
	size_t count, room;
	/** The names of grouped rows. */
	char (*name)[RT_PART_NAME_MAX];
	struct rt_row total;
	/** Calls that failed, and retries, of all operations in each point of
	 *  the span, oldest first. */
	struct rt_span span;
	uint32_t failed[RT_POINTS_MAX], retries[RT_POINTS_MAX];
	struct rt_verdicts verdicts;
	struct rt_canary canary;
	struct rt_notes notes;
	/** The window is (end_s - window_s, end_s]; 0 before the first event.
	 */
	uint64_t end_s, newest_ns;
};

const char *rt_why_name(enum rt_why why);
/** For people. */
const char *rt_why_words(enum rt_why why);

void rt_model_init(struct rt_model *model, uint64_t window_s);
void rt_model_clear(struct rt_model *model);

/** Compute all rows for the window whose last second is @p end_s, which may be
 *  up to two hours ago. Without memory it returns false, and there are no
 *  rows. */
bool rt_model_update(struct rt_model *model, struct rt_window *window,
		     uint64_t end_s);

/** Take the verdicts of its time, instead of those of now. */
void rt_model_recall(struct rt_model *model, const struct rt_said *said);

/** Forget what is known only of times after a second. */
void rt_row_forget_later(struct rt_row *row, uint64_t end_s);

/** Compute rates and shares of a row from its counts. */
void rt_row_derive(struct rt_row *row, uint64_t seen_s);

/** The sum of some of its rows. */
void rt_model_sum(const struct rt_model *model,
		  const struct rt_row *const *rows, size_t count,
		  struct rt_row *out);

#endif
