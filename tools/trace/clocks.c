/* Corrects the times of hosts whose clocks differ. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "trace/coincide.h"
#include "trace/stitch.h"

/*
 * Two kinds of evidence: calls whose lines come from several hosts, and outages
 * of targets that several hosts use. Nothing says which clock is right, so the
 * one of most lines is taken to be. A clock that was set while the log was
 * written, or drifts, is not corrected by one difference: lines that then still
 * come before their cause remain, and are counted.
 */

/* Differences up to this are left: clocks are read after the fact. */
#define EQUAL_NS INT64_C(50000000)
/* Hosts whose clocks are compared; the ones with the most lines. */
#define HOSTS_MAX 64
/* More failures than that are not needed, and take long: the first ones. */
#define MOMENTS_MAX 30000

struct host {
	tk_string name;
	uint64_t lines;
	/** How far its clock is ahead; whether that is known. */
	int64_t ahead_ns;
	bool known;
	/** Its failures: [first, first + count) of the moments. */
	size_t first, count;
};

struct clocks {
	const struct tk_trace *trace;
	struct host host[HOSTS_MAX];
	size_t count;
	/** By name of a host: its number + 1, in the order of lines. */
	uint32_t *number;
	/** Failures, by host, then by key and time. */
	struct tk_moment *moment;
	struct tk_moment *pool;
	/** The time from the first to the last of them. */
	uint64_t span_ns;
};

static int
by_lines(const void *a, const void *b, void *user)
{
	const struct host *x = a, *y = b;
	const struct clocks *clocks = user;
	const char *p = tk_trace_text(clocks->trace, x->name);
	const char *q = tk_trace_text(clocks->trace, y->name);

	if (x->lines != y->lines)
		return x->lines > y->lines ? -1 : 1;
	/* Not the order in which files were read. */
	return strcmp(p ? p : "", q ? q : "");
}

/* Count the lines of each host. More hosts than are compared keep their clocks.
 */
static enum backoff_status
find_hosts(struct clocks *clocks)
{
	const struct tk_trace *trace = clocks->trace;
	size_t names = trace->strings.count + 1, count = 0, at = 0;
	struct host *host;
	uint32_t *lines = calloc(names, sizeof(*lines));

	clocks->number = lines;
	if (lines == NULL)
		return BACKOFF_E_NOMEM;
	for (size_t i = 0; i < trace->record_count; i++)
		count += trace->records[i].host != 0 &&
			 lines[trace->records[i].host]++ == 0;
	host = calloc(count + 1, sizeof(*host));
	if (host == NULL)
		return BACKOFF_E_NOMEM;
	for (size_t i = 1; i < names; i++) {
		if (lines[i] > 0)
			host[at++] = (struct host){.name = (tk_string)i,
						   .lines = lines[i]};
		lines[i] = 0;
	}
	qsort_r(host, count, sizeof(*host), by_lines, clocks);
	clocks->count = count < HOSTS_MAX ? count : HOSTS_MAX;
	memcpy(clocks->host, host, clocks->count * sizeof(*host));
	for (size_t i = 0; i < clocks->count; i++)
		clocks->number[host[i].name] = (uint32_t)i + 1;
	free(host);
	return BACKOFF_OK;
}

/* What calls with lines from several hosts say: from the host with the most
 * lines to those that shared calls with it, the best known first. */
static void
follow_calls(struct clocks *clocks)
{
	const struct tk_skew *skew = &clocks->trace->skew;

	if (skew->lines == 0)
		return;
	clocks->host[0].known = true;
	for (;;) {
		struct host *best = NULL;
		uint32_t most = 0;
		int64_t ahead_ns = 0;

		for (size_t a = 0; a < clocks->count; a++) {
			for (size_t b = 0; b < clocks->count; b++) {
				struct host *from = &clocks->host[a];
				struct host *to = &clocks->host[b];
				int64_t ns;
				uint32_t pairs;

				if (!from->known || to->known)
					continue;
				pairs = tk_skew_between(skew, from->name,
							to->name, &ns);
				if (pairs <= most)
					continue;
				most = pairs;
				best = to;
				ahead_ns = from->ahead_ns + ns;
			}
		}
		if (best == NULL)
			break;
		best->known = true;
		best->ahead_ns = ahead_ns;
	}
}

static bool
is_failure(const struct tk_record *record)
{
	return !record->left_out && tk_attempt_failed(&record->attempt);
}

static uint64_t
key_of(const struct tk_record *record)
{
	return record->target ? (UINT64_C(1) << 32) + record->target
			      : record->operation;
}

/* Leave out failures after the first ones of all hosts, where there are too
 * many. False if memory ran out. */
