# retrysim --help: every command has one, in 80 columns, and the man page knows
# its options.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"
manual=$top_srcdir/docs/man/retrysim.1

# The options of the last --help, without dashes, one a line.
options() {
	sed -n 's/^  \(-., \|    \)--\([a-z-]*\).*/\2/p' "$work/out"
}

for command in '' compare policy 'dialect list' 'dialect show' \
	'dialect check' 'dialect guess' 'policy list' 'policy show' 'policy check' \
	'policy lint' 'policy schedule' 'policy schema' eval generate world \
	'world list' 'world show' 'world check' 'world schema'; do
	# shellcheck disable=SC2086 # words
	retrysim $command --help
	expect "retrysim $command --help" 0 "^Usage: retrysim${command:+ }$command" ''
	check "$command: no line is too long or ends in a space" awk '
		length > 80 || / $/ { print; wrong = 1 }
		END { exit wrong }' "$work/out"
	for option in $(options); do
		check "$command: the man page has --$option" \
			grep -qE "(Fl|,) -$option( |\$)" "$manual"
	done
done

# And the other way around.
for command in compare eval generate 'policy show' 'policy lint' 'policy schedule'; do
	# shellcheck disable=SC2086 # words
	retrysim $command --help
	options
done | sort -u >"$work/known"
grep -oE 'Fl -[a-z][a-z-]+' "$manual" | sed 's/Fl -//' | sort -u |
	grep -vxF -f "$work/known" >"$work/out"
check "the man page has no option that no command has" test ! -s "$work/out"
check "there are options" test "$(wc -l <"$work/known")" -ge 15
finish
