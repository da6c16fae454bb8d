/* Messages on stderr, and the exit codes of all programs. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_MSG_H
#define TK_MSG_H

#include <stdarg.h>

#include <backoff.h>

enum tk_exit {
	TK_EXIT_OK = 0,
	/** A check failed. */
	TK_EXIT_NO = 1,
	TK_EXIT_USAGE = 2,
	TK_EXIT_BAD_INPUT = 3,
	TK_EXIT_SYSTEM = 4,
};

/** Name the program once, at the start of main(). */
void tk_msg_program(const char *name);

/** "PROGRAM: ..." and a newline on stderr; the whole line passes the safe-text
 *  filter. */
void tk_msg(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** "PROGRAM: FILE:LINE:COLUMN: PATH: TEXT"; parts that are 0 or empty are left
 *  out. @p file may be NULL. */
void tk_msg_error(const char *file, const struct backoff_error *error);

/** "PROGRAM: WHAT: strerror". */
void tk_msg_errno(const char *what, int error_number);

/** The exit code that fits a library status. */
enum tk_exit tk_exit_of(enum backoff_status status);

#endif
