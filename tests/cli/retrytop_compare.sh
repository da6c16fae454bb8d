# The key x: what retrysim is asked, from which file, and what is shown of its
# answer.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

bin=$(cd "$top_builddir" && pwd)
log=$(cd "$top_srcdir" && pwd)/tests/data/pages/shop.jsonl
cd "$work" || exit 99
mkdir tmp fake
TMPDIR=$work/tmp
export TMPDIR
unset COLUMNS

dump() { # SIZE KEYS FILE...
	size=$1 keys=$2
	shift 2
	run "$bin/retrytop" --dump-screen "$size" --keys "$keys" "$@"
}
# The answers on a screen.
answers() {
	sed -n 's/^ *=> /=> /p' "$work/out"
}
saved_files() {
	find tmp -name 'retrytop-*.jsonl' | wc -l
}

dump 120x60 x "$log"
expect "x shows the answer of retrysim" 0 '^ => pay.charge ' ''
check "and the command" grep -q '^ retrysim compare --since .* --until ' out
check "files are read where they are" [ "$(saved_files)" = 0 ]
answers >from_file
check "all operations have one" [ "$(wc -l <from_file)" = 5 ]

# The same as the command that X shows.
dump 300x24 X "$log"
sed -n 's/^ \(retrysim compare .*\)/\1/p' out >command
run env PATH="$bin:$PATH" COLUMNS=118 sh ./command
grep . out | head -n 20 >by_hand
dump 120x60 x "$log"
check "it is what the command of X prints" sh -c '
	sed -n "/^ =>/,\$s/^ //p" out | head -n 20 | diff - by_hand'
dump 120x60 'Enter x' "$log"
answers >of_one
check "on the page of an operation, it is about that one" \
	sh -c 'grep -q "^=> pay.charge" of_one && [ "$(wc -l <of_one)" = 1 ]'
dump 120x40 'x G' "$log"
expect "the answer can be scrolled to its end" 0 '^ Trust: ' ''
dump 120x40 'x G k' "$log"
check "and from there back up" sh -c '! sed -n 39p out | grep -q "incidents)"'
dump 120x40 'x Esc' "$log"
expect "Esc goes back" 0 '^>pay.charge' ''
dump 80x40 'x' "$log"
check "the answer is as wide as the page" \
	sh -c '! grep -q "~$" out || [ "$(grep -c "~$" out)" -le 4 ]'
dump 40x10 'x' "$log"
expect "a small screen has its beginning" 0 '^=> cart.read' ''

# On another row, or its page, it is about that row.
for keys in 'Tab x' 'Tab Enter x' 'Tab Tab x' 'Tab Tab Tab Enter x' \
	'Tab Tab Tab Tab x' 'Tab Tab Tab Tab Tab Enter Enter x'; do
	dump 160x60 "$keys" "$log"
	answers >of_row
	check "after $keys, the title names the row" grep -q \
		'^ [a-z]* [^ ]*: what would other policies have done?' out
	row=$(sed -n 's/^ \([a-z]*\) \([^ ]*\): what .*/\1=\2/p' out)
	where=${row%%=*}
	case "$where" in target) where="--target ${row#*=}" ;; *) where="--where $row" ;; esac
	check "and the command has it: $where" grep -qF -- " $where /" out
	dump 300x24 "${keys%x}X" "$log"
	sed -n 's/^ \(retrysim compare .*\)/\1/p' out >command
	run env PATH="$bin:$PATH" COLUMNS=158 sh ./command
	answers | diff of_row - >diff
	check "X prints the same command" [ ! -s diff ]
	check "which has an answer" [ -s of_row ]
	# There is one service.
	[ "${row%%=*}" = service ] ||
		check "and not all of them" sh -c '! diff -q of_row from_file'
done
dump 160x60 '/ h o s t = s h o p - a Space e r r o r = h t t p * Enter x' "$log"
check "terms of the filter are handed on" grep -qF -- \
	" --where host=shop-a --where 'error=http*' /" out
