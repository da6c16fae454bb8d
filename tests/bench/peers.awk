# Makes tables by group of rows "round, name, ns", and checks the targets.
# SPDX-License-Identifier: MIT

function median(text,    part, n, i, j, swap) {
	n = split(text, part, " ")
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && part[j - 1] + 0 > part[j] + 0; j--) {
			swap = part[j]
			part[j] = part[j - 1]
			part[j - 1] = swap
		}
	least = part[1]
	most = part[n]
	return part[int((n + 1) / 2)]
}

# The figure of a row in a round, less another row's.
function figure(name, less, round) {
	return value[name, round] - (less != "" ? value[less, round] : 0)
}

# At most limit nanoseconds; with a peer, at most limit times its figure.
function target(limit, name, less, peer,    round, text, unit, got) {
	if (!(name in rows) || (less != "" && !(less in rows)) ||
	    (peer != "" && !(peer in rows))) {
		printf "target %s%s: not measured\n", name,
			peer != "" ? " against " peer : ""
		return
	}
	for (round = 1; round <= rounds; round++) {
		unit = peer != "" ? value[peer, round] : 1
		text = text " " figure(name, less, round) / unit
	}
	unit = peer != "" ? " x " peer : " ns"
	got = median(text)
	printf "target %s%s at most %s%s, measured %.3g (%.3g .. %.3g): %s\n",
		name, less != "" ? " less " less : "", limit, unit, got,
		least, most, got <= limit ? "holds" : "missed"
}

$2 ~ /^#/ {
	if (!($2 in said)) {
		said[$2] = 1
		print substr($2, 3)
	}
	next
}

{
	value[$2, $1] = $3
	if (!($2 in rows))
		order[++count] = $2
	rows[$2] = rows[$2] " " $3
	rounds = $1
}

END {
	for (i = 1; i <= count; i++) {
		group = order[i]
		sub(/:.*/, "", group)
		if (group in listed)
			continue
		listed[group] = 1
		printf "\n%s (ns, median of %d rounds)\n", group, rounds
		for (j = i; j <= count; j++) {
			name = order[j]
			if (index(name, group ": ") != 1)
				continue
			middle = median(rows[name])
			printf "  %-46s %9.1f  (%.1f .. %.1f)\n",
				substr(name, length(group) + 3), middle,
				least, most
		}
	}
	print ""
	ours = "write: libbackoff"
	target(0.24, ours, "", "write: spdlog, synchronous")
	target(0.05, ours, "", "write: cJSON, preallocated")
	target(125, ours, "write: the clock alone", "")
	target(60, "hand over: ring, one per 10 us, median",
		"hand over: two readings of the counter", "")
	target(0.02, "hand over: ring, saturated, p99", "",
		"hand over: spdlog, saturated, p99")
	target(6, "call: libbackoff, no clock read", "call: bare loop", "")
	target(46, "call: libbackoff, deadline", "", "")
	# 46 ns where the loop with clocks took 38.6.
	target(1.19, "call: libbackoff, deadline", "", "call: loop with clocks")
	target(175, "call: libbackoff, event written", "", "")
	# 175 ns where the loop with clocks took 38.6.
	target(4.53, "call: libbackoff, event written", "",
		"call: loop with clocks")
	ours = "call: libbackoff, deadline"
	target(0.0118, ours, "", "call: tenacity")
	target(1, ours, "", "call: backoff")
	target(1, "call: libbackoff, no clock read", "",
		"call: cenkalti, no clock read")
	target(1, ours, "", "call: cenkalti, limit of time")
	target(1, ours, "", "call: cockatiel")
	target(1, ours, "", "call: p-retry")
	target(50, "retry: libbackoff, deadline", "", "")
	# 50 ns where the loop with clocks took 40.
	target(1.25, "retry: libbackoff, deadline", "", "retry: loop with clocks")
	ours = "retry: libbackoff, deadline"
	target(1, ours, "", "retry: cenkalti, limit of time")
	target(1, ours, "", "retry: tenacity")
	target(40, "budget: decision with one, 2 threads", "", "")
}
