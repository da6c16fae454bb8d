#!/bin/sh
# Runs bench_dialects in the build folder, and reads the same log with the peers
# that are installed: lnav and jq. Their CPU time includes their start.
# SPDX-License-Identifier: MIT
set -u
home=$(cd "$(dirname "$0")" && pwd)
log=$(mktemp)
trap 'rm -f "$log"' EXIT INT TERM
./tests/bench/bench_dialects "$home/../data/argus-1h/app.log" "$log" || exit 1
bytes=$(wc -c <"$log")

# CPU time of a command's processes.
peer() {
	name=$1
	shift
	command -v "$1" >/dev/null || {
		echo "  $name: not installed"
		return
	}
	("$@" >/dev/null 2>&1 </dev/null; times) | tail -n 1 | tr 'ms' '  ' |
		awk -v name="$name" -v bytes="$bytes" '{
			cpu = $1 * 60 + $2 + $3 * 60 + $4
			printf "  %-34s %.0f us a MB\n", name,
				cpu * 1e6 / (bytes / 1e6)
		}'
}
peer 'lnav, counting lines' lnav -n -c ';SELECT count(*) FROM all_logs' "$log"
peer 'jq, one member of the objects' jq -cR \
	'fromjson? | select(.event_type == "retry_attempt") | .attempt' "$log"
