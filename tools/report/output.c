/* Results that are written atomically: collect, write, rename. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool
rs_output_begin(struct rs_output *output)
{
	if (!tk_gather_begin(&output->gather)) {
		tk_msg("out of memory");
		return false;
	}
	output->stream = output->gather.stream;
	return true;
}

/* 0, or an errno. */
static int
write_all(int fd, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t wrote = write(fd, text, length);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return errno;
		text += wrote;
		length -= (size_t)wrote;
	}
	return 0;
}

static int
write_new(const char *temporary, int fd, const char *path,
	  const struct rs_output *output)
{
	/* mkstemp() makes a private file; give it the usual mode. */
	mode_t mask = umask(0);
	int error;

	umask(mask);
	error = fchmod(fd, 0666 & ~mask) ? errno : 0;
	if (!error)
		error = write_all(fd, output->gather.text,
				  output->gather.length);
	if (!error && fsync(fd))
		error = errno;
	if (close(fd) && !error)
		error = errno;
	if (!error && rename(temporary, path))
		error = errno;
	return error;
}

static int
replace(const char *path, const struct rs_output *output)
{
	size_t size = strlen(path) + sizeof(".XXXXXX");
	char *temporary = malloc(size);
	int fd, error;

	if (temporary == NULL)
		return ENOMEM;
	snprintf(temporary, size, "%s.XXXXXX", path);
	fd = mkstemp(temporary);
	if (fd < 0) {
		error = errno;
	} else {
		error = write_new(temporary, fd, path, output);
		if (error)
			unlink(temporary);
	}
	free(temporary);
	return error;
}

/* A device or a pipe cannot be renamed over. */
static int
write_special(const char *path, const struct rs_output *output)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), error;

	if (fd < 0)
		return errno;
	error = write_all(fd, output->gather.text, output->gather.length);
	if (close(fd) && !error)
		error = errno;
	return error;
}

static int
write_file(const char *path, const struct rs_output *output)
{
	char *real = realpath(path, NULL);
	struct stat info;
	int error;

	/* Replace the file that a link leads to, not the link. */
	if (real && stat(real, &info) == 0 && !S_ISREG(info.st_mode))
		error = write_special(real, output);
	else
		error = replace(real ? real : path, output);
	free(real);
	return error;
}

enum tk_exit
rs_output_end(struct rs_output *output, int status, const char *path)
{
	bool to_stdout = path == NULL || strcmp(path, "-") == 0;
	int error = 0;

	if (!tk_gather_end(&output->gather))
		status = -1;
	if (status)
		tk_msg("out of memory");
	else if (to_stdout)
		error = write_all(STDOUT_FILENO, output->gather.text,
				  output->gather.length);
	else
		error = write_file(path, output);
	if (error)
		tk_msg_errno(to_stdout ? "standard output" : path, error);
	free(output->gather.text);
	return status || error ? TK_EXIT_SYSTEM : TK_EXIT_OK;
}
