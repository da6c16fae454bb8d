/* The names that rotation gives to the files of a log. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_LOG_NAME_H
#define TK_LOG_NAME_H

#include <stdbool.h>
#include <stddef.h>

/** In the order in which they are written, the oldest first. */
enum tk_log_mark {
	/** app.log-20260131, app.log.2026-01-31, app-2026-01-31.0.log. */
	TK_LOG_DATED,
	/** app.log.1: larger numbers are older. */
	TK_LOG_NUMBERED,
	/** app.log: the file that is written now, or another name. */
	TK_LOG_CURRENT,
};

struct tk_log_name {
	enum tk_log_mark mark;
	/** The name of the log is these two parts of the path; the second is
	 *  not empty if a date stands inside, as in app-2026-01-31.log. */
	const char *head, *tail;
	size_t head_length, tail_length;
	/** The date, perhaps with a time, and what separates it. */
	const char *date;
	size_t date_length;
	char separator;
	/** The number; that of a file of one date, if it is indexed. */
	bool indexed;
	unsigned number;
};

/** The parts stay in @p path. A number that a name ends in may be something
 *  else than one of rotation: see tk_rotated_order(). */
struct tk_log_name tk_log_name_of(const char *path);

/** The path without what it is packed with and without a number. */
struct tk_log_name tk_log_name_current(const char *path);

/** Whether two names are of one log. */
bool tk_log_name_same(const struct tk_log_name *a, const struct tk_log_name *b);

/** Whether the name of the log says that it is a log: app.log, syslog. */
bool tk_log_name_is_log(const struct tk_log_name *name);

#endif
