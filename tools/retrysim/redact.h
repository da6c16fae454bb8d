/* Names that a report must not hold, replaced by short hashes. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_REDACT_H
#define RS_REDACT_H

#include "common/digest.h"
#include "common/opt.h"
#include "replay/compare.h"

struct rs_redactor {
	/** Follows from the whole log, so that only who has the log can try
	 *  names; and so that reports of one log agree. */
	unsigned char salt[TK_DIGEST_BYTES];
};

/** False if memory ran out. */
bool rs_redactor_init(struct rs_redactor *redactor,
		      const struct tk_trace *trace);

/** Write "KIND-1f3a9c" for a name; returns buffer, which is empty if memory ran
 *  out. */
const char *rs_redact_name(const struct rs_redactor *redactor, const char *kind,
			   const char *name, char *buffer, size_t size);

/** Replace a value of an option or an operand, as rs_word_fn; @p user is the
 *  redactor. */
const char *rs_redact_word(void *user, const struct tk_opt *option,
			   const char *value, char *buffer, size_t size);

/**
 * Replace all names of a log, and drop the texts of errors. Names of policies,
 * and types and codes of errors, stay.
 *
 * @param comparison  of that log: its names are replaced, too
 * @return false if memory ran out; then nothing of the log must be printed
 */
bool rs_redact_log(const struct rs_redactor *redactor, struct tk_trace *trace,
		   struct rs_comparison *comparison);

#endif
