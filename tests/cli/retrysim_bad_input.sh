# retrysim with broken input: a clear message, the right exit code, no crash.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

log=$top_srcdir/tests/data/argus-1h/app.log
head -n 400 "$log" >"$work/good.log"

# Append other bytes to the good log.
spoil() { # NAME
	{
		cat "$work/good.log"
		cat
	} >"$work/$1"
}
event='{"timestamp": "2026-11-23T10:20:00.000000+00:00", "event_type": "retry_attempt", "operation": "post_webhook", "attempt": 1, "max_attempts": 4, "delay_seconds": 1.0, "error": "x", "error_type": "OSError"'

printf '%s, "request_id": "r\n' "$event" | spoil broken.log
retrysim compare --verbose "$work/broken.log" -p QUICK
expect "a broken line is shown with its place, and the run goes on" 0 \
	'^  401 lines: .* 1 bad$' 'broken[.]log:401:[0-9]+: '
retrysim compare --verbose "$work/broken.log" -p QUICK --max-bad 1
expect "--max-bad allows that number" 0 '1 bad' 'broken[.]log:401'
retrysim compare --verbose "$work/broken.log" -p QUICK --max-bad 0
expect "and fails for more" 3 '' '1 bad lines?, but --max-bad is 0'

for i in 1 2 3 4 5 6 7 8 9; do printf '%s, bad %d\n' "$event" $i; done |
	spoil many.log
retrysim compare --verbose "$work/many.log" -p QUICK
expect "many broken lines are counted" 0 ' 9 bad$' \
	'many[.]log:401:.*[(]9 lines[)]$'
check "and those of one kind are one message" \
	test "$(grep -c 'many[.]log:' "$work/err")" -eq 1

printf '%s, "reque' "$event" | spoil cut.log
retrysim compare --verbose "$work/cut.log" -p QUICK
expect "a truncated last line" 0 ' 1 bad$' 'cut[.]log:401:'
printf '%s, "request_id": "\000\000r"}\n' "$event" | spoil nul.log
retrysim compare --verbose "$work/nul.log" -p QUICK
expect "NUL bytes" 0 ' 1 bad$' 'nul[.]log:401:'
printf '%s, "request_id": "r\377\376"}\n' "$event" | spoil utf8.log
retrysim compare --verbose "$work/utf8.log" -p QUICK
expect "invalid UTF-8" 0 '^  401 lines' .
printf '%s, "attempt": 2, "request_id": "r"}\n' "$event" | spoil twice.log
retrysim compare --verbose "$work/twice.log" -p QUICK
expect "a member that is there twice" 0 ' 1 bad$' 'twice[.]log:401:'
{
	printf '%s, "deep": ' "$event"
	awk 'BEGIN { for (i = 0; i < 100000; i++) printf "["; print "" }'
} | spoil deep.log
retrysim compare --verbose "$work/deep.log" -p QUICK
expect "deep nesting" 0 ' 1 bad$' 'deep[.]log:401:'
printf '%s\n' '{"event_type": "retry_attempt", "operation": "o", "attempt": 1e999, "delay_seconds": -5, "timestamp": "2026-11-23T10:20:00Z"}' |
	spoil range.log
retrysim compare --verbose "$work/range.log" -p QUICK
expect "numbers out of range" 0 ' 1 bad$' 'range[.]log:401:'
printf '%s\n' '{"event_type": "retry_attempt", "operation": "\u001b[2Jo\u202e", "attempt": 1, "max_attempts": 4, "delay_seconds": 1, "timestamp": "2026-11-23T10:20:00Z", "request_id": "x"}' |
	spoil escape.log
retrysim compare --verbose "$work/escape.log" -p QUICK
expect "control characters of a log" 0 'x1b' ''
check "do not reach the terminal" sh -c \
	'! grep -q "$(printf "\\033")" "$1" "$2"' - "$work/out" "$work/err"

