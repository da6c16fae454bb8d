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

finish() {
	echo "1..$count"
}
