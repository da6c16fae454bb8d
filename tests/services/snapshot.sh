# The snapshot service: empty bodies, attempt timeouts, limits per controller.
. "$(dirname "$0")/services.sh"

start_peer cameras <<'END'
/good * body=picture
/empty * status=200
/once 1 status=200
/once 2 body=picture
/503 * status=503
/reset 1 reset
/reset 2 body=picture
/1 * delay=60 body=1
/2 * delay=60 body=1
/3 * delay=60 body=1
/4 * delay=60 body=1
/5 * delay=60 body=1
/6 * delay=60 body=1
END
host=${peer#http://}

# Time runs 20 times as fast: 0.5 s are 25 ms, an attempt's 10 s are 500 ms.
snap() { # LIMIT PATH...
	limit=$1
	shift
	rm -f events
	# shellcheck disable=SC2046 # one word per camera
	"$service/snapshot" -x 20 -e events "$limit" \
		$(for path; do echo "$peer/$path"; done) >out 2>err
}

snap 1 good
is "a picture" "0 $peer/good: 7 bytes
$host: 0 failures" "$? $(cat out)"

snap 1 once
is "an empty body is a failure: one more try" "0 2" \
	"$? $(requests /once number | wc -l)"
is "after half a second exactly" "failure EmptyBody 0.5 none
success - - -" "$(events events outcome error_type delay_seconds delay_law)"
is "the wait was kept" "yes yes" "$(waited events) $(gaps_at_least /once 25)"

snap 1 empty
is "empty twice: no picture" "1 $host: 1 failures" "$? $(cat out)"
is "two attempts, no more" "max_attempts 2" \
	"$(events events stop_reason attempts | tail -n 1)"
snap 1 reset
is "a lost connection is retried" "0 errno:ECONNRESET" \
	"$? $(events events code | head -n 1)"
snap 1 503
is "a status is not" "1 non_retryable 1" \
	"$? $(events events stop_reason attempts)"

cameras=$peer
start_peer hanging <<'END'
/hang * delay=2000 body=late
END
snap 1 hang
is "10 s around each attempt" "1 timeout 10
1 timeout 10" "$(events events outcome attempt_timeout_seconds |
	sed 's/^/1 /')"
is "each took its 10 s, not the call" "yes
yes" "$(events events duration_seconds |
	awk '{ print ($1 >= 9.9 && $1 < 18 ? "yes" : $1) }')"

peer=$cameras log=$scratch/cameras.log
snap 4 good empty 503 good empty
is "failures are counted per controller" "1 $host: 3 failures" \
	"$? $(tail -n 1 out)"
is "after their retries: seven attempts" 7 "$(wc -l <events)"

snap 2 1 2 3 4 5 6
is "two at a time: all pictures" "0 6" "$? $(grep -c '1 bytes' out)"
is "two at a time, never three" "1
2" "$(for i in 1 2 3 4 5 6; do requests /$i in_flight; done | sort -u)"
is "the queue is not part of an attempt" yes "$(events events duration_seconds |
	awk '$1 >= 9 { late = 1 } END { print (late ? "no" : "yes") }')"
snap 6 1 2 3 4 5 6
is "more at a time when more may" yes "$(
	for i in 1 2 3 4 5 6; do requests /$i in_flight; done |
		awk '$1 > 2 { more = 1 } END { print (more ? "yes" : "no") }')"

# Two controllers, one turn each: both are used at once.
first=$peer first_log=$log
start_peer second <<'END'
/1 * delay=200 body=1
/2 * delay=200 body=1
END
"$service/snapshot" 1 "$first/1" "$first/2" "$peer/1" "$peer/2" >out 2>err
is "each controller has its own turns" "1
1" "$({ requests /1 in_flight; requests /2 in_flight; })"
is "and its own count" 2 "$(grep -c ': 0 failures' out)"
log=$first_log

# SIGTERM: everybody who waits gives up, in the queue too.
rm -f events
"$service/snapshot" -p "$real_time" -e events 1 "$first/empty" "$first/reset" \
	"$first/none" >out 2>err &
running=$!
within 10 test -s events
kill -TERM $running
wait $running
is "SIGTERM: exit 1, cancelled" "1 yes" \
	"$? $(grep -q cancelled err && echo yes)"

is "a limit of none is refused" 2 \
	"$("$service/snapshot" 0 "$peer/1" >/dev/null 2>&1; echo $?)"

# Real time: 300 ms around each attempt, 150 ms between.
start_peer real <<'END'
/slow 1 delay=900 body=late
/slow 2 body=picture
/empty 1
/empty 2 body=picture
END
rm -f events
"$service/snapshot" -p "$real_time" -e events 2 "$peer/slow" "$peer/empty" \
	>out 2>err
is "in real time: both pictures, each at the second try" \
	"0 2 TimeoutError EmptyBody" "$? $(grep -c '7 bytes' out) $(
		events events error_type | grep -v '^-$' | sort -r |
		tr '\n' ' ' | sed 's/ $//')"
logged /slow 2
is "in real time: timeout and wait were kept" "yes yes" \
	"$(gaps_at_least /slow 400) $(gaps_at_least /empty 150)"
finish
