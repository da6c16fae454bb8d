#!/bin/sh
# retrytop in a real terminal: keys go to a private tmux server, and its screen
# is checked.
#
# Nothing here waits for a fixed time: the screen is read until it shows what is
# expected, for at most half a minute.
# SPDX-License-Identifier: MIT

. "$(dirname "$0")/tmux.sh"

expect() { # NAME PATTERN
	poll shows "$2"
	result $? "$1"
}

keys() {
	t send-keys -t main "$@"
}

command_line() {
	t send-keys -t main -l "$1"
	t send-keys -t main Enter
}

now() {
	date -u +%Y-%m-%dT%H:%M:%S.%6NZ
}

seq=0
event() { # FILE TYPE OPERATION ATTEMPT [ERROR]
	seq=$((seq + 1))
	tail=
	[ "$2" = retry_attempt ] && tail='"delay_seconds":1,'
	[ "$2" = retry_success ] || tail=$tail'"class":"transient","error":"'${5:-refused}'",'
	[ "$2" = retry_attempt ] || tail=$tail'"attempts":'$4',"retries":0,"backoff_seconds":0,'
	outcome=failure
	[ "$2" = retry_success ] && outcome=success
	printf '%s\n' "{\"v\":1,\"ts\":\"$(now)\",\"event_type\":\"$2\",\"operation\":\"$3\",\"policy\":\"STANDARD\",\"policy_hash\":\"0123456789abcdef\",\"call_id\":\"c$seq\",\"attempt\":$4,\"max_attempts\":3,\"kind\":\"first\",\"outcome\":\"$outcome\",$tail\"duration_seconds\":0.1,\"elapsed_seconds\":0.1,\"host\":\"h\",\"pid\":1,\"seq\":$seq}" >>"$1"
}

# Whether a line that was just written makes the log live.
is_live() {
	echo '{"level":"info"}' >>"$log"
	shows '\[LIVE\]'
}

# Start retrytop in the shell of the pane; its process id goes to a file.
start() { # ARGUMENT...
	rm -f "$dir/pid" "$dir/code"
	command_line "clear; sh -c 'echo \$\$ >$dir/pid; exec $retrytop $*'"
	poll state_is '#{alternate_on}' 1 && poll test -s "$dir/pid"
}

# Ask the shell for the exit status once it is back. Not in the same command line:
# a shell whose child dies of SIGINT does not run the rest of the line.
ask_code() {
	poll restored && command_line "echo \$? >$dir/code"
	poll test -s "$dir/code"
}

code_is() { # CODE
	ask_code
	[ "$(cat "$dir/code" 2>/dev/null)" = "$1" ]
}

t new-session -d -s anchor -x 80 -y 24 "exec sleep 600" &&
	t new-session -d -s main -x 120 -y 35 "ulimit -c 0; exec sh" &&
	t set-option -g remain-on-exit on >/dev/null || {
	echo "Bail out! tmux does not start"
	exit 1
}
t set-option -t main window-size manual >/dev/null
t resize-window -t main -x 120 -y 35
keys "PS1='ready '" Enter
poll line_shows 2 '^ready' || poll shows '^ready'
modes_before=$(modes)

log=$dir/retry.log
start --delay 100ms "$log"
expect "a missing file is waited for, in words" "Waiting for $log (does not exist)"
expect "the state is WAITING" '\[WAITING\]'

event "$log" retry_attempt pay.charge 1
event "$log" retry_attempt pay.charge 2
event "$log" retry_success mail.send 1
expect "a file that appears later is read: operations are shown" '^>pay.charge'
poll is_live
result $? "the state is LIVE"
expect "its events are counted" '0 bad  0 lost  0 dropped  3 events'
# Fewer retries than pay.charge: the order does not depend on what is in the
# window by the time that a slow machine draws.
event "$log" retry_attempt db.query 1
expect "the file grows and so does the screen" '^ db.query  *STANDARD  *[0-9]'
expect "the top error is shown with its share" 'refused 100%'

keys Tab
expect "Tab groups by target" '^ TARGET '
keys Enter
expect "Enter opens the row" 'overview > target (none)'
expect "with its operations" 'OPERATIONS  *calls/s'
keys Escape
expect "Esc goes back to the rows" '^ TARGET '
keys Tab
expect "and by policy" '^>STANDARD '
keys BTab
expect "Shift-Tab goes back" '^ TARGET '
keys BTab
expect "to operations" '^ OPERATION '

