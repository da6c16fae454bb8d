#!/bin/sh
# Prints FUNCTION PAGE for each function that a man page of section 3 describes,
# so that `man FUNCTION` can be led to that page.
# Usage: build-aux/manlinks.sh PAGE...
# SPDX-License-Identifier: MIT
awk '
	FNR == 1 { page = FILENAME; sub(/.*\//, "", page) }
	/^\.Sh/ { synopsis = $2 == "SYNOPSIS" }
	synopsis && /^\.F[on] backoff_/ && $2 ".3" != page { print $2, page }
' "$@" | sort -u
