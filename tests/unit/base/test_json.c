/* Tests of src/base/json: what is strict JSON, and where it is not. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include <cjson/cJSON.h>

#include <backoff/rng.h>

#include "base/json.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* Text in memory of its exact size, so that a sanitizer sees one byte more. */
static bool
is_json(const char *text, size_t length, struct backoff_error *error)
{
	char *exact = malloc(length > 0 ? length : 1);
	struct bo_json json;
	struct bo_json_value value;
	bool good;

	memcpy(exact, text, length);
	bo_json_begin(&json, exact, length);
	good = bo_json_value(&json, &value) && bo_json_end(&json);
	cr_assert(good == (json.problem == NULL));
	if (!good)
		bo_json_error(&json, error);
	free(exact);
	return good;
}

Test(base_json, whatever_rfc_8259_allows_is_read)
{
	static const char *const good[] = {
		"null",
		"true",
		" false ",
		"\t\r\n[]\n",
		"{}",
		"[ ]",
		"{ }",
		"0",
		"-0",
		"-0.0e-0",
		"10",
		"1e5",
		"1E+05",
		"0.5e-3",
		"123456789012345678901234567890.5",
		"\"\"",
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
		"\"\\u0000\"",
		"\"\\uD83D\\uDE00\"",
		"\"\\ud7ff\\ue000\"",
		"\"\x7f\"",
		"\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"",
		"[1,2 , 3]",
		"{\"a\":1,\"a\":2}",
		"{\"\":{\"b\":[{}]}}",
	};
	struct backoff_error error = {.text = ""};

	for (size_t i = 0; i < COUNT(good); i++)
		cr_expect(is_json(good[i], strlen(good[i]), &error), "%s: %s",
			  good[i], error.text);
}

struct bad_row {
	const char *why, *text;
	/** 0: up to the NUL. */
	size_t length;
	uint32_t line, column;
	const char *says;
};

