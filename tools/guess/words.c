/* Knows the words with which programs speak of retries. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "dialect/code.h"
#include "guess/shape.h"

static bool
is_part(const char *text, size_t length, size_t i)
{
	return i < length &&
	       (bo_is_letter(text[i]) || (unsigned char)text[i] >= 0x80);
}

/* Find words by how they begin, whatever their case: "gave_up" has "gave up";
 * "=ok" is the whole word. Their place from @p from on; SIZE_MAX. */
static size_t
find(const char *text, size_t length, size_t from, const char *word)
{
	bool whole = *word == '=';
	size_t n = strlen(word += whole);

	for (size_t i = from; i + n <= length; i++) {
		size_t j = 0;

		while (j < n &&
		       (word[j] == ' ' ? bo_is_one_of(text[i + j], " _-.")
				       : (text[i + j] | 0x20) == word[j]))
			j++;
		if (j == n &&
		    (!whole || ((i == 0 || !is_part(text, length, i - 1)) &&
				!is_part(text, length, i + n))))
			return i;
	}
	return SIZE_MAX;
}

static bool
has(const char *text, size_t length, const char *word)
{
	return find(text, length, 0, word) != SIZE_MAX;
}

static bool
has_any(const char *text, size_t length, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (has(text, length, *words))
			return true;
	}
	return false;
}

static bool
is_one_of(const char *text, size_t length, const char *words)
{
	for (; *words != '\0'; words += strcspn(words, " ")) {
		size_t n;

		words += *words == ' ';
		n = strcspn(words, " ");
		if (n == length && strncasecmp(words, text, n) == 0)
			return true;
	}
	return false;
}

bool
tk_word_before(const char *text, size_t at, const char *words)
{
	size_t n = 0;

	while (at > 0 && bo_is_one_of(text[at - 1], " (#:=\"'[{*."))
		at--;
	while (n < at && (bo_is_letter(text[at - n - 1]) ||
			  (unsigned char)text[at - n - 1] >= 0x80))
		n++;
	return n > 0 && is_one_of(text + at - n, n, words);
}

bool
tk_word_behind(const char *text, size_t at, const char *words)
{
	size_t n = 0;

	while (bo_is_one_of(text[at], " )]'\""))
		at++;
	while (bo_is_letter(text[at + n]) ||
	       (unsigned char)text[at + n] >= 0x80)
		n++;
	return n > 0 && is_one_of(text + at, n, words);
}

bool
tk_word_is_unit(const char *text, size_t length)
{
	return is_one_of(text, length,
			 "s sec secs second seconds ms milli millis msec msecs "
			 "millisecond milliseconds min mins minute minutes h "
			 "hour hours us microseconds ns nanoseconds m");
}

static bool
token_is(const char *text, const struct tk_token *token, const char *words)
{
	return is_one_of(text + token->at, token->length, words);
}

#define TRIES                                                                  \
	"attempt attempts try tries retry retries round rounds take takes go " \
	"goes failures requeues reattempts restarts versuch versuche "         \
	"versuchen "                                                           \
	"tentative tentatives essai essais intento intentos"

static bool
is_amount(const struct tk_tokens *tokens, const char *text, size_t i)
{
	const struct tk_token *token = &tokens->token[i];

	return token->type == TK_TOKEN_DURATION ||
	       ((token->type == TK_TOKEN_COUNT ||
		 token->type == TK_TOKEN_NUMBER) &&
		i + 1 < tokens->count &&
		tk_word_is_unit(text + token[1].at, token[1].length));
}

/* "after 4 tries", "in 4 tries", "all 4 attempts": how many there were. */
static bool
has_total(const char *text, const struct tk_tokens *tokens)
{
	for (size_t i = 1; i + 1 < tokens->count; i++) {
		const struct tk_token *token = &tokens->token[i];

		if (token->type == TK_TOKEN_COUNT &&
		    token_is(text, token - 1, "after in all nach en tras") &&
		    token_is(text, token + 1, TRIES))
			return true;
	}
	return false;
}

/* "try number 2", "attempt no. 2". */
static bool
is_numbered(const struct tk_tokens *tokens, const char *text, size_t i)
{
	const struct tk_token *token = &tokens->token[i];

	if (i > 2 && text[token[-1].at] == '.')
		token--;
	return i > 2 && token_is(text, token - 1, "number no nr") &&
	       token_is(text, token - 2, TRIES);
}

/* "in 2s", "after 200 ms", "attempt #2", "2 of 5", "2/5", "2 tries left": only
 * with these do weak words speak of retries. */
static bool
has_plan(const char *text, const struct tk_tokens *tokens)
{
	for (size_t i = 0; i < tokens->count; i++) {
		const struct tk_token *token = &tokens->token[i];

		if (token->type < TK_TOKEN_COUNT ||
		    token->type > TK_TOKEN_DURATION)
			continue;
		if (i + 1 < tokens->count && token->type == TK_TOKEN_COUNT &&
		    token_is(text, token + 1, TRIES))
			return true;
		if (i == 0)
			continue;
		if (token_is(text, token - 1, "in after for nach") ||
		    (is_amount(tokens, text, i) &&
		     token_is(text, token - 1,
			      "sleep sleeping sleeps wait waiting pause "
			      "pausing delay delaying hold holding")))
			return true;
		if (token->type != TK_TOKEN_COUNT)
			continue;
		if (tk_word_before(text, token->at, TRIES) ||
		    is_numbered(tokens, text, i) ||
		    (i >= 2 && token[-2].type == TK_TOKEN_COUNT &&
		     token_is(text, token - 1, "/ of von sur de")))
			return true;
	}
	return false;
}

