# What is shown of a log: --filter, and the same filter typed on the screen.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

log=$(cd "$top_srcdir" && pwd)/tests/data/pages/shop.jsonl
cd "$work" || exit 99
filter() { # FILTER ARG...
	filter=$1
	shift
	run "$top_builddir/retrytop" --filter "$filter" "$@" "$log"
}
rows_are() { # WHAT OPERATIONS
	check "$1" [ "$(sed -n '2,$s/"\([^"]*\)",.*/\1/p' out | sort | tr '\n' ' ')" = "$2 " ]
}

filter 'op=pay.*' --format csv
rows_are "a pattern of operations" pay.charge
filter 'op=*' --format csv
all=$(sed -n '2,$s/"\([^"]*\)",.*/\1/p' out | sort | tr '\n' ' ')
filter '' --format csv
rows_are "every operation" "${all% }"
filter 'op=pay.* op=order.*' --format csv
check "all terms are required" [ "$(wc -l <out)" = 1 ]
filter 'host=shop-a op=order*' --once
expect "numbers are of a host" 0 '^order.submit ' ''
whole=$(filter '' --format csv --window 15m; awk -F, 'NR == 1 {
	for (i = 1; i <= NF; i++) if ($i == "window_exhausted") k = i }
	NR > 1 { sum += $k } END { print sum }' out)
parts=0
for host in shop-a shop-b shop-c; do
	filter "host=$host" --format csv --window 15m
	parts=$((parts + $(awk -F, 'NR == 1 {
		for (i = 1; i <= NF; i++) if ($i == "window_exhausted") k = i }
		NR > 1 { sum += $k } END { print sum + 0 }' out)))
done
check "hosts sum to the whole: $parts of $whole" [ "$parts" = "$whole" ]
check "there is something to sum" [ "$whole" -gt 0 ]

for bad in "hst=a|column 1: no such term: hst=; did you mean host=" \
	"op=a colour=red|column 6: no such term: colour=; there are op, " \
	"op=* op=* op=* op=* op=* op=* op=* op=* op=9|column 41: more than 8" \
	"op=x op=y|column 6: nothing is both op=x and op=y; " \
	"hoSt=h1|column 1: no such term: hoSt=; did you mean host=" \
	"=x|column 1: no term before the =; there are op, target, " \
	"op=[|column 1: op=: \[ without a \]; for the character itself" \
	'error="timed|column 7: a quote that does not end: " is missing'; do
	filter "${bad%%|*}" --once
	expect "wrong: ${bad%%|*}" 2 '' "^retrytop: --filter: ${bad#*|}"
done

for size in 120x35 80x24; do
	filter 'op=pay.*' --dump-screen $size
	expect "$size: the title says so" 0 \
		'^ retrytop \[ENDED\]  filter: op=pay\.\* ' ''
done
filter '' --dump-screen 120x35 --keys '/ o p = p a y . * Enter'
expect "it can be typed" 0 'filter: op=pay\.\*  1 of [0-9]+' ''
filter '' --dump-screen 120x35 --keys '/ h s t = a Enter'
expect "a wrong term keeps the prompt" 0 \
	'^/hst=a .*no such term: hst=; did you mean host=$' ''
filter '' --dump-screen 120x35 --keys '/ o p = [ Enter'
expect "so does half a pattern" 0 \
	'^/op=\[ .* op=: \[ without a \]; for the character itself, write \\\[$' ''
filter '' --dump-screen 40x10 --keys '/ h s t = a'
expect "and says so on a small screen" 0 '^/hst=a  *no such term: hst=' ''
filter '' --dump-screen 120x35 --keys '/ h s t = a Enter Esc'
expect "Esc undoes it" 0 '^Enter open' ''
filter 'op=pay.* target=payments-*' --dump-screen 120x35 --keys 'X'
check "retrysim is asked about the same" sh -c \
	"tr '\\n' ' ' <out | grep -q -e \"--operation 'pay[.][*]'\" &&
	tr '\\n' ' ' <out | grep -q -e \"--target 'payments-[*]'\""
filter 'host=nowhere' --dump-screen 120x35
expect "nothing passes" 0 '^ no operation passes the filter host=nowhere' ''
finish
