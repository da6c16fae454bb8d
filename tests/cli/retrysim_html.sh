# retrysim compare --format html: one page that needs nothing else.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

command -v python3 >/dev/null 2>&1 || {
	echo "1..0 # SKIP python3 is not installed"
	exit 0
}
log=$top_srcdir/tests/data/argus-1h/app.log

page() { # TEXT...: whether the last output is a sound page that shows them
	python3 "$top_srcdir/tests/cli/retrysim_html.py" "$work/out" "$@"
}

# The headings of a page, one a line.
headings() {
	sed -n -e 's/<h\([1-6]\)[^>]*>\(.*\)<\/h[1-6]>.*/\1 \2/p' \
		-e 's/<figcaption[^>]*>\(.*\)<\/figcaption>.*/  \1/p' "$work/out"
}

# Calls to OPERATIONS operations in outages and between.  Names are parts of JSON
# strings; "@" in NAME is the number of the operation.
outages() { # CALLS OPERATIONS NAME ERROR TARGET
	name=$3 error=$4 target=$5 awk -v calls="$1" -v operations="$2" '
		function at(s) {
			return sprintf("2026-11-23T%02d:%02d:%06.3fZ", s / 3600,
				int(s / 60) % 60, s - int(s / 60) * 60)
		}
		function line(s, a, type, more) {
			print "{\"v\":1,\"ts\":\"" at(s) "\",\"event_type\":\"" \
				type "\",\"operation\":\"" op "\"," \
				"\"policy\":\"P\",\"max_attempts\":4," \
				"\"call_id\":\"c" i "\",\"target\":\"" \
				ENVIRON["target"] "\",\"attempt\":" a \
				",\"kind\":\"" (a == 1 ? "first" : "retry") \
				"\",\"duration_seconds\":0.05," \
				"\"elapsed_seconds\":" a * 0.7 "," more "}"
		}
		function failure(a) {
			return "\"outcome\":\"failure\",\"class\":\"transient\"," \
				"\"error_type\":\"" ENVIRON["error"] "\"," \
				(a == 4 ? "\"stop_reason\":\"max_attempts\"," \
				"\"attempts\":4" : "\"delay_seconds\":0.65")
		}
		BEGIN {
			for (i = 0; i < calls; i++) {
				op = ENVIRON["name"]
				sub(/@/, i % operations, op)
				t = i * 1.7
				r = (i * 7919) % 101
				n = int(t / 240) % 2 ? 1 + r % 4 : r < 12
				for (a = 1; a <= n && a <= 4; a++)
					line(t + a * 0.7, a, a == 4 ? \
						"retry_exhausted" : \
						"retry_attempt", failure(a))
				if (n < 4)
					line(t + (n + 1) * 0.7, n + 1,
						"retry_success",
						"\"outcome\":\"success\"," \
						"\"stop_reason\":\"success\"," \
						"\"attempts\":" n + 1)
			}
		}' | sort
}

retrysim compare "$log" -f html
expect "a page" 0 '^<!DOCTYPE html>$' ''
cp "$work/out" "$work/page.html"
check "it is sound, and nothing is loaded" page "switch to PERSISTENT"
check "each operation has its answer" \
	test "$(grep -c 'class="name" href="#op-' "$work/page.html")" -eq 4
headings >"$work/headings"
golden=$top_srcdir/tests/data/reports/argus-1h.headings
[ "$RETRYSIM_HTML" != write ] || cp "$work/headings" "$golden"
check "its headings and the titles of its charts are as expected" \
	diff -u "$golden" "$work/headings"
retrysim compare "$log" -f html
check "the same log and seed make the same page, byte for byte" \
	cmp -s "$work/out" "$work/page.html"

retrysim compare "$log" -f html --seed 2
sed -n '/<style>/,/<h2 id="answers"/p; /id="policies"/,/id="laws-0"/p' \
	"$work/out" >"$work/two"
sed -n '/<style>/,/<h2 id="answers"/p; /id="policies"/,/id="laws-0"/p' \
	"$work/page.html" >"$work/one"
check "another seed leaves styles, contents and settings alone" \
	cmp -s "$work/one" "$work/two"
sed -n '/<footer>/,/<\/footer>/p' "$work/page.html" >"$work/one"
sed -n '/<footer>/,/<\/footer>/p' "$work/out" | sed -e 's/ --seed 2//' \
	-e 's/<dd>2, /<dd>1, /' >"$work/two"
check "and all of the footer but the seed" cmp -s "$work/one" "$work/two"

error=$(sed -n 's/.*\(No route to host\).*/\1/p' "$log" | head -n 1)
check "texts of errors are not in it" sh -c '! grep -qF "$1" "$2"' - \
	"$error" "$work/page.html"
retrysim compare "$log" -f html --errors
check "unless they are asked for" page "$error"

mkdir "$work/policies"
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
	printf '{"name":"POLICY_NUMBER_%d","max_attempts":%d,"base_delay":0.%d,"max_delay":%d,"jitter":{"kind":"proportional","ratio":0.%d}}\n' \
		$i $((2 + i % 6)) $i $((3 + i)) $((i % 4 + 1)) \
		>"$work/policies/$i.json"
done
outages 3000 10 'get /customers/orders/@' TimeoutError db-1.example \
	>"$work/ten.log"
retrysim compare -d native -r 10 -f html -p "$work/policies" "$work/ten.log"
check "fifteen policies and ten operations take at most 400 kB" \
	sh -c 'test "$(wc -c <"$1")" -le 400000' - "$work/out"
check "and their page is sound" page "get /customers/orders/9"
check "all operations have a table" \
	test "$(grep -c '^<h3>Results' "$work/out")" -eq 10
check "five have charts" \
	test "$(grep -c '^<h3>Success and load' "$work/out")" -eq 5

# Names that would be markup, scripts, formats or jumps of the text direction.
while IFS= read -r name; do
	escaped=$(printf '%s' "$name" | sed 's/\\/\\\\/g; s/"/\\"/g')
	outages 60 1 "$escaped" "$escaped" "$escaped" >"$work/evil.log"
	retrysim compare -d native -r 5 -f html -p QUICK -p PERSISTENT \
		"$work/evil.log"
	check "a name that attacks: $name" page "$name"
done <<'END'
</title></style></script><script>alert(1)</script>
"><img src=x onerror=alert(1)>
' onmouseover='alert(1)
<!--
]]><svg onload=alert(1)>
&lt;script&gt;&#x3c;&amp
javascript:alert(1)//
{{7*7}}${7*7}%s%n%d
END
outages 60 1 'a\u202eb\u0085c\u001b[31md' E t >"$work/evil.log"
retrysim compare -d native -r 5 -f html -p QUICK -p PERSISTENT "$work/evil.log"
# shellcheck disable=SC1003 # backslashes that are shown
check "controls are shown as escapes" page 'a\u{202e}b\u{85}c\x1b[31md'

long=$(awk 'BEGIN { for (i = 0; i < 1000; i++) printf "<longname>" }')
outages 60 1 "$long" E t >"$work/long.log"
retrysim compare -d native -r 5 -f html -p QUICK -p PERSISTENT "$work/long.log"
check "a name of 10,000 characters is there in whole" page "$long"
check "but not often" test "$(wc -c <"$work/out")" -lt 300000

finish
