# retrysim compare: the main job, on the real log and on small ones.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

log=$top_srcdir/tests/data/argus-1h/app.log
calls='--calls store_event=5270 --calls fetch_snapshot=7134
	--calls post_webhook=3533 --calls describe_image=1786'

# One number of a result in the JSON report.
number() { # POLICY OPERATION MEMBER
	awk -v policy="\"$1\"" -v operation="\"$2\"" -v member="\"$3\":" '
		/"results":/ { results = 1 }
		results && $1 == "\"policy\":" { p = $2 }
		results && $1 == "\"operation\":" { o = $2 }
		results && p == policy "," && o == operation "," &&
			$1 == member { sub(/,$/, "", $2); print $2; exit }
	' "$work/report.json"
}

same() { # NUMBER NUMBER: equal within the last of nine decimals
	awk -v a="$1" -v b="$2" 'BEGIN {
		d = a - b
		exit a == "" || d > 2e-9 || d < -2e-9 }'
}

unset COLUMNS NO_COLOR
# shellcheck disable=SC2086 # a list of options
retrysim compare "$log" $calls
expect "the main job begins with an answer for each operation" 0 \
	'^=> post_webhook  +(keep|switch to) [A-Z]+' ''
check "that is: before anything else" \
	sh -c 'sed -n "1s/^=> .*/yes/p" "$1" | grep -q yes' - "$work/out"
check "it has a table for each operation" \
	test "$(grep -c '^  policy .* failed .* answer$' "$work/out")" -eq 4
check "its first row is the policy that runs now" \
	grep -qE '^  WEBHOOK .* 246 .* now$' "$work/out"
check "it says what it is worth" grep -q ' A to A exact' "$work/out"
check "all of it has at most 60 lines" \
	test "$(wc -l <"$work/out")" -le 60
check "of at most 100 columns" \
	awk 'length > 100 { wide = 1 } END { exit wide }' "$work/out"

narrow() { # COLUMNS
	# shellcheck disable=SC2086
	COLUMNS=$1 retrysim compare "$log" $calls
	awk -v most="$1" 'length > most || / $/ { wide = 1; print }
		END { exit wide }' "$work/out" >&2 && [ -s "$work/out" ]
}
for columns in 40 60 80 99; do
	check "a terminal of $columns columns is enough" narrow $columns
done
check "a wide terminal does not make lines longer than 100 columns" \
	sh -c 'COLUMNS=200 "$1" compare "$2" -p QUICK -p STANDARD |
		awk "length > 100 { wide = 1 } END { exit wide }"' - \
	"$top_builddir/retrysim" "$log"

escapes() { # OPTION...: how many lines have escape sequences
	retrysim compare "$log" -p QUICK -p WEBHOOK "$@"
	grep -c "$(printf '\033')" "$work/out"
}
check "what is not a terminal gets no colours" test "$(escapes)" = 0
check "unless it is asked for" test "$(escapes --color=always)" -gt 4
check "not even then in JSON" \
	test "$(escapes --color=always -f json)" = 0
check "never means never" test "$(escapes --color never)" = 0
retrysim compare "$log" --color blue
expect "another word is an error" 2 '' 'color'
if command -v script >/dev/null 2>&1; then
	tty() { # VARIABLE...: how many escape sequences a terminal gets
		env -u NO_COLOR TERM=xterm "$@" script -qec \
			"'$top_builddir/retrysim' compare '$log' -p QUICK" \
			/dev/null </dev/null | grep -c "$(printf '\033')"
	}
	check "a terminal gets colours" test "$(tty COLUMNS=80)" -gt 4
	check "not with NO_COLOR" test "$(tty NO_COLOR=1)" = 0
	check "empty, it says nothing" test "$(tty NO_COLOR=)" -gt 4
	check "a dumb terminal has none" test "$(tty TERM=dumb)" = 0
fi

retrysim compare "$log" --margin 5x
expect "a margin is a number" 2 '' '^retrysim: --margin: expected a share .*5%'
retrysim compare "$log" --margin 101%
expect "of at most all calls" 2 '' 'got 101%'
retrysim compare "$log" -p QUICK --margin 0.05
expect "points" 0 '^=> ' ''

# shellcheck disable=SC2086
retrysim compare "$log" $calls --verbose
expect "--verbose prints all tables" 0 '^post_webhook: 3533 calls' ''
for words in '^  2284 lines: 1439 attempt events, 845 other lines, 0 bad$' \
	'^What this log cannot answer$' 'are lower bounds' \
	'recorded under WEBHOOK'; do
	check "the report says: $words" grep -qE "$words" "$work/out"
done
check "no line of it is wider than 120 columns" \
	awk 'length > 120 { wide = 1 } END { exit wide }' "$work/out"

