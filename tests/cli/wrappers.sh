# Behind any wrapper, both programs read a log as they read it without.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

native() { # SECOND...
	for second; do
		printf '{"v":1,"ts":"2026-11-23T10:00:%s.000000Z","event_type":"retry_success","operation":"pay","policy":"P","policy_hash":"0123456789abcdef","call_id":"c%s","attempt":1,"max_attempts":2,"kind":"first","outcome":"success","duration_seconds":0.1,"elapsed_seconds":0.1,"stop_reason":"success","attempts":1,"retries":0,"backoff_seconds":0,"host":"h","pid":1,"seq":%s}\n' \
			"$second" "$second" "$second"
	done
}

{ head -n 150 "$top_srcdir/tests/data/argus-1h/app.log"; native 30 31 32; } \
	>"$work/bare.log"

# What both say about a log, but not how long it is, and what it is wrapped in.
answers() { # FILE
	cp "$1" "$work/log"
	run "$top_builddir/retrytop" --once --format json "$work/log"
	unlike "$work/out"
	retrysim compare -f json -p QUICK --replicas 20 "$work/log"
	unlike "$work/out"
}

unlike() { # FILE
	awk '/"unwrapped":/ { inside = 1 }
		!inside && !/"lines":|"bytes":/
		inside && /\]/ { inside = 0 }' "$1"
}

answers "$work/bare.log" >"$work/bare"
check "the log has events" grep -q '"events":[[:space:]]*[1-9]' "$work/bare"
check "and native ones" grep -q '"operation":[[:space:]]*"pay"' "$work/bare"

wrapped() { # WHAT SED-SCRIPT
	sed "$2" "$work/bare.log" >"$work/wrapped.log"
	answers "$work/wrapped.log" >"$work/wrapped"
	check "$1" cmp "$work/bare" "$work/wrapped"
}

string='s/\\/\\\\/g; s/"/\\"/g'
time=2026-11-23T10:30:00.123456789Z
wrapped "CRLF" 's/$/\r/'
wrapped "byte order marks" "s/^/$(printf '\357\273\277')/"
wrapped "colours" "s/^/$(printf '\033')[36m/; s/\$/$(printf '\033')[0m/"
wrapped "docker's json-file" \
	"$string; s/.*/{\"log\":\"&\\\\n\",\"stream\":\"stderr\",\"time\":\"$time\"}/"
wrapped "CRI" "s/^/$time stderr F /"
wrapped "CRI in parts" "s/^\(.\{50\}\)\(.\{30\}\)/$time stderr P \1\n$time stderr P \2\n$time stderr F /"
wrapped "kubectl --timestamps" "s/^/$time /"
wrapped "kubectl --prefix" 's/^/[pod\/web-597c746645-t2kb8\/app] /'
wrapped "kubectl --prefix --timestamps" "s/^/[pod\/web-0\/app] $time /"
wrapped "docker compose" 's/^/web-1  | /'
wrapped "docker compose with a name" 's/^/gateway  | /'
wrapped "gh run view --log" "s/^/build (a)\tInstall deps\t$time /"
wrapped "stern" 's/^/web-597c746645-t2kb8 app /'
wrapped "syslog" 's/^/<30>Nov 23 10:30:00 h1 app[23]: /'
wrapped "syslog's file" 's/^/Nov 23 10:30:00 h1 app[23]: /'
wrapped "RFC 5424" "s/^/<30>1 $time h1 app 23 - - /"
wrapped "RFC 5424 without a priority" "s/^/1 $time h1 app 23 - - /"
wrapped "journald" \
	"$string; s/.*/{\"__REALTIME_TIMESTAMP\":\"1795430000000000\",\"_PID\":\"23\",\"MESSAGE\":\"&\"}/"
wrapped "the prefix of a logger" 's/^/2026-11-23 10:30:00,123 INFO app: /'
wrapped "docker in syslog in a file with CRLF" \
	"$string; s/.*/Nov 23 10:30:00 h1 dockerd[1]: {\"log\":\"&\\\\n\",\"stream\":\"stderr\",\"time\":\"$time\"}\r/"

# A log that was rotated amid a line, whatever the order of its files.
sed "s/^\(.\{50\}\)/$time stderr P \1\n$time stderr F /" "$work/bare.log" \
	>"$work/parts.log"
# The 9th and the 14th line are events.
head -n 17 "$work/parts.log" >"$work/app.log.2"
sed -n 18,27p "$work/parts.log" | gzip >"$work/app.log.1.gz"
tail -n +28 "$work/parts.log" >"$work/app.log"
rotated() { # WHAT FILE...
	what=$1
	shift
	retrysim compare -f json -p QUICK --replicas 20 "$@"
	unlike "$work/out" | sed '/"files"/d' >"$work/rotated"
	check "$what" cmp "$work/whole" "$work/rotated"
}
retrysim compare -f json -p QUICK --replicas 20 "$work/parts.log"
unlike "$work/out" | sed '/"files"/d' >"$work/whole"
rotated "CRI in parts, rotated" \
	"$work/app.log.2" "$work/app.log.1.gz" "$work/app.log"
rotated "CRI in parts, rotated, the newest first" \
	"$work/app.log" "$work/app.log.1.gz" "$work/app.log.2"

# retrytop, which reads once, joins the same.
totals() { # FILE...
	run "$top_builddir/retrytop" --once --format json "$@"
	sed '/"dialects"/q' "$work/out" >"$work/totals"
}
joined() { # WHAT FILE...
	what=$1
	shift
	totals "$@"
	check "$what" cmp "$work/whole" "$work/totals"
}
totals "$work/parts.log"
mv "$work/totals" "$work/whole"
check "retrytop counts events" grep -q '"events":[^0-9]*[1-9]' "$work/whole"
joined "retrytop: CRI in parts, rotated" \
	"$work/app.log.2" "$work/app.log.1.gz" "$work/app.log"
joined "retrytop: CRI in parts, rotated, the newest first" \
	"$work/app.log" "$work/app.log.1.gz" "$work/app.log.2"
cp "$work/app.log.2" "$work/worker-1"
cp "$work/app.log" "$work/worker-2"
mv "$work/app.log.1.gz" "$work/worker-3.gz"
totals "$work/worker-1" "$work/worker-3.gz" "$work/worker-2"
check "retrytop: parts of different programs are not joined" \
	sh -c '! cmp -s "$1" "$2"' - "$work/whole" "$work/totals"

# As retrytop's help says: through a pipe, from several pods.
awk -v time="$time" '{ print "[pod/web-" NR % 2 "/app] " time " " $0 }' \
	"$work/bare.log" >"$work/pods.log"
run "$top_builddir/retrytop" --once --format json "$work/bare.log"
grep '"events"\|"foreign"\|"bad"' "$work/out" >"$work/bare"
run sh -c 'cat "$1" | "$0" --once --format json -' \
	"$top_builddir/retrytop" "$work/pods.log"
grep '"events"\|"foreign"\|"bad"' "$work/out" >"$work/wrapped"
check "kubectl logs --prefix --timestamps through a pipe" \
	cmp "$work/bare" "$work/wrapped"

finish
