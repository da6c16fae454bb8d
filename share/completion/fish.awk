# Writes the completion for fish, with a description of each option.
# SPDX-License-Identifier: MIT
END {
	if (died) exit 1
	f = "__" program
	print "# fish completion of " program ", made from its options.\n"
	print "# Whether the line begins with these commands; at: with no more."
	print "function " f "_in"
	print "	set -l words (commandline -opc)[2..]"
	print "	set -l n (count $argv)"
	print "	test (count $words) -ge $n"
	print "	and test \"$words[1..$n]\" = \"$argv\""
	print "end"
	print "function " f "_at"
	print "	set -l words (commandline -opc)[2..]"
	print "	test \"$words\" = \"$argv\""
	print "end"
	print "# The words, after what is before the last comma."
	print "function " f "_list"
	print "	set -l head (commandline -ct |" \
		" string replace -r -- '^--[^=]*=' '' |"
	print "		string match -r -- '^.*,')"
	print "	printf '%s\\n' \"$head\"$argv"
	print "end\n"
	print "complete -c " program " -f"
	for (c = 1; c <= commands; c++) {
		for (o = option_from[c]; o < option_from[c + 1]; o++) option(c, o)
		operands(c)
	}
}

# Text inside '...'.
function quoted(text) {
	gsub(/\\/, "\\\\", text)
	gsub(/'/, "\\'", text)
	return "'" text "'"
}

function begin(c,   group) {
	group = child_from[c] < child_from[c + 1]
	printf "complete -c %s", program
	if (commands > 1)
		printf " -n '%s'", join(f (group ? "_at" : "_in"), path(c))
}

function option(c, o) {
	begin(c)
	if (letter[o] != "") printf " -s %s", letter[o]
	printf " -l %s", name[o]
	if (kind[o] != "flag") {
		resolve(argument[o], names[o])
		printf " -r %s", paths ? "-F" : "-f"
		if (offer != "" && listed(o))
			printf " -a '(%s_list %s)'", f, offer
		else if (offer != "")
			printf " -a '%s'", offer
	}
	print " -d " quoted(doc[o])
}

function operands(c,   i) {
	for (i = child_from[c]; i < child_from[c + 1]; i++) {
		begin(c)
		print " -a " child[i] " -d " quoted(child_doc[i])
	}
	resolve(usage[c], "")
	if (offer == "" && !paths) return
	begin(c)
	print (paths ? " -F" : "") (offer == "" ? "" : " -a '" offer "'")
}
