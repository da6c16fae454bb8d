/* SHA-256 of texts and files. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "common/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/types.h>

#include <sha2.h>

_Static_assert(TK_DIGEST_BYTES == SHA256_DIGEST_LENGTH, "one length");

struct tk_digest_state {
	SHA2_CTX sha;
};

struct tk_digest_state *
tk_digest_new(void)
{
	struct tk_digest_state *state = calloc(1, sizeof(*state));

	if (state)
		SHA256Init(&state->sha);
	return state;
}

void
tk_digest_add(struct tk_digest_state *state, const void *bytes, size_t length)
{
	SHA256Update(&state->sha, bytes, length);
}

void
tk_digest_end(struct tk_digest_state *state, unsigned char out[TK_DIGEST_BYTES])
{
	SHA256Final(out, &state->sha);
	free(state);
}

void
tk_digest_hex(const unsigned char *bytes, size_t count, char *out)
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < count; i++) {
		out[2 * i] = digit[bytes[i] >> 4];
		out[2 * i + 1] = digit[bytes[i] & 15];
	}
	out[2 * count] = '\0';
}

static bool
add_file(int fd, struct tk_digest_state *state)
{
	unsigned char buffer[1 << 15];
	ssize_t got;

	while ((got = read(fd, buffer, sizeof(buffer))) != 0) {
		if (got > 0)
			tk_digest_add(state, buffer, (size_t)got);
		else if (errno != EINTR)
			return false;
	}
	return true;
}

void
tk_digest_file(const char *path, struct tk_digest *out)
{
	unsigned char bytes[TK_DIGEST_BYTES];
	struct tk_digest_state state;
	bool whole = false;
	int fd = -1;

	*out = (struct tk_digest){0};
	/* Opening a pipe could wait for ever. */
	if (strcmp(path, "-") != 0 && stat(path, &out->file) == 0 &&
	    S_ISREG(out->file.st_mode))
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0) {
		SHA256Init(&state.sha);
		whole = add_file(fd, &state);
		SHA256Final(bytes, &state.sha);
		close(fd);
	}
	if (whole) {
		tk_digest_hex(bytes, sizeof(bytes), out->hex);
		tk_digest_check(path, out);
	}
}

void
tk_digest_check(const char *path, struct tk_digest *digest)
{
	const struct stat *then = &digest->file;
	struct stat now;

	if (stat(path, &now) != 0 || now.st_dev != then->st_dev ||
	    now.st_ino != then->st_ino || now.st_size != then->st_size ||
	    now.st_mtim.tv_sec != then->st_mtim.tv_sec ||
	    now.st_mtim.tv_nsec != then->st_mtim.tv_nsec)
		digest->hex[0] = '\0';
}
