# retrysim compare --format html: one page that needs nothing else.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

log=$top_srcdir/tests/data/argus-1h/app.log
check_page=$top_srcdir/tests/cli/retrysim_html.py

retrysim compare "$log" -f html
expect "a page" 0 '^<!DOCTYPE html>$' ''
cp "$work/out" "$work/page.html"
check "it has what a page must have" \
	python3 "$check_page" "$work/page.html"
check "each operation has its answer" \
	test "$(grep -c 'class="name" href="#op-' "$work/page.html")" -eq 4
retrysim compare "$log" -f html
check "the same log and seed make the same page, byte for byte" \
	cmp -s "$work/out" "$work/page.html"

finish
