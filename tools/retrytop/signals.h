/* Signals: those that ask to leave, and those that kill with the terminal in
 * disorder. */
#ifndef RT_SIGNALS_H
#define RT_SIGNALS_H

#include <stddef.h>
#include <termios.h>

/** What restores a terminal; longer strings are cut. */
#define RT_RESTORE_MAX 256

/**
 * Catch INT, TERM and QUIT: they are told by rt_signals_fd() and
 * rt_signals_caught(). Install before curses starts, which only replaces
 * default actions. 0, or -1 and errno.
 */
int rt_signals_install(void);

/** A descriptor to poll(2): readable once one came. */
int rt_signals_fd(void);

/** Its number, or 0. */
int rt_signals_caught(void);

/**
 * From now on SEGV, BUS, FPE, ILL, ABRT and HUP first put the terminal in
 * order, with write() and tcsetattr() only, and then do what they would have
 * done.
 */
void rt_signals_guard(int fd, const struct termios *saved, const char *restore,
		      size_t length);

/** The terminal is in order: undo rt_signals_guard(). */
void rt_signals_unguard(void);

/** Die of a signal that was caught, as if it had not been. */
void rt_signals_raise(int number);

#endif
