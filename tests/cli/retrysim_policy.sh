# retrysim policy: list, show, check, schedule, schema.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

retrysim policy list
expect "lists the shipped policies" 0 '^WEBHOOK +4 attempts, exponential' ''
check "all fifteen of them" test "$(wc -l <"$work/out")" -eq 15
retrysim policy list --format json
expect "as JSON too" 0 '"name":"WEBHOOK"' ''

retrysim policy show WEBHOOK --canonical
expect "the canonical form" 0 '^[{]"name":"WEBHOOK","max_attempts":4,' ''
cp "$work/out" "$work/canonical.json"
retrysim policy show WEBHOOK
hash=$(awk 'NR == 1 { print $2 }' "$work/out")
expect "shows hash, description and summary" 0 'Deliver to a third' ''
check "it says that it retries no HTTP status" \
	grep -q '^  matches no HTTP status: ' "$work/out"
retrysim policy show WEBHOOK_HTTP
check "unlike its twin" sh -c '! grep -q "no HTTP status" "$1"' - "$work/out"
retrysim policy show "$work/canonical.json"
check "reading the canonical form gives the same hash" \
	grep -q "^WEBHOOK  $hash$" "$work/out"
retrysim policy show "$top_srcdir/policies/WEBHOOK.json" --format json
expect "a file, as JSON" 0 "\"hash\":	\"$hash\"" ''

for file in "$top_srcdir"/policies/*.json; do
	case $file in *.schema.json) continue ;; esac
	retrysim policy check "$file"
	expect "$(basename "$file") is sound" 0 '^ok ' ''
done

cat >"$work/bad.json" <<-'EOF'
	{
	  "name": "BAD",
	  "max_attempts": 0,
	  "base_dealy": 1,
	  "jitter": { "kind": "sometimes" }
	}
EOF
retrysim policy check "$work/bad.json"
expect "a bad policy fails" 3 '' "bad[.]json:3:[0-9]+: max_attempts: "
check "it names the nearest field" grep -qE \
	'bad[.]json:4:[0-9]+: base_dealy: .*base_delay' "$work/err"
check "it reports every error" grep -qE \
	'bad[.]json:5:[0-9]+: jitter[.]kind: ' "$work/err"
retrysim policy check "$work/bad.json" "$top_srcdir/policies/QUICK.json" \
	"$work/none.json"
expect "every file is checked" 4 '^ok .*QUICK[.]json' 'none[.]json: No such'

retrysim policy check "$top_srcdir"/policies/*.json
expect "the schema in the same folder is not a policy" 0 '^ok .*WEBHOOK[.]json' \
	'policy[.]schema[.]json: skipped; it is the schema'

retrysim policy schedule WEBHOOK
expect "prints a schedule" 0 '^ +1 +1s +750ms +1[.]25s' ''
retrysim policy schedule WEBHOOK --draws 1 --seed 7 --format json
expect "as JSON" 0 '"retry":	3' ''
retrysim policy schedule AWS_STANDARD_2026
expect "classes with separate delays have a line" 0 \
	'^After throttle failures: 0 to 1s, 0 to 2s$' ''
retrysim policy schedule AWS_STANDARD_2026 --format json
expect "as JSON too" 0 '"class":	"throttle",$' ''
check "with the bounds of their waits" sh -c '
	tr -d "\n\t" <"$1" |
		grep -q "\"class\":\"throttle\",\"retries\":\[{\"low\":0,"' - \
	"$work/out"
retrysim policy schedule SNAPSHOT
expect "fixed delays have no spread" 0 \
	'^ +1( +500ms){8}$' ''
echo '{"name": "U", "max_attempts": "unlimited", "deadline": "5m"}' \
	>"$work/unlimited.json"
retrysim policy schedule "$work/unlimited.json"
expect "retries until the deadline are not all shown" 0 \
	'^U: unlimited attempts' ''
retrysim policy check "$work/unlimited.json"
expect "no limit of attempts, with a deadline" 0 '^ok .*unlimited[.]json' ''
echo '{"name": "U", "max_attempts": "unlimited"}' >"$work/endless.json"
retrysim policy check "$work/endless.json"
expect "no limit at all is refused" 3 '' \
	'1:31: max_attempts: "unlimited" needs a deadline'
retrysim policy schema
expect "prints the schema" 0 'json-schema[.]org' ''

retrysim policy show WEBHOK
expect "an unknown policy names the nearest" 2 '' 'did you mean WEBHOOK'
retrysim policy lst
expect "an unknown command names the nearest" 2 '' 'did you mean list'
retrysim policy show
expect "a missing operand" 2 '' 'no POLICY[|]FILE given'
retrysim policy
expect "no command prints the usage" 2 '' '^Usage: retrysim policy COMMAND'
retrysim policy --help
expect "help" 0 '^Usage: retrysim policy COMMAND' ''
retrysim --version
expect "version" 0 '^retrysim .*[0-9]+[.][0-9]+[.][0-9]+$' ''
finish
