# Text for programs: JSON, CSV, OpenMetrics and the older format of Prometheus
# have the same numbers, and so has a recount of the log.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/cli.sh"
cd "$work" || exit 99
tab=$(printf '\t')

# Each report becomes lines of operation, fact and value. Texts are left out:
# metrics have none.

# The seconds of a time; its fraction is "000000" for a whole second.
awk_time='
	function seconds(text,  y, m, d, era, doe) {
		y = substr(text, 1, 4); m = substr(text, 6, 2) + 0
		d = substr(text, 9, 2)
		if (m <= 2) y--
		m = (m + 9) % 12
		era = int(y / 400); doe = y % 400
		doe = doe * 365 + int(doe / 4) - int(doe / 100) + \
			int((153 * m + 2) / 5) + d - 1
		return sprintf("%.0f", (era * 146097 + doe - 719468) * 86400 + \
			substr(text, 12, 2) * 3600 + substr(text, 15, 2) * 60 + \
			substr(text, 18, 2)) "." substr(text, 21, 6)
	}
	function is_number(text) { return text ~ /^-?[0-9]/ }
	function is_time(text) { return text ~ /^"?[0-9]+-[0-9]+-[0-9]+T/ }'

facts_of_json() { # FILE
	awk "$awk_time"'
	# A member of an operation is three tabs deep, one of a group four.
	/^\t"/ { inside = /^\t"operations":/ }
	/^\t\t\t["}]/ { group = "" }
	inside && /^\t\t\t\t?"/ {
		name = $1
		gsub(/^"|":$/, "", name)
		value = $0
		sub(/^\t*"[^"]*":[[:space:]]*/, "", value)
		sub(/,$/, "", value)
		if (value ~ /^{/)
			group = name "_"
		else if (name == "operation")
			operation = substr(value, 2, length(value) - 2)
		else if (is_number(value))
			print operation "\t" group name "\t" value
		else if (is_time(value))
			print operation "\t" group name "\t" \
				seconds(substr(value, 2))
	}' "$1" | sed 's/\\u00\([01]\)/\\x\1/' | sort
}

facts_of_csv() { # FILE
	tr -d '\r' <"$1" | awk "$awk_time"'
	# The fields of a line, without their quotes.
	function split_line(line,  n, at, c, quoted) {
		n = 1
		field[1] = ""
		for (at = 1; at <= length(line); at++) {
			c = substr(line, at, 1)
			if (c == "\"") {
				if (quoted && substr(line, at + 1, 1) == c)
					field[n] = field[n] substr(line, ++at, 1)
				else
					quoted = !quoted
				was_text[n] = 1
			} else if (c == "," && !quoted) {
				field[++n] = ""
				was_text[n] = 0
			} else {
				field[n] = field[n] c
			}
		}
		return n
	}
	NR == 1 { columns = split($0, head, ","); next }
	split_line($0) != columns { print "line " NR " has other columns" }
	{
		for (i = 2; i <= columns; i++) {
			if (was_text[i] || field[i] == "")
				continue
			print field[1] "\t" head[i] "\t" (is_time(field[i]) ? \
				seconds(field[i]) : field[i])
		}
	}' | sort
}

facts_of_metrics() { # FILE
	sed -nE 's/^retrytop_([a-z0-9_]*)\{op="(([^"\\]|\\.)*)"\} (.*)$/\2	\1	\4/p' \
		"$1" | sed "s/_ratio$tab/_share$tab/
		s/${tab}top_error_attempts$tab/${tab}top_error_count$tab/
		s/_timestamp_seconds$tab/$tab/"'
		s/\\\(.\)/\1/g' |
		grep -v "${tab}verdict_since$tab" | sort
}

samples() { # FILE
	grep -v '^#' "$1"
}

# All four of a log.
report() { # LOG
	for format in json csv openmetrics prometheus; do
		run "$top_builddir/retrytop" --once --format $format "$1"
		mv out "$format"
	done
}

twice() { # FILE: samples that are in it twice
	samples "$1" | sed 's/ [^ ]*$//' | sort | uniq -d
}

agree() { # LOG
	report "$1"
	facts_of_json json >1
	facts_of_csv csv >2
	facts_of_metrics openmetrics >3
	samples openmetrics >4
	samples prometheus >5
	cmp 1 2 && cmp 2 3 && cmp 4 5 && [ -z "$(twice openmetrics)" ]
}

check "a real log: all formats agree" \
	agree "$top_srcdir/tests/data/argus-1h/app.log"
check "which have 124 numbers" [ "$(wc -l <1)" -eq 124 ]
check "a difference would be noticed" sh -c "sed 's/\t186$/\t187/' 1 >6
	! cmp -s 1 6"
for log in "$top_srcdir"/tests/data/foreign/*.*[gn] \
	"$top_srcdir"/tests/data/events/*; do
	check "${log##*/}: all formats agree" agree "$log"
done

# A recount, of the totals of the log.
recount() { # LOG: of retry_attempt, retry_success, ... by operation
	awk '{
		operation = $0
		sub(/.*"operation": ?"/, "", operation)
		sub(/".*/, "", operation)
		type = $0
		if (!sub(/.*"event_type": ?"retry_/, "", type))
			next
		sub(/".*/, "", type)
		if (type == "attempt")
			type = "retries"
		n[operation "\ttotal_" type]++
	} END { for (i in n) print i "\t" n[i] }' "$1" | sort
}
counted_as() { # the same, as the report says
	sed 's/total_successes/total_success/' 1 |
		grep "${tab}total_\(retries\|success\|exhausted\|aborted\)$tab" |
		grep -v "${tab}0$" | sort
}
# The same of the library's counters.
library_as() {
	sed -n 's/^retry_operations_total{op="\(.*\)",policy="[^"]*",result="\([a-z]*\)",.*} \(.*\)$/\1	total_\2	\3/p' \
		openmetrics | awk -F "$tab" '
			{ n[$1 "\t" $2] += $3 }
			END { for (i in n) print i "\t" n[i] }' | sort
}
same_as_recount() { # LOG
	agree "$1"
	recount "$1" >6
	counted_as >7
	library_as >8
	grep -v "${tab}total_retries$tab" 6 >9
	cmp 6 7 && cmp 9 8
}
check "a real log: as a recount says" \
	same_as_recount "$top_srcdir/tests/data/argus-1h/app.log"

# Calls of N operations: one in five fails for good, the others have a retry.
calls() { # OPERATIONS
	awk -v n="$1" 'function line(type, attempt, more) {
		printf "{\"v\":1,\"ts\":\"2026-11-30T10:%02d:%02d.%03dZ\"," \
			"\"event_type\":\"retry_%s\",\"operation\":" \
			"\"op %d\",\"policy\":\"P%d\",\"policy_hash\":" \
			"\"0123456789abcdef\",\"call_id\":\"%d\",\"attempt\"" \
			":%d,\"max_attempts\":3,\"kind\":\"%s\",%s," \
			"\"duration_seconds\":0.25,\"elapsed_seconds\":1," \
			"\"host\":\"h\",\"pid\":7,\"seq\":%d}\n",
			i / 6000 % 60, i / 100 % 60, i % 100 * 10, type,
			i % n, i % n % 7, i, attempt,
			(attempt > 1 ? "retry" : "first"), more, ++seq
	}
	BEGIN {
		failed = "\"outcome\":\"failure\",\"class\":\"server\""
		for (i = 0; i < 3 * n; i++) {
			line("attempt", 1, failed ",\"delay_seconds\":0.5")
			last = "\"attempts\":2,\"retries\":1," \
				"\"backoff_seconds\":0.5"
			if (i % 5 == 0)
				line("exhausted", 2, failed "," last \
					",\"stop_reason\":\"max_attempts\"")
			else
				line("success", 2, "\"outcome\":\"success\"," \
					last ",\"stop_reason\":\"success\"")
		}
	}'
}
calls 1000 >many.log
check "1000 operations: as a recount says" same_as_recount many.log
check "and all of them are there" [ "$(cut -f 1 1 | uniq | wc -l)" -eq 1000 ]

# Names that break lines, quotes and UTF-8.
calls 8 | sed 's/"op 0"/"a\\nb"/; s/"op 1"/"a\\\\nb"/; s/"op 2"/"say \\"x\\""/
	s/"op 3"/"\\\\"/; s/"op 4"/"\\u001b[31mred\\u009b"/; s/"op 5"/"=1,2\\r\\n"/
	s/"op 6"/"größe 😀 \\u202e"/; s/"P1"/"P\\n\\"}"/' >names.log
report names.log
check "hostile names: eight rows" [ "$(wc -l <csv)" -eq 9 ]
check "hostile names: eight series" \
	[ "$(grep -c '^retrytop_total_attempts{' openmetrics)" -eq 8 ]
check "names that look alike are told apart" \
	grep -qF 'retrytop_total_retries{op="a\\nb~2"} 3' openmetrics
check "no sample is there twice" [ -z "$(twice openmetrics)" ]
tr -d '\r' <csv >lines
check "no control character is in any of them" sh -c \
	"! LC_ALL=C grep -q '[[:cntrl:]]' lines openmetrics prometheus"

# Bytes that are not UTF-8.
printf 'time="2026-11-30T10:00:0%s.5Z" level=warning msg="retrying op in 1s, attempt 1 of 3: \377\303"\n' 1 2 3 >bytes.log
calls 2 | sed 's/op 0/op \xff/; s/op 1/op \xfe/' >>bytes.log
report bytes.log
for format in json csv openmetrics prometheus; do
	check "bytes: $format is UTF-8" iconv -f UTF-8 -t UTF-8 -o /dev/null \
		$format
done
check "bytes: no sample is there twice" [ -z "$(twice openmetrics)" ]

# A log without events has no rows, but is a log.
: >empty.log
run "$top_builddir/retrytop" --once --format csv empty.log
expect "CSV of an empty log: the heading" 3 '^operation,policy,' \
	'no attempt events'
check "alone" [ "$(wc -l <out)" -eq 1 ]
run "$top_builddir/retrytop" --once --format openmetrics empty.log
expect "metrics of an empty log" 3 '^retrytop_operations 0$' \
	'no attempt events'
check "which end" [ "$(tail -n 1 out)" = "# EOF" ]
run "$top_builddir/retrytop" --once --format prometheus missing.log
expect "metrics say which input is missing" 4 \
	'^retrytop_input_up[{]input="missing.log"[}] 0$' 'No such file'

# Output that cannot be written is an error.
if [ -c /dev/full ]; then
	for format in csv openmetrics; do
		run sh -c '"$0" --format "$1" "$2" >/dev/full' \
			"$top_builddir/retrytop" $format many.log
		expect "$format on a full disk" 4 '' 'No space left'
	done
fi
finish
