# A screen as text: its size, keys before it, what is wrong with either.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

cd "$work" || exit 99
log=$top_srcdir/tests/data/argus-1h/app.log
dump() { # ARG...
	run "$top_builddir/retrytop" --dump-screen "$@" "$log"
}
has_size() { # WIDTH HEIGHT
	awk -v w="$1" -v h="$2" 'length($0) > w { wide = 1 }
		END { exit NR != h || wide }' "$work/out"
}

for size in 200x50 120x35 80x24 40x10 20x5 1x1 500x300; do
	dump $size --ascii
	check "$size: as many lines, none longer" has_size ${size%x*} ${size#*x}
	check "$size: exit 0" [ "$code" = 0 ]
done
dump 120x35
expect "it begins with the title" 0 '^ retrytop \[ENDED\]' ''
expect "the cursor is at the first row" 0 '^>describe_image' ''
dump 120x35 --keys 'Down Down'
expect "keys move it" 0 '^>post_webhook' ''
dump 120x35 --keys '?'
expect "a character is a key" 0 '^ KEYS' ''
dump 120x35 --keys '? Esc'
expect "a name is a key" 0 '^>describe_image' ''
dump 120x35 --keys '/ p o s t Enter'
expect "a filter can be typed" 0 '^>post_webhook' ''
dump 120x35 --keys 'Entr'
expect "an unknown key is named" 2 '' '^retrytop: --keys: no such key: Entr; '
for size in 80 80x 0x10 501x10 10x301 80x24x 99999999999999999999x1 -1x5; do
	dump "$size"
	expect "$size is not a size" 2 '' '^retrytop: --dump-screen: must be'
done
# The command of a screen, in the words of a shell.
command_of() { # WIDTH ARG...
	width=$1
	shift
	run "$top_builddir/retrytop" --dump-screen "${width}x24" --keys X "$@"
	sed -n '/^ retrysim compare/,/^$/p' "$work/out" >command
}
obey() { # runs it; exit code in $code
	run env PATH="$(cd "$top_builddir" && pwd):$PATH" sh ./command
}
cp "$log" "it's a log"
cp "$log" -- -v
command_of 80 "it's a log"
obey
expect "the command compares the window" 0 '^=> describe_image ' ''
command_of 40 --window 5m --dialect python-retry --dialect native \
	--zone +01:00 "it's a log"
obey
expect "it goes over several lines, with the options" 0 '^=> describe_image ' ''
check "of which there are several" [ "$(wc -l <command)" -gt 3 ]
command_of 120 --window 5m --filter 'post_' -- -v
obey
expect "it has the filter, and a file whose name looks like an option" 0 \
	'^=> post_webhook ' ''
check "only that operation is compared" sh -c '! grep -q describe_image "$0/out"' \
	"$work"
command_of 120 --filter "it's [a] * \\" "$log"
check "what a filter has is taken as it is" grep -qF -e \
	"--operation '*it'\''s \[a] \* \\\\*'" command
run "$top_builddir/retrytop" --once --keys Down "$log"
expect "keys need a screen" 2 '' '--keys: needs --dump-screen'

finish
