# README.md is right: each command prints the lines shown ("..." at the end stands for
# the rest of one), and the program compiles and runs.
# SPDX-License-Identifier: MIT
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
: "${CC:=cc}"
cd "$top_srcdir" || exit 99
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
number=0

check() { # WHAT COMPLAINTS
	number=$((number + 1))
	if [ -z "$2" ]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		echo "$2" | sed 's/^/# /'
	fi
}

# Estimates move a little with the estimator, so a comparison has to have the words that
# README.md shows, in their order, but not the same numbers, nor the same line breaks.
shape() {
	case $command in
	*compare*)
		tr -s ' \n' ' ' |
			sed -E 's/[0-9]+([.,][0-9]+)*/N/g; s/[-+]N/N/g; s/ $//'
		echo
		;;
	*) cat ;;
	esac
}

# Indented blocks that begin with "$ COMMAND": one file each.
awk -v tmp="$tmp" '
	/^    \$ build\// { file = tmp "/block" ++n; sub(/^    /, ""); print > file; next }
	/^    / && file { sub(/^    /, ""); print > file; next }
	/./ { file = "" }' README.md
for block in "$tmp"/block*; do
	command=$(sed -n '1s/^\$ build\///p' "$block")
	# The commands are plain words: no quotes, no globs.
	# shellcheck disable=SC2086
	set -- $command
	program=$top_builddir/$1
	shift
	"$program" "$@" 2>"$tmp/err" | shape >"$tmp/out"
	check "build/$command" "$(
		sed -e 1d -e '/^\.\.\.$/d' -e '/^$/d' "$block" | shape |
			while IFS= read -r line; do
				case $line in
				*...) found=$(awk -v begin="${line%...}" '
					index($0, begin) == 1' "$tmp/out") ;;
				*) found=$(grep -xF -e "$line" "$tmp/out") ;;
				esac
				[ -n "$found" ] || echo "not in the output: $line"
			done)$(cat "$tmp/err")"
done
check "README.md shows commands" "$([ $number -ge 3 ] || echo "only $number")"

sed -n '/^```c$/,/^```$/{/^```/d;p;}' README.md >"$tmp/program.c"
check "the program compiles with every warning" "$(
	$CC -std=gnu11 -Wall -Wextra -Werror -fsyntax-only -Isrc \
		"$tmp/program.c" 2>&1)"
if [ -e "$top_builddir/.libs/libbackoff.so" ] &&
	$CC -Isrc "$tmp/program.c" -o "$tmp/program" \
		"$top_builddir/.libs/libbackoff.so" 2>/dev/null; then
	check "it prints what README.md says" "$(
		said=$(cd "$tmp" && LD_LIBRARY_PATH=$top_builddir/.libs ./program)
		grep -qF "\`$said\`" README.md || echo "it said: $said"
		lines=$(grep -c '"event_type"' "$tmp/attempts.log")
		[ "$lines" = 3 ] || echo "$lines lines in attempts.log")"
else
	echo "ok $((number += 1)) - it runs # SKIP no plain shared library here"
fi
echo "1..$number"
