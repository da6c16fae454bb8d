/* SHA-256 of texts and files. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_DIGEST_H
#define TK_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#include <sys/stat.h>

#define TK_DIGEST_BYTES 32

/** The digest of a file as text. */
struct tk_digest {
	/** "" if it is not known. */
	char hex[2 * TK_DIGEST_BYTES + 1];
	/** The file when it was read. */
	struct stat file;
};

struct tk_digest_state;

/** Begin a digest; NULL if there is no memory. */
struct tk_digest_state *tk_digest_new(void);
void tk_digest_add(struct tk_digest_state *state, const void *bytes,
		   size_t length);

/** Write the digest, and free the state. */
void tk_digest_end(struct tk_digest_state *state,
		   unsigned char out[TK_DIGEST_BYTES]);

/** Write bytes as lower-case digits; @p out has room for 2 * count + 1. */
void tk_digest_hex(const unsigned char *bytes, size_t count, char *out);

/** Digest a regular file. What can only be read once, such as standard input,
 *  and what cannot be read, has none. */
void tk_digest_file(const char *path, struct tk_digest *out);

/** Drop the digest of a file that was written to since. */
void tk_digest_check(const char *path, struct tk_digest *digest);

#endif
