/* Texts in comma-separated values (RFC 4180). */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "common/csv.h"
#include "common/safe_text.h"

void
tk_csv_text(const char *text, FILE *out)
{
	char safe[4096];

	tk_safe_text(text, strlen(text), safe, sizeof(safe));
	fputc('"', out);
	for (const char *c = safe; *c; c++) {
		if (*c == '"')
			fputc('"', out);
		fputc(*c, out);
	}
	fputc('"', out);
}
