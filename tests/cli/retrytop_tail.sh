# The last lines of an existing log: --tail.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"
cd "$work" || exit 99
retrytop=$top_builddir/retrytop
trap '[ -z "$job" ] || kill "$job" 2>/dev/null; rm -rf "$work"' EXIT
job=

events_are() { # WHAT EVENTS FIRST-TIME
	check "$1" sh -c 'grep -qx "retrytop_log_events $0" out &&
		grep -qx "retrytop_log_lost 0" out &&
		grep -qx "retrytop_log_from_timestamp_seconds $1" out' "$2" "$3"
}
tail_of() { # N FILE...
	lines=$1
	shift
	run "$retrytop" --format prometheus --tail "$lines" "$@"
}

minutes 0 9 >ten.log
first=$(date -u -d 2001-11-30T10:06:00Z +%s).000000
tail_of 4 ten.log
events_are "a file" 4 "$first"
gzip -c ten.log >ten.log.gz
tail_of 4 ten.log.gz
events_are "a compressed file" 4 "$first"
run sh -c '"$0" --format prometheus --tail 4 - <ten.log' "$retrytop"
events_are "standard input from a file" 4 "$first"
run sh -c 'cat ten.log | "$0" --format prometheus --tail 4 -' "$retrytop"
events_are "a pipe" 4 "$first"
run sh -c 'cat ten.log.gz | "$0" --format prometheus --tail 4' "$retrytop"
events_are "a compressed pipe" 4 "$first"
minutes 0 3 | gzip -c >app.log.2.gz
minutes 4 7 >app.log.1
minutes 8 9 >app.log
tail_of 4 app.log app.log.1 app.log.2.gz
events_are "a rotated log counts as one, without a gap" 4 "$first"
run "$retrytop" --format prometheus --tail 7 --since 2001-11-30T10:06:00Z \
	ten.log
check "older ones of the last lines are left out with --since" sh -c '
	grep -qx "retrytop_log_skipped 3" out &&
	grep -qx "retrytop_total_retries{op=\"pay\"} 4" out'
run "$retrytop" --once --tail 4 ten.log
expect "the report says so" 0 '4 events, .*, from --tail 4$' ''
run "$retrytop" --dump-screen 80x24 --tail 4 ten.log
expect "so does the screen" 0 '4 events .* 4 with --tail' ''
run "$retrytop" --once --tail 0 ten.log
expect "of none, nothing is read" 3 "no new lines" 'no attempt events in 0 lines'
for bad in '' x -1 1000001; do
	run "$retrytop" --once --tail "$bad" ten.log
	expect "not a number of lines: '$bad'" 2 '' '--tail: '
done

# What is written from now on is read whole.
: >lines
"$retrytop" --plain --delay 100ms --tail 2 ten.log >lines 2>err &
job=$!
poll() { # COMMAND...: until it succeeds, for at most half a minute
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ "$tries" -lt 600 ] || return 1
		sleep 0.05
	done
}
poll grep -q 'total .* 2 events, 2 lines' lines
result "the last lines come first" $?
minutes 10 14 >>ten.log
poll grep -q 'total .* 0 lost, .* 7 events, 7 lines' lines
result "then all that are new" $?
kill "$job"
wait "$job"
job=

mkfifo pipe
: >piped
"$retrytop" --plain --delay 100ms --tail 2 - <pipe >piped 2>err &
job=$!
exec 3>pipe
minutes 0 9 >&3
poll grep -q 'total .* 2 events, 2 lines' piped
result "the last lines of a pipe come when it pauses" $?
minutes 10 12 >&3
poll grep -q 'total .* 5 events, 5 lines' piped
result "then all that are new" $?
exec 3>&-
wait "$job"
job=
finish
