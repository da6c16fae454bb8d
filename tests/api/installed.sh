# After `make install`, every example, README.md's program and the services
# compile with the flags of libbackoff.pc and no others, and run.
# SPDX-License-Identifier: MIT
: "${CC:=cc}" "${MAKE:=make}" "${PKG_CONFIG:=pkg-config}"
# Flags of a build with sanitizers or coverage; otherwise empty.
: "${RK_CFLAGS:=}"
. "$(dirname "$0")/../services/services.sh"
service=$scratch/bin
mkdir bin

# A make inside a make must not get the outer one's flags and jobs.
if ! env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u DESTDIR \
	"$MAKE" -C "$top_builddir" -s install DESTDIR="$scratch/root" \
	>install.log 2>&1; then
	echo "Bail out! make install: $(tail -n 3 install.log)"
	exit 99
fi
pc=$(find root -name libbackoff.pc)
is "one libbackoff.pc is installed" 1 "$(echo "$pc" | grep -c .)"
export PKG_CONFIG_PATH="$scratch/$(dirname "$pc")"

# The installed tree is in $scratch/root. Only libbackoff is looked for there;
# other packages are looked for in the system.
backoff() { # ARGUMENT...
	PKG_CONFIG_SYSROOT_DIR=$scratch/root "$PKG_CONFIG" "$@" libbackoff
}
libdir=$scratch/root$("$PKG_CONFIG" --variable=libdir libbackoff)
export LD_LIBRARY_PATH="$libdir"
static=
ls "$libdir"/libbackoff.so* >/dev/null 2>&1 || static=--static

is "headers, policies, man pages, lnav's format are there" "yes yes yes yes" "$(
	for file in '*/include/backoff/retry.h' '*/policies/QUICK.json' \
		'*/man3/backoff_retry.3' \
		'*/lnav/formats/retrykit/backoff-events.json'; do
		[ -z "$(find root -path "$file")" ] || echo yes
	done | tr '\n' ' ' | sed 's/ $//')"

is "completion for each shell is there" "$(
	[ ! -x "$top_builddir/retrysim" ] || printf '%s\n' \
		bash-completion/completions/retrysim \
		bash-completion/completions/retrytop \
		fish/vendor_completions.d/retrysim.fish \
		fish/vendor_completions.d/retrytop.fish \
		zsh/site-functions/_retrysim zsh/site-functions/_retrytop)" \
	"$(find root -path '*completion*' -type f -o -path '*/zsh/*' -type f |
		sed 's|.*/share/||' | sort)"

man3=$(find root -type d -name man3)
is "every function has a man page that leads to its description" "" "$(
	sed -n 's/^[[:space:]]*\(backoff_[a-z0-9_]*\);.*/\1/p' \
		"$top_srcdir/src/libbackoff.map" | while read -r name; do
		page=$(sed -n 's|^\.so man3/||p' "$man3/$name.3" 2>/dev/null)
		grep -qE "^\.F[on] $name\$" "$man3/${page:-none}" 2>/dev/null ||
			echo "$name"
	done)"

# Compile into bin/NAME; prints "yes", or the output of the compiler.
compile() { # NAME PACKAGES FILE...
	name=$1
	packages=$2
	shift 2
	cflags=$(backoff --cflags) libs=$(backoff --libs $static)
	if [ -n "$packages" ]; then
		# shellcheck disable=SC2086 # words
		cflags="$cflags $("$PKG_CONFIG" --cflags $packages)" \
			libs="$libs $("$PKG_CONFIG" --libs $packages)"
	fi
	# shellcheck disable=SC2086 # words
	$CC -std=gnu11 -Wall -Wextra -Werror $RK_CFLAGS $cflags \
		-DSERVICE_POLICIES="\"$top_srcdir/examples/services/policies\"" \
		"$@" -o "bin/$name" $libs -pthread >compile.log 2>&1 &&
		echo yes || cat compile.log
}
# Compile, unless a package is not installed.
built() { # NAME PACKAGES FILE...
	for package in $2; do
		"$PKG_CONFIG" --exists "$package" && continue
		count=$((count + 1))
		echo "ok $count - $1 # SKIP no $package"
		return 1
	done
	is "$1 compiles" yes "$(compile "$@")"
	[ -x "bin/$1" ]
}
examples=$top_srcdir/examples

sed -n '/^```c$/,/^```$/{/^```/d;p;}' "$top_srcdir/README.md" >readme.c
built readme "" readme.c &&
	is "README.md's program: three attempts, three lines" "3 attempts 3" \
		"$(bin/readme) $(wc -l <attempts.log)"
built blocking "" "$examples/blocking.c" &&
	is "blocking runs" '"hello" after 3 attempts, 2 retries' \
		"$(bin/blocking blocking.log | tail -n 1)"
[ -n "$static" ] || is "it is the installed library that runs" "$libdir" \
	"$(ldd bin/blocking | sed -n 's|.*=> \(.*\)/libbackoff\.so.*|\1|p')"
built poll_loop "" "$examples/poll_loop.c" &&
	is "poll_loop runs" "2" "$(bin/poll_loop | grep -c ': success after')"
# Any other example, with libbackoff alone.
for file in "$examples"/*.c; do
	name=$(basename "$file" .c)
	case $name in
	blocking | poll_loop | libuv_loop) ;;
	*)
		built "$name" "" "$file" &&
			is "$name runs" 0 "$(cd bin && "./$name" >"$name.out" 2>&1
				echo $?)"
		;;
	esac
done
built libuv_loop libuv "$examples/libuv_loop.c" &&
	is "libuv_loop runs" "225 attempts" \
		"$(bin/libuv_loop 100 | grep -o '.* attempts')"

# The services: one call of each, with two attempts.
if [ ! -x "$tool/flaky_server" ]; then
	echo "ok $((count += 1)) - services # SKIP built without services"
	finish
	exit 0
fi
http="$examples/services/http.c $examples/services/service.c"
start_peer peer <<'END'
/hook 1 status=503
/hook 2 status=204
/camera 1
/camera 2 body=picture
/clip 1 size=1000 cut=300
/clip 2 size=1000
/image 1 status=500
/image 2 body='{"text": "a cat"}'
END
# shellcheck disable=SC2086 # words
built webhook "libcurl libcjson sqlite3" "$examples/services/webhook.c" $http &&
	is "webhook runs" "success 204" "$("$service/webhook" $at_once \
		log.db id "$peer/hook" '{}' >result
		events result stop_reason status)"
# shellcheck disable=SC2086
built snapshot libcurl "$examples/services/snapshot.c" $http &&
	is "snapshot runs" "$peer/camera: 7 bytes" \
		"$("$service/snapshot" $at_once 1 "$peer/camera" | head -n 1)"
# shellcheck disable=SC2086
built clip_download libcurl "$examples/services/clip_download.c" $http &&
	is "clip_download runs" "clip: 1000 bytes after 2 attempts" \
		"$("$service/clip_download" $at_once "$peer/clip" clip 2>/dev/null)"
# shellcheck disable=SC2086
built ai_describe "libcurl libcjson" "$examples/services/ai_describe.c" $http &&
	is "ai_describe runs" "a cat" \
		"$("$service/ai_describe" $at_once a="$peer/image" cat.jpg)"
mkdir files
built event_store sqlite3 "$examples/services/event_store.c" \
	"$examples/services/service.c" &&
	is "event_store runs" 1 \
		"$("$service/event_store" store.db files door "Door 3 opened")"
is "every service was compiled" 5 "$(for file in "$examples"/services/*.c; do
	[ ! -x "bin/$(basename "$file" .c)" ] || echo yes
done | wc -l)"
finish
