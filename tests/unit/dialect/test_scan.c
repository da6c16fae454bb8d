/* Tests of tools/dialect/scan: members, their paths and their errors. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <criterion/criterion.h>

#include "base/decimal.h"
#include "dialect/scan.h"

/* Members as "path=text;" in a buffer. */
struct listed {
	char text[4096];
	size_t used;
};

static void
list(void *user, const char *path, size_t length,
     const struct bo_json_value *value)
{
	static const char kind[] = "nftdsao";
	struct listed *listed = user;
	int n = snprintf(listed->text + listed->used,
			 sizeof(listed->text) - listed->used, "%.*s=%c%.*s;",
			 (int)length, path, kind[value->type],
			 (int)value->length, value->at);

	cr_assert(n > 0 && listed->used + (size_t)n < sizeof(listed->text));
	listed->used += (size_t)n;
}

#define N(text) text, sizeof(text) - 1

Test(dialect_scan, takes_what_is_json)
{
	static const struct {
		const char *why, *in;
		bool deep;
		const char *want;
	} row[] = {
		{"empty", "{}", false, ""},
		{"space everywhere", " \t\r\n{ \"a\" : 1 , \"b\":2 } ", false,
		 "a=d1;b=d2;"},
		{"every type",
		 "{\"n\":null,\"f\":false,\"t\":true,\"d\":-1.5e+3,\"s\":\"x\","
		 "\"a\":[1,[2]],\"o\":{\"p\":1}}",
		 false,
		 "n=nnull;f=ffalse;t=ttrue;d=d-1.5e+3;s=sx;a=a[1,[2]];"
		 "o=o{\"p\":1};"},
		{"escapes stay in the text", "{\"s\":\"a\\\"b\\\\\"}", false,
		 "s=sa\\\"b\\\\;"},
		{"an escaped name is undone", "{\"\\u0061\\u0062\":1}", false,
		 "ab=d1;"},
		{"nested members with their path",
		 "{\"a\":{\"b\":{\"c\":1},\"d\":2},\"e\":3}", true,
		 "a.b.c=d1;a.b=o{\"c\":1};a.d=d2;a=o{\"b\":{\"c\":1},\"d\":2};"
		 "e=d3;"},
		{"not those of objects in arrays",
		 "{\"a\":[{\"b\":1}],\"c\":{\"d\":[{\"e\":{\"f\":1}}]}}", true,
		 "a=a[{\"b\":1}];c.d=a[{\"e\":{\"f\":1}}];"
		 "c=o{\"d\":[{\"e\":{\"f\":1}}]};"},
		{"lone surrogates, as Python writes them",
		 "{\"s\":\"\\ud800\\udce9\"}", false, "s=s\\ud800\\udce9;"},
		{"UTF-8", "{\"s\":\"\xf0\x9f\x98\x80\xc3\xa9\"}", false,
		 "s=s\xf0\x9f\x98\x80\xc3\xa9;"},
		{"DEL is not a control character for JSON", "{\"s\":\"\x7f\"}",
		 false, "s=s\x7f;"},
		{"the same name twice is the caller's affair",
		 "{\"a\":1,\"a\":2}", false, "a=d1;a=d2;"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct listed listed = {"", 0};
		struct backoff_error error;

		cr_expect_eq(tk_scan_object(row[i].in, strlen(row[i].in),
					    row[i].deep, list, &listed, &error),
			     BACKOFF_OK, "%s", row[i].why);
		cr_expect_str_eq(listed.text, row[i].want, "%s: %s", row[i].why,
				 listed.text);
	}
}

static const struct {
	const char *why, *in;
	size_t length;
	uint32_t column;
} broken[] = {
	{"nothing", N(""), 1},
	{"only space", N("  "), 3},
	{"an array", N("[1]"), 1},
	{"a number", N("1"), 1},
	{"cut after the brace", N("{"), 2},
	{"cut in a name", N("{\"a"), 4},
	{"cut after a name", N("{\"a\""), 5},
	{"cut after a colon", N("{\"a\":"), 6},
	{"cut in a number", N("{\"a\":-"), 6},
	{"cut after a number", N("{\"a\":1"), 7},
	{"cut in a word", N("{\"a\":tru"), 6},
	{"cut in an escape", N("{\"a\":\"\\"), 7},
	{"cut in \\u", N("{\"a\":\"\\u12"), 7},
	{"cut in UTF-8", N("{\"a\":\"\xe2\x82"), 7},
	{"trailing comma", N("{\"a\":1,}"), 8},
	{"leading comma", N("{,\"a\":1}"), 2},
	{"two commas", N("{\"a\":1,,\"b\":2}"), 8},
	{"no colon", N("{\"a\" 1}"), 6},
	{"no comma", N("{\"a\":1 \"b\":2}"), 8},
	{"a name without quotes", N("{a:1}"), 2},
	{"single quotes", N("{'a':1}"), 2},
	{"text after the end", N("{} x"), 4},
	{"two objects", N("{}{}"), 3},
	{"a bracket too many", N("{\"a\":[1]]}"), 9},
	{"the wrong bracket", N("{\"a\":[1}"), 8},
	{"leading zero", N("{\"a\":01}"), 6},
	{"leading plus", N("{\"a\":+1}"), 6},
	{"no digit before the point", N("{\"a\":.5}"), 6},
	{"no digit after the point", N("{\"a\":1.}"), 6},
	{"no digit in the exponent", N("{\"a\":1e}"), 6},
	{"hexadecimal", N("{\"a\":0x1}"), 7},
	{"NaN", N("{\"a\":NaN}"), 6},
	{"Infinity", N("{\"a\":Infinity}"), 6},
	{"-Infinity", N("{\"a\":-Infinity}"), 6},
	{"a word of Python", N("{\"a\":True}"), 6},
	{"newline in a string", N("{\"a\":\"b\nc\"}"), 8},
	{"NUL in a string", N("{\"a\":\"b\0c\"}"), 8},
	{"NUL between members", N("{\"a\":1\0}"), 7},
	{"no such escape", N("{\"a\":\"\\x41\"}"), 7},
	{"not hexadecimal", N("{\"a\":\"\\u00g0\"}"), 7},
	{"a byte that is not UTF-8", N("{\"a\":\"bcdefghijk\xff\"}"), 17},
	{"overlong", N("{\"a\":\"\xc0\xaf\"}"), 7},
	{"a surrogate as bytes", N("{\"a\":\"\xed\xa0\x80\"}"), 7},
	{"a comment", N("{/**/}"), 2},
	{"byte order mark", N("\xef\xbb\xbf{}"), 1},
};

Test(dialect_scan, refuses_the_rest_and_says_where)
{
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		/* Exactly as long as it is: reading on is an error. */
		char *copy = malloc(broken[i].length + 1);
		struct listed listed = {"", 0};
		struct backoff_error error = {.status = BACKOFF_OK};

		memcpy(copy, broken[i].in, broken[i].length);
		copy = realloc(copy, broken[i].length ? broken[i].length : 1);
		cr_expect_eq(tk_scan_object(copy, broken[i].length, true, list,
					    &listed, &error),
			     BACKOFF_E_SYNTAX, "%s", broken[i].why);
		cr_expect_eq(error.column, broken[i].column, "%s: %u",
			     broken[i].why, (unsigned)error.column);
		cr_expect(error.text[0] != '\0', "%s", broken[i].why);
		free(copy);
	}
}

