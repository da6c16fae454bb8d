/* Finds sentences about retries that source code quotes. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/code.h"

#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "envelope/header.h"

/*
 * Output of tests, diffs, scripts and configuration files have the sentences of
 * retries too: in quotes, where a test expects them or a program would log
 * them, and in comments. A whole message in quotes, or one behind "msg=" or
 * "error: ", was logged.
 *
 * So have SQL, what people write to each other, and prose about programs. There
 * the word before "retrying" or a label before the sentence says that it is not
 * about what happens now.
 */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_word(char c)
{
	return bo_is_letter(c) || bo_is_digit(c) || c == '_';
}

static bool
is_quote(char c)
{
	return c == '"' || c == '\'' || c == '`';
}

/* Whether a comment begins here. */
static bool
is_mark(const char *at, const char *end)
{
	/* "#7 " is a step of a build. */
	if (*at == '#') {
		while (at < end && *at == '#')
			at++;
		return at < end && is_blank(*at);
	}
	if (end - at < 3 || *at != '/')
		return false;
	return at[1] == '*' ||
	       (at[1] == '/' && (is_blank(at[2]) || at[2] == '/'));
}

/* Whether a comment begins the message, or is a mark before the sentence. */
static bool
is_comment(const char *text, const char *begin, const char *end)
{
	const char *at = text;

	while (at < begin && is_blank(*at))
		at++;
	if (at < begin && is_mark(at, end))
		return true;
	for (at = begin; at > text && is_blank(at[-1]);)
		at--;
	while (at > text && !is_blank(at[-1]))
		at--;
	return at < begin && is_mark(at, end);
}

/* Whether a sentence goes on behind a closing quote. */
static bool
goes_on(const char *at, const char *end)
{
	const char *word;

	if (at == end || !is_blank(*at))
		return false;
	while (at < end && is_blank(*at))
		at++;
	for (word = at; at < end && is_word(*at); at++)
		;
	return at > word && (at == end || is_blank(*at) || *at == '.');
}

/* The word that ends a text, and its length. */
static size_t
last_word(const char *text, const char *end, const char **word)
{
	while (end > text && is_blank(end[-1]))
		end--;
	for (*word = end; *word > text && is_word((*word)[-1]);)
		--*word;
	return (size_t)(end - *word);
}

/* Words of lower case. */
#define WORD_MAX 16

static bool
is_one_of(const char (*words)[WORD_MAX], size_t count, const char *word,
	  size_t length)
{
	if (length == 0 || length >= WORD_MAX)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (words[i][0] == (*word | 0x20) && words[i][length] == '\0' &&
		    strncasecmp(words[i], word, length) == 0)
			return true;
	}
	return false;
}

/* Whether somebody says what follows: "user 7 wrote: ". */
static bool
is_said(const char *text, const char *end)
{
	static const char words[][WORD_MAX] = {"wrote",    "said",    "says",
					       "asked",    "replied", "posted",
					       "commented"};
	const char *word;
	size_t length = last_word(text, end, &word);

	return is_one_of(words, sizeof(words) / sizeof(*words), word, length);
}

/* Whether what is before an opening quote is code, as in `f("` and `[b'`; or
 * speech, as in `expected "`. */
static bool
is_argument(const char *text, const char *quote, bool *speech)
{
	const char *at = quote;

	*speech = false;
	/* f"", rb'' */
	while (at > text && quote - at < 2 && bo_is_one_of(at[-1], "bBfFrRuU"))
		at--;
	if (at > text && is_word(at[-1]))
		at = quote;
	if (at > text && (at[-1] == '(' || at[-1] == '['))
		return true;
	if (at == text || !is_blank(at[-1]))
		return false;
	while (at > text && is_blank(at[-1]))
		at--;
	if (at == text)
		return false;
	*speech = is_word(at[-1]) || at[-1] == ',' || at[-1] == '(' ||
		  (at[-1] == ':' && is_said(text, at - 1));
	return false;
}

/* Whether a text has a word or words in lower case, with nothing of a word
 * before them. */
static bool
has_words(const char *text, const char *end, const char *words)
{
	size_t length = strlen(words);

	for (const char *at = text; at + length <= end; at++) {
		if ((*at | 0x20) == *words &&
		    strncasecmp(at, words, length) == 0 &&
		    (at == text || !is_word(at[-1])))
			return true;
	}
	return false;
}

/* Whether the last word of a text is one after which a retry is only thought
 * of: "hung when retrying", "instead of retrying". */
static bool
is_thought(const char *text, const char *end)
{
	static const char words[][WORD_MAX] = {
		"where", "when",  "whenever", "while", "if",     "unless",
		"until", "stop",  "stopped",  "avoid", "avoids", "of",
		"than",  "why",   "how",      "not",   "never",  "fix",
		"fixes", "fixed", "saw",      "see",   "seeing"};
	const char *word;
	size_t length = last_word(text, end, &word);

	return is_one_of(words, sizeof(words) / sizeof(*words), word, length);
}

/* Whether somebody is addressed: "your payment ". */
static bool
is_addressed(const char *text, const char *end)
{
	const char *word = end;

	for (unsigned i = 0; i < 2; i++) {
		size_t length = last_word(text, word, &word);

		if (length == 4 && strncasecmp(word, "your", length) == 0)
			return true;
	}
	return false;
}

/* Whether a sentence goes on as what somebody has seen. */
static bool
is_witnessed(const char *at, const char *end)
{
	return has_words(at, end, "is what ") ||
	       has_words(at, end, "is the message");
}

/* Whether what ends here is the name of something in which people write: of a
 * query or a comment. */