static bool
cut_moments(struct clocks *clocks, size_t count)
{
	uint64_t *at, last;

	if (count <= MOMENTS_MAX)
		return true;
	at = malloc(count * sizeof(*at));
	if (at == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		at[i] = clocks->moment[i].at_ns;
	qsort(at, count, sizeof(*at), bo_compare_u64);
	last = at[MOMENTS_MAX];
	clocks->span_ns = last - at[0];
	free(at);
	for (size_t h = 0; h < clocks->count; h++) {
		struct host *host = &clocks->host[h];
		struct tk_moment *moment = &clocks->moment[host->first];
		size_t kept = 0;

		for (size_t i = 0; i < host->count; i++)
			if (moment[i].at_ns <= last)
				moment[kept++] = moment[i];
		host->count = kept;
	}
	return true;
}

/* List the failures of each host, by their begin if it is known: that is when
 * the target was in the state that made them fail. */
static enum backoff_status
find_moments(struct clocks *clocks)
{
	const struct tk_trace *trace = clocks->trace;
	size_t sum = 0;

	for (size_t i = 0; i < trace->record_count; i++) {
		uint32_t number = clocks->number[trace->records[i].host];

		if (number > 0 && is_failure(&trace->records[i]))
			clocks->host[number - 1].count++;
	}
	for (size_t h = 0; h < clocks->count; h++) {
		clocks->host[h].first = sum;
		sum += clocks->host[h].count;
		clocks->host[h].count = 0;
	}
	clocks->moment = calloc(sum + 1, sizeof(*clocks->moment));
	clocks->pool = calloc(sum + 1, sizeof(*clocks->pool));
	if (clocks->moment == NULL || clocks->pool == NULL)
		return BACKOFF_E_NOMEM;
	for (size_t i = 0; i < trace->record_count; i++) {
		const struct tk_record *record = &trace->records[i];
		uint32_t number = clocks->number[record->host];
		struct host *host = &clocks->host[number - 1];
		uint64_t took = record->attempt.duration_ns;

		if (number == 0 || !is_failure(record))
			continue;
		if (took == BACKOFF_ABSENT)
			took = 0;
		clocks->moment[host->first + host->count++] =
			(struct tk_moment){
				key_of(record),
				bo_sub_sat(record->attempt.end_ns, took)};
	}
	clocks->span_ns = trace->totals.to_ns - trace->totals.from_ns;
	if (!cut_moments(clocks, sum))
		return BACKOFF_E_NOMEM;
	for (size_t h = 0; h < clocks->count; h++)
		qsort(clocks->moment + clocks->host[h].first,
		      clocks->host[h].count, sizeof(*clocks->moment),
		      tk_moment_compare);
	return BACKOFF_OK;
}

static uint64_t
by_right_clock(const struct host *host, uint64_t at_ns)
{
	if (host->ahead_ns < 0)
		return bo_add_sat(at_ns, (uint64_t)-host->ahead_ns);
	return bo_sub_sat(at_ns, (uint64_t)host->ahead_ns);
}

/* The failures of all hosts with a known clock, by right clocks. */
static size_t
fill_pool(struct clocks *clocks)
{
	size_t count = 0;

	for (size_t h = 0; h < clocks->count; h++) {
		const struct host *host = &clocks->host[h];

		for (size_t i = 0; host->known && i < host->count; i++) {
			struct tk_moment moment =
				clocks->moment[host->first + i];

			moment.at_ns = by_right_clock(host, moment.at_ns);
			clocks->pool[count++] = moment;
		}
	}
	qsort(clocks->pool, count, sizeof(*clocks->pool), tk_moment_compare);
	return count;
}

/* What shared outages say of the other hosts. One that they say nothing of is
 * taken to be right. */
static enum backoff_status
follow_outages(struct clocks *clocks)
{
	enum backoff_status status = find_moments(clocks);

	clocks->host[0].known = true;
	for (size_t h = 1; status == BACKOFF_OK && h < clocks->count; h++) {
		struct host *host = &clocks->host[h];
		size_t count;

		if (host->known)
			continue;
		count = fill_pool(clocks);
		if (tk_coincide(clocks->pool, count,
				clocks->moment + host->first, host->count,
				clocks->span_ns, &host->ahead_ns) < 0)
			status = BACKOFF_E_NOMEM;
		host->known = true;
	}
	return status;
}

/* Make the clock by which most lines are the right one. */
static void
settle(struct clocks *clocks)
{
	uint64_t best = 0;
	int64_t right = 0;

	for (size_t a = 0; a < clocks->count; a++) {
		uint64_t lines = 0;

		for (size_t b = 0; b < clocks->count; b++)
			if (llabs(clocks->host[b].ahead_ns -
				  clocks->host[a].ahead_ns) <= EQUAL_NS)
				lines += clocks->host[b].lines;
		if (lines > best) {
			best = lines;
			right = clocks->host[a].ahead_ns;
		}
	}
	for (size_t a = 0; a < clocks->count; a++) {
		struct host *host = &clocks->host[a];

		host->ahead_ns -= right;
		if (llabs(host->ahead_ns) <= EQUAL_NS)
			host->ahead_ns = 0;
	}
}

/* Move the lines of hosts whose clocks are wrong. */
static void
move_lines(const struct clocks *clocks, struct tk_trace *trace)
{
	struct tk_quality *quality = &trace->quality;

	for (size_t i = 0; i < trace->record_count; i++) {
		struct tk_record *record = &trace->records[i];
		uint32_t number = clocks->number[record->host];
		const struct host *host = &clocks->host[number - 1];

		if (number == 0 || host->ahead_ns == 0)
			continue;
		record->attempt.end_ns =
			by_right_clock(host, record->attempt.end_ns);
		if (record->deadline_ns != BACKOFF_ABSENT)
			record->deadline_ns =
				by_right_clock(host, record->deadline_ns);
		quality->corrected_lines++;
	}
	for (size_t h = 0; h < clocks->count; h++) {
		uint64_t size = (uint64_t)llabs(clocks->host[h].ahead_ns);

		quality->corrected_hosts += size > 0;
		if (size > quality->corrected_ns)
			quality->corrected_ns = size;
	}
}

enum backoff_status
tk_correct_clocks(struct tk_trace *trace)
{
	struct clocks clocks = {.trace = trace};
	enum backoff_status status = find_hosts(&clocks);

	if (status == BACKOFF_OK && clocks.count > 1) {
		follow_calls(&clocks);
		status = follow_outages(&clocks);
	}
	if (status == BACKOFF_OK && clocks.count > 1) {
		settle(&clocks);
		move_lines(&clocks, trace);
	}
	free(clocks.number);
	free(clocks.moment);
	free(clocks.pool);
	return status;
}
