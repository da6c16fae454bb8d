/* Opens one dialect, and reads a line that has one event. */
/* SPDX-License-Identifier: MIT */
#ifndef TEST_DIALECT_ONE_H
#define TEST_DIALECT_ONE_H

#include "dialect/dialect.h"

static inline enum backoff_status
open_one(const char *name, struct tk_dialect **out, struct backoff_error *error)
{
	return tk_dialect_open((const char *const[]){name, NULL}, NULL, out,
			       error);
}

static inline bool
keep_one(void *user, const struct tk_reading *reading)
{
	*(struct tk_reading *)user = *reading;
	return true;
}

/** Read a line; @p out is set if it has an event, to the last of them. */
static inline enum tk_verdict
read_one(struct tk_dialect *dialect, const struct tk_line *line,
	 struct tk_reading *out, struct backoff_error *error)
{
	return tk_dialect_read(dialect, 0, line, keep_one, out, error);
}

static inline const char *
name_of(const struct tk_dialect *dialect, size_t i)
{
	const char *name = NULL;
	uint64_t readings;

	return tk_dialect_found(dialect, i, &name, &readings) ? name : NULL;
}

#endif
