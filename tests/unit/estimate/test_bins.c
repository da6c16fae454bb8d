/* Tests of tools/estimate/bins. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>

#include "estimate/bins.h"
#include "unit/estimate/small_log.h"

Test(estimate_bins, classes_of_length_are_within_seven_percent)
{
	uint8_t before = 0;

	cr_expect(rs_length_class(0) == 0 && rs_length_ns(0) == 0);
	cr_expect(rs_length_class(UINT64_MAX) == RS_LENGTHS - 1);
	for (uint64_t ns = 1024; ns < UINT64_C(1) << 40; ns += ns / 50) {
		uint8_t length = rs_length_class(ns);
		double middle = (double)rs_length_ns(length);

		cr_expect(length >= before && length > 0);
		cr_expect(middle / (double)ns > 0.93 &&
			  middle / (double)ns < 1.07);
		before = length;
	}
}

/* Each attempt is in the bin that the counts say, and time does not run
 * backwards. */
Test(estimate_bins, hold_every_attempt_once)
{
	struct small_log small;
	struct rs_bins bins;
	size_t succeeded = 0, failed = 0;

	small_log_begin(&small);
	small_log_add_successes(&small, 0, 0, 100, 0.01);
	for (unsigned i = 0; i < 300; i++)
		small_log_add(&small, &(struct small_attempt){
					      .call = 20000 + i,
					      .attempt = 1,
					      .at_seconds = 30 + i * 0.002,
					      .failed = true,
					      .last = true,
					      .target = "t"});
	/* A long silence, which is divided. */
	small_log_add_successes(&small, 30000, 160, 161, 0.1);
	small_log_fit(&small, 1);
	cr_assert(rs_bins_init(&bins, &small.log) == BACKOFF_OK);
	cr_expect(bins.target_count == 2);
	for (size_t b = 0; b < bins.count; b++) {
		const struct rs_bin *bin = &bins.bin[b];

		succeeded += bin->succeeded;
		failed += bin->failed;
		cr_expect(bin->first_ns <= bin->last_ns);
		cr_expect(bin->begins || bin[-1].last_ns <= bin->first_ns);
	}
	cr_expect(succeeded == 10010 && failed == 300);
	for (size_t a = 0; a < small.log.attempt_count; a++) {
		const struct rs_bin *bin = &bins.bin[bins.bin_of[a]];

		cr_expect(bin->first_ns <= small.log.start_ns[a] &&
			  small.log.start_ns[a] <= bin->last_ns);
	}
	cr_expect(rs_bins_find(&bins, &bins.target[0], 0) ==
		  bins.target[0].first);
	cr_expect(rs_bins_find(&bins, &bins.target[0], UINT64_MAX) ==
		  bins.target[0].first + bins.target[0].count - 1);
	rs_bins_clear(&bins);
	small_log_clear(&small);
}
