# Other programs read the metrics of retrytop: promtool, a strict OpenMetrics
# parser, and a Prometheus that scrapes them.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/metrics.sh"
retrytop=$top_builddir/retrytop

if [ -z "$python" ]; then
	missing python3 "all metrics tests of retrytop"
	finish
	exit 0
fi

report() { # NAME LOG: NAME.om and NAME.prom
	"$retrytop" --once --format openmetrics "$2" >"$1.om" 2>"$1.err"
	"$retrytop" --once --format prometheus "$2" >"$1.prom" 2>>"$1.err"
}

check_text() { # NAME
	if command -v promtool >/dev/null 2>&1; then
		is "$1: promtool finds nothing" "exit 0" "$(promtool_on "$1.prom")"
		sed '/^# HELP retrytop_seen/d' "$1.prom" >"$1.bad"
		is "$1: promtool notices a missing help text" \
			"retrytop_seen_seconds no help text
exit 3" "$(promtool_on "$1.bad")"
	else
		missing promtool "$1: promtool"
	fi
	client openmetrics "$1.om" >"$1.families" 2>"$1.parser"
	case $? in
	77) missing python3-prometheus-client "$1: OpenMetrics" ;;
	*)
		is "$1: a strict parser reads OpenMetrics" \
			"$(grep -c '^# TYPE' "$1.om") families, of seconds $(
			grep -c '^# UNIT .* seconds$' "$1.om"), of shares $(
			grep -c '^# UNIT .* ratio$' "$1.om")" "$(awk '
			{ unit[$3]++ }
			END { print NR " families, of seconds " unit["seconds"] \
				", of shares " unit["ratio"] }' \
				"$1.families")$(cat "$1.parser")"
		;;
	esac
	is "$1: samples are the same in both" "$(grep -v '^#' "$1.prom")" \
		"$(grep -v '^#' "$1.om")"
}

report real "$top_srcdir/tests/data/argus-1h/app.log"
check_text real

# Each byte except NUL in names, and two names that look alike.
awk 'BEGIN {
	for (i = 1; i < 256; i++)
		name[i] = sprintf(i < 32 || i == 34 || i == 92 ? "\\u%04x" : \
			i < 128 ? "%c" : "\\u%04x", i)
	for (i = 1; i < 256; i++)
		for (copy = 0; copy < 2; copy++)
			printf "{\"v\":1,\"ts\":\"2026-11-30T10:00:%02d.%03dZ\"," \
				"\"event_type\":\"retry_attempt\"," \
				"\"operation\":\"%s\",\"policy\":\"%s\"," \
				"\"policy_hash\":\"0123456789abcdef\"," \
				"\"call_id\":\"%d\",\"attempt\":1," \
				"\"max_attempts\":3,\"kind\":\"first\"," \
				"\"outcome\":\"failure\",\"delay_seconds\":1," \
				"\"target\":\"%s\",\"error\":\"%s\"," \
				"\"duration_seconds\":0.1,\"elapsed_seconds\"" \
				":0.1,\"host\":\"h\",\"pid\":7,\"seq\":%d}\n",
				i / 10, i % 10 * 100 + copy,
				copy ? "\\\\" name[i] : name[i], name[i],
				2 * i + copy, name[i], name[i], 2 * i + copy
}' >bytes.log
report bytes bytes.log
check_text bytes
is "bytes: there is a series for each name" 510 \
	"$(grep -c '^retrytop_total_attempts{' bytes.om)"
is "bytes: no control character is left" "" \
	"$(LC_ALL=C grep -n '[[:cntrl:]]' bytes.om)"

# Calls FROM to TO - 1: each has a retry, and one in five fails for good.
calls() { # FROM TO
	awk -v from="$1" -v to="$2" 'function line(type, attempt, more) {
		printf "{\"v\":1,\"ts\":\"2026-11-30T10:%02d:%02d.%d00Z\"," \
			"\"event_type\":\"retry_%s\",\"operation\":\"pay\"," \
			"\"policy\":\"P\",\"policy_hash\":" \
			"\"0123456789abcdef\",\"call_id\":\"%d\",\"attempt\"" \
			":%d,\"max_attempts\":2,\"kind\":\"%s\",%s," \
			"\"duration_seconds\":0.25,\"elapsed_seconds\":1," \
			"\"host\":\"h\",\"pid\":7,\"seq\":%d}\n",
			i / 600, i / 10 % 60, i % 10, type, i, attempt,
			(attempt > 1 ? "retry" : "first"), more,
			2 * i + attempt
	}
	BEGIN {
		failed = "\"outcome\":\"failure\",\"class\":\"server\""
		last = "\"attempts\":2,\"retries\":1,\"backoff_seconds\":0.5"
		for (i = from; i < to; i++) {
			line("attempt", 1, failed ",\"delay_seconds\":0.5")
			if (i % 5 == 0)
				line("exhausted", 2, failed "," last \
					",\"stop_reason\":\"max_attempts\"")
			else
				line("success", 2, "\"outcome\":\"success\"," \
					last ",\"stop_reason\":\"success\"")
		}
	}'
}
serve() { # ADDRESS: its URL goes to $url
	"$retrytop" --plain --delay 1h --listen "$1" live.log >lines 2>served &
	server=$!
	peers="$peers $server"
	within 10 grep -q ' total ' lines
	url=$(sed -n 's/^retrytop: listening on //p' served)
}
sample() { # NAME AND LABELS
	client get "$url" | sed -n "s/^$1 //p"
}
sample_is() { # NAME AND LABELS, VALUE
	[ "$(sample "$1")" = "$2" ]
}

