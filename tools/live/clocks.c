/* How far the clock of each host is ahead of the others, or behind them. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/clocks.h"

#include <stdlib.h>
#include <string.h>

#include <backoff.h>

#include "base/hash.h"
#include "base/num.h"
#include "base/utf8.h"

/* Slots in a set; a clock's id selects its set. */
#define WAYS 8
/* Comparisons that make a difference steady. */
#define STEADY_MIN 5
/* After as many batches, all that are kept must agree. */
#define BATCHES_MIN 3
/* They are this far apart, and differ by less than the larger of two limits:
 * the second is a part of the difference itself. */
#define APART_NS (BO_NS_PER_S / 5)
#define SPREAD_NS (2 * (int64_t)BO_NS_PER_S)
#define SPREAD_PART 20

/* A clock that is set back by less, or after fewer lines, may be a disorder of
 * threads. */
#define BACK_NS (5 * BO_NS_PER_S)
#define BACK_AFTER 8
/* Lines in a row that show it. */
#define BACK_LINES 2
/* Lines of one process in a row are numbered closer than this. */
#define SEQ_APART 1000
/* Clocks are set back by what is a multiple of this, if it is nearly so. */
#define QUARTER_NS (900 * BO_NS_PER_S)

uint64_t
rt_clock_id(const char *host, size_t input)
{
	uint64_t id;

	if (host != NULL && *host != '\0')
		id = bo_hash(0, host, strlen(host));
	else
		id = bo_hash(1, &input, sizeof(input));
	return id != 0 ? id : 1;
}

struct rt_clock *
rt_clocks_find(struct rt_clocks *clocks, uint64_t id, const char *host,
	       size_t input)
{
	struct rt_clock *set =
		&clocks->clock[id % (RT_CLOCKS_MAX / WAYS) * WAYS];
	struct rt_clock *oldest = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].id == id) {
			set[i].used_at = ++clocks->used;
			return &set[i];
		}
		if (set[i].used_at < oldest->used_at)
			oldest = &set[i];
	}
	memset(oldest, 0, sizeof(*oldest));
	oldest->id = id;
	oldest->used_at = ++clocks->used;
	oldest->input = input;
	if (host != NULL)
		bo_utf8_copy(host, oldest->host, sizeof(oldest->host));
	return oldest;
}

static int
compare_i64(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The median of the samples if they agree, else 0. */
static int64_t
steady_offset(const struct rt_clock *clock)
{
	size_t count = clock->samples < RT_CLOCK_SAMPLES ? clock->samples
							 : RT_CLOCK_SAMPLES;
	int64_t sorted[RT_CLOCK_SAMPLES], median, spread;
	/* One sample at each end may be wrong; but few that agree after many
	 * that did not may do so by chance. */
	bool by_chance = clock->batches >= BATCHES_MIN;
	size_t cut = count > STEADY_MIN && !by_chance;

	if (count < (by_chance ? RT_CLOCK_SAMPLES : STEADY_MIN))
		return 0;
	memcpy(sorted, clock->sample, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), compare_i64);
	median = sorted[count / 2];
	spread = sorted[count - 1 - cut] - sorted[cut];
	if (median > -RT_CLOCK_OFF_NS && median < RT_CLOCK_OFF_NS)
		return 0;
	if (spread > SPREAD_NS && spread > llabs(median) / SPREAD_PART)
		return 0;
	return median;
}

/* Lines that come at once, of different times, are a batch: they say nothing
 * about the clock. */
static void
note_batch(struct rt_clock *clock, int64_t offset_ns)
{
	int64_t last_ns;

	if (clock->samples == 0)
		return;
	last_ns = clock->sample[(clock->samples - 1) % RT_CLOCK_SAMPLES];
	if (llabs(offset_ns - last_ns) <= SPREAD_NS)
		return;
	clock->samples = 0;
	clock->offset_ns = 0;
	clock->batches++;
}

void
rt_clock_compare(struct rt_clock *clock, uint64_t ts_ns, uint64_t other_ns)
{
	if (other_ns < clock->compared_ns + APART_NS) {
		note_batch(clock, (int64_t)(ts_ns - other_ns));
		return;
	}
	clock->compared_ns = other_ns;
	clock->sample[clock->samples++ % RT_CLOCK_SAMPLES] =
		(int64_t)(ts_ns - other_ns);
	clock->offset_ns = steady_offset(clock);
	if (clock->offset_ns != 0)
		clock->batches = 0;
}

/* NULL if the line is not numbered. */
static struct rt_process *
find_process(struct rt_clocks *clocks, const struct rt_clock *clock,
	     const struct rt_clock_line *line)
{
	uint64_t key[3] = {clock->id, line->pid, line->input};
	uint64_t hash = bo_hash(0, key, sizeof(key)) | 1;
	struct rt_process *process;

	if (line->pid == BACKOFF_ABSENT || line->seq == BACKOFF_ABSENT)
		return NULL;
	process = &clocks->process[hash / 2 % RT_PROCESSES_MAX];
	if (process->key != hash)
		*process = (struct rt_process){.key = hash};
	return process;
}

