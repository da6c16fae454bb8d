# retrysim policy lint: output, exit codes, and docs/policy-lint.md against it.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"
guide=$top_srcdir/docs/policy-lint.md
manual=$top_srcdir/docs/man/retrysim.1

# The codes in the last run's text output, in order of appearance.
found() {
	sed 's/^[^:]*: \([a-z0-9-]*\): .*/\1/' "$work/out"
}

calm='"attempt_timeout": 5, "deadline": 60, "retry_on": ["http:503"]'
mkdir "$work/calm"
echo "{\"name\": \"CALM\", \"max_attempts\": 3, $calm}" \
	>"$work/calm/calm.json"
echo '{"name": "HERD", "max_attempts": 2, "jitter": "none", "deadline": 9}' \
	>"$work/herd.json"
echo '{"name": "HERD"}' >"$work/bad.json"

retrysim policy lint "$work/calm"
expect "a folder without warnings: 0, and silence" 0 '' ''
retrysim policy lint "$work/calm" "$work/herd.json"
expect "a warning: 1, with file, code, sentence and numbers" 1 \
	'/herd[.]json: fixed-delay-no-jitter: .* [(]measured: retry 1, delay 1s, share within 100ms 100%[)]$' ''
retrysim policy lint "$work/herd.json" --calls-per-second 250
expect "herds are counted" 1 'clients 250, clients within 100ms 250[)]' ''
retrysim policy lint "$work/herd.json" --layers 3 --layers 4
expect "layers multiply" 1 '3 x 4 x 2 = 24 attempts .*attempts 24[)]' ''
retrysim policy lint "$work/herd.json" --ignore fixed-delay-no-jitter \
	--ignore no-attempt-timeout
expect "suppressed codes are not found; a note is not a warning" 0 \
	': retries-client-errors: note: ' ''
retrysim policy lint "$work/calm" --format json
expect "no findings are an empty array" 0 '"findings":	\[\]' ''
check "the version of the schema" grep -q '"schema_version":	1,' "$work/out"
mkdir "$work/$(printf 'a"b\033')"
cp "$work/herd.json" "$work/$(printf 'a"b\033')/c.json"
retrysim policy lint "$work/$(printf 'a"b\033')" --format json
expect "JSON" 1 '"severity":	"warning",' ''
check "names every finding's policy" grep -q '"policy":	"HERD"' "$work/out"
check "hostile names are escaped" grep -q 'a\\"b\\u001b/c[.]json"' "$work/out"
if command -v python3 >/dev/null 2>&1; then
	check "it is JSON" python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))
f = {x["code"]: x for x in d["findings"]}
m = f["fixed-delay-no-jitter"]["measured"]
assert d["warnings"] == 2 and d["notes"] == 1 and len(f) == 3
assert m == {"retry": 1, "delay": 1, "share_within_100ms": 1}
' "$work/out"
fi
retrysim policy lint "$work/$(printf 'a"b\033')"
expect "and in text" 1 'a"b\\x1b/c[.]json: ' ''

retrysim policy lint "$work/herd.json" "$work/bad.json"
expect "a bad file: 3, and findings of the others" 3 \
	'fixed-delay-no-jitter' 'bad[.]json:.*max_attempts'
retrysim policy lint "$work/none.json"
expect "a missing file" 4 '' 'No such'
retrysim policy lint WEBHOK
expect "an unknown name" 2 '' 'did you mean WEBHOOK'
retrysim policy lint
expect "no operand" 2 '' 'no POLICY[|]FILE[|]DIR given'
retrysim policy lint QUICK --ignore no-deadlin
expect "an unknown code names the nearest" 2 '' 'did you mean no-deadline'
for wrong in 0 -1 x 1.5 99999999999; do
	retrysim policy lint QUICK --layers "$wrong"
	expect "--layers $wrong" 2 '' 'not a number of attempts'
done
retrysim policy lint QUICK --calls-per-second 0
expect "--calls-per-second 0" 2 '' calls-per-second
echo '{"name": "HUGE", "max_attempts": 1000000000, "base_delay": "1ns",
	"max_delay": 1000000000, "backoff": "linear"}' >"$work/huge.json"
set --
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	set -- "$@" --layers 1000000000
done
retrysim policy lint "$work/huge.json" "$@" --calls-per-second 1000000000
expect "the largest of everything" 1 'attempts 18446744073709551615[)]' ''
retrysim policy lint "$work/huge.json" --format json
cp "$work/out" "$work/again"
retrysim policy lint "$work/huge.json" --format json
check "the same bytes every time" cmp -s "$work/out" "$work/again"

# The codes that the program knows, the guide and the man page explain.
retrysim policy lint QUICK --ignore '?'
sed -n 's/.*known codes: //p' "$work/err" | tr ' ' '\n' | sort >"$work/codes"
check "the program names its codes" test "$(wc -l <"$work/codes")" -ge 16
sed -n 's/^### //p' "$guide" | sort >"$work/explained"
check "the guide has a section for each code and no other" \
	diff "$work/codes" "$work/explained"
sed -n '/^[.]Bl -tag -width Ds -compact -offset/,/^[.]El/s/^[.]It Li //p' \
	"$manual" | sort >"$work/explained"
check "the man page has a line for each code and no other" \
	diff "$work/codes" "$work/explained"

# In each section of the guide, the first example fires and the second does not.
mkdir "$work/guide"
awk -v work="$work/guide" '
	/^## / { code = "" }
	/^### / { code = $2; n = 0; inside = 0 }
	code == "" { next }
	/^    / { if (!inside) n++; inside = 1
		print > (work "/" code "." n ".json"); next }
	{ inside = 0 }' "$guide"
while read -r topic; do
	retrysim policy lint --layers 3 "$work/guide/$topic.1.json"
	check "$topic: the guide's first example fires" \
		grep -q ": $topic: " "$work/out"
	severity=Warning
	! grep -q ": $topic: note: " "$work/out" || severity=Note
	check "$topic: the guide knows its severity" sh -c \
		"sed -n '/^### $topic\$/,/^### /p' '$guide' | grep -q '^$severity, '"
	retrysim policy lint --layers 3 "$work/guide/$topic.2.json"
	check "$topic: and the second does not" \
		test "$(grep -c ": $topic: " "$work/out")" -eq 0
	check "$topic: though it is a policy" test ! -s "$work/err"
done <"$work/codes"

# The guide lists the findings of the shipped policies.
retrysim policy list
names=$(awk '{ print $1 }' "$work/out")
for name in $names; do
	retrysim policy lint "$name"
	listed=$(sed -n "s/^| $name | \(.*\) |\$/\1/p" "$guide")
	check "$name has the findings that the guide lists" \
		test "$(found | sort | paste -sd, | sed 's/,/, /g')" = "$listed"
done
finish
