/* Lines that are missing: how many, of which process, and when. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/lost.h"

#include <stdbool.h>
#include <string.h>

#include <backoff.h>

#include "base/num.h"

/* Threads write their lines out of order, by less than this. */
#define DISORDER 64
/* What is lost within this time is one loss. */
#define SAME_NS (60 * BO_NS_PER_S)

static void
drop(struct tk_lost_list *gaps, size_t i)
{
	gaps->count--;
	memmove(&gaps->item[i], &gaps->item[i + 1],
		(gaps->count - i) * sizeof(gaps->item[0]));
}

static struct tk_lost *
add(struct tk_lost_list *gaps, const struct tk_lost *gap)
{
	if (gaps->count == TK_LOST_MAX)
		drop(gaps, 0);
	gaps->item[gaps->count] = *gap;
	return &gaps->item[gaps->count++];
}

static bool
is_numbered(const struct tk_lost *gap)
{
	return gap->first != BACKOFF_ABSENT;
}

/* Whether two losses of a process are within a minute, as one. */
static bool
is_near(const struct tk_lost *a, const struct tk_lost *b)
{
	uint64_t from_ns = bo_min(a->from_ns, b->from_ns);
	uint64_t to_ns = a->to_ns > b->to_ns ? a->to_ns : b->to_ns;

	return a->process == b->process && to_ns - from_ns <= SAME_NS;
}

static void
join(struct tk_lost *into, const struct tk_lost *gap)
{
	if (!is_numbered(into)) {
		into->first = gap->first;
		into->last = gap->last;
	} else if (is_numbered(gap)) {
		into->first = bo_min(into->first, gap->first);
		if (gap->last > into->last)
			into->last = gap->last;
	}
	into->run = gap->run;
	into->from_ns = bo_min(into->from_ns, gap->from_ns);
	if (gap->to_ns > into->to_ns)
		into->to_ns = gap->to_ns;
	into->lost += gap->lost;
	into->dropped = bo_add_sat(into->dropped, gap->dropped);
}

/* Join the losses of a run, except those that numbers near @p seq can fill. */
static void
settle(struct tk_lost_list *gaps, uint64_t run, uint64_t seq)
{
	struct tk_lost *into = NULL;

	for (size_t i = 0; i < gaps->count;) {
		struct tk_lost *gap = &gaps->item[i];

		if (gap->run != run || !is_numbered(gap) ||
		    (gap->last + DISORDER > seq &&
		     gap->first < bo_add_sat(seq, DISORDER))) {
			i++;
		} else if (into != NULL && is_near(into, gap)) {
			join(into, gap);
			drop(gaps, i);
		} else {
			into = gap;
			i++;
		}
	}
}

/* The latest loss that a report and numbers may both show. */
static struct tk_lost *
find_same(struct tk_lost_list *gaps, const struct tk_lost *gap, bool numbered)
{
	for (size_t i = gaps->count; i-- > 0;) {
		struct tk_lost *item = &gaps->item[i];

		if (is_numbered(item) == numbered && is_near(item, gap))
			return item;
	}
	return NULL;
}

void
tk_lost_open(struct tk_lost_list *gaps, const struct tk_lost *gap)
{
	struct tk_lost *reported = find_same(gaps, gap, false);

	settle(gaps, gap->run, gap->first);
	if (reported != NULL) {
		reported = find_same(gaps, gap, false);
		join(reported, gap);
	} else {
		add(gaps, gap);
	}
}

void
tk_lost_fill(struct tk_lost_list *gaps, uint64_t run, uint64_t seq)
{
	for (size_t i = gaps->count; i-- > 0;) {
		struct tk_lost *gap = &gaps->item[i];

		if (gap->run != run || !is_numbered(gap) || seq < gap->first ||
		    seq > gap->last || gap->lost == 0)
			continue;
		gap->lost--;
		if (gap->lost > 0)
			return;
		gap->first = gap->last = BACKOFF_ABSENT;
		if (gap->dropped == 0)
			drop(gaps, i);
		return;
	}
}

void
tk_lost_report(struct tk_lost_list *gaps, const struct tk_lost *gap)
{
	struct tk_lost *same = find_same(gaps, gap, true);

	if (same == NULL)
		same = find_same(gaps, gap, false);
	if (same == NULL)
		add(gaps, gap);
	else
		same->dropped = bo_add_sat(same->dropped, gap->dropped);
}

void
tk_lost_forget(struct tk_lost_list *gaps, uint64_t process)
{
	for (size_t i = 0; i < gaps->count;) {
		struct tk_lost *gap = &gaps->item[i];

		if (gap->process != process) {
			i++;
			continue;
		}
		gap->lost = 0;
		gap->first = gap->last = BACKOFF_ABSENT;
		if (gap->dropped > 0)
			i++;
		else
			drop(gaps, i);
	}
}

uint64_t
tk_lost_lines(const struct tk_lost *gap)
{
	return gap->lost > gap->dropped ? gap->lost : gap->dropped;
}

void
tk_lost_join(struct tk_lost_list *out, const struct tk_lost_list *gaps)
{
	*out = *gaps;
	for (size_t i = 0; i < out->count; i++)
		if (is_numbered(&out->item[i]))
			settle(out, out->item[i].run, BACKOFF_ABSENT);
}