static const struct bad_row bad[] = {
	{"nothing", "", 0, 1, 1, "ends where a value"},
	{"only space", " \n ", 0, 2, 2, "ends where a value"},
	{"a word", "yes", 0, 1, 1, "expected a value"},
	{"half a word", "tru", 0, 1, 1, "expected a value"},
	{"upper case", "NULL", 0, 1, 1, "expected a value"},
	{"two values", "1 2", 0, 1, 3, "after the end"},
	{"a word that goes on", "nullx", 0, 1, 5, "after the end"},
	{"not a number", "NaN", 0, 1, 1, "NaN and Infinity"},
	{"infinite", "[Infinity]", 0, 1, 2, "NaN and Infinity"},
	{"infinity", "-Infinity", 0, 1, 1, "malformed number"},
	{"plus", "+1", 0, 1, 1, "expected a value"},
	{"leading zero", "[01]", 0, 1, 2, "malformed number"},
	{"point first", ".5", 0, 1, 1, "expected a value"},
	{"point last", "[5.]", 0, 1, 2, "malformed number"},
	{"exponent without digits", "5e", 0, 1, 1, "malformed number"},
	{"exponent of a sign", "5e-", 0, 1, 1, "malformed number"},
	{"minus alone", "-", 0, 1, 1, "malformed number"},
	{"hexadecimal", "0x1", 0, 1, 2, "after the end"},
	{"single quotes", "'a'", 0, 1, 1, "expected a value"},
	{"open text", "\"abc", 0, 1, 5, "inside a string"},
	{"open text at an escape", "\"abc\\", 0, 1, 5, "invalid escape"},
	{"raw newline", "\"a\nb\"", 0, 1, 3, "control character"},
	{"raw tab", "\"a\tb\"", 0, 1, 3, "control character"},
	{"raw NUL", "\"a\0b\"", 5, 1, 3, "control character"},
	{"unknown escape", "\"a\\x41\"", 0, 1, 3, "invalid escape"},
	{"escaped NUL byte", "\"\\\0\"", 4, 1, 2, "invalid escape"},
	{"short unicode escape", "\"\\u12\"", 0, 1, 2, "invalid escape"},
	{"unicode escape of no digits", "\"\\u00g0\"", 0, 1, 2,
	 "invalid escape"},
	{"lone high surrogate", "\"\\ud800\"", 0, 1, 2, "invalid escape"},
	{"lone low surrogate", "\"\\udc00\"", 0, 1, 2, "invalid escape"},
	{"high surrogate and a letter", "\"\\ud800x\"", 0, 1, 2,
	 "invalid escape"},
	{"two high surrogates", "\"\\ud800\\ud800\"", 0, 1, 2,
	 "invalid escape"},
	{"half a surrogate pair at the end", "\"\\ud800\\u\"", 0, 1, 2,
	 "invalid escape"},
	{"bad UTF-8", "\"a\xff\"", 0, 1, 3, "invalid UTF-8"},
	{"overlong UTF-8", "\"\xc0\xaf\"", 0, 1, 2, "invalid UTF-8"},
	{"a surrogate in UTF-8", "\"\xed\xa0\x80\"", 0, 1, 2, "invalid UTF-8"},
	{"UTF-8 cut by the quote", "\"\xe2\x82\"", 0, 1, 2, "invalid UTF-8"},
	{"bad UTF-8 outside texts", "[\xc3\xa9]", 0, 1, 2, "expected a value"},
	{"byte order mark", "\xef\xbb\xbf{}", 0, 1, 1, "expected a value"},
	{"NUL", "\0", 1, 1, 1, "expected a value"},
	{"NUL behind the value", "{}\0", 3, 1, 3, "after the end"},
	{"vertical tab as space", "[\v1]", 0, 1, 2, "expected a value"},
	{"comment", "[1] // one", 0, 1, 5, "after the end"},
	{"open array", "[1", 0, 1, 3, "inside an array"},
	{"open array after a comma", "[1,", 0, 1, 4, "ends where a value"},
	{"last comma in an array", "[1,]", 0, 1, 4, "expected a value"},
	{"first comma in an array", "[,1]", 0, 1, 2, "expected a value"},
	{"no comma in an array", "[1 2]", 0, 1, 4, "expected ',' or ']'"},
	{"array closed by a brace", "[1}", 0, 1, 3, "expected ',' or ']'"},
	{"open object", "{\"a\":1", 0, 1, 7, "inside an object"},
	{"last comma in an object", "{\"a\":1,}", 0, 1, 8, "name in quotes"},
	{"no comma in an object", "{\"a\":1 \"b\":2}", 0, 1, 8,
	 "expected ',' or '}'"},
	{"a name without quotes", "{a:1}", 0, 1, 2, "name in quotes"},
	{"a number as name", "{1:1}", 0, 1, 2, "name in quotes"},
	{"no colon", "{\"a\" 1}", 0, 1, 6, "expected ':'"},
	{"no value", "{\"a\":}", 0, 1, 6, "expected a value"},
	{"object closed by a bracket", "{\"a\":1]", 0, 1, 7,
	 "expected ',' or '}'"},
	{"lines are counted", "{\n \"a\": 1,\n \"b\": x\n}", 0, 3, 7,
	 "expected a value"},
	{"columns count bytes", "{\"\xc3\xa9\": x}", 0, 1, 8,
	 "expected a value"},
};

Test(base_json, anything_else_is_refused_where_it_stands)
{
	for (size_t i = 0; i < COUNT(bad); i++) {
		size_t length =
			bad[i].length > 0 ? bad[i].length : strlen(bad[i].text);
		struct backoff_error error = {.text = ""};

		cr_expect(!is_json(bad[i].text, length, &error), "%s",
			  bad[i].why);
		cr_expect(error.status == BACKOFF_E_SYNTAX, "%s", bad[i].why);
		cr_expect(error.line == bad[i].line &&
				  error.column == bad[i].column,
			  "%s: at %u:%u", bad[i].why, error.line, error.column);
		cr_expect(strstr(error.text, bad[i].says) != NULL, "%s: %s",
			  bad[i].why, error.text);
	}
}

Test(base_json, nesting_has_an_end)
{
	static const char pairs[2][2] = {{'[', ']'}, {'{', '}'}};

	for (int kind = 0; kind < 2; kind++)
		for (size_t depth = 1; depth < 200; depth++) {
			char text[2048];
			struct backoff_error error = {.text = ""};
			size_t n = 0;

			for (size_t i = 0; i < depth; i++) {
				text[n++] = pairs[kind][0];
				if (kind == 1 && i + 1 < depth) {
					memcpy(text + n, "\"a\":", 4);
					n += 4;
				}
			}
			for (size_t i = 0; i < depth; i++)
				text[n++] = pairs[kind][1];
			cr_expect(is_json(text, n, &error) ==
					  (depth <= BO_JSON_DEPTH),
				  "%zu levels", depth);
			if (depth > BO_JSON_DEPTH)
				cr_expect(error.status == BACKOFF_E_LIMIT,
					  "%zu levels", depth);
		}
}

