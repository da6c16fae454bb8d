# clang-format 14 would change nothing.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lint.sh"
need clang-format-14

check "clang-format-14 agrees with every C file" "$(
	files '\.[ch]$' src tools tests examples |
		xargs -r clang-format-14 --dry-run 2>&1 |
		grep 'warning:' | head -n 40)"
finish
