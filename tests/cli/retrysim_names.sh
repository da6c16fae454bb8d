# Logs whose operations have ids in their names: bounded, and said.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

# Calls of two attempts, one a second, to NAMES operations in turn.
log() { # CALLS NAMES FORMAT
	awk -v calls="$1" -v names="$2" -v name="$3" 'BEGIN {
		for (i = 0; i < calls; i++) {
			t = sprintf("2026-11-23T%02d:%02d:%02d", i / 3600,
				    i / 60 % 60, i % 60)
			op = sprintf(name, i % names)
			both = sprintf("\"v\":1,\"operation\":\"%s\",\"policy\":\"P\",\"call_id\":\"c%d\",\"max_attempts\":3", op, i)
			printf "{\"ts\":\"%s.1Z\",\"event_type\":\"retry_attempt\",%s,\"attempt\":1,\"kind\":\"first\",\"outcome\":\"failure\",\"class\":\"transient\",\"error_type\":\"E\",\"duration_seconds\":0.05,\"elapsed_seconds\":0.05,\"delay_seconds\":0.2}\n", t, both
			printf "{\"ts\":\"%s.4Z\",\"event_type\":\"retry_success\",%s,\"attempt\":2,\"kind\":\"retry\",\"outcome\":\"success\",\"duration_seconds\":0.1,\"elapsed_seconds\":0.35,\"stop_reason\":\"success\",\"attempts\":2}\n", t, both
		}
	}'
}
compare() { # OPTION...
	retrysim compare --dialect native -p QUICK -p SNAPSHOT --replicas 5 "$@"
}

log 3000 3000 'get /orders/%d' >"$work/ids.log"
compare "$work/ids.log"
expect "names with ids are one" 0 '^get /orders/\*: 3,000 calls' ''
check "and that is said" grep -q \
	'^Names: 3000 names of operations .* are read as 1, get /orders/\*$' \
	"$work/out"
compare --verbose "$work/ids.log"
expect "also in all tables" 0 '^  3000 names of operations .*read as 1' ''
compare -f json "$work/ids.log"
expect "and in JSON" 0 '"pooled_operations":[[:space:]]*3000' ''
compare --calls 'get /orders/*=4000' --operation 'get*' "$work/ids.log"
expect "options take the name" 0 '^get /orders/\*: 4,000 calls' ''
compare --operation 'get /orders/17' "$work/ids.log"
expect "a name that was pooled" 2 '' 'matches get /orders/17; 3000 names'

log 250 25 'op%d' >"$work/25.log"
compare "$work/25.log"
expect "the screen has twenty operations" 0 \
	'^More: 5 other operations, with no more failed calls' ''
check "of each an answer" test "$(grep -c '^=>' "$work/out")" -eq 20
check "no names are read as one" sh -c '! grep -q ^Names "$1"' - "$work/out"
compare --verbose "$work/25.log"
check "all tables have all" test "$(grep -c '^=>' "$work/out")" -eq 25
finish
