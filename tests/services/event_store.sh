# The event store under real locks: waits, steps done once, an id or nothing.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/services.sh"

# In virtual time this script is the clock: attempt N + 1 begins after attempt N
# failed, and after the lock's holder ended, if it ends with attempt N.
# Open the FIFO here, too, or a tick without a reader would wait for ever.
mkfifo ticks
exec 9<>ticks
store() { # NAME
	rm -f events
	# shellcheck disable=SC2086 # words
	"$service/event_store" $at_once -e events store.db files "$1" \
		"text of $1" >id 2>err
}
store_while_held() { # KIND ATTEMPTS NAME: the lock is held for ATTEMPTS
	rm -f events held
	"$tool/db" store.db "$1" until events "$2" >held 2>&1 &
	holder=$!
	within 60 grep -q held held
	"$service/event_store" -t ticks -e events store.db files "$3" \
		"text of $3" >id 2>err &
	running=$!
	attempt=1
	while [ $attempt -le "$2" ] && [ $attempt -lt 4 ]; do
		within 60 has_lines events $attempt
		[ $attempt -lt "$2" ] || wait $holder
		echo >&9
		attempt=$((attempt + 1))
	done
	wait $running
}
has_lines() { # FILE COUNT
	[ -s "$1" ] && [ "$(wc -l <"$1")" -ge "$2" ]
}
steps() { # NAME: how often each step was done
	echo "row $("$tool/db" store.db query \
		"SELECT count(*) FROM events WHERE name = '$1'")" \
		"file $(cat "files/$1" 2>/dev/null | grep -c "^text of $1\$")" \
		"follow-up $(cat files/follow-up.queue 2>/dev/null |
			grep -c "^$1\$")"
}
mkdir files

store first
is "no contention: the id, at the first attempt" "0 1 1" \
	"$? $(cat id) $(events events attempt)"
is "no contention: each step once" "row 1 file 1 follow-up 1" "$(steps first)"

store_while_held write 2 writer
is "a writer that goes away: the id" "0 2" "$? $(cat id)"
is "contention is class conflict, code sqlite:5" "conflict sqlite:5
conflict sqlite:5
- -" "$(events events class code)"
is "it waits 1 and 2 s exactly" "1 none
2 none
- -" "$(events events delay_seconds delay_law)"
is "the waits took place" yes "$(waited events)"
is "a writer: each step once" "row 1 file 1 follow-up 1" "$(steps writer)"

# With a reader, BEGIN and INSERT succeed and COMMIT fails: the file already
# exists when the attempt fails.
store_while_held read 3 reader
is "a reader that goes away: the id" "0 3" "$? $(cat id)"
is "three commits were refused" "sqlite:5 sqlite:5 sqlite:5 -" \
	"$(events events code | tr '\n' ' ' | sed 's/ $//')"
is "a reader: each step once, despite four attempts" \
	"row 1 file 1 follow-up 1" "$(steps reader)"

store_while_held read 4 locked
is "locked for good: nothing" "1 " "$? $(cat id)"
has "and says why" "$(cat err)" \
	"not stored after 4 attempts (max_attempts): database is locked"
is "four attempts; 1, 2 and 4 s; no wait after the last" \
	"1 1 -
2 2 -
3 4 -
4 - max_attempts" "$(events events attempt delay_seconds stop_reason)"
wait $holder
is "locked for good: nothing is left" "row 0 file 0 follow-up 0" \
	"$(steps locked)"
store locked
is "and the name can be stored later" "0 row 1 file 1 follow-up 1" \
	"$? $(steps locked)"

store first
is "a constraint is not retried" "1 fatal sqlite:19 non_retryable 1" \
	"$? $(events events class code stop_reason attempt)"
is "the first event is untouched" "row 1 file 1 follow-up 1" "$(steps first)"
echo "another file" >files/taken
store taken
is "an existing file is not overwritten" "1 another file" \
	"$? $(cat files/taken)"
echo junk >bad.db
"$service/event_store" bad.db files x y >id 2>err
is "a bad database: exit 1, no id, not retried" "1  not stored after 1" \
	"$? $(cat id) $(grep -o 'not stored after 1' err)"

# The row is stored, the follow-up cannot start: only the follow-up is repeated.
mv files/follow-up.queue queue
mkdir files/follow-up.queue
rm -f events
"$service/event_store" -p "$real_time" -t ticks -e events store.db files \
	late "text of late" >id 2>err &
running=$!
within 60 test -s events
rmdir files/follow-up.queue
echo >&9
wait $running
is "a follow-up that fails once: the id in the end" 0 $?
is "a follow-up that fails once: the row is not stored again" \
	"row 1 file 1 follow-up 1" "$(steps late)"
is "it took a retry" OSError "$(events events error_type | head -n 1)"
rm files/follow-up.queue
mkdir files/follow-up.queue
store never
is "a follow-up that never starts: no id" "1 " "$? $(cat id)"
has "and what was stored is reported" "$(cat err)" \
	"never: stored without follow-up after"
is "and is in place" "row 1 file 1 follow-up 0" "$(steps never)"
rmdir files/follow-up.queue

# A process that loses every time has done nothing; any other, each step once.
for name in a b c d e f; do
	# shellcheck disable=SC2086 # words
	"$service/event_store" $at_once store.db files "$name" "text of $name" \
		>"id-$name" 2>>err-together &
	eval "pid_$name=$!"
done
stored=0 done=0 undone=0
for name in a b c d e f; do
	if eval "wait \$pid_$name"; then
		stored=$((stored + 1))
		[ "$(steps $name)" != "row 1 file 1 follow-up 1" ] ||
			done=$((done + 1))
	else
		[ "$(steps $name)" != "row 0 file 0 follow-up 0" ] ||
			undone=$((undone + 1))
	fi
done
is "six processes at once: each completely done or not at all" 6 \
	$((done + undone))
is "six processes at once: as many ids as were stored, all different" \
	"yes $stored $stored" "$([ $stored -gt 0 ] && echo yes) $(
		cat id-[a-f] | wc -l) $(sort -u id-[a-f] | wc -l)"

# Real time: 50, 100 and 200 ms; a write lock until the second failure.
rm -f events held
"$tool/db" store.db write until events 2 >held 2>&1 &
holder=$!
within 60 grep -q held held
"$service/event_store" -p "$real_time" -e events store.db files real \
	"text of real" >id
is "in real time: stored when the lock was gone" 0 $?
is "in real time: the waits took place" "0.05 0.1 yes" \
	"$(events events delay_seconds | head -n 2 | tr '\n' ' ')$(
		waited events)"
is "in real time: each step once" "row 1 file 1 follow-up 1" "$(steps real)"
wait $holder
finish
