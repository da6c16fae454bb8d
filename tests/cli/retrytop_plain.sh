# The live view as lines: what begins and ends, totals, and the ways to end.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"
cd "$work" || exit 99
retrytop=$top_builddir/retrytop
peers=
# shellcheck disable=SC2086 # a list
trap '[ -z "$peers" ] || kill $peers 2>/dev/null; rm -rf "$work"' EXIT

poll() { # COMMAND...: until it succeeds, for at most half a minute
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ "$tries" -lt 600 ] || return 1
		sleep 0.05
	done
}
says() { # PATTERN: a line of the output
	grep -q -e "$1" out
}
gone() { # PID
	! kill -0 "$1" 2>/dev/null
}
# Start it in the background; its exit status goes to the file code.
start() { # ARGUMENT...
	rm -f code
	: >out
	: >err
	sh -c 'echo $$ >pid; exec "$@"' sh "$retrytop" --plain "$@" \
		<"${input:-/dev/null}" >out 2>err &
	job=$!
	peers="$peers $job"
}
ended() { # WHAT CODE: the job ends by itself
	poll gone "$job"
	wait "$job"
	code=$?
	check "$1" [ "$code" -eq "$2" ]
}

# Ten attempts a second in the seconds FROM to TO of an hour.
seconds() { # FROM TO OUTCOME [OPERATION]
	awk -v from="$1" -v to="$2" -v outcome="$3" -v op="${4:-pay}" 'BEGIN {
		good = outcome == "success"
		for (i = from * 10; i < to * 10; i++)
			printf "{\"v\":1,\"ts\":\"2026-11-30T10:%02d:%02d.%d" \
				"00Z\",\"event_type\":\"retry_%s\"," \
				"\"operation\":\"%s\",\"policy\":\"P\"," \
				"\"policy_hash\":\"0123456789abcdef\"," \
				"\"call_id\":\"%d\",\"attempt\":1," \
				"\"max_attempts\":1,\"kind\":\"first\"," \
				"\"outcome\":\"%s\",%s\"attempts\":1," \
				"\"retries\":0,\"backoff_seconds\":0," \
				"\"duration_seconds\":0.1," \
				"\"elapsed_seconds\":0.1,\"stop_reason\":" \
				"\"%s\",\"host\":\"h\",\"pid\":7," \
				"\"seq\":%d}\n",
				i / 600, i / 10 % 60, i % 10,
				(good ? "success" : "exhausted"), op, i,
				(good ? "success" : "failure"),
				(good ? "" : "\"error\":\"refused\","),
				(good ? "success" : "max_attempts"), i + 1
	}'
}

mkfifo input
input=input
start --delay 1h -
exec 3>input
poll says '^- total  *WAITING  0 operations, 0 with verdicts, - calls/s,'
result "it begins with totals" $?
seconds 0 100 success >&3
seconds 100 110 failure >&3
poll says '^2026-11-30T10:01:4.Z begins FAILING  *pay  since 10:01:40 (.*)  .*100% of calls fail (last [0-9]*s): refused; .* calls/s$'
result "a verdict is reported when it begins" $?
check "it is not reported again" [ "$(grep -c ' begins ' out)" -eq 1 ]
seconds 110 300 success >&3
poll says '^2026-11-30T10:0[2-5]:..Z ends   FAILING  *pay  since 10:01:40 ('
result "and when it ends" $?
exec 3>&-
input=
ended "the end of standard input ends it" 0
check "the last line is a total" sh -c 'tail -n 1 out | grep -q \
	"^2026-11-30T10:04:59Z total  ENDED  1 operations, 0 with verdicts, 10.*; 0 bad, 0 lost, 0 dropped, 3000 events, 3000 lines$"'
check "nothing went wrong" [ ! -s err ]

# Rules of one's own.
cat >rules.json <<'EOF'
{"rules": [{"name": "calls fail", "column": "failed_share", "is": ">",
	"value": 0.4, "window": "10s"}]}
EOF
input=input
start --delay 1h --rules rules.json -
exec 3>input
seconds 0 100 success >&3
poll says ' total '
seconds 100 110 failure >&3
poll says '^2026-11-30T10:01:4.Z begins ALERT     calls fail  pay: failed_share [0-9.]* > 0.4 (10s)$'
result "an alert is reported when it begins" $?
seconds 110 130 success >&3
poll says '^2026-11-30T10:0[12]:..Z ends   ALERT     calls fail  pay: .* (10s)  since 10:01:4. ([0-9]*s)$'
result "and when it ends" $?
check "once" [ "$(grep -c ' begins ALERT' out)" -eq 1 ]
exec 3>&-
input=
ended "and it ends as before" 0
check "totals have the number of alerts" says ' total .*; 0 alerts$'

seconds 0 20 failure >some.log
for signal in TERM INT; do
	start --delay 100ms some.log
	poll says ' total '
	kill -s $signal "$(cat pid)"
	ended "SIG$signal ends it with 0" 0
done
check "a verdict is there at once" says ' begins FAILING  *pay  since 10:00:00 '

# The times of a log that was there are not when it was read.
sed 's/"2026-/"2126-/' some.log >future.log
start --delay 100ms future.log
poll says ' total '
kill "$(cat pid)"
wait "$job"
check "a log of the future has its rates" says \
	'^2126-11-30T10:00:19Z total  *STALE  1 operations, 1 .*, 10.0 calls/s,'
check "and its verdicts" says ' begins FAILING  *pay  since 10:00:00 '

start --delay 100ms missing.log
poll sh -c '[ "$(grep -c " total  *WAITING  0 operations" out)" -ge 3 ]'
result "a missing file is waited for; totals come each --delay" $?
cp some.log missing.log
poll says ' begins FAILING '
result "it is read when it appears" $?
kill "$(cat pid)"
wait "$job"

# It has nothing to write for an hour, and still notices that nobody reads.
mkfifo output
(
	"$retrytop" --plain --delay 1h some.log >output 2>err
	echo $? >code
) &
peers="$peers $!"
timeout 30 head -n 1 <output >first
poll test -s code
result "a closed pipe ends it" $?
check "with 0, and without a message" sh -c '[ "$(cat code)" -eq 0 ] &&
	[ ! -s err ]'
check "after what was read" grep -q ' begins FAILING ' first

seconds 0 20 failure 'a\\u001b[31m\\u009b\\nb\\u202e' >hostile.log
start --delay 1h hostile.log
poll says ' total '
kill "$(cat pid)"
wait "$job"
check "names are made harmless" says \
	' begins FAILING  *a\\x1b\[31m\\u{9b}\\nb\\u{202e}  since'
check "no control character is left" sh -c '! grep -q "[[:cntrl:]]" out'

run "$retrytop" --plain --once some.log
expect "not both" 2 '' 'plain: not with --once'
run "$retrytop" some.log
expect "without a terminal it is proposed" 2 '' 'use --once or --plain'
if [ -c /dev/full ]; then
	run sh -c '"$0" --plain some.log >/dev/full' "$retrytop"
	expect "a full disk is an error" 4 '' 'standard output: No space left'
fi
finish
