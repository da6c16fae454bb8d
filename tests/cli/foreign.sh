# Logs of other programs, as both programs read them without a hint of what they
# are: tests/data/foreign/expected.tsv says what is in each. What each line is
# read as, tests/unit/dialect/test_layouts.c checks.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

data=$top_srcdir/tests/data/foreign
tab=$(printf '\t')

# The end of a call that only silence follows, and attempts of a call that has
# one line, are not among what retrytop counts here.
layout() { # FILE CALLS EXHAUSTED ABORTED
	live "$data/$1"
	check "$1: some of it is read" \
		test "$(number "$work/live.json" log events)" -gt 0
	check "$1: nothing is bad" \
		test "$(number "$work/live.json" log bad)" = 0
	check "$1: $3 exhausted" test "$(counted exhausted)" = "$3"
	check "$1: $4 aborted" test "$(counted aborted)" = "$4"
	if [ "${1#llm/claude-code}" != "$1" ]; then
		retrysim compare "$data/$1"
		expect "$1: compare declines a log without times" 3 '' \
			"of about $2 calls by their order, and no times"
		return
	fi
	[ "$2" = - ] && return
	retrysim compare --format json -p QUICK "$data/$1"
	calls=$(number "$work/out" log calls)
	check "$1: $2 calls" test "$calls" = "$2"
}

refused() { # FILE
	retrysim compare "$data/$1"
	expect "$1: retrysim refuses it, with advice" 3 '' \
		'not a log of retries'
	live "$data/$1"
	check "$1: so does retrytop" \
		grep -q 'not a log of retries' "$work/err"
}

sed 1d "$data/expected.tsv" >"$work/rows"
while IFS=$tab read -r file _ attempts calls _ _ exhausted aborted _; do
	if [ "$attempts" = refused ]; then
		refused "$file"
	else
		layout "$file" "$calls" "$exhausted" "$aborted"
	fi
done <"$work/rows"

# A log whose successes have lines only after a retry does not say how many
# calls there were.
cat >"$work/after.log" <<'EOF'
2026-01-12 11:12:37.704  WARN 1 --- [exec-10] c.e.L : 2026-01-12T11:12:37.704Z: Retry 'a', waiting PT0.744S until attempt '1'. Last attempt failed with exception 'java.io.IOException: x'.
2026-01-12 11:12:38.604  INFO 1 --- [exec-10] c.e.L : 2026-01-12T11:12:38.604Z: Retry 'a' recorded a successful retry attempt. Number of retry attempts: '1', Last exception was: 'java.io.IOException: x'.
EOF
retrysim compare "$work/after.log" --policy QUICK --format json
check "calls that succeed at once have no line" \
	grep -q '"calls_known_from":.*"failing_first"' "$work/out"

# Attempts of an asynchronous client end on whichever thread is free.
cat >"$work/async.log" <<'EOF'
2026-01-12 09:00:00.101 DEBUG 1 --- [sdk-async-response-0-1] software.amazon.awssdk.request : Retryable error detected. Will retry in 73ms. Request attempt number 1
2026-01-12 09:00:00.301 DEBUG 1 --- [sdk-async-response-0-2] software.amazon.awssdk.request : Retryable error detected. Will retry in 150ms. Request attempt number 2
2026-01-12 09:00:00.700 DEBUG 1 --- [sdk-async-response-0-3] software.amazon.awssdk.request : Received successful response: 200, Request ID: 3
2026-01-12 09:00:05.700 DEBUG 1 --- [sdk-async-response-0-1] software.amazon.awssdk.request : Received successful response: 200, Request ID: 4
EOF
retrysim compare "$work/async.log" --policy QUICK --format json
check "attempts on different threads of a pool are one call" \
	test "$(number "$work/out" log calls)" = 2
check "that call has its end" \
	test "$(number "$work/out" log missing_ends)" = 0

# What the log lacks, and could have.
while IFS='|' read -r what want text; do
	printf '%s\n' "$text" | tr '~' '\n' >"$work/lacks.log"
	live "$work/lacks.log"
	check "$what: retrytop" \
		test "$(grep -c "$want" "$work/err")" -eq 1
	retrysim compare -p QUICK "$work/lacks.log"
	check "$what: retrysim" test "$(grep -c "$want" "$work/err")" -eq 1
done <<'EOF'
OpenAI's lines without httpx's|openai-sdk: no line says why|2026-01-12 07:11:18,422 INFO openai._base_client: Retrying request to /chat in 0.8 seconds
resilience4j's ends alone|resilience4j: there are ends|2026-01-12 11:12:38.604  WARN 1 --- [exec-10] c.e.L : 2026-01-12T11:12:38.604Z: Retry 'a' recorded a successful retry attempt. Number of retry attempts: '1', Last exception was: 'java.io.IOException: x'.
tenacity's after_log alone|tenacity: no line names a wait|2026-01-12 10:00:01,234 INFO a: Finished call to 'a.f' after 0.2(s), this was the 1st time calling it.~2026-01-12 10:00:03,234 INFO a: Finished call to 'a.f' after 1.2(s), this was the 2nd time calling it.
EOF
cat >"$work/lacks.log" <<'EOF'
2026-01-12 07:11:18,420 INFO httpx: HTTP Request: POST https://llm.example/v1/chat "HTTP/1.1 429 Too Many Requests"
2026-01-12 07:11:18,422 INFO openai._base_client: Retrying request to /chat in 0.8 seconds
EOF
live "$work/lacks.log"
check "with httpx's lines there is nothing to say" \
	test "$(grep -c openai-sdk: "$work/err")" -eq 0

awk -v lines=1000000 -f "$data/no-retries.awk" >"$work/none.log"
check "there are a million lines without retries" \
	test "$(wc -l <"$work/none.log")" -eq 1000000
live "$work/none.log"
check "at most ten of them are read" \
	test "$(number "$work/live.json" log events)" -le 10
check "none of them is bad" \
	test "$(number "$work/live.json" log bad)" = 0
log=$top_srcdir/tests/data/argus-1h/app.log
live "$log"
check "the other lines of the real log stay what they are" \
	test "$(number "$work/live.json" log foreign)" = 845
finish
