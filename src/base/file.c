/* Reading a small file whole. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum backoff_status
bo_file_read(const char *path, size_t limit, char **out, size_t *length)
{
	enum backoff_status status = BACKOFF_E_IO;
	char *text = NULL;
	size_t got;
	FILE *file = fopen(path, "rbe");
	int saved;

	if (file == NULL)
		return errno == ENOMEM ? BACKOFF_E_NOMEM : BACKOFF_E_IO;
	text = malloc(limit + 1);
	if (text == NULL) {
		status = BACKOFF_E_NOMEM;
		goto out;
	}
	got = fread(text, 1, limit + 1, file);
	if (ferror(file))
		goto out;
	if (got > limit) {
		status = BACKOFF_E_LIMIT;
		goto out;
	}
	text[got] = '\0';
	*out = text;
	*length = got;
	text = NULL;
	status = BACKOFF_OK;
out:
	saved = errno;
	free(text);
	fclose(file);
	errno = saved;
	return status;
}
