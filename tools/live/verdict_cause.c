/* The cause of a verdict in words. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/rfc3339.h"
#include "common/units.h"
#include "live/verdict.h"
#include "live/words.h"

/* Adds a part, after a separator if it is not the first. */
__attribute__((format(printf, 4, 5))) static void
say(char *out, size_t size, const char *separator, const char *format, ...)
{
	size_t used = strlen(out), length = strlen(separator);
	va_list args;

	if (used > 0 && used + length < size) {
		memcpy(out + used, separator, length + 1);
		used += length;
	}
	va_start(args, format);
	vsnprintf(out + used, size - used, format, args);
	va_end(args);
}

static void
say_slow(const struct rt_verdict *verdict, char *out, size_t size)
{
	if (verdict->slow_share > 0)
		say(out, size, "; ", "%.0f%% of successes slower than usual",
		    verdict->slow_share * 100.0);
	if (verdict->hedge_share > 0)
		say(out, size, "; ", "hedges for %.0f%% of calls",
		    verdict->hedge_share * 100.0);
}

static void
say_error(const struct rt_verdict *verdict, char *out, size_t size)
{
	if (verdict->error[0] == '\0')
		return;
	say(out, size, ", ", "%s", verdict->error);
	if (verdict->error_share < 0.995)
		say(out, size, " ", "%.0f%%", verdict->error_share * 100.0);
}

/* Why calls are denied. */
static void
say_denied(const struct rt_verdict *verdict, char *out, size_t size)
{
	if (verdict->breaker_per_s > 0)
		say(out, size, ", ", RT_SAY_BREAKER);
	if (verdict->budget_per_s > 0)
		say(out, size, ", ", RT_SAY_BUDGET);
	if (verdict->deadline_per_s > 0)
		say(out, size, ", ", RT_SAY_DEADLINE);
	if (verdict->hint_per_s > 0)
		say(out, size, ", ", RT_SAY_HINT);
}

static void
say_because(const struct rt_verdict *verdict, char *out, size_t size)
{
	if (verdict->because != NULL)
		say(out, size, "; ", "because of %s%s", verdict->because,
		    verdict->because_s == verdict->since_s ? " (same second)"
							   : "");
}

static void
say_load(const struct rt_verdict *verdict, char *out, size_t size)
{
	char until[40];

	if (verdict->load <= 0)
		return;
	if (verdict->load_until_s == 0) {
		say(out, size, "; ", "retries multiply the load %.1fx",
		    verdict->load);
		return;
	}
	bo_rfc3339_format(verdict->load_until_s * BO_NS_PER_S, 0, until,
			  sizeof(until));
	say(out, size, "; ", "x%.1f load by retries until %.8s", verdict->load,
	    until + strlen("2026-11-23T"));
}

/* The one that has the failures, or that has more of them than others. */
static void
say_part(const struct rt_named *named, const char *what, const char *at,
	 char *out, size_t size)
{
	if (named->name[0] == '\0')
		return;
	say(out, size, "; ", "%s%s%s %s", named->more ? "more " : "only",
	    named->more ? at : "", what, named->name);
}

static void
say_parts(const struct rt_verdict *verdict, char *out, size_t size)
{
	say_part(&verdict->part, " target", "at", out, size);
	say_part(&verdict->policy, " policy", "under", out, size);
	say_part(&verdict->service, " service", "in", out, size);
	say_part(&verdict->host, " host", "on", out, size);
	if (verdict->host.name[0] != '\0')
		say(out, size, " of ", "%s%zu",
		    verdict->hosts_more ? "more than " : "", verdict->hosts);
}

char *
rt_verdict_rates(const struct rt_verdict *verdict, char *out, size_t size)
{
	const struct {
		double per_s;
		const char *what;
	} row[] = {
		{verdict->failed_calls_share >= 0 ? verdict->calls_per_s : 0,
		 "calls/s"},
		{verdict->breaker_per_s, "refused"},
		{verdict->budget_per_s, "not retried"},
		{verdict->deadline_per_s, "past the deadline"},
		{verdict->hint_per_s, "asked to wait too long"},
	};
	char rate[16];

	out[0] = '\0';
	if (verdict->word == RT_WORD_SLOW)
		return out;
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		if (row[i].per_s > 0)
			say(out, size, ", ", "%s %s",
			    tk_format_rate(row[i].per_s, rate, sizeof(rate)),
			    row[i].what);
	}
	return out;
}

char *
rt_verdict_reasons(const struct rt_verdict *verdict, char *out, size_t size)
{
	out[0] = '\0';
	if (verdict->word == RT_WORD_SLOW)
		say_slow(verdict, out, size);
	else
		say_error(verdict, out, size);
	say_denied(verdict, out, size);
	say_because(verdict, out, size);
	say_parts(verdict, out, size);
	say_load(verdict, out, size);
	return out;
}

char *
rt_verdict_cause(const struct rt_verdict *verdict, char *out, size_t size)
{
	char rates[RT_RATES_MAX];

	rt_verdict_reasons(verdict, out, size);
	if (rt_verdict_rates(verdict, rates, sizeof(rates))[0] != '\0')
		say(out, size, "; ", "%s", rates);
	return out;
}
