/* What loggers put around a message: its time, thread, logger, level, ids and
 * members, whether a line is JSON, logfmt, console output or plain text. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_ENVELOPE_H
#define TK_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

#include "base/json.h"
#include "envelope/find.h"
#include "unwrap/unwrap.h"

enum tk_envelope_kind {
	/** Plain text; its "name=value" pairs are members. */
	TK_ENVELOPE_TEXT,
	/** One JSON object. */
	TK_ENVELOPE_JSON,
	/** "name=value" from the first byte on. */
	TK_ENVELOPE_LOGFMT,
	/** Console text with a JSON object at its end. */
	TK_ENVELOPE_TAIL,
};

/** Where a time comes from. */
enum tk_time_origin {
	TK_TIME_NOWHERE,
	/** The line itself. */
	TK_TIME_OWN,
	/** What the line was wrapped in. */
	TK_TIME_WRAPPER,
	/** The latest line before it, of the same input and container, that has
	 *  one: the head of a message of several lines. */
	TK_TIME_HEAD,
};

/** Opaque; for one thread at a time. */
struct tk_envelope_reader;

/** A line's envelope. Pieces without text have at NULL; all live until the next
 *  tk_envelope_read() of the reader. */
struct tk_envelope {
	enum tk_envelope_kind kind;
	/** BACKOFF_ABSENT if there is none. */
	uint64_t ts_ns;
	enum tk_time_origin origin;
	/** The time has no zone, and was read in the reader's. */
	bool no_zone;
	/** What the program says, without escapes. TEXT: what follows the time,
	 *  if the line begins with it, else all. JSON and LOGFMT without a
	 *  message: the whole line. */
	struct tk_piece message;
	/** TEXT and TAIL: the end of message after level, thread and logger,
	 *  where these can be recognised; else the message. */
	struct tk_piece body;
	/** What keeps the calls of a process apart: a thread, goroutine, task
	 *  or worker. */
	struct tk_piece thread;
	/** The id of the request, job or trace. */
	struct tk_piece id;
	struct tk_piece logger, level;

	/** Private. */
	struct tk_envelope_reader *reader;
	struct tk_piece text;
};

/** NULL if there is no memory. */
struct tk_envelope_reader *tk_envelope_reader_new(void);
void tk_envelope_reader_free(struct tk_envelope_reader *reader);

/** Set what times do not say themselves; see struct tk_time_rules. At first UTC
 *  and the time at which the reader was made. */
void tk_envelope_clock(struct tk_envelope_reader *reader, int32_t zone_s,
		       uint64_t now_ns);

/**
 * Read the envelope of a line.
 *
 * Its own time counts; a wrapper's if it has none, and the latest one of the
 * same input and container if that has none either. A time without a zone takes
 * it from the wrapper's time, if that is the same moment in some zone.
 *
 * @param input  the number of the input
 * @param error  status, column and text on failure; may be NULL
 * @return BACKOFF_OK; BACKOFF_E_SYNTAX or BACKOFF_E_LIMIT if the line begins as
 *         a JSON object but is not one, which is then read as text;
 *         BACKOFF_E_NOMEM
 */
enum backoff_status tk_envelope_read(struct tk_envelope_reader *reader,
				     size_t input,
				     const struct tk_payload *payload,
				     struct tk_envelope *out,
				     struct backoff_error *error);

/**
 * Note a line that is not read, for the sake of its time: a line after it may
 * have none. Cheap; the time is parsed when it is needed.
 *
 * @param payload  or the whole line as text, if it was not unwrapped
 */
void tk_envelope_pass(struct tk_envelope_reader *reader, size_t input,
		      const struct tk_payload *payload);

/**
 * Find a member by its name: "a.b.c" is a member of nested objects, of a string
 * that holds an object, or has dots in its name. If a name comes twice, the
 * last counts. Values of pairs are strings, numbers, true or false by their
 * looks; none has escapes.
 *
 * @return false if there is none, or no memory
 */
bool tk_envelope_member(struct tk_envelope *envelope, const char *path,
			struct bo_json_value *out);

/** Call for each member of the first level, in their order; false stops. */
typedef bool (*tk_member_fn)(void *user, struct tk_piece name,
			     const struct bo_json_value *value);
void tk_envelope_members(const struct tk_envelope *envelope, tk_member_fn fn,
			 void *user);

#endif
