/* Lines become events, and events are counted. */
#ifndef RT_INGEST_H
#define RT_INGEST_H

#include "live/sequence.h"
#include "dialect/dialect.h"
#include "live/window.h"

/** Bad lines that are remembered with place and reason. */
#define RT_BAD_MAX 3

struct rt_bad {
	size_t input;
	uint64_t line;
	unsigned column;
	char text[RT_TEXT_MAX];
};

struct rt_ingest {
	struct tk_dialect *dialect;
	struct rt_window *window;
	struct rt_sequence *sequence;
	/** Lines, and what they were; bad includes oversize. */
	uint64_t lines, events, foreign, bad, oversize;
	/** Events of a type that this version does not know. */
	uint64_t unknown;
	/** Lines that a sink said it lost. */
	uint64_t dropped;
	/** The wall clock at this turn; 0: the log is history. */
	uint64_t wall_ns;
	/** All inputs were at their end once: what comes now is new. */
	bool caught_up;
	/** A new line came that was no event from long ago. */
	bool live;
	/** A new event came that was from long ago. */
	bool replayed;
	bool no_memory;
	struct rt_bad first_bad[RT_BAD_MAX];
};

/** A dialect by name; see tk_dialect_open(). */
enum backoff_status rt_ingest_init(struct rt_ingest *ingest,
				   const char *dialect,
				   struct backoff_error *error);
void rt_ingest_clear(struct rt_ingest *ingest);

/** A tk_follow_fn; @p user is a struct rt_ingest. */
void rt_ingest_line(void *user, size_t input, const struct tk_line *line);

/** Whether windows end now, by the wall clock: the log grows, with events of
 *  our time. Otherwise they end at the newest event. */
bool rt_ingest_is_live(const struct rt_ingest *ingest);

/** The last second of the window; 0 if there is no event and no clock. */
uint64_t rt_ingest_end_s(const struct rt_ingest *ingest);

#endif
