/* What an answer depends on, and what would settle it, in words. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/condition.h"

#include <stdio.h>

#include "common/units.h"
#include "recorded/coupling.h"

/* "10.8", "0.3", "<0.1". */
static char *
percent(double share, char *buffer, size_t size)
{
	if (share > 0 && share < 0.0005)
		snprintf(buffer, size, "<0.1");
	else
		snprintf(buffer, size, "%.1f", share * 100);
	return buffer;
}

static char *
nanoseconds(double ns, char *buffer, size_t size)
{
	return tk_format_duration(ns > 0 ? (uint64_t)ns : 0, buffer, size);
}

static void
say_coupling(const struct rs_condition *condition, char *text, size_t size)
{
	char share[16];

	if (condition->value >= RS_COUPLING_Z)
		snprintf(text, size,
			 "whether failures stay as they are under another "
			 "load; they rise with it (z %.1f)",
			 condition->value);
	else if (condition->share <= RS_COUPLING_THROTTLED)
		snprintf(text, size,
			 "whether failures stay as they are under another "
			 "load; many attempts fail, perhaps of overload");
	else
		snprintf(text, size,
			 "whether failures stay as they are under another "
			 "load; %s %% of them are throttling",
			 percent(condition->share, share, sizeof(share)));
}

bool
rs_say_condition(const struct rs_result *result, char *text, size_t size)
{
	const struct rs_condition *condition = &result->difference.condition;
	char share[16], value[16], seen[16];

	percent(condition->share, share, sizeof(share));
	nanoseconds(condition->value, value, sizeof(value));
	nanoseconds(condition->seen, seen, sizeof(seen));
	switch (condition->kind) {
	case RS_CONDITION_NONE:
	case RS_CONDITION_COUNT:
		return false;
	case RS_CONDITION_LOAD:
		snprintf(
			text, size,
			"whether the target bears %.0f attempts/s; the log saw "
			"at most %.0f",
			condition->value, condition->seen);
		break;
	case RS_CONDITION_COUPLING:
		say_coupling(condition, text, size);
		break;
	case RS_CONDITION_FATE:
		snprintf(text, size,
			 "whether calls that keep failing (%s %%) can recover; "
			 "too few were retried often",
			 share);
		break;
	case RS_CONDITION_WAIT:
		snprintf(text, size,
			 "whether calls that still fail after %s can recover "
			 "(%s %% of attempts)",
			 seen, share);
		break;
	case RS_CONDITION_TIMEOUT:
		if (condition->value < condition->seen)
			snprintf(
				text, size,
				"whether calls that take longer than %s always "
				"do (%s %% of attempts)",
				value, share);
		else
			snprintf(text, size,
				 "whether attempts that were cut off at %s "
				 "would succeed by %s (%s %% of them)",
				 seen, value, share);
		break;
	case RS_CONDITION_LOSS:
		snprintf(text, size,
			 "whether the calls of missing lines are like the "
			 "others (%s %% of calls)",
			 share);
		break;
	case RS_CONDITION_CLOCKS:
		snprintf(text, size,
			 "whether times are right; clocks differ by %s", value);
		break;
	case RS_CONDITION_GUARD:
		snprintf(text, size,
			 "whether enough calls succeed at once to fill the "
			 "budget; give their number with --calls");
		break;
	case RS_CONDITION_BREAKER:
		snprintf(text, size,
			 "what the target did while the recorded breaker kept "
			 "%s %% of calls away",
			 share);
		break;
	case RS_CONDITION_HEDGE:
		snprintf(text, size,
			 "whether hedges change anything; replay makes none");
		break;
	}
	return true;
}

bool
rs_say_needed(const struct rs_result *result, char *text, size_t size)
{
	const struct rs_needed *needed = &result->difference.needed;
	double days = needed->days;
	char length[32];

	if (!(days > 0))
		return false;
	if (days < 1)
		snprintf(length, sizeof(length), "about %.0f hour%s",
			 days * 24 < 1.5 ? 1 : days * 24,
			 days * 24 < 1.5 ? "" : "s");
	else
		snprintf(length, sizeof(length), "about %.0f day%s", days,
			 days < 1.5 ? "" : "s");
	if (needed->traffic > 0)
		snprintf(text, size, "%.*f %% of traffic for %s",
			 needed->traffic < 0.01, needed->traffic * 100, length);
	else if (needed->jitter > 0)
		snprintf(text, size, "jitter %.2g for %s", needed->jitter,
			 length);
	else
		snprintf(text, size, "%s of such a log", length);
	return true;
}

bool
rs_say_open(const struct rs_result *result, char *text, size_t size)
{
	const struct rs_condition *condition = &result->difference.condition;
	char on[320] = "", ends[96] = "", needed[96] = "";
	bool depends = rs_say_condition(result, on, sizeof(on));
	bool settles = rs_say_needed(result, needed, sizeof(needed));

	if (depends)
		snprintf(ends, sizeof(ends), "%+.2f to %+.2f points, by ",
			 condition->low * 100, condition->high * 100);
	snprintf(text, size, "%s: %s%s%s%s%s.", result->policy->label, ends, on,
		 depends && settles ? "; " : "", needed,
		 settles ? " would settle it" : "");
	return depends || settles;
}
