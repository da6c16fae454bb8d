/* Reads headers. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_HINT_H
#define BO_HINT_H

#include <stdint.h>

#include "outcome/header.h"

/** Read a header; returns as backoff_hint_parse(). With BACKOFF_E_VALUE, *out
 *  may still have the state of a limit whose rest cannot be read. */
enum backoff_status bo_header_read(const char *name, const char *value,
				   uint64_t wall_ns, struct bo_header *out);

#endif
