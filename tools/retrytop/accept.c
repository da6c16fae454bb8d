/* Which of the two formats of metrics an HTTP client wants. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/accept.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The next element of a list, without the white space around it; its length is
 * 0 at the end. */
static const char *
next(const char **list, char between, size_t *length)
{
	const char *at = *list + strspn(*list, " \t");
	const char *end = strchr(at, between);

	if (end == NULL)
		end = at + strlen(at);
	*list = *end != '\0' ? end + 1 : end;
	while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*length = (size_t)(end - at);
	return at;
}

static bool
is(const char *at, size_t length, const char *name)
{
	return length == strlen(name) && strncasecmp(at, name, length) == 0;
}

/* The weight of a media range; 1 if it has none. */
static double
weight(const char *parameters)
{
	while (*parameters != '\0') {
		size_t length;
		const char *at = next(&parameters, ';', &length);

		if (length > 2 && strncasecmp(at, "q=", 2) == 0)
			return strtod(at + 2, NULL);
	}
	return 1;
}

enum backoff_metrics_format
rt_accept_format(const char *accept)
{
	double open = 0, old = 0;

	while (accept != NULL && *accept != '\0') {
		char range[256];
		const char *parameters = range, *type;
		size_t length;
		const char *at = next(&accept, ',', &length);
		double value;

		if (length >= sizeof(range))
			continue;
		memcpy(range, at, length);
		range[length] = '\0';
		type = next(&parameters, ';', &length);
		value = weight(parameters);
		if (is(type, length, "application/openmetrics-text"))
			open = value > open ? value : open;
		else if (is(type, length, "text/plain"))
			old = value > old ? value : old;
	}
	return open > 0 && open >= old ? BACKOFF_METRICS_OPENMETRICS
				       : BACKOFF_METRICS_PROMETHEUS;
}
