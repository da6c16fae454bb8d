# The key y: the selected row or call as JSON, on the page and in a file.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

top=$(cd "$top_builddir" && pwd)/retrytop
log=$(cd "$top_srcdir" && pwd)/tests/data/pages/shop.jsonl
cd "$work" || exit 99

dump() { # KEYS ARG...
	keys=$1
	shift
	rm -f file
	run "$top" --dump-screen 120x100 --keys "$keys" --copy-to file "$@"
}
run "$top" --dump-screen 120x24 --keys y "$log"
expect "y shows the row" 0 '^ {2,}"operation":  "pay.charge",$' ''
check "and that there is no clipboard" grep -q '^ no clipboard: ' out
dump y "$log"
expect "the file is named" 0 '^ appended to file$' ''
run "$top" --once --format json "$log"
tr -d '[:space:]' <file >got
tr -d '[:space:]' <out >report
check "it has the row as the report has it" grep -qF -f got report
dump 'Down y Esc y' "$log"
check "y appends" sh -c \
	'[ "$(grep -c "\"operation\":.*\"order.submit\"" file)" = 2 ]'
dump 'Tab y' "$log"
check "a row of another group has its name" \
	grep -q '"name":.*"payments-api"' file
dump 'Enter Down y' "$log"
check "a call has its events" [ "$(grep -c '^{"v":1,.*}$' file)" = 4 ]
check "of one call, as they are in the log" [ "$(
	sed 's/.*"ts":"\([^"]*\)000Z".*"call_id":"\([^"]*\)".*/\2 \1/' file
)" = "$(
	id=$(sed -n '1s/.*"call_id":"\([^"]*\)".*/\1/p' file)
	grep "\"call_id\":\"$id\"" "$log" |
		sed 's/.*"ts":"\([^"]*\)Z".*"call_id":"\([^"]*\)".*/\2 \1/'
)" ]
cp file call
dump 'Enter Down Enter y' "$log"
check "so has the page of the call" cmp file call
run "$top" --once call
expect "which retrytop reads" 0 '^pay.charge ' ''
dump '? y' "$log"
check "a page without rows copies nothing" [ ! -e file ]
dump '/ z z z Enter y' "$log"
expect "nor does an empty list" 0 '^ nothing is selected' ''
check "which writes no file" [ ! -e file ]
run "$top" --dump-screen 100x24 --keys y --copy-to none/file "$log"
expect "a file that cannot be written is named" 0 \
	'^ none/file: No such file or directory$' ''
if [ -c /dev/full ]; then
	run "$top" --dump-screen 100x24 --keys y --copy-to /dev/full "$log"
	expect "so is a full disk" 0 '^ /dev/full: No space left' ''
fi
awk 'BEGIN { printf "{\"v\":1,\"ts\":\"2026-11-30T10:00:00Z\",\"event_type\":" \
	"\"retry_attempt\",\"operation\":\"a\\u001b[31mb\\n\",\"policy\":\"p\"," \
	"\"call_id\":\"1\",\"attempt\":1,\"outcome\":\"failure\"," \
	"\"class\":\"server\",\"error\":\"x\",\"delay_seconds\":1}\n" }' >hostile.log
dump y hostile.log
check "control characters of names are not on the screen" \
	sh -c '! tr -d "\n" <out | LC_ALL=C grep -q "[[:cntrl:]]"'

finish
