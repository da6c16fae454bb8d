/* Logs of a busy service, and what reading them takes. */
/* SPDX-License-Identifier: MIT */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tap.h"

#define LOAD_NS_PER_S UINT64_C(1000000000)
/** A Monday in 2026. */
#define LOAD_BEGIN_NS (UINT64_C(1795424400) * LOAD_NS_PER_S)
#define LOAD_LINE_MAX 8192

/* Sanitizers take several times the memory. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LOAD_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LOAD_SANITIZED 1
#endif
#endif
#ifndef LOAD_SANITIZED
#define LOAD_SANITIZED 0
#endif

/** Calls that are open at a time. */
#define LOAD_CALLS 10000

#define LOAD_HOSTS_MAX 64

struct load_call {
	uint64_t number;
	unsigned attempt, operation;
};

struct load_log {
	/** How many there are of each; the names of hosts and targets begin
	 *  with their generation. */
	unsigned operations, targets, hosts, generation;
	/** As another program's JSON, without successes. */
	bool foreign;
	/** Names and errors try to break a terminal. */
	bool hostile;
	uint64_t seed, draws, calls;
	/** The last number of each host's lines. */
	uint64_t seq[LOAD_HOSTS_MAX];
	struct load_call call[LOAD_CALLS];
};

/** Begin; the caller sets the counts. */
void load_begin(struct load_log *log, uint64_t seed);

/** A number below @p below, the same for the same seed. */
uint64_t load_draw(struct load_log *log, uint64_t below);

/** Write the next line, with its newline, and return its length. */
size_t load_line(struct load_log *log, uint64_t ts_ns, char out[LOAD_LINE_MAX]);

/** Memory that the process has, in KiB; and files that it has open. */
long load_resident_kib(void);
long load_open_files(void);

/** End the program: the test itself is broken. */
void load_die(const char *what) __attribute__((noreturn));

#endif
