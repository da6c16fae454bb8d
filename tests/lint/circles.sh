# No files of a room need each other in a circle: neither by calls between
# objects, nor by includes, where X.c and X.h count as one file.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lint.sh"
need nm

# Reads "ROOM FILE NEEDED-FILE" lines. Files that need no other, or that no
# other needs, are taken away until none is left or only circles are.
circles() {
	sort -u | awk '
	$2 != $3 { edge[$1 " " $2 " " $3] }
	END {
		do {
			split("", needs)
			split("", needed)
			for (e in edge) {
				split(e, part, " ")
				needs[part[1] " " part[2]]
				needed[part[1] " " part[3]]
			}
			gone = 0
			for (e in edge) {
				split(e, part, " ")
				if (part[1] " " part[2] in needed &&
				    part[1] " " part[3] in needs)
					continue
				delete edge[e]
				gone++
			}
		} while (gone > 0)
		for (e in edge) {
			split(e, part, " ")
			print part[1] ": " part[2] " needs " part[3]
		}
	}' | sort
}

# A lint that cannot fail is a defect.
check "the search for circles finds one of three, and only that" "$(
	found=$(printf '%s\n' 'r a b' 'r b c' 'r c a' 'r c d' 'r e a' 's a b' |
		circles | tr '\n' ';')
	[ "$found" = 'r: a needs b;r: b needs c;r: c needs a;' ] ||
		echo "found: $found")"

symbols=$(symbols)
need_objects
check "no circle of calls between the objects of a room" "$(
	echo "$symbols" | awk '
	$3 == "D" { home[$1 " " $4] = $2 }
	$3 == "U" { asked[$1 " " $2 " " $4] }
	END {
		for (a in asked) {
			split(a, part, " ")
			if ((part[1] " " part[3]) in home)
				print part[1], part[2], \
					home[part[1] " " part[3]]
		}
	}' | circles)"

check "no circle of includes between the files of a room" "$(
	printf '%s\n' "$ranks" src/backoff | while read -r room _; do
		[ -z "$room" ] || files '\.[ch]$' "$room" | while read -r file; do
			[ "$(dirname "$file")" = "$room" ] || continue
			name=$(basename "$file")
			sed -n 's/^ *# *include *["<]\([^">]*\)[">].*/\1/p' "$file" |
				sed -n -e "s|^${room#*/}/\([^/]*\)\.h\$|\1|p" \
					-e 's|^\([^/]*\)\.h$|\1|p' |
				while read -r needed; do
					[ ! -f "$room/$needed.h" ] ||
						echo "$room ${name%.[ch]} $needed"
				done
		done
	done | circles)"
finish
