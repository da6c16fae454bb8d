/* How calls hold the guards of a table: apart from other holders, since a child
 * of fork(2) has none of them. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_GUARDS_H
#define BO_GUARDS_H

#include <backoff/guard.h>

/** A call to a target begins; returns as backoff_guards_take(). */
struct backoff_guard *bo_guards_enter(struct backoff_guards *guards,
				      const char *target);

/** A call that entered in another process continues in this one. */
void bo_guards_rejoin(struct backoff_guards *guards,
		      struct backoff_guard *guard);

/** A call that entered or continued in this process is over. */
void bo_guards_leave(struct backoff_guards *guards,
		     struct backoff_guard *guard);

#endif
