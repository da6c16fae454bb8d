# Helpers of tests in a real terminal: a private tmux server, TAP, a working folder
# in $dir. Sourced; the pane with the program is `main`.
# SPDX-License-Identifier: MIT

retrytop=${RETRYTOP:-$top_builddir/retrytop}
socket=retrykit-$$
dir=$(mktemp -d) || exit 1
LC_ALL=C.UTF-8
TZ=UTC
export LC_ALL TZ
unset NO_COLOR ESCDELAY LINES COLUMNS ENV TMUX

if ! command -v tmux >/dev/null; then
	echo "1..0 # SKIP tmux is not installed"
	rm -rf "$dir"
	exit 0
fi

t() {
	tmux -L "$socket" -f /dev/null "$@"
}

# shellcheck disable=SC2317 # called by the trap
clean() {
	t kill-server 2>/dev/null
	rm -rf "$dir"
}
trap clean EXIT
trap 'exit 1' HUP INT TERM

count=0
failed=0
result() { # STATUS NAME
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
	else
		failed=$((failed + 1))
		echo "not ok $count - $2"
		t capture-pane -p -t main | sed 's/^/# |/'
		sed 's/^/# /' "$dir/out" 2>/dev/null
	fi
}

# Run a command until it succeeds, for at most half a minute.
poll() {
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ "$tries" -lt 600 ] || return 1
		sleep 0.05
	done
}

screen() {
	t capture-pane -p -t main
}

shows() { # PATTERN
	screen | grep -q -- "$1"
}

hides() {
	! shows "$1"
}

line_shows() { # LINE PATTERN
	screen | sed -n "$1p" | grep -q -- "$2"
}

state_is() { # FORMAT VALUE
	[ "$(t display-message -p -t main "$1")" = "$2" ]
}

# What the terminal is set to, but for its size.
modes() {
	stty -F "$(t display-message -p -t main '#{pane_tty}')" -a | grep -v '^speed'
}

# The terminal is as it was: screen, cursor, keypad, mouse, line discipline.
restored() {
	state_is '#{alternate_on}#{cursor_flag}#{keypad_cursor_flag}#{keypad_flag}#{mouse_any_flag}' 01000 &&
		[ "$(modes)" = "$modes_before" ]
}
