# Files say their purpose and stay small; functions fit on a screen or two.
. "$(dirname "$0")/lint.sh"
need ctags

c_files=$(files '\.[ch]$' src tools tests examples)
check "every C file starts with its purpose, one sentence" "$(
	for file in $c_files; do
		awk 'NR == 1 && !/^\/\* [^ ]/ { exit bad = 1 }
			{ text = text $0 }
			/\*\// { exit bad = text !~ /[.?!:)] *\*\// }
			NR == 4 { exit bad = 1 }
			END { exit bad }' "$file" || echo "$file"
	done)"
check "every script starts with its purpose" "$(
	files '(\.sh|\.py|quickstart|\.ci/run)$' . |
		sed 's|^\./||' | grep -v '^build' | while read -r file; do
		sed -n '1{/^#!/d}; /^$/d; p' "$file" | head -n 1 |
			grep -qE '^(# |""")[^ ]' || echo "$file"
	done)"
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
