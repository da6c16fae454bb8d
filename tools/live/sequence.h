/* Lost lines, proven by gaps in the sequence numbers of each process. */
#ifndef RT_SEQUENCE_H
#define RT_SEQUENCE_H

#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

/** Processes that are watched at once; the least recently seen gives way. */
#define RT_SEQUENCE_MAX 1024

struct rt_sequence;

/** NULL if there is no memory. */
struct rt_sequence *rt_sequence_new(void);
void rt_sequence_free(struct rt_sequence *sequence);

/** Note an event's host, pid and seq, if it has them. The same process in two
 *  inputs counts as two: its files are not read in order. */
void rt_sequence_note(struct rt_sequence *sequence, size_t input,
		      const struct backoff_event *event);

/** Numbers that never arrived, and numbers that arrived twice. */
uint64_t rt_sequence_lost(const struct rt_sequence *sequence);
uint64_t rt_sequence_twice(const struct rt_sequence *sequence);

#endif
