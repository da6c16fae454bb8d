# The pages of an operation and of a call, to the cell, below the lines that all
# pages have. After a change, look at each difference, and then:
#
#     RETRYTOP_PAGES=write make -C build check TESTS=tests/cli/retrytop_pages.sh
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

data=$(cd "$top_srcdir" && pwd)/tests/data/pages
top=$(cd "$top_builddir" && pwd)/retrytop
cd "$work" || exit 99

page() { # NAME LINES KEYS
	for size in 200x50 120x35 80x24 40x10; do
		for set in utf8 ascii; do
			option=
			[ $set = utf8 ] || option=--ascii
			# shellcheck disable=SC2086 # an option or none
			"$top" --dump-screen $size $option --keys "$3" \
				"$data/shop.jsonl" | sed "1,$2d" >screen
			[ "$RETRYTOP_PAGES" = write ] &&
				cp screen "$data/$1.$size.$set.txt"
			check "$1 at $size in $set" \
				diff "$data/$1.$size.$set.txt" screen
		done
	done
}

page operation 3 'Enter'
page call 3 'Down Enter Enter'
page child 3 'Enter Down Down Enter'
page target 3 'Tab Enter'
page host 3 'Tab Tab Tab Enter'
page help 3 '?'

# Attributes and colours, as ECMA-48 sequences. The title has the time.
cd "$data" || exit 99
for page in overview: alerts:a inputs:i; do
	for size in 200x50 120x35 80x24 40x10; do
		name=${page%:*}.$size.color.txt
		"$top" --dump-screen $size --color always --keys "${page#*:}" \
			shop.jsonl | sed 1d >"$work/screen"
		[ "$RETRYTOP_PAGES" = write ] && cp "$work/screen" "$name"
		check "${page%:*} at $size in colours" diff "$name" "$work/screen"
		"$top" --dump-screen $size --keys "${page#*:}" \
			shop.jsonl | sed 1d >"$work/plain"
		check "without them it has the same text" sh -c \
			'cd "$0" && sed "s/$(printf "\033")\[[0-9;]*m//g; s/ *$//" screen | diff plain -' "$work"
	done
done

finish