static const char *const sure[] = {"retry",         "retri",
				   "backoff",       "back off",
				   "backing off",   "giving up",
				   "gave up",       "give up",
				   "redeliver",     "requeu",
				   "reattempt",     "try again",
				   "trying again",  "try once",
				   "trying once",   "next attempt",
				   "next try",      "another attempt",
				   "another try",   "another go",
				   "more attempts", "more tries",
				   "out of tries",  "out of attempts",
				   "erneuter vers", NULL};
static const char *const weak[] = {
	"attempt", "again",     "another",  "once more", "try ",      "try=",
	"tries",   "trying",    "resend",   "reconnect", "wait",      "sleep",
	"pause",   "pausing",   "hold off", "holding",   "postpone",  "take ",
	"round ",  "recover",   "nap",      "delay",     "reschedul", "versuch",
	"erneut",  "wiederhol", "tentativ", "essai",     "reintent",  "intento",
	NULL};
/* What may be said of a total. */
static const char *const tries[] = {"attempt",  "restarts", "tries", "goes",
				    "failures", "rounds",   "takes", "essai",
				    "intento",  NULL};

bool
tk_may_speak_of_retries(const char *text, size_t length)
{
	return has_any(text, length, sure) || has_any(text, length, weak) ||
	       has_any(text, length, tries);
}

static bool
is_of_name(char c)
{
	return bo_is_letter(c) || bo_is_digit(c) || bo_is_one_of(c, "_-./");
}

/* Whether a word is a part of a name in a sentence: retry-policies, retry.rs,
 * RetryTest. A name with a value, as in retry_count=2, has it. */
static bool
is_in_name(const char *text, size_t length, size_t at)
{
	size_t end = at, hump = 0;

	if (memchr(text, ' ', length) == NULL)
		return false;
	for (; end < length && is_part(text, length, end); end++)
		hump += end > at && text[end] < 'a' && text[end - 1] >= 'a';
	if (end + 1 < length && bo_is_one_of(text[end], "_-./") &&
	    is_of_name(text[end + 1]))
		hump++;
	while (end < length && is_of_name(text[end]))
		end++;
	if (end < length && bo_is_one_of(text[end], "=:"))
		return false;
	return hump > 0 || (at > 0 && is_of_name(text[at - 1]));
}

static bool
is_quoted(const char *text, size_t length, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (bo_is_one_of(text[i], "\"'`"))
			return tk_is_code(text, length, at);
	}
	return false;
}

/* Whether a text has a word that only retries have, as a word of its own that
 * is not quoted. */
static bool
is_sure(const char *text, size_t length)
{
	for (const char *const *word = sure; *word != NULL; word++) {
		size_t at = find(text, length, 0, *word);

		for (; at != SIZE_MAX; at = find(text, length, at + 1, *word)) {
			if (!is_in_name(text, length, at) &&
			    !is_quoted(text, length, at))
				return true;
		}
	}
	return false;
}

bool
tk_speaks_of_retries(const char *text, size_t length, bool *strong)
{
	struct tk_tokens tokens;

	*strong = is_sure(text, length);
	if (*strong)
		return true;
	tk_tokens_read(text, length, &tokens);
	return has_total(text, &tokens) ||
	       (has_any(text, length, weak) && has_plan(text, &tokens));
}

static bool
has_amount(const char *text, const struct tk_tokens *tokens)
{
	for (size_t i = 0; i < tokens->count; i++) {
		if (is_amount(tokens, text, i))
			return true;
	}
	return false;
}

bool
tk_says_failure(const char *text, size_t length)
{
	static const char *const words[] = {
		"fail",    "error", "abandon", "gave up",   "giv",
		"refused", "lost",  "timeout", "timed out", NULL};

	return has_any(text, length, words);
}

enum tk_meaning
tk_meaning_of(const char *text, size_t length)
{
	static const char *const aborted[] = {
		"not retry",     "non retry",   "n't retry", "not be retried",
		"not try again", "not retried", NULL};
	static const char *const exhausted[] = {"giving up",
						"gave up",
						"give up",
						"exhaust",
						"abandon",
						"out of tries",
						"out of retries",
						"out of attempts",
						"permanently",
						"dead letter",

						"no more",
						"failed after",
						"no retries left",
						"no attempts left",
						"last attempt failed",
						"used up",
						"bailing out",
						"no luc",
						"last time",
						"aufgegeben",
						"gebe auf",
						"abandonn",
						"dead to ",
						"all retries",
						"all attempts",
						"all tries",
						NULL};
	static const char *const success[] = {
		"succe",     "recovered",    "worked",  "completed",  "finally",
		"=ok",       "erfolgr",      "done on", "done after", "done at",
		"passed on", "passed after", NULL};
	struct tk_tokens tokens;

	if (has_any(text, length, aborted))
		return TK_MEANS_ABORTED;
	if (has_any(text, length, exhausted) ||
	    ((has(text, length, "max") || has(text, length, "limit")) &&
	     (has(text, length, "reached") || has(text, length, "exceeded"))))
		return TK_MEANS_EXHAUSTED;
	if (has_any(text, length, success) && !has(text, length, "fail") &&
	    !has(text, length, "unsucc"))
		return TK_MEANS_SUCCESS;
	tk_tokens_read(text, length, &tokens);
	return has_total(text, &tokens) && !has_amount(text, &tokens)
		       ? TK_MEANS_EXHAUSTED
		       : TK_MEANS_RETRY;
}