calls 0 100 >live.log
serve 127.0.0.1:0
is "port 0 is any free one, which is named" 1 \
	"$(echo "$url" | grep -c '^http://127\.0\.0\.1:[1-9][0-9]*/metrics$')"
is "a client that asks for OpenMetrics gets it" "$open_type" \
	"$(client content_type "$url" 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5')"
is "any other client gets the older format" "$old_type" \
	"$(client content_type "$url")"
is "the screen's numbers are of the whole log" 100 \
	"$(sample 'retrytop_total_retries{op="pay"}')"
is "counters begin at 0, whatever the log has" "" \
	"$(client get "$url" | grep '^retry_operations_total')"
is "only /metrics is there" "404 -" "$(client status "${url%metrics}other")"
is "nor is /" "404 -" "$(client status "${url%metrics}")"
is "nothing can be sent" "405 GET, HEAD" "$(client status "$url" POST)"
is "nor deleted" "405 GET, HEAD" "$(client status "$url" DELETE)"
is "HEAD has no body" "200 0" "$(client status "$url" HEAD)"

# Clients that begin a request and do not go on hold up nothing.
mkfifo held
client hold "$url" 8 <held >holding &
peers="$peers $!"
exec 4>held
within 10 test -s holding
calls 100 150 >>live.log
patiently 30 sample_is 'retrytop_total_retries{op="pay"}' 150
is "slow clients hold up neither reading nor others" 0 $?
is "new events count" 40 "$(client get "$url" | sed -n \
	's/^retry_operations_total{op="pay",policy="P",result="success",.*} //p')"
exec 4>&-
client get "$url" application/openmetrics-text >live.om
client get "$url" >live.prom
check_text live

address=${url#http://}
address=${address%/metrics}
"$retrytop" --plain --listen "$address" live.log >out 2>err
is "a port in use is an error" 4 $?
has "which says so" "$(cat err)" "$address: Address already in use"
"$retrytop" --plain --listen example.com:80 live.log >out 2>err
is "names are not looked up" 2 $?
"$retrytop" --once --listen 0 live.log >out 2>err
is "a report is not served" 2 $?

if command -v prometheus >/dev/null 2>&1; then
	cat >prometheus.yml <<END
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: retrytop
    static_configs:
      - targets: ["$address"]
END
	start_prometheus
	is "a real Prometheus starts" 0 $?
	scraped() {
		[ "$(client value "$base" 'up{job="retrytop"}')" = 1 ]
	}
	patiently 60 scraped
	is "it scrapes retrytop" 0 $?
	ask() { # WANTED QUERY
		is "Prometheus: $2" "$1" "$(client value "$base" "$2")"
	}
	ask 50 'sum(retry_operations_total)'
	ask 10 'retry_operations_total{op="pay",result="exhausted"}'
	ask 2 'sum(retry_attempts_total) / sum(retry_operations_total)'
	ask 50 'sum(retry_attempt_duration_seconds_bucket{le="0.25"}) / 2'
	ask 150 'retrytop_total_retries{op="pay"}'
	ask 30 'retrytop_total_exhausted'
	ask 1 'retrytop_policy_info{op="pay",policy="P"}'
	ask "$(grep -vc '^#' live.om)" scrape_samples_scraped
	kill "$prometheus_pid"
	wait "$prometheus_pid"
else
	missing prometheus "a real Prometheus scrapes retrytop"
fi
kill "$server"
wait "$server"
is "retrytop ends with 0 on SIGTERM" 0 $?
is "and complains about nothing" 1 "$(wc -l <served)"
serve '[::1]:0' 2>/dev/null
if [ -n "$url" ]; then
	is "IPv6 works" 1 "$(echo "$url" | grep -c '^http://\[::1\]:[1-9]')"
	is "and serves" "$old_type" "$(client content_type "$url")"
	kill "$server"
fi
finish
