# Writes text files as a C table of {name, text} and its count; names have no folder
# and no ending.  awk -v table=TABLE -v header=HEADER -f embed.awk FILE...
# HEADER declares `struct TABLE`, TABLE[] and TABLE_count.
# SPDX-License-Identifier: MIT
FNR == 1 {
	if (open) {
		print "\t},"
	} else {
		print "/* Made by embed.awk. */\n#include \"config.h\"\n"
		print "#include \"" header "\"\n"
		# Compilers read longer strings than the least that C asks for.
		print "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n"
		print "const struct " table " " table "[] = {"
	}
	open = 1
	name = FILENAME
	sub(/.*\//, "", name)
	sub(/\.json$/, "", name)
	print "\t{\n\t\t\"" name "\","
}
{
	gsub(/\\/, "&&")
	gsub(/"/, "\\\"")
	print "\t\t\"" $0 "\\n\""
}
END {
	print "\t},\n};\n"
	print "const size_t " table "_count = sizeof(" table ") / sizeof(*" table ");"
}
