# Writes the completion for bash, which needs no other package.
# SPDX-License-Identifier: MIT
END {
	if (died) exit 1
	f = "_" program
	print "# bash completion of " program ", made from its options."
	print "# Offer the WORDS and, if FILES is yes, files; with commas, too."
	print f "_offer() { # CURRENT WORDS FILES COMMAS"
	print "	local current=$1 head= word"
	print "	if [[ $4 == yes && $current == *,* ]]; then"
	print "		head=${current%,*},"
	print "		current=${current##*,}"
	print "	fi"
	print "	while IFS= read -r word; do"
	print "		COMPREPLY+=(\"$word\")"
	print "	done < <("
	print "		compgen -P \"$head\" -W \"$2\" -- \"$current\""
	print "		[[ $3 != yes ]] || compgen -P \"$head\" -f -- \"$current\""
	print "	)"
	print "	[[ $3 != yes ]] || compopt -o filenames 2>/dev/null"
	print "}\n"
	print f "() {"
	print "	local at=1 command=" program " current=${COMP_WORDS[COMP_CWORD]}"
	print "	local before=${COMP_WORDS[COMP_CWORD - 1]}"
	print "	COMPREPLY=()"
	print "	# readline makes three words of --option=value."
	print "	if [[ $current == = ]]; then"
	print "		current="
	print "	elif [[ $before == = ]]; then"
	print "		before=${COMP_WORDS[COMP_CWORD - 2]}"
	print "	fi"
	if (commands > 1) path_of_command()
	print "	case \"$command $before\" in"
	for (c = 1; c <= commands; c++)
		for (o = option_from[c]; o < option_from[c + 1]; o++)
			value(c, o)
	print "	esac"
	print "	case $command in"
	for (c = 1; c <= commands; c++) operands(c)
	print "	esac"
	print "}"
	print "complete -F " f " " program
}

# The command of the line, as far as it is known.
function path_of_command(   c) {
	print "	while ((at < COMP_CWORD)); do"
	print "		case \"$command ${COMP_WORDS[at]}\" in"
	for (c = 2; c <= commands; c++)
		print "		\"" command[c] "\"" (c < commands ? " | \\" : ")")
	print "			command+=\" ${COMP_WORDS[at]}\""
	print "			at=$((at + 1))"
	print "			;;"
	print "		*) break ;;"
	print "		esac"
	print "	done"
}

function yes(is) {
	return is ? "yes" : "no"
}

# After an option with a value comes that value.
function value(c, o) {
	if (kind[o] == "flag") return
	resolve(argument[o], names[o])
	printf "\t"
	if (letter[o] != "") printf "\"%s -%s\" | ", command[c], letter[o]
	print "\"" command[c] " --" name[o] "\")"
	if (offer != "" || paths)
		printf "\t\t%s_offer \"$current\" \"%s\" %s %s\n", f, offer,
			yes(paths), yes(listed(o))
	print "		return"
	print "		;;"
}

function operands(c,   o, dashed, word, i) {
	for (o = option_from[c]; o < option_from[c + 1]; o++) {
		if (letter[o] != "") dashed = join(dashed, "-" letter[o])
		dashed = join(dashed, "--" name[o])
	}
	for (i = child_from[c]; i < child_from[c + 1]; i++)
		word = join(word, child[i])
	resolve(usage[c], word)
	print "	\"" command[c] "\")"
	print "		if [[ $current == -* ]]; then"
	print "			" f "_offer \"$current\" \"" dashed "\" no no"
	print "		else"
	print "			" f "_offer \"$current\" \"" offer "\" " yes(paths) \
		" no"
	print "		fi"
	print "		;;"
}
