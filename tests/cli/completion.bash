# Completes each line of stdin with the functions of the files, and prints the
# line and each word offered, a tab between: bash completion.bash FILE... <LINES
# SPDX-License-Identifier: MIT
for file; do
	# shellcheck source=/dev/null
	. "$file" || exit
done
while IFS= read -r line; do
	# As readline splits it.
	read -r -a COMP_WORDS <<<"${line//=/ = }"
	[[ $line != *[\ =] ]] || COMP_WORDS+=("")
	[[ $line != *= ]] || unset "COMP_WORDS[-1]"
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	"_${COMP_WORDS[0]}" </dev/null
	for word in "${COMPREPLY[@]}"; do
		printf '%s\t%s\n' "$line" "$word"
	done
done
