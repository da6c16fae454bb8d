/* The formats that a comparison can be written in. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/formats.h"

const struct rs_writer *const rs_formats[] = {
	&rs_writer_text, &rs_writer_json, &rs_writer_csv,
	&rs_writer_md,   &rs_writer_html,
};
const size_t rs_format_count = sizeof(rs_formats) / sizeof(*rs_formats);

char *
rs_format_names(char *buffer, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < rs_format_count && used < size; i++)
		used += (size_t)snprintf(buffer + used, size - used, "%s%s",
					 i ? " " : "", rs_formats[i]->name);
	return buffer;
}
