# The webhook service: successes, retries and reports.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/services.sh"

start_peer hooks <<'END'
/200 * status=200 body=fine
/201 * status=201
/204 * status=204
/302 * status=302 header='Location: /200'
/404 * status=404
/410 * status=410 body='gone for good'
/503 * status=503 body=busy
/mixed 1 status=503 body=busy
/mixed 2 reset
/mixed 3 status=429 delay=10
/mixed 4 status=200 body='{"ok": "yes"}' delay=20
/wait * status=503
END

post() { # PATH [NAME]
	path=$1
	rm -f events
	# shellcheck disable=SC2086 # words
	"$service/webhook" $at_once -e events log.db "${2:-id-$path}" \
		"$peer/$path" '{"number": 7}' >result 2>err
}
result() { # FIELD...
	events result "$@"
}
rows() { # COLUMNS ID
	"$tool/db" log.db query \
		"SELECT $1 FROM attempts WHERE delivery = '$2' ORDER BY rowid"
}

while read -r status exit attempts stop; do
	post "$status"
	is "$status: $stop after $attempts" "$exit $status $stop $attempts" \
		"$? $(result status stop_reason) $(requests "/$status" number |
			wc -l)"
done <<'END'
200 0 1 success
201 0 1 success
204 0 1 success
302 1 1 non_retryable
404 1 1 non_retryable
410 1 1 non_retryable
503 1 4 max_attempts
END
is "no attempt after the last: three retries" "false 3 busy" \
	"$(post 503; result delivered retry_count body)"

post mixed
is "lost connection, 429 and 503 are retried" 0 $?
is "the peer saw four POSTs with the JSON" "POST {\"number\": 7}" \
	"$(requests /mixed method body | sort -u)"
is "the result has status, body and retry count" \
	'true 200 {\"ok\": \"yes\"} 3' "$(sed -n \
	's/.*"delivered":\([a-z]*\),"status":\([0-9]*\),"body":"\(.*\)","response_ms".*"retry_count":\([0-9]*\),.*/\1 \2 \3 \4/p' result)"
is "and the response time of the last attempt" yes \
	"$(result response_ms | awk '{ print ($1 >= 20 ? "yes" : $1) }')"
is "every attempt is a row, with what the peer answered" "$(
	requests /mixed number status)" "$(rows "attempt, status" id-mixed |
	tr '\t' ' ')"
is "rows have URL, response time and error" \
	"$peer/mixed|busy
$peer/mixed|Recv failure: Connection reset by peer
$peer/mixed|
$peer/mixed|" "$(rows "url || '|' || coalesce(error, '')" id-mixed)"
is "response times are those of each attempt" "1
1" "$(rows "response_ms >= 10" id-mixed | tail -n 2)"
is "the waits of WEBHOOK: 1, 2, 4 s, a quarter more or less" \
	"0.75 1.25
1.5 2.5
3 5
- -" "$(events events delay_low_seconds delay_high_seconds)"
is "the waits took place" yes "$(waited events)"
is "each attempt has 10 s" "10
10
10
10" "$(events events attempt_timeout_seconds)"

# A row that cannot be written does not stop the delivery, and is not lost.
while read -r lock id why; do
	rm -f events
	"$tool/db" log.db "$lock" until events 4 >held 2>&1 &
	holder=$!
	within 60 grep -q held held
	post 503 "$id"
	is "attempts continue although $why" "1 max_attempts 4" \
		"$? $(result stop_reason) $(wc -l <events)"
	has "and it says so" "$(cat err)" "database is locked"
	kill $holder 2>/dev/null
	wait $holder
	is "each becomes a row in the end, once, although $why" "1	503
2	503
3	503
4	503" "$(rows "attempt, status" "$id")"
done <<'END'
write locked another process writes the table
all shut another process has locked out readers
END
mkdir folder.db
is "a folder instead of a file: exit 4" 4 "$("$service/webhook" folder.db id \
	"$peer/200" '{}' >/dev/null 2>&1; echo $?)"
echo "not a database, but a text that is long enough to be taken for one" \
	>text.db
for i in 1 2 3 4; do cat text.db text.db >more && cat more more >text.db; done
is "a file that is not a database: exit 4, and nothing was sent" "4 yes" \
	"$("$service/webhook" text.db id "$peer/nothing" '{}' >/dev/null 2>&1
		echo $?) $([ -z "$(requests /nothing number)" ] && echo yes)"

# SIGTERM ends the wait, not the report.
rm -f events
"$service/webhook" -e events log.db id-term "$peer/wait" '{}' >result &
running=$!
within 60 test -s events
kill -TERM $running
wait $running
is "SIGTERM in a wait: exit 1, cancelled, and reported" "1 cancelled retry_aborted" \
	"$? $(result stop_reason) $(events events event_type | tail -n 1)"

# Real time, real sockets.
start_peer real <<'END'
/hook 1 status=503
/hook 2 reset
/hook 3 hang
/hook * status=204
END
rm -f events
"$service/webhook" -p "$real_time" -e events log.db real "$peer/hook" '{}' \
	>result
is "in real time: delivered" "0 true 204 3" \
	"$? $(result delivered status retry_count)"
is "in real time: failures as scripted" "http:503 errno:ECONNRESET errno:ETIMEDOUT -" \
	"$(events events code | tr '\n' ' ' | sed 's/ $//')"
logged /hook 4
is "in real time: waits and timeout took place" "yes yes yes" \
	"$(waited events) $(gaps_at_least /hook 75 150 300) $(took events 3 0.498)"
finish
