# A log that is split, rotated and compressed gives the same results.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

log=$top_srcdir/tests/data/argus-1h/app.log
cd "$work" || exit 99
skip() { # WHAT WHY
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}
split -n l/5 "$log" app.log.
set -- app.log.a?
check "there are five pieces" test $# -eq 5
gzip -k app.log.a?
cat app.log.aa.gz app.log.ab.gz >members.gz
have_zstd=:
command -v zstd >/dev/null || have_zstd=false

# What compare says, but not about which files.
answer() { # FILE...
	retrysim compare -f json -p QUICK --replicas 10 "$@"
	sed '/"files"/,/\]/d' "$work/out"
}
answer "$log" >base
check "the log has events" grep -q '"events":[[:space:]]*1439,' base

same() { # WHAT FILE...
	what=$1
	shift
	answer "$@" >answer
	check "$what" cmp base answer
	check "$what: nothing is said" test ! -s err
}
gzip -c "$log" >whole.gz
same "gzip" whole.gz
same "several members, and rotated pieces in another order" \
	app.log.ae app.log.ad.gz members.gz app.log.ac.gz
run sh -c '"$0" compare -f json -p QUICK --replicas 10 - <whole.gz' \
	"$top_builddir/retrysim"
sed '/"files"/,/\]/d' "$work/out" >answer
check "from standard input" cmp base answer
if $have_zstd; then
	zstd -qk app.log.a?
	cat app.log.aa.zst app.log.ab.zst >frames.zst
	same "several frames, gzip, and none" \
		frames.zst app.log.ac.gz app.log.ad.zst app.log.ae
else
	skip "zstd" "zstd is not installed"
fi

# The live view counts the same.
counts() { # FILE...
	run "$top_builddir/retrytop" --once --format json "$@"
	sed -n 's/^[[:space:]]*"\(lines\|events\|foreign\|bad\)":[[:space:]]*\([0-9]*\),*$/\1 \2/p' \
		out | head -n 4
}
counts "$log" >base
counts members.gz app.log.ac.gz app.log.ad.gz app.log.ae >answer
check "retrytop" cmp base answer
run sh -c '"$0" --once --format json - <whole.gz' "$top_builddir/retrytop"
sed -n 's/^[[:space:]]*"\(lines\|events\|foreign\|bad\)":[[:space:]]*\([0-9]*\),*$/\1 \2/p' \
	out | head -n 4 >answer
check "retrytop from standard input" cmp base answer

# What is there counts, and one message says what is wrong.
broken() { # WHAT FILE MESSAGE
	retrysim compare -p QUICK "$2"
	expect "$1: what was read counts" 0 QUICK "$3"
	check "$1: one message" test "$(grep -c "^retrysim: $2:" err)" -eq 1
	run "$top_builddir/retrytop" --once "$2"
	expect "$1: retrytop" 0 ' events' "$3"
}
head -c 40000 whole.gz >cut.gz
broken "truncated" cut.gz 'cut.gz:[0-9]*:1: the gzip data ends in the middle'
{ cat app.log.aa.gz; echo text; } >text.gz
broken "text after it" text.gz 'text.gz:[0-9]*:1: broken gzip data'
size=$(wc -c <whole.gz)
{ head -c $((size - 5)) whole.gz; printf '\0\0\0\0\0'; } >sum.gz
broken "wrong checksum" sum.gz 'sum.gz:[0-9]*:1: broken gzip data near byte [0-9]* .incorrect data'

# Others have a name, and what to do about it.
named() { # PROGRAM NAME
	if ! command -v "$1" >/dev/null; then
		skip "$2" "$1 is not installed"
		return
	fi
	"$1" -c app.log.aa >other
	retrysim compare other
	expect "$2 is named" 3 '' "other:1:1: compressed with $2; unpack it"
}
named xz xz
named bzip2 bzip2
named lz4 lz4

# A small file that unpacks to much more stays small in memory.
if (ulimit -v 60000) 2>/dev/null &&
	! grep -q '__[amt]san_init' "$top_builddir/retrysim"; then
	head -c 90000000 /dev/zero | tr '\0' x | gzip -1 >bomb.gz
	run sh -c 'ulimit -v 60000; exec "$0" compare bomb.gz' \
		"$top_builddir/retrysim"
	expect "a bomb is one long line" 3 '' 'longer than 1 MiB'
else
	skip "a bomb" "sanitizers need more memory"
fi

finish
