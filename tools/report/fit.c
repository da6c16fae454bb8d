/* As much detail as a number of lines has room for. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/fit.h"

#include <stdlib.h>

#include "common/gather.h"

static size_t
lines_of(const struct tk_gather *text)
{
	size_t lines = 0;

	for (size_t i = 0; i < text->length; i++)
		lines += text->text[i] == '\n';
	return lines;
}

int
rs_fit(rs_fit_fn write, void *user, size_t levels, size_t lines, FILE *out)
{
	for (size_t level = 0; level < levels; level++) {
		struct tk_gather text;
		int status;

		if (!tk_gather_begin(&text))
			return -1;
		status = write(user, level, text.stream);
		if (!tk_gather_end(&text))
			return -1;
		if (status == 0 &&
		    (level + 1 == levels || lines_of(&text) <= lines)) {
			status = fwrite(text.text, 1, text.length, out) ==
						 text.length
					 ? 0
					 : -1;
			level = levels;
		}
		free(text.text);
		if (status != 0)
			return -1;
	}
	return 0;
}
