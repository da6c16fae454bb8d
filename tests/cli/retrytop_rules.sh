# Alert rules: what breaks them is said in each format, and by the exit status.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

cd "$work" || exit 99
log=$top_srcdir/tests/data/events/good.jsonl
rules() { # VALUE OPERATION
	printf '{"rules":[{"name":"retries","operation":"%s","column":"%s","is":">","value":%s,"window":"5m"}]}\n' \
		"$2" retries_per_second "$1" >rules.json
}
top() { # ARG...
	run "$top_builddir/retrytop" --once --rules rules.json "$@"
}

rules 0.001 'post_*'
top "$log"
expect "a broken rule has a line, and exit status 1" 1 \
	'^ALERT     retries  post_webhook: retries_per_second 0\.25 > 0\.001 \(5m00s\)$' ''
check "it stands below the verdict" sh -c 'sed -n 2p "$0/out" |
	grep -q ^ALERT' "$work"
top --format json "$log"
expect "JSON has it" 1 '^[[:space:]]*"column":[[:space:]]*"retries_per_second",$' ''
rules 0.3 'post_*'
top "$log"
expect "a rule that holds changes nothing" 0 post_webhook ''
check "and has no line" sh -c '! grep -q ^ALERT "$0/out"' "$work"
top --format json "$log"
expect "in JSON, the list is empty" 0 '"alerts":[[:space:]]*\[\]' ''
rules 0.001 'get_*'
top "$log"
expect "it concerns its operations only" 0 post_webhook ''
run "$top_builddir/retrytop" --once --format json "$log"
check "without rules there is no list" sh -c '! grep -q alerts "$0/out"' "$work"


# The page, and the metrics.
page() { # KEYS
	run "$top_builddir/retrytop" --dump-screen 100x24 --rules rules.json \
		--keys "$1" "$log"
}
rules 0.001 'post_*'
page a
expect "a shows broken rules" 1 \
	'^>ALERT .* retries  post_webhook: retries_per_second 0\.25 > 0\.001 \(5m00s\)$' ''
page 'a Enter'
expect "Enter goes to the operation" 1 'overview > post_webhook' ''
page 'a Enter Esc'
expect "and Esc back" 1 '^>ALERT ' ''
rules 0.3 'post_*'
page a
expect "a rule that is not broken has the number that is nearest" 0 \
	'^>ok +retries  post_webhook: retries_per_second 0\.25, not > 0\.3 \(5m00s\)$' ''
rules 0.3 'none_*'
page a
expect "or none" 0 '^>ok +retries  retries_per_second -, not > 0\.3' ''
page 'a Enter'
expect "which opens nothing" 0 '^>ok ' ''
rules 0.001 'post_*'
top --format openmetrics "$log"
expect "metrics have alerts" 1 \
	'^retrytop_alert\{alert="retries",op="post_webhook"\} 1$' ''
check "with their values" grep -q \
	'^retrytop_alert_value{alert="retries",op="post_webhook"} 0.25$' out
check "and their number" grep -q '^retrytop_alerts 1$' out
check "a time only where it is known" \
	sh -c '! grep -q "^retrytop_alert_since" out'
printf '{"rules":[%s,%s]}' "$(sed 's/^{"rules":\[//; s/\]}$//' rules.json)" \
	"$(sed 's/^{"rules":\[//; s/\]}$//' rules.json)" >two.json
mv two.json rules.json
top --format openmetrics "$log"
check "two rules of a name have different labels" \
	sh -c '[ "$(grep -c "^retrytop_alert{" out)" = 2 ] &&
		[ "$(grep "^retrytop_alert{" out | sort -u | wc -l)" = 2 ]'
run "$top_builddir/retrytop" --once --format openmetrics "$log"
check "without rules there are no samples" \
	sh -c '! grep -q "^retrytop_alert" out'

echo '{"rules": [{"name": "a", "colum": 1}]}' >rules.json
top "$log"
expect "a wrong file is an error with a place" 3 '' \
	'^retrytop: rules\.json:1:26: rules\[0\]: no such member: "colum"; did you mean "column"\?$'
rules 0.001 'pa[y'
top "$log"
expect "a pattern that matches nothing is an error" 3 '' \
	'^retrytop: rules\.json:1:41: rules\[0\]\.operation: character 3 of the pattern: \[ without a \]; '
rm rules.json
top "$log"
expect "so is one that is missing" 4 '' 'rules\.json: No such file'
rules 0.001 '*'
: >empty.log
top empty.log
expect "an empty log breaks no rule" 3 '^no data' 'no attempt events'

finish
