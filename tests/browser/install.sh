#!/bin/sh
# Installs what package-lock.json names into a folder.
# Usage: tests/browser/install.sh FOLDER
# Silent and offline if it is there already. Exit status 1 if it cannot.
# SPDX-License-Identifier: MIT
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 1
there=${1:?FOLDER}
mkdir -p "$there" || exit 1
if [ -f "$there/node_modules/.package-lock.json" ] &&
	cmp -s "$here/package-lock.json" "$there/package-lock.json"; then
	exit 0
fi
rm -rf "$there/node_modules" "$there/package-lock.json"
cat "$here/package.json" >"$there/package.json" || exit 1
cat "$here/package-lock.json" >"$there/package-lock.json" || exit 1
# No scripts of packages run, and no browser is downloaded: Debian has one.
cd "$there" && timeout 120 npm ci --ignore-scripts --no-audit --no-fund \
	--prefer-offline >npm.out 2>&1 </dev/null && exit 0
# A half of it is worse than none.
rm -rf node_modules
tail -n 5 npm.out >&2
exit 1