keys s
expect "s changes the order" 'by name'
keys S
expect "S changes it back" 'by failed'
keys r
expect "r reverses it" 'by failed reversed'
keys r

keys /
keys d b
expect "/ filters as one types" '1 of 3'
poll hides pay.charge
result $? "operations that do not match are hidden"
keys Enter
expect "the filter stays on the screen" 'filter: db  1 of 3'
keys Escape
poll shows pay.charge
result $? "Esc clears the filter"

keys Enter
expect "Enter opens the operation" 'overview > pay.charge'
expect "its calls are listed" 'CALLS  failed, newest first'
keys n
expect "n goes to the next operation" 'overview > mail.send\|overview > db'
keys p
expect "p goes back to the previous one" 'overview > pay.charge'
keys v
expect "v lists other calls" 'CALLS  all, newest first'
keys Escape
expect "Esc closes the page" '^>pay.charge'

# A terminal whose description has Ms: tmux then takes it as its buffer.
if infocmp -x tmux-256color 2>/dev/null | grep -q 'Ms='; then
	t set-option -s set-clipboard on
	t new-session -d -s copies -x 100 -y 30 \
		"TERM=tmux-256color; export TERM; exec $retrytop $log"
	copies_show() {
		t capture-pane -p -t copies | grep -q -e "$1"
	}
	poll copies_show '^>pay.charge'
	t send-keys -t copies y
	poll copies_show 'copied to the clipboard'
	result $? "y copies the row, and says so"
	buffer_has() {
		t show-buffer | grep -q -e "$1"
	}
	poll buffer_has '"operation":.*"pay.charge"'
	result $? "the terminal has it as JSON"
	buffer_has '^}$'
	result $? "all of it"
	t kill-session -t copies
fi
keys y
poll shows '^ *{'
result $? "y shows it where there is no clipboard, too"
keys Escape
poll shows '^>pay.charge'

keys Space
expect "Space pauses, with a word" '\[PAUSED\]'
event "$log" retry_attempt new.operation 1
expect "reading continues meanwhile" '+1 new'
hides new.operation
result $? "the numbers are frozen"
keys Space
expect "Space resumes" '^ new.operation'

keys 3
expect "3 covers five minutes" 'window .*5m '
keys 2
expect "2 a minute" 'window .*60s '
# The log may be younger than a step: then there is no earlier time.
older() {
	keys '['
	sleep 0.2
	shows '\[PAST\]'
}
poll older
result $? "[ shows an earlier time"
keys Space
poll hides '\[PAST\]'
result $? "Space returns to now"

keys a
expect "a shows verdicts and alerts" 'nothing is wrong, and nothing was'
keys Escape
poll shows '^>'
# A program of the name retrysim next to it, which waits until it may answer.
mkdir "$dir/bin" && cp "$retrytop" "$dir/bin/retrytop"
cat >"$dir/bin/retrysim" <<EOF
#!/bin/sh
echo \$\$ >$dir/asked
echo begun
while [ ! -e $dir/answer ]; do sleep 0.05; done
echo finished
EOF
chmod +x "$dir/bin/retrysim"
asked_ended() {
	! kill -0 "$(cat "$dir/asked")" 2>/dev/null
}
keys q
poll restored
real=$retrytop retrytop=$dir/bin/retrytop
start --delay 100ms "$log"
poll shows '^>'
keys x
expect "x asks retrysim, and says that it runs" 'retrysim runs for'
expect "what it prints is shown at once" '^ begun'
event "$log" retry_attempt while.asking 1
keys Escape
expect "the screen goes on meanwhile" ' while.asking'
keys x
expect "x shows the page again" '^ begun'
poll test -s "$dir/asked"
first=$(cat "$dir/asked")
keys x
expect "x there cancels it" 'cancelled; x asks again'
! kill -0 "$first" 2>/dev/null
result $? "it was killed and reaped"
: >"$dir/answer"
keys x
expect "x asks again" '^ finished'
rm "$dir/answer" "$dir/asked"
keys x
poll test -s "$dir/asked"
expect "and again" 'retrysim runs for'
keys q q
poll restored
result $? "q quits while it runs"
asked_ended
result $? "and ends it"
rm "$dir/asked"
rm "$dir/pid"
t new-session -d -s killed -x 80 -y 24 \
	"echo \$\$ >$dir/pid; exec $retrytop $log"
