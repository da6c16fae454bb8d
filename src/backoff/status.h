/* Statuses of calls that can fail, and details for a human. */
/* SPDX-License-Identifier: MIT */
#ifndef BACKOFF_STATUS_H
#define BACKOFF_STATUS_H

#include <stdint.h>

#include <backoff/attr.h>

BACKOFF_BEGIN_DECLS

/**
 * The numbers are part of the ABI and never reused.
 *
 * Every function that returns a status returns BACKOFF_E_ARGUMENT for a NULL
 * that it needs. Other functions do nothing, or return a neutral value, such as
 * 0, "" or NULL.
 */
enum backoff_status {
	/** Done. */
	BACKOFF_OK = 0,
	/** Out of memory; nothing was changed. */
	BACKOFF_E_NOMEM = 1,
	/** An argument of the call itself is wrong (NULL, a bad option). */
	BACKOFF_E_ARGUMENT = 2,
	/** The text is not strict JSON (RFC 8259, UTF-8, no duplicate keys). */
	BACKOFF_E_SYNTAX = 3,
	/** A field is unknown, missing, duplicate or has no effect. */
	BACKOFF_E_FIELD = 4,
	/** A field's value has the wrong type or lies outside its range. */
	BACKOFF_E_VALUE = 5,
	/** The input is longer, deeper or larger than this library reads. */
	BACKOFF_E_LIMIT = 6,
	/** No such policy, file or name. */
	BACKOFF_E_NOT_FOUND = 7,
	/** Reading or writing failed; errno says why. */
	BACKOFF_E_IO = 8,
	/** The object's state does not allow the call (a report with no attempt
	 *  under way, a step after the end). */
	BACKOFF_E_STATE = 9,
	/** A cancellation ended the wait. */
	BACKOFF_E_CANCELLED = 10,
	/** The line is valid JSON, but not an attempt event. */
	BACKOFF_E_FOREIGN = 11,
	/** The call was made, and failed: its answer says why. */
	BACKOFF_E_FAILED = 12,
};

/** Details of a failure, in the caller's storage. Begin with
 *  BACKOFF_INIT(struct backoff_error). */
struct backoff_error {
	/** sizeof(struct backoff_error): lets the struct grow. */
	uint32_t size;
	enum backoff_status status;
	/** From 1; 0 where the input has no lines. Columns count bytes. */
	uint32_t line, column;
	/** The place in the document, like "jitter.ratio" or "retry_on[2]"; may
	 *  be cut; "" without a place. */
	char path[128];
	/** The problem and what was expected: one line of UTF-8. */
	char text[256];
};

/** Receives every error of an input, not only the first. */
typedef void (*backoff_error_fn)(void *user, const struct backoff_error *error);

/** "BACKOFF_E_SYNTAX" and so on; "BACKOFF_E_?" for an unknown number. */
BACKOFF_API const char *backoff_status_name(enum backoff_status status);

/** One lower-case phrase for a human, without a full stop. */
BACKOFF_API const char *backoff_status_text(enum backoff_status status);

BACKOFF_END_DECLS

#endif
