/* Pools attempts into bins: as many as the state of a target needs, and not
 * many more than a large log allows. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "estimate/bins.h"
#include "estimate/points.h"

/* Silences are divided into parts of this length, or longer ones in long
 * logs. */
#define SILENCE_NS UINT64_C(200000000)
#define SILENCES 16000
/* Units of expected attempts in such a part. */
#define UNITS 32

uint8_t
rs_length_class(uint64_t ns)
{
	unsigned octave = 0, eighth;

	if (ns < 1024)
		return 0;
	while (ns >> octave > 2047)
		octave++;
	eighth = (unsigned)((ns >> octave) - 1024) / 128;
	return (uint8_t)bo_min(1 + octave * 8 + eighth, RS_LENGTHS - 1);
}

uint64_t
rs_length_ns(uint8_t length)
{
	unsigned octave, eighth;

	if (length == 0)
		return 0;
	octave = (length - 1u) / 8;
	eighth = (length - 1u) % 8;
	return (UINT64_C(1024) + 128 * eighth + 64) << octave;
}

static uint16_t
most(uint16_t a, uint16_t b)
{
	return a > b ? a : b;
}

/* How bins are made of the points of a target. */
struct maker {
	struct rs_bins *bins;
	struct rs_target *target;
	/* Longest silence within a bin, most attempts in a pure bin, and the
	 * time within which attempts are pooled whatever their outcome. */
	uint64_t silence_ns, pool_ns;
	uint32_t pure;
	/* Expected attempts that no bin has yet. */
	double carry;
	bool begins, out_of_memory;
};

static struct rs_bin *
push(struct maker *maker, uint64_t time_ns)
{
	struct rs_bins *bins = maker->bins;
	struct rs_bin *bin;

	if (bins->count == bins->room) {
		size_t room = bins->room ? bins->room * 2 : 1024;
		struct rs_bin *grown =
			realloc(bins->bin, room * sizeof(*grown));

		if (grown == NULL) {
			maker->out_of_memory = true;
			return NULL;
		}
		bins->bin = grown;
		bins->room = room;
	}
	bin = &bins->bin[bins->count++];
	*bin = (struct rs_bin){.first_ns = time_ns,
			       .last_ns = time_ns,
			       .begins = maker->begins};
	if (!maker->begins)
		bin->gap =
			rs_length_class(bo_sub_sat(time_ns, bin[-1].last_ns));
	maker->begins = false;
	maker->target->count++;
	return bin;
}

/* Give the last bin the attempts that are expected in a time. What does not
 * fit stays for the next. */
static void
expect(struct maker *maker, double ns)
{
	struct rs_bin *bin = &maker->bins->bin[maker->bins->count - 1];
	double units;

	if (maker->target->rate <= 0)
		return;
	maker->carry += ns * maker->target->rate / maker->target->unit;
	units = (double)(uint64_t)maker->carry;
	if (units > RS_BIN_PURE - (double)bin->expected)
		units = RS_BIN_PURE - (double)bin->expected;
	bin->expected = (uint16_t)(bin->expected + (uint16_t)units);
	maker->carry -= units;
}

/* Divide the silence between two times. If it means success, the time near a
 * failure belongs to that failure: as much as the next attempt would usually
 * take. Returns the silence that is left for the point at its end. */
static double
divide(struct maker *maker, uint64_t from_ns, uint64_t to_ns, bool after_point)
{
	double silence = (double)bo_sub_sat(to_ns, from_ns), edge = 0, part;
	double rate = maker->target->rate;
	double longest = (double)maker->silence_ns;
	uint64_t parts;

	if (rate > 0)
		edge = 1 / rate < longest / 2 ? 1 / rate : longest / 2;
	if (rate > 0 ? silence <= 3 * edge : silence <= longest) {
		if (after_point)
			expect(maker, silence / 2);
		return after_point ? silence / 2 : silence;
	}
	if (rate > 0) {
		parts = (uint64_t)((silence - 2 * edge) / longest) + 1;
		part = (silence - 2 * edge) / (double)parts;
	} else {
		parts = (uint64_t)(silence / longest);
		part = silence / (double)(parts + 1);
		edge = part / 2;
	}
	if (after_point)
		expect(maker, edge);
	for (uint64_t i = 0; i < parts; i++) {
		double middle = edge + part * ((double)i + 0.5);

		if (push(maker, from_ns + (uint64_t)middle) == NULL)
			return 0;
		expect(maker, part);
	}
	return edge;
}