/* Append to a text of at most @p size bytes. */
static void
append(char *text, size_t size, const char *more)
{
	size_t used = strlen(text);

	cr_assert_lt(strlen(more), size - used);
	memcpy(text + used, more, strlen(more) + 1);
}

Test(dialect_scan, nests_32_levels_and_no_more)
{
	static const char *const open[] = {"[", "{\"a\":"};
	static const char *const close[] = {"]", "}"};

	for (int i = 0; i < 6; i++) {
		int depth = 31 + i / 2;
		char text[1024] = "{\"a\":";
		struct listed listed = {"", 0};
		struct backoff_error error;

		for (int k = 1; k < depth; k++)
			append(text, sizeof(text), open[i % 2]);
		append(text, sizeof(text), "1");
		for (int k = 1; k < depth; k++)
			append(text, sizeof(text), close[i % 2]);
		append(text, sizeof(text), "}");
		cr_expect_eq(tk_scan_object(text, strlen(text), false, list,
					    &listed, &error),
			     depth <= 32 ? BACKOFF_OK : BACKOFF_E_LIMIT);
	}
}

Test(dialect_scan, a_path_that_is_too_long_matches_nothing)
{
	char text[2048] = "{\"";
	struct listed listed = {"", 0};
	struct backoff_error error;

	memset(text + 2, 'k', 300);
	append(text, sizeof(text), "\":{\"a\":{\"b\":1}}}");
	cr_expect_eq(
		tk_scan_object(text, strlen(text), true, list, &listed, &error),
		BACKOFF_OK);
	cr_expect(strncmp(listed.text, "=d1;=o", 6) == 0, "%s", listed.text);
}

