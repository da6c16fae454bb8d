/* The cause of a verdict in words. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "live/verdict.h"

/* Adds a part, after a separator if it is not the first. */
__attribute__((format(printf, 3, 4))) static void
say(char *out, size_t size, const char *format, ...)
{
	size_t used = strlen(out);
	va_list args;

	if (used > 0 && used + 2 < size) {
		memcpy(out + used, "; ", 3);
		used += 2;
	}
	va_start(args, format);
	vsnprintf(out + used, size - used, format, args);
	va_end(args);
}

static void
say_slow(const struct rt_verdict *verdict, char *out, size_t size)
{
	if (verdict->slow_share > 0)
		say(out, size, "%.0f%% of successes slower than usual",
		    verdict->slow_share * 100.0);
	if (verdict->hedge_share > 0)
		say(out, size, "hedges for %.0f%% of calls",
		    verdict->hedge_share * 100.0);
}

static void
say_denied(const struct rt_verdict *verdict, char *out, size_t size)
{
	if (verdict->breaker_per_s > 0)
		say(out, size, "breakers open: %.3g calls/s refused",
		    verdict->breaker_per_s);
	if (verdict->budget_per_s > 0)
		say(out, size, "budget empty: %.3g calls/s not retried",
		    verdict->budget_per_s);
	if (verdict->deadline_per_s > 0)
		say(out, size, "deadline: %.3g calls/s",
		    verdict->deadline_per_s);
	if (verdict->hint_per_s > 0)
		say(out, size, "server's hint too long: %.3g calls/s",
		    verdict->hint_per_s);
}

char *
rt_verdict_cause(const struct rt_verdict *verdict, char *out, size_t size)
{
	out[0] = '\0';
	if (verdict->word == RT_WORD_SLOW)
		say_slow(verdict, out, size);
	else if (verdict->error[0] != '\0')
		say(out, size, "%s %.0f%%", verdict->error,
		    verdict->error_share * 100.0);
	say_denied(verdict, out, size);
	if (verdict->part[0] != '\0')
		say(out, size, "only target %s", verdict->part);
	if (verdict->host[0] != '\0')
		say(out, size, "only host %s", verdict->host);
	return out;
}
