# retrysim compare on logs with missing, stray and copied lines, with clocks that
# differ, and with one line for a whole call: what is wrong is counted and said,
# and no verdict is built on it.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

log=$top_srcdir/tests/data/argus-1h/app.log
calls='--calls fetch_snapshot=7134 --calls post_webhook=3533
	--calls describe_image=1786'

# Remove event lines; the condition is awk's, after `r` was drawn.
remove() { # CONDITION
	awk -v condition="$1" 'BEGIN { srand(7) }
		/"event_type": "retry_/ {
			r = rand()
			first = /"attempt": 1,/
			end = /"retry_exhausted"/
			minute = substr($0, index($0, "T10:") + 4, 2) + 0
			if ((condition == "some" && r < .3) ||
			    (condition == "few" && r < .05) ||
			    (condition == "first" && first) ||
			    (condition == "ends" && end) ||
			    (condition == "half of the ends" && end && r < .5) ||
			    (condition == "minutes" && minute >= 33 &&
			     minute < 37))
				next
		}
		{ print }' "$log" >"$work/cut.log"
}

no_verdict() {
	! grep -qE '^  (QUICK|WEBHOOK) .*(better|worse|equal)$' \
		"$work/out" && grep -q 'depends$' "$work/out"
}

for condition in some first ends 'half of the ends' minutes; do
	remove "$condition"
	# shellcheck disable=SC2086 # a list of options
	retrysim compare --verbose "$work/cut.log" $calls -p QUICK -p WEBHOOK
	expect "$condition removed: it is said" 0 \
		'lines of a later attempt|calls without the line' ''
	check "$condition removed: the report says what that means" \
		grep -q 'What the missing lines say' "$work/out"
	check "$condition removed: no verdict" no_verdict
done

# Loss that is measured and looks random is corrected.
near() { # WANT GOT WITHIN
	awk -v a="$1" -v b="$2" -v d="$3" \
		'BEGIN { exit !(a - b <= d && b - a <= d) }'
}
of_webhook() { # FIELD
	awk -F, -v field="$1" '/^"WEBHOOK",[^,]*,"post_webhook"/ {
		print $field }' "$work/out"
}
# shellcheck disable=SC2086
retrysim compare "$log" $calls -p QUICK -p WEBHOOK -f csv
whole=$(of_webhook 5)
remove few
# shellcheck disable=SC2086
retrysim compare --verbose "$work/cut.log" $calls -p QUICK -p WEBHOOK
expect "few removed: it is said" 0 'lines of a later attempt' ''
check "few removed: there are verdicts" \
	sh -c '! grep -q "What the missing lines say" "$1"' - "$work/out"
# shellcheck disable=SC2086
retrysim compare "$work/cut.log" $calls -p QUICK -p WEBHOOK
check "few removed: with the share, and that it is corrected" \
	grep -qE '^Trust: .* [4-6]([.][0-9])? % lost \(corrected\)' "$work/out"
# shellcheck disable=SC2086
retrysim compare "$work/cut.log" $calls -p QUICK -p WEBHOOK -f csv
check "few removed: the success rate is nearly that of the whole log" \
	near "$whole" "$(of_webhook 5)" .004
check "few removed: and the number of calls" \
	test "$(of_webhook 4)" = 3533
# shellcheck disable=SC2086
retrysim compare "$work/cut.log" $calls -p QUICK -p WEBHOOK -f json
check "few removed: nothing is withheld in JSON" \
	sh -c '! grep -q "\"withheld\"" "$1"' - "$work/out"

remove some
# shellcheck disable=SC2086
retrysim compare "$work/cut.log" $calls -p QUICK -p WEBHOOK -f json
expect "the verdict is withheld in JSON" 0 \
	'"withheld":[[:space:]]*"lost_lines"' ''
check "with the number of orphans" \
	grep -qE '"orphans":[[:space:]]*[1-9]' "$work/out"
