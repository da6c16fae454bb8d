/* Success rates as people count them: calls that fail. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_FAILED_H
#define RS_FAILED_H

#include "report/report.h"

/** Calls that fail, of one result. */
double rs_failed(const struct rs_result *result);

/** The same as text: "246", "246?" if that is doubtful, or "not known". Returns
 *  buffer. */
char *rs_failed_text(const struct rs_result *result, char *buffer, size_t size);

/** How many more calls fail than under the baseline; negative: fewer. */
double rs_failed_more(const struct rs_result *result);

/** The same of an interval of success rates, or of their differences: its ends
 *  change places. */
struct tk_interval rs_failed_interval(const struct rs_result *result,
				      const struct tk_interval *rates,
				      bool difference);

/** The interval of the difference with both ends of its condition; around them
 *  if the answer depends on it. */
struct tk_interval rs_failed_hull(const struct rs_result *result);

/** "perhaps ", where it is not certain whether more or fewer calls fail than
 *  under the baseline; else "". */
const char *rs_perhaps(const struct rs_result *result);

/** "246", "2.5", "0"; with @p sign "+6", "-2.5", "0". Returns buffer. */
char *rs_count_text(double count, bool sign, char *buffer, size_t size);

/** "[+1,+11]"; "exact" if its ends are the same; "" if both are 0 and
 *  @p value is not. */
char *rs_count_range(const struct tk_interval *interval, bool sign,
		     char *buffer, size_t size);

/** "3533" as "3,533". */
char *rs_count_grouped(uint64_t count, char *buffer, size_t size);

#endif
