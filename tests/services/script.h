/* What the flaky server does to which request: its script. */
#ifndef TESTS_SERVICES_SCRIPT_H
#define TESTS_SERVICES_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

/**
 * One line of the script:
 *
 *     PATH NUMBER WORD...
 *
 * NUMBER is the how manieth request of that path, from 1, or `*` for each that
 * no other line names. Words, in any order; a value with blanks stands in
 * single quotes:
 *
 *     status=503          default 200
 *     body='{"a": 1}'     default empty
 *     size=100000         a body of so many known bytes, which honours Range
 *     header='Name: x'    may be there four times
 *     date=2              Retry-After: the date so many seconds from now
 *     delay=250           milliseconds before the answer
 *     gather=3            answer when three such requests are under way at once
 *     hang                no answer, until the client goes away
 *     cut=1000            close after so many bytes of the body
 *     reset               close with a TCP reset: at once, or where cut says
 *     drop                close without an answer
 *     etag='"two"'        of a known body, which differs with it; empty: none
 *     norange             answer 200 to a Range
 */
struct rule {
	char path[128];
	unsigned number;
	int status;
	unsigned delay_ms, gather;
	/** -1 where absent. */
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

/** Read a file; false with a message on stderr if it is no script. */
bool script_read(const char *path, struct script *out);

/** What request @p number of @p path gets: the line that names it, else the
 *  path's `*`; NULL if there is neither. */
const struct rule *script_find(const struct script *script, const char *path,
			       unsigned number);

void script_free(struct script *script);

#endif
