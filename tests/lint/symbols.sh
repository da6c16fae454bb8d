# The library exports what its headers declare, and the engine stays pure.
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

# Decisions must not depend on anything but their arguments: this list is all
# that the engine may ask of the C library.
allowed='^(mem(cmp|cpy|move|set|chr)|str(cmp|len|ncmp|chr|casecmp|ncasecmp)'
allowed="$allowed|snprintf|__snprintf_chk|strerrorname_np|abort|__assert_fail"
allowed="$allowed|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__(asan|ubsan|tsan)_.*"
allowed="$allowed|__mem(cpy|set|move)_chk|__gcov_.*|__sanitizer_.*)\$"
objects=$(find "$top_builddir/src/engine" -maxdepth 1 -name '*.o' 2>/dev/null)
if [ -n "$objects" ]; then
	own=$(find "$top_builddir/src/engine" "$top_builddir/src/policy" \
		"$top_builddir/src/base" "$top_builddir/src/rng" \
		-maxdepth 1 -name '*.o' -exec nm --defined-only {} + |
		awk 'NF == 3 { print $3 }' | sort -u)
	impure=$(echo "$objects" | while read -r object; do
		nm -u "$object" | awk '{ print $2 }' | grep -vE "$allowed" |
			grep -vxF "$own" | sed "s|^|${object##*/} asks for |"
	done)
	check "the engine asks nothing of the system" "$impure"
else
	skip "the engine asks nothing of the system" "no objects here"
fi
finish
