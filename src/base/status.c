/* The table of statuses: name and text in one place. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>

#include <backoff/status.h>
#include <backoff/version.h>

#include "base/error.h"
#include "base/sized.h"

#define STATUSES(X)                                                            \
	X(BACKOFF_OK, "done")                                                  \
	X(BACKOFF_E_NOMEM, "out of memory")                                    \
	X(BACKOFF_E_ARGUMENT, "wrong argument")                                \
	X(BACKOFF_E_SYNTAX, "not valid JSON")                                  \
	X(BACKOFF_E_FIELD, "wrong field")                                      \
	X(BACKOFF_E_VALUE, "wrong value")                                      \
	X(BACKOFF_E_LIMIT, "too large")                                        \
	X(BACKOFF_E_NOT_FOUND, "not found")                                    \
	X(BACKOFF_E_IO, "input or output failed")                              \
	X(BACKOFF_E_STATE, "not possible in this state")                       \
	X(BACKOFF_E_CANCELLED, "cancelled")                                    \
	X(BACKOFF_E_FOREIGN, "not an attempt event")                           \
	X(BACKOFF_E_FAILED, "the call failed")

const char *
backoff_status_name(enum backoff_status status)
{
#define NAME(value, text)                                                      \
	case value:                                                            \
		return #value;
	switch (status) {
		STATUSES(NAME)
	}
#undef NAME
	return "BACKOFF_E_?";
}

const char *
backoff_status_text(enum backoff_status status)
{
#define TEXT(value, text)                                                      \
	case value:                                                            \
		return text;
	switch (status) {
		STATUSES(TEXT)
	}
#undef TEXT
	return "unknown status";
}

const char *
backoff_version(void)
{
	return BACKOFF_VERSION_STRING;
}

enum backoff_status
bo_error_set(struct backoff_error *error, enum backoff_status status,
	     const char *path, const char *text)
{
	if (error == NULL)
		return status;
	BO_CLEAR(backoff_error, error);
	error->status = status;
	snprintf(error->path, sizeof(error->path), "%s", path);
	snprintf(error->text, sizeof(error->text), "%s", text);
	return status;
}