static bool
is_text_of_people(const char *text, const char *end)
{
	static const char words[][WORD_MAX] = {
		"query",   "q",      "search",  "filter",      "pattern",
		"grep",    "title",  "subject", "comment",     "description",
		"summary", "prompt", "note",    "notification"};
	const char *word;
	size_t length;

	if (end == text || (end[-1] != '=' && end[-1] != ':'))
		return false;
	length = last_word(text, end - 1, &word);
	return is_one_of(words, sizeof(words) / sizeof(*words), word, length);
}

/* Whether a label says that what follows is prose: "title: ", "fix: ". */
static bool
is_labelled(const char *text, const char *end)
{
#define LABEL(text)                                                            \
	{                                                                      \
		text ":", sizeof(text)                                         \
	}
	static const struct {
		const char *text;
		size_t length;
	} labels[] = {
		LABEL("release notes"), LABEL("changelog"),
		LABEL("title"),         LABEL("subject"),
		LABEL("git"),           LABEL("usage"),
		LABEL("example"),       LABEL("docs"),
		LABEL("policy"),        LABEL("settings"),
		LABEL("fix"),           LABEL("fixed"),
		LABEL("feat"),          LABEL("commit message"),
		LABEL("comment"),
	};
#undef LABEL
	const char *at = text;

	if (has_words(text, end, "comment by ") ||
	    (end > text && end[-1] == '=' && is_text_of_people(text, end)))
		return true;
	while ((at = memchr(at, ':', (size_t)(end - at))) != NULL) {
		at++;
		for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++) {
			size_t length = labels[i].length;
			const char *label = at - length;

			if (length <= (size_t)(at - text) &&
			    (*label | 0x20) == labels[i].text[0] &&
			    strncasecmp(label, labels[i].text, length) == 0 &&
			    (label == text || !is_word(label[-1])))
				return true;
		}
	}
	/* "commit 6b1c2d". */
	at = memmem(text, (size_t)(end - text), "commit ", 7);
	if (at == NULL)
		return false;
	for (text = at += 7; at < end && is_word(*at); at++) {
		if (!bo_is_digit(*at) && (*at < 'a' || *at > 'f'))
			return false;
	}
	return at - text >= 6;
}

/* Whether a quote opens what it stands before, and does not close it. */
static bool
is_opening(const char *text, const char *quote, const char *end)
{
	return (quote == text || bo_is_one_of(quote[-1], " \t=(,[:{")) &&
	       quote + 1 < end && !is_blank(quote[1]);
}

/* Whether what stands in quotes is what a program reports: "failed with ". */
static bool
is_report(const char *text, const char *quote)
{
	static const char words[][WORD_MAX] = {"with",  "error",  "reason",
					       "cause", "failed", "raised"};
	const char *word;
	size_t length;

	if (quote > text && is_blank(quote[-1]))
		quote--;
	if (quote > text && quote[-1] == ':')
		quote--;
	length = last_word(text, quote, &word);
	return is_one_of(words, sizeof(words) / sizeof(*words), word, length) ||
	       tk_is_level(word, length);
}

/* Whether a sentence, or a level before it, begins here. */
static bool
is_begin(const char *text, const char *at)
{
	const char *level = text;

	while (level < at && is_word(*level))
		level++;
	if (level == text || !tk_is_level(text, (size_t)(level - text)))
		return text == at;
	while (level < at && (is_blank(*level) || *level == ':'))
		level++;
	return level == at;
}

static bool
is_sql(const char *text, const char *end)
{
	return has_words(text, end, "insert into ") ||
	       has_words(text, end, "values (") ||
	       (has_words(text, end, "select ") &&
		has_words(text, end, "from ")) ||
	       (has_words(text, end, "update ") &&
		has_words(text, end, "set "));
}

/* Whether what stands in quotes is SQL, or something in which people write. */
static bool
is_written(const char *text, const char *quote)
{
	const char *label = quote;

	while (label > text && is_blank(label[-1]))
		label--;
	return is_sql(text, quote) || is_text_of_people(text, label);
}

/* Whether a sentence stands between "$$" or "$name$", as in PostgreSQL. */
static bool
is_in_dollars(const char *text, const char *at)
{
	const char *tag = at;

	if (at - text < 2 || at[-1] != '$')
		return false;
	do
		tag--;
	while (tag > text && is_word(tag[-1]));
	return tag > text && tag[-1] == '$';
}

bool
tk_is_code(const char *text, size_t length, size_t begin)
{
	const char *end = text + length, *at = text + begin, *quote, *close;
	bool speech, more;

	/* Templates leave out a first letter that may be a capital. */
	while (at > text && bo_is_letter(at[-1]))
		at--;
	if (is_comment(text, at, end))
		return true;
	if (at == text)
		return false;
	if (is_thought(text, at) || is_labelled(text, at) ||
	    is_addressed(text, at) || is_witnessed(at, end) ||
	    is_in_dollars(text, at))
		return true;
	for (quote = at; quote > text && !is_quote(quote[-1]);)
		quote--;
	if (quote == text)
		return false;
	quote--;
	close = memchr(at, *quote, (size_t)(end - at));
	if (close == NULL)
		return false;
	if (is_argument(text, quote, &speech))
		return true;
	more = quote > text && goes_on(close + 1, end);
	if (is_opening(text, quote, end) && is_written(text, quote))
		return true;
	if (is_opening(text, quote, end) && !is_report(text, quote) &&
	    (speech || (more && is_blank(quote[-1]))))
		return true;
	return is_begin(quote + 1, at) &&
	       (speech || more || (quote > text && *quote == '`'));
}