# 64 MiB in one line, in memory that would not hold it twice.
{
	printf '%s, "error": "' "$event"
	head -c 67108864 /dev/zero | tr '\000' x
	printf '"}\n'
} | spoil long.log
# Sanitizers need an address space of their own size.
limit=200000
grep -q __asan_init "$top_builddir/retrysim" \
	"$top_builddir/.libs/retrysim" 2>/dev/null && limit=unlimited
run sh -c 'ulimit -v "$1"; shift; "$@"' - "$limit" \
	"$top_builddir/retrysim" compare --verbose "$work/long.log" -p QUICK
expect "a line of 64 MiB, in bounded memory" 0 '^  401 lines' \
	'long[.]log:401'
rm -f "$work/long.log"

: >"$work/empty.log"
retrysim compare "$work/empty.log"
expect "an empty log" 3 '' 'empty[.]log: no attempt events in 0 lines'
yes 'nothing to see' | head -n 10 >"$work/foreign.log"
retrysim compare "$work/foreign.log"
expect "a log of something else" 3 '' 'no attempt events in 10 lines'
head -c 100000 /dev/urandom >"$work/random.log"
retrysim compare "$work/random.log"
expect "random bytes" 3 '' 'no attempt events'
printf '%s\n' '{"v":1,"ts":"2026-11-23T10:15:30.000000Z","event_type":"retry_attempt","operation":"o","call_id":"a","attempt":1,"max_attempts":3,"kind":"first","outcome":"cancelled","duration_seconds":0.2,"delay_seconds":0}' \
	'{"v":1,"ts":"2026-11-23T10:15:30.000000Z","event_type":"retry_success","operation":"o","call_id":"a","attempt":2,"max_attempts":3,"kind":"hedge","outcome":"success","duration_seconds":0.1}' \
	>"$work/hedged.log"
retrysim compare --verbose "$work/hedged.log"
expect "a log of hedged calls" 3 '' \
	'no calls to replay in 2 events [(]1 hedged call left out'
head -n 1 "$work/hedged.log" | sed 's/"kind":"first"/"kind":"retry"/; s/"a"/"b"/' \
	>>"$work/hedged.log"
retrysim compare --verbose "$work/hedged.log"
expect "a hedged call next to another" 0 '^  1 hedged call left out: ' ''
retrysim compare "$work/none.log"
expect "a missing log" 4 '' 'none[.]log: No such file'
retrysim compare "$work"
expect "a folder for a log" 4 '' 'Is a directory'
if [ "$(id -u)" -ne 0 ]; then
	cp "$work/good.log" "$work/secret.log"
	chmod 0 "$work/secret.log"
	retrysim compare "$work/secret.log"
	expect "a log that may not be read" 4 '' 'Permission denied'
fi

retrysim compare
expect "no log at all" 2 '' 'no LOG given'
retrysim compare "$work/good.log" --polcy QUICK
expect "an unknown option names the nearest" 2 '' '[-][-]policy'
retrysim compare "$work/good.log" -p WEBHOK
expect "an unknown policy names the nearest" 2 '' 'did you mean WEBHOOK'
retrysim compare "$work/good.log" -p "$work/none.json"
expect "a policy file that is not there" 4 '' 'none[.]json: No such file'
mkdir "$work/empty"
retrysim compare "$work/good.log" -p "$work/empty"
expect "a folder without policies" 3 '' 'no policies'
printf '{"name": "X", "max_attempts": 0, "max_delay": -1}\n' >"$work/x.json"
retrysim compare "$work/good.log" -p "$work/x.json" -p NONE
expect "errors of several policies, together" 3 '' 'x[.]json:1:[0-9]+: max_attempts'
check "all errors of a file" grep -qE 'x[.]json:1:[0-9]+: max_delay' "$work/err"
check "and the next policy's" grep -q 'unknown policy NONE' "$work/err"
retrysim compare "$work/good.log" --baseline STANDRAD
expect "an unknown baseline names the nearest" 2 '' 'did you mean STANDARD'
retrysim compare "$work/good.log" --operation 'no*'
expect "a pattern that matches nothing" 2 '' 'no operation in the log matches'
retrysim compare "$work/good.log" --calls post_webhok=100
expect "--calls of an unknown operation names the nearest" 2 '' \
	'did you mean post_webhook'
