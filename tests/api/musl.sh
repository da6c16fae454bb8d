# The library compiles with musl, and works there as with glibc.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/portable.sh"
try "musl-gcc is not installed (Debian: musl-tools)" musl-gcc
compare musl-gcc -idirafter /usr/include/cjson -idirafter /usr/include \
	-idirafter "/usr/include/$(${CC%% *} -print-multiarch 2>/dev/null)"
