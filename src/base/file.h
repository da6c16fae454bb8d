/* Reading a small file whole. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_FILE_H
#define BO_FILE_H

#include <stddef.h>

#include <backoff/status.h>

/** A file of at most @p limit bytes into memory, with a NUL behind it; free()
 *  it. BACKOFF_OK; BACKOFF_E_IO (errno); BACKOFF_E_LIMIT; BACKOFF_E_NOMEM. */
enum backoff_status bo_file_read(const char *path, size_t limit, char **out,
				 size_t *length);

#endif
