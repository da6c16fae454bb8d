#!/bin/sh
# Runs our programs and their peers in turn, BENCH_ROUNDS times (7), in the build
# folder. Prints medians, and whether the targets hold, by the medians of each
# round's ratios. A missing peer is named and left out. PEER_INCLUDE, PEER_PYTHON
# (/usr/bin/python3), PEER_PYTHONPATH, PEER_GOPATH (/usr/share/gocode) and
# PEER_NODE_MODULES (./node_modules) say where peers are.
# SPDX-License-Identifier: MIT
set -u
home=$(cd "$(dirname "$0")" && pwd)
out=tests/bench
work=$(mktemp -d) || exit 4
trap 'rm -rf "$work"' EXIT
programs="$out/ours_emit $out/ours_call"

missing() {
	echo "$1: not installed, not measured"
}

if ${CXX:-c++} -std=c++17 -O2 -DSPDLOG_FMT_EXTERNAL -DFMT_HEADER_ONLY \
	${PEER_INCLUDE:+-I"$PEER_INCLUDE"} -o "$out/peer_spdlog" \
	"$home/peer_spdlog.cpp" -pthread 2>"$work/cxx"; then
	programs="$programs $out/peer_spdlog"
else
	missing spdlog
fi
if GO111MODULE=off GOPATH=${PEER_GOPATH:-/usr/share/gocode} \
	GOCACHE="$work/go" go build -o "$out/peer_go" "$home/peer_go.go" \
	2>"$work/go.log"; then
	programs="$programs $out/peer_go"
else
	missing 'cenkalti (Go)'
fi
# The system's Python has the system's packages.
python=${PEER_PYTHON:-/usr/bin/python3}
if command -v "$python" >/dev/null 2>&1; then
	programs="$programs python"
else
	missing Python
fi
if command -v node >/dev/null 2>&1; then
	programs="$programs node"
else
	missing Node
fi

round=0
while [ "$round" -lt "${BENCH_ROUNDS:-7}" ]; do
	round=$((round + 1))
	for program in $programs; do
		case $program in
		python) PYTHONPATH=${PEER_PYTHONPATH:-} \
			"$python" "$home/peer_python.py" ;;
		node) NODE_MODULES=${PEER_NODE_MODULES:-node_modules} \
			node "$home/peer_node.mjs" ;;
		*) "./$program" ;;
		esac >"$work/out" || {
			echo "$program: failed" >&2
			exit 1
		}
		sed "s/^/$round	/" "$work/out" >>"$work/rows"
	done
done
awk -F '\t' -f "$home/peers.awk" "$work/rows"
