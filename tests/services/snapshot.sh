# The snapshot service: empty bodies, attempt timeouts, limits per controller.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/services.sh"

start_peer cameras <<'END'
/good * body=picture
/empty * status=200
/once 1 status=200 header='Retry-After: 5'
/once 2 body=picture
/503 * status=503
/reset 1 reset
/reset 2 body=picture
/alone * body=1
/alone-too * body=1
/1 * gather=2 body=1
/2 * gather=2 body=1
/3 * gather=2 body=1
/4 * gather=2 body=1
/5 * gather=2 body=1
/6 * gather=2 body=1
/a * gather=6 body=1
/b * gather=6 body=1
/c * gather=6 body=1
/d * gather=6 body=1
/e * gather=6 body=1
/f * gather=6 body=1
END
host=${peer#http://}

snap() { # LIMIT PATH...
	limit=$1
	shift
	rm -f events
	# shellcheck disable=SC2046,SC2086 # words
	"$service/snapshot" $at_once -e events "$limit" \
		$(for path; do echo "$peer/$path"; done) >out 2>err
}

snap 1 good
is "a picture" "0 $peer/good: 7 bytes
$host: 0 failures" "$? $(cat out)"

snap 1 once
is "an empty body is a failure: one more try" "0 2" \
	"$? $(requests /once number | wc -l)"
is "after exactly half a second, ignoring the hint" "failure EmptyBody 0.5 none
success - - -" "$(events events outcome error_type delay_seconds delay_law)"
is "the wait took place" yes "$(waited events)"
is "1.0 s around each attempt, not the call" "1
1" "$(events events attempt_timeout_seconds)"

snap 1 empty
is "empty twice: no picture" "1 $host: 1 failures" "$? $(cat out)"
is "two attempts, no more" "max_attempts 2" \
	"$(events events stop_reason attempts | tail -n 1)"
snap 1 reset
is "a lost connection is retried" "0 errno:ECONNRESET" \
	"$? $(events events code | head -n 1)"
snap 1 503
is "an HTTP error is not" "1 non_retryable 1" \
	"$? $(events events stop_reason attempts)"

snap 4 good empty 503 good empty
is "failures are counted per controller" "1 $host: 3 failures" \
	"$? $(tail -n 1 out)"
is "after their retries: seven attempts" 7 "$(wc -l <events)"

# The peer answers two requests once it has two, so all end if two at a time run.
snap 2 1 2 3 4 5 6
is "two at a time: all pictures" "0 6" "$? $(grep -c '1 bytes' out)"
is "two at a time, never three" "1
2" "$(for i in 1 2 3 4 5 6; do requests /$i in_flight; done | sort -u)"
is "the queue is not part of an attempt: no timeout" 6 "$(wc -l <events)"
snap 6 a b c d e f
is "more at a time with a higher limit" "0 6" "$? $(grep -c '1 bytes' out)"

# One peer under two names is two controllers, with one turn each; the peer
# answers once it has one request from each.
"$service/snapshot" 1 "$peer/1" "$peer/alone" \
	"http://localhost:${host#*:}/2" "http://localhost:${host#*:}/alone-too" \
	>out 2>err
is "each controller has its own limit" "0 4" "$? $(grep -c '1 bytes' out)"
is "and its own count" 2 "$(grep -c ': 0 failures' out)"

"$service/snapshot" 1 "http://localhost:${host#*:}/good" \
	"http://LocalHost:0${host#*:}/good" >out 2>err
is "other spellings are the same controller" 1 \
	"$(grep -c ': 0 failures' out)"

# SIGTERM: every waiting call gives up, those in the queue, too.
rm -f events
"$service/snapshot" -p "$real_time" -e events 1 "$peer/empty" "$peer/reset" \
	"$peer/none" >out 2>err &
running=$!
within 60 test -s events
kill -TERM $running
wait $running
is "SIGTERM: exit 1, cancelled" "1 yes" \
	"$? $(grep -q cancelled err && echo yes)"

for limit in 0 -1 x 2x "" 99999999999; do
	is "a limit of '$limit' is refused" 2 "$("$service/snapshot" "$limit" \
		"$peer/1" >/dev/null 2>&1; echo $?)"
done

# Real time, with the service's usual policy: half a second between attempts.
start_peer real <<'END'
/slow 1 hang
/slow 2 body=picture
/empty 1
/empty 2 body=picture
END
rm -f events
"$service/snapshot" -e events 2 "$peer/empty" >out 2>err
is "in real time: a picture, at the second try" "0 1 EmptyBody -" \
	"$? $(grep -c '7 bytes' out) $(events events error_type |
		tr '\n' ' ' | sed 's/ $//')"
is "in real time: it waited half a second" "yes yes" \
	"$(waited events) $(gaps_at_least /empty 500)"
# The same with 300 ms for the first try, 10 s for the second.
rm -f events
"$service/snapshot" -p "$real_time" -e events 2 "$peer/slow" >out 2>err
is "in real time: an attempt without an answer times out" "0 TimeoutError 0.3
- 10" "$? $(events events error_type attempt_timeout_seconds)"
logged /slow 2
is "in real time: timeout and wait took place" "yes yes yes" \
	"$(waited events) $(gaps_at_least /slow 150) $(took events 1 0.298)"
finish
