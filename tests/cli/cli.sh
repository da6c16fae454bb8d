# Helpers of the command-line tests: TAP, a working folder, running programs.
# Sourced; `make check` sets top_srcdir and top_builddir, and by hand a script
# finds them itself: `sh tests/cli/retrysim_policy.sh`.
# SPDX-License-Identifier: MIT
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir/build}"
count=0
work=$(mktemp -d "${TMPDIR:-/tmp}/retrykit-cli.XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM
# The shell's messages and the programs' are compared as text.
LC_ALL=C.UTF-8
export LC_ALL

# Run a program: exit code in $code, output in $work/out and $work/err.
run() { # COMMAND...
	"$@" >"$work/out" 2>"$work/err" </dev/null
	code=$?
}

# A log with a failed attempt in each minute from FROM to TO of an hour of 2001.
minutes() { # FROM TO
	awk -v from="$1" -v to="$2" 'BEGIN {
		for (i = from; i <= to; i++)
			printf "{\"v\":1,\"ts\":\"2001-11-30T10:%02d:00.000Z\"," \
				"\"event_type\":\"retry_attempt\"," \
				"\"operation\":\"pay\",\"policy\":\"P\"," \
				"\"policy_hash\":\"0123456789abcdef\"," \
				"\"call_id\":\"%d\",\"attempt\":1," \
				"\"max_attempts\":3,\"kind\":\"first\"," \
				"\"outcome\":\"failure\",\"delay_seconds\":1," \
				"\"duration_seconds\":0.1,\"elapsed_seconds\"" \
				":0.1,\"host\":\"h\",\"pid\":7,\"seq\":%d}\n",
				i, i, i + 1
	}'
}

retrysim() {
	run "$top_builddir/retrysim" "$@"
}

result() { # WHAT PASSED
	count=$((count + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $count - $1"
		return
	fi
	echo "not ok $count - $1"
	echo "# exit $code"
	head -c 2000 "$work/err" | head -n 20 | sed 's/^/# stderr: /'
	head -c 2000 "$work/out" | head -n 20 | sed 's/^/# stdout: /'
}

# Pass if the run ended with CODE, and stdout and stderr both match: extended
# regular expressions, for one line each; "" matches only empty output.
expect() { # WHAT CODE STDOUT STDERR
	passed=0
	[ "$code" -eq "$2" ] || passed=1
	match "$3" "$work/out" || passed=1
	match "$4" "$work/err" || passed=1
	result "$1" "$passed"
}

match() { # PATTERN FILE
	if [ -z "$1" ]; then
		[ ! -s "$2" ]
	else
		grep -qE -e "$1" "$2"
	fi
}

check() { # WHAT COMMAND...
	what=$1
	shift
	"$@"
	result "$what" "$?"
}

# A number of a JSON report: the first MEMBER after the line SECTION.
number() { # FILE SECTION MEMBER
	awk -v section="\"$2\":" -v member="\"$3\":" '
		$1 == section { inside = 1 }
		inside && $1 == member { sub(/,$/, "", $2); print $2; exit }
	' "$1"
}

# What retrytop counts over the whole log: the second "total" of its report.
counted() { # MEMBER
	awk -v member="\"$1\":" '
		$1 == "\"total\":" { total++ }
		total == 2 && $1 == member {
			sub(/,$/, "", $2)
			print $2 == "null" ? 0 : $2
			exit
		}
	' "$work/live.json"
}

# Keep what retrytop says of a log, for both.
live() { # ARGUMENT...
	run "$top_builddir/retrytop" --once --format json "$@"
	cp "$work/out" "$work/live.json"
}

finish() {
	echo "1..$count"
}
