# retrysim dialect: list, show, check and guess; logs that nothing reads.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

retrysim dialect list
expect "lists the built-in dialects" 0 '^tenacity +Python' ''
check "native is one of them" grep -q '^native ' "$work/out"
wrong=
for name in $(awk '$1 != "native" { print $1 }' "$work/out"); do
	retrysim dialect show "$name"
	cp "$work/out" "$work/$name.json"
	retrysim dialect check "$work/$name.json"
	[ "$code" = 0 ] || wrong="$wrong $name"
done
check "all can be shown, and their files are sound$wrong" test -z "$wrong"
retrysim dialect show tenacitty
expect "a name that is not built in" 2 '' 'tenacitty is not a built-in dialect'

cat >"$work/bad.json" <<-'END'
	{
	  "dialect": "bad",
	  "rules": [
	    {"type": "retry_attemp", "text": "{operation:word} failed"},
	    {"type": "retry_attempt", "text": "{_}"},
	    {"type": "retry_attempt", "text": "x failed",
	     "fields": {"dealy_seconds": "d"}}
	  ]
	}
END
retrysim dialect check "$work/bad.json"
expect "a bad dialect fails" 3 '' 'bad[.]json:4:[0-9]+: rules.0.[.]type: '
check "every error is reported" grep -qE 'bad[.]json:5:.*rules.1.[.]text' \
	"$work/err"
check "with the nearest name" grep -qE \
	'bad[.]json:7:.*dealy_seconds: .*delay_seconds' "$work/err"
retrysim dialect check "$work/none.json"
expect "a file that is not there" 4 '' 'none[.]json: No such file'

# Lines that an event of their own may follow count at the end of a log.
cat >"$work/notes.log" <<-'END'
	2026-01-12 10:00:00,000 WARNING Finished call to 'app.load' after 0.100(s), this was the 1st time calling it.
	2026-01-12 10:00:01,000 WARNING Finished call to 'app.load' after 1.100(s), this was the 2nd time calling it.
END
retrysim dialect check "$work/tenacity.json" "$work/notes.log"
expect "check counts what only notes say" 0 'notes[.]log: 2 lines, 2 events' ''

# Built-in ones by their names; the log alone is a likely slip.
retrysim dialect check auto "$work/notes.log"
expect "all built-in ones say which of them reads a log" 0 \
	'tenacity rules.[0-9]+. note: 2 lines; the first:' ''
check "and nothing of those that do not" \
	sh -c "! grep -q 'handwritten\|: 0 lines' '$work/out'"
retrysim dialect check tenacity "$work/notes.log"
expect "one of them is checked alone" 0 'ok tenacity: ' ''
retrysim dialect check "$work/notes.log"
expect "a log in the place of a dialect" 3 '' 'dialect check auto .*notes[.]log'

cat >"$work/near.json" <<-'END'
	{
	  "dialect": "near",
	  "rules": [
	    {"type": "retry_attempt",
	     "text": "{operation:word} hiccuped ({error}) - another try in {delay_seconds}"}
	  ],
	  "samples": [
	    {"line": "charge hiccuped (x) - another try in 2s",
	     "is": {"delay_seconds": 3}}
	  ]
	}
END
retrysim dialect check "$work/near.json"
expect "a sample that is not as it says" 1 '1 of them wrong' \
	'samples.0.: .*delay_seconds'
check "its message is plain text" test "$(grep -c '\\n' "$work/err")" = 0

# Sentences that no dialect knows: from the log to a dialect with guess and
# check alone. Each has two calls of two operations.
try() { # NAME EVENTS TEMPLATE-REGEX
	retrysim dialect guess -o "$work/$1.json" "$work/$1.log"
	expect "$1: guess finds the sentence" 0 "$3" ''
	retrysim dialect check "$work/$1.json" "$work/$1.log"
	expect "$1: check accepts what it wrote" 0 "[.]log: .* $2 events" ''
	retrysim compare --dialect "$work/$1.json" -p STANDARD "$work/$1.log"
	check "$1: compare reads it" test "$code" = 0
}

cat >"$work/text.log" <<-'END'
	2026-01-12 10:00:01,100 INFO [w-1] ready
	2026-01-12 10:00:02,806 WARN [w-0] refund hiccuped (connection reset by peer) - another go in 0.47s, try 1 of 5
	2026-01-12 10:00:03,606 WARN [w-0] refund hiccuped (timeout) - another go in 0.97s, try 2 of 5
	2026-01-12 10:00:12,806 WARN [w-1] ship hiccuped (broken pipe) - another go in 0.51s, try 1 of 5
	2026-01-12 10:00:13,606 WARN [w-1] ship hiccuped (timeout) - another go in 1.07s, try 2 of 5
	2026-01-12 10:00:30,100 INFO [w-1] done
END
retrysim compare -p STANDARD "$work/text.log"
expect "nothing reads it, and compare says what was found" 3 '' \
	'another go in [{]delay_seconds[}]'
