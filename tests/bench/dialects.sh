#!/bin/sh
# Runs bench_dialects in the build folder, and reads the same log with the peers
# that are installed: lnav and jq. Their CPU time includes their start.
# SPDX-License-Identifier: MIT
set -u
home=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
log=$work/all.log
trap 'rm -rf "$work"' EXIT INT TERM
./tests/bench/bench_dialects "$home/../data/argus-1h/app.log" "$log" || exit 1

# CPU time of a command's processes for its log, of eight runs, because times
# counts in hundredths of a second.
peer() {
	name=$1
	bytes=$(wc -c <"$2")
	shift 2
	command -v "$1" >/dev/null || {
		echo "  $name: not installed"
		return
	}
	(
		for _ in 1 2 3 4 5 6 7 8; do
			"$@" >/dev/null 2>&1 </dev/null
		done
		times
	) | tail -n 1 | tr 'ms' '  ' |
		awk -v name="$name" -v bytes="$bytes" '{
			cpu = ($1 * 60 + $2 + $3 * 60 + $4) / 8
			printf "  %-34s %.0f us a MB\n", name,
				cpu * 1e6 / (bytes / 1e6)
		}'
}

# lnav has one format for a file, sorts lines by their times, and crashes at
# lines that are not JSON (0.11.1): it gets those that are, in order.
grep '^{"timestamp"' "$log" | sort -s -t'"' -k4,4 >"$work/lnav.log"
mkdir -p "$work/formats/bench"
cat >"$work/formats/bench/app.json" <<'END'
{
  "bench_log": {
    "title": "the application log",
    "description": "JSON lines",
    "json": true,
    "hide-extra": true,
    "timestamp-field": "timestamp",
    "level-field": "level",
    "line-format": [
      {"field": "__timestamp__"},
      " ", {"field": "message", "default-value": ""},
      " ", {"field": "event_type", "default-value": ""}
    ],
    "value": {
      "message": {"kind": "string"},
      "event_type": {"kind": "string"}
    }
  }
}
END
peer 'lnav without a format, counting' "$log" \
	lnav -n -c ';SELECT count(*) FROM all_logs' "$log"
peer 'lnav with a format, counting' "$work/lnav.log" \
	lnav -I "$work" -n -c ';SELECT count(*) FROM bench_log' "$work/lnav.log"
# It finds events in the columns of a row only slowly: a thousand rows do.
head -n 1000 "$work/lnav.log" >"$work/rows.log"
peer 'lnav, counting retries' "$work/rows.log" lnav -I "$work" -n -c \
	";SELECT count(*) FROM bench_log WHERE event_type = 'retry_attempt'" \
	"$work/rows.log"
peer 'jq, one member of the objects' "$log" jq -cR \
	'fromjson? | select(.event_type == "retry_attempt") | .attempt' "$log"
