/* The rows of the table: computed, filtered, sorted, selected, frozen. */
#ifndef RT_MODEL_H
#define RT_MODEL_H

#include "live/window.h"

/** Columns of the history, and seconds in each. */
#define RT_SPARK 20
#define RT_SPARK_S (RT_HISTORY_S / RT_SPARK)
#define RT_FILTER_MAX 128

/** Space-separated, in the order of enum rt_sort. */
#define RT_SORT_NAMES "retries load exhausted calls aborted seen rising name"

enum rt_sort {
	RT_SORT_RETRIES,
	RT_SORT_LOAD,
	RT_SORT_EXHAUSTED,
	RT_SORT_CALLS,
	RT_SORT_ABORTED,
	RT_SORT_SEEN,
	RT_SORT_RISING,
	RT_SORT_NAME,
	RT_SORT_COUNT,
};

/** How much `attempts_per_call` means. */
enum rt_load {
	RT_LOAD_UNKNOWN,
	/** Of the calls that failed at least once: others are not logged. */
	RT_LOAD_OF_FAILED,
	/** Of all calls. */
	RT_LOAD_OF_ALL,
};

struct rt_row {
	/** Lives as long as the window. */
	const char *operation;
	char policy[RT_LABEL_MAX];
	/** 0 if the log does not say. */
	uint64_t max_attempts;
	/** In the window, and since the beginning. */
	struct rt_counts window, total;
	bool calls_known;
	enum rt_load load;
	/** Where known, else 0. */
	double calls_per_s, attempts_per_call, exhausted_share;
	double retries_per_s;
	struct rt_error_top error;
	/** 0 if never. */
	uint64_t seen_ns, rising_s;
	/** Retries of the last RT_SPARK * RT_SPARK_S seconds, oldest first; the
	 *  last column may be under way. */
	uint32_t spark[RT_SPARK];
};

struct rt_model {
	uint64_t window_s;
	enum rt_sort sort;
	bool reversed;
	char filter[RT_FILTER_MAX];
	/** All rows of the last computation, unsorted, and their sum. */
	struct rt_row *row;
	size_t count, room;
	struct rt_row total;
	/** Those that pass the filter, in order. */
	const struct rt_row **shown;
	size_t shown_count;
	/** Name of the selected operation; NULL: the first row. */
	const char *selected;
	/** The window is (end - window_s, end]; 0 before the first event. */
	uint64_t end_s, newest_ns;
	bool paused;
	/** Events when the pause began. */
	uint64_t paused_at;
};

void rt_model_init(struct rt_model *model, uint64_t window_s);
void rt_model_clear(struct rt_model *model);

/** Compute the rows anew, unless paused. @p end_s is the window's last second.
 *  False if there is no memory. */
bool rt_model_update(struct rt_model *model, struct rt_window *window,
		     uint64_t end_s);

/** After a change of sort, reversed or filter. */
void rt_model_arrange(struct rt_model *model);

/** Position of the selected row among those shown; 0 if it is not there. */
size_t rt_model_selected(const struct rt_model *model);

/** Select the row so many places further; stops at both ends. */
void rt_model_move(struct rt_model *model, long rows);

/** The worst operation whose retries are rising, or NULL. */
const struct rt_row *rt_model_rising(const struct rt_model *model);

const char *rt_sort_name(enum rt_sort sort);

#endif
