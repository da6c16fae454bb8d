/* One HTTP request with libcurl, as an outcome for the library. */
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
	/** With a file that has part of the body: the ETag of that part. "" or
	 *  NULL: the body is wanted from its start. */
	const char *resume_etag;
};

struct http_reply {
	/** 0 if there was none. */
	int status;
	/** Ends in NUL; NULL if there was none. */
	char *body;
	size_t length, room;
	/** The service's time, from the request to the last byte. */
	uint64_t took_ns;
	char etag[128];
	/** Text that an outcome points to. */
	char code[16];
	char error[256];
};

/**
 * Make one attempt, with what is left of the attempt's time as its timeout.
 *
 * The outcome: a 2xx is a success; another status is "http:503" with the
 * body as error text; a failed connection is an errno; any other
 * error of libcurl is "curl:N". It points into the reply. With a failure comes
 * the hint of its headers (Retry-After and others); whether it is followed is
 * for the policy's `server_hint` to say.
 *
 * @param reply  zero-initialised or of an earlier attempt, which is cleared
 */
void http_attempt(const struct service *service,
		  const struct backoff_attempt *attempt,
		  const struct http_request *request, struct http_reply *reply,
		  struct backoff_outcome *outcome);

/** The normalised host and port of a URL ("example.org:443"), "?" for anything
 *  else. Events may name them as the target, as they are free of secrets that
 *  the rest may contain. */
void http_origin(const char *url, char *out, size_t size);

/** Free the body. */
void http_reply_clear(struct http_reply *reply);

#endif
