/* Replays all policies on the calls of one operation. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_SUBJECT_H
#define RS_SUBJECT_H

#include "replay/compare.h"
#include "replay/judge.h"

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
