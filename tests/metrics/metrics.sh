# Shared by the tests of metrics: other programs that read them. Sourced.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/../services/services.sh"

# Debian's python3 has Debian's modules, even if another one is first in PATH.
python=$(command -v /usr/bin/python3 || command -v python3)
client() {
	"$python" "$top_srcdir/tests/metrics/client.py" "$@"
}

# In the gate, where every tool is installed, a missing one is a failure.
missing() { # TOOL WHAT
	count=$((count + 1))
	if [ -n "${RETRYKIT_LINT_STRICT:-}" ]; then
		echo "not ok $count - $2: $1 is not installed"
	else
		echo "ok $count - $2 # SKIP $1 is not installed"
	fi
}

# The output of promtool and its exit status: 3 if it has suggestions.
promtool_on() { # FILE
	promtool check metrics <"$1" 2>&1
	echo "exit $?"
}

open_type='application/openmetrics-text; version=1.0.0; charset=utf-8'
old_type='text/plain; version=0.0.4; charset=utf-8'
# Timed by the clock, because each try starts a program.
patiently() { # SECONDS COMMAND...: repeat it until it succeeds
	until=$(($(date +%s) + $1))
	shift
	while ! "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$until" ] || return 1
		sleep 0.2
	done
}

# Ready, or dead.
settled() { # PID BASE
	client get "$2/-/ready" || ! kill -0 "$1"
}

# A port that was free a moment ago may be taken: then try another one.
start_prometheus() {
	for _ in 1 2 3; do
		port=$(client port)
		base=http://127.0.0.1:$port
		prometheus --config.file=prometheus.yml \
			--storage.tsdb.path=data --log.level=warn \
			--web.listen-address="127.0.0.1:$port" \
			>prometheus.log 2>&1 3>&- &
		prometheus_pid=$!
		peers="$peers $prometheus_pid"
		patiently 60 settled "$prometheus_pid" "$base"
		kill -0 "$prometheus_pid" 2>/dev/null && return
	done
}
