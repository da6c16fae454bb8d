# NOTE lines: what is worth knowing, where it is shown, and where it is not.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

top=$(cd "$top_builddir" && pwd)/retrytop
cd "$work" || exit 99

# Ten calls a second of "pay" that succeed, and in the seconds FROM to TO all fail
# for "mail"; one call of "pay" finds its budget empty.
log() { # FROM TO
	awk -v from="$1" -v to="$2" 'function line(op, good, stop, s, k) {
		printf "{\"v\":1,\"ts\":\"2026-11-30T10:%02d:%02d.%d00Z\"," \
			"\"event_type\":\"retry_%s\",\"operation\":\"%s\"," \
			"\"policy\":\"P\",\"policy_hash\":\"0123456789abcdef\"," \
			"\"call_id\":\"%s%d-%d\",\"attempt\":1,\"outcome\":" \
			"\"%s\",%s\"duration_seconds\":0.1," \
			"\"elapsed_seconds\":0.1,\"attempts\":1,\"retries\":0," \
			"\"backoff_seconds\":0,\"stop_reason\":\"%s\"}\n",
			s / 60, s % 60, k, (good ? "success" : "exhausted"), op,
			op, s, k, (good ? "success" : "failure"),
			(good ? "" : "\"class\":\"server\",\"error\":\"x\","), stop
	}
	BEGIN {
		for (s = 0; s < 120; s++)
			for (k = 0; k < 10; k++) {
				line("pay", 1, "success", s, k)
				bad = s >= from && s < to
				line("mail", !bad, bad ? "max_attempts" : "success",
					s, k)
			}
		line("pay", 0, "budget", 119, 9)
	}'
}
text='pay: budget empty, 1 call not retried$'

log 999 999 >calm.log
run "$top" --once calm.log
expect "the report has it" 0 "^NOTE      $text" ''
cp out calm.text
run "$top" --once --format json calm.log
expect "JSON has it" 0 '^			"note":	"budget_empty",$' ''
check "with their number" grep -q '^	"more_notes":	0,$' out
for size in 200x50 120x35 80x24; do
	run "$top" --dump-screen $size calm.log
	check "$size: it is below the first line" \
		sh -c 'sed -n 3p out | grep -q "^ NOTE      $0"' "$text"
done
run "$top" --dump-screen 40x10 calm.log
check "a small screen has no room" sh -c '! grep -q NOTE out'
run "$top" --dump-screen 80x24 --keys a calm.log
expect "a shows it" 0 "^>NOTE      $text" ''
run "$top" --dump-screen 80x24 --keys 'a Enter' calm.log
expect "Enter goes to the operation" 0 'overview > pay' ''

check "the first line does not hide it" grep -q '^nothing unusual but the notes in 2 ' \
	calm.text

log 60 80 >over.log
run "$top" --once over.log
expect "what ended lately is named" 0 \
	'; over: FAILING mail 10:01:00 - 10:01:..$' ''
run "$top" --once calm.log
check "nothing ended" sh -c '! grep -q over: out'

log 0 20 | head -n 400 >first.log
run "$top" --once first.log
expect "what failed from the first line on may be older" 0 \
	'^FAILING   mail  since 10:00:00 \(19s\) or earlier' ''
{
	head -n 400 calm.log
	tail -n 1 calm.log | sed 's/10:01:59/10:00:19/'
} >short.log
run "$top" --once short.log
expect "while it learns it counts failed calls" 0 \
	'^learning, 20 s of 60: 1 call failed, 0 retries$' ''

log 60 120 >storm.log
run "$top" --dump-screen 120x35 storm.log
expect "an incident has its place" 0 '^ FAILING   mail' ''
check "alone" sh -c '! grep -q NOTE out'
run "$top" --dump-screen 120x35 --keys a storm.log
check "a has the incident first" sh -c \
	'grep -n "^.\(FAILING\|NOTE\) " out | sed -n "2,3s/^[0-9]*:.//p" |
		cut -c1-4 | tr -d "\n" | grep -q FAILNOTE'
run "$top" --once storm.log
check "so has the report" sh -c \
	'grep -o "^\(FAILING\|NOTE\)" out | tr -d "\n" | grep -qx FAILINGNOTE'

run "$top" --once --format prometheus calm.log
expect "metrics have it" 0 '^retrytop_note{op="pay",note="budget_empty"} 1$' ''
run sh -c '"$0" --plain - <calm.log' "$top"
expect "so have lines" 0 "^[^ ]* begins NOTE      $text" ''
check "once" sh -c 'test "$(grep -c NOTE out)" -eq 1'

# An attempt that is not one: the line cannot be read, and its number is missing.
sed 's/"policy":"P",/&"host":"h","pid":7,"seq":SEQ,/' calm.log |
	awk '{ sub(/SEQ/, NR); if (NR % 2) sub(/"attempt":1,/, "\"attempt\":0,"); print }
	' >half.log
run "$top" --once --max-bad 9999 half.log
expect "half of the lines may hide anything" 0 \
	'^not known: 50 % of the lines of the last 60s could not be read$' 'attempt must be'
run "$top" --dump-screen 120x35 --max-bad 9999 half.log
expect "so may the screen" 0 '^ not known: 50 % of the lines' 'attempt must be'
run "$top" --once --format json --max-bad 9999 half.log
expect "and JSON" 0 '^			"note":	"lines_unread",$' 'attempt must be'

# A process drops 50 lines, and says so.
awk '{ sub(/"policy":"P",/, "&\"host\":\"h\",\"pid\":7,\"seq\":" NR ",") }
	NR <= 1900 || NR > 1950
	NR == 1950 { print "{\"v\":1,\"ts\":\"2026-11-30T10:01:37.100Z\"," \
		"\"event_type\":\"events_dropped\",\"dropped\":50," \
		"\"host\":\"h\",\"pid\":7}" }' calm.log >drops.log
note='NOTE      h dropped 50 lines at 10:01:3[4-7]: its numbers are too low there$'
run "$top" --once drops.log
expect "a loss has its process and time" 0 "^$note" ''
run "$top" --dump-screen 80x24 drops.log
expect "on the screen, too" 0 "^ $note" ''
expect "counted once" 0 '^ 0 bad  50 lost [(][0-9]*s ago[)]  [0-9]* events  ' ''
run "$top" --dump-screen 120x35 --keys i calm.log drops.log
expect "the page of inputs has its numbers" 0 \
	'^ 2026-11-30T10:01:3.Z .*50 missing of h pid 7, .*seq 1901 to 1950' ''
check "and its input first" sh -c \
	'grep -n "^ [a-z]*\.log" out | head -n 1 | grep -q drops.log'
run "$top" --plain --replay --speed 1000 drops.log
expect "and so have lines" 0 \
	' note   h dropped 50 lines at 10:01:3.: its numbers' ''

finish
