# Finds words that the project does not use: awk -f words.awk words.txt
# words-allow.txt, with the files' names on standard input. Prints PATH:LINE:
# 'found' (advice): text. -v self=1: checks the table's examples instead;
# -v unused=1: lists entries of words-allow.txt that match nothing, too.
# SPDX-License-Identifier: MIT

function wrapped(regex) {
	return "(^|[^a-zA-Z])(" regex ")([^a-zA-Z]|$)"
}

# Words with one blank between them: without comment leaders, marks, and the
# quotes of a string that the line before begins or the next one continues.
function plain(line) {
	sub(/^[ \t]*(\/\*+|\*|\/\/+|#+|;+|dnl |\.\\"|")/, " ", line)
	sub(/"[ \t]*\\?$/, "", line)
	gsub(/[ \t`*_\\-]+/, " ", line)
	sub(/^ /, "", line)
	sub(/ $/, "", line)
	return line
}

function words(line, first, last,    n, i, word, result) {
	n = split(line, word, " ")
	if (first < 1) first += n
	if (first < 1) first = 1
	if (last > n) last = n
	for (i = first; i <= last; i++)
		result = result (i > first ? " " : "") word[i]
	return result
}

# The text with each match of an exception overwritten, of the same length.
function without(text, regex,    head) {
	while (match(text, regex)) {
		head = substr(text, 1, RSTART - 1)
		while (length(head) < RSTART - 1 + RLENGTH)
			head = head "~"
		text = head substr(text, RSTART + RLENGTH)
	}
	return text
}

# Find the rules that a line breaks, given some words of the lines around it:
# fills found[] and rule_of[], returns their number.
function look(before, line, after,    text, lower, first, last, i, j, t, at, n) {
	text = before " " line " " after
	lower = tolower(text)
	if (lower !~ any_lower && text !~ any_cased)
		return 0
	first = length(before) + 2
	last = length(before) + 1 + length(line)
	n = 0
	for (i = 1; i <= rules; i++) {
		t = cased[i] ? text : lower
		if (t !~ refuse[i])
			continue
		for (j = 1; j <= buts[i]; j++)
			t = without(t, but[i, j])
		for (at = 0; match(t, refuse[i]); at += RSTART + RLENGTH) {
			# Without the characters around the words.
			if (substr(t, RSTART, 1) !~ /[a-zA-Z]/) {
				RSTART++
				RLENGTH--
			}
			if (substr(t, RSTART + RLENGTH - 1, 1) !~ /[a-zA-Z]/)
				RLENGTH--
			RLENGTH--
			if (at + RSTART >= first && at + RSTART <= last) {
				found[++n] = substr(t, RSTART, RLENGTH + 1)
				rule_of[n] = i
			}
			t = substr(t, RSTART + RLENGTH + 1)
		}
	}
	return n
}

function allowed(path, line,    i, at) {
	for (i = 1; i <= allows; i++) {
		if (allow_path[i] != "*" && allow_path[i] != path &&
		    !(allow_path[i] ~ /\/$/ &&
		      index(path, allow_path[i]) == 1))
			continue
		while (at = index(line, allow_text[i])) {
			used[i] = 1
			line = substr(line, 1, at - 1) " ~ " \
				substr(line, at + length(allow_text[i]))
		}
	}
	return line
}

function search(path,    raw, line, shown, n, i, k, number, status) {
	number = 0
	while ((status = (getline raw < path)) > 0) {
		number++
		shown[number] = raw
		line[number] = plain(allowed(path, raw))
	}
	if (status < 0)
		print path ": cannot be read"
	close(path)
	line[0] = line[number + 1] = ""
	for (i = 1; i <= number; i++) {
		n = look(words(line[i - 1], -3, 99), line[i],
			 words(line[i + 1], 1, 4))
		for (k = 1; k <= n; k++) {
			sub(/^[ \t]+/, "", shown[i])
			print path ":" i ": '" found[k] "' (" \
				say[rule_of[k]] "): " shown[i]
		}
	}
}

# The table's examples: whole, and broken at each of their blanks.
function examine(    i, n, k, part, cut) {
	for (i = 1; i <= bads; i++) {
		if (!hit(bad_rule[i], "", plain(bad[i]), "")) {
			print "not refused: " bad[i]
			continue
		}
		n = split(bad[i], part, " ")
		for (k = 1; k < n; k++) {
			cut = words(bad[i], 1, k)
			if (!hit(bad_rule[i], "", plain("\"" cut " \""),
				 plain(words(bad[i], k + 1, k + 4))) &&
			    !hit(bad_rule[i], words(plain(cut), -3, 99),
				 plain(" * " words(bad[i], k + 1, 99)), ""))
				print "not refused: " cut " (line break) ..."
		}
	}
	for (i = 1; i <= goods; i++)
		if ((n = look("", plain(good[i]), "")) > 0)
			print "refused for '" found[n] "': " good[i]
	for (i = 1; i <= rules; i++)
		if (say[i] == "" || !has_bad[i] || !has_good[i])
			print "without say, bad or good: " pattern[i]
}

function hit(rule, before, line, after,    n, i) {
	n = look(before, line, after)
	for (i = 1; i <= n; i++)
		if (rule_of[i] == rule)
			return 1
	return 0
}

function read_rules(path,    line, key, value, status) {
	while ((status = (getline line < path)) > 0) {
		if (line ~ /^#/ || line ~ /^ *$/)
			continue
		key = line
		sub(/ .*/, "", key)
		value = substr(line, length(key) + 2)
		if (key == "refuse") {
			pattern[++rules] = value
			refuse[rules] = wrapped(value)
			cased[rules] = value ~ /[A-Z]/
			buts[rules] = 0
			if (cased[rules])
				any_cased = any_cased "|" value
			else
				any_lower = any_lower "|" value
		} else if (key == "but")
			but[rules, ++buts[rules]] = wrapped(value)
		else if (key == "say")
			say[rules] = value
		else if (key == "bad") {
			bad[++bads] = value
			bad_rule[bads] = rules
			has_bad[rules] = 1
		} else if (key == "good") {
			good[++goods] = value
			has_good[rules] = 1
		} else
			print path ": not a rule: " line
	}
	close(path)
	if (status < 0 || rules == 0)
		print path ": no rules"
	any_cased = wrapped(substr(any_cased, 2))
	any_lower = wrapped(substr(any_lower, 2))
}

function read_allow(path,    line, at, reason) {
	reason = 0
	while ((getline line < path) > 0) {
		if (line ~ /^#/)
			reason = 1
		else if (line ~ /^ *$/)
			reason = 0
		else if (!(at = index(line, ":")) || at == length(line))
			problem[++problems] = "not PATH:TEXT: " line
		else {
			if (!reason)
				problem[++problems] = "no reason: " line
			allow_path[++allows] = substr(line, 1, at - 1)
			allow_text[allows] = substr(line, at + 1)
			allow_line[allows] = line
		}
	}
	close(path)
}

BEGIN {
	read_rules(ARGV[1])
	read_allow(ARGV[2])
	if (self) {
		examine()
		for (k = 1; k <= problems; k++)
			print problem[k]
		exit
	}
	while ((getline path < "-") > 0)
		search(path)
	for (k = 1; k <= allows; k++)
		if (unused && !used[k])
			print "words-allow.txt: unused: " allow_line[k]
	exit
}
