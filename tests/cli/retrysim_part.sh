# retrysim compare --since, --until, --target: results about a part of a log.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

log=$top_srcdir/tests/data/argus-1h/app.log
one='--operation post_webhook -p WEBHOOK -f csv'

# Calls, and failed calls rounded, of the first row.
numbers() {
	awk -F, 'NR == 2 { printf "%d %.0f\n", $4, $4 * (1 - $5) }' "$work/out"
}
part() { # OPTION...
	# shellcheck disable=SC2086 # a list of options
	retrysim compare "$log" $one --calls post_webhook=3533 "$@"
	[ "$code" -eq 0 ] && numbers
}
add() {
	awk '{ calls += $1; failed += $2 } END { print calls, failed }'
}

whole=$(part)
check "the whole log" test "$whole" = "3533 246"
check "parts add up to the whole" test "$(
	{
		part --until 30m
		part --since 30m --until 2026-11-23T10:45:00Z
		part --since 2026-11-23T10:45:00+00:00
	} | add
)" = "$whole"
check "a part that covers all is the whole" \
	test "$(part --since 2026-11-23T10:00:00Z --until 2026-11-23T11:00:00Z)" \
	= "$whole"
check "and so is every target" test "$(part --target '*')" = "$whole"

# shellcheck disable=SC2086
retrysim compare "$log" -p WEBHOOK --since 10m -f json
expect "JSON has the part" 0 \
	'"part_from":[[:space:]]*"2026-11-23T10:49:58.542' ''
retrysim compare "$log" -p WEBHOOK -f json
check "and not without one" sh -c '! grep -q part_ "$1"' - "$work/out"

# Two targets; half of the calls of each fail once.
for i in 0 1 2 3 4 5 6 7 8 9; do
	for target in red blue; do
		printf '{"v": 1, "ts": "2026-11-23T10:00:%02d.500Z", "event_type": "retry_attempt", "call_id": "%s", "operation": "op", "target": "%s", "attempt": 1, "max_attempts": 2, "outcome": "failure", "delay_seconds": 0.25, "duration_seconds": 0.01}\n' \
			"$((i * 5))" "$target$i" "$target"
		printf '{"v": 1, "ts": "2026-11-23T10:00:%02d.760Z", "event_type": "retry_success", "call_id": "%s", "operation": "op", "target": "%s", "attempt": 2, "attempts": 2, "max_attempts": 2, "outcome": "success", "duration_seconds": 0.01}\n' \
			"$((i * 5))" "$target$i" "$target"
	done
done >"$work/two.log"
retrysim compare "$work/two.log" -d native -p STANDARD -f csv --target red
expect "a target" 0 '^"STANDARD",[^,]*,"op",10,' ''
retrysim compare "$work/two.log" -d native -p STANDARD -f csv --target 'b*' \
	--since 20s --until 2026-11-23T10:00:40.5Z
expect "a target in a time: the end is not part of it" 0 \
	'^"STANDARD",[^,]*,"op",3,' ''

# Each call fails on one host, and once with an error of its target.
sed 's/"operation"/"host": "h1", "service": "s", "policy": "P", "code": "E1", "operation"/
	/"red/s/"h1"\(.*\)"s"\(.*\)"E1"/"h2"\1"t"\2"E2"/' "$work/two.log" >"$work/terms.log"
terms() { # CALLS TERM...
	calls=$1
	shift
	set -- "$@" --
	while [ "$1" != -- ]; do
		set -- "$@" --where "$1"
		shift
	done
	shift
	retrysim compare "$work/terms.log" -d native -p STANDARD -f csv "$@"
	expect "calls where $*" 0 "^\"STANDARD\",[^,]*,\"op\",$calls," ''
}
terms 10 host=h1
terms 10 'service=t*'
terms 20 policy=P
terms 10 error=E2
terms 20 'error=E?' operation=op
terms 10 error=E1 host=h1 op=o* target=b*
retrysim compare "$work/terms.log" -d native --where host=h1 --where error=E2
expect "terms of which no call matches all" 2 '' \
	'^retrysim: --where: no call in the log matches host=h1 and the other terms$'

refused() { # WHAT STDERR OPTION...
	what=$1 pattern=$2
	shift 2
	retrysim compare "$log" -p WEBHOOK "$@"
	expect "$what" 2 '' "$pattern"
}
refused "no time" '^retrysim: --since: expected a time such as .* \(got noon\)$' \
	--since noon
refused "no time either" '^retrysim: --until: expected a time' --until -3
refused "no such term" '^retrysim: --where: expected op=GLOB, .* \(got hots=a\)$' \
	--where hots=a
refused "no call that matches" '^retrysim: --where: no call of that time in the log matches host=x$' \
	--since 10m --where host=x
refused "backwards" '^retrysim: --since: 1m is not before --until 2m$' \
	--since 1m --until 2m
refused "empty" '^retrysim: no call begins in that part of the log, which reaches from 2026-11-23T10:00' \
	--since 2027-01-01T00:00:00Z
refused "no such target" '^retrysim: --target: no target in the log matches x' \
	--target x
refused "no call of that operation" '^retrysim: --operation: no operation' \
	--since 10m --operation 'no*'

echo "1..$count"
