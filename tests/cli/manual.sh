# What the man pages of the programs say about exit codes and the environment, and
# their examples.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"
top_srcdir=$(cd "$top_srcdir" && pwd)
top_builddir=$(cd "$top_builddir" && pwd)
mkdir "$work/here"
cd "$work/here" || exit 99
cp "$top_srcdir/tests/data/argus-1h/app.log" app.log
cp app.log app.log.1
sed 's/"name": "WEBHOOK"/"name": "MINE"/' "$top_srcdir/policies/WEBHOOK.json" \
	>mine.json
echo 'nothing about it' >empty.log
{ cat app.log && echo '{"event_type":"retry_attempt"'; } >broken.log
echo '{' >broken.json
unset COLUMNS LINES NO_COLOR

# Run the examples that need no terminal, each with its exit code.
examples() { # PROGRAM
	awk '/^\.Sh/ { inside = $2 == "EXAMPLES" }
		inside && sub(/^\.Dl \$ /, "")' "$top_srcdir/docs/man/$1.1"
}
examples retrysim >examples
check "retrysim(1) has examples" test "$(wc -l <examples)" -ge 4
while read -r program arguments; do
	wanted=0
	# A check that finds something.
	case $arguments in 'policy lint'*) wanted=1 ;; esac
	# shellcheck disable=SC2086 # words
	run "$top_builddir/$program" $arguments
	expect "$program $arguments" $wanted . ''
done <examples

ends() { # CODE PROGRAM ARGUMENT...
	wanted=$1
	shift
	what=$*
	program=$1
	shift
	run "$top_builddir/$program" "$@"
	[ "$code" -eq "$wanted" ]
	result "$what: exit $wanted" $?
}
ends 0 retrysim policy check mine.json
ends 1 retrysim policy lint -l 3 mine.json
ends 1 retrysim dialect guess -o guessed.json empty.log
"$top_builddir/retrysim" dialect show tenacity |
	sed 's/"operation": "app.client.fetch"/"operation": "wrong"/' >wrong.json
ends 1 retrysim dialect check wrong.json
ends 2 retrysim compare --unknown app.log
ends 2 retrysim compare -p UNKNOWN app.log
ends 2 retrysim compare -d unknown app.log
ends 2 retrysim compare --operation unknown app.log
ends 3 retrysim policy check broken.json
ends 3 retrysim dialect check broken.json
ends 3 retrysim compare empty.log
ends 3 retrysim compare --max-bad 0 broken.log
ends 4 retrysim compare missing.log
ends 4 retrysim compare app.log -p QUICK -o missing/file
ends 0 retrytop --once app.log
ends 2 retrytop --unknown
ends 2 retrytop --once --dialect unknown app.log
ends 2 retrytop app.log
ends 3 retrytop --once --dialect broken.json app.log
ends 3 retrytop --once empty.log
ends 3 retrytop --once --max-bad 0 broken.log
ends 4 retrytop --once missing.log
ends 4 retrytop --once --dialect missing.json app.log

widest() {
	awk 'length > most { most = length } END { print most + 0 }' "$work/out"
}
for columns in '' 20 40 70 500; do
	COLUMNS=$columns run "$top_builddir/retrysim" compare app.log -p QUICK \
		-p WEBHOOK
	wanted=$columns
	[ -n "$columns" ] || wanted=100
	[ "$wanted" -ge 40 ] || wanted=40
	[ "$wanted" -le 100 ] || wanted=100
	check "COLUMNS='$columns': the text is at most $wanted wide" \
		test "$(widest)" -le $wanted -a "$(widest)" -gt $((wanted - 15))
done
finish
