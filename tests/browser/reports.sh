# Reports in HTML in a real browser: readable, accessible, without a network.
# SPDX-License-Identifier: MIT
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
top_builddir=$(cd "$top_builddir" && pwd) || exit 99
out=$top_builddir/tests/browser/out

skip() { # REASON
	echo "1..0 # SKIP $1"
	exit 0
}

chromium=$(command -v chromium || command -v chromium-browser) ||
	skip "no chromium"
command -v node >/dev/null 2>&1 || skip "no node"
command -v npm >/dev/null 2>&1 || skip "no npm"
node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' ||
	skip "node is older than 18"
"$top_srcdir/tests/browser/install.sh" "$out" ||
	skip "npm could not install puppeteer-core and axe-core (no network?)"

cd "$top_srcdir" || exit 99
for name in argus-1h hostile; do
	"$top_builddir/retrysim" compare --format html --errors \
		--output "$out/$name.html" "tests/data/$name/app.log" || exit 99
done
cp tests/browser/faulty.html "$out/" || exit 99
NODE_PATH=$out/node_modules exec node tests/browser/reports.js "$chromium" "$out"
