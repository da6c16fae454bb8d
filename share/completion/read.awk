# Reads the option tables of retrysim and retrytop, from which bash.awk, zsh.awk
# or fish.awk writes the completion of one of them: awk -v program=NAME -f
# read.awk -f SHELL.awk TABLE. tk_opt_table() writes the rows.
# SPDX-License-Identifier: MIT
BEGIN {
	FS = "\t"
	# What a placeholder stands for: files, or nothing that is known. The
	# names that POLICY, DIALECT, WORLD and CODE stand for are in the table.
	set(files, "FILE LOG DIR")
	set(unknown, "ADDRESS:PORT COMMAND DURATION GLOB KEY KEYS N N[%] NAME=GLOB OFFSET OP=N OPTION TEXT " \
		"SIZE TIME VALUE")
}

$1 == "word" { words[$2] = join(words[$2], $3) }
$1 == "command" {
	reading = $2 == program || index($2, program " ") == 1
	if (!reading) next
	command[++commands] = $2
	usage[commands] = $3
	# Number of the first option and of the first child.
	option_from[commands] = options + 1
	child_from[commands] = children + 1
}
!reading { next }
$1 == "option" {
	name[++options] = $2
	letter[options] = $3
	kind[options] = $4
	argument[options] = $5
	names[options] = $6
	doc[options] = $7
}
$1 == "child" {
	child[++children] = $2
	child_doc[children] = $3
}

END {
	option_from[commands + 1] = options + 1
	child_from[commands + 1] = children + 1
	if (commands == 0) die("no command " program)
}

function die(text) {
	print "completion: " text >"/dev/stderr"
	died = 1
	exit 1
}

function set(array, list,   i, n, word) {
	n = split(list, word, " ")
	for (i = 1; i <= n; i++) array[word[i]] = 1
}

function join(list, word) {
	return list == "" || word == "" ? list word : list " " word
}

# What stands for the placeholders in TEXT, "[OPTION]... POLICY|FILE": sets
# `offer`, the names, and `paths`, whether files may stand there.
function resolve(text, more,   i, n, word) {
	offer = more
	paths = 0
	gsub(/\[%\]/, "%", text)
	gsub(/\.\.\.|\[|\]/, "", text)
	n = split(text, word, /[ |]/)
	for (i = 1; i <= n; i++) {
		if (word[i] in files) paths = 1
		else if (word[i] in words) offer = join(offer, words[word[i]])
		else if (!(word[i] in unknown) && word[i] != "N%")
			die("what does " word[i] " stand for? see read.awk")
	}
}

# Several may stand between commas.
function listed(option) {
	return kind[option] == "many" && argument[option] ~ /DIALECT/
}

# The path of a command without the program: "policy lint".
function path(c) {
	return substr(command[c], length(program) + 2)
}
