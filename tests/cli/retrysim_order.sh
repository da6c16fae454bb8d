# retrysim compare: results do not depend on the order of lines of one moment,
# nor on the files that a log is split into.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

# Results without the names of files.
results() { # FILE...
	# shellcheck disable=SC2086 # a list of options
	retrysim compare $options -f json "$@"
	[ "$code" -eq 0 ] &&
		awk '/"files":/ { skip = 1 } !skip { print }
			skip && /\]/ { skip = 0 }' "$work/out"
}
same() { # WHAT FILE...
	what=$1
	shift
	results "$@" >"$work/got"
	check "$what" cmp -s "$work/want" "$work/got"
}
# Times are cut to hundredths of a second, so that several lines share one.
coarse() { # LOG
	sed -E 's/("(ts|timestamp)": "[^"]*[.][0-9][0-9])[0-9]*/\1/' "$1"
}
# Reverse lines of the same time, or order them by their text.
shuffle() { # HOW FILE
	awk -v how="$1" '
		function flush(i, j, kept) {
			for (i = 2; how == "text" && i <= n; i++) {
				kept = line[i]
				for (j = i - 1; j > 0 && line[j] > kept; j--)
					line[j + 1] = line[j]
				line[j + 1] = kept
			}
			for (i = 1; i <= n; i++)
				print how == "text" ? line[i] : line[n + 1 - i]
			n = 0
		}
		{
			match($0, /"(ts|timestamp)": "[^"]*"/)
			at = substr($0, RSTART, RLENGTH)
			if (at != last)
				flush()
			last = at
			line[++n] = $0
		}
		END { flush() }' "$2"
}
try() { # NAME
	results "$work/a.log" >"$work/want"
	check "$1: it has results" grep -q '"success_rate"' "$work/want"
	shuffle reverse "$work/a.log" >"$work/b.log"
	check "$1: lines share moments" sh -c '! cmp -s "$1" "$2"' - \
		"$work/a.log" "$work/b.log"
	same "$1: lines of a moment, reversed" "$work/b.log"
	shuffle text "$work/a.log" >"$work/b.log"
	same "$1: lines of a moment, by their text" "$work/b.log"
	lines=$(wc -l <"$work/a.log")
	part=$((lines / 3 + 1))
	rm -f "$work"/part.*
	split -l "$part" "$work/a.log" "$work/part."
	same "$1: split" "$work/part.aa" "$work/part.ab" "$work/part.ac"
	same "$1: rotated, the newest first" "$work/part.ac" "$work/part.ab" \
		"$work/part.aa"
	awk -v work="$work" '{ print >(work "/part.mod" NR % 2) }' "$work/a.log"
	same "$1: every other line in another file" "$work/part.mod1" \
		"$work/part.mod0"
	sort "$work/a.log" >"$work/b.log"
	same "$1: in any order" "$work/b.log"
}

options='-p STANDARD -p QUICK -r 10 -c fetch_snapshot=7134 -c post_webhook=3533'
coarse "$top_srcdir/tests/data/argus-1h/app.log" |
	grep '"event_type": "retry_' >"$work/a.log"
try "failures with requests' ids"

options='-p STANDARD -p QUICK -r 10'
retrysim generate outages-seconds --record STANDARD -o "$work/world.log"
coarse "$work/world.log" | head -n 3000 >"$work/a.log"
try "all outcomes"
awk 'NR % 97 != 5' "$work/a.log" >"$work/b.log"
mv "$work/b.log" "$work/a.log"
try "lost lines"

cat >"$work/a.log" <<'EOF'
redis-1   | 1:M 14 Sep 2024 08:00:10.123 * Ready to accept connections tcp
ingest-1  | WARNING:api:Retrying api.push in 0.5 seconds as it raised Timeout: x.
redis-1   | 1:M 14 Sep 2024 08:00:15.123 * 100 changes in 300 seconds. Saving...
ingest-1  | WARNING:api:Retrying api.push in 1.0 seconds as it raised Timeout: x.
EOF
retrysim compare -p STANDARD "$work/a.log"
expect "times of another container are not those of attempts" 3 '' \
	'2 lines about attempts, of about 1 calls by their order, and no times'

# Lines without ids and numbers are of one time: their order in the log decides.
cat >"$work/a.log" <<'EOF'
2026-01-12 10:00:00,100 WARNING urllib3: Retrying (Retry(total=1, connect=None, read=None, redirect=None, status=None)) after connection broken by 'E': /feed
2026-01-12 10:00:00,101 WARNING urllib3: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by 'E': /feed
2026-01-12 10:00:00,101 ERROR sync: requests.exceptions.ConnectionError: HTTPConnectionPool(host='x', port=80): Max retries exceeded with url: /feed (Caused by E)
EOF
head -n 2 "$work/a.log" >"$work/app.log.1"
tail -n 1 "$work/a.log" >"$work/app.log"
options='-p QUICK'
results "$work/a.log" >"$work/want"
check "the last line of a time ends the call" \
	grep -q '"calls_recorded":[^0-9]*1,' "$work/want"
same "likewise, as pieces" "$work/app.log.1" "$work/app.log"
same "likewise, as pieces, the newest first" "$work/app.log" "$work/app.log.1"

finish
