# Both programs read the same log alike: as many lines, events, other lines and
# bad lines.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

same_counts() { # WHAT FILE
	run "$top_builddir/retrytop" --once --format json "$2"
	sed -n 's/^[[:space:]]*"\(lines\|events\|foreign\|bad\|oversize\|unknown\|duplicated\)":[[:space:]]*\([0-9]*\),*$/\1 \2/p' \
		"$work/out" | head -n 7 | sed 's/duplicated/copies/' |
		sort >"$work/top"
	retrysim compare -f json -p QUICK "$2"
	sed -n 's/^[[:space:]]*"\(lines\|events\|foreign\|bad\|oversize\|unknown_events\|copies\)":[[:space:]]*\([0-9]*\),*$/\1 \2/p' \
		"$work/out" | head -n 7 | sed 's/unknown_events/unknown/' |
		sort >"$work/sim"
	check "$1: $(tr '\n' ' ' <"$work/top")" cmp "$work/top" "$work/sim"
	check "$1: there is something to compare" \
		grep -q '^events [1-9]' "$work/sim"
}

event() { # SECOND ATTEMPT
	printf '{"timestamp": "2026-11-23T10:00:%s.5+00:00", "event_type": "retry_attempt", "operation": "op", "attempt": %s, "max_attempts": 3, "delay_seconds": 1.0, "error": "e", "error_type": "OSError", "request_id": "r%s"}\n' \
		"$1" "$2" "$1"
}
native() { # SECOND SEQ
	printf '{"v":1,"ts":"2026-11-23T10:00:%s.000000Z","event_type":"retry_success","operation":"pay","policy":"P","policy_hash":"0123456789abcdef","call_id":"c%s","attempt":1,"max_attempts":2,"kind":"first","outcome":"success","duration_seconds":0.1,"elapsed_seconds":0.1,"stop_reason":"success","attempts":1,"retries":0,"backoff_seconds":0,"host":"h","pid":1,"seq":%s}\n' \
		"$1" "$2" "$2"
}
bom() { printf '\357\273\277'; }

same_counts "a real log" "$top_srcdir/tests/data/argus-1h/app.log"
{ event 10 1; printf '\0\0\0\0\0\0'; event 11 1; event 12 1; } >"$work/nul.log"
same_counts "a hole after a truncation" "$work/nul.log"
{ bom; event 10 1; event 11 1; bom; event 12 1; bom; native 13 1; } \
	>"$work/bom.log"
same_counts "byte order marks of joined files" "$work/bom.log"
check "none of its events is foreign" grep -q '^foreign 0$' "$work/sim"
{ event 10 1; echo; echo plain text; echo '{"broken'; event 11 1 |
	tr -d '\n'; } >"$work/mixed.log"
same_counts "text, a broken line, no newline at the end" "$work/mixed.log"
event 10 1 | sed 's/$/\r/' >"$work/crlf.log"
same_counts "CRLF" "$work/crlf.log"
{ native 10 1; native 11 2; native 11 2; native 12 9; } >"$work/seq.log"
same_counts "a line twice, and lost ones" "$work/seq.log"
{ native 11 2; native 10 1; native 13 4; native 12 3; } >"$work/swapped.log"
same_counts "pairs swapped" "$work/swapped.log"
check "which lost nothing" grep -q '"lost_lines":[[:space:]]*0,' "$work/out"

# Lines of one attempt without ids and numbers.
poll() { # SECOND
	event "$1" 1 | sed 's/, "request_id": "r[^"]*"//'
}
{ poll 10; poll 11.123456 | sed 's/\.5+/+/'; } >"$work/fine.log"
cat "$work/fine.log" "$work/fine.log" >"$work/twice.log"
same_counts "a log with microseconds after itself" "$work/twice.log"
check "each line counts once, if its time shows it" \
	grep -q '^copies [12]$' "$work/sim"
{ poll 10; poll 10; poll 13; poll 13; } | sed 's/\.5+/+/' >"$work/second.log"
same_counts "two replicas that poll in the same seconds" "$work/second.log"
check "none of their lines is a copy" grep -q '^copies 0$' "$work/sim"
{ event 10 1; awk 'BEGIN { printf "{\"event_type\": \""
	for (i = 0; i < 20000; i++)
		printf "0123456789012345678901234567890123456789012345678901234567"
	print "\"}" }'; event 11 1; } >"$work/long.log"
same_counts "a line of more than 1 MiB" "$work/long.log"

# What neither reads has a name, and what to do about it.
refused() { # WHAT FILE MESSAGE
	run "$top_builddir/retrytop" --once "$2"
	expect "$1: retrytop names it" 3 '1 lines, 0 foreign$|bad' "$3"
	retrysim compare "$2"
	expect "$1: retrysim names it" 3 '' "$3"
	check "$1: once" test "$(grep -c "$3" "$work/err")" -eq 1
}
printf '\037\213\010\000abc\n\000def\nghi\n' >"$work/a.gz"
refused "a broken gzip file" "$work/a.gz" ':1:1: broken gzip data near byte'
printf '\050\265\057\375abc\n\000def\n' >"$work/a.zst"
refused "a broken zstd file" "$work/a.zst" ':1:1: broken zstd data near byte'
printf 'BZh91AYabc\n\000def\n' >"$work/a.bz2"
refused "a bzip2 file" "$work/a.bz2" ':1:1: compressed with bzip2; unpack it'
printf '\377\376{\000}\000\n\000{\000}\000\n\000' >"$work/a.utf16"
refused "UTF-16" "$work/a.utf16" ':1:1: UTF-16 text; convert it'
event 10 1 | sed 's/+00:00//' >"$work/zone.log"
refused "a time without a zone" "$work/zone.log" 'the time has no zone'
event 10 1 | sed 's/+00:00/ Mars/' >"$work/zone.log"
refused "an unknown zone" "$work/zone.log" 'unknown time zone "Mars"'
for zone in ' UTC' ' +0200' ' GMT' Z; do
	event 10 1 | sed "s/+00:00/$zone/"
done >"$work/zones.log"
same_counts "zones after a space" "$work/zones.log"
check "all of them are read" grep -q '^events 4$' "$work/sim"

# A file that says it is empty: the environment of the program itself, with a
# line of a log in it.
if [ -r /proc/self/environ ] && command -v timeout >/dev/null; then
	run timeout 20 env "X=
$(event 10 1)
" "$top_builddir/retrytop" --once /proc/self/environ
	expect "a file without a size is read once, to its end" 0 ', 1 events,' \
		'NUL bytes'
	run timeout 20 "$top_builddir/retrytop" --once /proc/stat
	expect "and one that differs each time" 3 ', 0 events,' 'no attempt events'
fi

finish
