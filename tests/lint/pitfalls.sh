# Every known pitfall in docs/pitfalls.md has a test in tests/unit.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lint.sh"

page=docs/pitfalls.md
# The part whose rows name tests of any room, or files.
others='^## Found by bug reports'
# Tests in tests/unit/pitfalls, and tests of other rooms named pNN_.
tests=$(sed -nE 's/^Test\((pitfalls_[a-z]+, ([a-z0-9_]+)|[a-z_]+, (p[0-9]{2}_[a-z0-9_]+)).*/\2\3/p' \
	tests/unit/*/*.c | sort)
numbers=$(seq 1 37)

check "each of the 37 pitfalls has one row" "$(
	sed -n 's/^| \([0-9][0-9]*\) |.*/\1/p' $page | sort -n |
		diff - /dev/fd/3 3<<EOF
$numbers
EOF
)"

# A row's last column names tests, which begin with the row's number.
check "each row has a test" "$(
	sed "/$others/,\$d" $page |
		grep -E '^\| ([0-9]+|[A-Za-z][^|]*/?[^|]*) \|' |
		grep -vE '^\| (no\.|library) \|' | while IFS= read -r row; do
		cells=${row%|}
		last=${cells##*|}
		number=$(echo "$row" | sed -n 's/^| \([0-9]*\) |.*/\1/p')
		names=$(echo "$last" | grep -oE '`[a-z0-9_]+`' | tr -d '`')
		[ -n "$names" ] || echo "no test: $row"
		for name in $names; do
			echo "$tests" | grep -qx "$name" ||
				echo "there is no test $name"
			case ${number:+$(printf 'p%02d' "$number")} in
			'' | "${name%%_*}") ;;
			*) echo "$name is not of pitfall $number" ;;
			esac
		done
	done)"

check "each test is on the page" "$(
	for name in $tests; do
		grep -q "\`$name\`" $page || echo "$name is not in $page"
	done)"
rows=$(sed -n "/$others/,\$p" $page | grep '^| ' | grep -v '^| pitfall |')
names=$(echo "$rows" | sed -n 's/^|.*| \(`.*\) |$/\1/p')
check "each row of bug reports names tests or files that exist" "$(
	[ "$(echo "$names" | wc -l)" -eq "$(echo "$rows" | wc -l)" ] ||
		echo "a row has no test"
	echo "$names" | grep -oE '`[^`]+`' | tr -d '`' | while IFS= read -r name; do
		case $name in
		*/*) [ -f "$name" ] || echo "there is no $name" ;;
		*) grep -rqE "^Test\([a-z0-9_]+, $name\b" tests ||
			echo "there is no test $name" ;;
		esac
	done)"
finish
