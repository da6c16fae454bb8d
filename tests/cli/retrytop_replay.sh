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
	grep -q "^2026-11-23T10:3.*begins FAILING   post_webhook" "$0/out" &&
		grep -q "^2026-11-23T10:4.*ends   FAILING   post_webhook" \
			"$0/out"' "$work"
split -l 1100 "$log" part.
replay --speed 1000 --delay 1s part.ab part.aa part.ac
expect "pieces are played in the order of their times" 0 \
	' 1439 events, 2284 lines$' ''
check "no clock was wrong" sh -c '! grep -q clock "$0/out"' "$work"
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
