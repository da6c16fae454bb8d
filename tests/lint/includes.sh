# Rooms include only what lies below them, and only few files include a library.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lint.sh"

# Every include of every C file, as FILE:LINE: KIND TARGET (quote or angle).
includes=$(files '\.[ch]$' src tools tests examples | xargs grep -Hn \
	'^[[:space:]]*#[[:space:]]*include' /dev/null | sed -n \
	-e 's/^\([^:]*:[0-9]*\):[^"<]*"\([^"]*\)".*/\1: quote \2/p' \
	-e 's/^\([^:]*:[0-9]*\):[^"<]*<\([^>]*\)>.*/\1: angle \2/p')

# A public header belongs to the room of its noun, and keeps its order.
nouns='attr base field base status base version base words base hint outcome'

direction=$(echo "$includes" | awk -v ranks="$ranks" -v nouns="$nouns" '
	function exists(path,   line, there) {
		there = (getline line < path) >= 0
		close(path)
		return there
	}
	function room(path,   part, n, noun) {
		n = split(path, part, "/")
		if (path == "src/backoff.h") return "umbrella"
		if (part[1] == "src" && part[2] == "backoff") {
			noun = part[3]
			sub(/\.h$/, "", noun)
			return "src/" (noun in alias ? alias[noun] : noun)
		}
		return part[1] "/" part[2]
	}
	function resolve(kind, from, target,   dir) {
		if (kind == "quote") {
			dir = from
			sub(/[^\/]*$/, "", dir)
			if (exists(dir target)) return dir target
			if (from ~ /^tools\// && exists("tools/" target))
				return "tools/" target
			if (exists("src/" target)) return "src/" target
			if (exists("tools/" target)) return "tools/" target
		} else if (target ~ /^backoff(\/|\.h$)/) {
			return "src/" target
		}
		return ""
	}
	BEGIN {
		n = split(ranks, word, /[ \n]+/)
		for (i = 1; i < n; i++)
			if (word[i] ~ /\//) rank[word[i]] = word[i + 1] + 0
		n = split(nouns, word, " ")
		for (i = 1; i < n; i += 2) alias[word[i]] = word[i + 1]
	}
	{
		from = $1
		sub(/:[0-9]*:$/, "", from)
		if (from !~ /^(src|tools)\//) next
		to = resolve($2, from, $3)
		if (to == "" || from == "src/backoff.h") next
		a = room(from)
		b = room(to)
		public = to ~ /^src\/backoff[\/.]/
		if (!(a in rank)) {
			print from ": room " a " has no rank in this lint"
		} else if (a ~ /^tools/ && b !~ /^tools/) {
			if (!public && to !~ /^src\/base\/(ascii|buf|decimal|file|hash|heap|json|nearest|num|rfc3339|table|utf8)\.h$/)
				print $1 " a tool includes the inside of " b
		} else if (a ~ /^src/ && b ~ /^tools/) {
			print $1 " the library includes a tool: " to
		} else if (a != b && !(b in rank)) {
			print $1 " " to " belongs to no room below"
		} else if (a != b && rank[b] >= rank[a]) {
			print $1 " " a " is not above " b " (" $3 ")"
		}
	}')
check "rooms include only what lies below them" "$direction"

public=$(echo "$includes" | awk '
	$1 ~ /^src\/backoff[\/.]/ &&
	!($2 == "angle" && $3 ~ /^(backoff\/[a-z]+\.h|std[a-z]+\.h)$/) {
		print $1 " " $3
	}')
check "public headers include the C standard's and each other only" "$public"

config=$(files '\.[ch]$' src tools tests | while read -r file; do
	first=$(sed -n 's/^# *include *//p;' "$file" | head -n 1)
	case $file in
	*.h) ! grep -q '^# *include *"config.h"' "$file" ||
		echo "$file: a header includes config.h" ;;
	tests/api/*) ;; # these see what a user sees
	*.c) [ "$first" = '"config.h"' ] ||
		echo "$file: config.h is not the first include" ;;
	esac
done)
check "config.h comes first in every .c file and in no header" "$config"

# only LIBRARY-HEADER-REGEX FILE-REGEX
only() {
	check "$1 only in $2" "$(echo "$includes" | awk -v header="$1" \
		-v where="$2" '$3 ~ header && $1 !~ where { print $1 " " $3 }')"
}
only '(^|/)cJSON\.h$' \
	'^(src/(base/json|[a-z]+/(decode|encode))|tools/(common/json_out|dialect/load)|examples/|tests/)'
# never HEADER-REGEX FILE-REGEX
never() {
	check "$1 never in $2" "$(echo "$includes" | awk -v header="$1" \
		-v where="$2" '$3 ~ header && $1 ~ where { print $1 " " $3 }')"
}
# A decision is one thread's: what several threads share is behind guard/guard.h.
never '^(stdatomic|threads|pthread)\.h$' \
	'^src/(backoff|rng|outcome|engine|event|guard/guard\.)|^src/policy/.*\.h'
only '^guard/(state|budget|breaker|refill|slices)\.h$' '^(src/guard|tests)/'
# A simulation computes; reading and writing are for others.
never '^(stdio|unistd|fcntl|dirent|sys/.*)\.h$' '^tools/(replay|estimate)/'
only '^sqlite3\.h$' '^(tools/store|examples/|tests/)'
only '^curl/' '^examples/services/http'
only 'curses' '^(tools/retrytop/screen|tests/)'
only '^Random123/' '^src/rng/'
only '^sha2' '^tools/common/digest'
only '^utf8proc' '^tools/common/unicode'
only '^criterion/' '^tests/'
check "docs/architecture.md has a row for each room" "$(
	for folder in src tools; do
		echo "$ranks" | sed -n "s#^$folder/\([a-z]*\) .*#\1#p" |
			while read -r room; do
				sed -n "/^    $folder\//,/^    [a-z]/p" \
					docs/architecture.md |
					grep -q "^      $room/ " ||
					echo "$folder/$room"
			done
	done)"
finish
