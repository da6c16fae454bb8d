/* The codes of the namespaces that everybody shares: HTTP, errno, SQL, gRPC. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_POLICY_MATCHER_CODE_H
#define BO_POLICY_MATCHER_CODE_H

#include <stdbool.h>
#include <stddef.h>

/** Longer repaired codes are not suggested. */
#define BO_MATCHER_CODE_MAX 72

/** Write a code of a known namespace as it has to be: "http" and "5XX" become
 *  "http:5xx". False if nothing in that namespace is meant. */
bool bo_matcher_repair(const char *space, const char *value,
		       char out[BO_MATCHER_CODE_MAX]);

/** The rest of bo_matcher_is_useless(), for "NAMESPACE:CODE". */
bool bo_matcher_code_is_useless(const char *text, const char *colon, char *why,
				size_t size);

#endif