static const char sample[] =
	"{\"name\": \"caf\xc3\xa9 \\ud83d\\ude00 \\\"x\\\" \\u00e9\","
	" \"list\": [1, -2.5e+3, true, false, null, [], {}],\n"
	" \"object\": {\"deep\": {\"er\": [[\"\xf0\x9f\x98\x80\"]]}}}";

Test(base_json, a_cut_text_is_refused_at_every_byte)
{
	struct backoff_error error;

	for (size_t i = 0; i < sizeof(sample) - 1; i++)
		cr_expect(!is_json(sample, i, &error), "%zu bytes", i);
	cr_expect(is_json(sample, sizeof(sample) - 1, &error));
}

/* cJSON is lenient: it accepts all that the strict reader accepts. */
Test(base_json, nothing_is_taken_that_cjson_refuses)
{
	unsigned taken = 0;

	for (uint64_t i = 0; i < 200000; i++) {
		uint64_t random = backoff_draw(13, 200, i, 0);
		char text[sizeof(sample)];
		struct backoff_error error;
		cJSON *tree;

		memcpy(text, sample, sizeof(text));
		for (int k = 0; k <= (int)(random & 1); k++) {
			uint64_t more = backoff_draw(13, 201, i, (uint32_t)k);

			text[more % (sizeof(text) - 1)] =
				"\"\\{}[],:0e-.xu \n\x80\xc3\0tn"[more / 256 %
								  22];
		}
		if (!is_json(text, sizeof(text) - 1, &error))
			continue;
		taken++;
		tree = cJSON_ParseWithLength(text, sizeof(text) - 1);
		cr_assert(tree != NULL, "%s", text);
		cJSON_Delete(tree);
	}
	cr_expect(taken > 1000 && taken < 199000, "%u were taken", taken);
}

static size_t
unescape(const char *text, char *out)
{
	struct bo_json json;
	struct bo_json_value value;
	size_t length;

	bo_json_begin(&json, text, strlen(text));
	cr_assert(bo_json_value(&json, &value) && bo_json_end(&json), "%s",
		  text);
	cr_assert(value.type == BO_JSON_STRING);
	length = bo_json_unescape(&value, out);
	out[length] = '\0';
	return length;
}

Test(base_json, escapes_become_their_characters)
{
	static const struct {
		const char *why, *text, *want;
	} row[] = {
		{"none", "\"abc\"", "abc"},
		{"every short one", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
		 "\"\\/\b\f\n\r\t"},
		{"ASCII", "\"\\u0041\\u007f\"", "A\x7f"},
		{"two bytes", "\"\\u00e9\\u00E9\"", "\xc3\xa9\xc3\xa9"},
		{"three bytes", "\"\\u20ac\"", "\xe2\x82\xac"},
		{"a pair", "\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80"},
		{"the first pair", "\"\\ud800\\udc00\"", "\xf0\x90\x80\x80"},
		{"the last pair", "\"\\udbff\\udfff\"", "\xf4\x8f\xbf\xbf"},
		{"NUL cannot be kept", "\"a\\u0000b\"",
		 "a\xef\xbf\xbd"
		 "b"},
		{"an escaped backslash does not begin an escape",
		 "\"\\\\u0041\"", "\\u0041"},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		char got[64];

		unescape(row[i].text, got);
		cr_expect(strcmp(got, row[i].want) == 0, "%s: %s", row[i].why,
			  got);
	}
}

