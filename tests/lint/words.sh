# Words that this project does not use (words.txt) are nowhere in its text,
# apart from the places that words-allow.txt lists. By hand, for some files or
# folders only: sh tests/lint/words.sh src/engine docs/replay.md
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lint.sh"
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
table=tests/lint/words.txt
allow=tests/lint/words-allow.txt

look() { # TABLE ALLOW AWK-OPTION...: the files are named on standard input
	with=$1
	without=$2
	shift 2
	awk "$@" -f tests/lint/words.awk "$with" "$without"
}

check "each rule refuses its bad examples only; each exception has a reason" \
	"$(look $table $allow -v self=1 </dev/null)"

# The lint itself: each of these mistakes has to be noticed.
notices() { # WHAT LINES: what was printed, one line for each mistake
	check "$1" "$([ "$(grep -c . "$tmp/out")" -eq "$2" ] || {
		echo "$2 lines expected:"
		cat "$tmp/out"
	})"
}
cat >"$tmp/table" <<'END'
refuse red|dark red
but red wine
say blue
bad A green house.
good A red house.
refuse black
bad A black house.
END
echo 'file:red' >"$tmp/allow"
look "$tmp/table" "$tmp/allow" -v self=1 </dev/null >"$tmp/out"
notices "a table whose examples are wrong is refused" 4
cat >"$tmp/file" <<'END'
/* Red wine, and a red house; redder houses, red
 * wine, and dark
 * red ones. */
int red_count; /* a red roof (red roof allowed) */
END
cat >"$tmp/allow" <<END
# A reason.
$tmp/file:(red roof allowed)
$tmp/other:red
END
echo "$tmp/file" >"$tmp/list"
look "$tmp/table" "$tmp/allow" -v unused=1 <"$tmp/list" >"$tmp/out"
notices "words, phrases over two lines and unused allowances are found" 5

if ! cloned; then
	skip "words that are not used" "not a git clone"
	finish
	exit
fi
unused=0
[ $# -gt 0 ] || { unused=1; set -- .; }
# Inputs of tests are data, in the words of other programs.
files '' "$@" | grep -vE '^(COPYING|tests/data/.*|tests/fuzz/corpus/.*)$' |
	grep -vxF -e $table -e $allow |
	look $table $allow -v unused=$unused >"$tmp/out"
check "words that are not used: $(grep -c . "$tmp/out")" "$(cat "$tmp/out")"
finish