# shellcheck disable=SC2086
retrysim compare "$log" $calls --format json -o "$work/report.json"
expect "a report goes to a file" 0 '' ''
check "it has a schema version" \
	grep -q '"schema_version":[[:space:]]*2' "$work/report.json"
check "it has no NaN and no infinity" \
	sh -c '! grep -qiE "[^a-z](nan|inf)" "$1"' - "$work/report.json"
check "it has fifteen policies on four operations" \
	test "$(grep -c '"policy_hash"' "$work/report.json")" -eq 60

check "shares of support sum to 1" awk '
	/"support":/ { sum = 0; inside = 1; next }
	inside && /}/ { inside = 0; seen++
		if (sum < 1 - 1e-11 || sum > 1 + 1e-11) bad = 1 }
	inside { sub(/,$/, "", $2); sum += $2 }
	END { exit bad || seen != 60 }' "$work/report.json"

# The fixed point: the log's own policies reproduce the numbers of truth.json.
awk -F'"' '/": [{]/ { operation = $2 }
	/"(calls|ok|attempts|first_ok)":/ { gsub(/[^0-9]/, "", $3)
		print operation, $2, $3 }' \
	"$top_srcdir/tests/data/argus-1h/truth.json" >"$work/truth"
value() { # OPERATION MEMBER
	awk -v o="$1" -v m="$2" '$1 == o && $2 == m { print $3 }' "$work/truth"
}
for pair in store_event:DB_OPERATION fetch_snapshot:SNAPSHOT \
	post_webhook:WEBHOOK describe_image:AI_PROVIDER; do
	operation=${pair%:*} policy=${pair#*:}
	all=$(value "$operation" calls)
	rate=$(awk -v a="$(value "$operation" ok)" -v b="$all" \
		'BEGIN { printf "%.9f", a / b }')
	check "$operation under $policy: the recorded successes" \
		same "$(number "$policy" "$operation" success_rate)" "$rate"
	check "$operation under $policy: the recorded attempts" \
		test "$(number "$policy" "$operation" attempts)" = \
		"$(value "$operation" attempts)"
	check "$operation under $policy: all exact" \
		test "$(number "$policy" "$operation" exact)" = 1
	check "$operation under $policy: is the baseline" \
		test "$(number "$policy" "$operation" verdict)" = '"baseline"'
done

cp "$work/report.json" "$work/before.json"
# shellcheck disable=SC2086
retrysim compare "$log" $calls --format json -o "$work/report.json"
check "the same seed gives the same bytes" \
	cmp -s "$work/report.json" "$work/before.json"
# shellcheck disable=SC2086
retrysim compare "$log" $calls --format json --seed 2 -o "$work/report.json"
check "another seed does not" \
	sh -c '! cmp -s "$1" "$2"' - "$work/report.json" "$work/before.json"

# shellcheck disable=SC2086
retrysim compare "$log" $calls --format csv
expect "CSV has a heading" 0 '^policy,policy_hash,operation,calls,' ''
check "with an interval of each number, and of each reason" \
	grep -q ',retries_low,.*,failure_p95_seconds_high,.*,stop_deadline_low,' \
	"$work/out"
check "and a row per result, all of one length" awk -F, '
	NR == 1 { columns = NF }
	NF != columns { bad = 1 }
	END { exit bad || NR != 61 }' "$work/out"

# The report says what budgets did, or that they did nothing.
aws='-p WEBHOOK -p AWS_STANDARD_2020 -p AWS_STANDARD_2026'
# shellcheck disable=SC2086
retrysim compare --verbose "$log" $aws --operation post_webhook \
	--calls post_webhook=3533
expect "a budget that refused retries is reported" 0 \
	'AWS_STANDARD_2026: its budget refused [0-9.]+ of the [0-9.]+ retries' ''
check "and has a column of failed calls" \
	grep -qE '^  failed calls .*  budget' "$work/out"
# shellcheck disable=SC2086
retrysim compare --verbose "$log" $aws --operation fetch_snapshot \
	--calls fetch_snapshot=7134
expect "one that refused none is reported too" 0 \
	'stopped no call under these policies: AWS_STANDARD_2020, AWS_STANDARD_2026[.]$' ''
# shellcheck disable=SC2086
retrysim compare --verbose "$log" $aws --operation post_webhook
expect "without --calls a budget has no verdict" 0 \
	'^  AWS_STANDARD_2026 .*[0-9][?] .* depends$' ''
check "and the report says why" \
	grep -q 'What state budgets and breakers were in' "$work/out"
# shellcheck disable=SC2086
retrysim compare "$log" $aws --operation post_webhook --format json \
	-o "$work/guard.json"
check "JSON has it for guarded policies only" \
	test "$(grep -c '"guard":' "$work/guard.json")" -eq 2
echo '{"name": "HEDGES", "max_attempts": 3, "hedge": {"delay": "50ms"}}' \
	>"$work/hedges.json"
retrysim compare --verbose "$log" -p WEBHOOK -p "$work/hedges.json" \
	--operation post_webhook --calls post_webhook=3533
expect "the report says that hedging is not simulated" 0 \
	'^  HEDGES .*[0-9][?] .* depends$' ''
check "with the reason" grep -q 'What hedging changes' "$work/out"
retrysim compare "$log" -p WEBHOOK -p "$work/hedges.json" \
	--operation post_webhook --format json
expect "in JSON too" 0 '"not_simulated":[[:space:]]*\["hedge"\]' ''
check "and that deposits are not known" \
	grep -q '"deposits_known":[[:space:]]*false' "$work/guard.json"

retrysim compare --verbose "$log" --operation 'post_*' --policy WEBHOOK
expect "without --calls it says what is not known" 0 \
	'How many calls succeeded at the first attempt' ''
check "and over which calls it reports" \
	grep -qE '^post_webhook: 306 calls whose first attempt failed' "$work/out"
check "and leaves other operations out" \
	sh -c '! grep -q "^store_event:" "$1"' - "$work/out"

retrysim compare "$log" -p "$top_srcdir/policies" --operation store_event \
	--baseline QUICK -f json -o "$work/report.json"
expect "a folder of policies and a baseline" 0 '' ''
check "the baseline is the one that was asked for" \
	test "$(number WEBHOOK store_event baseline)" = '"QUICK"'
retrysim compare "$log" -p QUICK --operation store_event \
	--calls store_event=5270
expect "hardly any is not called none in a sentence either" 0 \
	'[(]<0[.]01 %[)]$' ''

# A folder in which one policy extends another.
mkdir "$work/set"
cat >"$work/set/a.json" <<-'EOF'
	{"name": "A", "extends": "B", "max_attempts": 2}
EOF
cat >"$work/set/b.json" <<-'EOF'
	{"name": "B", "max_attempts": 6, "base_delay": "100ms",
	 "max_delay": "2s", "backoff": "exponential"}
EOF
mv "$work/set/b.json" "$work/set/B.json"
retrysim compare --verbose "$log" -p "$work/set" --operation store_event
expect "extends finds siblings in a folder" 0 '^  A  ' ''
retrysim compare --verbose "$log" -p "$work/set/a.json" -p QUICK -p QUICK
check "a policy given twice is compared once" \
	test "$(sed '1,/^Read/d' "$work/out" | grep -c '^  QUICK  ')" -eq 20

# Two files, read in any order, are one log.
head -n 1000 "$log" >"$work/part1"
tail -n +1001 "$log" >"$work/part2"
# shellcheck disable=SC2086
retrysim compare "$work/part1" "$work/part2" $calls -f json \
	-o "$work/parts.json"
check "a log in two parts gives the same results" sh -c '
	sed -n "/\"operations\": *\t*\[/,\$p" "$1" >"$1.x"
	sed -n "/\"operations\": *\t*\[/,\$p" "$2" >"$2.x"
	test -s "$1.x" && cmp -s "$1.x" "$2.x"' - \
	"$work/parts.json" "$work/before.json"
"$top_builddir/retrysim" compare - <"$log" >"$work/out" 2>"$work/err"
code=$?
expect "a log from stdin" 0 '^store_event: 14 calls' ''

# A native log names its policies, and holds every success.
{
	common='"v":1,"operation":"pay","policy":"MINE","policy_hash":"0123456789abcdef","host":"h","pid":1'
	for second in 10 20 30 40 50; do
		printf '{"ts":"2026-11-23T10:00:%s.000000Z","event_type":"retry_attempt",%s,"call_id":"c%s","attempt":1,"max_attempts":2,"kind":"first","outcome":"failure","class":"server","code":"http:503","duration_seconds":0.1,"elapsed_seconds":0.1,"delay_seconds":1,"delay_source":"backoff","delay_law":"full","delay_low_seconds":0,"delay_high_seconds":2,"seq":1}\n' \
			"$second" "$common" "$second"
		printf '{"ts":"2026-11-23T10:00:%s.200000Z","event_type":"retry_success",%s,"call_id":"c%s","attempt":2,"max_attempts":2,"kind":"retry","outcome":"success","duration_seconds":0.2,"elapsed_seconds":1.3,"stop_reason":"success","attempts":2,"retries":1,"backoff_seconds":1,"seq":2}\n' \
			"$((second + 1))" "$common" "$second"
	done
} >"$work/native.log"
retrysim compare --verbose "$work/native.log"
expect "a native log under a policy that was not given" 0 \
	'^pay: 5 calls, recorded under MINE .hash 0123456789abcdef., which was' ''
check "has real times of successes" \
	sh -c '! grep -q ">=0" "$1"' - "$work/out"

retrysim compare --help
expect "--help describes the options" 0 '[-][-]replicas' ''
# The policy that a log names is the only one that can have written it. These
# calls may make 5 attempts, as PERSISTENT does, but that is not evidence.
named() { # POLICY
	awk -v policy="$1" 'BEGIN {
		for (i = 0; i < 50; i++)
			printf "{\"v\":1,\"ts\":\"2026-11-23T10:15:%02d.000000Z\"," \
				"\"event_type\":\"retry_success\",\"operation\":\"o\"," \
				"\"policy\":\"%s\",\"policy_hash\":\"0123456789abcdef\"," \
				"\"call_id\":\"c%d\",\"attempt\":1,\"attempts\":1," \
				"\"max_attempts\":5,\"kind\":\"first\"," \
				"\"outcome\":\"success\",\"duration_seconds\":0.1}\n",
				i, policy, i }' >"$work/named.log"
}
named MYOWN
retrysim compare --verbose "$work/named.log" -p PERSISTENT
expect "a log of a policy that was not given says which" 0 \
	'recorded under MYOWN [(]hash 0123456789abcdef[)], which was not given' ''
