# The tarball holds exactly the files that git tracks.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lint.sh"
if ! cloned; then
	echo "1..0 # SKIP not a git clone"
	exit 0
fi

# shellcheck disable=SC2016 # make expands it
listed=$(printf 'list:\n\t@printf "DIST %%s\\n" $(DISTFILES)\n' |
	MAKEFLAGS='' make -s --no-print-directory -C "$top_builddir" \
		-f Makefile -f - list 2>/dev/null |
	sed -n "s/^DIST //p" | sed -e "s|^$top_srcdir/||" -e 's|^\(\.\./\)*||' |
	sort -u)
check "make knows its list" "$([ -n "$listed" ] || echo "it is empty")"
# A listed folder includes everything in it.
missing=$(git ls-files | awk -v listed="$listed" '
	BEGIN { n = split(listed, name, "\n")
		for (i = 1; i <= n; i++) there[name[i]] = 1 }
	{
		path = $0
		while (!(path in there) && sub(/\/[^\/]*$/, "", path)) { }
		if (!(path in there)) print $0
	}' | grep -vE '^(\.gitignore|\.ci/run|m4/\.gitkeep)$')
check "every file in git is in the tarball" "$missing"
gone=$(echo "$listed" | while read -r file; do
	[ -e "$file" ] || [ -e "$top_builddir/$file" ] || echo "$file"
done)
check "every file of the tarball exists" "$gone"
finish
