/* One row of a field table: what policies and events are made of. */
#ifndef BACKOFF_FIELD_H
#define BACKOFF_FIELD_H

#include <backoff/attr.h>

BACKOFF_BEGIN_DECLS

/** One row of the field table, for help texts, forms and bindings. */
struct backoff_field {
	/** "base_delay", "jitter.ratio": the JSON path. */
	const char *path;
	/** "duration", "count", "number", "name", "text", "boolean", "time",
	 *  "object", "duration or list", "durations", "matchers". */
	const char *type;
	/** Range of a number, in `unit`; both 0 where there is none. */
	double min, max;
	/** "seconds" or "". */
	const char *unit;
	/** The default as JSON text; NULL where the field is required;
	 *  "" where it is absent by default. */
	const char *fallback;
	/** Allowed names, separated by spaces; "" where any text is. */
	const char *names;
	/** One sentence. */
	const char *doc;
};

BACKOFF_END_DECLS

#endif
