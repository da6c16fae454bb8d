# packages.sh calls apt once and only for missing packages, with sudo if not root;
# if it cannot install, it names them.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lint.sh"
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/bin"
cp build-aux/packages.sh "$tmp/"
printf 'build here cmd:sh\nbuild absent cmd:no-such-program\n' \
	>"$tmp/packages.txt"
printf 'build other f:/no/such/*\ncheck present f:/bin/*\n' \
	>>"$tmp/packages.txt"

# A machine with only these tools; apt-get is a stub that records its arguments.
for tool in sh dirname mktemp rm tail env; do
	ln -s "$(command -v $tool)" "$tmp/bin/$tool"
done
stub() { # NAME SCRIPT
	printf '#!/bin/sh\n%s\n' "$2" >"$tmp/bin/$1"
	chmod +x "$tmp/bin/$1"
}
packages() { # SECTION...
	rm -f "$tmp/calls"
	PATH=$tmp/bin sh "$tmp/packages.sh" "$@" >"$tmp/out" 2>&1
	echo "exit $?" >>"$tmp/out"
}
says() { # WHAT PATTERN...: each pattern is in the output or among the calls
	what=$1
	shift
	for pattern; do
		grep -qE -e "$pattern" "$tmp/out" "$tmp/calls" 2>/dev/null ||
			{ check "$what" "no $pattern in: $(cat "$tmp/out")"
			return; }
	done
	check "$what" ""
}

stub id 'echo 0'
packages build
says "without apt-get it names what is missing and exits 4" \
	'missing: absent other$' 'no apt-get' '^exit 4$'
stub apt-get 'echo "apt-get $*" >>'"$tmp"'/calls'
packages check
says "nothing missing: no word, no apt" '^exit 0$'
check "nothing missing: apt is not asked" "$(cat "$tmp/calls" 2>/dev/null)"
packages build
says "as root it updates, then installs what is missing" '^exit 0$' \
	'^apt-get .* update$' '^apt-get .*--no-install-recommends absent other$'
packages nonsense
says "an unknown section is a mistake" '^exit 2$'
stub id 'echo 1000'
packages build
says "neither root nor sudo: it says so and exits 4" 'nor sudo' '^exit 4$'
stub sudo 'echo "sudo $1" >>'"$tmp"'/calls; exec "$@"'
packages build
says "with sudo it asks through sudo" '^sudo env' '^apt-get .* update$' \
	'^exit 0$'
stub apt-get 'echo "E: no network"; exit 100'
packages build
says "a failing apt shows its words and exits 4" 'no network' '^exit 4$'
finish
