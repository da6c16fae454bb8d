# Rows by other groups than operations, and the canary, for programs.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"

top=$(cd "$top_builddir" && pwd)/retrytop
log=$(cd "$top_srcdir" && pwd)/tests/data/pages/shop.jsonl
cd "$work" || exit 99

# The first members NAME and MEMBER of the rows of a group.
group() { # GROUP MEMBER
	awk -v group="\"$1\":" -v member="\"$2\":" '
		/^\t"groups":/ { groups = 1 }
		groups && /^\t\t"/ { inside = $1 == group }
		inside && $1 == "\"name\":" {
			name = $0
			sub(/^[^:]*:[[:space:]]*/, "", name)
		}
		inside && $1 == member {
			sub(/,$/, "", $2)
			print name $2
		}' json | tr -d '"' | sort
}
run "$top" --once --format json "$log"
cp out json
expect "JSON has groups" 0 '^	"groups":	[{]$' ''
check "with a row for each target" [ "$(group target failed_share)" = \
	"carts,0
cdn,1
payments-api,0.72727272727272729
shop,0.6
smtp,0" ]
check "and for each host, policy, service and error" [ "$(
	for name in host policy service error; do
		group $name retries_per_second | wc -l
	done | tr -d ' \n'
)" = 4416 ]
check "targets are judged" sh -c \
	'grep -A3 "\"name\":.*\"payments-api\"" json | grep -q FAILING'
check "an error has only the calls that ended with it" [ "$(
	group error calls_per_second | grep breaker)$(
	group error failed_share | cut -d, -f2 | sort -u)" = \
	"breaker open,0.23333333333333334null" ]
check "nothing is said since the start of the log" sh -c \
	'[ "$(grep -c "\"total\":" json)" = 7 ]'
check "without two policies there is no canary" grep -q '^	"canary":	null,$' json

for name in operation target policy host service error; do
	run "$top" --once --format csv --group $name "$log"
	expect "CSV by $name" 0 "^$name,policy,verdict," ''
	cut -d, -f1 out | tr -d '"' | sed 1d | sort >names
	[ $name = operation ] || check "has the rows of JSON" [ \
		"$(cat names)" = "$(group $name window | cut -d, -f1)" ]
done
run "$top" --once --format csv -g host "$log"
check "what is not known is empty" sh -c \
	'sed -n 2p out | tr -d "\r" | grep -q ",,,,,,,,,,,,,,,,"'
run "$top" --once --group target "$log"
expect "the report has those rows" 0 '^TARGET  *POLICY' ''
run "$top" --dump-screen 80x24 --group host "$log"
expect "so has the screen" 0 '^ HOST ' ''
run "$top" --dump-screen 80x24 --group host --keys 'Tab Tab Tab' "$log"
expect "from where Tab goes on" 0 '^ OPERATION ' ''
run "$top" --dump-screen 200x40 --group host "$log"
expect "policies are named where they fit" 0 '^.shop-a  *FAST, [^ ]*, [^ ]* ' ''
run "$top" --once --group pod "$log"
expect "others are refused" 2 '' '--group'

# 80 calls under one policy, 70 under another.
awk 'BEGIN {
	for (i = 0; i < 150; i++) {
		v2 = i >= 80
		bad = v2 ? i < 136 : i < 48
		printf "{\"v\":1,\"ts\":\"2026-11-30T10:00:%02d.%03dZ\"," \
			"\"event_type\":\"retry_%s\",\"operation\":\"pay\"," \
			"\"policy\":\"%s\",\"policy_hash\":\"%016d\"," \
			"\"call_id\":\"%d\",\"attempt\":1,\"outcome\":\"%s\"," \
			"%s\"attempts\":1,\"retries\":0," \
			"\"backoff_seconds\":0,\"duration_seconds\":0.1," \
			"\"elapsed_seconds\":0.1}\n", i % 50, i,
			(bad ? "exhausted" : "success"), (v2 ? "v2" : "v1"),
			v2, i, (bad ? "failure" : "success"),
			(bad ? "\"class\":\"server\",\"error\":\"x\"," : "")
	}
}' >canary.log
run "$top" --once --format json canary.log
expect "a canary has both policies" 0 '^	"canary":	[{]$' ''
member() { # NAME
	sed -n '/^	"canary"/,/^	}/p' out | sed -n "s/.*\"$1\":[[:space:]]*//p" |
		tr -d '",' | tr '\n' ' '
}
check "the one with fewer calls first" [ "$(member policy)" = "v2 v1 " ]
check "with its calls" [ "$(member calls)$(member failed)" = "70 80 56 48 " ]
check "and shares" [ "$(member failed_share)" = "0.8 0.6 " ]
check "the difference is one of these" [ "$(member difference | cut -c1-3)" = 0.2 ]
check "with its interval" [ "$(member difference_low | cut -c1-5)" = 0.052 ]
check "which leaves out 0" [ "$(member differs)" = "true " ]

finish
