# Reports without names, and texts of errors only where they are asked for.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

# Everything that a report must not hold has "secret" in it.
mkdir "$work/secret"
log=$work/secret/secret.log
minutes 0 59 | sed -e 's/"pay"/"secret_op"/' -e 's/"host":"h"/"host":"secret_h"/' \
	-e 's/"v":1/&,"target":"secret_t","service":"secret_s"/' \
	-e 's/"call_id":"/&secret/' -e 's/"policy":"P"/"policy":"QUICK"/' \
	-e 's/"outcome":"failure"/&,"error_type":"Timeout","error":"secret e"/' \
	>"$log"
cp "$top_srcdir/tests/data/reports/risky.json" "$work/secret/mine.json"

compare() { # OPTION...
	retrysim compare "$log" -p QUICK -p "$work/secret/mine.json" \
		--operation 'secret*' --where 'host=secret*' --target 'secret*' \
		--calls secret_op=100 "$@"
}

for format in text json csv md html; do
	compare -f $format
	check "$format without --redact has names" grep -q secret "$work/out"
	compare -f $format --redact
	check "$format with --redact has none" \
		sh -c '[ -s "$1" ] && ! grep -i secret "$1"' - "$work/out"
	grep -o 'op-[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]' \
		"$work/out" | sort -u >"$work/$format.names"
done
compare -v --redact
check "nor has text with all tables" \
	sh -c '[ -s "$1" ] && ! grep -i secret "$1"' - "$work/out"
check "every format has the same hash for an operation" sh -c '
	cd "$1" && name=$(cat text.names) && [ "$(wc -l <text.names)" -eq 1 ] &&
		for f in json csv md html; do
			grep -qx "$name" "$f.names" || exit 1
		done' - "$work"
compare -f json --redact --seed 7
check "another report of the log, too" \
	grep -q "\"$(cat "$work/text.names")\"" "$work/out"
sed 's/"duration_seconds":0.1/"duration_seconds":0.2/' "$log" >"$work/other"
retrysim compare "$work/other" -p QUICK --redact -f json
check "another log has others" \
	sh -c '! grep -q "$(cat "$1/text.names")" "$1/out"' - "$work"

compare -f json
grep -v -e secret -e '"files"' "$work/out" >"$work/named"
compare -f json --redact
check "the numbers stay" sh -c '
	grep -v -e "-[0-9a-f]\{6\}\"" -e "\"files\"" "$1/out" |
		cmp -s - "$1/named"' - "$work"

compare -f md
check "md has no texts of errors" sh -c '! grep -q "secret e" "$1"' - "$work/out"
compare -f md --errors
check "but with --errors" \
	grep -q '^- Errors: `secret_op` 60 `secret e`$' "$work/out"
compare -f html
check "html has no texts of errors" \
	sh -c '! grep -q "secret e" "$1"' - "$work/out"
compare -f html --errors
check "but with --errors, too" grep -q "60 attempts: <code>secret e</code>" \
	"$work/out"
compare -f md --errors --redact
expect "one cannot have both" 2 '' '^retrysim: --redact leaves out'

finish
