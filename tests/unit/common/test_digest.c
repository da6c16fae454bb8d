/* Digests of texts and files. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/digest.h"

/* From FIPS 180-2. */
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static char path[] = "/tmp/retrykit-digest.XXXXXX";

static void
add_text(const char *text)
{
	FILE *file = fopen(path, "a");

	cr_assert_not_null(file);
	fputs(text, file);
	fclose(file);
}

static void
make(void)
{
	int fd = mkstemp(path);

	cr_assert_geq(fd, 0);
	close(fd);
	add_text("abc");
}

static void
drop(void)
{
	unlink(path);
}

Test(digest, of_parts_is_that_of_the_whole)
{
	unsigned char bytes[TK_DIGEST_BYTES];
	char hex[2 * TK_DIGEST_BYTES + 1];
	struct tk_digest_state *state = tk_digest_new();

	cr_assert_not_null(state);
	tk_digest_add(state, "a", 1);
	tk_digest_add(state, "bc", 2);
	tk_digest_end(state, bytes);
	tk_digest_hex(bytes, sizeof(bytes), hex);
	cr_assert_str_eq(hex, ABC);
}

Test(digest, of_a_file, .init = make, .fini = drop)
{
	struct tk_digest digest;

	tk_digest_file(path, &digest);
	cr_assert_str_eq(digest.hex, ABC);
	tk_digest_check(path, &digest);
	cr_assert_str_eq(digest.hex, ABC);
}

Test(digest, of_a_file_that_was_written_to_is_not_known, .init = make,
     .fini = drop)
{
	struct tk_digest digest;

	tk_digest_file(path, &digest);
	add_text("d");
	tk_digest_check(path, &digest);
	cr_assert_str_empty(digest.hex);
}

Test(digest, of_other_things_is_not_known)
{
	struct tk_digest digest;

	tk_digest_file("-", &digest);
	cr_assert_str_empty(digest.hex);
	tk_digest_file("/dev/null", &digest);
	cr_assert_str_empty(digest.hex);
	tk_digest_file("/nowhere/at/all", &digest);
	cr_assert_str_empty(digest.hex);
}
