# The webhook service: what is success, what is retried, what is told.
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
/late 1 delay=1000 body=late
/late * body=fine
END

# Time runs 20 times as fast: an attempt's 10 s are 500 ms.
post() { # PATH OPTION...
	path=$1
	shift
	rm -f events
	"$service/webhook" -x 20 -e events "$@" log.db "id-$path" \
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
is "and the response time of the last attempt (20 ms, 20 times as fast)" yes \
	"$(result response_ms | awk '{ print ($1 >= 400 ? "yes" : $1) }')"
is "every attempt is a row, with what the peer answered" "$(
	requests /mixed number status)" "$(rows "attempt, status" id-mixed |
	tr '\t' ' ')"
is "rows have URL, response time and error" \
	"$peer/mixed|busy
$peer/mixed|Recv failure: Connection reset by peer
$peer/mixed|
$peer/mixed|" "$(rows "url || '|' || coalesce(error, '')" id-mixed)"
is "response times are those of each attempt" "1
1" "$(rows "response_ms >= 200" id-mixed | tail -n 2)"
is "waits are WEBHOOK's: 1, 2, 4 s, a quarter more or less" \
	"0.75 1.25
1.5 2.5
3 5
- -" "$(events events delay_low_seconds delay_high_seconds)"
is "waits were kept" yes "$(waited events)"
is "the peer saw them too" yes "$(gaps_at_least /mixed 37.5 75 150)"
is "each attempt has 10 s" "10
10
10
10" "$(events events attempt_timeout_seconds)"

post late
is "an attempt without answer ends after 10 s, and is retried" \
	"timeout errno:ETIMEDOUT
success -" "$(events events outcome code)"
is "it was not waited for longer" yes "$(events events duration_seconds |
	awk 'NR == 1 { print ($1 >= 9.9 && $1 < 18 ? "yes" : $1) }')"

# A row that cannot be written is no reason not to deliver.
rm -f events
"$tool/db" log.db write until events 1 >held 2>&1 &
holder=$!
within 5 grep -q held held
post 200
is "delivered although the log is locked" "0 true" "$? $(result delivered)"
has "and said so" "$(cat err)" "database is locked"
wait $holder

# SIGTERM ends the wait, not the report.
rm -f events
"$service/webhook" -e events log.db id-term "$peer/wait" '{}' >result &
running=$!
within 10 test -s events
kill -TERM $running
wait $running
is "SIGTERM in a wait: exit 1, cancelled, and told" "1 cancelled retry_aborted" \
	"$? $(result stop_reason) $(events events event_type | tail -n 1)"

# Real time, real sockets.
start_peer real <<'END'
/hook 1 status=503
/hook 2 reset
/hook 3 delay=800 body=late
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
# The third attempt alone took its 500 ms.
is "in real time: waits and timeout were kept" "yes yes" \
	"$(waited events) $(gaps_at_least /hook 75 150 700)"
finish
