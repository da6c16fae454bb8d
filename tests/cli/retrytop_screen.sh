# The screen has the numbers of JSON, and both those of a recount that is not ours,
# for every log in tests/data.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

python=$(command -v /usr/bin/python3 || command -v python3) || {
	echo "1..0 # SKIP python3 is not installed"
	exit 0
}
compare() { # LOG
	LC_ALL=C.UTF-8 "$python" "$top_srcdir/tests/cli/retrytop_screen.py" \
		"${2:-$top_builddir/retrytop}" "$1"
}

numbers=0
for log in "$top_srcdir"/tests/data/argus-1h/app.log \
	"$top_srcdir"/tests/data/events/*.jsonl \
	"$top_srcdir"/tests/data/pages/*.jsonl \
	"$top_srcdir"/tests/data/foreign/*.*[gn] \
	"$top_srcdir"/tests/data/guess/*.log; do
	compare "$log" >"$work/out" 2>&1
	status=$?
	check "${log##*/data/}: $(head -n 1 "$work/out")" [ "$status" -eq 0 ]
	[ "$status" -eq 0 ] || sed 's/^/# /' "$work/out"
	more=$(sed -n '1s/ numbers$//p' "$work/out")
	numbers=$((numbers + ${more:-0}))
done
check "there is something to compare: $numbers" [ "$numbers" -gt 900 ]

# It would notice another number, on the screen and in both.
printf '%s\n' "#!/bin/sh" "\"$top_builddir/retrytop\" \"\$@\" |
	sed 's/ 323 lines/ 324 lines/'" >"$work/screen"
printf '%s\n' "#!/bin/sh" "\"$top_builddir/retrytop\" \"\$@\" |
	sed 's/\"exhausted\":\\t32/\"exhausted\":\\t33/
	s/     32     0 /     33     0 /'" >"$work/both"
chmod +x "$work/screen" "$work/both"
differs() { # PROGRAM PATTERN
	! compare "$top_srcdir/tests/data/pages/shop.jsonl" "$1" >"$work/out" &&
		grep -q "$2" "$work/out"
}
check "a wrong number of the screen is noticed" \
	differs "$work/screen" '^lines: 324 on the screen, 323 in JSON'
check "a wrong number of both is noticed" \
	differs "$work/both" 'exhausted: 33, a recount says 32'
finish