/* The clock was set back, by as much as makes the line the next one. */
static void
set_back(struct rt_clock *clock, uint64_t line_ns, uint64_t last_ns)
{
	uint64_t by_ns = last_ns - line_ns;
	uint64_t quarters_ns =
		(by_ns + QUARTER_NS / 2) / QUARTER_NS * QUARTER_NS;
	uint64_t apart_ns =
		by_ns > quarters_ns ? by_ns - quarters_ns : quarters_ns - by_ns;

	clock->back_at_ns = last_ns - clock->back_ns;
	clock->back_ns +=
		quarters_ns > 0 && apart_ns < BACK_NS ? quarters_ns : by_ns;
}

/* Whether a line shows that the clock may have been set back. A few lines
 * before it that were ahead were strays. */
static bool
is_earlier(const struct rt_process *process, uint64_t ts_ns)
{
	if (process->lines < BACK_AFTER || ts_ns + BACK_NS >= process->ts_ns)
		return false;
	return process->leapt >= BACK_AFTER ||
	       ts_ns + BACK_NS < process->before_ns;
}

static void
note_line(struct rt_process *process, uint64_t seq, uint64_t ts_ns,
	  bool follows)
{
	process->lines = follows ? process->lines + 1 : 1;
	process->leapt++;
	if (!follows || ts_ns > process->ts_ns + BACK_NS) {
		process->before_ns = follows ? process->ts_ns : ts_ns;
		process->leapt = follows ? 1 : BACK_AFTER;
	}
	process->earlier = 0;
	process->seq = seq;
	process->ts_ns = ts_ns;
}

uint64_t
rt_clock_onward_ns(struct rt_clocks *clocks, struct rt_clock *clock,
		   const struct rt_clock_line *line)
{
	struct rt_process *process = find_process(clocks, clock, line);
	uint64_t ts_ns = line->ts_ns + clock->back_ns;
	bool follows;

	if (process == NULL)
		return ts_ns;
	/* The line was asked about before. */
	if (process->lines > 0 && process->seq == line->seq &&
	    (process->earlier > 0 || process->ts_ns == ts_ns))
		return process->ts_ns;
	follows = line->seq > process->seq &&
		  line->seq - process->seq < SEQ_APART;
	/* It is set right again. */
	if (follows && clock->back_ns > 0 &&
	    ts_ns > process->ts_ns + clock->back_ns / 2 &&
	    line->ts_ns + BACK_NS > process->ts_ns) {
		clock->back_ns = 0;
		ts_ns = line->ts_ns;
	}
	if (follows && is_earlier(process, ts_ns)) {
		process->seq = line->seq;
		if (++process->earlier < BACK_LINES)
			return process->ts_ns;
		set_back(clock, ts_ns, process->ts_ns);
		ts_ns = line->ts_ns + clock->back_ns;
	}
	note_line(process, line->seq, ts_ns, follows);
	return ts_ns;
}

void
rt_clocks_set_base(struct rt_clocks *clocks, int64_t base_ns)
{
	clocks->base_ns = base_ns;
	for (size_t i = 0; i < RT_CLOCKS_MAX; i++) {
		clocks->clock[i].samples = 0;
		clocks->clock[i].offset_ns = 0;
		clocks->clock[i].compared_ns = 0;
	}
}

int64_t
rt_clock_ahead_ns(const struct rt_clocks *clocks, const struct rt_clock *clock)
{
	int64_t ahead_ns = clocks->base_ns + clock->offset_ns;

	/* Else, that may have made it right. */
	if (clocks->by_wall && clock->samples >= STEADY_MIN)
		ahead_ns -= (int64_t)clock->back_ns;
	return llabs(ahead_ns) < RT_CLOCK_OFF_NS ? 0 : ahead_ns;
}

struct off {
	const struct rt_clock *clock;
	int64_t ahead_ns;
};

static int
compare_badness(const void *a, const void *b)
{
	const struct off *x = a, *y = b;
	long long by = llabs(x->ahead_ns), than = llabs(y->ahead_ns);

	if (by != than)
		return by < than ? 1 : -1;
	if (x->clock->leaps != y->clock->leaps)
		return x->clock->leaps < y->clock->leaps ? 1 : -1;
	return strcmp(x->clock->host, y->clock->host);
}

size_t
rt_clocks_off(const struct rt_clocks *clocks, const struct rt_clock **out,
	      size_t size)
{
	struct off off[RT_CLOCKS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < RT_CLOCKS_MAX; i++) {
		const struct rt_clock *clock = &clocks->clock[i];
		int64_t ahead_ns = rt_clock_ahead_ns(clocks, clock);

		if (clock->id != 0 &&
		    (ahead_ns != 0 || clock->leaps > 0 || clock->back_ns > 0))
			off[count++] = (struct off){clock, ahead_ns};
	}
	qsort(off, count, sizeof(*off), compare_badness);
	for (size_t i = 0; i < count && i < size; i++)
		out[i] = off[i].clock;
	return count;
}
