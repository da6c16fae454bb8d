/* Bad lines of a log, by kind: many lines of one kind are one message. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/bad.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/utf8.h"

/* A text without its numbers, and without what it quotes from the line. */
static uint64_t
hash_of_words(uint64_t hash, const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		if (bo_is_digit(*at))
			continue;
		hash = bo_fnv1a(hash, at, 1);
		if (*at != '"')
			continue;
		at += strcspn(at + 1, "\"");
		if (at[1] != '\0')
			at++;
	}
	return hash;
}

void
tk_bad_note(struct tk_bad *bad, size_t input, uint64_t line,
	    const struct backoff_error *error)
{
	uint64_t hash = hash_of_words(BO_FNV1A_BEGIN, error->path);
	struct tk_bad_kind *kind = bad->kind;

	hash = hash_of_words(bo_fnv1a(hash, ":", 1), error->text);
	for (size_t i = 0; i < bad->kinds; i++, kind++) {
		if (kind->hash != hash)
			continue;
		kind->count++;
		return;
	}
	if (bad->kinds < TK_BAD_KINDS) {
		bad->kinds++;
	} else if (error->status == BACKOFF_E_IO) {
		/* What is wrong with a whole file is shown instead. */
		kind--;
		bad->others += kind->count;
	} else {
		bad->others++;
		return;
	}
	*kind = (struct tk_bad_kind){
		.input = input,
		.line = line,
		.error = *error,
		.count = 1,
		.hash = hash,
	};
}

void
tk_bad_say(const struct tk_bad_kind *kind, char *out, size_t size)
{
	const struct backoff_error *error = &kind->error;
	char text[sizeof(error->path) + sizeof(error->text) + 64];
	int used;

	used = snprintf(text, sizeof(text), "%s%s%s", error->path,
			error->path[0] != '\0' ? ": " : "", error->text);
	if (kind->count > 1 && used > 0)
		snprintf(text + used, sizeof(text) - (size_t)used,
			 " (%" PRIu64 " lines)", kind->count);
	bo_utf8_copy(text, out, size);
}