retrysim compare "$work/named.log" --format json
expect "in JSON too" 0 '"incumbent_missing":[[:space:]]*"MYOWN"' ''
check "with its hash" grep -qE \
	'"incumbent_missing_hash":[[:space:]]*"0123456789abcdef"' "$work/out"
check "and without a logged policy" sh -c '! grep -q "\"incumbent\"" "$1"' - \
	"$work/out"
named PERSISTENT
retrysim compare --verbose "$work/named.log" -p PERSISTENT
expect "one of the same name and another hash did not write it" 0 \
	'recorded under PERSISTENT [(]hash 0123456789abcdef[)], which was not given' ''
check "and the report says why" grep -q 'has other' "$work/out"


# Names in a log are not trusted, and may be long.
hostile() { # OPERATION, as a JSON string
	for second in 10 20 30; do
		printf '{"v":1,"ts":"2026-11-23T10:00:%s.000000Z","event_type":"retry_exhausted","operation":"%s","call_id":"c%s","attempt":1,"attempts":1,"max_attempts":1,"kind":"first","outcome":"failure","class":"server","duration_seconds":0.1,"stop_reason":"max_attempts"}\n' \
			"$second" "$1" "$second"
	done >"$work/hostile.log"
}
hostile '\u001b[2J\u001b]0;gone\u0007\u202eevil\r\n'
retrysim compare "$work/hostile.log" -p QUICK -p WEBHOOK
expect "an operation with control characters" 0 'evil' ''
check "does not reach the terminal" sh -c \
	'! LC_ALL=C grep -q "[^ -~]" "$1"' - "$work/out"
