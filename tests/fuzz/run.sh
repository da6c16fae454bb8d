#!/bin/sh
# Runs each fuzz target for a while: run.sh SECONDS [TARGET...].
# To be called in a build folder that was configured with --enable-fuzzing;
# `make fuzzers` comes first. What is found stays in fuzz-corpus/ there, and
# an input that fails in the folder itself.
# SPDX-License-Identifier: MIT
set -u
seconds=${1:?usage: run.sh SECONDS [TARGET...]}
shift
home=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || set -- $(ls "$home/corpus")
failed=0
for target; do
	mkdir -p "fuzz-corpus/$target" || exit 4
	echo "fuzz_$target: $seconds s"
	"./tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 \
		-rss_limit_mb=1024 -print_final_stats=1 -verbosity=0 \
		-dict="$home/$target.dict" \
		"fuzz-corpus/$target" "$home/corpus/$target" ||
		failed=$((failed + 1))
done
[ "$failed" = 0 ]
