# The pages of section 5 describe each field of the tables, and no other.
# SPDX-License-Identifier: MIT
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
fields=$("$top_builddir/tests/api/print_fields") || exit 99
echo "1..4"
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

for format in policy events; do
	page=$top_srcdir/docs/man/backoff-$format.5
	# Items of the list below "Fields", several names to one item allowed.
	described=$(awk '/^\.S[sh]/ { inside = /Fields/; depth = 0 }
		inside && /^\.Bl/ { depth++ }
		inside && /^\.El/ { depth-- }
		depth == 1 && sub(/^\.It Sy /, "") { gsub(/ , /, "\n"); print }' \
		"$page")
	known=$(echo "$fields" | awk -v format=$format '$1 == format { print $2 }')
	check "backoff-$format(5) has every field" \
		"$(echo "$known" | grep -vxF "$described")"
	check "backoff-$format(5) has no other field" \
		"$(echo "$described" | grep -vxF "$known")"
done
