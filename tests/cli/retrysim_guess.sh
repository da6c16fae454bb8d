# retrysim dialect guess on logs with made-up sentences: each
# log of tests/data/guess is read with the dialect that was drafted from it, and
# has the attempts, calls, ends and operations that expected.tsv says.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

data=$top_srcdir/tests/data/guess
tab=$(printf '\t')

same() { # WHAT IS EXPECTED
	check "$1 ($2, expected $3)" test "$2" = "$3"
}

sed 1d "$data/expected.tsv" >"$work/rows"
check "each log has a row" test "$(wc -l <"$work/rows")" -eq \
	"$(find "$data" -name '*.log' | wc -l)"
while IFS=$tab read -r file attempts calls exhausted operations; do
	dialect=$work/${file%.log}.json
	retrysim dialect guess -o "$dialect" "$data/$file"
	expect "$file: guess writes a dialect" 0 '^Next:' ''
	retrysim dialect check "$dialect" "$data/$file"
	expect "$file: check accepts it" 0 '^ok .* 0 of them wrong' ''
	live --dialect "$dialect" "$data/$file"
	same "$file: attempts" "$(counted attempts)" "$attempts"
	same "$file: exhausted" "$(counted exhausted)" "$exhausted"
	same "$file: delays that are not known" \
		"$(number "$work/live.json" log unknown_delays)" 0
	retrysim compare --format json -p QUICK --replicas 3 --dialect "$dialect" \
		"$data/$file"
	cp "$work/out" "$work/compare.json"
	same "$file: calls" "$(number "$work/compare.json" log calls)" "$calls"
	same "$file: attempts without the one before them" \
		"$(number "$work/compare.json" log orphans)" 0
	same "$file: operations" \
		"$(number "$work/compare.json" log operations)" "$operations"
done <"$work/rows"

# What check counts is of the log, and not of the file's samples.
log=21-waiting-before
retrysim dialect check "$work/$log.json" "$data/$log.log"
check "check counts the lines of the log" test "$(sed -n \
	's/^  rules.*retry_attempt: \([0-9]*\) lines.*/\1/p' "$work/out")" = \
	"$(grep -c 'waiting' "$data/$log.log")"

# Lists without names: a template has to say where they are.
cat >"$work/lists.log" <<'EOF'
10.0.1.1 - - [12/Jan/2026:10:00:02 +0000] "GET /stock HTTP/1.1" 200 612 "10.1.0.0:80" "200" "0.100"
10.0.1.1 - - [12/Jan/2026:10:00:05 +0000] "GET /stock HTTP/1.1" 200 612 "10.1.0.0:80, 10.1.0.1:80" "502, 200" "0.100, 0.200"
EOF
retrysim dialect guess "$work/lists.log"
expect "lists without names: guess shows a rule" 0 '[{]list[.]code:list[}]' ''
sed -n 's/^  \([{}]\|  \|]\)/\1/p' "$work/out" | sed -n '/^{"dialect"/,/^]}/p' \
	>"$work/lists.json"
retrysim dialect check "$work/lists.json" "$work/lists.log"
expect "and the rule reads them" 0 ' 3 events' ''

finish