for wrong in post_webhook post_webhook= =5 post_webhook=-1 post_webhook=1x \
	post_webhook=99999999999999999999; do
	retrysim compare "$work/good.log" --calls "$wrong"
	expect "--calls $wrong" 2 '' '[-][-]calls: '
	retrysim compare "$work/none.log" --calls "$wrong"
	expect "--calls $wrong, before the log is read" 2 '' '[-][-]calls: '
done
retrysim compare "$work/good.log" --calls post_webhook=1
expect "fewer calls than recorded" 2 '' 'less than the [0-9]+ calls'
retrysim compare "$work/good.log" --calls post_webhook=500 \
	--calls post_webhook=500
expect "--calls given twice" 2 '' 'post_webhook is given twice'
retrysim compare "$work/none.log" --calls a=b=1 --calls a=1 --calls a=b=2
expect "--calls given twice, before the log is read" 2 '' ': a=b is given twice'
sed 's/"a"/"c"/; s/retry_attempt/retry_success/; s/cancelled/success/; 1q' \
	"$work/hedged.log" >"$work/whole.log"
retrysim compare "$work/whole.log" --calls o=1 --calls o=1
expect "--calls given twice, of a log of all calls" 2 '' 'o is given twice'
retrysim compare "$work/good.log" --dialect pyhton-retry
expect "an unknown dialect" 2 '' \
	'pyhton-retry: no such dialect; did you mean python-retry'
retrysim compare "$work/good.log" --dialect "$work/none.json"
expect "a dialect file that is not there" 4 '' 'none[.]json: No such file'
retrysim compare "$work/good.log" --dialect "$work/x.json"
expect "a dialect file that is wrong" 3 '' 'x[.]json:1:'
for wrong in 0 1001 -1 x; do
	retrysim compare "$work/good.log" --replicas "$wrong"
	expect "--replicas $wrong" 2 '' 'replicas'
done
retrysim compare "$work/good.log" --format parquet
expect "an unknown format" 2 '' 'text.*json.*csv.*md.*html'
retrysim compare "$work/good.log" --format xml
expect "one like a known format" 2 '' 'did you mean html?'

retrysim compare "$work/good.log" -o "$work/no/such/folder/x"
expect "an output that cannot be made" 4 '' 'No such file'
echo before >"$work/kept"
retrysim compare "$work/empty.log" -o "$work/kept"
check "a failed run leaves the old output" grep -q '^before$' "$work/kept"
check "and no other file next to it" sh -c '! ls "$1".* >/dev/null 2>&1' - "$work/kept"
ln -s kept "$work/link"
retrysim compare "$work/good.log" -p QUICK -o "$work/link"
expect "an output through a link" 0 '' ''
check "keeps the link" sh -c 'test -L "$1/link" && grep -q QUICK "$1/kept"' - \
	"$work"
if [ -w /dev/full ]; then
	retrysim compare "$work/good.log" -o /dev/full
	expect "a full disk" 4 '' 'No space left'
	"$top_builddir/retrysim" policy list >/dev/full 2>"$work/err"
	code=$?
	: >"$work/out"
	expect "a full disk behind stdout" 4 '' .
fi
{
	"$top_builddir/retrysim" compare "$work/good.log" 2>"$work/err"
	echo $? >"$work/code"
} | true
code=$(cat "$work/code")
: >"$work/out"
# The reader may be gone before or after the report was written.
check "a reader that goes away does not crash it" test "$code" -eq 4 -o "$code" -eq 0
retrysim nonsense
expect "an unknown command" 2 '' 'unknown command nonsense'
retrysim
expect "no command" 2 '' '^Usage: retrysim COMMAND'
finish
