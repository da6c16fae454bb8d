# Alert rules: what breaks them is said in each format, and by the exit status.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

cd "$work" || exit 99
log=$top_srcdir/tests/data/events/good.jsonl
rules() { # VALUE OPERATION
	printf '{"rules":[{"name":"retries","operation":"%s","column":"%s",
		"is":">","value":%s,"window":"5m"}]}\n' \
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

echo '{"rules": [{"name": "a", "colum": 1}]}' >rules.json
top "$log"
expect "a wrong file is an error with a place" 3 '' \
	'^retrytop: rules\.json:1:26: rules\[0\]: no such member: "colum"; did you mean "column"\?$'
rm rules.json
top "$log"
expect "so is one that is missing" 4 '' 'rules\.json: No such file'
rules 0.001 '*'
: >empty.log
top empty.log
expect "an empty log breaks no rule" 3 '^no data' 'no attempt events'

finish
