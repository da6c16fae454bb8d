# Event times in reports: wrong clocks are named and empty no window, and words
# say no more than is known.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

cd "$work" || exit 99

# Four hosts in one log, a retry each second; host c's clock is off by AHEAD
# seconds, and line STRAY by 12 minutes.
log() { # SECONDS AHEAD STRAY [LINE: from it, all clocks are an hour back]
	awk -v n="$1" -v ahead="$2" -v stray="$3" -v back="${4:-9999}" 'BEGIN {
		for (i = 0; i < n * 4; i++) {
			host = substr("abcd", i % 4 + 1, 1)
			t = 36000 + int(i / 4) + (host == "c" ? ahead : 0) \
				+ (i == stray ? 720 : 0) \
				- (i >= back ? 3600 : 0)
			printf "{\"v\":1,\"ts\":\"2026-11-30T%02d:%02d:%02d." \
				"%03dZ\",\"event_type\":\"retry_attempt\"," \
				"\"operation\":\"pay\",\"policy\":\"P\"," \
				"\"policy_hash\":\"0123456789abcdef\"," \
				"\"call_id\":\"%d\",\"attempt\":1," \
				"\"max_attempts\":3,\"kind\":\"first\"," \
				"\"outcome\":\"failure\",\"delay_seconds\":1," \
				"\"duration_seconds\":0.1,\"elapsed_seconds\"" \
				":0.1,\"host\":\"%s\",\"pid\":7,\"seq\":%d}\n",
				t / 3600, t / 60 % 60, t % 60, i % 4 * 250, i,
				host, int(i / 4) + 1
		}
	}'
}
top() { # ARG...
	run "$top_builddir/retrytop" --once "$@"
}
json_is() { # WHAT MEMBER VALUE FILE
	top --format json "$4"
	expect "$1" 0 "^[[:space:]]*\"$2\":[[:space:]]*$3,?\$" ''
}

log 300 0 -1 >right.log
log 300 720 -1 >ahead.log
log 300 -720 -1 >behind.log
log 300 0 1180 >stray.log
log 300 0 -1 600 >back.log
log 300 0 1196 >last.log
# Calls that succeed at once.
log 12 0 -1 | sed 's/retry_attempt/retry_success/; s/"failure"/"success"/
	s/"delay_seconds":1/"attempts":1/' >short.log
: >empty.log

for name in right ahead behind stray last back; do
	json_is "$name: the window is full" retries '(239|240)' $name.log
	json_is "$name: it ends with the others" as_of \
		'"2026-11-30T10:04:59\.[0-9]*Z"' $name.log
	json_is "$name: its state" state '"ended"' $name.log
done
top back.log
expect "clocks that were set back are named" 0 \
	'^NOTE clock of a went back by 1h00m at 2026-11-30T10:02:29Z$' ''
top --since 2026-11-30T10:04:00Z back.log
expect "and what came after that is not left out" 0 ', 960 before --since$' ''
json_is "by how much" went_back_seconds '3600(\.0)?' back.log
json_is "and when" went_back_at '"2026-11-30T10:02:29\.0*Z"' back.log
top right.log
check "no clock is named without need" sh -c '! grep -q NOTE "$0/out"' "$work"
top ahead.log
expect "a host is named that is ahead" 0 \
	'^NOTE clock of c is 12m00s ahead$' ''
json_is "by how much" ahead_seconds '720(\.[0-9]*)?' ahead.log
json_is "steadily" steady true ahead.log
top behind.log
expect "a host is named that is behind" 0 '^NOTE clock of c is 12m00s behind' ''
top stray.log
expect "one event is named" 0 '^NOTE clock of a is 12m00s ahead in 1 event$' ''
top last.log
expect "also if it is the last" 0 '^NOTE clock of a is .* in 1 event$' ''

top short.log
expect "a short log teaches little" 0 '^learning, 12 s of 60: 0 retries$' ''
json_is "in JSON too" state '"learning"' short.log
json_is "and how much was seen" seen_seconds 12 short.log
json_is "rates are over what was seen" calls_per_second 4 short.log
top empty.log
expect "an empty log is not quiet" 3 '^no data: 0 events in empty.log' \
	'no attempt events'
top --format json empty.log
expect "nor in JSON" 3 '"state":.*"no_data"' 'no attempt events'

# Ten calls a second, which fail for 30 s.
awk 'BEGIN {
	for (i = 0; i < 2400; i++) {
		t = 36000 + int(i / 10)
		down = t >= 36100 && t < 36130
		printf "{\"v\":1,\"ts\":\"2026-11-30T%02d:%02d:%02d." \
			"%03dZ\",\"event_type\":\"%s\"," \
			"\"operation\":\"pay\",\"policy\":\"P\"," \
			"\"policy_hash\":\"0123456789abcdef\"," \
			"\"call_id\":\"%d\",\"attempt\":1,\"attempts\":1," \
			"\"max_attempts\":3,\"kind\":\"first\"," \
			"\"outcome\":\"%s\"," \
			"\"duration_seconds\":0.1,\"elapsed_seconds\"" \
			":0.1,\"host\":\"a\",\"pid\":7,\"seq\":%d}\n",
			t / 3600, t / 60 % 60, t % 60, i % 10 * 100,
			down ? "retry_aborted" : "retry_success", i,
			down ? "failure" : "success", i + 1
	}
}' >over.log
json_is "a verdict that has ended has its first second" since \
	'"2026-11-30T10:01:40\.[0-9]*Z"' over.log
json_is "and its last" until '"2026-11-30T10:02:09\.[0-9]*Z"' over.log
run "$top_builddir/retrytop" --dump-screen 100x30 over.log
check "nothing is wrong now" sh -c '! grep -q "^ FAILING" "$0/out"' "$work"
run "$top_builddir/retrytop" --dump-screen 100x30 \
	--keys '[ [ [ [ [ [ [ [ [ [ [ [' over.log
expect "the screen of then has the verdict of then" 0 \
	'^ FAILING   pay  since 10:01:40 ' ''
run "$top_builddir/retrytop" --dump-screen 100x30 --keys 'a' over.log
expect "those that have ended are listed" 0 \
	'FAILING   10:01:40 - 10:02:09     29s  pay' ''

finish
