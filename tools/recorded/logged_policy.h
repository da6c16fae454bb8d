/* Identifies the policy that wrote the log. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_LOGGED_POLICY_H
#define RS_LOGGED_POLICY_H

#include <stdbool.h>

#include "recorded/log.h"
#include "policies/policy_set.h"

enum rs_policy_evidence {
	RS_POLICY_EVIDENCE_NONE,
	/** The log's lines hold its hash. */
	RS_POLICY_EVIDENCE_HASH,
	/** The log's lines hold its name and no hash; its settings may have
	 *  changed. */
	RS_POLICY_EVIDENCE_NAME,
	/** It fits: the same max_attempts, every delay within its bounds, every
	 *  retried failure one that it retries. */
	RS_POLICY_EVIDENCE_FIT,
	/** The user says so, and the log's lines name none. */
	RS_POLICY_EVIDENCE_GIVEN,
	RS_POLICY_EVIDENCE_COUNT
};

/** The policy that an operation ran under. */
struct rs_logged_policy {
	enum rs_policy_evidence evidence;
	/** NULL if not known; borrowed from one of the sets. */
	const struct rs_policy *policy;
	/** Another policy of the same set that fits as well; or NULL. */
	const struct rs_policy *tie;
	/** Name and hash in the log's lines if it is in neither set, else
	 *  NULL. Either may be empty; borrowed from the log. */
	const char *missing_name, *missing_hash;
	/** Then a policy of that name in the sets, with other settings; or
	 *  NULL. */
	const struct rs_policy *namesake;
};

/**
 * Find the policy: if the lines name none, @p stated, unless that is NULL.
 * Otherwise among @p given, else among @p shipped: by the hash in the
 * lines; by the name if they hold no hash; if they hold neither, by which fits
 * the waits. If several fit, the one with the narrowest bounds wins, then the
 * one that retries fewer kinds of failure, then the first.
 */
struct rs_logged_policy rs_logged_policy_find(
	const struct rs_log *log, const struct rs_operation *operation,
	const struct rs_policy *stated, const struct rs_policy_set *given,
	const struct rs_policy_set *shipped);

#endif