check "and what to do" grep -q '^ *retrysim dialect guess -o ' "$work/err"
run "$top_builddir/retrytop" --once "$work/text.log"
check "so does retrytop" grep -q '^ *retrysim dialect guess -o ' "$work/err"
try text 4 '[{]operation:word[}] hiccuped [(][{]error[}][)] - another go in [{]delay_seconds[}], try [{]attempt:int[}] of [{]max_attempts:int[}]'
retrysim dialect check "$work/text.json" "$work/text.log"
expect "carets stand below what is extracted" 0 '^ +[\^]+ +[\^]+' ''
retrysim dialect check "$work/near.json" "$work/text.log"
expect "the nearest miss is shown" 1 'nearest miss: matched up to `' \
	'reads no line'

cat >"$work/members.log" <<-'END'
	{"time": "2026-01-12T10:00:19.189Z", "evt": "note", "text": "ok"}
	{"time": "2026-01-12T10:00:19.239Z", "evt": "rpc.retry_scheduled", "rpc": "notify", "try": 1, "wait_ms": 487, "why": "timeout", "req_id": "r0"}
	{"time": "2026-01-12T10:00:20.239Z", "evt": "rpc.retry_scheduled", "rpc": "notify", "try": 2, "wait_ms": 987, "why": "timeout", "req_id": "r0"}
	{"time": "2026-01-12T10:00:29.239Z", "evt": "rpc.retry_scheduled", "rpc": "pay", "try": 1, "wait_ms": 487, "why": "timeout", "req_id": "r1"}
	{"time": "2026-01-12T10:00:30.239Z", "evt": "rpc.gave_up", "rpc": "pay", "try": 2, "why": "timeout", "req_id": "r1"}
END
try members 4 'lines whose "evt" is "rpc.retry_scheduled"'

cat >"$work/logfmt.log" <<-'END'
	ts=2026-01-12T10:00:00.000Z level=info msg="ready"
	ts=2026-01-12T10:00:01.000Z level=warn msg="upstream pay sulks, will poke it again in 0.510s" attempt=1 limit=5 err="503"
	ts=2026-01-12T10:00:02.000Z level=warn msg="upstream pay sulks, will poke it again in 1.010s" attempt=2 limit=5 err="503"
	ts=2026-01-12T10:00:11.000Z level=warn msg="upstream ship sulks, will poke it again in 0.490s" attempt=1 limit=5 err="503"
	ts=2026-01-12T10:00:12.000Z level=warn msg="upstream ship sulks, will poke it again in 0.980s" attempt=2 limit=5 err="503"
END
try logfmt 4 'upstream [{]operation[^}]*[}] sulks, will poke it again in [{]delay_seconds[}]'

cat >"$work/two.log" <<-'END'
	2026-01-12 10:00:02.100  WARN 7 --- [pool-2-thread-2] c.a.SyncA : Attempt #1 for account 1002 did not work: broken pipe
	2026-01-12 10:00:02.101  INFO 7 --- [pool-2-thread-2] c.a.SyncA : Sleeping 417 ms before next attempt
	2026-01-12 10:00:03.100  WARN 7 --- [pool-2-thread-2] c.a.SyncA : Attempt #2 for account 1002 did not work: timeout
	2026-01-12 10:00:03.101  INFO 7 --- [pool-2-thread-2] c.a.SyncA : Sleeping 817 ms before next attempt
	2026-01-12 10:00:12.100  WARN 7 --- [pool-2-thread-1] c.a.SyncA : Attempt #1 for account 1003 did not work: timeout
	2026-01-12 10:00:12.101  INFO 7 --- [pool-2-thread-1] c.a.SyncA : Sleeping 402 ms before next attempt
END
try two 3 'Sleeping [{]delay_seconds[}] before next attempt'
check "the line before is a note of it" grep -q '"note"' "$work/two.json"

cat >"$work/left.log" <<-'END'
	Jan 12 10:00:16 host7 syncd[77]: could not fetch "ship" because of a broken pipe; retrying in 2 seconds, 4 attempts left
	Jan 12 10:00:19 host7 syncd[77]: could not fetch "ship" because of a timeout; retrying in 4 seconds, 3 attempts left
	Jan 12 10:00:36 host7 syncd[77]: could not fetch "pay" because of a broken pipe; retrying in 2 seconds, 4 attempts left
	Jan 12 10:00:39 host7 syncd[77]: could not fetch "pay" because of a timeout; retrying in 4 seconds, 3 attempts left
END
try left 4 'could not fetch "[{]operation[}]" .*; retrying in [{]delay_seconds[}], [{]left:int[}] attempts left'

printf '%s\n' 'all is well' 'nothing to see' >"$work/quiet.log"
retrysim dialect guess "$work/quiet.log"
expect "a log without retries" 0 'Nothing in it looks like a retry' ''
retrysim dialect guess -o "$work/quiet.json" "$work/quiet.log"
expect "nothing is written then" 1 'Nothing in it' 'quiet[.]json was not written'
retrysim dialect guess "$work/none.log"
expect "a log that is not there" 4 '' 'none[.]log: No such file'

finish
