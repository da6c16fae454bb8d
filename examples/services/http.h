/* One HTTP request with libcurl, reported to the library as an outcome. */
/* SPDX-License-Identifier: MIT */
#ifndef SERVICE_HTTP_H
#define SERVICE_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "service.h"

struct http_request {
	const char *url;
	/** JSON to POST; NULL: a GET. */
	const char *json;
	/** A successful body goes to this file; -1 or below: to memory. */
	int file;
	/** If the file already has part of the body: the ETag of that part. ""
	 * or NULL: request the body from its start. */
	const char *resume_etag;
};

struct http_reply {
	/** 0 if there was none. */
	int status;
	/** Ends in NUL; NULL if there was none. */
	char *body;
	size_t length, room;
	/** Duration on the service's clock, from the request to the last byte.
	 */
	uint64_t took_ns;
	char etag[128];
	/** Text that an outcome points to. */
	char code[16];
	char error[256];
};

/**
 * Make one attempt, with the rest of the attempt's time as its timeout.
 *
 * In the outcome, a 2xx is a success; another status is "http:503" with the
 * body as error text; a failed connection is an errno; any other libcurl error
 * is "curl:N". The outcome points into the reply. A failure carries the hint of
 * its headers (Retry-After and others); the policy's `server_hint` decides
 * whether to follow it.
 *
 * @param reply  zero-initialised, or from an earlier attempt and then cleared
 */
void http_attempt(const struct service *service,
		  const struct backoff_attempt *attempt,
		  const struct http_request *request, struct http_reply *reply,
		  struct backoff_outcome *outcome);

/** The host and port of a URL in one spelling ("example.org:443"), "?" if it is
 *  not a URL. It can be an event's target, because it lacks the secrets that
 * the rest of a URL may hold. */
void http_origin(const char *url, char *out, size_t size);

/** Free the body. */
void http_reply_clear(struct http_reply *reply);

#endif
