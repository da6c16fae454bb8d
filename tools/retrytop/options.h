/* What the command line asks for. */
#ifndef RT_OPTIONS_H
#define RT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

enum rt_format {
	RT_FORMAT_TEXT,
	RT_FORMAT_JSON,
};

enum rt_color {
	RT_COLOR_AUTO,
	RT_COLOR_ALWAYS,
	RT_COLOR_NEVER,
};

struct rt_options {
	const char *dialect, *filter;
	bool once, ascii;
	/** enum rt_format, enum rt_sort, enum rt_color. */
	int format, sort, color;
	uint64_t window_ns, delay_ns, max_bad;
	/** "-" is standard input. */
	char **path;
	size_t path_count;
};

/** Parse and check; complaints go to stderr. -1: go on; else an exit code. */
int rt_options_parse(int argc, char **argv, struct rt_options *out);

/** Say that the dialect could not be had: the exit code, that of a wrong
 *  command line for a name that there is not. */
int rt_options_no_dialect(const struct rt_options *options,
			  enum backoff_status status,
			  const struct backoff_error *error);

#endif
