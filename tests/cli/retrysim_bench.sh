# retrysim compare on logs made from measured cells: 3,000 calls each, with
# failures that were injected at random, and with an incident besides.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

cells=$top_srcdir/tests/data/resilience-bench/sbes2025-grpc-retry.csv
for n in 2 3 4 5; do
	printf '{"name": "N%s", "max_attempts": %s, "base_delay": 0.5, "backoff": "constant", "jitter": {"kind": "none"}, "retry_on": ["*"]}\n' \
		"$n" "$n" >"$work/N$n.json"
done

# A log of half an hour with as many calls and failures as a cell. Attempts fail
# at the injected rate; if calls fail more often than that makes them, the rest
# falls into one incident.
log_of() { # CELL
	awk -F, -v cell="$1" 'BEGIN { srand(4) }
		function line(at, type, k, outcome, rest) {
			printf "{\"v\": 1, \"ts\": \"2026-11-23T10:%02d:%09.6fZ\", " \
				"\"event_type\": \"retry_%s\", " \
				"\"operation\": \"checkout\", \"policy\": \"N%d\", " \
				"\"call_id\": \"c%d\", \"attempt\": %d, " \
				"\"max_attempts\": %d, \"outcome\": \"%s\", " \
				"\"duration_seconds\": 0.01%s}\n", \
				int(at / 60), at % 60, type, n, c, k, n, outcome, \
				rest
		}
		$1 == cell {
			q = $3 / 100
			n = $12 + 0
			calls = $5 + $6
			e = ($5 / calls - q ^ n) / (1 - q ^ n)
			if (e < .02)
				e = 0
			if (e == 0)
				q = ($5 / calls) ^ (1 / n)
			for (c = 0; c < calls; c++) {
				at = 1700 * c / calls
				for (k = 1; k <= n; k++) {
					at += .01
					down = at > 600 && at < 600 + 1700 * e
					if (!down && rand() >= q) {
						line(at, "success", k, "success",
							sprintf(", \"attempts\": %d", k))
						break
					}
					if (k == n) {
						line(at, "exhausted", k, "failure",
							sprintf(", \"attempts\": %d, " \
							"\"stop_reason\": \"max_attempts\"", k))
						break
					}
					line(at, "attempt", k, "failure",
						", \"delay_seconds\": 0.5")
					at += .5
				}
			}
		}' "$cells"
}
compare() { # CELL
	log_of "$1" >"$work/app.log"
	retrysim compare "$work/app.log" -p "$work/N2.json" \
		-p "$work/N3.json" -p "$work/N4.json" -p "$work/N5.json" \
		-f csv
}
rate() { # POLICY
	awk -F, -v name="\"$1\"" '$1 == name { print $5 }' "$work/out"
}
near() { # WANT GOT WITHIN
	awk -v a="$1" -v b="$2" -v d="$3" \
		'BEGIN { exit !(b != "" && a - b <= d && b - a <= d) }'
}

# What other cells measured at the same faults: their medians.
compare retry-checkout-400vu-75f-00034
expect "a log of random failures" 0 '^"N5",' ''
check "5 attempts: itself" near .7533 "$(rate N5)" .02
check "4 attempts: as cells with 4 measured" near .6867 "$(rate N4)" .025
check "3 attempts: as cells with 3 measured" near .576 "$(rate N3)" .03
check "2 attempts: as cells with 2 measured" near .4363 "$(rate N2)" .03

# A fifth of its calls failed, where others of its group have 2 %.
compare retry-checkout-400vu-25f-00014
expect "a log with an incident" 0 '^"N3",' ''
check "3 attempts: itself" near .767 "$(rate N3)" .02
check "2 attempts: fewer succeed" near .731 "$(rate N2)" .03
check "5 attempts do not outlast an incident of minutes" \
	near .78 "$(rate N5)" .02

finish
