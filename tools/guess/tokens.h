/* A message as words and values: what is the same in all lines of a statement,
 * and what is not. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_TOKENS_H
#define TK_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TK_TOKENS_MAX 64

enum tk_token_type {
	/** Letters only: part of the sentence. */
	TK_TOKEN_WORD,
	/** A character that is neither letter nor digit. */
	TK_TOKEN_MARK,
	/* What varies. */
	TK_TOKEN_COUNT,
	TK_TOKEN_NUMBER,
	TK_TOKEN_DURATION,
	TK_TOKEN_ORDINAL,
	/** The name of an exception. */
	TK_TOKEN_ERROR,
	/** fetch_order, app.client.fetch, /v1/orders, host:port. */
	TK_TOKEN_NAME,
	/** Hex digits, UUIDs. */
	TK_TOKEN_ID,
	/** Between quotes. */
	TK_TOKEN_QUOTED,
	TK_TOKEN_TYPES
};

struct tk_token {
	uint16_t at, length;
	enum tk_token_type type;
};

struct tk_tokens {
	struct tk_token token[TK_TOKENS_MAX];
	size_t count;
};

/** Divide a message; what is beyond the last token is left out. */
void tk_tokens_read(const char *text, size_t length, struct tk_tokens *out);

/** Whether two tokens are the same in every line: equal words and marks. */
bool tk_token_is_fixed(const struct tk_token *token);

/** A hash of the sentence, without its values. */
uint64_t tk_tokens_hash(const char *text, const struct tk_tokens *tokens);

#endif
