# The flaky server fails as scripted, and http.c classifies each failure.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/services.sh"

mkdir once
cat >once/WEBHOOK_DELIVERY.json <<'END'
{"name": "ONCE", "max_attempts": 1, "attempt_timeout": "60s"}
END
cat >once/SHORT.json <<'END'
{"name": "SHORT", "max_attempts": 1, "attempt_timeout": "150ms"}
END
mkdir short && mv once/SHORT.json short/WEBHOOK_DELIVERY.json

post() { # POLICIES URL: one attempt
	rm -f events
	"$service/webhook" -p "$1" -e events log.db id "$2" '{}' >result 2>err
}

start_peer faults <<'END'
/200 * status=200 body=fine
/204 * status=204
/302 * status=302 header='Location: /200'
/404 * status=404 body='not here'
/408 * status=408
/409 * status=409
/429 * status=429
/503 * status=503 body='{"error": "overloaded"}'
/504 * status=504
/599 * status=599
/reset * reset
/reset-late * size=50000 cut=20000 reset
/drop * drop
/cut * body='only a part of this comes' cut=4
/slow * hang
/huge * size=20000000
END

while read -r path want; do
	post once "$peer/$path"
	is "$path is $want" "$want" \
		"$(events events outcome class error_type code)"
done <<'END'
200 success - - -
204 success - - -
302 failure client HTTPError http:302
404 failure client HTTPError http:404
408 failure timeout HTTPError http:408
409 failure conflict HTTPError http:409
429 failure throttle HTTPError http:429
503 failure server HTTPError http:503
504 failure timeout HTTPError http:504
599 failure server HTTPError http:599
reset failure transient ConnectionError errno:ECONNRESET
reset-late failure transient ConnectionError errno:ECONNRESET
drop failure transient ConnectionError errno:ECONNRESET
cut failure transient ConnectionError errno:ECONNABORTED
END
post once "$peer/503"
has "the body is the error's text" "$(cat events)" \
	'"error":"{\"error\": \"overloaded\"}"'
post once "$peer/huge"
is "an endless body is not a success" failure "$(events events outcome)"
post short "$peer/slow"
is "slow is a timeout" "timeout timeout TimeoutError errno:ETIMEDOUT" \
	"$(events events outcome class error_type code)"
post once "http://user:secret@127.0.0.1:1/token-in-path"
is "no listener" "transient ConnectionError errno:ECONNREFUSED" \
	"$(events events class error_type code)"
is "the target has no secrets" "127.0.0.1:1" "$(events events target)"
post once "ftp://127.0.0.1/"
is "another protocol is an error of libcurl" "unknown CurlError curl:1" \
	"$(events events class error_type code)"

logged /cut 1
is "the log has path, status and bytes" "POST 1 404 8
POST 1 200 4" "$(requests /404 method number status bytes
	requests /cut method number status bytes)"

# Without a connection nothing was sent.
mkdir careful
cat >careful/WEBHOOK_DELIVERY.json <<'END'
{"name": "CAREFUL", "max_attempts": 2, "base_delay": 0, "jitter": "none",
 "idempotent_only": true}
END
post careful "http://127.0.0.1:1/"
is "a refused connection sent nothing" "- max_attempts" \
	"$(events events stop_reason | tr '\n' ' ' | sed 's/ $//')"
post careful "$peer/reset"
is "a reset one may have sent something" not_idempotent "$(events events stop_reason)"

port=$(printf '%04X' "${peer##*:}")
if [ -r /proc/net/tcp ]; then
	is "the peer listens on the loopback interface only" 0100007F \
		"$(awk -v port=":$port" '$4 == "0A" && $2 ~ port "$" {
			sub(/:.*/, "", $2); print $2 }' /proc/net/tcp)"
fi
echo '/x 1' >short.script
timeout 100 "$tool/flaky_server" short.script short.log 1 >/dev/null 2>&1
is "the peer ends by itself, by its alarm" 142 $?

for line in '/x' '/x zero' '/x 0' '/x 1 status' '/x 1 status=x' \
	'/x 1 colour=red'; do
	echo "$line" >bad.script
	timeout 100 "$tool/flaky_server" bad.script bad.log 1 >/dev/null 2>err
	is "'$line' is not a line of a script" 3 $?
done

# Shared by all services.
is "no operands: usage" 2 "$("$service/webhook" >/dev/null 2>&1; echo $?)"
is "no ticks: exit 4" 4 "$("$service/webhook" -t no/such/file a b c d \
	>/dev/null 2>&1; echo $?)"
has "help goes to stdout" "$("$service/webhook" -h)" "DATABASE DELIVERY-ID"
echo '{"name": "BAD", "max_attempts": 0}' >once/WEBHOOK_DELIVERY.json
post once "$peer/200"
is "a bad policy: exit 3" 3 $?
has "and its place" "$(cat err)" "WEBHOOK_DELIVERY.json:1:33: max_attempts"
is "an event log that cannot be opened: exit 4" 4 \
	"$("$service/webhook" -e no/such/folder log.db id "$peer/200" '{}' \
		>/dev/null 2>&1; echo $?)"
finish