/* As Python's logging writes bytes that are not UTF-8. */
Test(base_json, a_loose_reader_takes_lone_surrogates)
{
	static const struct {
		const char *text, *want;
	} row[] = {
		{"\"plain\"", "plain"},
		{"\"\\u0041\\u00e9\\u20AC\"", "A\xc3\xa9\xe2\x82\xac"},
		{"\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80"},
		{"\"\\ud83d\"", "\xef\xbf\xbd"},
		{"\"\\ud83dx\"", "\xef\xbf\xbdx"},
		{"\"\\ud83d\\n\"", "\xef\xbf\xbd\n"},
		{"\"\\ud83d\\u0041\"", "\xef\xbf\xbd"
				       "A"},
		{"\"\\ud83d\\ud83d\\ude00\"", "\xef\xbf\xbd\xf0\x9f\x98\x80"},
		{"\"\\udce9\"", "\xef\xbf\xbd"},
		{"\"a\\u0000b\"", "a\xef\xbf\xbd"
				  "b"},
	};
	static const char *const broken[] = {
		"\"\\ud83d\\u12\"",
		"\"\\ud83d\\x\"",
		"\"\\ud8\"",
		"\"\xed\xa0\x80\"",
	};
	struct bo_json_value value;
	struct bo_json json;

	for (size_t i = 0; i < COUNT(row); i++) {
		char got[64];

		bo_json_begin_loose(&json, row[i].text, strlen(row[i].text));
		cr_assert(bo_json_value(&json, &value) && bo_json_end(&json),
			  "%s", row[i].text);
		got[bo_json_unescape(&value, got)] = '\0';
		cr_expect_str_eq(got, row[i].want, "%s", row[i].text);
	}
	for (size_t i = 0; i < COUNT(broken); i++) {
		bo_json_begin_loose(&json, broken[i], strlen(broken[i]));
		cr_expect(!bo_json_value(&json, &value), "%s", broken[i]);
		cr_expect(json.problem != NULL, "%s", broken[i]);
	}
}

Test(base_json, only_a_loose_reader_takes_long_numbers)
{
	struct bo_json_value value;
	struct bo_json json;
	char text[100];

	memset(text, '1', sizeof(text));
	bo_json_begin(&json, text, BO_JSON_NUMBER_MAX);
	cr_expect(bo_json_value(&json, &value) && value.length == 63);
	bo_json_begin(&json, text, BO_JSON_NUMBER_MAX + 1);
	cr_expect(!bo_json_value(&json, &value) && json.over_limit);
	bo_json_begin_loose(&json, text, sizeof(text));
	cr_expect(bo_json_value(&json, &value) && bo_json_end(&json));
	cr_expect(value.length == sizeof(text));
}

Test(base_json, what_cjson_would_misread_is_refused)
{
	static const struct {
		const char *text;
		enum backoff_status status;
		uint32_t column;
	} row[] = {
		{"{\"a\":1}", BACKOFF_OK, 0},
		{"[\"\\\\u0000\"]", BACKOFF_OK, 0},
		{"{\"a\":\"b\\u0000\"}", BACKOFF_E_SYNTAX, 8},
		{"{\"\\u0000\":1}", BACKOFF_E_SYNTAX, 3},
		{"{} x", BACKOFF_E_SYNTAX, 4},
		{"\"\\ud800\"", BACKOFF_E_SYNTAX, 2},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		struct backoff_error error = {.column = 0};

		cr_expect(bo_json_check(row[i].text, strlen(row[i].text),
					&error) == row[i].status,
			  "%s", row[i].text);
		cr_expect(error.column == row[i].column, "%s: %u", row[i].text,
			  (unsigned)error.column);
	}
	cr_expect(bo_json_check("x", 1, NULL) == BACKOFF_E_SYNTAX);
}

/* Every start of a string within the eight bytes that are looked at together,
 * and every byte at every place of them. */
Test(base_json, every_byte_of_a_string_is_looked_at)
{
	char text[40];

	for (int byte = 0; byte < 0x100; byte++)
		for (size_t at = 0; at < 24; at++)
			for (size_t length = at + 1; length < 26; length++) {
				bool plain = byte >= 0x20 && byte < 0x80 &&
					     byte != '"' && byte != '\\';
				struct bo_json_value value;
				struct bo_json json;

				memset(text, 'a', sizeof(text));
				text[0] = text[length + 1] = '"';
				text[at + 1] = (char)byte;
				bo_json_begin(&json, text, length + 2);
				cr_assert((bo_json_value(&json, &value) &&
					   bo_json_end(&json)) == plain,
					  "byte %d at %zu of %zu", byte, at,
					  length);
				if (!plain && byte != '"' && byte != '\\')
					cr_assert(json.at == text + at + 1,
						  "byte %d at %zu of %zu", byte,
						  at, length);
			}
}

