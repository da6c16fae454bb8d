/* Signals that end the program, and the terminal that they must not leave in
 * disorder. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_SIGNALS_H
#define RT_SIGNALS_H

#include <stddef.h>
#include <termios.h>

/** Bytes of the string that restores a terminal; longer ones are cut. */
#define RT_RESTORE_MAX 256

/**
 * Catch INT, TERM and QUIT: rt_signals_fd() and rt_signals_caught() report
 * them. Install before curses starts, which only replaces default actions.
 * 0, or -1 and errno.
 */
int rt_signals_install(void);

/** A descriptor for poll(2): readable after such a signal. */
int rt_signals_fd(void);

/** The number of the last one, or 0. */
int rt_signals_caught(void);

/**
 * From now on faults and other signals that end a process (HUP, PIPE, USR1,
 * ALRM and so on) first restore the terminal, with write() and tcsetattr()
 * only, and then have their usual effect.
 */
void rt_signals_guard(int fd, const struct termios *saved, const char *restore,
		      size_t length);

/** Undo rt_signals_guard(), once the terminal is restored. */
void rt_signals_unguard(void);

/** Raise a signal with its default action, as if it had not been caught. */
void rt_signals_raise(int number);

#endif
