/* The most frequent errors of one operation, in bounded memory. */
#ifndef RT_ERRORS_H
#define RT_ERRORS_H

#include "live/window.h"

struct rt_error_slot {
	char label[RT_LABEL_MAX];
	char text[RT_TEXT_MAX];
	/** The second that bucket `head_s % RT_HISTORY_S` counts. */
	uint64_t head_s;
	uint32_t bucket[RT_HISTORY_S];
};

struct rt_errors {
	/** NULL where unused; made as they are needed. */
	struct rt_error_slot *slot[RT_ERRORS_MAX];
};

void rt_errors_clear(struct rt_errors *errors);

/** Count one failure; false if there is no memory. */
bool rt_errors_add(struct rt_errors *errors, const struct backoff_event *event,
		   uint64_t second);

/** The most frequent of the seconds (end_s - length_s, end_s]; its share is
 *  left alone. */
void rt_errors_top(const struct rt_errors *errors, uint64_t end_s,
		   uint64_t length_s, struct rt_error_top *out);

/** Copy UTF-8 text, cut between characters. */
void rt_cut_text(const char *text, char *out, size_t size);

#endif
