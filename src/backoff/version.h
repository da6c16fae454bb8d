/* The version of this library; build-aux/version.sh reads it for configure. */
/* SPDX-License-Identifier: MIT */
#ifndef BACKOFF_VERSION_H
#define BACKOFF_VERSION_H

#include <backoff/attr.h>

#define BACKOFF_VERSION_MAJOR 0
#define BACKOFF_VERSION_MINOR 1
#define BACKOFF_VERSION_PATCH 0
#define BACKOFF_VERSION_STRING "0.1.0"

BACKOFF_BEGIN_DECLS

/**
 * The version of the library that is running, as "MAJOR.MINOR.PATCH". Compare
 * it with BACKOFF_VERSION_STRING, the version that the program was compiled
 * against.
 */
BACKOFF_API const char *backoff_version(void);

BACKOFF_END_DECLS

#endif
