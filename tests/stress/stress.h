/* Reading back a log that many threads or processes wrote. */
#ifndef STRESS_H
#define STRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

#include "tap.h"

/* ThreadSanitizer delivers signals when it sees fit. */
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

/* The allocator of AddressSanitizer is not safe for fork(2) while other threads
 * allocate (gcc 12): the child can hang in it. */
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

/** What a line says. */
struct stress_line {
	enum backoff_event_type type;
	uint64_t pid, seq, attempt, delay_ns, dropped;
	char call_id[65];
};

struct stress_log {
	/** Lines that are events, sorted by pid, then by seq. */
	struct stress_line *line;
	size_t count;
	/** Lines that are none, and whether the file ends without newline. An
	 *  event behind the half of another is both. */
	size_t bad;
	bool cut;
};

/** A new empty file below the current folder; *path is the caller's to free
 *  after unlink(2). */
char *stress_file(void);

/** Read a log; free log->line afterwards. Ends the program if it cannot. */
void stress_read(const char *path, struct stress_log *log);

/** Each process's numbers are there once, without a gap that `events_dropped`
 *  does not tell; those of other processes begin at 1. Returns the sum of what
 *  was told. */
uint64_t stress_check_numbers(struct tap *tap, const struct stress_log *log);

/** All lines of a call stand under one id, attempts from 1 without a gap; no
 *  two calls share one. Returns the number of calls. */
size_t stress_check_calls(struct tap *tap, struct stress_log *log);

/** A policy from text; ends the program if it is none. */
struct backoff_policy *stress_policy(const char *text);

/** Milliseconds of the monotonic clock. */
uint64_t stress_now_ms(void);

/** End the program: the test itself is broken. */
void stress_die(const char *what) __attribute__((noreturn));

/** Fail with http:503 until attempt *(unsigned *)user. */
void stress_fail_until(void *user, const struct backoff_attempt *attempt,
		       struct backoff_outcome *outcome);

#endif
