/* Tests of src/base/buf: bounded text. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include <criterion/criterion.h>

#include <cjson/cJSON.h>

#include "base/buf.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static void
write_all(struct bo_out *out)
{
	bo_out_text(out, "abc");
	bo_out_bytes(out, "de?", 2);
	bo_out_format(out, "%d", 67);
	bo_out_seconds(out, 500000000);
	bo_out_json(out, "\n");
}

Test(base_buf, what_does_not_fit_is_counted_and_not_written)
{
	static const char whole[] = "abcde670.5\"\\u000a\"";

	for (size_t size = 0; size < sizeof(whole) + 3; size++) {
		char buffer[64];
		struct bo_out out;
		size_t fits = size > sizeof(whole) ? sizeof(whole) : size;

		memset(buffer, '#', sizeof(buffer));
		out = bo_out_init(buffer, size);
		write_all(&out);
		cr_expect(out.length == sizeof(whole) - 1, "size %zu", size);
		if (size > 0)
			cr_expect(memcmp(buffer, whole, fits - 1) == 0 &&
					  buffer[fits - 1] == '\0',
				  "size %zu", size);
		for (size_t i = size; i < sizeof(buffer); i++)
			cr_assert(buffer[i] == '#', "size %zu byte %zu", size,
				  i);
	}
	struct bo_out none = bo_out_init(NULL, 0);

	write_all(&none);
	cr_expect(none.length == sizeof(whole) - 1);
}

Test(base_buf, seconds_are_short_and_exact)
{
	static const struct {
		uint64_t ns;
		const char *want;
	} row[] = {
		{0, "0"},
		{1, "0.000000001"},
		{10, "0.00000001"},
		{500000000, "0.5"},
		{1000000000, "1"},
		{90000000000, "90"},
		{100000000001, "100.000000001"},
		{UINT64_MAX, "18446744073.709551615"},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		char text[40];
		struct bo_out out = bo_out_init(text, sizeof(text));

		bo_out_seconds(&out, row[i].ns);
		cr_expect(strcmp(text, row[i].want) == 0, "%s is %s",
			  row[i].want, text);
	}
}

Test(base_buf, json_strings_say_what_went_in)
{
	for (int byte = 1; byte < 128; byte++) {
		char in[3] = {(char)byte, 'x', '\0'}, text[32];
		struct bo_out out = bo_out_init(text, sizeof(text));
		cJSON *tree;

		bo_out_json(&out, in);
		for (const char *p = text; *p != '\0'; p++)
			cr_expect((unsigned char)*p >= 0x20 && *p != 0x7f,
				  "byte %d is raw", byte);
		tree = cJSON_Parse(text);
		cr_assert(tree != NULL, "byte %d: %s", byte, text);
		cr_expect(strcmp(cJSON_GetStringValue(tree), in) == 0,
			  "byte %d: %s", byte, text);
		cJSON_Delete(tree);
	}
}

Test(base_buf, json_strings_are_utf8)
{
	char text[64];
	struct bo_out out = bo_out_init(text, sizeof(text));

	bo_out_json(&out, "caf\xc3\xa9 \xe9 \xf0\x9f");
	cr_expect(strcmp(text, "\"caf\xc3\xa9 \xef\xbf\xbd "
			       "\xef\xbf\xbd\xef\xbf\xbd\"") == 0,
		  "%s", text);
}