hostile "$(awk 'BEGIN { for (i = 0; i < 300; i++) printf "long%d.", i }')"
for columns in 40 100; do
	COLUMNS=$columns retrysim compare "$work/hostile.log" -p QUICK
	expect "a name of 2000 bytes, $columns columns" 0 'long0' ''
	check "is cut" awk -v most=$columns 'length > most { wide = 1 }
		END { exit wide }' "$work/out"
done

# Two names of operations of 10,000 characters each were written past the end of
# a list of names.
long=$(awk 'BEGIN { for (i = 0; i < 10000; i++) printf "x" }')
for op in "a$long" "b$long"; do
	printf '{"v":1,"ts":"2026-11-30T10:00:0%d.000Z","event_type":"retry_%s",%s,"policy":"P","policy_hash":"0123456789abcdef","call_id":"c%s","attempt":%d,"outcome":"failure","class":"server","duration_seconds":0.1,"elapsed_seconds":0.1,"attempts":%d,"retries":%d,"backoff_seconds":0,%s}\n' \
		1 attempt "\"operation\":\"$op\"" "${op%"$long"}" 1 1 0 '"delay_seconds":1' \
		2 exhausted "\"operation\":\"$op\"" "${op%"$long"}" 2 2 1 '"stop_reason":"max_attempts"'
done >"$work/long.log"
for format in 'text -v' html md; do
	# shellcheck disable=SC2086 # a format and an option
	retrysim compare --replicas 5 -f $format "$work/long.log"
	expect "-f $format: long names are cut" 0 'xxx' ''
done

finish
