/* One row of a field table: a field of policies or of events. */
/* SPDX-License-Identifier: MIT */
#ifndef BACKOFF_FIELD_H
#define BACKOFF_FIELD_H

#include <backoff/attr.h>

BACKOFF_BEGIN_DECLS

/** One row of the field table, for help texts, forms and bindings. */
struct backoff_field {
	/** "base_delay", "jitter.ratio": the JSON path. */
	const char *path;
	/** "duration", "count", "number", "name", "text", "boolean", "time",
	 *  "object", "count or unlimited", "duration or list", "delays",
	 *  "matchers". */
	const char *type;
	/** Range of a number or length, in `unit`; both 0: there is none. */
	double min, max;
	/** "seconds", "bytes" or "". */
	const char *unit;
	/** The default as JSON text; NULL where the field is required;
	 *  "" where it is absent by default. */
	const char *fallback;
	/** Allowed names, separated by spaces; "" if any string is allowed. */
	const char *names;
	/** One sentence. */
	const char *doc;
};

BACKOFF_END_DECLS

#endif