killed_shows() {
	t capture-pane -p -t killed | grep -q '^>'
}
poll killed_shows
t send-keys -t killed x
poll test -s "$dir/asked"
kill -s KILL "$(cat "$dir/pid")"
poll asked_ended
result $? "it does not outlive retrytop that is killed"
t kill-session -t killed
retrytop=$real
start --delay 100ms "$log"
poll shows '^>'

keys '?'
expect "? shows the help" 'Ctrl-L  redraw'
keys Escape
poll hides 'Ctrl-L  redraw'
result $? "Esc leaves the help"
keys i
lines=$(wc -l <"$log")
expect "i shows the inputs" "reading  $((lines)) lines"
keys q

mv "$log" "$log.1"
event "$log.1" retry_attempt late.line 1
event "$log" retry_attempt after.rotation 1
event "$log.1" retry_attempt late.line 2
expect "a rotation loses no line" '0 bad  0 lost  0 dropped  9 events'
expect "a late line in the old file is read" 'late.line'
cp "$log" "$log.2" && : >"$log"
event "$log" retry_attempt after.truncation 1
expect "nor does a truncation" '0 bad  0 lost  0 dropped  10 events'

hostile='\u001b]0;stolen\u0007\u001b[2J\u001b[?1049l\u202eevil\u009b31m'
event "$log" retry_attempt 'x\u001b[31my' 1 "$hostile"
expect "an escape sequence is shown, not obeyed" 'x\\x1b\[31my'
state_is '#{alternate_on}#{pane_title}' "1$(t display-message -p -t main '#{host}')"
result $? "the terminal's state and title are untouched"

# A letter with an accent of its own, Thai, and a syllable of Korean letters:
# with their marks, as tmux has them in its cells.
accent=$(printf 'cafe\314\201.x')
thai=$(printf '\340\270\231\340\270\265\340\271\211.x')
korean=$(printf '\341\204\222\341\205\241\341\206\253.x')
for name in "$accent" "$thai" "$korean"; do
	event "$log" retry_attempt "$name" 1
done
expect "an accent stays on its letter" "$accent"
expect "Thai keeps its vowel sign and tone" "$thai"
expect "Korean letters stay together" "$korean"
line_shows 1 '^ retrytop \['
result $? "the screen was not cleared"

t resize-window -t main -x 80 -y 24
expect "80x24: columns are dropped by priority" 'OPERATION *CALL/s *OK% *RETRY/s *LOAD *FAIL% *TOP ERROR *SINCE$'
t resize-window -t main -x 40 -y 10
expect "40x10: the most important columns are left" 'OPERATION *RETRY/s *FAIL% *SINCE$'
t resize-window -t main -x 20 -y 5
expect "20x5: too small, and it says so" '30x5 needed'
for size in 1x1 5x2 200x50 3x40 40x3 15x3; do
	t resize-window -t main -x "${size%x*}" -y "${size#*x}"
done
t resize-window -t main -x 120 -y 35
expect "it survives many changes of size" 'FAILED 5m$'

keys C-z
poll restored
result $? "Ctrl-Z restores the terminal"
command_line fg
poll state_is '#{alternate_on}' 1
expect "fg brings the screen back" '\[LIVE\]\|\[STALE\]'

keys q
poll restored
result $? "q restores the terminal"
code_is 0
result $? "q exits 0"

signal() { # NAME CODE
	start "$log"
	poll shows '\[LIVE\]\|\[STALE\]'
	kill -s "$1" "$(cat "$dir/pid")"
	poll restored
	result $? "SIG$1 restores the terminal"
	if [ "$2" = any ]; then
		! code_is 0
	else
		code_is "$2"
	fi
	result $? "the shell sees SIG$1"
}
signal TERM 143
signal INT 130
signal QUIT 131
signal HUP 129
signal PIPE 141
signal USR1 138
signal USR2 140
signal ALRM 142
# A sanitizer turns these into an exit code of its own.
signal SEGV any
signal ABRT any
signal BUS any

start "$log"
keys C-c
code_is 130
result $? "Ctrl-C quits"

