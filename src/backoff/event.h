/* The attempt event: one JSON object on one line per attempt. */
/* SPDX-License-Identifier: MIT */
#ifndef BACKOFF_EVENT_H
#define BACKOFF_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include <backoff/attr.h>
#include <backoff/status.h>
#include <backoff/words.h>

BACKOFF_BEGIN_DECLS

/** An absent number. */
#define BACKOFF_ABSENT UINT64_MAX

/** Maximum length of a line that backoff_event_encode() writes, newline
 *  included. */
#define BACKOFF_EVENT_LINE_MAX 32768

enum backoff_event_type {
	/** A type that this version does not know; counted, never an error. */
	BACKOFF_EVENT_UNKNOWN,
	/** The attempt failed and another follows after the delay. */
	BACKOFF_EVENT_ATTEMPT,
	/** The attempt succeeded; the call is over. */
	BACKOFF_EVENT_SUCCESS,
	/** The attempt failed and a limit ended the call. */
	BACKOFF_EVENT_EXHAUSTED,
	/** The attempt failed, or its wait was cut short, and no retry is
	 *  allowed. */
	BACKOFF_EVENT_ABORTED,
	/** An attempt began; off by default. */
	BACKOFF_EVENT_STARTED,
	BACKOFF_EVENT_BREAKER_TRANSITION,
	/** A sink lost events; `dropped` says how many. */
	BACKOFF_EVENT_DROPPED,
};
#define BACKOFF_EVENT_TYPE_COUNT (BACKOFF_EVENT_DROPPED + 1)

enum backoff_delay_source {
	BACKOFF_DELAY_SOURCE_NONE,
	BACKOFF_DELAY_SOURCE_BACKOFF,
	BACKOFF_DELAY_SOURCE_HINT,
	BACKOFF_DELAY_SOURCE_ZERO,
};
#define BACKOFF_DELAY_SOURCE_COUNT (BACKOFF_DELAY_SOURCE_ZERO + 1)

/**
 * An event. Strings are borrowed, NUL-terminated UTF-8, and NULL where absent;
 * numbers are BACKOFF_ABSENT where absent. backoff-events(5) says when each
 * field is present. Initialise with backoff_event_init().
 */
struct backoff_event {
	/** sizeof(struct backoff_event): lets the struct grow. */
	uint32_t size;
	enum backoff_event_type type;
	/** Wall clock at the attempt's end, nanoseconds since 1970 UTC (the
	 *  log keeps microseconds). */
	uint64_t ts_ns;
	/** -1 where absent. */
	int outcome;
	/** -1 where absent. */
	int failure_class;
	enum backoff_kind kind;
	enum backoff_delay_source delay_source;
	enum backoff_hint_action hint_action;
	enum backoff_stop stop;
	const char *service, *operation, *target;
	const char *policy;
	/** 16 hex digits. */
	const char *policy_hash;
	/** At most 64 bytes. */
	const char *call_id, *parent_call_id;
	const char *error_type, *code, *error;
	/** The name of the law, "full" and so on. */
	const char *delay_law;
	/** A JSON object as text: id, tokens, cost. */
	const char *budget;
	const char *breaker, *trace_id, *span_id, *host;
	/** A JSON object of scalars, as text. */
	const char *attrs;
	/** Fields that this version does not know: JSON members as text,
	 *  separated by commas, without braces. */
	const char *extra;
	uint64_t attempt, max_attempts;
	uint64_t duration_ns, elapsed_ns, delay_ns;
	uint64_t delay_low_ns, delay_high_ns;
	uint64_t hint_ns;
	uint64_t attempt_timeout_ns, deadline_left_ns;
	uint64_t attempts, retries, backoff_ns;
	uint64_t in_flight, dropped, pid, seq;
};

/** Make all fields absent, and set the event's size: pass sizeof(struct
 *  backoff_event). */
BACKOFF_API void backoff_event_init(struct backoff_event *event, size_t size);

/**
 * Write one line, newline included, without a NUL. Bytes that are not
 * UTF-8 become U+FFFD, control characters are escaped, `error` is cut at 512
 * bytes, ids, hash, law and breaker at 64, other strings at 256.
 *
 * @return the line's length; 0 if it does not fit in @p size bytes, or if
 *         `budget`, `attrs` and `extra` together have more than 4096
 */
BACKOFF_API size_t backoff_event_encode(const struct backoff_event *event,
					char *line, size_t size);

/** Memory for decoding; opaque, for one thread at a time. */
struct backoff_event_decoder;

/** BACKOFF_OK or BACKOFF_E_NOMEM. */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_event_decoder_new(struct backoff_event_decoder **out);

/** NULL is fine. */
BACKOFF_API void
backoff_event_decoder_free(struct backoff_event_decoder *decoder);

/**
 * Read one line.
 *
 * @param line   without or with its newline; need not end in NUL
 * @param out    set on BACKOFF_OK, within its size, which the caller sets
 *               (backoff_event_init() does); its strings live until the
 *               decoder's next
 *               call. A type that this version does not know gives
 *               BACKOFF_EVENT_UNKNOWN and BACKOFF_OK.
 * @param error  may be NULL; the column is set, the line is 1
 * @return BACKOFF_OK; BACKOFF_E_FOREIGN for a valid JSON object without
 *         `event_type`, whatever else is in it; BACKOFF_E_SYNTAX if the line is
 *         not a JSON object; BACKOFF_E_FIELD for a missing or duplicate field;
 *         BACKOFF_E_VALUE; BACKOFF_E_LIMIT; BACKOFF_E_NOMEM
 */
BACKOFF_API BACKOFF_MUST_CHECK enum backoff_status
backoff_event_decode(struct backoff_event_decoder *decoder, const char *line,
		     size_t length, struct backoff_event *out,
		     struct backoff_error *error);

/** Row @p index of the field table, in the order of the line; NULL past the
 *  last. */
BACKOFF_API const struct backoff_field *backoff_event_field(size_t index);

/** The JSON Schema (draft 2020-12) of a line, made from the field table.
 *  Returns as backoff_policy_canonical(). */
BACKOFF_API size_t backoff_event_schema(char *buffer, size_t size);

/** "retry_attempt" and so on; NULL for UNKNOWN and unknown numbers. */
BACKOFF_API const char *backoff_event_type_name(enum backoff_event_type type);

/** The number of a name, for readers of other formats; -1 if unknown. */
BACKOFF_API int backoff_event_type_number(const char *name);

BACKOFF_END_DECLS

#endif
