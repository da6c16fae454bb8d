# Reports in Markdown: short, harmless, and with how to make them again.
# RETRYSIM_REPORTS=write renews the golden files; look at the difference.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

golden=$top_srcdir/tests/data/reports
cd "$top_srcdir" || exit 99
log=tests/data/argus-1h/app.log
hostile=tests/data/hostile/app.log

# The output of the last run, whatever the version, is that of the file.
same_as() { # FILE
	sed 's/^Made by retrysim [^ ,]*/Made by retrysim VERSION/' \
		"$work/out" >"$work/plain"
	[ "${RETRYSIM_REPORTS-}" != write ] || cp "$work/plain" "$golden/$1"
	diff -u "$golden/$1" "$work/plain" >&2
}

short() { # at most 60 lines, and no empty report
	awk 'END { exit NR > 60 || NR < 10 }' "$work/out"
}

retrysim compare "$log" -f md
expect "a report in Markdown" 0 '^- `post_webhook`: [*][*]keep WEBHOOK' ''
check "it is as it was" same_as argus-1h.md
check "it has at most 60 lines" short
check "one of them has the digest of the log" \
	grep -qF "$(sha256sum <"$log" | cut -d' ' -f1)" "$work/out"
cp "$work/out" "$work/first.md"
sed -n '/^```sh$/,/^```$/p' "$work/first.md" | sed '1d;$d' >"$work/again"
check "the command line in it makes it again" sh -c '
	PATH=$1:$PATH && export PATH && sh "$2/again" >"$2/out" &&
		cmp -s "$2/out" "$2/first.md"' - "$top_builddir" "$work"
retrysim compare "$log" -f md --seed 2 -r 50 -o "$work/file.md"
check "what does not change the report is not in it" grep -qxF \
	"retrysim compare --seed 2 --replicas 50 --format md $log" \
	"$work/file.md"
run "$top_builddir/retrysim" compare - -f md
retrysim compare "$log" -f md -p QUICK -p WEBHOOK --operation 'p*'
check "words are quoted for a shell" \
	grep -qF -- " --operation 'p*' " "$work/out"

"$top_builddir/retrysim" compare - -f md -p QUICK -p WEBHOOK <"$log" \
	>"$work/out" 2>"$work/err"
code=$?
expect "standard input has no digest" 0 '^Made by .*, from standard input:$' ''

retrysim compare "$hostile" -f md -p QUICK -p WEBHOOK
expect "a hostile log" 0 '^## Retry policies on `app.log`$' ''
check "its report is as it was" same_as hostile.md
check "its report is short, too" short
check "it has no character that is not plain" \
	sh -c '! LC_ALL=C grep -q "[^ -~]" "$1/out"' - "$work"
# Without code, nothing is left that could be markup.
only_code() {
	! sed -e '/```/d' -e 's/`[^`]*`//g' "$work/out" |
		grep -E '<|@|//|\]\(|evil|alert'
}
check "names from the log are only in code" only_code

retrysim compare "$hostile" -f md -p QUICK -p WEBHOOK --errors
check "with texts of errors, it is short" short
check "they are only in code, too" only_code
check "and they are there" grep -qF "could not reach <img src=x" "$work/out"
retrysim compare "$hostile" -f md
check "all policies and ten operations are short, too" short

retrysim policy lint -f md QUICK AI_VISION tests/data/reports/risky.json
expect "lint in Markdown ends as lint does" 1 '^## Policy lint: [1-9]' ''
check "it is as it was" same_as lint.md
sed -n '/^```sh$/,/^```$/p' "$work/out" | sed '1d;$d' >"$work/again"
cp "$work/out" "$work/first.md"
check "the command line in it makes it again" sh -c '
	PATH=$1:$PATH && export PATH && sh "$2/again" >"$2/out"
	cmp -s "$2/out" "$2/first.md"' - "$top_builddir" "$work"
check "it has at most 60 lines with a hundred policies, too" sh -c '
	mkdir "$2/many" && for i in $(seq 100); do
		sed "s/RISKY/RISKY_$i/" tests/data/reports/risky.json \
			>"$2/many/$i.json"
	done && "$1/retrysim" policy lint -f md "$2/many" >"$2/out"
	grep -q "^[0-9]* more are in" "$2/out" &&
		[ "$(wc -l <"$2/out")" -le 60 ]' - "$top_builddir" "$work"

finish
