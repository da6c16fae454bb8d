# The examples do what they promise: compiled with the public headers, linked to
# the shared library, run as programs.
# SPDX-License-Identifier: MIT
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
count=0

# Its last line of output is LINE, its exit status 0.
ends_with() { # WHAT LINE COMMAND...
	count=$((count + 1))
	what=$1
	line=$2
	shift 2
	"$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
	if [ $status = 0 ] && [ "$(tail -n 1 "$tmp/out")" = "$line" ]; then
		echo "ok $count - $what"
	else
		echo "not ok $count - $what"
		echo "# exit status $status"
		sed 's/^/# /' "$tmp/out" "$tmp/err"
	fi
}

same() { # WHAT GOT WANTED
	count=$((count + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1"
		echo "# got $2, wanted $3"
	fi
}

ends_with "blocking: an empty body is a failure" \
	'"hello" after 3 attempts, 2 retries' \
	"$top_builddir/examples/blocking" "$tmp/attempts.log"
same "blocking: one line per attempt, the last one closes the call" \
	"$(sed 's/.*"event_type":"\([a-z_]*\)".*/\1/' "$tmp/attempts.log" |
		tr '\n' ' ')" "retry_attempt retry_attempt retry_success "

ends_with "hedge: the second replica answers for the slow one" \
	'success after 2 attempts: 42' \
	"$top_builddir/examples/hedge" "$tmp/hedge.log"
same "hedge: the loser has a line, the winner's line closes the call" \
	"$(sed 's/.*"event_type":"\([a-z_]*\)".*"kind":"\([a-z]*\)".*/\1 \2/' \
		"$tmp/hedge.log" | tr '\n' ';')" \
	"retry_attempt first;retry_success hedge;"

"$top_builddir/examples/poll_loop" >"$tmp/poll" 2>&1
same "poll_loop: exits with 0" $? 0
same "poll_loop: both calls are retried in one loop" \
	"$(grep ' after ' "$tmp/poll" | sort | tr '\n' ';')" \
	"prices: success after 3 attempts;stock: success after 2 attempts;"
same "poll_loop: a peer that does not answer is a timeout" \
	"$(grep '^stock: attempt 1' "$tmp/poll")" "stock: attempt 1: no answer"

uv=$top_builddir/examples/libuv_loop
if [ ! -x "$uv" ]; then
	echo "ok $((count += 1)) - libuv_loop # SKIP built without libuv"
else
	"$uv" 10000 >"$tmp/uv" 2>&1
	same "libuv_loop: exits with 0" $? 0
	# Call i fails i % 4 times; three attempts are not enough for 3.
	same "libuv_loop: ten thousand calls, each with its number of attempts" "$(
		sed 's/, at most.*//' "$tmp/uv" | tr '\n' ';')" \
		"10000 calls;22500 attempts;7500 successes, 2500 failures, 0 cancelled;"
	"$uv" 10000 >"$tmp/uv" 2>&1 &
	until grep -q calls "$tmp/uv" || ! kill -0 $!; do sleep 0.01; done
	kill -INT $! 2>/dev/null
	wait $!
	same "libuv_loop: SIGINT does not kill it" $? 0
	same "libuv_loop: SIGINT ends every call" 10000 "$(awk '
		/successes/ { print $1 + $3 + $5 }' "$tmp/uv")"
fi

library=$top_builddir/.libs/libbackoff.so
python=$(command -v python3)
if [ -z "$python" ] || [ ! -e "$library" ]; then
	echo "ok $((count += 1)) - loop.py # SKIP no python3 or no shared library"
elif nm -D "$library" 2>/dev/null | grep -q '__[at]san_'; then
	echo "ok $((count += 1)) - loop.py # SKIP python3 is built without a sanitizer"
else
	ends_with "loop.py: a complete loop through exported functions" \
		"success after 3 attempts; last error: http:503" \
		"$python" "$top_srcdir/examples/loop.py" "$library"
	ends_with "loop.py: no exception gets lost, in an attempt or in a wait" \
		"no exception got lost" "$python" \
		"$top_srcdir/tests/api/loop_test.py" "$top_srcdir/examples" \
		"$library"
fi
echo "1..$count"
