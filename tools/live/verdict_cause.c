/* The cause of a verdict in words. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/units.h"
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
say_rate(const char *why, double per_s, const char *what, char *out,
	 size_t size)
{
	char rate[16];

	if (per_s > 0)
		say(out, size, "%s: %s calls/s%s", why,
		    tk_format_rate(per_s, rate, sizeof(rate)), what);
}

static void
say_denied(const struct rt_verdict *verdict, char *out, size_t size)
{
	say_rate("breakers open", verdict->breaker_per_s, " refused", out,
		 size);
	say_rate("budget empty", verdict->budget_per_s, " not retried", out,
		 size);
	say_rate("deadline", verdict->deadline_per_s, "", out, size);
	say_rate("server's hint too long", verdict->hint_per_s, "", out, size);
}

static void
say_only(const char *what, const char *name, char *out, size_t size)
{
	if (name[0] != '\0')
		say(out, size, "only %s %s", what, name);
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
	say_only("target", verdict->part, out, size);
	say_only("policy", verdict->policy, out, size);
	say_only("service", verdict->service, out, size);
	say_only("host", verdict->host, out, size);
	return out;
}
