# retrysim generate, eval, world: logs of known truth, and answers held against it.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

cat >"$work/small.json" <<'END'
{
  "world": "small", "group": "environment", "length": "2m",
  "arrivals": {"rate": 20},
  "environment": [{"states": [
    {"stay": {"law": "exponential", "mean": "20s"}, "fails": 0.01},
    {"stay": {"law": "exponential", "mean": "2s"}, "fails": 0.9}
  ]}],
  "latency": "5ms",
  "record": ["STANDARD", {"name": "FIVE", "max_attempts": 5, "base_delay": "100ms"}],
  "compare": ["STANDARD", "QUICK"]
}
END
small=$work/small.json

retrysim world list
expect "world list" 0 '^steady +environment ' ''
check "it has every file" test "$(wc -l <"$work/out")" = \
	"$(find "$top_srcdir/worlds" -name '*.json' ! -name '*schema*' | wc -l)"
retrysim world show steady
check "world show prints the file" cmp -s "$work/out" \
	"$top_srcdir/worlds/steady.json"
retrysim world show steadi
expect "world show, unknown" 2 '' 'did you mean steady'
retrysim world schema
check "world schema prints the file" cmp -s "$work/out" \
	"$top_srcdir/worlds/world.schema.json"
retrysim world check "$small" "$top_srcdir/worlds/world.schema.json"
expect "world check" 0 '^ok .*small.json: small, environment' 'it is the schema'
sed 's/"fails": 0.9/"fals": 0.9/' "$small" >"$work/bad.json"
retrysim world check "$work/bad.json" "$small"
expect "an error has its place" 3 '^ok' \
	'bad.json:6:.*environment\[0\].states\[1\].*did you mean "fails"'
retrysim world check "$work/none.json"
expect "a file that does not exist" 4 '' 'No such file'

retrysim generate "$small" -s 7 -t "$work/truth.json" -o "$work/a.log"
expect "generate" 0 '' ''
retrysim generate "$small" -s 7
check "the same seed, the same log" cmp -s "$work/out" "$work/a.log"
retrysim generate "$small" -s 8
check "another seed, another log" sh -c '! cmp -s "$1" "$2"' - "$work/out" \
	"$work/a.log"
retrysim generate "$small" -s 7 --record FIVE
expect "another of the world's policies" 0 '"policy":"FIVE"' ''
retrysim generate "$small" --record NOBODY
expect "an unknown one" 2 '' 'NOBODY'

# The truth of the recorded policy is what a replay of it finds in the log.
retrysim compare "$work/a.log" -p STANDARD -f json
check "no line is bad" grep -q '"bad":[[:space:]]*0,' "$work/out"
rate=$(sed -n 's/.*"success_rate":[[:space:]]*\([0-9.]*\),.*/\1/p' \
	"$work/out" | head -n 1)
check "the recorded policy is a fixed point" test -n "$rate" -a "$rate" = "$(
	sed -n 's/.*"success_rate":[[:space:]]*\([0-9.]*\),.*/\1/p' \
		"$work/truth.json" | head -n 1
)"
for member in realisation mean next_windows quantiles p99_rank_low; do
	check "the truth has $member" grep -q "\"$member\"" "$work/truth.json"
done

retrysim generate failures-only -o "$work/python.log"
retrysim compare "$work/python.log" -p STANDARD --max-bad 0 --calls op=40000
expect "a log of failures only is in the dialect python-retry" 0 '0 bad' ''

# An open breaker hid the target from the log.
retrysim generate recorded-breaker --noise 0 --windows 0 -o "$work/breaker.log"
retrysim compare "$work/breaker.log" -p QUICK -p STANDARD -f json --replicas 20
check "what happened behind a recorded breaker is a condition" \
	grep -q '"kind":[[:space:]]*"breaker"' "$work/out"

# Whether targets are met depends on more than this world: 0 or 1.
retrysim eval "$small" --seeds 1 --windows 1 --replicas 4 -j 1
check "eval ends with 0 or 1" test "$code" -le 1
check "it has the world's row" grep -q '^small  *environment  *4 ' "$work/out"
check "and the recorded policies are fixed points" \
	grep -qE '^recorded policies .* 0 +<= 0 +2 +met' "$work/out"
cp "$work/out" "$work/one"
retrysim eval "$small" --seeds 1 --windows 1 --replicas 4 -j 2
check "processes do not matter" cmp -s "$work/out" "$work/one"
retrysim eval "$small" --seeds 1 --windows 0 --noise 0 --replicas 4 -f json
check "JSON has its cells" grep -q '"difference_truth"' "$work/out"
retrysim eval --subset "$small"
expect "a world that does not belong to the subset" 2 '' 'subset'
finish
