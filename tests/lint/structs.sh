# Every struct in a public header is on the list in CONTRIBUTING.md, and can grow
# in the way that the list says.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lint.sh"

# NAME KIND of each row of the list.
listed=$(sed -n 's/^| `\(backoff_[a-z_]*\)` | \([a-z]*\) |$/\1 \2/p' \
	CONTRIBUTING.md | sort)
# NAME FIRST LAST for each struct with members, and NAME for each opaque one.
found=$(bare src/backoff/*.h | sed 's/^[^ ]* //' | tr '\n' ' ' | awk '
	{
		gsub(/[ \t]+/, " ")
		text = $0
		while (match(text, /struct backoff_[a-z_]+ ?[;{]/)) {
			head = substr(text, RSTART, RLENGTH)
			text = substr(text, RSTART + RLENGTH)
			split(head, word, /[ ;{]+/)
			name = word[2]
			if (head ~ /;$/) {
				# Only a declaration, not a member or argument.
				opaque[name]
				continue
			}
			body = text
			sub(/\};.*/, "", body)
			n = split(body, member, ";")
			first = member[1]; last = member[n - 1]
			gsub(/^ | $/, "", first); gsub(/^ | $/, "", last)
			gsub(/ /, "_", first); gsub(/ /, "_", last)
			full[name] = first " " last
		}
		for (name in full) print name, full[name]
		for (name in opaque) if (!(name in full)) print name
	}' | sort)

# A lint that cannot fail is a defect.
check "the headers have structs of both kinds" "$(
	echo "$found" | grep -q '^backoff_event uint32_t_size uint64_t' ||
		echo "backoff_event was not found"
	echo "$found" | grep -qx backoff_policy ||
		echo "backoff_policy was not found")"
check "every public struct is on the list in CONTRIBUTING.md" "$(
	echo "$found" | cut -d' ' -f1 |
		grep -vxF "$(echo "$listed" | cut -d' ' -f1)")"
check "the list has no other struct, and each once" "$(
	echo "$listed" | cut -d' ' -f1 | uniq -d
	echo "$listed" | cut -d' ' -f1 |
		grep -vxF "$(echo "$found" | cut -d' ' -f1)")"
check "each struct can grow as the list says" "$(
	printf '%s\n--\n%s\n' "$listed" "$found" | awk '
	$1 == "--" { second = 1; next }
	!second { kind[$1] = $2; next }
	{
		sized = $2 == "uint32_t_size"
		if (kind[$1] == "size" && !sized)
			print $1 " does not begin with uint32_t size"
		else if (kind[$1] == "reserved" &&
			 $3 !~ /^uint64_t_reserved\[[0-9]+\]$/)
			print $1 " does not end with uint64_t reserved[N]"
		else if (kind[$1] == "library" && sized)
			print $1 " has a size, which callers could set"
		else if (kind[$1] == "opaque" && NF > 1)
			print $1 " is not opaque: it has members"
		else if (kind[$1] !~ /^(size|reserved|library|opaque|fixed)$/)
			print $1 ": unknown kind \"" kind[$1] "\""
	}')"
sized=$(echo "$listed" | sed -n 's/ size$//p')
check "src/base/sized.h knows the last member of each first layout" "$(
	for name in $sized; do
		grep -q "^#define BO_LAST_$name " src/base/sized.h ||
			echo "$name"
	done)"

# The initialiser in both languages, without a warning.
program=$(
	echo "#include <backoff.h>"
	for name in $sized; do
		echo "extern uint32_t of_$name(void);" \
			"uint32_t of_$name(void) {" \
			"struct $name x = BACKOFF_INIT(struct $name);" \
			"return x.size; }"
	done
	echo "int unused;")
for mode in "$CC:-xc -std=c11" "$CXX:-xc++ -std=c++11"; do
	command -v "${mode%%[ :]*}" >/dev/null 2>&1 || continue
	# shellcheck disable=SC2086 # flags are lists
	check "BACKOFF_INIT compiles with ${mode#*:}" "$(
		echo "$program" | ${mode%%:*} ${mode#*:} -Wall -Wextra \
			-Wpedantic -Werror -fsyntax-only -Isrc - 2>&1)"
done
finish
