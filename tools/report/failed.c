/* Success rates as people count them: calls that fail. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/failed.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

double
rs_failed(const struct rs_result *result)
{
	return (1 - result->success_rate) * (double)result->calls;
}

char *
rs_failed_text(const struct rs_result *result, char *buffer, size_t size)
{
	char count[32];

	if (result->rate_unknown)
		snprintf(buffer, size, "not known");
	else
		snprintf(buffer, size, "%s%s",
			 rs_count_text(rs_failed(result), false, count,
				       sizeof(count)),
			 rs_result_doubtful(result) ? "?" : "");
	return buffer;
}

double
rs_failed_more(const struct rs_result *result)
{
	return -result->difference.value * (double)result->calls;
}

struct tk_interval
rs_failed_interval(const struct rs_result *result,
		   const struct tk_interval *rates, bool difference)
{
	double calls = (double)result->calls, all = difference ? 0 : 1;

	return (struct tk_interval){(all - rates->high) * calls,
				    (all - rates->low) * calls};
}

struct tk_interval
rs_failed_hull(const struct rs_result *result)
{
	const struct rs_difference *difference = &result->difference;
	const struct rs_condition *condition = &difference->condition;
	struct tk_interval hull = difference->interval;

	if (condition->kind != RS_CONDITION_NONE) {
		/* If the answer depends, each end is taken to be as uncertain
		 * as the middle. If it does not, that was checked at both ends
		 * with their uncertainty, which is smaller there. */
		bool depends = difference->verdict == RS_VERDICT_DEPENDS;
		double down = difference->value - difference->interval.low;
		double up = difference->interval.high - difference->value;

		down = depends ? down : 0;
		up = depends ? up : 0;
		hull.low = fmin(hull.low, condition->low - down);
		hull.high = fmax(hull.high, condition->high + up);
	}
	return rs_failed_interval(result, &hull, true);
}

const char *
rs_perhaps(const struct rs_result *result)
{
	enum rs_verdict verdict = result->difference.verdict;

	return verdict == RS_VERDICT_DEPENDS ||
			       verdict == RS_VERDICT_CANNOT_TELL
		       ? "perhaps "
		       : "";
}

char *
rs_count_text(double count, bool sign, char *buffer, size_t size)
{
	double whole = round(count);
	bool decimal = fabs(count) < 9.95 && fabs(count - whole) >= 0.05;

	if (!decimal && whole == 0)
		snprintf(buffer, size, count > 0 && !sign ? "<0.1" : "0");
	else
		snprintf(buffer, size, sign ? "%+.*f" : "%.*f", decimal,
			 decimal ? count : whole);
	return buffer;
}

char *
rs_count_range(const struct tk_interval *interval, bool sign, char *buffer,
	       size_t size)
{
	char low[32], high[32];

	rs_count_text(interval->low, sign, low, sizeof(low));
	rs_count_text(interval->high, sign, high, sizeof(high));
	if (interval->low < interval->high)
		snprintf(buffer, size, "[%s,%s]", low, high);
	else
		snprintf(buffer, size, "exact");
	return buffer;
}

char *
rs_count_grouped(uint64_t count, char *buffer, size_t size)
{
	char digits[24];
	size_t length, used = 0;

	snprintf(digits, sizeof(digits), "%" PRIu64, count);
	length = strlen(digits);
	for (size_t i = 0; i < length && used + 2 < size; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			buffer[used++] = ',';
		buffer[used++] = digits[i];
	}
	buffer[used] = '\0';
	return buffer;
}
