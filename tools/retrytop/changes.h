/* Verdicts that begin, change their word, or end. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_CHANGES_H
#define RT_CHANGES_H

#include "live/model.h"

/** A verdict that was reported. */
struct rt_reported {
	/** As of struct rt_verdict: one of them is not NULL. */
	const char *target, *operation;
	enum rt_word word;
	uint64_t since_s;
};

/** Those that have not ended. Zero has none. */
struct rt_changes {
	struct rt_reported item[2 * RT_VERDICTS_MAX];
	size_t count;
};

enum rt_change {
	RT_CHANGE_BEGINS,
	RT_CHANGE_WORD,
	RT_CHANGE_ENDS,
};

/**
 * Called for each change.
 *
 * @param was      as it was reported before; unless it begins
 * @param verdict  its index in the model; unless it ends
 */
typedef void (*rt_change_fn)(void *user, enum rt_change change,
			     const struct rt_reported *was, size_t verdict);

/**
 * Compare the verdicts of now with those that were reported.
 *
 * An operation whose verdict became a part of that of a target has not ended,
 * and is not reported; nor is one that had to make room for worse ones.
 */
void rt_changes_update(struct rt_changes *changes, const struct rt_model *model,
		       rt_change_fn report, void *user);

#endif
