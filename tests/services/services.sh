# Shared by the service tests: a scratch folder, the flaky server, events, TAP.
# Sourced; `make check` sets top_srcdir and top_builddir.
# SPDX-License-Identifier: MIT
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
service=$top_builddir/examples/services
tool=$top_builddir/tests/services
real_time=$top_srcdir/tests/services/policies
# Virtual time: each wait passes immediately. Attempts take real time, so no test
# depends on the speed of the machine.
at_once="-t /dev/zero"
scratch=$(mktemp -d) || exit 99
count=0
peers=

clean_up() {
	# shellcheck disable=SC2086 # a list
	[ -z "$peers" ] || kill $peers 2>/dev/null
	rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 99' HUP INT TERM
cd "$scratch" || exit 99

is() { # WHAT WANTED GOT
	count=$((count + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1"
		echo "$2" | sed 's/^/# wanted: /'
		echo "$3" | sed 's/^/# got:    /'
	fi
}

holds() { # WHAT COMMAND...: it succeeds
	what=$1
	shift
	is "$what" yes "$("$@" >/dev/null 2>&1 && echo yes || echo no)"
}

has() { # WHAT TEXT PART: the text has the part in it
	case $2 in
	*"$3"*) is "$1" "$3" "$3" ;;
	*) is "$1" "...$3..." "$2" ;;
	esac
}

finish() {
	echo "1..$count"
}

within() { # SECONDS COMMAND...: repeat it until it succeeds
	tries=$(($1 * 50))
	shift
	while ! "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.02
	done
}

# Start a peer with the script on stdin; its address is in $peer, its log in
# $log.
start_peer() { # NAME
	cat >"$1.script"
	log=$scratch/$1.log
	"$tool/flaky_server" "$1.script" "$log" 600 >"$1.port" 2>"$1.err" &
	peers="$peers $!"
	if ! within 60 test -s "$1.port"; then
		echo "Bail out! no peer: $(cat "$1.err")"
		exit 99
	fi
	peer=http://127.0.0.1:$(cat "$1.port")
}

# A request is logged after it was answered; its client may be gone before that.
logged() { # PATH COUNT
	within 60 eval '[ "$(requests '"$1"' number | wc -l)" -ge '"$2"' ]'
}

# Columns of the log, by name: begin end method path number in_flight range
# status bytes body.
requests() { # PATH COLUMN...: one line per request, by time of begin
	path=$1
	shift
	# A request is logged after its answer, which its client may have already.
	within 60 eval \
		'[ "$(wc -c <"$log.answering")" -eq "$(wc -l <"$log")" ]'
	sort -n "$log" | awk -F '\t' -v path="$path" -v wanted="$*" '
		BEGIN {
			n = split("begin end method path number in_flight " \
				"range status bytes body", name, " ")
			for (i = 1; i <= n; i++) at[name[i]] = i
			n = split(wanted, want, " ")
		}
		$4 == path {
			line = ""
			for (i = 1; i <= n; i++)
				line = line (i > 1 ? " " : "") $at[want[i]]
			print line
		}'
}

# Fields of the events, one line per event; "-" for an absent one.
events() { # FILE FIELD...
	file=$1
	shift
	awk -v wanted="$*" '
		function field(name,   value) {
			# A quote inside a text has a backslash before it, so
			# this matches names only.
			if (!match($0, "\"" name "\":(\"[^\"]*\"|[^,}]*)"))
				return "-"
			value = substr($0, RSTART, RLENGTH)
			sub(/^"[^"]*":/, "", value)
			gsub(/^"|"$/, "", value)
			return value
		}
		BEGIN { n = split(wanted, want, " ") }
		{
			line = ""
			for (i = 1; i <= n; i++)
				line = line (i > 1 ? " " : "") field(want[i])
			print line
		}' "$file"
}

# Each wait was at least as long as decided, according to the events: they have
# the end and the duration of each attempt.
waited() { # FILE
	events "$1" elapsed_seconds duration_seconds delay_seconds | awk '
		due != "" && $1 - $2 < due - 1e-6 { early = 1 }
		{ due = $3 == "-" ? "" : $1 + $3 }
		END { print (early ? "too short" : NR ? "yes" : "nothing") }'
}

# The attempt on line LINE took at least SECONDS.
took() { # FILE LINE SECONDS
	events "$1" duration_seconds | awk -v line="$2" -v least="$3" '
		NR == line { print ($1 >= least ? "yes" : $1) }'
}

# The same as waited(), by the peer's log: milliseconds between begins.
gaps_at_least() { # PATH MS...
	path=$1
	shift
	requests "$path" begin | awk -v want="$*" '
		BEGIN { n = split(want, ms, " ") }
		NR > 1 && $1 - last < ms[NR - 1] { bad = "too short" }
		{ last = $1 }
		END {
			if (NR != n + 1) bad = NR " requests"
			print (bad ? bad : "yes")
		}'
}
