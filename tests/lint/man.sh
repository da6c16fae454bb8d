# Man pages are well-formed, and describe every public function.
. "$(dirname "$0")/lint.sh"
need mandoc

pages=$(files '\.[1-9]$' docs/man)
for page in $pages; do
	check "mandoc finds nothing in $page" \
		"$(mandoc -T lint -W warning "$page" 2>&1)"
done

# Section 3 is complete: each function has a synopsis, and none is invented.
# Only what stands in a SYNOPSIS counts, not what is mentioned.
described=$(echo "$pages" | grep '\.3$' | xargs -r awk '
	/^\.Sh/ { synopsis = $2 == "SYNOPSIS" }
	synopsis && /^\.F[on] backoff_/ { print $2 }' | sort -u)
check "every public function has a man page" "$(
	prototypes | grep -vxF "${described:-none}")"
check "no man page describes a function that is not there" "$(
	echo "$described" | grep -vxF "$(prototypes)")"
finish