# shellcheck disable=SC2086
retrysim compare "$work/cut.log" $calls -p QUICK -p WEBHOOK -f csv
expect "and in CSV" 0 ',lost_lines,0,[1-9][0-9]*,0,0[.]0' ''
# shellcheck disable=SC2086
retrysim compare "$log" $calls -p QUICK -p WEBHOOK -f json
check "a whole log has none of this" sh -c '
	! grep -q "\"withheld\"" "$1" &&
	! grep -qE "\"(orphans|lost_lines|missing_ends|strays|gaps|copies|skewed_lines)\":[[:space:]]*[1-9]" "$1"' \
	- "$work/out"

# A log of ten minutes, of one operation that retries after a second.
line() { # TIME ID ATTEMPT
	printf '{"timestamp": "%s", "event_type": "retry_attempt", "operation": "op", "attempt": %s, "max_attempts": 3, "delay_seconds": 1.0, "error": "e", "error_type": "OSError", "request_id": "%s"}\n' \
		"$1" "$3" "$2"
}
for minute in 0 1 2 3 4 5 6 7 8 9; do
	for second in 05 14 23 32 41 50 59; do
		line "2026-11-23T10:0$minute:$second.25+00:00" \
			"$minute$second" 1
		case $second in
		*5 | *4) line "2026-11-23T10:0$minute:${second%?}6.45+00:00" \
			"$minute$second" 2 ;;
		esac
	done
done >"$work/steady.log"
results() { # FILE...
	retrysim compare --verbose "$@" -c op=1200 -p STANDARD -p QUICK
	# Below the lines that say what was read.
	awk '/^op:/ { tables++ } tables == 2' "$work/out"
}
results "$work/steady.log" >"$work/want"
stray() { # WHAT TIME...
	what=$1
	shift
	for time; do
		line "$time" "z$time" 1
	done >"$work/stray.log"
	cat "$work/steady.log" >>"$work/stray.log"
	results "$work/stray.log" >"$work/got"
	expect "$what: it is said" 0 'left out, far from all others in time' ''
	check "$what: the same results" cmp -s "$work/want" "$work/got"
}
stray "a line two hours before" 2026-11-23T08:00:05+00:00
stray "a line of 1970" 1970-01-01T00:00:01+00:00
stray "a line of 2036" 2036-02-07T06:28:16+00:00
stray "a line of the day before" 2026-11-22T10:00:05+00:00
stray "several" 1970-01-01T00:00:01+00:00 2026-11-22T10:00:05+00:00 \
	2036-02-07T06:28:16+00:00
cp "$work/steady.log" "$work/copy.log"
results "$work/steady.log" "$work/copy.log" >"$work/got"
expect "a copy of the log: it is said" 0 'read before in a copy' ''
check "a copy of the log: the same results" cmp -s "$work/want" "$work/got"

# What text says with a "?", programs can read, of the baseline too.
both() { # REASON FILE [OPTION...]
	reason=$1
	shift
	retrysim compare --verbose "$@" -p STANDARD -p QUICK
	check "$reason: the baseline has a ?" grep -qE \
		'^  [A-Z]+ +([0-9.<]+[?]|not known) .* (now|baseline)$' \
		"$work/out"
	check "$reason: no verdict" no_verdict
	retrysim compare "$@" -p STANDARD -p QUICK -f json
	check "$reason: JSON withholds and flags every row" sh -c '
		rows=$(grep -c "\"policy_hash\"" "$1")
		[ "$(grep -cE "\"withheld\":[[:space:]]*\"$2\"" "$1")" = "$rows" ] &&
		[ "$(grep -cE "\"flagged\":[[:space:]]*true" "$1")" = "$rows" ]' \
		- "$work/out" "$reason"
	retrysim compare "$@" -p STANDARD -p QUICK -f csv
	check "$reason: and so does CSV" sh -c '
		[ "$(grep -c ",$2,[0-9]" "$1")" = $(($(wc -l <"$1") - 1)) ]' \
		- "$work/out" "$reason"
}
remove some
# shellcheck disable=SC2086
both lost_lines "$work/cut.log" $calls
awk '/T10:0[45]:/ { next } { print }' "$work/steady.log" >"$work/gap.log"
both gap "$work/gap.log" -c op=1200
retrysim compare "$work/gap.log" -p STANDARD -p QUICK -f json
check "a gap does not matter to calls that have lines" sh -c '
	! grep -q "\"withheld\"" "$1"' - "$work/out"
