/* Replays all policies of a plan on the calls of one operation. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_SUBJECT_H
#define RS_SUBJECT_H

#include "recorded/coupling.h"
#include "replay/judge.h"

struct rs_plan {
	const struct rs_log *log;
	const struct rs_policy_set *policies;
	/** Policies that may have written the log if none of the compared ones
	 *  did. */
	const struct rs_policy_set *shipped;
	/** The policy that wrote the log where its lines name none; or NULL. */
	const struct rs_policy *stated;
	const struct rs_estimator *estimator;
	/** A shell pattern of operations; NULL for all. */
	const char *pattern;
	/** Index of the policy to compare with; SIZE_MAX: the logged policy of
	 *  each operation, or the first policy if that is not among them. */
	size_t baseline;
	struct rs_margin margin;
	uint64_t seed;
	uint32_t replicas;
	/** Make rs_result.detail, too. */
	bool detail;
};

/** How the logged policy comes out when it is replayed on its own log. */
struct rs_self {
	/** The policy is known. */
	bool known;
	/** Calls that make other attempts or end otherwise than recorded, in
	 *  any replica. */
	uint64_t differing;
};

/** An operation of the comparison. */
struct rs_subject {
	/** Index in the log. */
	size_t operation;
	struct rs_logged_policy logged_policy;
	/** Index of the baseline among the policies. */
	size_t baseline;
	/** Its incidents are not there any more, only their number. */
	struct rs_finding finding;
	/** Incidents in which a call of it begins; with fewer than
	 *  RS_INCIDENTS_MIN, intervals for the next window are only rough. */
	size_t incidents;
	/** Those incidents, and the bins of rs_detail, which cover the log;
	 *  only if rs_plan.detail asks for them. */
	struct rs_subject_incident *incident;
	uint64_t detail_from_ns, detail_bin_ns;
	size_t detail_bins;
	struct rs_self self;
	struct rs_coupling coupling;
	/** Recorded failures without an error type. */
	uint64_t untyped_failures;
	/** First of its results, one per policy. */
	size_t first_result;
};

/**
 * Make all results of an operation but their verdicts.
 *
 * @param estimate  the estimator's state
 * @param draw      room for all attempts of the log
 * @param result    one for each policy
 * @param item      the cases of its differences: one for each policy but the
 *                  baseline
 * @return BACKOFF_OK or BACKOFF_E_NOMEM
 */
enum backoff_status rs_subject_run(const struct rs_plan *plan,
				   const void *estimate, uint64_t *draw,
				   struct rs_subject *subject,
				   struct rs_result *result,
				   struct rs_case *item);

#endif
