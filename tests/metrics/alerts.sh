# The alert rules and the dashboard of retrytop: promtool checks their expressions
# and what the rules say, and all metrics in them exist.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/metrics.sh"
rules=$top_srcdir/docs/retrytop-alerts.yml
dashboard=$top_srcdir/docs/retrytop-dashboard.json

if [ -z "$python" ]; then
	missing python3 "alert rules and dashboard"
	finish
	exit 0
fi

# The expressions of the dashboard, as rules. Grafana fills in the variables.
client expressions "$dashboard" >dashboard.yml
is "the dashboard has expressions" yes \
	"$([ "$(grep -c 'record:' dashboard.yml)" -ge 12 ] && echo yes)"
is "no variable is left in them" "" "$(grep '\$' dashboard.yml)"

# Each metric that is used is one that retrytop writes.
"$top_builddir/retrytop" --once --format prometheus \
	"$top_srcdir/tests/data/argus-1h/app.log" |
	sed -n 's/^# HELP \([a-z0-9_]*\) .*/\1/p' | sort >known
unknown_in() { # FILE
	sed -n '/expr:/,/\(for\|labels\|record\):/p' "$1" |
		grep -oE '\bretry(top)?_[a-z0-9_]*' | sed 's/_bucket$//' |
		sort -u | comm -23 - known
}
is "the rules use metrics that exist" "" "$(unknown_in "$rules")"
is "so does the dashboard" "" "$(unknown_in dashboard.yml)"
sed 's/retrytop_verdict/retrytop_verdikt/' "$rules" >wrong.yml
is "one that does not would be noticed" retrytop_verdikt \
	"$(unknown_in wrong.yml)"

cp "$rules" retrytop-alerts.yml
cp "$top_srcdir/tests/metrics/retrytop-alerts-test.yml" .
is "each alert has a test" "$(sed -n 's/^ *- alert: //p' "$rules" | sort)" \
	"$(sed -n 's/^ *alertname: //p' retrytop-alerts-test.yml | sort -u)"
if command -v promtool >/dev/null 2>&1; then
	holds "promtool accepts the rules" promtool check rules "$rules"
	holds "they say what they should" promtool test rules \
		retrytop-alerts-test.yml
	sed -i 's/> 0.05/> 0.5/' retrytop-alerts.yml
	holds "another limit would be noticed" sh -c \
		'! promtool test rules retrytop-alerts-test.yml'
	holds "promtool accepts the dashboard's expressions" \
		promtool check rules dashboard.yml
	sed 's/rate(/rat(/' dashboard.yml >wrong.yml
	holds "a wrong one would be noticed" sh -c \
		'! promtool check rules wrong.yml'
else
	missing promtool "promtool checks rules and dashboard"
fi
finish