static bool
fits(const struct maker *maker, const struct rs_bin *bin,
     const struct rs_point *point)
{
	uint64_t length_ns = bo_sub_sat(point->time_ns, bin->first_ns);
	uint32_t count = (uint32_t)bin->succeeded + bin->failed;
	bool pure = (point->failed ? bin->succeeded : bin->failed) == 0;

	if (count == 0)
		return false;
	if (pure)
		return (count < maker->pure &&
			length_ns <= maker->silence_ns) ||
		       (count < RS_BIN_PURE && length_ns <= maker->pool_ns);
	return count < RS_BIN_MIXED && length_ns <= maker->pool_ns;
}

/* Add one point; @p last is the end of what is known so far. */
static void
add_point(struct maker *maker, const struct rs_point *point, uint64_t last_ns)
{
	struct rs_bin *bin = NULL;
	double silence = (double)bo_sub_sat(point->time_ns, last_ns);

	if (!maker->begins)
		bin = &maker->bins->bin[maker->bins->count - 1];
	if (bin && fits(maker, bin, point)) {
		bin->last_ns = rs_later(point->time_ns, bin->last_ns);
		expect(maker, silence);
	} else {
		silence = divide(maker, last_ns, point->time_ns, bin != NULL);
		bin = push(maker, rs_later(point->time_ns, last_ns));
		if (bin == NULL)
			return;
		expect(maker, silence);
	}
	bin = &maker->bins->bin[maker->bins->count - 1];
	if (point->failed)
		bin->failed++;
	else
		bin->succeeded++;
	bin->length = rs_length_class(bin->last_ns - bin->first_ns);
	maker->bins->bin_of[point->attempt] =
		(uint32_t)(maker->bins->count - 1);
}

/* Make the bins of a target; a gap of the log starts again. */
static void
make_target(struct maker *maker, const struct tk_cover *cover,
	    const struct rs_point *point, size_t count)
{
	uint64_t from_ns, to_ns = cover->from_ns;
	size_t i = 0;

	maker->target->first = maker->bins->count;
	maker->target->count = 0;
	for (bool last = false; !last && !maker->out_of_memory;) {
		from_ns = tk_cover_piece(cover, to_ns, &to_ns);
		last = to_ns >= cover->to_ns;
		maker->begins = true;
		maker->carry = 0;
		for (; i < count && (last || point[i].time_ns <= to_ns); i++) {
			if (maker->begins)
				from_ns = bo_min(from_ns, point[i].time_ns);
			add_point(maker, &point[i], from_ns);
			if (maker->out_of_memory)
				return;
			from_ns = rs_later(from_ns, point[i].time_ns);
		}
		if (to_ns > from_ns)
			divide(maker, from_ns, to_ns, !maker->begins);
		to_ns++;
	}
}

/* Note what its bins have, so that nothing else needs to be computed. */
static void
note_use(struct rs_target *target, const struct rs_bin *bin)
{
	target->most = 0;
	memset(target->length, 0, sizeof(target->length));
	for (size_t b = target->first; b < target->first + target->count; b++) {
		target->most = most(target->most, bin[b].succeeded);
		target->most = most(target->most, bin[b].failed);
		target->most = most(target->most, bin[b].expected);
		target->length[bin[b].gap] = true;
		target->length[bin[b].length] = true;
	}
}

