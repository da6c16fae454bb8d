# Sourced by musl.sh and m32.sh: compile the library for another machine, and run
# a program there, whose results must be those of this machine.
# SPDX-License-Identifier: MIT
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
cd "$top_srcdir" || exit 99
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
count=0

check() { # WHAT COMPLAINTS
	count=$((count + 1))
	if [ -z "$2" ]; then
		echo "ok $count - $1"
		return
	fi
	echo "not ok $count - $1"
	printf '%s\n' "$2" | head -n 20 | sed 's/^/# /'
}

# Skip without the compiler; in the gate (RETRYKIT_LINT_STRICT) fail.
try() { # WHY COMPILER FLAG...
	why=$1
	shift
	echo 'int main(void) { return 0; }' >"$tmp/try.c"
	"$@" "$tmp/try.c" -o "$tmp/try" 2>"$tmp/err" && "$tmp/try" && return
	echo "1..1"
	if [ -n "${RETRYKIT_LINT_STRICT:-}" ]; then
		echo "not ok 1 - $why"
		sed 's/^/# /' "$tmp/err"
	else
		echo "ok 1 # SKIP $why"
	fi
	exit 0
}

# There may be no cJSON for that machine: tree.c takes its place. Its headers, the
# kernel's and Random123's come from this machine, after the other's own.
# -Wno-psabi: a note about vectors in arguments, of functions that are inlined.
compare() { # COMPILER FLAG...
	sources=$(find src "$top_builddir/src" -name '*.c')
	# shellcheck disable=SC2086 # a list
	check "the library compiles without a warning, and links" "$(
		"$@" -std=gnu11 -O1 -Wall -Wextra -Wno-psabi -Werror -Isrc \
			-I"$top_builddir" $sources tests/api/tree.c \
			tests/api/grown.c -o "$tmp/there" -pthread -lm 2>&1)"
	if [ ! -e "$top_builddir/.libs/libbackoff.so" ]; then
		echo "1..$count"
		exit 0
	fi
	# shellcheck disable=SC2086 # flags
	check "the program compiles here" "$(
		$CC -std=gnu11 $RK_CFLAGS -Isrc tests/api/grown.c \
			-o "$tmp/here" "$top_builddir/.libs/libbackoff.so" \
			-pthread 2>&1)"
	for where in here there; do
		mkdir "$tmp/$where.d"
		LD_LIBRARY_PATH=$top_builddir/.libs "$tmp/$where" \
			"$tmp/$where.d" >"$tmp/$where.out" 2>&1 ||
			echo "exit status $?" >>"$tmp/$where.out"
	done
	check "its results are the same" \
		"$(diff "$tmp/here.out" "$tmp/there.out")"
	check "it ran to its end" "$(tail -n 1 "$tmp/there.out" |
		grep -v ' errno:ECONNREFUSED$')"
	echo "1..$count"
}
: "${CC:=cc}" "${RK_CFLAGS:=}"
