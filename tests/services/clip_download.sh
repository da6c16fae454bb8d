# The clip download: one retriable class, a callback before waits, bytes kept.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/services.sh"

start_peer clips <<'END'
/whole * size=100000
/other * size=100000 etag='"two"'
/cut 1 size=100000 cut=30000 header='Retry-After: 9'
/cut 2 size=100000 cut=30000 reset
/cut 3 size=100000 reset
/cut 4 size=100000
/slow 1 size=1200000 cut=1000000 reset delay=400
/slow 2 size=1200000
/norange 1 size=100000 cut=30000
/norange 2 size=100000 norange
/changed 1 size=100000 cut=30000
/changed 2 size=100000 etag='"two"'
/weak 1 size=100000 cut=30000 etag='W/"x"'
/weak 2 size=100000
/plain 1 size=100000 cut=30000 etag=
/plain 2 size=100000
/lie 1 size=100000 cut=30000
/lie 2 status=206 body=wrong header='Content-Range: bytes 5-9/100000'
/ends 1 size=100000 cut=30000
/ends 2 size=30000
/ended 1 size=100000 cut=30000
/ended 2 size=20000
/none 1 size=100000 cut=30000
/none 2 status=200
/503 * status=503 body=overloaded
/cut-503 1 size=100000 cut=30000
/cut-503 2 status=503 body=overloaded
/404 * status=404
/hang * hang
/gone * drop
END

get() { # PATH
	rm -f events clip
	# shellcheck disable=SC2086 # words
	"$service/clip_download" $at_once -e events "$peer/$1" clip >out 2>err
}
get whole
is "a clip at once: attempt count, no wait" \
	"0 clip: 100000 bytes after 1 attempts " "$? $(cat out) $(cat err)"
mv clip whole
get other
mv clip other

get cut
is "a line that breaks three times: the clip, and the attempt count" \
	"0 clip: 100000 bytes after 4 attempts" "$? $(cat out)"
holds "every byte is in its place" cmp clip whole
is "each attempt continues where the line broke" "- 200 30000
bytes=30000- 206 30000
bytes=60000- 0 0
bytes=60000- 206 40000" "$(requests /cut range status bytes)"
is "exponential from 1 to 4 s, ignoring the peer's hint" "1 none
2 none
4 none
- -" "$(events events delay_seconds delay_law)"
is "the waits took place" yes "$(waited events)"
is "the callback saw each wait, and knew what the file has" \
	"attempt 1 of 4: 30000 bytes so far; next in 1.0 s
attempt 2 of 4: 60000 bytes so far; next in 2.0 s
attempt 3 of 4: 60000 bytes so far; next in 4.0 s" \
	"$(sed 's/: .*; \([0-9]* bytes\)/: \1/' err)"

# A client that is stopped while the peer answers finds all bytes afterwards.
# shellcheck disable=SC2086 # words
"$service/clip_download" $at_once "$peer/slow" clip >out 2>err &
running=$!
sleep 0.2
kill -s STOP $running
sleep 0.6
kill -s CONT $running
wait $running
is "a reset loses no byte that was sent before it" \
	"0 -,bytes=1000000-," "$? $(requests /slow range | tr '\n' ',')"

while read -r path whole ranges why; do
	get "$path"
	is "$why: attempts and ranges" "0 2 $ranges" \
		"$? $(sed -n 's/.* \([0-9]\) attempts/\1/p' out) $(
			requests "/$path" range | tr '\n' ',')"
	holds "$why: the bytes" cmp clip "$whole"
done <<'END'
norange whole -,bytes=30000-, a server that ignores Range
changed other -,bytes=30000-, a clip that changed meanwhile
weak whole -,-, only a weak ETag
plain whole -,-, no ETag
END

get lie
is "a wrong range is refused" "1 OSError non_retryable" \
	"$? $(events events error_type stop_reason | tail -n 1)"
get ends
is "a clip that was complete, without the client knowing" "0 bytes=30000- 416" \
	"$? $(requests /ends range status | tail -n 1)"
head -c 30000 whole >begin
holds "has every byte" cmp clip begin
get ended
is "a part longer than the clip is an error" "1 non_retryable" \
	"$? $(events events stop_reason | tail -n 1)"
get none
is "a clip that became empty is empty" "0 0" "$? $(wc -c <clip)"

while read -r path class why; do
	get "$path"
	is "$why is not retried" "1 $class non_retryable" \
		"$? $(events events class stop_reason | tail -n 1)"
	is "$why: nothing is left" "" "$(ls clip clip.part 2>/dev/null)"
done <<'END'
503 server a 503
cut-503 server a 503 after a broken line
404 client a 404
END
cat >CLIP_DOWNLOAD.json <<'END'
{"name": "SHORT", "max_attempts": 4, "attempt_timeout": "200ms",
 "retry_on": ["ConnectionError"]}
END
rm -f events
"$service/clip_download" -p . -e events "$peer/hang" clip >out 2>err
is "a timeout is not retried" "1 timeout non_retryable" \
	"$? $(events events class stop_reason)"

get gone
is "a line that stays broken: four attempts" "1 max_attempts 4" \
	"$? $(events events stop_reason attempts | tail -n 1)"
is "and nothing is left" "" "$(ls clip clip.part 2>/dev/null)"
is "a file that cannot be created: exit 4" 4 \
	"$("$service/clip_download" "$peer/whole" no/such/folder \
		>/dev/null 2>&1; echo $?)"
if [ -c /dev/full ]; then
	ln -s /dev/full full.part
	rm -f events
	"$service/clip_download" -e events "$peer/whole" full >out 2>err
	is "a full disk is reported as such, and not retried" \
		"1 errno:ENOSPC non_retryable" \
		"$? $(events events code stop_reason)"
fi

# Real time: 400 ms before the second try, and the callback is before it.
start_peer real <<'END'
/clip 1 size=3000000 cut=1000000
/clip 2 size=3000000
/whole * size=3000000
END
rm -f events
"$service/clip_download" -p "$real_time" -e events "$peer/clip" clip \
	>out 2>err &
running=$!
within 60 grep -q "next in 0.4 s" err
is "in real time: the callback comes before the wait" 1 \
	"$(requests /clip number | wc -l)"
wait $running
is "in real time: the clip" "0 clip: 3000000 bytes after 2 attempts" \
	"$? $(cat out)"
"$service/clip_download" "$peer/whole" whole >/dev/null
holds "in real time: every byte is in its place" cmp clip whole
is "in real time: the wait took place" "yes yes" \
	"$(waited events) $(gaps_at_least /clip 400)"
finish
