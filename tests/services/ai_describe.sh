# The AI service: error texts instead of codes, quotas, and the next provider.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/services.sh"

start_peer ai <<'END'
/good * body='{"text": "a cat"}'
/mixed 1 status=429 body='{"error": "rate limit, slow down"}'
/mixed 2 status=500 body=oops
/mixed 3 status=503
/mixed 4 body='{"text": "two cats"}'
/quota * status=429 body='{"error": "You exceeded your current Quota"}'
/billing * status=429 body='billing hard limit reached'
/inside 1 body='{"error": "503 overloaded"}'
/inside 2 body='{"text": "a late cat"}'
/inside-quota * body='{"error": "429 insufficient_quota"}'
/refused * body='{"error": "image too large"}'
/nothing * body='{}'
/nonsense * body='<html>'
/404 * status=404 body='no such model'
/503 * status=503 body=overloaded
/502 * status=502 body='bad gateway'
/reset * reset
/soon 1 status=429 header='Retry-After: 3'
/soon 2 body='{"text": "a patient cat"}'
/later * status=503 header='Retry-After: 3600'
/grok 1 status=502 header='Retry-After: 20'
/grok 2 body='{"text": "a grokked cat"}'
END

describe() { # PROVIDER=PATH... IMAGE...
	rm -f events
	# shellcheck disable=SC2046,SC2086 # words
	"$service/ai_describe" $at_once -e events $(
		for word; do echo "$word" | sed "s|=/|=$peer/|"; done
	) >out 2>err
}

describe a=/good cat.jpg
is "one image: its description" "0 a cat" "$? $(cat out)"
describe a=/good 'http://pictures/?size=7' dog.jpg
is "several images: the same way" "0 a cat" "$? $(cat out)"
is "they differ in the request only" \
	'{"prompt":"Describe what you see.","image":"cat.jpg"}
{"prompt":"Describe what you see.","images":["http://pictures/?size=7","dog.jpg"]}' \
	"$(requests /good body)"

describe a=/good
is "no image: usage" 2 $?

describe a=/mixed cat.jpg
is "429, 500 and 503 are retried" "0 two cats" "$? $(cat out)"
is "after 2, 4 and 8 s exactly" "throttle http:429 2 none AI_VISION
server http:500 4 none AI_VISION
server http:503 8 none AI_VISION
- - - - AI_VISION" "$(events events class code delay_seconds delay_law policy)"
is "the waits took place" yes "$(waited events)"

describe a=/503 cat.jpg
is "after the last attempt it gives up, with the error's text" \
	"1 no description: 503 overloaded 4" \
	"$? $(cat err) $(requests /503 number | wc -l)"

while read -r path text why; do
	describe a="/$path" b=/good cat.jpg
	is "$why: one attempt, then the next provider" \
		"0 a cat 1 non_retryable success" "$? $(cat out) $(
			requests "/$path" number | wc -l) $(
			events events stop_reason | tr '\n' ' ' |
				sed 's/ $//')"
	describe a="/$path" cat.jpg
	has "$why: the caller gets a text" "$(cat err)" \
		"no description: $(echo "$text" | tr _ ' ')"
done <<'END'
quota 429_{"error":_"You_exceeded a quota in capitals
billing 429_billing_hard_limit a billing limit
inside-quota 429_insufficient a quota inside a 200
refused image_too_large an error inside a 200
nothing no_description a 200 without text
nonsense no_description a 200 that is not JSON
404 404_no_such_model a 404
502 502_bad_gateway a 502
reset 0_Recv_failure a lost connection
END

describe a=/inside cat.jpg
is "a 503 inside a 200 is retried" "0 a late cat http:503 2" \
	"$? $(cat out) $(events events code delay_seconds | head -n 1)"

describe grok=/grok a=/good cat.jpg
is "grok retries anything" "0 a grokked cat" "$? $(cat out)"
is "grok: once more after half a second, ignoring its hint" \
	"GROK_VISION grok http:502 0.5
GROK_VISION grok - -" "$(events events policy target code delay_seconds)"
describe grok=/quota a=/good cat.jpg
is "grok: not for a used-up quota" "0 a cat GROK_VISION non_retryable
AI_VISION success" "$? $(cat out) $(events events policy stop_reason)"
describe grok=/503 a=/quota b=/good c=/good cat.jpg
is "each provider that gives up is followed by the next" "0 a cat" \
	"$? $(cat out)"
is "each with its own policy and reason, and no further" \
	"grok GROK_VISION -
grok GROK_VISION max_attempts
a AI_VISION non_retryable
b AI_VISION success" "$(events events target policy stop_reason)"
describe grok=/503 a=/quota cat.jpg
is "all give up: the last error" "1 no description: 429" \
	"$? $(cut -c 1-19 err)"

describe a=/soon cat.jpg
is "Retry-After: the longer of it and the computed delay" "0 a patient cat
3 hint honoured
- - -" "$? $(cat out)
$(events events delay_seconds delay_source hint_action)"
describe a=/later b=/good cat.jpg
is "Retry-After too long: the next provider at once" "0 a cat
hint_too_long
success" "$? $(cat out)
$(events events stop_reason)"

# SIGTERM ends the wait, and no other provider is asked.
rm -f events
"$service/ai_describe" -e events a="$peer/503" b="$peer/good" cat.jpg \
	>out 2>err &
running=$!
before=$(requests /good number | wc -l)
within 60 test -s events
kill -TERM $running
wait $running
is "SIGTERM: no description, and no other provider is asked" "1 $before " \
	"$? $(requests /good number | wc -l) $(cat out)"

# Real time: 100, 200 and 400 ms.
start_peer real <<'END'
/a 1 status=429 body='rate limit'
/a 2 body='{"error": "500 internal"}'
/a 3 status=429 body='quota exhausted'
/b * body='{"text": "a real cat"}'
END
rm -f events
"$service/ai_describe" -p "$real_time" -e events a="$peer/a" b="$peer/b" cat.jpg \
	>out 2>err
is "in real time: the second provider's text" "0 a real cat" "$? $(cat out)"
is "in real time: retried, then aborted, then the next" "http:429 -
http:500 -
http:429 non_retryable
- success" "$(events events code stop_reason)"
is "in real time: the waits took place" yes "$(gaps_at_least /a 100 200)"
finish
