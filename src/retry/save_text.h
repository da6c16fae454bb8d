/* The text of a saved call: one line of JSON to and from a plain struct. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_SAVE_TEXT_H
#define BO_SAVE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include <backoff/engine.h>
#include <backoff/status.h>

/** A longer text is not read. */
#define BO_SAVED_MAX_BYTES 8192

/** The members of the text. save.c checks their values. */
struct bo_saved {
	uint32_t v, attempt, finished, uncounted, curve_start, idempotent;
	uint32_t inbound_attempt;
	uint32_t uncounted_by_class[BACKOFF_CLASS_COUNT];
	uint64_t elapsed_ns, delay_ns, previous_delay_ns, backoff_ns;
	/** BACKOFF_ABSENT in not_before_ns: no wait; in deadline_ns: none. */
	uint64_t saved_at_ns, not_before_ns, deadline_ns;
	/** Billionths of a token; BACKOFF_ABSENT: nothing is held. */
	uint64_t retry_cost_nano;
	uint64_t experiment, number;
	char policy[65], policy_hash[65], call_id[65];
	char operation[257];
	/** The call's own; "": the retry object's. */
	char target[257], attrs[1025];
	/** The last failure; "": not known. */
	char outcome[16], failure_class[16];
	char error_type[64], code[64], error[256];
};

/** Write the text, as snprintf() does; texts in the struct must be UTF-8. */
size_t bo_saved_write(const struct bo_saved *saved, char *buffer, size_t size);

/**
 * Read the text. Values are checked for their form only.
 *
 * @param error  may be NULL
 * @return BACKOFF_OK; BACKOFF_E_SYNTAX, _FIELD, _VALUE, _LIMIT
 */
enum backoff_status bo_saved_read(const char *text, size_t length,
				  struct bo_saved *saved,
				  struct backoff_error *error);

#endif
