/* Tests of all built-in dialects together: on samples, and on lines of which
 * none is about a retry. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include <cjson/cJSON.h>
#include <criterion/criterion.h>

#include "dialect/rule.h"
#include "one.h"

static bool
count_one(void *user, const struct tk_reading *reading)
{
	(void)reading;
	++*(size_t *)user;
	return true;
}

static size_t
events_of(struct tk_dialect *dialect, size_t input, const cJSON *text)
{
	struct tk_line line = {.text = text->valuestring,
			       .length = strlen(text->valuestring),
			       .number = 1};
	size_t count = 0;

	tk_dialect_read(dialect, input, &line, count_one, &count, NULL);
	return count;
}

/* With all dialects at once, a line gives as many events as its own dialect
 * makes of it: none is read twice, and none is taken by a guess that makes
 * something else of it. */
Test(dialect_builtin, agree_when_all_of_them_are_tried)
{
	struct tk_dialect *dialect = NULL;
	/* Each sample is a log of its own. */
	size_t input = 0;

	cr_assert_eq(open_one("auto", &dialect, NULL), BACKOFF_OK);
	for (size_t i = 0; i < tk_dialects_count; i++) {
		cJSON *file = cJSON_Parse(tk_dialects[i].text);
		const cJSON *samples =
			cJSON_GetObjectItemCaseSensitive(file, "samples");
		const cJSON *sample;
		size_t number = 0;

		cJSON_ArrayForEach(sample, samples)
		{
			const cJSON *lines = cJSON_GetObjectItemCaseSensitive(
				sample, "line");
			const cJSON *is =
				cJSON_GetObjectItemCaseSensitive(sample, "is");
			size_t want = cJSON_IsNull(is) ? 0
				      : cJSON_IsArray(is)
					      ? (size_t)cJSON_GetArraySize(is)
					      : 1;
			size_t got = 0;

			input++;
			if (cJSON_IsString(lines))
				got = events_of(dialect, input, lines);
			for (const cJSON *line =
				     cJSON_IsArray(lines) ? lines->child : NULL;
			     line != NULL; line = line->next)
				got += events_of(dialect, input, line);
			tk_dialect_flush(dialect, input, BACKOFF_ABSENT,
					 count_one, &got);
			cr_expect_eq(got, want, "%s, sample %zu: %zu events",
				     tk_dialects[i].name, number, got);
			number++;
		}
		cJSON_Delete(file);
	}
	tk_dialect_free(dialect);
}
