/* What is usual between the lines of a call, learned from a log whose lines do
 * not say which call they are of. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_USUAL_H
#define TK_USUAL_H

#include <stdint.h>

/** Steps of gaps and delays, a quarter of an octave wide from a millisecond. */
#define TK_USUAL_STEPS 88
/** Steps of ratios, an eighth of an octave wide, from 1/16 to 16. */
#define TK_USUAL_RATIOS 64

/** What a line says about an attempt. */
enum tk_line_kind {
	TK_LINE_RETRIED,
	TK_LINE_SUCCESS,
	/** The last attempt failed, and was not to be retried any more. */
	TK_LINE_EXHAUSTED,
	/** Likewise because of what failed: perhaps the first. */
	TK_LINE_ABORTED,
	TK_LINE_KINDS
};

/** Sums over the lines of one operation; zero to begin with. Lines count in
 *  part, by how likely they begin a call or continue one. */
struct tk_usual {
	uint64_t from_ns, to_ns;
	double lines, opened;
	double first[TK_LINE_KINDS], next[TK_LINE_KINDS];
	/** From the end of a wait to the line of the attempt after it. */
	float gap[TK_USUAL_STEPS];
	/** The delays of lines that begin a call; and by which ratio those of
	 *  others are longer than the delay before. */
	float delay[TK_USUAL_STEPS], ratio[TK_USUAL_RATIOS];
	double gaps, delays, ratios;
};

/** How often a line of that kind begins a call, a second. The delay that it
 *  gives is BACKOFF_ABSENT if there is none. */
double tk_usual_first(const struct tk_usual *usual, enum tk_line_kind kind,
		      uint64_t delay_ns);

/** How often it comes from a call whose wait of @p before_ns ended @p gap_ns
 *  ago, which is known to @p error_ns. */
double tk_usual_next(const struct tk_usual *usual, enum tk_line_kind kind,
		     uint64_t gap_ns, uint64_t error_ns, uint64_t before_ns,
		     uint64_t delay_ns);

/** Note a line that began a call to that part. */
void tk_usual_note_first(struct tk_usual *usual, enum tk_line_kind kind,
			 uint64_t ts_ns, uint64_t delay_ns, double part);

/** Note one that continued a call to that part. */
void tk_usual_note_next(struct tk_usual *usual, enum tk_line_kind kind,
			uint64_t gap_ns, uint64_t before_ns, uint64_t delay_ns,
			double part);

#endif
