/* Tests of src/base/file: whole files. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "base/file.h"

Test(base_file, a_file_is_read_whole_or_not_at_all)
{
	char path[] = "/tmp/retrykit-XXXXXX", *text = NULL;
	size_t length = 0;
	int fd = mkstemp(path);

	cr_assert(fd >= 0);
	cr_assert(write(fd, "ab\0cd", 5) == 5);
	close(fd);
	cr_expect(bo_file_read(path, 5, &text, &length) == BACKOFF_OK,
		  "just at the limit");
	cr_assert(text != NULL);
	cr_expect(length == 5 && memcmp(text, "ab\0cd", 6) == 0);
	free(text);
	text = NULL;
	cr_expect(bo_file_read(path, 4, &text, &length) == BACKOFF_E_LIMIT);
	cr_expect(text == NULL && length == 5, "untouched");
	unlink(path);
	errno = 0;
	cr_expect(bo_file_read(path, 5, &text, &length) == BACKOFF_E_IO);
	cr_expect(errno == ENOENT);
	errno = 0;
	cr_expect(bo_file_read("/tmp", 5, &text, &length) == BACKOFF_E_IO);
	cr_expect(errno == EISDIR);
	cr_expect(text == NULL, "untouched");
}
