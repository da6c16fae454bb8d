# Files begin with their purpose and stay small; functions fit on two screens.
. "$(dirname "$0")/lint.sh"
need ctags

c_files=$(files '\.[ch]$' src tools tests examples)
check "every C file starts with its purpose, one sentence" "$(
	for file in $c_files; do
		# The first paragraph of the first comment is a sentence.
		awk 'NR == 1 && !/^\/\* [^ ]/ { bad = 1; exit }
			{ sub(/ *\*\/.*/, " END") }
			/^ \*$/ { exit }
			{ text = $0 }
			/ END$/ { sub(/ END$/, "", text); exit }
			NR == 4 { bad = 1; exit }
			END { exit bad || text !~ /[.?!:)]$/ }' "$file" || echo "$file"
	done)"
if cloned; then
	check "every script starts with its purpose" "$(
		files '(\.sh|\.py|\.awk|/quickstart|\.ci/run)$' ./ |
			while read -r file; do
				sed -n '1{/^#!/d}; /^$/d; p' "$file" |
					head -n 1 | grep -qE '^(# |""")[^ ]' ||
					echo "$file"
			done)"
	check "every file of code names its licence" "$(
		files '\.(c|h|cc|cpp|hpp|go|mjs|map|sh|awk|py|inc|ac|am|[1-9])$|/quickstart$' \
			src tools tests examples docs policies build-aux quickstart |
			grep -v '^tests/data/' | xargs grep -L \
			'SPDX-License-Identifier: MIT')"
else
	skip "every script starts with its purpose" "without git, autotools' lie among them"
	skip "every file of code names its licence" "likewise"
fi
check "no file is longer than 800 lines" "$(
	for file in $c_files; do
		awk -v file="$file" 'END { if (NR > 800)
			print file ": " NR " lines" }' "$file"
	done)"
check "no function is longer than 80 lines" "$(
	echo "$c_files" | xargs -r ctags -x --c-kinds=f --fields=+ne \
		--_xformat='%N %F %n %e' 2>/dev/null |
		awk 'NF == 4 && $4 - $3 >= 80 {
			print $2 ":" $3 ": " $1 ", " $4 - $3 + 1 " lines" }')"
finish