/* A line's members as cJSON has them, and how many. */
struct compared {
	const cJSON *item;
	const char *line;
	int count;
};

static void
compare(void *user, const char *path, size_t length,
	const struct bo_json_value *value)
{
	struct compared *c = user;
	char name[256], text[4096];
	uint64_t number;

	cr_assert_not_null(c->item, "%s", c->line);
	snprintf(name, sizeof(name), "%.*s", (int)length, path);
	cr_expect_str_eq(name, c->item->string);
	if (value->type == BO_JSON_STRING) {
		text[bo_json_unescape(value, text)] = '\0';
		cr_assert(cJSON_IsString(c->item), "%s", c->line);
		cr_expect_str_eq(text, c->item->valuestring);
	} else if (value->type == BO_JSON_NUMBER) {
		cr_assert(cJSON_IsNumber(c->item), "%s", c->line);
		cr_assert_eq(
			bo_decimal_round(value->at, value->length, 9, &number),
			BO_DECIMAL_OK);
		cr_expect_eq(number,
			     (uint64_t)llround(c->item->valuedouble * 1e9),
			     "%s", c->line);
	}
	c->item = c->item->next;
	c->count++;
}

Test(dialect_scan, a_real_log_reads_as_cjson_reads_it)
{
	FILE *file = fopen(TEST_SRCDIR "/tests/data/argus-1h/app.log", "r");
	static char line[1 << 16];
	int lines = 0, members = 0;

	cr_assert_not_null(file);
	while (fgets(line, sizeof(line), file)) {
		cJSON *root = cJSON_Parse(line);
		struct compared c = {root ? root->child : NULL, line, 0};
		struct backoff_error error;

		cr_assert_not_null(root);
		cr_assert_eq(tk_scan_object(line, strlen(line), false, compare,
					    &c, &error),
			     BACKOFF_OK, "%s", line);
		cr_assert_null(c.item, "every member was reported");
		cJSON_Delete(root);
		members += c.count;
		lines++;
	}
	fclose(file);
	cr_expect_eq(lines, 2284);
	cr_expect_gt(members, 20000);
}

Test(dialect_scan, nothing_is_taken_that_cjson_refuses)
{
	static const char line[] =
		"{\"ts\": \"2026-01-01T00:00:00Z\", \"a\": [1, {\"b\": "
		"\"\\u00e9\\n\xc3\xa9\"}], \"n\": -1.5e-3, \"t\": true}";
	static const char with[] = "\"\\{}[]:,0e-.tu \x01\xff\xc3z1";
	uint64_t state = 7;
	int good = 0;

	for (int i = 0; i < 200000; i++) {
		char copy[sizeof(line)];
		struct listed listed = {"", 0};
		struct backoff_error error;
		cJSON *root;

		memcpy(copy, line, sizeof(line));
		for (int k = 0; k <= i % 2; k++) {
			state = state * UINT64_C(6364136223846793005) + 99991;
			copy[(state >> 32) % (sizeof(line) - 1)] =
				with[(state >> 48) % (sizeof(with) - 1)];
		}
		if (tk_scan_object(copy, sizeof(line) - 1, true, list, &listed,
				   &error))
			continue;
		root = cJSON_ParseWithLength(copy, sizeof(line) - 1);
		cr_assert(root || strstr(copy, "\\u"), "%s", copy);
		cJSON_Delete(root);
		good++;
	}
	cr_expect_gt(good, 100);
}
