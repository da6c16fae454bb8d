/* Names of operations and targets that are read as one, in words. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/names.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/safe_text.h"

/* Longer names are cut. */
#define NAME_COLUMNS 40

/* Add a sentence about names of one kind. */
static size_t
say(const struct rs_log *log, const struct tk_pooled *pooled, const char *kind,
    char *text, size_t size)
{
	char name[NAME_COLUMNS * 4 + 1], safe[512];
	const char *most = rs_log_text(log, pooled->most);
	int wrote;

	if (pooled->names == 0)
		return 0;
	tk_safe_text(most, strlen(most), safe, sizeof(safe));
	if (tk_text_width(safe) > NAME_COLUMNS)
		most = tk_text_fit(safe, NAME_COLUMNS, name, sizeof(name));
	else
		most = safe;
	wrote = snprintf(text, size,
			 "%" PRIu64 " names of %s that have ids in them or few "
			 "calls are read as %" PRIu64 ", %s%s",
			 pooled->names, kind, pooled->into,
			 pooled->into > 1 ? "most as " : "", most);
	return wrote > 0 && (size_t)wrote < size ? (size_t)wrote : 0;
}

bool
rs_names_text(const struct rs_log *log, char *text, size_t size)
{
	const struct tk_quality *quality = log->quality;
	size_t used;

	text[0] = '\0';
	used = say(log, &quality->operations, "operations", text, size);
	if (used > 0 && quality->targets.names > 0 && used + 2 < size)
		used += (size_t)snprintf(text + used, size - used, "; ");
	say(log, &quality->targets, "targets", text + used, size - used);
	return text[0] != '\0';
}
