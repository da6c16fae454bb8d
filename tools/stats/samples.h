/* Weighted samples of durations, and their exact quantiles. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_SAMPLES_H
#define TK_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A duration that was seen @ref weight times. */
struct tk_sample {
	uint64_t ns;
	uint64_t weight;
	/** Once sorted: the weight of all samples up to this one. */
	uint64_t upto;
};

/** Integers only, so that no result depends on the order of adding. Zero is
 *  the empty set. */
struct tk_samples {
	struct tk_sample *item;
	size_t count, room;
	/** Sum of all weights. */
	uint64_t weight;
	bool sorted;
};

/** Add a duration; a weight of 0 adds nothing. False if memory ran out. */
bool tk_samples_add(struct tk_samples *samples, uint64_t ns, uint64_t weight);

/** Forget all samples, keep the memory. */
void tk_samples_reset(struct tk_samples *samples);
void tk_samples_clear(struct tk_samples *samples);

/** Sort, and join equal durations. */
void tk_samples_sort(struct tk_samples *samples);

/**
 * The duration at @p rank (from 1) of the union of two sorted sets, so that a
 * large set that many results share is sorted once.
 *
 * @param b     may be NULL
 * @param rank  cut to 1 .. total weight
 * @return 0 if both sets are empty
 */
uint64_t tk_samples_rank(const struct tk_samples *a, const struct tk_samples *b,
			 uint64_t rank);

/** The weight of all samples of a sorted set up to @p ns. */
uint64_t tk_samples_upto(const struct tk_samples *samples, uint64_t ns);

/**
 * The duration at @p rank (from 1) of the union of several sorted sets, without
 * joining them. Weights may be negative (modulo 2^64) where the union has that
 * duration more often in another set.
 *
 * @param rank  at most the total weight
 * @return 0 if all sets are empty
 */
uint64_t tk_samples_rank_in(const struct tk_samples *const *set, size_t count,
			    uint64_t rank);

/** Rank of the quantile permille / 1000 among @p total: the smallest value
 *  with at least that share at or below it (Hyndman and Fan's type 1). */
uint64_t tk_quantile_rank(uint64_t total, unsigned permille);

/** The same of the quantile part / whole. */
uint64_t tk_quantile_rank_of(uint64_t total, unsigned part, unsigned whole);

#endif
