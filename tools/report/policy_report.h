/* Policies as text and as JSON. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_POLICY_REPORT_H
#define RS_POLICY_REPORT_H

#include <stdio.h>

#include "policies/policy_set.h"

/* Each returns 0, or -1 if memory ran out or writing failed. */

/** A line per policy. */
int rs_policy_list_text(const struct rs_policy_set *set, FILE *out);
int rs_policy_list_json(const struct rs_policy_set *set, FILE *out);

/** Hash, description, summary and canonical form. */
int rs_policy_report_text(const struct backoff_policy *policy, FILE *out);
int rs_policy_report_json(const struct backoff_policy *policy, FILE *out);

/** The canonical form alone. */
int rs_policy_report_canonical(const struct backoff_policy *policy, FILE *out);

#endif
