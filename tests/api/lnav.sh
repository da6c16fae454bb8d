# lnav reads events by share/lnav/backoff-events.json, which has every field and
# gives each type of event a level.
# SPDX-License-Identifier: MIT
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
format=$top_srcdir/share/lnav/backoff-events.json
scratch=$(mktemp -d "${TMPDIR:-/tmp}/retrykit-lnav.XXXXXX") || exit 99
trap 'rm -rf "$scratch"' EXIT
count=0

is() { # WHAT EXPECTED ACTUAL
	count=$((count + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $count - $1"
		return
	fi
	echo "not ok $count - $1"
	printf '%s\n' "$2" | sed 's/^/# expected: /'
	printf '%s\n' "$3" | sed 's/^/# got:      /'
}

fields=$("$top_builddir/tests/api/print_fields") || exit 99
is "the format has every field but the time, and no other" \
	"$(echo "$fields" | awk '$1 == "events" && $2 != "ts" { print $2 }' | sort)" \
	"$(sed -n '/"value": {/,$s/^ *"\([a-z_]*\)": {"kind.*/\1/p' "$format" |
		sort)"
types=$(sed -n '/define BO_EVENT_TYPE_WORDS/,/define BO_EVENT_KIND/s/.*WORD(.*"\(.*\)").*/\1/p' \
	"$top_srcdir/src/event/rows.h" | sort)
is "each type of event has one level" "$types" "$(
	sed -n '/"level": {/,/}/s/.*"^(*\([a-z_|]*\))*\$".*/\1/p' "$format" |
		tr '|' '\n' | sort)"

if ! command -v lnav >/dev/null 2>&1; then
	count=$((count + 1))
	if [ -n "${RETRYKIT_LINT_STRICT:-}" ]; then
		echo "not ok $count - lnav is not installed"
	else
		echo "ok $count - lnav reads events # SKIP lnav is not installed"
	fi
	echo "1..$count"
	exit 0
fi

# As it is installed: DIR/formats/NAME/*.json.
mkdir -p "$scratch/lnav/formats/retrykit" "$scratch/home"
cp "$format" "$scratch/lnav/formats/retrykit/"
read_log() { # LOG ARGUMENT...
	log=$1
	shift
	env -u XDG_CONFIG_HOME HOME="$scratch/home" LC_ALL=C.UTF-8 \
		lnav -n -W -I "$scratch/lnav" "$@" "$log" 2>&1 </dev/null
}
is "lnav accepts the format" 0 "$(env -u XDG_CONFIG_HOME \
	HOME="$scratch/home" lnav -C -W -I "$scratch/lnav" 2>&1 </dev/null
	echo $?)"
query() { # SQL
	read_log "$top_srcdir/tests/data/events/good.jsonl" -c ";$1" \
		-c ':write-csv-to -'
}
is "each line is an event, with its time, level and type" \
	"log_time,log_level,event_type
2026-11-23 10:15:30.123,debug,retry_started
2026-11-23 10:15:30.623,warning,retry_attempt
2026-11-23 10:15:31.800,info,retry_success
2026-11-23 10:15:32.000,error,retry_aborted
2026-11-23 10:15:33.000,error,retry_exhausted
2026-11-23 10:15:34.000,warning,events_dropped
2026-11-23 10:15:35.000,warning,breaker_transition
2026-11-23 10:15:36.000,info,retry_moon" \
	"$(query 'SELECT log_time, log_level, event_type FROM backoff_log')"
is "fields are numbers, text and JSON" \
	"operation,attempt,max_attempts,code,error,wait,shard
post_webhook,1,4,errno:ECONNREFUSED,connection refused,2.25,3" \
	"$(query "SELECT operation, attempt, max_attempts, code, error,
		delay_seconds * 2 AS wait, json_extract(attrs, '\$.shard') AS shard
		FROM backoff_log WHERE delay_seconds IS NOT NULL" | tr -s '\n\t' ' ' |
		sed 's/shard post/shard\npost/; s/ $//')"
is "a call's lines can be found by its id" 3 "$(query "SELECT count(*) AS n
	FROM backoff_log WHERE call_id = '00112233445566778899aabbccddeeff'" |
	tail -n 1)"
is "the line on the screen is short" \
	"2026-11-23T10:15:30.623 retry_attempt   post_webhook 1/4 errno:ECONNREFUSED connection refused" \
	"$(read_log "$top_srcdir/tests/data/events/good.jsonl" |
		grep refused | tr -s ' ' | sed 's/retry_attempt /&  /')"
echo '{"ts": 1763892930.5, "level": "info", "msg": "of another program"}' \
	>"$scratch/other.jsonl"
is "nothing of another program's JSON is hidden" "level: info
msg: of another program" "$(read_log "$scratch/other.jsonl" |
	sed -n 's/^ *\([a-z]*: .*\)/\1/p')"
echo "1..$count"