# The mouse: bytes as terminals send them; 3 is a button that was let go.
bytes_of() { # LINE BUTTON...
	line=$1
	shift
	for button; do
		printf '\033[M%b!%b' "\\0$(printf %o $((32 + button)))" "\\0$(printf %o $((32 + line)))"
	done
}
mouse() { # LINE BUTTON...
	t send-keys -t main -l "$(bytes_of "$@")"
}
line_of() { # PATTERN
	screen | grep -n -- "$1" | head -n 1 | cut -d: -f1
}
start "$log"
poll shows '^>after.truncation'
state_is '#{mouse_any_flag}' 0
result $? "the mouse is left to the terminal"
keys M
poll state_is '#{mouse_any_flag}' 1
result $? "M takes it"
keys M
poll state_is '#{mouse_any_flag}' 0
result $? "and gives it back"
keys q
code_is 0
start --mouse "$log"
poll shows '^>after.truncation' && poll state_is '#{mouse_any_flag}' 1
result $? "--mouse takes it"
mouse "$(line_of '^ caf')" 0 3
expect "a click selects a row" '^>caf'
mouse 1 64
expect "the wheel moves" '^>after.truncation'
mouse "$(line_of '^ OPERATION')" 0 3
expect "a click on a heading sorts" 'by name'
mouse "$(line_of '^.caf')" 0 3 0 3
expect "two clicks open" 'overview > caf'
keys q q
code_is 0
result $? "and q gives the mouse back"
start --mouse "$log"
poll state_is '#{mouse_any_flag}' 1
kill -s ABRT "$(cat "$dir/pid")"
poll restored
result $? "so does a crash"
ask_code

# Times that it woke up, and processor time in 1/100 s.
wakes() {
	sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' "/proc/$1/status"
}

# Stay for whole seconds of the clock, whatever the machine does meanwhile.
second_is_over() {
	[ "$(date +%s)" -ge "$end" ]
}

gone() {
	! kill -0 "$1" 2>/dev/null
}

if [ -r /proc/self/status ]; then
	start "$log"
	poll shows '\[LIVE\]\|\[STALE\]'
	pid=$(cat "$dir/pid")
	begin=$(date +%s) end=$(($(date +%s) + 3))
	before=$(wakes "$pid")
	poll second_is_over
	after=$(wakes "$pid") end=$(date +%s)
	[ $((after - before)) -le $((10 * (end - begin + 1))) ]
	result $? "at rest it sleeps: $((after - before)) times awake in $((end - begin)) s"
	keys q
	code_is 0
fi

# Its parent is killed, and the shell takes the terminal back.
rm -f "$dir/pid" "$dir/parent"
cat >"$dir/child.sh" <<EOF
echo \$\$ >$dir/pid
exec $retrytop $log
EOF
cat >"$dir/parent.sh" <<EOF
echo \$\$ >$dir/parent
sh $dir/child.sh
:
EOF
command_line "clear; sh $dir/parent.sh"
poll test -s "$dir/pid" && poll shows '\[LIVE\]\|\[STALE\]'
kill -s KILL "$(cat "$dir/parent")"
keys Enter
poll gone "$(cat "$dir/pid")"
result $? "it ends when its parent was killed and the shell has the terminal"
poll restored
result $? "and the terminal is restored"

# The terminal is closed, and the signal that says so is ignored.
rm -f "$dir/pid"
t new-session -d -s closed -x 80 -y 24 \
	"trap '' HUP; echo \$\$ >$dir/pid; exec $retrytop $log"
poll test -s "$dir/pid"
closed_shows() {
	t capture-pane -p -t closed | grep -q OPERATION
}
poll closed_shows
t kill-session -t closed
poll gone "$(cat "$dir/pid")"
result $? "it ends when its terminal is closed"

rm -f "$dir/code"
command_line "clear; cat $log | $retrytop -"
expect "standard input is a log, keys are read from the terminal" 'after.truncation'
keys q
code_is 0
result $? "and q quits"

colors() {
	t capture-pane -e -p -t main | grep -q "$(printf '\033')\\[[0-9;]*3[0-7][;m]"
}
# A stale log need not have anything that is coloured.
live_colors() {
	is_live && colors
}
start "$log"
poll live_colors
result $? "there are colours"
keys q
code_is 0
command_line "NO_COLOR=1; export NO_COLOR"
start "$log"
poll is_live
! colors
result $? "NO_COLOR: there are none"
keys q
code_is 0
command_line "unset NO_COLOR"

