# The library exports what its headers declare: headers = map = shared library.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lint.sh"
need nm

differ() { # WHAT-IS-IN LEFT RIGHT: lines in one of two sorted lists only
	{ echo "$2" | sed 's/^/L /' && echo "$3" | sed 's/^/R /'; } |
		awk -v names="$1" 'NF == 2 { seen[$2] = seen[$2] $1 }
		END { split(names, name, " ")
			for (f in seen) if (seen[f] != "LR")
				print f ": only in the " \
					(seen[f] == "L" ? name[1] : name[2]) }'
}

declared=$(prototypes)
check "no function is declared twice" "$(echo "$declared" | uniq -d)"
mapped=$(sed -n 's/^[[:space:]]*\(backoff_[a-z0-9_]*\);.*/\1/p' \
	src/libbackoff.map)
check "the map lists each function once" "$(echo "$mapped" | sort | uniq -d)"
check "headers and map agree" \
	"$(differ "headers map" "$declared" "$mapped")"

library=$top_builddir/.libs/libbackoff.so
if [ -e "$library" ]; then
	exported=$(nm -D --defined-only "$library" |
		awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }')
	check "the map and the shared library agree" \
		"$(differ "map library" "$mapped" "$exported")"
else
	skip "the map and the shared library agree" "built without it"
fi

finish
