/* What libFuzzer calls, for each target. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_accepts(data, size);
	return 0;
}
