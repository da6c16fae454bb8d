/* A fuzz target for libFuzzer and for the replay of its corpus. */
/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/** The name of the target's folder in tests/fuzz/corpus. */
extern const char fuzz_name[];

/** Read the input and check the invariants; 1 if it is valid. */
int fuzz_accepts(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** Not assert(3): NDEBUG must not switch it off. */
#define MUST(what)                                                             \
	do {                                                                   \
		if (!(what)) {                                                 \
			fprintf(stderr, "%s:%d: must hold: %s\n", __FILE__,    \
				__LINE__, #what);                              \
			abort();                                               \
		}                                                              \
	} while (0)

#endif
