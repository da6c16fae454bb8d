# Keys that choose the window, the order and the time, on printed screens.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

log=$(cd "$top_srcdir" && pwd)/tests/data/pages/shop.jsonl
cd "$work" || exit 99
screen() { # SIZE KEYS
	run "$top_builddir/retrytop" --dump-screen "$1" --ascii --keys "$2" \
		"$log"
}
shows() { # WHAT SIZE KEYS PATTERN
	screen "$2" "$3"
	expect "$1" 0 "$4" ''
}
hides() { # WHAT SIZE KEYS PATTERN
	screen "$2" "$3"
	check "$1" sh -c '[ -s out ] && ! grep -qE "$0" out' "$4"
}

for row in '1 10s FAIL.100s' '2 60s FAILED.5m' '3 5m FAILED.20m' \
	'4 15m FAILED.60m'; do
	# shellcheck disable=SC2086 # three words
	set -- $row
	shows "$1: the window is $2" 120x35 "$1" "window [0-9ms of ]*$2 "
	expect "$1: the column fits it" 0 " $3" ''
done
shows "w is the next longer one" 120x35 w 'window [0-9ms of ]*5m '
shows "W the next shorter one" 120x35 W 'window 10s '
shows "on the page of an operation, too" 120x35 'Enter 1' 'window 10s '

for key in '?' h F1; do
	shows "$key is help" 120x35 "$key" '^ KEYS'
done
for page in '?' a i X y; do
	screen 120x35 "$page"
	check "$page: the footer has one way back" sh -c \
		'tail -n 1 out | grep -q "Esc back" && ! tail -n 1 out | grep -q "q back"'
done
shows "a narrow footer begins with what opens and goes back" 40x10 Enter \
	'^Enter Esc n p v Space [?]'

for row in '? help' 'a alerts' 'i inputs' 'X command' 'y copy'; do
	shows "${row#* } is named in the title" 120x35 "${row%% *}" \
		"^ retrytop \\[ENDED\\]  overview > ${row#* } "
done
shows "and after the row that is open" 120x35 'Enter i' \
	'overview > pay.charge > inputs '
screen 120x35 '?'
check "help has one line of what is wrong" sh -c \
	'[ "$(sed -n "/^ KEYS/=" out)" = 4 ]'
mkdir logs
cp "$log" logs/a.log
cp "$log" logs/b.log
run "$top_builddir/retrytop" --dump-screen 120x35 --ascii logs/a.log logs/b.log
expect "inputs of a folder have its name" 0 '  2 inputs in logs ' ''
run "$top_builddir/retrytop" --dump-screen 120x35 --ascii logs/a.log "$log"
expect "others the first of them" 0 '  2 inputs: logs/a.log, \.\.\. ' ''
shows "a part of a window is in its units" 120x35 3 'window 1m30s of 5m '

shows "> sorts by the next column" 120x35 '> >' 'by policy$'
shows "< by the one before" 120x35 '<' 'by history$'
for name in failed name policy max calls first ok retries load share why \
	p99 p99-try exhausted aborted error seen since history; do
	run "$top_builddir/retrytop" --format csv --sort "$name" "$log"
	check "--sort $name" [ "$(wc -l <out)" = 6 ]
done

shows "[ is an earlier time" 120x35 '[' '^ retrytop \[PAST\] '
expect "the second line names it" 0 \
	'^ NOT NOW: the 60s up to 09:01:20, 10s ago ' ''
shows "10 seconds each" 120x35 '[ [ [' 'the 60s up to 09:01:00, 30s ago '
shows "] is later" 120x35 '[ [ [ ]' 'the 60s up to 09:01:10, 20s ago '
shows "and now after the last" 120x35 '[ ]' '^ retrytop \[ENDED\] '
shows "Space is now" 120x35 '[ [ Space' '^ retrytop \[ENDED\] '
shows "Esc is now" 120x35 '[ [ Esc' '^ retrytop \[ENDED\] '
shows "a time with a mark has its number" 120x35 '[ m [ m [ )' \
	'09:01:10, 20s ago \(mark 1 of 2\)'
shows "the axis has it, too" 120x35 '[ [ m Space' '^  *08:56:30 .* 1$'
hides "a second m removes it" 120x35 '[ [ m m Space' '^  *08:56:30 .* 1$'
shows "the page of an operation is of that time" 120x35 'Enter [ [ [' \
	'^ NOT NOW: the 60s up to 09:01:00'
hides "with no later calls" 120x35 'Enter [ [ [' '^.09:01:[0-9.]+ '
shows "a pause has its word" 120x35 'Space' '^ retrytop \[PAUSED\] '
for size in 200x50 120x35 80x24 40x10; do
	shows "$size: it says that it is not now" $size '[ [' '\[PAST\]'
	expect "$size: and the time" 0 '(up to|PAST) 09:01:10, 20s ago' ''
	check "$size: no line is longer" awk -v w="${size%x*}" \
		'length($0) > w { wide = 1 } END { exit wide }' out
done
shows "what is too small has a line" 29x4 '[ w >' '^ *30x5 needed; q quits$'
check "and no more" [ "$(grep -c . out)" = 1 ]
printf '%s\n' '{"v":1,"ts":"2026-11-23T09:00:00.100Z","event_type":"retry_success","operation":"op","policy":"P","call_id":"c","attempt":2,"attempts":2,"kind":"hedge","outcome":"success","duration_seconds":0.05,"elapsed_seconds":0.1,"host":"h","pid":1,"seq":1}' >hedge.log
run "$top_builddir/retrytop" --dump-screen 120x35 --ascii --keys 'Enter v Enter' \
	hedge.log
expect "a hedge is marked after its number" 0 '^  2h ok ' ''

finish
