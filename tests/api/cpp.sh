# The C++ header: compiles as C++11 without a warning, attempts that throw give
# back what they hold, and the last exception arrives at the caller.
# SPDX-License-Identifier: MIT
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}" "${CXX:=c++}"
: "${RK_CFLAGS:=}"
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

if ! command -v "${CXX%% *}" >/dev/null; then
	echo "1..0 # SKIP no C++ compiler"
	exit 0
fi
library=$top_builddir/.libs/libbackoff.so
if [ ! -e "$library" ]; then
	echo "1..0 # SKIP no shared library"
	exit 0
fi

count=0
runs() { # NAME FILE LINE
	count=$((count + 1))
	# shellcheck disable=SC2086 # words
	if $CXX -std=c++11 -Wall -Wextra -Wpedantic -Werror $RK_CFLAGS \
		-I"$top_srcdir/src" "$2" -o "$tmp/program" \
		-L"$top_builddir/.libs" -lbackoff -pthread \
		-Wl,-rpath,"$(cd "$top_builddir/.libs" && pwd)" \
		>"$tmp/out" 2>&1 && "$tmp/program" >"$tmp/out" 2>&1 &&
		[ "$(cat "$tmp/out")" = "$3" ]; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1"
		sed 's/^/# /' "$tmp/out"
	fi
}

runs "exceptions: retried by type, thrown at last" \
	"$top_srcdir/examples/exceptions.cc" \
	'5 calls threw; success after 3 attempts'
runs "cpp.hpp: what exceptions are described as" \
	"$top_srcdir/tests/api/test_cpp.cc" 'all as described'
for flag in -fno-rtti -fno-exceptions; do
	count=$((count + 1))
	# shellcheck disable=SC2086 # words
	if echo '#include <backoff/cpp.hpp>' |
		$CXX -std=c++11 $flag -I"$top_srcdir/src" -x c++ -fsyntax-only \
			- >"$tmp/out" 2>&1 ||
		! grep -q 'needs exceptions and RTTI' "$tmp/out"; then
		echo "not ok $count - $flag is refused with a reason"
	else
		echo "ok $count - $flag is refused with a reason"
	fi
done
echo "1..$count"