Test(base_json, objects_can_be_stepped_into_member_by_member)
{
	static const char text[] = "{ \"a\" : {\"b\":{},\"c\":[ 1 ]} ,\"d\":2}";
	struct bo_json_value key, value;
	struct bo_json json;
	bool first = true, inside = true, deeper = true;

	bo_json_begin(&json, text, strlen(text));
	cr_assert(bo_json_open(&json, '{'));
	cr_assert(bo_json_key(&json, &first, &key) && *key.at == 'a');
	cr_expect(*json.at == '{', "spaces are skipped");
	cr_assert(bo_json_open(&json, '{'));
	cr_assert(bo_json_key(&json, &inside, &key) && *key.at == 'b');
	cr_assert(bo_json_open(&json, '{'));
	cr_assert(!bo_json_key(&json, &deeper, &key));
	cr_assert(bo_json_key(&json, &inside, &key) && *key.at == 'c');
	cr_assert(bo_json_value(&json, &value));
	cr_expect(value.type == BO_JSON_ARRAY && value.length == 5);
	cr_assert(!bo_json_key(&json, &inside, &key));
	cr_assert(bo_json_key(&json, &first, &key) && *key.at == 'd');
	cr_assert(bo_json_value(&json, &value));
	cr_assert(!bo_json_key(&json, &first, &key));
	cr_expect(bo_json_end(&json));
}

/* Steps count like values that are read whole. */
Test(base_json, stepping_in_has_the_same_end)
{
	char text[BO_JSON_DEPTH + 1];

	memset(text, '[', sizeof(text));
	for (unsigned steps = 0; steps <= BO_JSON_DEPTH; steps++) {
		struct bo_json_value value;
		struct bo_json json;
		bool first = true;

		bo_json_begin(&json, text, sizeof(text));
		for (unsigned i = 0; i < steps; i++)
			cr_assert(bo_json_open(&json, '['), "%u of %u", i,
				  steps);
		cr_expect(!bo_json_value(&json, &value) && json.over_limit,
			  "%u", steps);
		cr_expect(json.at == text + BO_JSON_DEPTH, "%u", steps);
		cr_expect(!bo_json_element(&json, &first, &value) &&
				  !bo_json_open(&json, '['),
			  "a problem stays");
	}
}

Test(base_json, types_have_names_for_messages)
{
	cr_expect_str_eq(bo_json_type_name(BO_JSON_NULL), "null");
	cr_expect_str_eq(bo_json_type_name(BO_JSON_TRUE), "true");
	cr_expect_str_eq(bo_json_type_name(BO_JSON_STRING), "a string");
	cr_expect_str_eq(bo_json_type_name(BO_JSON_OBJECT), "an object");
}

Test(base_json, members_and_elements_are_walked)
{
	static const char text[] = "{\"a\": [10, \"x\\n\"] , \"b\":{} }";
	struct bo_json json, inner;
	struct bo_json_member member;
	struct bo_json_value value;
	bool first = true, first_inside = true;

	bo_json_begin(&json, text, strlen(text));
	cr_assert(bo_json_open(&json, '{'));
	cr_assert(bo_json_member(&json, &first, &member));
	cr_expect(member.key.length == 1 && *member.key.at == 'a');
	cr_expect(member.value.type == BO_JSON_ARRAY);
	bo_json_begin(&inner, member.value.at, member.value.length);
	cr_assert(bo_json_open(&inner, '['));
	cr_assert(bo_json_element(&inner, &first_inside, &value));
	cr_expect(value.type == BO_JSON_NUMBER && value.length == 2);
	cr_assert(bo_json_element(&inner, &first_inside, &value));
	cr_expect(value.type == BO_JSON_STRING && value.escaped &&
		  value.length == 3);
	cr_expect(!bo_json_element(&inner, &first_inside, &value));
	cr_expect(bo_json_end(&inner));
	cr_assert(bo_json_member(&json, &first, &member));
	cr_expect(member.value.type == BO_JSON_OBJECT);
	cr_expect(!bo_json_member(&json, &first, &member));
	cr_expect(bo_json_end(&json));

	bo_json_begin(&json, "[]", 2);
	cr_expect(!bo_json_open(&json, '{'));
	cr_expect(!bo_json_end(&json), "a problem stays");
}

Test(base_json, positions_are_lines_and_byte_columns)
{
	static const char text[] = "ab\n\nc\xc3\xa9"
				   "d";
	static const uint32_t want[][2] = {{1, 1}, {1, 2}, {1, 3},
					   {2, 1}, {3, 1}, {3, 2},
					   {3, 3}, {3, 4}, {3, 5}};

	for (size_t i = 0; i < COUNT(want); i++) {
		struct backoff_error error;

		bo_json_position(text, text + i, &error);
		cr_expect(error.line == want[i][0] &&
				  error.column == want[i][1],
			  "byte %zu: %u:%u", i, error.line, error.column);
	}
}
