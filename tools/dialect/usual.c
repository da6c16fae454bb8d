/* What is usual between the lines of a call, learned from a log whose lines do
 * not say which call they are of. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/usual.h"

#include <math.h>

#include <backoff.h>

#include "base/num.h"

/*
 * The lines of an operation are a mixture: some begin calls, at a rate; others
 * continue one, some time after its wait was over. Which a line does follows
 * from both rates at its moment. The rates and times are learned by expectation
 * and maximization (Dempster, Laird, Rubin 1977) from the same lines: online
 * where they arrive, in several passes where all are known.
 *
 * Where nothing is known yet, times are taken to have any order of magnitude
 * from a millisecond to an hour, and delays to grow by a factor of 1 to 4.
 */

#define PER_OCTAVE 4
#define RATIOS_PER_OCTAVE 8
#define RATIO_OCTAVES 4
/* Width of a step in natural logarithms. */
#define STEP (M_LN2 / PER_OCTAVE)
#define RATIO_STEP (M_LN2 / RATIOS_PER_OCTAVE)
/* Lines that what is taken for granted weighs. */
#define PRIOR 2.0
#define RATIO_PRIOR 20.0
/* The density of a time that may have any order of magnitude. */
#define ANY_TIME (1 / (TK_USUAL_STEPS * STEP))
/* The time of a log of few lines is taken to be longer: they would not be
 * looked at if they were not of one incident. */
#define SPAN_S 1800.0
#define SPAN_LINES 8.0
/* Before anything is known, a retried call makes another line this often. */
#define NEXT_SHARE 0.3
/* A call that ends when its attempts are used up had some. */
#define EXHAUSTED_FIRST 0.1

static unsigned
step_of(uint64_t ns)
{
	double octaves = log2((double)ns / (double)BO_NS_PER_MS);

	if (!(octaves > 0))
		return 0;
	octaves *= PER_OCTAVE;
	return octaves < TK_USUAL_STEPS ? (unsigned)octaves
					: TK_USUAL_STEPS - 1;
}

static double
log_ratio(uint64_t before_ns, uint64_t delay_ns)
{
	return log2((double)(delay_ns + BO_NS_PER_MS) /
		    (double)(before_ns + BO_NS_PER_MS));
}

static unsigned
ratio_step(double octaves)
{
	octaves = (octaves + RATIO_OCTAVES) * RATIOS_PER_OCTAVE;
	if (!(octaves > 0))
		return 0;
	return octaves < TK_USUAL_RATIOS ? (unsigned)octaves
					 : TK_USUAL_RATIOS - 1;
}

/* The sum of three steps: neighbours are as likely as what was seen. */
static double
around(const float *sums, unsigned count, unsigned step)
{
	double sum = (double)sums[step];

	if (step > 0)
		sum += (double)sums[step - 1];
	if (step + 1 < count)
		sum += (double)sums[step + 1];
	return sum;
}

/* Densities by the natural logarithm of a time or ratio. */
static double
density_of_time(const float *sums, double sum, uint64_t ns)
{
	return (around(sums, TK_USUAL_STEPS, step_of(ns)) / (3 * STEP) +
		PRIOR * ANY_TIME) /
	       (sum + PRIOR);
}

static double
density_of_ratio(const struct tk_usual *usual, double octaves)
{
	/* Most of them from just below 1 to just above 4, some anywhere. */
	double prior = 0.2 / (2 * RATIO_OCTAVES * M_LN2);

	if (octaves > -0.25 && octaves < 2.25)
		prior += 0.8 / (2.5 * M_LN2);
	return (around(usual->ratio, TK_USUAL_RATIOS, ratio_step(octaves)) /
			(3 * RATIO_STEP) +
		RATIO_PRIOR * prior) /
	       (usual->ratios + RATIO_PRIOR);
}

/* A time; shorter ones than a millisecond are all alike. */
static double
seconds(uint64_t ns)
{
	return (double)(ns > BO_NS_PER_MS ? ns : BO_NS_PER_MS) /
	       (double)BO_NS_PER_S;
}

double
tk_usual_first(const struct tk_usual *usual, enum tk_line_kind kind,
	       uint64_t delay_ns)
{
	double span =
		(double)(usual->to_ns - usual->from_ns) / (double)BO_NS_PER_S;
	double prior = kind == TK_LINE_EXHAUSTED ? EXHAUSTED_FIRST : 1;
	double rate = (usual->first[kind] + prior) /
		      (span + SPAN_S / (1 + usual->lines / SPAN_LINES));

	if (delay_ns != BACKOFF_ABSENT)
		rate *= density_of_time(usual->delay, usual->delays, delay_ns);
	return rate;
}

double
tk_usual_next(const struct tk_usual *usual, enum tk_line_kind kind,
	      uint64_t gap_ns, uint64_t error_ns, uint64_t before_ns,
	      uint64_t delay_ns)
{
	double share = (usual->next[kind] + PRIOR * NEXT_SHARE) /
		       (usual->opened + PRIOR);
	double learned = around(usual->gap, TK_USUAL_STEPS, step_of(gap_ns)) /
			 (3 * STEP) / seconds(gap_ns);
	double any = ANY_TIME / seconds(gap_ns > error_ns ? gap_ns : error_ns);
	double rate = share * (learned + PRIOR * any) / (usual->gaps + PRIOR);

	if (delay_ns == BACKOFF_ABSENT)
		return rate;
	if (before_ns == BACKOFF_ABSENT)
		return rate *
		       density_of_time(usual->delay, usual->delays, delay_ns);
	return rate * density_of_ratio(usual, log_ratio(before_ns, delay_ns));
}

void
tk_usual_note_first(struct tk_usual *usual, enum tk_line_kind kind,
		    uint64_t ts_ns, uint64_t delay_ns, double part)
{
	if (usual->from_ns == 0 || ts_ns < usual->from_ns)
		usual->from_ns = ts_ns;
	if (ts_ns > usual->to_ns)
		usual->to_ns = ts_ns;
	usual->lines++;
	usual->opened += kind == TK_LINE_RETRIED;
	usual->first[kind] += part;
	if (delay_ns == BACKOFF_ABSENT)
		return;
	usual->delay[step_of(delay_ns)] += (float)part;
	usual->delays += part;
}

void
tk_usual_note_next(struct tk_usual *usual, enum tk_line_kind kind,
		   uint64_t gap_ns, uint64_t before_ns, uint64_t delay_ns,
		   double part)
{
	usual->next[kind] += part;
	usual->gap[step_of(gap_ns)] += (float)part;
	usual->gaps += part;
	if (delay_ns == BACKOFF_ABSENT || before_ns == BACKOFF_ABSENT)
		return;
	usual->ratio[ratio_step(log_ratio(before_ns, delay_ns))] += (float)part;
	usual->ratios += part;
}