start --ascii "$log"
poll shows 'FAILED 5m'
! screen | LC_ALL=C grep -q '[^ -~]'
result $? "--ascii: only ASCII is drawn"
keys q
code_is 0

command_line "LC_ALL=C; export LC_ALL"
start "$log"
poll shows 'FAILED 5m'
! screen | LC_ALL=C grep -q '[^ -~]'
result $? "LC_ALL=C: only ASCII is drawn"
keys q
code_is 0
command_line "LC_ALL=C.UTF-8; export LC_ALL"

for term in xterm xterm-16color xterm-256color tmux-256color; do
	# Not every system has the description of each.
	tput -T "$term" colors >/dev/null 2>&1 || continue
	command_line "TERM=$term; export TERM"
	start "$log"
	poll shows 'by faile' && poll live_colors
	result $? "TERM=$term has colours"
	keys q
	code_is 0
done
command_line "TERM=screen; export TERM"

for term in vt100 linux; do
	rm -f "$dir/code"
	# Not all of them have a second screen, so its end cannot be seen there.
	command_line "clear; TERM=$term $retrytop $log; echo \$? >$dir/code"
	expect "TERM=$term works" 'by faile'
	keys q
	poll test -s "$dir/code" && [ "$(cat "$dir/code")" = 0 ]
	result $? "TERM=$term: q quits"
done
for term in dumb no-such-terminal ''; do
	rm -f "$dir/code"
	command_line "clear; TERM=$term $retrytop $log"
	code_is 4 && shows "TERM=$term).*--once" && hides OPERATION
	result $? "TERM=$term is refused, with a way out"
done

"$retrytop" "$log" </dev/null >"$dir/out" 2>"$dir/err"
[ $? -eq 2 ] && [ ! -s "$dir/out" ] && grep -q -- --once "$dir/err"
result $? "without a terminal it suggests --once"
"$retrytop" --once "$log" </dev/null >"$dir/out" 2>"$dir/err"
[ $? -eq 0 ] && grep -q after.truncation "$dir/out" && ! grep -q "$(printf '\033')" "$dir/out"
result $? "--once needs no terminal"

# Exit codes and output without a terminal.
exits() { # CODE PATTERN ARGUMENT...
	want=$1
	pattern=$2
	shift 2
	"$retrytop" "$@" </dev/null >"$dir/out" 2>&1
	code=$?
	[ "$code" -eq "$want" ] && grep -q -- "$pattern" "$dir/out"
	result $? "retrytop $(echo "$*" | sed "s|$dir/||g") exits $want"
}
event "$dir/hostile.log" retry_attempt 'x\u009b31m\u202e\u200by' 1 "$hostile"
"$retrytop" --format json "$dir/hostile.log" >"$dir/out"
grep -q 'x\\u009b31m\\u202e\\u200by' "$dir/out" && ! LC_ALL=C grep -q '[^ -~	]' "$dir/out"
result $? "JSON has no control or bidirectional characters as they are"
printf '%s\n' '{"event_type":"retry_attempt","operation":"a"}' >"$dir/bad.log"
: >"$dir/empty.log"
exits 0 'Usage: retrytop' --help
exits 0 '^retrytop' --version
exits 2 'unknown option' --frobnicate "$log"
exits 2 '1s to 15m' --window 16m --once "$log"
exits 2 'did you mean retries' --sort retires --once "$log"
exits 0 '"schema_version"' --format json "$log"
exits 3 'no attempt events in 0 lines' --once "$dir/empty.log"
exits 3 '^no data: 0 events in - (ended)' --once -
exits 3 'bad.log:1:[0-9]*: .*timestamp' --once "$dir/bad.log"
exits 3 'more than 0 bad lines' --once --max-bad 0 "$dir/bad.log"
exits 4 'No such file' --once "$dir/absent.log"
exits 4 'Is a directory' --once "$dir"
exits 2 'no such dialect' --once --dialect klingon "$log"
exits 4 'No such file' --once --dialect "$dir/absent.json" "$log"
exits 3 'bad.log:' --once --dialect "$dir/bad.log" "$log"

echo "1..$count"
[ "$failed" -eq 0 ]
