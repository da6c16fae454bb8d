#!/bin/sh
# Runs all measurements in the build folder, then those against the peers that
# are installed. BENCH_ROUNDS: rounds of each (7). peers.sh says where it looks
# for peers.
# SPDX-License-Identifier: MIT
set -u
home=$(cd "$(dirname "$0")" && pwd)
printf 'date: %s, processors: %s, load: %s\n' "$(date -u +%Y-%m-%d)" \
	"$(getconf _NPROCESSORS_ONLN)" "$(cut -d' ' -f1 /proc/loadavg)"
status=0
for bench in retry emit metrics decode; do
	"./tests/bench/bench_$bench" || status=1
done
if [ -x tests/bench/bench_dialects ]; then
	sh "$home/dialects.sh" || status=1
fi
if [ -x retrytop ] && command -v tmux >/dev/null && [ -x /usr/bin/python3 ]; then
	echo
	/usr/bin/python3 "$home/top.py" || status=1
fi
echo
sh "$home/peers.sh" || status=1
exit $status
