/* The flaky server's script: how it answers each request. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SERVICES_SCRIPT_H
#define TESTS_SERVICES_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

/**
 * One line of the script:
 *
 *     PATH NUMBER WORD...
 *
 * NUMBER counts the requests of that path from 1; `*` is any request that no
 * other line names. Words come in any order; a value with blanks needs single
 * quotes:
 *
 *     status=503          default 200
 *     body='{"a": 1}'     default empty
 *     size=100000         a body of 100000 known bytes, which honours Range
 *     header='Name: x'    up to four times
 *     date=2              Retry-After: the date 2 seconds from now
 *     delay=250           milliseconds before the answer
 *     gather=3            answer when 3 such requests are under way at once
 *     hang                no answer, until the client goes away
 *     cut=1000            close after 1000 bytes of the body
 *     reset               close with a TCP reset: at once, or after cut bytes
 *     drop                close without an answer
 *     etag='"two"'        ETag of a known body, which depends on it; empty:
 * none norange             answer 200 to a Range
 */
struct rule {
	char path[128];
	unsigned number;
	int status;
	unsigned delay_ms, gather;
	/** -1 if absent. */
	long size, cut, date_s;
	bool reset, drop, norange, hang;
	char body[1024], etag[64];
	char header[4][256];
	unsigned headers;
};

struct script {
	struct rule *rules;
	size_t count;
};

/** Read a file; false with a message on stderr if it is not a script. */
bool script_read(const char *path, struct script *out);

/** The rule for request @p number of @p path: the line that names it, otherwise
 *  the path's `*`; NULL if there is neither. */
const struct rule *script_find(const struct script *script, const char *path,
			       unsigned number);

void script_free(struct script *script);

#endif
