/* Reads a JSON object into a struct by a table of its members. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_WORLD_READ_H
#define RS_WORLD_READ_H

#include <backoff.h>

#include "world/members.h"

/** Read the text of a file. BACKOFF_OK; else a status with line, column and
 *  path in @p error, and @p object may be half read. */
enum backoff_status rs_world_read(const struct rs_member_table *table,
				  const char *text, size_t length, void *object,
				  struct backoff_error *error);

#endif
