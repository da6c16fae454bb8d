# Read from the object files: rooms call only what lies below them, and the
# engine asks nothing of the system.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lint.sh"
need nm

symbols=$(symbols)
need_objects

# Tools call only exported functions of the library, and src/base: anything else
# is internal, and was found without a header.
check "rooms call only what lies below them" "$(
	printf '%s\n%s\n' "$ranks" "$symbols" | awk '
	NF == 2 { rank[$1] = $2 }
	$3 == "D" { home[$4] = $1 }
	$3 == "U" { asked[$1 " " $4] = 1 }
	END {
		for (pair in asked) {
			split(pair, part, " ")
			from = part[1]
			if (!(part[2] in home) || home[part[2]] == from)
				continue
			to = home[part[2]]
			if (from ~ /^tools/ && to ~ /^src/) {
				if (part[2] !~ /^backoff_/ && to != "src/base")
					print from " calls the inside of " \
						to ": " part[2]
			} else if (rank[to] >= rank[from] ||
				   from ~ /^src/ && to ~ /^tools/) {
				print from " calls " to ": " part[2]
			}
		}
	}' | sort)"

# Functions of the C library that a room calls, except those that match.
calls_except() { # ROOM REGEX
	echo "$symbols" | awk -v room="$1" '
		$3 == "D" { defined[$4] = 1 }
		$1 == room && $3 == "U" { asked[$4] = 1 }
		END { for (s in asked) if (!(s in defined)) print s }' |
		grep -vE "^($2)\$" | sort
}

# Decisions depend on their arguments only: these are all the functions of the C
# library that the engine may call. Sanitizers and coverage add calls. No source
# calls bcmp(): clang makes it from a memcmp() that is only compared with zero.
pure='mem(cmp|cpy|move|set|chr)|bcmp|str(cmp|len|n?cmp|chr|n?casecmp|spn|cspn)'
pure="$pure|snprintf|__snprintf_chk|strerrorname_np|__assert_fail"
pure="$pure|__u?(div|mod)ti3|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__mem(cpy|set|move)_chk"
pure="$pure|__(asan|ubsan|tsan|sanitizer|gcov)_.*"
check "the engine asks nothing of the system" \
	"$(calls_except src/engine "$pure")"

# Replay depends on its arguments, too, but it needs memory and arithmetic.
memory='[mc]alloc|realloc|free|qsort|fnmatch'
math='f(max|min|abs)|sqrt|log1?p?|exp|(__float|__fix)[a-z]*'
check "replay does no input or output" \
	"$(calls_except tools/replay "$pure|$memory|$math")"
finish
