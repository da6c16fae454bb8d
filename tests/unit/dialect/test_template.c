/* Tests of templates and regular expressions: what they match, and errors. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "dialect/regex.h"
#include "dialect/template.h"

/* "a=1 b=x" for the holes of a match; "" for none. */
static void
show(const struct tk_template *pattern, const char *text, size_t length,
     char *out, size_t size)
{
	struct tk_holes holes;
	size_t used = 0;

	out[0] = '\0';
	if (tk_template_match(pattern, text, length, &holes) != TK_MATCH)
		return;
	used = (size_t)snprintf(out, size, "yes");
	for (size_t i = 0; i < tk_template_hole_count(pattern); i++) {
		if (strcmp(tk_template_hole(pattern, i), "_") == 0)
			continue;
		used += (size_t)snprintf(out + used, size - used, " %s=[%.*s]",
					 tk_template_hole(pattern, i),
					 (int)holes.piece[i].length,
					 holes.piece[i].at);
	}
}

static const struct {
	const char *why, *pattern, *text, *is;
} match[] = {
	{"a literal alone", "gave up", "we gave up at last", "yes"},
	{"another text", "gave up", "we go on", ""},
	{"a hole at the end takes the rest", "failed: {error}",
	 "it failed: a: b  ", "yes error=[a: b]"},
	{"the last literal is the last one in the text", "raised {error}.",
	 "raised E: a. b. c.", "yes error=[E: a. b. c]"},
	{"a literal in the middle is the first one",
	 "op {operation} failed: {error}", "op x failed: y failed: z",
	 "yes operation=[x] error=[y failed: z]"},
	{"the first literal is tried again", "in {delay_seconds} seconds",
	 "in app, in 1.5 seconds", "yes delay_seconds=[1.5]"},
	{"a hole at the beginning begins late",
	 "{operation:word} (status: {code:int}): retrying",
	 "2026/01/12 [DEBUG] GET http://x (status: 503): retrying",
	 "yes operation=[http://x] code=[503]"},
	{"a nameless one at the beginning takes anything",
	 "{_}etrying in {delay_seconds}", "Retrying in 2s",
	 "yes delay_seconds=[2s]"},
	{"and so does the last place of its literal",
	 "{operation:word} in {delay_seconds} s", "put in jail in 3 s",
	 "yes operation=[jail] delay_seconds=[3]"},
	{"a word has no space", "call {operation:word} failed",
	 "call a b failed", ""},
	{"a number", "attempt {attempt}/{max_attempts}", "attempt 2/5 failed",
	 "yes attempt=[2] max_attempts=[5]"},
	{"a number with a sign", "retries {retries:int} ", "retries +1 x",
	 "yes retries=[+1]"},
	{"not a number", "attempt {attempt} of", "attempt two of", ""},
	{"a name ends by itself", "'{error_type:name}{error}': end",
	 "'Timeout(x=1)': end", "yes error_type=[Timeout] error=[(x=1)]"},
	{"a dotted name", "exception '{error_type:dotted}: {error}'.",
	 "exception 'java.io.IOException: it's gone'.",
	 "yes error_type=[java.io.IOException] error=[it's gone]"},
	{"up to a comma", "task_id={operation:csv}, run={call_id:csv}, ok",
	 "task_id=a b, run=c, ok", "yes operation=[a b] call_id=[c]"},
	{"a path without its query", "\"GET {operation:path} HTTP",
	 "\"GET /a/b?c=d HTTP/1.1\"", "yes operation=[/a/b]"},
	{"an ordinal", "the {attempt:ordinal} time", "the 22nd time",
	 "yes attempt=[22]"},
	{"a list among words",
	 "up {list.code} in {list.duration_seconds} {_:word} end",
	 "up 502, 200 in 0.1, 0.2 : 0.3 x end",
	 "yes list.code=[502, 200] list.duration_seconds=[0.1, 0.2 : 0.3]"},
	{"an empty hole between literals", "[{service}] done", "[] done",
	 "yes service=[]"},
	{"a duration of two words at the end", "retry in {delay_seconds}",
	 "will retry in 2 seconds, maybe", "yes delay_seconds=[2 seconds]"},
	{"a duration before a full stop", "Will retry in {delay_seconds}",
	 "Will retry in 73ms. Attempt 2", "yes delay_seconds=[73ms]"},
	{"a duration before a bracket", "sleep ({delay_seconds}",
	 "sleep (1.5) and", "yes delay_seconds=[1.5]"},
	{"no duration", "retry in {delay_seconds}", "retry in a moment", ""},
	{"a brace", "request{{id={trace_id}}: x", "request{id=7}: x",
	 "yes trace_id=[7]"},
	{"nothing is beyond the end", "ab{error}cd", "abc", ""},
	{"literals do not overlap", "aba{error}aba", "ababa", ""},
	{"bytes that are not UTF-8", "failed: {error}.", "failed: \xff\xfe.",
	 "yes error=[\xff\xfe]"},
};

Test(dialect_template, what_matches)
{
	for (size_t i = 0; i < sizeof(match) / sizeof(*match); i++) {
		struct backoff_error error = {.text = ""};
		struct tk_template *pattern = NULL;
		size_t length = strlen(match[i].text);
		/* A block of its exact size, so that a sanitizer sees a byte
		 * too many. */
		char *text = malloc(length), got[256];

		cr_assert_eq(
			tk_template_parse(match[i].pattern, &pattern, &error),
			BACKOFF_OK, "%s: %s", match[i].why, error.text);
		memcpy(text, match[i].text, length);
		show(pattern, text, length, got, sizeof(got));
		cr_expect_str_eq(got, match[i].is, "%s: %s", match[i].why, got);
		tk_template_free(pattern);
		free(text);
	}
}

