# Completes each line of $LINES_FILE in an interactive zsh, which finds the
# completion in the folder $COMPLETIONS, and writes the line and each word
# offered, a tab between, to $OFFERED.
# SPDX-License-Identifier: MIT
if [[ -z $INSIDE ]]; then
	zmodload zsh/zpty || exit
	export ZDOTDIR=$(mktemp -d) INSIDE=yes
	trap 'rm -rf $ZDOTDIR' EXIT
	ln -s ${0:A} $ZDOTDIR/.zshrc
	zpty shell zsh -d -i
	while zpty -r shell output; do
		log+=$output
	done
	[[ -e $OFFERED ]] || print -r -- $log >&2
	exit
fi

fpath=($COMPLETIONS $fpath)
autoload -Uz compinit
compinit -D -u
# What would be inserted goes to the file.
compadd() {
	local -a hits
	local -A before after
	if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
		builtin compadd "$@"
		return
	fi
	builtin compadd -A hits "$@"
	zparseopts -E P:=before
	local hit
	for hit in $hits; do
		print -r -- "$completed"$'\t'"$IPREFIX$before[-P]$hit" >>$OFFERED
	done
	builtin compadd "$@"
}
complete-all() {
	: >$OFFERED
	for completed in ${(f)"$(<$LINES_FILE)"}; do
		BUFFER=$completed
		CURSOR=$#BUFFER
		zle list-choices
	done
	exit
}
zle -N zle-line-init complete-all
