/* TAP for test programs without a framework. */
/* SPDX-License-Identifier: MIT */
#ifndef TAP_H
#define TAP_H

#include <stdio.h>

struct tap {
	unsigned count, failed;
	/** Complaints about the test under way. */
	unsigned complaints;
};

/** Say what is wrong with the test under way, unless @p what holds. */
#define TAP_MUST(tap, what)                                                    \
	do {                                                                   \
		if (!(what)) {                                                 \
			if ((tap)->complaints++ < 20)                          \
				printf("# %s:%d: must hold: %s\n", __FILE__,   \
				       __LINE__, #what);                       \
		}                                                              \
	} while (0)

/** Likewise of two whole numbers, showing both. */
#define TAP_EQUAL(tap, have, want)                                             \
	do {                                                                   \
		long long tap_have = (long long)(have);                        \
		long long tap_want = (long long)(want);                        \
		if (tap_have != tap_want) {                                    \
			if ((tap)->complaints++ < 20)                          \
				printf("# %s:%d: %s is %lld, not %lld\n",      \
				       __FILE__, __LINE__, #have, tap_have,    \
				       tap_want);                              \
		}                                                              \
	} while (0)

/** End the test under way: it passed if nobody complained. */
static inline void
tap_result(struct tap *tap, const char *what)
{
	tap->failed += tap->complaints > 0;
	printf("%sok %u - %s\n", tap->complaints > 0 ? "not " : "",
	       ++tap->count, what);
	tap->complaints = 0;
	fflush(stdout);
}

/** The plan, and the exit status of the program. */
static inline int
tap_finish(const struct tap *tap)
{
	printf("1..%u\n", tap->count);
	return tap->failed > 0;
}

#endif
