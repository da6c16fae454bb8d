/* A screen as text, for reports, documents and tests. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_DUMP_H
#define RT_DUMP_H

#include <stdio.h>

#include "retrytop/session.h"

/** Print the screen of --dump-screen after its --keys, for what was read. 0, or
 *  -1 with errno. */
int rt_dump(struct rt_session *session, FILE *out);

#endif
