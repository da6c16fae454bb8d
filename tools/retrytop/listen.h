/* Metrics over HTTP, served between two readings of the inputs. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_LISTEN_H
#define RT_LISTEN_H

#include "retrytop/session.h"

struct rt_listen;

/**
 * Listen where the options say, and name the address on standard error: its
 * port may have been 0.
 *
 * @return NULL if that fails; the reason was printed
 */
struct rt_listen *rt_listen_open(const struct rt_options *options);

/** NULL is fine. Closes all connections. */
void rt_listen_close(struct rt_listen *listen);

/** To poll(2) for requests. */
int rt_listen_fd(const struct rt_listen *listen);

/** Nanoseconds after which rt_listen_serve() has to be called, even without a
 *  request; UINT64_MAX if never. */
uint64_t rt_listen_due_ns(const struct rt_listen *listen);

/** Answer the requests that have come, without waiting. @p ready: what is known
 *  can be served. */
void rt_listen_serve(struct rt_listen *listen, struct rt_session *session,
		     bool ready);

#endif
