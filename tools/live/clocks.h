/* How far the clock of each host is ahead of the others, or behind them. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_CLOCKS_H
#define RT_CLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Clocks that are watched at once; the least recently seen gives way. */
#define RT_CLOCKS_MAX 512
/** The last comparisons with other clocks that are kept. */
#define RT_CLOCK_SAMPLES 9
#define RT_HOST_MAX 64
/** A clock that is off by less is not worth a word. */
#define RT_CLOCK_OFF_NS (3 * INT64_C(1000000000))

struct rt_clock {
	/** 0: unused. */
	uint64_t id, used_at;
	/** "" if the log does not say: then the input stands for the host. */
	char host[RT_HOST_MAX];
	size_t input;
	/** Events whose time could not be right, and how far the last of them
	 *  was ahead of what it was compared with. */
	uint64_t leaps;
	int64_t leap_ns;
	/** How far the clock is ahead, steadily; 0 if it is right, or if that
	 *  is not known. */
	int64_t offset_ns;
	int64_t sample[RT_CLOCK_SAMPLES];
	unsigned samples;
	/** Batches since samples agreed. */
	unsigned batches;
	/** What the last sample was compared with. */
	uint64_t compared_ns;
	/** The time of its last event in history, and how many of them were
	 *  ahead of later ones of others. */
	uint64_t last_ns, ahead;
	/** How far it was set back, in a process that went on, and what it
	 *  showed just before the last time. */
	uint64_t back_ns, back_at_ns;
};

/** Processes whose lines are watched at once; later ones replace others. */
#define RT_PROCESSES_MAX 1024

/** A process in an input: its last line, whose time does not go back, the lines
 *  in a row up to it, and those after it that are earlier. If its time leapt
 *  ahead, the lines since then, and the time before. */
struct rt_process {
	uint64_t key, seq, ts_ns, before_ns;
	uint32_t lines, earlier, leapt;
};

/** What a line says that shows its time. */
struct rt_clock_line {
	uint64_t ts_ns, pid, seq;
	size_t input;
};

struct rt_clocks {
	struct rt_clock clock[RT_CLOCKS_MAX];
	struct rt_process process[RT_PROCESSES_MAX];
	uint64_t used;
	/** How far the log as a whole is ahead of the wall clock; offsets are
	 *  from its time. */
	int64_t base_ns;
	/** They were compared with the wall clock. */
	bool by_wall;
};

/** Names the clock of a host, or of an input whose lines name none. */
uint64_t rt_clock_id(const char *host, size_t input);

struct rt_clock *rt_clocks_find(struct rt_clocks *clocks, uint64_t id,
				const char *host, size_t input);

/**
 * Compare an event's time with another clock that shows @p other_ns. Only one
 * of many comparisons within a fifth of a second counts, so that a burst is not
 * taken for something steady.
 */
void rt_clock_compare(struct rt_clock *clock, uint64_t ts_ns,
		      uint64_t other_ns);

/** A line's time by a clock that is never set back: the numbers that a process
 *  gives to its lines are in the order of time. */
uint64_t rt_clock_onward_ns(struct rt_clocks *clocks, struct rt_clock *clock,
			    const struct rt_clock_line *line);

/** The log as a whole is ahead of the wall clock: what was compared with that
 *  is forgotten. */
void rt_clocks_set_base(struct rt_clocks *clocks, int64_t base_ns);

/** How far a clock is ahead, steadily, of the wall clock if there is one; 0 if
 *  it is right, or if that is not known. */
int64_t rt_clock_ahead_ns(const struct rt_clocks *clocks,
			  const struct rt_clock *clock);

/** Worse clocks first: the number of those that are off, at most @p size of
 *  them in @p out. */
size_t rt_clocks_off(const struct rt_clocks *clocks,
		     const struct rt_clock **out, size_t size);

#endif
