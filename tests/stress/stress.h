/* Reading back a log that many threads or processes wrote. */
/* SPDX-License-Identifier: MIT */
#ifndef STRESS_H
#define STRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

#include "tap.h"

/* ThreadSanitizer may deliver signals late. */
#if defined(__SANITIZE_THREAD__)
#define STRESS_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define STRESS_TSAN 1
#endif
#endif
#ifndef STRESS_TSAN
#define STRESS_TSAN 0
#endif

/* AddressSanitizer's allocator (gcc 12) is not safe if other threads allocate
 * during fork(2): the child can hang in it. */
#if defined(__SANITIZE_ADDRESS__)
#define STRESS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STRESS_ASAN 1
#endif
#endif
#ifndef STRESS_ASAN
#define STRESS_ASAN 0
#endif

/** The fields of a line. */
struct stress_line {
	enum backoff_event_type type;
	uint64_t pid, seq, attempt, delay_ns, dropped;
	char call_id[65];
};

struct stress_log {
	/** Lines that are events, sorted by pid, then by seq. */
	struct stress_line *line;
	size_t count;
	/** Other lines, and whether the file ends without a newline. An event
	 *  after half of another one counts as a bad line and as an event. */
	size_t bad;
	bool cut;
};

/** Make an empty file in the current folder; the caller calls unlink(2) and
 *  free(3). */
char *stress_file(void);

/** Read a log; free log->line afterwards. Ends the program if it cannot. */
void stress_read(const char *path, struct stress_log *log);

/** Check that each process's numbers occur once, and that `events_dropped`
 *  reports each gap; other processes' numbers begin at 1. Returns the number of
 *  reported losses. */
uint64_t stress_check_numbers(struct tap *tap, const struct stress_log *log);

/** Check that all lines of a call have one id, which no other call has, and
 *  attempts from 1 without a gap. Returns the number of calls. */
size_t stress_check_calls(struct tap *tap, struct stress_log *log);

/** Parse a policy; ends the program if that fails. */
struct backoff_policy *stress_policy(const char *text);

/** Milliseconds of the monotonic clock. */
uint64_t stress_now_ms(void);

/** End the program: the test itself is broken. */
void stress_die(const char *what) __attribute__((noreturn));

/** Fail with http:503 until attempt *(unsigned *)user. */
void stress_fail_until(void *user, const struct backoff_attempt *attempt,
		       struct backoff_outcome *outcome);

#endif
