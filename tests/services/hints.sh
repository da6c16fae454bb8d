# Headers in which a peer asks for a delay: http.c passes them on, and the
# policy decides what to do with them.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/services.sh"

start_peer hints <<'SCRIPT'
/seconds 1 status=503 header='Retry-After: 7'
/zero 1 status=503 header='Retry-After: 0'
/short 1 status=429 header='Retry-After:   1  '
/ms 1 status=429 header='retry-after-ms: 2500' header='Retry-After: 2'
/amazon 1 status=500 header='X-Amz-Retry-After: 9000'
/past 1 status=503 header='Retry-After: Sun, 06 Nov 1994 08:49:37 GMT'
/redirect 1 status=503 header='retry-after: 11' header='Location: /other'
/far 1 status=503 header='Retry-After: Fri, 31 Dec 2199 23:59:59 GMT'
/long 1 status=503 header='Retry-After: 61'
/huge 1 status=503 header='Retry-After: 99999999999999999999999'
/forbidden 1 status=503 header='x-should-retry: false'
/words 1 status=503 header='Retry-After: soon'
/negative 1 status=503 header='Retry-After: -5'
/exponent 1 status=503 header='Retry-After: 1e3'
/empty 1 status=503 header='Retry-After:'
/february 1 status=503 header='Retry-After: Mon, 31 Feb 2199 00:00:00 GMT'
/two 1 status=503 header='Retry-After: soon' header='Retry-After: 8'
/cut 1 status=503 body=busy cut=2 header='Retry-After: 13'
/final 1 status=404 header='Retry-After: 3'
/seconds * status=200
/zero * status=200
/short * status=200
/ms * status=200
/amazon * status=200
/past * status=200
/redirect * status=200
/words * status=200
/negative * status=200
/exponent * status=200
/empty * status=200
/february * status=200
/two * status=200
/cut * status=200
SCRIPT

# Computed delays of exactly 2 s, so that a hint shows.
policy() { # SERVER-HINT
	mkdir -p policies
	cat >policies/WEBHOOK_DELIVERY.json <<-END
		{"name": "HINTS", "max_attempts": 2, "backoff": "constant",
		 "base_delay": 2, "jitter": "none", "attempt_timeout": "60s",
		 "retry_on": ["transient", "server", "throttle"],
		 "server_hint": $1}
	END
}
post() { # PATH
	rm -f events
	# shellcheck disable=SC2086 # words
	"$service/webhook" $at_once -p policies -e events log.db id \
		"$peer/$1" '{}' >result 2>err
}
first() { # FIELD...: fields of the first event
	events events "$@" | head -n 1
}

policy '{"max": "60s"}'
while read -r path hint action delay stop why; do
	post "$path"
	is "$why" "$hint $action $delay $stop" \
		"$(first hint_seconds hint_action delay_seconds stop_reason)"
done <<'END'
seconds 7 honoured 7 - seconds
zero 0 ignored 2 - zero is a hint, and the computed delay is longer
short 1 ignored 2 - the same for one second, with blanks around it
ms 2.5 honoured 2.5 - milliseconds; the longer of two hints
amazon 9 honoured 9 - the header of AWS
past 0 ignored 2 - a date that has passed is zero
redirect 11 honoured 11 - names in any case
words - - 2 - a word is not a hint
negative - - 2 - a negative number is not a hint
exponent - - 2 - an exponent is not a hint
empty - - 2 - an empty value is not a hint
february - - 2 - a date that does not exist is not a hint
two 8 honoured 8 - garbage before a hint
cut 13 honoured 13 - headers of an answer that was cut short
long 61 gave_up - hint_too_long too long ends the call
huge 1000000000 gave_up - hint_too_long a huge number ends the call
forbidden - - - server_forbade a peer that forbids a retry
final 3 ignored - non_retryable no hint makes a 404 worth a retry
END
post far
is "a date in the far future: too long" "gave_up hint_too_long" \
	"$(first hint_action stop_reason)"
is "and the result says so" "false 503 0 hint_too_long" \
	"$(events result delivered status retry_count stop_reason)"
is "one request, no more" 1 "$(requests /far number | wc -l)"

# The peer made the date after the test began, and the client reads it later.
again() { # SERVER-HINT PATH WORDS...: with a new peer
	policy "$1"
	start_peer "again-$2" <<-END
		/$2 1 $3
		/$2 * status=200
	END
	post "$2"
}
again '{"max": "3600s"}' date "status=503 date=3000"
is "a date is the time from now to then" yes "$(first hint_seconds |
	awk '{ print ($1 > 2000 && $1 <= 3000 ? "yes" : $1) }')"
again '{"combine": "replace"}' zero "status=503 header='Retry-After: 0'"
is "replace: zero means immediately" "0 honoured 0" \
	"$(first hint_seconds hint_action delay_seconds)"
again '{"max": "60s", "too_long": "clamp"}' clamp \
	"status=503 header='Retry-After: 90'"
is "clamp: the wait is the limit" "90 clamped 60" \
	"$(first hint_seconds hint_action delay_seconds)"
is "clamp: then delivered" true "$(events result delivered)"
again '{"max": "60s", "too_long": "ignore"}' ignore \
	"status=503 header='Retry-After: 90'"
is "ignore: the wait is the computed delay" "90 ignored 2" \
	"$(first hint_seconds hint_action delay_seconds)"
again '{"use": false}' unheard "status=503 header='Retry-After: 7'"
is "not used: the wait is the computed delay" 2 "$(first delay_seconds)"
again '{"jitter": 0.5}' spread "status=503 header='Retry-After: 10'"
is "jitter only adds" "10 15 yes" \
	"$(first delay_low_seconds delay_high_seconds) $(first delay_seconds |
		awk '{ print ($1 >= 10 && $1 <= 15 ? "yes" : $1) }')"

# The webhook service's policy on hints.
start_peer own <<'END'
/later 1 status=503 header='Retry-After: 45'
/later * status=200
/hour * status=503 header='Retry-After: 3600'
END
for path in later hour; do
	rm -f events
	# shellcheck disable=SC2086 # words
	"$service/webhook" $at_once -e events log.db id "$peer/$path" '{}' \
		>"result-$path" 2>err
	mv events "events-$path"
done
is "the webhook's policy: the hint, up to a tenth longer" "honoured 45 49.5" \
	"$(events events-later hint_action delay_low_seconds delay_high_seconds |
		head -n 1)"
is "the webhook's policy: an hour is too long" hint_too_long \
	"$(events result-hour stop_reason)"

# Real time: the computed delay is 100 ms; the peer asks for 1 s, then for 2 s.
start_peer real <<'END'
/seconds 1 status=503 header='Retry-After: 1'
/seconds * status=200
/date 1 status=503 date=2
/date * status=200
END
for path in seconds date; do
	rm -f events
	"$service/webhook" -p "$real_time" -e events log.db id "$peer/$path" \
		'{}' >result
	mv events "events-$path"
done
logged /date 2
is "in real time: it waited for a second" "yes yes" \
	"$(waited events-seconds) $(gaps_at_least /seconds 1000)"
# The date has whole seconds, so the hint is up to a second less; on a very slow
# machine it has passed, and then the computed delay is longer.
is "in real time: it waited until a date" "yes yes yes" \
	"$(waited events-date) $(gaps_at_least /date 75) $(
		events events-date hint_seconds delay_seconds | awk '
			NR == 1 { print ($1 <= 2 && $2 >= $1 ? "yes" : $0) }')"
finish
