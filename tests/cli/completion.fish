# Completes each line of stdin with the files, and prints the line and each word
# offered, a tab between: fish completion.fish FILE... <LINES
# SPDX-License-Identifier: MIT
for file in $argv
    source $file; or exit
end
while read -l line
    for word in (complete -C $line)
        printf '%s\t%s\n' $line (string split -f 1 \t -- $word)
    end
end
