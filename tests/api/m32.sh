# The library compiles for a 32-bit machine, and works there as on a 64-bit one.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/portable.sh"
try "gcc -m32 does not work (Debian: gcc-multilib)" gcc -m32
compare gcc -m32 -idirafter /usr/include/cjson
