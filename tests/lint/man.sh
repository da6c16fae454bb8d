# Man pages are well-formed, and describe every public function with every
# status that it returns; their examples compile.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lint.sh"
need mandoc
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

pages=$(files '\.[1-9]$' docs/man)
section_3=$(echo "$pages" | grep '\.3$')
for page in $pages; do
	check "mandoc finds nothing in $page" \
		"$(mandoc -T lint -W warning "$page" 2>&1)"
done

# Who runs a program looks for these.
for page in $(echo "$pages" | grep '\.1$'); do
	check "$page has the sections that a program needs" "$(
		for section in ENVIRONMENT FILES 'EXIT STATUS' EXAMPLES; do
			grep -qx "\.Sh $section" "$page" || echo "no $section"
		done)"
done

# Section 3 is complete: each function has a synopsis, and no other has one.
# Only a SYNOPSIS counts, not a mention.
described=$(echo "$section_3" | xargs -r awk '
	/^\.Sh/ { synopsis = $2 == "SYNOPSIS" }
	synopsis && /^\.F[on] backoff_/ { print $2 }' | sort -u)
check "every public function has a man page" "$(
	prototypes | grep -vxF "${described:-none}")"
check "no man page describes a function that is not there" "$(
	echo "$described" | grep -vxF "$(prototypes)")"

# FUNCTION STATUS, for each status in the comment of a function that returns
# one; FUNCTION @OTHER where the comment says "as OTHER()". `_FIELD` in a
# comment is short for BACKOFF_E_FIELD.
promised=$(awk '
	/^\/\*\*/ { comment = ""; inside = 1 }
	inside { comment = comment " " $0 }
	inside && /\*\// { inside = 0; next }
	inside { next }
	/^$/ { comment = "" }
	/^BACKOFF_API/ { declaration = "" ; declared = 1 }
	declared { declaration = declaration " " $0 }
	declared && /;/ {
		declared = 0
		if (declaration !~ /^ BACKOFF_API +(BACKOFF_MUST_CHECK +)?enum backoff_status /)
			next
		match(declaration, /backoff_[a-z0-9_]+ *\(/)
		name = substr(declaration, RSTART, RLENGTH - 1)
		sub(/ *$/, "", name)
		print name, "BACKOFF_OK"
		n = split(comment, word, /[^A-Za-z0-9_]+/)
		for (i = 1; i <= n; i++) {
			if (word[i] ~ /^BACKOFF_E_/)
				print name, word[i]
			else if (word[i] ~ /^_[A-Z_]+$/)
				print name, "BACKOFF_E" word[i]
			else if (word[i] == "as" && word[i + 1] ~ /^backoff_/)
				print name, "@" word[i + 1]
		}
	}' src/backoff/*.h | sort -u)

# RETURN VALUES names each function that returns a status, and each of its
# statuses: in the function's item, if the section is a list of functions.
echo "$promised" >"$tmp/promised"
check "every status in a header is in RETURN VALUES of the function's page" "$(
	echo "$section_3" | xargs -r awk '
	FILENAME ~ /promised$/ { has[$1, $2] = 1; names[$1] = 1; next }
	FNR == 1 { part = ""; depth = 0; item = "" }
	/^\.Sh/ { part = $2; item = "" }
	part == "SYNOPSIS" && /^\.F[on] backoff_/ { page[$2] = FILENAME }
	part != "RETURN" { next }
	/^\.Bl/ { depth++ }
	/^\.El/ && --depth == 0 { item = "" }
	/^\.It Fn/ && depth == 1 { item = $0 }
	/Fn backoff_/ {
		n = split($0, word, " ")
		for (i = 1; i <= n; i++)
			if (word[i] ~ /^backoff_/) {
				named[FILENAME, word[i]] = 1
				if (item == $0) listed[word[i]] = 1
			}
	}
	/Dv BACKOFF_/ {
		n = split($0, word, " ")
		for (i = 1; i <= n; i++) {
			if (word[i] !~ /^BACKOFF_/) continue
			stated[FILENAME, word[i]] = 1
			m = split(item, of, " ")
			for (j = 1; j <= m; j++)
				stated[of[j], word[i]] = 1
		}
	}
	END {
		for (name in names) {
			for (key in has) {
				split(key, part2, SUBSEP)
				if (part2[1] != name || part2[2] !~ /^@/)
					continue
				other = substr(part2[2], 2)
				for (more in has) {
					split(more, part3, SUBSEP)
					if (part3[1] == other && part3[2] !~ /^@/)
						want[name, part3[2]] = 1
				}
			}
		}
		for (key in has) want[key] = 1
		for (key in want) {
			split(key, w, SUBSEP)
			if (w[2] ~ /^@/ || !(w[1] in page)) continue
			where = w[1] in listed ? w[1] : page[w[1]]
			if (!((page[w[1]], w[1]) in named))
				print page[w[1]] ": " w[1] " returns a status, and RETURN VALUES does not name it"
			else if (!((where, w[2]) in stated))
				print page[w[1]] ": " w[1] " returns " w[2] ", and RETURN VALUES does not say when"
		}
	}' "$tmp/promised" | sort -u)"

# Each EXAMPLES section has a block of C at file scope.
for page in $section_3; do
	awk -v tmp="$tmp" '
		/^\.Sh/ { part = $2 }
		part == "EXAMPLES" && /^\.Bd -literal/ { inside = ++n; next }
		/^\.Ed/ { inside = 0 }
		inside {
			gsub(/\\e/, "\\"); gsub(/\\&/, ""); gsub(/\\-/, "-")
			print > (tmp "/" n ".c")
		}' "$page"
	complaints=
	[ -e "$tmp/1.c" ] || complaints="no example"
	for file in "$tmp"/*.c; do
		[ -e "$file" ] || continue
		complaints=$complaints$(
			for header in err.h errno.h inttypes.h signal.h \
				stdbool.h stdio.h stdlib.h string.h unistd.h \
				backoff.h; do
				echo "#include <$header>"
			done | cat - "$file" |
				$CC -std=gnu11 -Wall -Wextra -Werror \
					-Wno-unused-function -fsyntax-only \
					-Isrc -x c - 2>&1)
	done
	rm -f "$tmp"/*.c
	check "the examples of $page compile" "$complaints"
done
finish
