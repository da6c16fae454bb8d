/* The options of the command line. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_OPTIONS_H
#define RT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

#include "common/opt.h"

/** Names on the command line, in the order of the enum. */
#define RT_FORMAT_NAMES "text json csv openmetrics prometheus"
#define RT_COLOR_NAMES "auto always never"

enum rt_format {
	RT_FORMAT_TEXT,
	RT_FORMAT_JSON,
	RT_FORMAT_CSV,
	RT_FORMAT_OPENMETRICS,
	/** The older format of Prometheus. */
	RT_FORMAT_PROMETHEUS,
};

enum rt_color {
	RT_COLOR_AUTO,
	RT_COLOR_ALWAYS,
	RT_COLOR_NEVER,
};

struct rt_options {
	/** None: auto. */
	struct tk_opt_list dialects;
	const char *zone, *filter, *rules;
	/** A file to which the key y appends; NULL: none. */
	const char *copy_to;
	/** For the screen that is printed: its size, "120x35", and keys. */
	const char *dump, *keys;
	size_t dump_width, dump_height;
	/** Address and port of the metrics; NULL: none. */
	const char *listen;
	/** Events of the existing log before this time are left out: since
	 * 1970, or, if @p since_back, before the program starts. 0: none are.
	 */
	uint64_t since_ns;
	bool since_back;
	bool once, ascii, plain, replay, mouse;
	/** enum rt_format, enum rt_sort, enum rt_group, enum rt_color. */
	int format, sort, group, color;
	uint64_t window_ns, delay_ns, max_bad, speed;
	/** Lines of what a log has at the start, if not all are read. */
	bool has_tail;
	uint64_t tail;
	/** "-" is standard input. */
	char **path;
	size_t path_count;
};

/** Parse and check. -1: go on; else an exit code, after a message. */
int rt_options_parse(int argc, char **argv, struct rt_options *out);
/** If it said to go on. */
void rt_options_clear(struct rt_options *options);

#endif