check "and the title has them" grep -q \
	'^ filter host=shop-a error=http\*: what would' out

# Standard input cannot be read again.
"$bin/retrytop" --dump-screen 120x60 --keys x - <"$log" >out
answers >from_record
check "events of standard input are saved, with the same answers" \
	diff from_file from_record
check "and the file is named" grep -q \
	"^ 323 recorded events, saved to $TMPDIR/retrytop-......\.jsonl" out
check "it is there, and private" \
	sh -c '[ "$(stat -c %a tmp/*.jsonl)" = 600 ]'
check "it has all events" sh -c '[ "$(cat tmp/*.jsonl | wc -l)" = 323 ]'
run "$bin/retrytop" --once --format json "$log"
grep -E '"(window_attempts|retries|exhausted|label|count)"' out >want
run "$bin/retrytop" --once --format json tmp/*.jsonl
grep -E '"(window_attempts|retries|exhausted|label|count)"' out >got
check "which count as those of the log" diff want got
rm -f tmp/*
"$bin/retrytop" --dump-screen 120x40 --keys 'x X' - <"$log" >out
check "X then has the file" grep -q "$TMPDIR/retrytop-......\.jsonl" out
rm -f tmp/*
TMPDIR=$work/none "$bin/retrytop" --dump-screen 120x40 --keys x - <"$log" >out
check "a folder that is not there is an error on the page" \
	grep -q '^ no answer: .*none/retrytop-.*: No such file' out

# Another program of that name, next to retrytop.
cp "$bin/retrytop" fake/
fake() { # SIZE TEXT-OF-SCRIPT [KEYS]
	printf '#!/bin/sh\n%s\n' "$2" >fake/retrysim
	chmod +x fake/retrysim
	run fake/retrytop --dump-screen "$1" --keys "${3:-x}" "$log"
}
fake 120x40 'echo "retrysim: out of ideas" >&2; exit 3'
expect "its errors are shown" 0 '^ no answer: exit status 3' ''
check "with its message" grep -q '^ retrysim: out of ideas' out
fake 120x40 'kill -9 $$'
expect "so is a signal" 0 '^ no answer: killed by signal 9' ''
fake 120x40 'echo "$#"; for a; do echo "<$a>"; done; echo "columns $COLUMNS"'
check "arguments are words, not a command line" \
	sh -c 'grep -q "^ <compare>" out && grep -q "^ columns 118" out'
fake 120x40 'cat; ls -l /proc/$$/fd'
check "it has nothing to read, and none of the files that are read" \
	sh -c 'grep -q "0 -> /dev/null" out &&
		! grep -E "[0-9] -> .*(inotify|shop|retrytop\$)" out'
fake 120x40 'printf "a\033[31mb\n"'
check "escapes are shown, not obeyed" grep -qF ' a\x1b[31mb' out
fake 120x40 'exec yes 0123456789012345678901234567890123456789012345678901234 |
	head -c 6000000' 'x G'
expect "a text without an end is cut, and that is said" 0 \
	'^ the end of the answer is missing' ''
fake 120x40 'echo $RANDOM_$$ >>runs' 'x x x'
check "x on its page asks again" sh -c '[ "$(wc -l <runs)" = 3 ]'
rm fake/retrysim
PATH=/nowhere fake/retrytop --dump-screen 120x40 --keys x "$log" >out
check "without retrysim, that is said" grep -q \
	'^ no answer: retrysim is neither next to retrytop nor in PATH' out
: >fake/retrysim
PATH=$bin:$PATH fake/retrytop --dump-screen 120x60 --keys x "$log" >out
answers >of_path
check "else the one of PATH is taken" diff from_file of_path
run "$bin/retrytop" --dump-screen 120x40 --keys x missing.log
check "nothing can be asked of nothing" grep -q 'no answer: nothing was read' out

finish
