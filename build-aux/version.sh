#!/bin/sh
# Prints the version, read from its only source, src/backoff/version.h.
# SPDX-License-Identifier: MIT
sed -n 's/^#define BACKOFF_VERSION_STRING "\(.*\)"/\1/p' \
	"$(dirname "$0")/../src/backoff/version.h" | tr -d '\n'
