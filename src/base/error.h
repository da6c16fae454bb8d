/* Fills in the details of a failure. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_ERROR_H
#define BO_ERROR_H

#include <backoff/status.h>

/** Describe a failure, without line and column, in the caller's @p error, which
 *  may be NULL. Texts are cut to fit. Returns the status. */
enum backoff_status bo_error_set(struct backoff_error *error,
				 enum backoff_status status, const char *path,
				 const char *text);

#endif
