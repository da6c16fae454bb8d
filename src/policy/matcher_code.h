/* The codes of the namespaces that everybody shares: HTTP, errno, SQL, gRPC. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_POLICY_MATCHER_CODE_H
#define BO_POLICY_MATCHER_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Longer repaired codes are not suggested. */
#define BO_MATCHER_CODE_MAX 72

/** Write a code of a known namespace as it has to be: "http" and "5XX" become
 *  "http:5xx". False if nothing in that namespace is meant. */
bool bo_matcher_repair(const char *space, const char *value,
		       char out[BO_MATCHER_CODE_MAX]);

/** The number of a gRPC status, which may be a number or a name in any
 *  language's spelling; -1 for others. */
int bo_grpc_number(const char *value);

/** The first and last status of "14", "UNAVAILABLE" or "8-14". */
bool bo_grpc_range(const char *value, uint32_t *low, uint32_t *high);

/** A number for an SQLSTATE, in the order of SQLSTATEs; false for others. */
bool bo_sqlstate_number(const char *value, uint32_t *out);

/** The first and last state of "40" (a class) or "40000-40P99". */
bool bo_sqlstate_range(const char *value, uint32_t *low, uint32_t *high);

/** The rest of bo_matcher_is_useless(), for "NAMESPACE:CODE". */
bool bo_matcher_code_is_useless(const char *text, const char *colon, char *why,
				size_t size);

#endif
