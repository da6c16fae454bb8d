# Other programs read the text: promtool, a strict OpenMetrics parser, and a
# Prometheus that scrapes examples/metrics and answers queries.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/metrics.sh"
example=$top_builddir/examples/metrics
print_all=$top_builddir/tests/metrics/print_all

check_text() { # NAME: NAME.om and NAME.prom are texts
	if command -v promtool >/dev/null 2>&1; then
		is "$1: promtool finds nothing" "exit 0" "$(promtool_on "$1.prom")"
		sed '/^# HELP retry_attempts/d' "$1.prom" >"$1.bad"
		is "$1: promtool notices a missing help text" \
			"retry_attempts_total no help text
exit 3" "$(promtool_on "$1.bad" | grep -v duration)"
	else
		missing promtool "$1: promtool"
	fi
	client openmetrics "$1.om" >"$1.families" 2>"$1.err"
	case $? in
	77) missing python3-prometheus-client "$1: OpenMetrics" ;;
	*)
		is "$1: a strict parser reads OpenMetrics" \
			"17 families, of seconds 4" "$(awk '
			{ seconds += $3 == "seconds" }
			END { print NR " families, of seconds " seconds + 0 }' \
				"$1.families")$(cat "$1.err")"
		sed '$d' "$1.om" >"$1.bad"
		is "$1: the parser notices a missing end" 1 \
			"$(client openmetrics "$1.bad" >/dev/null 2>&1; echo $?)"
		;;
	esac
	is "$1: samples are the same in both" "$(grep -v '^#' "$1.prom")" \
		"$(grep -v '^#' "$1.om")"
}

if [ -z "$python" ]; then
	missing python3 "all metrics tests"
	finish
	exit 0
fi

"$print_all" openmetrics >all.om && "$print_all" prometheus >all.prom
is "everything can be printed" 0 $?
check_text all
is "no control character is in it" "" \
	"$(LC_ALL=C grep -n '[[:cntrl:]]' all.om)"

# The example lives until its input ends.
mkfifo input
"$example" <input >url 2>err &
example_pid=$!
peers="$peers $example_pid"
exec 3>input
if ! within 10 test -s url; then
	echo "Bail out! no example: $(cat err)"
	exit 99
fi
url=$(cat url)

is "a client that asks for OpenMetrics gets it" "$open_type" \
	"$(client content_type "$url" 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5')"
is "any other client gets the older format" "$old_type" \
	"$(client content_type "$url")"
client get "$url" application/openmetrics-text >example.om
client get "$url" >example.prom
check_text example
holds "another path is not found" sh -c "! '$python' \
	'$top_srcdir/tests/metrics/client.py' get '${url%metrics}other'"

scraped() {
	[ "$(client value "$base" 'up{job="example"}')" = 1 ]
}

ask() { # WANTED QUERY
	is "Prometheus: $2" "$1" "$(client value "$base" "$2")"
}

if command -v prometheus >/dev/null 2>&1; then
	address=${url#http://}
	cat >prometheus.yml <<END
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: example
    static_configs:
      - targets: ["${address%/metrics}"]
END
	start_prometheus
	is "a real Prometheus starts" 0 $?
	patiently 60 scraped
	is "it scrapes the example" 0 $?
	scraped || sed 's/^/# /' prometheus.log
	ask 40 'sum(retry_operations_total)'
	ask 10 'retry_operations_total{op="ask",policy="BACKEND",result="aborted",retried="false",stop_reason="non_retryable"}'
	ask 1.75 'sum(retry_attempts_total) / sum(retry_operations_total)'
	ask 10 'retry_operation_retries_bucket{le="1.0"}'
	ask 30 'retry_operation_retries_sum'
	ask 30 'retry_delay_seconds_count{delay_src="backoff"}'
	ask 1 'histogram_quantile(0.5, retry_operation_retries_bucket)'
	ask 500 'retry_budget_capacity{budget="backend"}'
	ask 1 'retry_breaker_state{breaker="backend",state="closed"}'
	ask 0 'retry_breaker_state{breaker="backend",state="open"}'
	ask 0 'sum(retry_inflight)'
	ask "$(grep -vc '^#' example.om)" scrape_samples_scraped
	is "Prometheus: it read OpenMetrics, which has units" \
		"histogram seconds" \
		"$(client metadata "$base" retry_attempt_duration_seconds)"
	kill "$prometheus_pid"
	wait "$prometheus_pid"
	is "Prometheus ends on SIGTERM" 0 $?
else
	missing prometheus "a real Prometheus scrapes the example"
fi

exec 3>&-
wait "$example_pid"
is "the example ends with its input" 0 $?
is "and does not complain" "" "$(cat err)"
finish
