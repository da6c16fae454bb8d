#!/bin/sh
# Installs missing packages of the named sections of packages.txt.
# Usage: build-aux/packages.sh SECTION...
# Silent and offline if nothing is missing. Exit status 4 if it cannot install.
# SPDX-License-Identifier: MIT
set -u
list=$(dirname "$0")/packages.txt
[ -r "$list" ] || exit 4

say() {
	echo "packages: $*" >&2
}

any() { # FILE...: one of them exists
	for file; do
		[ ! -e "$file" ] || return 0
	done
	return 1
}

# shellcheck disable=SC2086
there() { # PROBE
	case $1 in
	cmd:*) command -v "${1#cmd:}" ;;
	pc:*) pkg-config --exists "${1#pc:}" ;;
	# Not with the compiler: a fresh machine has none.
	h:*) any /usr/include/"${1#h:}" /usr/include/*/"${1#h:}" \
		/usr/local/include/"${1#h:}" ;;
	f:*) any ${1#f:} ;; # unquoted: a pattern
	esac >/dev/null 2>&1
}

missing=
for section; do
	found=no
	while read -r its package probe; do
		[ "$its" = "$section" ] || continue
		found=yes
		there "$probe" || missing="$missing $package"
	done <"$list"
	if [ $found = no ]; then
		say "no section '$section' in $list"
		exit 2
	fi
done
[ -n "$missing" ] || exit 0

say "missing:$missing"
if ! command -v apt-get >/dev/null 2>&1; then
	say "no apt-get here: install these Debian packages in another way"
	exit 4
fi
sudo=
if [ "$(id -u)" != 0 ]; then
	sudo=sudo
	if ! command -v sudo >/dev/null 2>&1; then
		say "neither root nor sudo; run as root: apt-get install$missing"
		exit 4
	fi
fi
apt() {
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		-o DPkg::Lock::Timeout=120 "$@" </dev/null
}

# apt's output is long, and matters only if it fails.
log=$(mktemp) || exit 4
trap 'rm -f "$log"' EXIT
say "installing them with ${sudo:+sudo }apt-get"
# shellcheck disable=SC2086 # a list
if ! { apt update && apt install --no-install-recommends $missing; } \
	>"$log" 2>&1; then
	tail -n 20 "$log" >&2
	say "apt-get could not install:$missing"
	exit 4
fi
