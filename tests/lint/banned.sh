# Functions that this project does not call, and why.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lint.sh"

sources=$(files '\.[ch]$' src tools tests examples)
# shellcheck disable=SC2086 # a list of files without blanks
code=$(bare $sources)

ban() { # WHY NAME...
	why=$1
	shift
	names=$(echo "$*" | tr ' ' '|')
	check "no $* ($why)" "$(echo "$code" |
		grep -E "[^a-zA-Z0-9_.>]($names)[[:space:]]*\(" | head -n 20)"
}
ban "they do not know the size of their target" \
	sprintf vsprintf strcpy strcat gets strncpy strncat
ban "they keep hidden state" \
	strtok rand srand random srandom drand48 localtime gmtime ctime asctime \
	tmpnam tempnam mktemp
ban "they cannot report what they could not read" \
	atoi atol atoll atof
ban "the stack has no size to check" alloca
finish
