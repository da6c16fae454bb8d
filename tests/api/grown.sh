# A program that was compiled against the headers of today works, with the same
# results, with a library in which every struct that callers see has grown.
# SPDX-License-Identifier: MIT
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
: "${CC:=cc}" "${PKG_CONFIG:=pkg-config}" "${RK_CFLAGS:=}"
cd "$top_srcdir" || exit 99
tmp=$(mktemp -d) || exit 99
[ -n "${KEEP:-}" ] || trap 'rm -rf "$tmp"' EXIT
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
listed() { # KIND
	sed -n "s/^| \`\(backoff_[a-z_]*\)\` | $1 |\$/\1/p" CONTRIBUTING.md
}

# The same sources; longer structs, or a part of `reserved` taken.
cp -r src "$tmp/src"
for name in $(listed size) $(listed library); do
	sed -i "/^struct $name {/,/^};/s/^};/\tunsigned long long grown[8];\n};/" \
		"$tmp"/src/backoff/*.h
done
for name in $(listed reserved); do
	sed -i "/^struct $name {/,/^};/s/uint64_t reserved\[/uint64_t grown, reserved[-1 + /" \
		"$tmp"/src/backoff/*.h
done
check "every struct has grown" "$(
	for name in $(listed size) $(listed library) $(listed reserved); do
		sed -n "/^struct $name {/,/^};/p" "$tmp"/src/backoff/*.h |
			grep -q ' grown' || echo "$name"
	done
	[ "$(listed size | wc -l)" -ge 7 ] || echo "the list is too short")"

build_library() {
	# shellcheck disable=SC2046,SC2086 # lists
	$CC -std=gnu11 -O0 -g0 $RK_CFLAGS -fPIC -fvisibility=hidden -shared \
		-I"$tmp/src" -I"$top_builddir" \
		$("$PKG_CONFIG" --cflags libcjson) \
		$(find "$tmp/src" "$top_builddir/src" -name '*.c') \
		-o "$tmp/libbackoff.so.1" -Wl,-soname,libbackoff.so.1 \
		-Wl,--version-script=src/libbackoff.map \
		$("$PKG_CONFIG" --libs libcjson) -pthread -lm
}
# shellcheck disable=SC2086
build_program() { # NAME FLAG...
	name=$1
	shift
	$CC -std=gnu11 -O0 -Wall -Wextra -Werror $RK_CFLAGS "$@" \
		tests/api/grown.c -o "$tmp/$name" "$tmp/libbackoff.so.1" -pthread
}
check "the library compiles" "$(build_library 2>&1)"
check "the program compiles" "$(build_program today -Isrc 2>&1)"
check "it compiles against the later headers" "$(
	build_program later -DGROWN -I"$tmp/src" 2>&1)"

run() { # NAME LIBRARY-FOLDER
	mkdir "$tmp/$1.$count"
	LD_LIBRARY_PATH=$2 "$tmp/$1" "$tmp/$1.$count" >"$tmp/$1.$count.out" 2>&1 ||
		{ tail -n 3 "$tmp/$1.$count.out" && echo "exit status not 0"; }
	sed 's/ 0x[0-9a-f]*//' "$tmp/$1.$count.out" >"$tmp/out"
}
check "it works with the later library" "$(run today "$tmp")"
cp "$tmp/out" "$tmp/want"
check "the later program works with it" "$(run later "$tmp")"
check "with the same results" "$(diff "$tmp/want" "$tmp/out")"
if [ -e "$top_builddir/.libs/libbackoff.so.1" ]; then
	check "it works with today's library" "$(run today "$top_builddir/.libs")"
	check "with the same results" "$(diff "$tmp/want" "$tmp/out")"
fi
check "the program went through all of it" "$(
	for word in 'find BASE' 'sink: retry_success' 'has rotated: 1' \
		'result hedged' 'restore: BACKOFF_E_SYNTAX' 'step 2 stop'; do
		[ "$(grep -c "$word" "$tmp/want")" -ge 3 ] || echo "$word"
	done)"
echo "1..$count"
