/* Lines that are missing: how many, of which process, and when. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_LOST_H
#define TK_LOST_H

#include <stddef.h>
#include <stdint.h>

/** Losses that are remembered; of earlier ones only their number is known. */
#define TK_LOST_MAX 256
/** Longer names of hosts are cut. */
#define TK_LOST_HOST_MAX 64

struct tk_lost {
	/** Names the process, and the run of its numbers. */
	uint64_t process, run;
	/** Empty: not known. */
	char host[TK_LOST_HOST_MAX];
	/** BACKOFF_ABSENT: not known. */
	uint64_t pid;
	/** The input of the line that showed it. */
	size_t input;
	/** The first and the last number that did not come; BACKOFF_ABSENT if
	 *  only a report shows it. */
	uint64_t first, last;
	/** Times of the lines before and after it. */
	uint64_t from_ns, to_ns;
	/** Numbers that did not come, and lines that the process says it did
	 *  not write. They may be the same lines. */
	uint64_t lost, dropped;
};

/** Zero has none. */
struct tk_lost_list {
	/** In the order in which they were found. */
	struct tk_lost item[TK_LOST_MAX];
	size_t count;
};

/** Numbers did not come, until now. What is lost within a minute becomes one
 *  loss, once lines that are late have had their time. */
void tk_lost_open(struct tk_lost_list *gaps, const struct tk_lost *gap);

/** A number came late. */
void tk_lost_fill(struct tk_lost_list *gaps, uint64_t run, uint64_t seq);

/** A process says that it did not write lines, whose numbers may be missing. */
void tk_lost_report(struct tk_lost_list *gaps, const struct tk_lost *gap);

/** The numbers of a process prove nothing. */
void tk_lost_forget(struct tk_lost_list *gaps, uint64_t process);

/** Copy them, and join what is within a minute, even if it may still be filled.
 */
void tk_lost_join(struct tk_lost_list *out, const struct tk_lost_list *gaps);

/** The lines that are missing: one may be both lost and dropped. */
uint64_t tk_lost_lines(const struct tk_lost *gap);

#endif
