# A recorded log played as if it were written now.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

cd "$work" || exit 99
log=$top_srcdir/tests/data/argus-1h/app.log
replay() { # ARG...
	run "$top_builddir/retrytop" --plain --replay "$@"
}

replay --speed 1000 --delay 100ms "$log"
expect "the whole hour was read" 0 \
	' total  ENDED .* 0 bad, 0 lost, 0 dropped, 1439 events, 2284 lines$' ''
check "the end says what --once says" sh -c '
	"$1" --once "$2" | sed -n 1p >once
	grep -F "$(sed "s/^FAILING *//; s/  since.*//" once)" out |
		tail -n 1 | grep -q begins' - "$top_builddir/retrytop" "$log"
grep -E '2026-11-23T10:(3[3-9]|4[0-4])' "$log" >middle.log
replay --speed 200 --delay 1s middle.log
check "verdicts come and go at their times" sh -c '
	grep -q "^2026-11-23T10:35:0.Z begins AMPLIFIED post_webhook" "$0/out" &&
		grep -q "^2026-11-23T10:35:.*now    FAILING   post_webhook" \
			"$0/out" &&
		grep -q "^2026-11-23T10:40.*ends   FAILING   post_webhook" \
			"$0/out"' "$work"
split -l 1100 "$log" part.
replay --speed 1000 --delay 1s part.ab part.aa part.ac
expect "pieces are played in the order of their times" 0 \
	' 1439 events, 2284 lines$' ''
check "no clock was wrong" sh -c '! grep -q clock "$0/out"' "$work"

# Ten calls a second for four minutes, which fail for half a minute.
awk 'BEGIN {
	for (i = 0; i < 2400; i++) {
		bad = i >= 1500 && i < 1800
		printf "{\"v\":1,\"ts\":\"2026-11-30T10:%02d:%02d.%d00Z\"," \
			"\"event_type\":\"retry_%s\",\"operation\":\"pay\"," \
			"\"policy\":\"P\",\"policy_hash\":\"0123456789abcdef\"," \
			"\"call_id\":\"%d\",\"attempt\":1,\"max_attempts\":1," \
			"\"kind\":\"first\",\"outcome\":\"%s\",\"attempts\":1," \
			"\"retries\":0,\"backoff_seconds\":0," \
			"\"duration_seconds\":0.1,\"elapsed_seconds\":0.1," \
			"\"stop_reason\":\"%s\",\"host\":\"h\",\"pid\":7," \
			"\"seq\":%d}\n",
			i / 600, i / 10 % 60, i % 10,
			bad ? "exhausted" : "success", i,
			bad ? "failure" : "success",
			bad ? "max_attempts" : "success", i + 1
	}
}' >outage.log
said() { # SPEED FILE: what begins and ends
	replay --speed "$1" outage.log
	grep -E 'Z (begins|now|ends) ' out >"$2"
}
said 1000 fast
check "a short outage is not missed at any speed" \
	grep -q '^2026-11-30T10:02:3[0-9]Z begins FAILING   pay' fast
check "nor its end, said with the same form of its beginning" \
	grep -q '^2026-11-30T10:03:[0-9]*Z ends   FAILING   pay  since 10:02:30 (' \
	fast
said 200 slow
check "the same is said at another speed" cmp -s fast slow

run "$top_builddir/retrytop" --once --replay "$log"
expect "--once has no time to play in" 2 '' '--replay: not with --once'
run "$top_builddir/retrytop" --plain --speed 2 "$log"
expect "a speed needs a replay" 2 '' '--speed: needs --replay'
run "$top_builddir/retrytop" --plain --replay --speed 0 "$log"
expect "a speed is at least 1" 2 '' 'speed'
: >empty.log
replay empty.log
expect "an empty log is over at once" 0 ' total  ENDED .* 0 lines$' ''

finish