awk 'NR % 20 == 0 { $0 = substr($0, 1, 100) } { print }' \
	"$work/steady.log" >"$work/bad.log"
retrysim compare "$work/bad.log" -c op=1200 -p STANDARD -f json
check "some bad lines withhold nothing" \
	sh -c '! grep -q "\"withheld\"" "$1"' - "$work/out"
awk '/"attempt": 2,/ { next }
	NR % 3 == 0 { $0 = substr($0, 1, 100) } { print }' \
	"$work/steady.log" >"$work/bad.log"
both bad_lines "$work/bad.log" -c op=1200
retrysim compare --verbose "$work/bad.log" -c op=1200 -p STANDARD
check "bad lines are missing lines" \
	grep -q 'lines could not be read' "$work/out"

# Lines that end a call prove that it failed, also without the lines before.
grep '"event_type": "retry_exhausted"' "$log" >"$work/ends.log"
# shellcheck disable=SC2086
both lost_lines "$work/ends.log" $calls
# shellcheck disable=SC2086
retrysim compare --verbose "$work/ends.log" $calls -p STANDARD -p QUICK
expect "failed calls do not become a rate of 100" 0 "not known" ''
check "not anywhere" sh -c '! grep -q "  100[.]00?" "$1"' - "$work/out"
expect "and are counted" 0 'more left out: they lack their beginning' ''

# An access log with one line a call; 985 of 1000 succeed, 120 after retries.
cat >"$work/envoy.json" <<'END'
{
	"dialect": "envoy",
	"fields": {
		"ts": {"from": "start_time"},
		"event_type": {"from": "response_flags"},
		"operation": {"from": "upstream_cluster"},
		"trace_id": {"from": "request_id"},
		"attempts": {"from": "upstream_request_attempt_count"},
		"duration_seconds": {"from": "duration", "unit": "ms"}
	},
	"events": {
		"-": {"type": "retry_success"},
		"URX": {"type": "retry_exhausted"}
	}
}
END
awk 'BEGIN {
	for (i = 0; i < 1000; i++) {
		failed = i % 67 == 66
		attempts = failed ? 3 : i % 10 == 3 ? 2 : 1
		printf "{\"start_time\": \"2026-01-12T10:%02d:%02d.%03dZ\", " \
			"\"response_flags\": \"%s\", \"duration\": %d, " \
			"\"request_id\": \"r%d\", " \
			"\"upstream_cluster\": \"orders\", " \
			"\"upstream_request_attempt_count\": %d}\n",
			int(i / 240), int(i / 4) % 60, i % 4 * 250,
			failed ? "URX" : "-", 20 + 60 * (attempts - 1), i,
			attempts
	} }' >"$work/envoy.log"
retrysim compare --verbose "$work/envoy.log" -d "$work/envoy.json" -p STANDARD
expect "one line a call: every call is there" 0 '^orders: 1000 calls' ''
check "and its failures" grep -qE '^  STANDARD .* 98[.][3-7]' "$work/out"
check "and no line is missing" \
	sh -c '! grep -q "later attempt" "$1"' - "$work/out"

# Requests whose attempts run on two hosts; one clock is three seconds ahead.
awk 'BEGIN {
	for (i = 0; i < 200; i++) {
		t = 60 + i
		for (k = 1; k <= 3; k++) {
			at = t + ((i + k * (1 + i % 2)) % 3 == 0 ? 3 : 0)
			if (k > 1 && (i * 7 + k * 3) % 10 < 3)
				break
			printf "{\"timestamp\": \"2026-11-23T10:%02d:%06.3f+00:00\", " \
				"\"event_type\": \"%s\", \"operation\": \"op\", " \
				"\"%s\": %d, \"max_attempts\": 3, " \
				"\"delay_seconds\": 1.0, \"error\": \"e\", " \
				"\"error_type\": \"OSError\", " \
				"\"request_id\": \"r%d\"}\n",
				int(at / 60), at % 60,
				k < 3 ? "retry_attempt" : "retry_exhausted",
				k < 3 ? "attempt" : "attempts", k, i
			t += 1.05
		}
	} }' >"$work/skew.log"
