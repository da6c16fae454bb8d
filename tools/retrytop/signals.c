/* Signals that end the program, and the terminal that they must not leave in
 * disorder. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Faults, and what ends a process unless it says otherwise. */
static const int fatal[] = {
	SIGSEGV, SIGBUS, SIGFPE,    SIGILL,  SIGABRT, SIGTRAP,
	SIGSYS,  SIGHUP, SIGPIPE,   SIGUSR1, SIGUSR2, SIGALRM,
	SIGPROF, SIGIO,  SIGVTALRM, SIGXCPU, SIGXFSZ, SIGPWR,
};

#define FATAL (sizeof(fatal) / sizeof(*fatal))

/* Handlers have no argument through which to reach these. */
static volatile sig_atomic_t caught;
static volatile sig_atomic_t guarded;
static int pipe_fd[2] = {-1, -1};
static struct {
	int fd;
	struct termios saved;
	char restore[RT_RESTORE_MAX];
	size_t length;
	struct sigaction old[FATAL];
} guard;

static void
on_leave(int number)
{
	int saved_errno = errno;

	caught = number;
	if (write(pipe_fd[1], "", 1) < 0) {
		/* The pipe is full, and thus readable. */
	}
	errno = saved_errno;
}

static void
on_fatal(int number)
{
	if (guarded) {
		guarded = 0;
		if (write(guard.fd, guard.restore, guard.length) < 0) {
			/* The terminal is gone. */
		}
		tcsetattr(guard.fd, TCSANOW, &guard.saved);
	}
	for (size_t i = 0; i < FATAL; i++)
		if (fatal[i] == number)
			sigaction(number, &guard.old[i], NULL);
	/* The signal is blocked until this returns; a fault then happens
	 * again. Either way the old action (a sanitizer's, a core dump)
	 * follows. */
	raise(number);
}

int
rt_signals_install(void)
{
	static const int leave[] = {SIGINT, SIGTERM, SIGQUIT};
	struct sigaction action = {.sa_handler = on_leave};

	if (pipe2(pipe_fd, O_CLOEXEC | O_NONBLOCK) != 0)
		return -1;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(leave) / sizeof(*leave); i++)
		if (sigaction(leave[i], &action, NULL) != 0)
			return -1;
	return 0;
}

int
rt_signals_fd(void)
{
	return pipe_fd[0];
}

int
rt_signals_caught(void)
{
	return caught;
}

/* Handlers need a stack of their own, or they could not run when the stack has
 * overflowed. */
static void
use_own_stack(void)
{
	static char stack[65536];
	stack_t own = {.ss_sp = stack, .ss_size = sizeof(stack)};

	sigaltstack(&own, NULL);
}

void
rt_signals_guard(int fd, const struct termios *saved, const char *restore,
		 size_t length)
{
	struct sigaction action = {.sa_handler = on_fatal,
				   .sa_flags = SA_ONSTACK};

	guard.fd = fd;
	guard.saved = *saved;
	guard.length = length < RT_RESTORE_MAX ? length : RT_RESTORE_MAX;
	memcpy(guard.restore, restore, guard.length);
	sigemptyset(&action.sa_mask);
	use_own_stack();
	guarded = 1;
	for (size_t i = 0; i < FATAL; i++) {
		sigaction(fatal[i], NULL, &guard.old[i]);
		/* nohup(1) asks for HUP to be ignored. */
		if (guard.old[i].sa_handler != SIG_IGN)
			sigaction(fatal[i], &action, NULL);
	}
}

void
rt_signals_unguard(void)
{
	if (!guarded)
		return;
	guarded = 0;
	for (size_t i = 0; i < FATAL; i++)
		sigaction(fatal[i], &guard.old[i], NULL);
}

void
rt_signals_raise(int number)
{
	struct sigaction action = {.sa_handler = SIG_DFL};

	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
	raise(number);
}
