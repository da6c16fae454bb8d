#!/bin/sh
# Random keys and sizes for retrytop in a real terminal, while a log with hostile
# texts grows: tests/load/keys.c does the same to the screen in memory, longer.
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/../tui/tmux.sh"
steps=${LOAD_STEPS:-300}
seed=${LOAD_SEED:-20261130}

# Escape leaves a page, the past and a filter.
is_drawn() {
	grep -q stolen "$dir/sent" || {
		t send-keys -t main Escape
		return 1
	}
}

# The steps are made first, so that they are the same each time: keys, sizes and
# lines. C-c, C-z, C-\ and q would end it, C-s would stop the terminal.
awk -v seed="$seed" -v steps="$steps" '
function draw(below) { return int(rand() * below) }
BEGIN {
	srand(seed)
	keys = "j k g G n p v ? h i X / s S r c d e w W 1 4 a y m [ ] ( )" \
		" Tab BTab Enter Enter" \
		" Enter Escape BSpace Up Down PPage NPage Home End Space F1" \
		" C-f C-b C-l C-a M-x é 漢"
	n = split(keys, key, " ")
	bad = split("\\u001b]0;stolen\\u0007|\\u001b[2J\\u001b[?1049l|" \
		"\\u202eevil|\\u009b31m|\\u0000\\u007f|\\ud83d\\ude00|" \
		"e\\u0301\\u0301\\u0301|\\u200b\\u2028\\ufeff", text, "|")
	for (i = 1; i <= steps; i++) {
		what = draw(10)
		if (what == 0) {
			print "size", 1 + draw(1 + draw(300)), 1 + draw(1 + draw(100))
		} else if (what <= 2) {
			seq++
			printf "line %d operation.%d%s %s\n", seq, draw(9),
				text[1 + draw(bad)], text[1 + draw(bad)]
		} else {
			print "key", key[1 + draw(n)]
		}
	}
}' >"$dir/steps"

log=$dir/app.log
line() { # SEQ OPERATION ERROR
	printf '%s\n' "{\"v\":1,\"ts\":\"$(date -u +%Y-%m-%dT%H:%M:%S.%6NZ)\",\"event_type\":\"retry_exhausted\",\"operation\":\"$2\",\"policy\":\"STANDARD\",\"policy_hash\":\"0123456789abcdef\",\"call_id\":\"c$1\",\"attempt\":3,\"max_attempts\":3,\"kind\":\"retry\",\"outcome\":\"failure\",\"stop_reason\":\"max_attempts\",\"class\":\"transient\",\"error\":\"$3\",\"attempts\":3,\"retries\":2,\"backoff_seconds\":1,\"duration_seconds\":0.1,\"elapsed_seconds\":1.1,\"host\":\"$2\",\"target\":\"$3\",\"pid\":1,\"seq\":$1}" >>"$log"
}
line 0 first first

t new-session -d -s anchor -x 80 -y 24 "exec sleep 600" &&
	t new-session -d -s main -x 120 -y 35 "ulimit -c 0; exec sh" &&
	t set-option -g remain-on-exit on >/dev/null || {
	echo "Bail out! tmux does not start"
	exit 1
}
t set-option -t main window-size manual >/dev/null
t resize-window -t main -x 120 -y 35
t send-keys -t main "PS1='ready '" Enter
poll shows '^ready'
modes_before=$(modes)
title=$(t display-message -p -t main '#{pane_title}')
t pipe-pane -t main "exec cat >$dir/sent"
t send-keys -t main -l "clear; $retrytop --delay 100ms $log; echo \$? >$dir/code"
t send-keys -t main Enter
poll shows 'OPERATION'
result $? "it has started"

step=0
while read -r what a b c; do
	step=$((step + 1))
	case $what in
	size) t resize-window -t main -x "$a" -y "$b" ;;
	key) t send-keys -t main "$a" ;;
	line) line "$a" "$b" "$c" ;;
	esac
	[ ! -s "$dir/code" ] || break
done <"$dir/steps"
[ "$step" -eq "$steps" ]
result $? "it lives after $step keys, sizes and lines, seed $seed"

# Back to all rows as they are now, where they have a place.
t resize-window -t main -x 120 -y 35
line 9999 '\u001b]0;stolen\u0007' '\u001b]0;stolen\u0007'
poll is_drawn
result $? "the hostile texts were drawn"
# A title, a bell, C1 controls, texts that turn around or cannot be seen.
LC_ALL=C grep -aqP '\x1b\]|\x07|\xc2[\x80-\x9f]|\xe2\x80[\x8b\xa8\xae]|\xef\xbb\xbf' \
	"$dir/sent"
[ $? -eq 1 ]
result $? "and nothing of them is sent that a terminal obeys"
state_is '#{alternate_on}#{pane_title}' "1$title"
result $? "the terminal's state and title are untouched"

# Out of whatever page or prompt it is in.
t resize-window -t main -x 120 -y 35
for key in Escape Escape Escape Escape; do
	t send-keys -t main "$key"
	sleep 0.1
done
ended() {
	t send-keys -t main q
	sleep 0.1
	[ -s "$dir/code" ]
}
poll ended
[ "$(cat "$dir/code" 2>/dev/null)" = 0 ]
result $? "q ends it, with status 0"
poll restored
result $? "the terminal is restored"

echo "1..$count"
[ "$failed" -eq 0 ]
