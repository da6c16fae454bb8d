# Every header compiles alone, public ones as strict C and as C++.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lint.sh"
need "${CC%% *}" "${CXX%% *}"

alone() { # LANGUAGE-FLAGS HEADER INCLUDE-LINE
	# shellcheck disable=SC2086 # flags are lists
	# Never empty: -Wpedantic minds.
	printf '%s\nint unused;\n' "$3" | $COMPILER $1 -Wall -Wextra -Werror -fsyntax-only \
		-I"$top_builddir" -Isrc -Itools ${CJSON_CFLAGS:-} \
		${NCURSES_CFLAGS:-} - 2>&1 | head -n 5 | sed "s|^|$2: |"
}

for mode in "$CC:-xc -std=c11 -Wpedantic" "$CXX:-xc++ -std=c++11 -Wpedantic"; do
	COMPILER=${mode%%:*}
	check "public headers compile alone with ${mode#*:}" "$(
		files '\.h$' src/backoff src/backoff.h | while read -r header; do
			alone "${mode#*:}" "$header" "#include <${header#src/}>"
		done)"
done
COMPILER=$CC
check "internal headers compile alone" "$(
	files '\.h$' src tools | grep -v '^src/backoff[/.]' |
		while read -r header; do
			alone "-xc -std=gnu11 -D_GNU_SOURCE" "$header" \
				"#include \"$top_srcdir/$header\""
		done)"
finish