retrysim compare --verbose "$work/skew.log" -c op=200 -p STANDARD -p QUICK
expect "clocks that differ are reported" 0 \
	'before the line that they follow from: clocks differ by' ''
check "the calls are whole" \
	sh -c '! grep -q "later attempt" "$1"' - "$work/out"
check "and there is no verdict" \
	grep -qE '^  QUICK .*depends$' "$work/out"
retrysim compare "$work/skew.log" -c op=200 -p STANDARD -p QUICK -f json
expect "with the reason" 0 '"withheld":[[:space:]]*"clock_skew"' ''

# The same with hosts: the wrong clock is set right, and nothing is withheld.
sed 's/"error_type": {"from": "error_type"},/& "host": {"from": "host"},/' \
	"$top_srcdir/tools/dialect/dialects/python-retry.json" \
	>"$work/hosts.json"
by_host() { # SECONDS
	awk -v ahead="$1" 'BEGIN {
		for (i = 0; i < 600; i++) {
			t = 60 + i
			for (k = 1; k <= 3; k++) {
				wrong = (i + k * (1 + i % 2)) % 3 == 0
				at = t + (wrong ? ahead : 0)
				if (k > 1 && (i * 7 + k * 3) % 10 < 3)
					break
				printf "{\"timestamp\": \"2026-11-23T10:%02d:%06.3f+00:00\", " \
					"\"event_type\": \"%s\", " \
					"\"operation\": \"op\", " \
					"\"host\": \"%s\", " \
					"\"%s\": %d, \"max_attempts\": 3, " \
					"\"delay_seconds\": 1.0, " \
					"\"error\": \"e\", " \
					"\"error_type\": \"OSError\", " \
					"\"request_id\": \"r%d\"}\n",
					int(at / 60), at % 60,
					k < 3 ? "retry_attempt" : "retry_exhausted",
					wrong ? "b" : "a",
					k < 3 ? "attempt" : "attempts", k, i
				t += 1.05
			}
		} }' >"$work/hosts.log"
	retrysim compare "$work/hosts.log" -d "$work/hosts.json" -c op=600 \
		-p STANDARD -p QUICK -f json
}
by_host 0
cp "$work/out" "$work/right"
by_host 3
expect "the clock of a named host is corrected" 0 \
	'"corrected_lines":[[:space:]]*[1-9]' ''
check "and nothing of it is left" \
	grep -qE '"clock_skew_left_seconds":[[:space:]]*0(,|$)' "$work/out"
check "results are those of right clocks" sh -c '
	for file in "$1" "$2"; do
		sed -n "/\"results\"/,\$p" "$file" >"$file.results"
	done
	cmp "$1.results" "$2.results"' - "$work/right" "$work/out"

# Ordinary lines far from the events, and many more, do not make events strays.
while IFS='|' read -r what time lines; do
	awk -v time="$time" -v lines="$lines" 'BEGIN {
		for (i = 0; i < lines; i++)
			printf "%s:%02d:%02d INFO app: started %d\n", time,
				i / 60 % 60, i % 60, i
	}' >"$work/piece.log"
	cat >>"$work/piece.log" <<'EOF'
2026-01-12 10:00:00,100 WARNING app: Attempt 1/3 failed: timed out; retrying in 1s
2026-01-12 10:00:01,300 WARNING app: Attempt 2/3 failed: timed out; retrying in 2s
2026-01-12 10:00:03,400 ERROR app: Attempt 3/3 failed: timed out
EOF
	retrysim compare "$work/piece.log" -p QUICK
	expect "$what: the call is replayed" 0 '1 call whose first' ''
done <<'EOF'
lines of nine years before|2017-04-18 22|4
many lines of nine years before|2017-04-18 22|1000
lines of the year after|2027-04-18 22|400
lines of two days before|2026-01-10 09|1000
lines of the next day|2026-01-13 09|1000
EOF
finish
