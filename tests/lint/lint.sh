# Shared by the lints: TAP, the list of files, C without comments.
# Sourced; `make check` sets top_srcdir, top_builddir, CC and the flags; a script
# run by hand finds them itself: `sh tests/lint/shape.sh`.
# SPDX-License-Identifier: MIT
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
: "${CC:=cc}" "${CXX:=c++}"
cd "$top_srcdir" || exit 99
count=0
# The rooms and their order, which docs/architecture.md explains. Rooms with equal
# numbers must not use each other.
ranks='
src/base 0
src/clock 1
src/rng 1
src/policy 2
src/outcome 3
src/guard 4
src/engine 5
src/event 6
src/sink 7
src/metrics 8
src/retry 8
tools/common 0
tools/members 0
tools/stats 0
tools/chart 1
tools/input 1
tools/unwrap 2
tools/envelope 3
tools/dialect 4
tools/guess 5
tools/trace 5
tools/live 5
tools/rules 6
tools/policies 5
tools/recorded 6
tools/estimate 7
tools/replay 8
tools/report 9
tools/world 9
tools/score 10
tools/retrysim 11
tools/retrytop 11
'

# Skip without the tool; in the gate (RETRYKIT_LINT_STRICT), where every tool is
# installed, fail.
need() { # TOOL...
	for tool; do
		command -v "$tool" >/dev/null 2>&1 && continue
		if [ -n "${RETRYKIT_LINT_STRICT:-}" ]; then
			echo "1..1"
			echo "not ok 1 - $tool is not installed"
		else
			echo "1..0 # SKIP $tool is not installed"
		fi
		exit 0
	done
}

# One result: passes if there are no complaints.
check() { # WHAT COMPLAINTS
	count=$((count + 1))
	if [ -z "$2" ]; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1"
		printf '%s\n' "$2" | sed 's/^/# /'
	fi
}

skip() { # WHAT WHY
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

finish() {
	echo "1..$count"
}

# Whether git tracks this tree; a tarball unpacked inside a clone is not tracked.
cloned() {
	git ls-files --error-unmatch configure.ac >/dev/null 2>&1
}

# The project's files below the given folders, by name pattern. Files that git does
# not track yet count; files that it ignores (a build in the source tree) do not.
files() { # PATTERN FOLDER...
	pattern=$1
	shift
	if cloned; then
		git ls-files -co --exclude-standard -- "$@" |
			while read -r file; do
				# Deleted, but not yet in the index.
				[ ! -f "$file" ] || echo "$file"
			done
	else
		for folder; do
			[ ! -e "$folder" ] || find "$folder" -type f
		done
	fi | grep -E "$pattern" | sort
}

# The file with comments and the insides of strings blanked, line by line.
bare() { # FILE...
	awk '
	FNR == 1 { state = "code" }
	{
		line = ""
		n = length($0)
		for (i = 1; i <= n; i++) {
			two = substr($0, i, 2)
			c = substr($0, i, 1)
			if (state == "comment") {
				if (two == "*/") { state = "code"; i++ }
			} else if (state == "string") {
				if (c == "\\") i++
				else if (c == quote) { state = "code"; line = line c }
			} else if (two == "/*") {
				state = "comment"; i++; line = line " "
			} else if (two == "//") {
				break
			} else {
				line = line c
				if (c == "\"" || c == "\047") {
					state = "string"; quote = c
				}
			}
		}
		if (state == "string") state = "code"
		print FILENAME ":" FNR ": " line
	}' "$@"
}

# ROOM FILE KIND SYMBOL for every symbol that an object of a room defines (D) or
# asks for (U); nothing where nothing was built. libtool keeps the objects of a
# shared build in .libs/, and automake names those of a library or program after
# both: libtk_la-load.o, retrysim-main.o.
symbols() {
	echo "$ranks" | while read -r room _; do
		[ -d "$top_builddir/${room:-.none}" ] || continue
		find "$top_builddir/$room" "$top_builddir/$room/.libs" \
			-maxdepth 1 -name '*.o' 2>/dev/null |
			while read -r object; do
				file=$(basename "$object" .o)
				file=${file##*-}
				# Its source was moved or removed.
				[ -f "$room/$file.c" ] ||
					[ -f "$top_builddir/$room/$file.c" ] ||
					continue
				nm "$object" | awk -v at="$room $file" '
				NF == 2 && $1 ~ /^[UvVwW]$/ { print at, "U", $2 }
				NF == 3 && $2 ~ /^[A-TX-Z]$/ { print at, "D", $3 }'
			done
	done
}

# Without objects there are no symbols to read: a failure where a lint must not
# skip.
need_objects() {
	[ -z "$symbols" ] || return 0
	if [ -n "${RETRYKIT_LINT_STRICT:-}" ]; then
		echo "1..1"
		echo "not ok 1 - nothing was built in $top_builddir"
	else
		echo "1..0 # SKIP nothing was built here"
	fi
	exit 0
}

# Names of the functions that the public headers declare.
prototypes() {
	bare src/backoff/*.h | sed 's/^[^ ]* //' | grep -v '^#' | tr '\n' ' ' |
		tr ';{}' '\n\n\n' | sed -n 's/^.*BACKOFF_API//p' |
		grep -oE '\bbackoff_[a-z0-9_]+ *\(' | tr -d ' (' | sort
}
