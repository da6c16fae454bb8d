/* Another program that runs in the background, and what it prints. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/num.h"

#define READ_BYTES (64u << 10)
#define COLUMNS "COLUMNS="

static bool
is_program(const char *folder, size_t length, const char *name, char *out,
	   size_t size)
{
	int used = snprintf(out, size, "%.*s/%s", (int)length, folder, name);

	return used > 0 && (size_t)used < size && access(out, X_OK) == 0;
}

bool
rt_child_find(const char *name, char *out, size_t size)
{
	const char *path = getenv("PATH");
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self));
	const char *end =
		length > 0 ? memrchr(self, '/', (size_t)length) : NULL;

	if (end != NULL &&
	    is_program(self, (size_t)(end - self), name, out, size))
		return true;
	while (path != NULL && *path != '\0') {
		size_t part = strcspn(path, ":");

		/* An empty part, the working folder, is not searched. */
		if (part > 0 && is_program(path, part, name, out, size))
			return true;
		path += part + (path[part] == ':');
	}
	return false;
}

/* The environment with another width of the screen. NULL if there is no
 * memory; only the first of it is to be freed. */
static char **
make_environment(size_t columns, char *text, size_t size)
{
	size_t count = 0, used = 0;
	char **out;

	while (environ[count] != NULL)
		count++;
	out = calloc(count + 2, sizeof(*out));
	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (strncmp(environ[i], COLUMNS, strlen(COLUMNS)) != 0)
			out[used++] = environ[i];
	snprintf(text, size, COLUMNS "%zu", columns);
	out[used] = text;
	return out;
}

/* In the new process: only calls that are safe after a fork. */
static void
become(char *const *argv, char *const *environment, int fd, pid_t parent)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t none;

	setpgid(0, 0);
	/* A signal may end the parent before it can kill this. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0)
		_exit(127);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(argv[0], argv, environment);
	_exit(127);
}

/* Signals wait until the child has no handlers of this process: one would
 * write to the terminal. */
static pid_t
make_process(char *const *argv, char *const *environment, int fd)
{
	pid_t parent = getpid(), pid;
	sigset_t all, before;
	int error;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0) {
		for (int i = 1; i < NSIG; i++)
			if (i != SIGKILL && i != SIGSTOP)
				signal(i, SIG_DFL);
		become(argv, environment, fd, parent);
	}
	error = errno;
	if (pid > 0)
		setpgid(pid, pid);
	sigprocmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return pid;
}

static void
forget(struct rt_child *child)
{
	free(child->text);
	*child = (struct rt_child){.fd = -1};
}

bool
rt_child_start(struct rt_child *child, char *const *argv, size_t columns)
{
	char text[sizeof(COLUMNS) + 24], **environment;
	int pipe_fd[2], error;

	rt_child_clear(child);
	environment = make_environment(columns, text, sizeof(text));
	if (environment == NULL || pipe2(pipe_fd, O_CLOEXEC) != 0) {
		free(environment);
		return false;
	}
	child->pid = make_process(argv, environment, pipe_fd[1]);
	error = errno;
	free(environment);
	close(pipe_fd[1]);
	if (child->pid < 0) {
		close(pipe_fd[0]);
		child->pid = 0;
		errno = error;
		return false;
	}
	child->fd = pipe_fd[0];
	fcntl(child->fd, F_SETFL, O_NONBLOCK);
	return true;
}

/* False if there is no room for more. */
static bool
make_room(struct rt_child *child)
{
	size_t room = child->length + READ_BYTES + 1;
	char *text;

	if (room > RT_CHILD_TEXT_MAX)
		return false;
	if (room <= child->room)
		return true;
	text = realloc(child->text, 2 * room);
	if (text == NULL)
		return false;
	child->text = text;
	child->room = 2 * room;
	return true;
}

/* Returns as read(2). */
static ssize_t
read_some(struct rt_child *child)
{
	char rest[1024];
	ssize_t got;

	if (!make_room(child)) {
		got = read(child->fd, rest, sizeof(rest));
		child->cut = child->cut || got > 0;
		return got;
	}
	got = read(child->fd, child->text + child->length, READ_BYTES);
	if (got > 0)
		child->length += (size_t)got;
	child->text[child->length] = '\0';
	return got;
}

bool
rt_child_read(struct rt_child *child)
{
	bool changed = false;
	ssize_t got;

	if (child->pid == 0)
		return false;
	/* A program that prints without an end does not keep others waiting. */
	for (int i = 0; i < 16 && child->fd >= 0; i++) {
		got = read_some(child);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			break;
		changed = true;
		if (got > 0)
			continue;
		close(child->fd);
		child->fd = -1;
	}
	if (child->fd < 0 &&
	    waitpid(child->pid, &child->status, WNOHANG) == child->pid) {
		child->pid = 0;
		changed = true;
	}
	return changed;
}

void
rt_child_kill(struct rt_child *child)
{
	if (child->pid == 0)
		return;
	kill(-child->pid, SIGKILL);
	kill(child->pid, SIGKILL);
	while (waitpid(child->pid, &child->status, 0) < 0 && errno == EINTR)
		;
	child->pid = 0;
	if (child->fd >= 0)
		close(child->fd);
	child->fd = -1;
}

void
rt_child_clear(struct rt_child *child)
{
	rt_child_kill(child);
	forget(child);
}
