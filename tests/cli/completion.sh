# The completion for bash, zsh and fish: each shell itself offers every command
# and every option of --help, and for each option's value what that may be.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"
here=$(cd "$(dirname "$0")" && pwd)
top_builddir=$(cd "$top_builddir" && pwd)
files=$top_builddir/share/completion
mkdir "$work/here" "$work/home" "$work/here/folder"
: >"$work/here/file.json"
cd "$work/here" || exit 99
HOME=$work/home
export HOME
unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME ZDOTDIR

program() { # PROGRAM ARGUMENT...
	name=$1
	shift
	"$top_builddir/$name" "$@"
}

children() { # COMMAND
	# shellcheck disable=SC2086 # words
	program $1 --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'
}

# A program and its commands, one a line.
commands() { # COMMAND
	echo "$1"
	children "$1" | while read -r child; do
		commands "$1 $child"
	done
}

# "-f", tab, "text|json" for each form of each option.
options() { # COMMAND
	# shellcheck disable=SC2086 # words
	program $1 --help | awk '
	/^  (-.,|   ) --/ {
		argument = match($0, /--[a-z-]+ [^ ]+/) \
			? substr($0, RSTART, RLENGTH) : ""
		sub(/.* /, "", argument)
		for (i = 1; $i ~ /^-/; i++) {
			sub(/,$/, "", $i)
			print $i "\t" argument
		}
	}'
}

# What a placeholder stands for, one a line.
stands_for() { # PLACEHOLDER
	echo "$1" | tr '|' '\n' | while read -r one; do
		case $one in
		POLICY) program retrysim policy list | sed -n 's/^\([A-Z_0-9]*\) .*/\1/p' ;;
		DIALECT) program retrysim dialect list |
			sed -e '/^native /d' -e 's/ .*//' ;;
		WORLD) program retrysim world list | sed 's/ .*//' ;;
		CODE) sed -n 's/^\.It Li //p' "$top_srcdir/docs/man/retrysim.1" ;;
		FILE | LOG) echo file.json ;;
		DIR) echo folder ;;
		KEY) echo retries && echo name ;;
		[a-z]*) echo "$one" ;;
		esac
	done
}

# LINE, tab, WORD for all that has to be offered.
for tool in retrysim retrytop; do
	commands $tool
done >"$work/commands"
while read -r command; do
	children "$command" | sed "s/^/$command 	/"
	options "$command" | while IFS='	' read -r option argument; do
		echo "$command -	$option"
		stands_for "$argument" | sed "s/^/$command $option 	/"
	done
	# shellcheck disable=SC2086 # words
	for operand in $(program $command --help |
		sed -n "s/^Usage: $command//p" | tr -d '[].'); do
		stands_for "$operand" | sed "s/^/$command 	/"
	done
done <"$work/commands" | sort -u >"$work/wanted"
check "--help lists commands and options" test "$(wc -l <"$work/wanted")" -ge 500
check "the man page's codes are among them" \
	grep -q "lint -i 	no-deadline" "$work/wanted"

# LINE, and all that is offered, sorted.
cat >"$work/exactly" <<'END'
retrysim com	compare
retrysim policy sch	schedule schema
retrysim compare --format=	csv html json md text
retrysim compare --format=j	json
retrysim compare -f json -p W	WEBHOOK WEBHOOK_HTTP
retrysim compare --dialect native,tena	native,tenacity
retrysim compare -d nat	native
retrysim compare --margin 	
retrysim compare x --pol	--policy
retrysim policy show Q	QUICK
retrysim policy show f	file.json folder
retrysim dialect show nativ	
retrysim eval steady qu	quota
retrysim polic list x	
retrytop --window 	
retrytop fi	file.json
retrytop --dialect=au	auto
END
cut -f 1 "$work/wanted" "$work/exactly" | sort -u >"$work/lines"

# Complete the lines; the result is in $work/offered, without "--option=" before a
# word and "/" after a folder.
offer() { # SHELL
	case $1 in
	bash) bash --norc "$here/completion.bash" "$files"/bash/* ;;
	fish) fish --no-config "$here/completion.fish" "$files"/fish/*.fish ;;
	zsh) COMPLETIONS=$files/zsh LINES_FILE=$work/lines OFFERED=$work/zsh \
		zsh -f "$here/completion.zsh" && cat "$work/zsh" ;;
	esac <"$work/lines" >"$work/raw" 2>"$work/err"
	code=$?
	sed -e 's/	--[a-z-]*=/	/' -e 's|/$||' "$work/raw" | sort -u \
		>"$work/offered"
}

for shell in bash zsh fish; do
	if ! command -v $shell >/dev/null 2>&1; then
		if [ -n "${RETRYKIT_LINT_STRICT:-}" ]; then
			check "$shell is installed" false
		else
			count=$((count + 1))
			echo "ok $count - $shell # SKIP not installed"
		fi
		continue
	fi
	offer $shell
	passed=1
	[ "$code" -ne 0 ] || [ -s "$work/err" ] || passed=0
	result "$shell completes without a message" $passed
	while read -r command; do
		grep -E "^$command( -[^ 	]*)? ?	" "$work/wanted" |
			grep -vxF -f "$work/offered" >"$work/out"
		check "$shell: $command: every command, option and value" \
			test ! -s "$work/out"
	done <"$work/commands"
	while IFS='	' read -r line words; do
		awk -F'	' -v line="$line" '$1 == line { print $2 }' \
			"$work/offered" | paste -s -d ' ' - >"$work/out"
		check "$shell: '$line' becomes '$words'" \
			test "$(cat "$work/out")" = "$words"
	done <"$work/exactly"
done
finish
