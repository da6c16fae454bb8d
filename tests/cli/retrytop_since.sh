# The part of an existing log that is looked at: --since.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"
cd "$work" || exit 99
retrytop=$top_builddir/retrytop
trap '[ -z "$job" ] || kill "$job" 2>/dev/null; rm -rf "$work"' EXIT
job=

total_is() { # WHAT TIME RETRIES SKIPPED
	run "$retrytop" --format prometheus --since "$2" ten.log
	check "$1" sh -c 'grep -qx "retrytop_total_retries{op=\"pay\"} $0" out &&
		grep -qx "retrytop_log_skipped $1" out &&
		grep -qx "retrytop_log_events 10" out &&
		grep -qx "retrytop_log_lost 0" out' "$3" "$4"
}

minutes 0 9 >ten.log
total_is "all is after an early time" 1990-01-01T00:00:00Z 10 0
total_is "an event at the time is taken" 2001-11-30T10:04:00Z 6 4
total_is "one after it is left out" 2001-11-30T10:04:00.001Z 5 5
total_is "offsets count" 2001-11-30T12:04:00+02:00 6 4
run "$retrytop" --once --since 1h ten.log
expect "a duration is back from now" 0 ', 10 before --since' ''
for bad in '' soon 2001-11-30 -1h; do
	run "$retrytop" --once --since "$bad" ten.log
	expect "not a time: '$bad'" 2 '' 'since: must be a time'
done

# What is written from now on is new, whatever its time is.
"$retrytop" --plain --delay 100ms --since 1h ten.log >lines 2>err &
job=$!
poll() { # COMMAND...: until it succeeds, for at most half a minute
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ "$tries" -lt 600 ] || return 1
		sleep 0.05
	done
}
poll grep -q 'total .* 0 operations,.* 10 events' lines
result "an old log is left out while it is followed" $?
minutes 10 12 >>ten.log
poll grep -q 'total .* 1 operations,.* 13 events' lines
result "new lines are not" $?
kill "$job"
wait "$job"
job=
finish