static const struct {
	const char *pattern, *text;
} wrong[] = {
	{"", "nearly everything"},
	{"{error}", "nearly everything"},
	{": {error} .", "nearly everything"},
	{"{operation}{error} failed", "cannot begin with two holes"},
	{"failed {operation}{error}", "needs a kind"},
	{"failed {operation", "no closing brace"},
	{"failed {}", "a hole is {field}"},
	{"failed {a b}", "a hole is {field}"},
	{"failed {error:wrod}", "did you mean \"word\"?"},
	{"failed {error:zzzzzz}", "kinds are until word"},
};

Test(dialect_template, errors_say_what_is_wrong)
{
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct backoff_error error = {.text = ""};
		struct tk_template *pattern = NULL;

		cr_expect_eq(
			tk_template_parse(wrong[i].pattern, &pattern, &error),
			BACKOFF_E_VALUE, "%s", wrong[i].pattern);
		cr_expect(strstr(error.text, wrong[i].text), "%s: %s",
			  wrong[i].pattern, error.text);
		cr_expect_null(pattern);
	}
}

/* Each literal matches everywhere, and the last one nowhere. */
Test(dialect_template, a_costly_template_is_stopped)
{
	struct backoff_error error = {.text = ""};
	struct tk_template *pattern = NULL;
	struct tk_holes holes;
	size_t length = 1 << 18;
	char *text = malloc(length);

	memset(text, 'a', length);
	cr_assert_eq(tk_template_parse("aa{error}aa{code}aa{target}aa{host}b",
				       &pattern, &error),
		     BACKOFF_OK);
	cr_expect_eq(tk_template_match(pattern, text, length, &holes),
		     TK_MATCH_STOPPED);
	tk_template_free(pattern);
	free(text);
}

Test(dialect_template, a_miss_says_how_far_it_matched)
{
	struct backoff_error error = {.text = ""};
	struct tk_template *pattern = NULL;
	static const char text[] = "Retry 'a', waiting 5s until try '2'";
	struct tk_holes holes;

	cr_assert_eq(tk_template_parse("Retry '{operation}', waiting "
				       "{delay_seconds} until attempt '",
				       &pattern, &error),
		     BACKOFF_OK);
	cr_expect_eq(tk_template_match(pattern, text, sizeof(text) - 1, &holes),
		     TK_MATCH_NONE);
	cr_expect_eq(holes.literals, 2);
	cr_expect_eq(holes.reached, 19);
	tk_template_free(pattern);
}

static const struct {
	const char *pattern, *literal;
} literal[] = {
	{"Retrying in (?<delay_seconds>[0-9.]+) seconds", "Retrying in "},
	{"a+bcd*ef", "bc"},
	{"(a|b)cdef\\.gh[xy]z", "cdef.gh"},
	{"abc|def", ""},
	{"(?i)abc", ""},
	{"ab{2,3}cde\\d", "cde"},
	{"\\Qabc\\E", ""},
};

Test(dialect_regex, its_longest_literal_is_found)
{
	for (size_t i = 0; i < sizeof(literal) / sizeof(*literal); i++) {
		struct backoff_error error = {.text = ""};
		struct tk_regex *regex = NULL;
		struct tk_piece piece;

		cr_assert_eq(tk_regex_parse(literal[i].pattern, &regex, &error),
			     BACKOFF_OK, "%s: %s", literal[i].pattern,
			     error.text);
		piece = tk_regex_literal(regex);
		cr_expect(piece.length == strlen(literal[i].literal) &&
				  memcmp(piece.at, literal[i].literal,
					 piece.length) == 0,
			  "%s: %.*s", literal[i].pattern, (int)piece.length,
			  piece.at);
		tk_regex_free(regex);
	}
}

Test(dialect_regex, groups_are_holes_and_cost_is_bounded)
{
	struct backoff_error error = {.text = ""};
	struct tk_regex *regex = NULL;
	struct tk_holes holes;
	char text[64];

	cr_assert_eq(tk_regex_parse("try (?<attempt>\\d+)( of (?<max>\\d+))?",
				    &regex, &error),
		     BACKOFF_OK);
	cr_assert_eq(tk_regex_hole_count(regex), 2);
	cr_expect_str_eq(tk_regex_hole(regex, 0), "attempt");
	cr_expect_eq(tk_regex_match(regex, "try 12 of", 9, &holes), TK_MATCH);
	cr_expect_eq(holes.piece[0].length, 2);
	cr_expect_null(holes.piece[1].at);
	cr_expect_eq(tk_regex_match(regex, "\xff\xfetry", 5, &holes),
		     TK_MATCH_NONE);
	tk_regex_free(regex);
	regex = NULL;

	cr_assert_eq(tk_regex_parse("x(a*)*(a*)*(a*)*[bc]", &regex, &error),
		     BACKOFF_OK);
	memset(text, 'a', sizeof(text));
	text[0] = 'x';
	cr_expect_eq(tk_regex_match(regex, text, sizeof(text), &holes),
		     TK_MATCH_STOPPED);
	tk_regex_free(regex);
	regex = NULL;

	cr_expect_eq(tk_regex_parse("a*", &regex, &error), BACKOFF_E_VALUE);
	cr_expect(strstr(error.text, "everything"));
	cr_expect_eq(tk_regex_parse("a(b", &regex, &error), BACKOFF_E_VALUE);
	cr_expect(strstr(error.text, "character 4: "), "%s", error.text);
	cr_expect_null(regex);
}
