/* Looks at paths: which file each names now, and whether that may change. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_PATHS_H
#define TK_PATHS_H

#include "input/files.h"

/** Find the file that each path names now, and open those that are new. */
void tk_paths_look(struct tk_follow *follow, uint64_t now_ns);

/** Note which files may have grown, and whether paths must be looked at. */
void tk_paths_take_hints(struct tk_follow *follow);

#endif
