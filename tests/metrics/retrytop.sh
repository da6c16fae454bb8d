# Other programs read the metrics of retrytop: promtool, and a strict OpenMetrics
# parser.
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
			"65 families, of seconds 11, of shares 2" "$(awk '
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
finish
