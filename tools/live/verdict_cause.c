/* The cause of a verdict in words. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/units.h"
#include "live/verdict.h"

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
		say(out, size, ", ", "breakers open");
	if (verdict->budget_per_s > 0)
		say(out, size, ", ", "budget empty");
	if (verdict->deadline_per_s > 0)
		say(out, size, ", ", "deadline");
	if (verdict->hint_per_s > 0)
		say(out, size, ", ", "throttled");
}

static void
say_only(const char *what, const char *name, char *out, size_t size)
{
	if (name[0] != '\0')
		say(out, size, "; ", "only %s %s", what, name);
}

/* How many calls are denied. */
static void
say_rates(const struct rt_verdict *verdict, char *out, size_t size)
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
	const char *separator = "; ";
	char rate[16];

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		if (row[i].per_s <= 0)
			continue;
		say(out, size, separator, "%s %s",
		    tk_format_rate(row[i].per_s, rate, sizeof(rate)),
		    row[i].what);
		separator = ", ";
	}
}

char *
rt_verdict_cause(const struct rt_verdict *verdict, char *out, size_t size)
{
	out[0] = '\0';
	if (verdict->word == RT_WORD_SLOW)
		say_slow(verdict, out, size);
	else
		say_error(verdict, out, size);
	say_denied(verdict, out, size);
	say_only("target", verdict->part, out, size);
	say_only("policy", verdict->policy, out, size);
	say_only("service", verdict->service, out, size);
	say_only("host", verdict->host, out, size);
	if (verdict->word != RT_WORD_SLOW)
		say_rates(verdict, out, size);
	return out;
}