static bool
make_all(struct rs_bins *bins, const struct rs_log *log,
	 const struct rs_points *points, uint64_t pool_ns)
{
	double span = (double)tk_cover_length(log->cover) *
		      (double)bins->target_count;
	struct maker maker = {.bins = bins, .pool_ns = pool_ns};
	size_t i = 0;

	maker.silence_ns = rs_later(SILENCE_NS, (uint64_t)(span / SILENCES));
	maker.pure = (uint32_t)bo_min(1 + points->count / RS_BINS_USUAL,
				      RS_BIN_PURE);
	bins->count = 0;
	for (size_t t = 0; t < bins->target_count; t++) {
		size_t from = i;

		maker.target = &bins->target[t];
		maker.target->unit =
			maker.target->rate * (double)maker.silence_ns / UNITS;
		while (i < points->count && points->point[i].target == t)
			i++;
		make_target(&maker, log->cover, points->point + from, i - from);
		if (maker.out_of_memory)
			return false;
		note_use(maker.target, bins->bin);
	}
	return true;
}

static void
name_targets(struct rs_bins *bins, const struct rs_log *log)
{
	for (size_t o = 0; o < log->operation_count; o++) {
		const struct rs_operation *operation = &log->operation[o];

		for (size_t c = 0; c < operation->call_count; c++) {
			size_t call = operation->first_call + c;

			struct rs_target *target =
				&bins->target[bins->target_of[call]];

			target->operation = (uint32_t)o;
			target->name = log->call[call].target;
		}
	}
}

enum backoff_status
rs_bins_init(struct rs_bins *bins, const struct rs_log *log)
{
	struct rs_points points;
	uint64_t pool_ns = 0;
	bool ok = true;

	*bins = (struct rs_bins){0};
	if (rs_points_init(&points, log) != BACKOFF_OK)
		return BACKOFF_E_NOMEM;
	bins->target_count = points.target_count;
	bins->target = calloc(points.target_count + 1, sizeof(*bins->target));
	bins->bin_of = malloc((log->attempt_count + 1) * sizeof(*bins->bin_of));
	ok = bins->target && bins->bin_of;
	if (ok) {
		memset(bins->bin_of, 0xff,
		       (log->attempt_count + 1) * sizeof(*bins->bin_of));
		for (size_t t = 0; t < bins->target_count; t++)
			bins->target[t].rate = points.rate[t];
		ok = make_all(bins, log, &points, 0);
	}
	/* Pool more until the bins are few enough. */
	while (ok && bins->count > RS_BINS_MAX &&
	       pool_ns < BACKOFF_FOREVER / 4) {
		pool_ns = pool_ns ? pool_ns * 2
				  : tk_cover_length(log->cover) *
						    bins->target_count /
						    RS_BINS_MAX +
					    1;
		ok = make_all(bins, log, &points, pool_ns);
	}
	bins->target_of = points.target_of;
	points.target_of = NULL;
	rs_points_clear(&points);
	if (ok) {
		name_targets(bins, log);
		return BACKOFF_OK;
	}
	rs_bins_clear(bins);
	return BACKOFF_E_NOMEM;
}

void
rs_bins_clear(struct rs_bins *bins)
{
	free(bins->bin);
	free(bins->target);
	free(bins->target_of);
	free(bins->bin_of);
	free(bins->slot_of);
	free(bins->failed);
	*bins = (struct rs_bins){0};
}

size_t
rs_bins_find(const struct rs_bins *bins, const struct rs_target *target,
	     uint64_t time_ns)
{
	const struct rs_bin *bin = bins->bin + target->first;
	size_t low = 0, count = target->count;

	/* The first that begins after the time. */
	while (count > 0) {
		size_t half = count / 2;

		if (bin[low + half].first_ns <= time_ns) {
			low += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return target->first + (low > 0 ? low - 1 : 0);
}
