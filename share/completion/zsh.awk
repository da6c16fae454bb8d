# Writes the completion for zsh, with a description of each option.
# SPDX-License-Identifier: MIT
END {
	if (died) exit 1
	f = "_" program
	print "#compdef " program
	print "# zsh completion of " program ", made from its options.\n"
	print "# Offer words and, if FILES is yes, files; with commas, too."
	print f "__offer() { # FILES COMMAS WORD..."
	print "	local files=$1 commas=$2 ret=1"
	print "	shift 2"
	print "	[[ $commas == yes ]] && compset -P '*,'"
	print "	(( $# )) && compadd -- \"$@\" && ret=0"
	print "	[[ $files == yes ]] && _files && ret=0"
	print "	return ret"
	print "}"
	for (c = commands; c >= 1; c--)
		if (child_from[c] < child_from[c + 1]) group(c)
		else leaf(c)
	print "\n" f " \"$@\""
}

function yes(is) {
	return is ? "yes" : "no"
}

function function_of(name) {
	gsub(/[ -]/, "_", name)
	return "_" name
}

# Text inside '...'.
function quoted(text) {
	gsub(/'/, "'\\''", text)
	return text
}

# Text inside '[...]' of an option.
function described(text) {
	gsub(/\\/, "\\\\", text)
	gsub(/\[/, "\\[", text)
	gsub(/\]/, "\\]", text)
	return quoted(text)
}

function action(placeholder, commas) {
	# zsh prints a placeholder as a prompt.
	gsub(/%/, "%%", placeholder)
	gsub(/:/, "\\:", placeholder)
	return quoted(placeholder) ": " f "__offer " yes(paths) " " \
		yes(commas) (offer == "" ? "" : " " offer)
}

function option(o,   dashes, with, short, long) {
	with = kind[o] != "flag"
	short = letter[o] == "" ? "" : "-" letter[o]
	long = "--" name[o]
	printf " \\\n\t\t"
	if (name[o] == "help" || name[o] == "version") printf "'(- *)'"
	else if (kind[o] == "many") printf "'*'"
	else printf "'(%s)'", join(short, long)
	if (short != "")
		printf "{%s%s,%s%s}", short, with ? "+" : "", long, with ? "=" : ""
	else
		printf "%s%s", long, with ? "=" : ""
	printf "'[%s]'", described(doc[o])
	if (!with) return
	resolve(argument[o], names[o])
	printf "':%s'", action(argument[o], listed(o))
}

function arguments(c,   o) {
	printf "\t_arguments -s -S :"
	for (o = option_from[c]; o < option_from[c + 1]; o++) option(o)
}

function leaf(c,   operand) {
	print "\n" function_of(command[c]) "() {"
	arguments(c)
	operand = usage[c]
	sub(/^\[OPTION\]\.\.\. ?/, "", operand)
	resolve(operand, "")
	if (operand != "") printf " \\\n\t\t'*:%s'", action(operand, 0)
	print "\n}"
}

function group(c,   i, text) {
	print "\n" function_of(command[c]) "() {"
	print "	if (( CURRENT > 2 )); then"
	print "		shift words"
	print "		(( CURRENT-- ))"
	print "		case $words[1] in"
	for (i = child_from[c]; i < child_from[c + 1]; i++)
		print "		" child[i] ") " \
			function_of(command[c] " " child[i]) " ;;"
	print "		esac"
	print "		return"
	print "	fi"
	print "	local -a list=("
	for (i = child_from[c]; i < child_from[c + 1]; i++) {
		text = child_doc[i]
		gsub(/:/, "\\:", text)
		print "		'" child[i] ":" quoted(text) "'"
	}
	print "	)"
	arguments(c)
	print " \\\n\t\t'1:command: _describe -t commands command list'"
	print "}"
}
