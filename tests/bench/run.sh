#!/bin/sh
# Runs all measurements in the build folder, and the peers that are installed.
# BENCH_ROUNDS: rounds of each (7). PEER_INCLUDE, PEER_PYTHONPATH: where peers
# that are not installed were unpacked.
set -u
home=$(cd "$(dirname "$0")" && pwd)
printf 'date: %s, processors: %s, load: %s\n' "$(date -u +%Y-%m-%d)" \
	"$(getconf _NPROCESSORS_ONLN)" "$(cut -d' ' -f1 /proc/loadavg)"
status=0
for bench in retry emit metrics decode; do
	"./tests/bench/bench_$bench" || status=1
done

# The same operation under two retry libraries of another language.
if command -v python3 >/dev/null 2>&1; then
	PYTHONPATH=${PEER_PYTHONPATH:-} python3 "$home/peer_python.py" ||
		status=1
fi

# A C++ logger with an asynchronous queue, writing the same fields.
peer=tests/bench/peer_spdlog
if ${CXX:-c++} -std=c++17 -O2 -DFMT_HEADER_ONLY \
	-DSPDLOG_FMT_EXTERNAL ${PEER_INCLUDE:+-I"$PEER_INCLUDE"} \
	-o "$peer" "$home/peer_spdlog.cpp" -pthread 2>/dev/null; then
	"./$peer" || status=1
else
	printf '\nspdlog: not installed, not measured\n'
fi
exit $status
