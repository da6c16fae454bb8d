/* Tests of tools/retrytop/report*.c: the recorded log counted twice, by the
 * program and by plain text search. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "unit/live/helper.h"
#include "retrytop/list.h"
#include "retrytop/once.h"
#include "retrytop/report.h"

#define LOG TEST_SRCDIR "/tests/data/argus-1h/app.log"

static const char *const name[] = {"describe_image", "fetch_snapshot",
				   "post_webhook", "store_event"};

/* Counts of an operation in the last minute, by plain text search. */
struct recount {
	unsigned retries, exhausted, all_retries, all_exhausted;
};

static void
recount(const char *operation, struct recount *out)
{
	FILE *file = fopen(LOG, "r");
	char line[8192], wanted[128];

	cr_assert_not_null(file);
	memset(out, 0, sizeof(*out));
	snprintf(wanted, sizeof(wanted), "\"operation\": \"%s\"", operation);
	while (fgets(line, sizeof(line), file) != NULL) {
		/* The newest event is at 10:59:58. */
		const char *from = "{\"timestamp\": \"2026-11-23T10:58:59";
		bool in_window = strncmp(line, from, strlen(from)) >= 0;

		if (strstr(line, wanted) == NULL)
			continue;
		if (strstr(line, "\"retry_attempt\"") != NULL) {
			out->all_retries++;
			out->retries += in_window;
		} else if (strstr(line, "\"retry_exhausted\"") != NULL) {
			out->all_exhausted++;
			out->exhausted += in_window;
		}
	}
	fclose(file);
}

/* The output of --once for the log. */
static char *
run_once(struct rt_options *options, size_t *size, int *code)
{
	static char path[] = LOG;
	static char *paths[] = {path, NULL};
	FILE *file = tmpfile();
	int saved = dup(STDOUT_FILENO);
	char *text;

	cr_assert_not_null(file);
	options->once = true;
	options->max_bad = UINT64_MAX;
	if (options->window_ns == 0)
		options->window_ns = 60 * NS_PER_S;
	if (options->path == NULL) {
		options->path = paths;
		options->path_count = 1;
	}
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	*code = rt_once(options);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	*size = (size_t)lseek(fileno(file), 0, SEEK_END);
	text = calloc(1, *size + 1);
	cr_assert_eq(pread(fileno(file), text, *size, 0), (ssize_t)*size);
	fclose(file);
	return text;
}

static double
number(const cJSON *object, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	cr_assert(cJSON_IsNumber(item), "%s is not a number", key);
	return item->valuedouble;
}

static bool
is_null(const cJSON *object, const char *key)
{
	return cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(object, key));
}

static const cJSON *
member(const cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

Test(retrytop_report, json_agrees_with_a_recount)
{
	struct rt_options options = {.format = RT_FORMAT_JSON};
	const cJSON *operation, *verdict;
	size_t size, seen = 0;
	cJSON *root;
	char *text;
	int code;

	text = run_once(&options, &size, &code);
	cr_assert_eq(code, 0);
	root = cJSON_Parse(text);
	cr_assert_not_null(root);
	cr_expect_eq(number(root, "schema_version"), RT_SCHEMA_VERSION);
	cr_expect_eq(number(root, "window_seconds"), 60);
	cr_expect_str_eq(member(root, "window_end")->valuestring,
			 "2026-11-23T10:59:59.000000Z");
	cr_expect_str_eq(member(root, "state")->valuestring, "ended");
	cr_expect_str_eq(member(root, "as_of")->valuestring,
			 "2026-11-23T10:59:58.542487Z");
	cr_expect_null(member(root, "late_seconds"));
	verdict = cJSON_GetArrayItem(member(root, "verdicts"), 0);
	cr_assert_not_null(verdict);
	cr_expect_str_eq(member(verdict, "word")->valuestring, "FAILING");
	cr_expect_str_eq(member(verdict, "operation")->valuestring,
			 "describe_image");
	cr_expect_str_eq(member(verdict, "since")->valuestring,
			 "2026-11-23T10:58:27.000000Z");
	cr_expect_str_eq(member(verdict, "trend")->valuestring, "steady");
	cr_expect_str_eq(member(verdict, "cause")->valuestring, "OSError 46%");
	cr_expect_eq(number(verdict, "window_seconds"), 30);
	/* Successes are not logged. */
	cr_expect(is_null(verdict, "failed_share"));
	cr_expect_eq(number(verdict, "more_operations"), 0);
	cr_expect_eq(number(root, "more_verdicts"), 0);
	cr_expect_eq(number(member(root, "log"), "lines"), 2284);
	cr_expect_eq(number(member(root, "log"), "bad"), 0);
	cJSON_ArrayForEach(operation, member(root, "operations"))
	{
		const char *which = member(operation, "operation")->valuestring;
		struct recount want;

		seen++;
		recount(which, &want);
		cr_expect_eq(number(member(operation, "window"), "retries"),
			     want.retries, "%s", which);
		cr_expect_eq(number(member(operation, "window"), "exhausted"),
			     want.exhausted, "%s", which);
		cr_expect_eq(number(member(operation, "total"), "retries"),
			     want.all_retries, "%s", which);
		cr_expect_eq(number(member(operation, "total"), "exhausted"),
			     want.all_exhausted, "%s", which);
		cr_expect_float_eq(number(operation, "retries_per_second"),
				   want.retries / 60.0, 1e-9);
		cr_expect(is_null(operation, "calls_per_second"),
			  "successes are not logged");
		cr_expect(is_null(operation, "attempts_per_call"));
		cr_expect_eq(cJSON_GetArraySize(
				     member(operation, "retries_history")),
			     RT_STEPS);
	}
	cr_expect_eq(seen, 4);
	cJSON_Delete(root);
	free(text);
}

Test(retrytop_report, the_same_log_gives_the_same_bytes)
{
	struct rt_options options = {.format = RT_FORMAT_JSON};

	for (int format = 0; format <= RT_FORMAT_PROMETHEUS; format++) {
		size_t size[2];
		char *text[2];
		int code;

		options.format = format;
		text[0] = run_once(&options, &size[0], &code);
		text[1] = run_once(&options, &size[1], &code);
		cr_expect_str_eq(text[0], text[1]);
		free(text[0]);
		free(text[1]);
	}
}

Test(retrytop_report, text_has_the_numbers_of_the_screen)
{
	struct rt_options options = {.format = RT_FORMAT_TEXT};
	size_t size;
	char *text;
	int code;

	cr_assert_not_null(setlocale(LC_ALL, "C.UTF-8"));
	text = run_once(&options, &size, &code);
	cr_assert_eq(code, 0);
	cr_expect_not_null(strstr(text, "window: 60s before "
					"2026-11-23T10:59:59Z"));
	cr_expect_eq(
		strncmp(text, "FAILING   describe_image  since 10:58:27", 40),
		0);
	cr_expect_not_null(strstr(text, "1439 events, 2284 lines"));
	cr_expect_not_null(strstr(text, "OPERATION"));
	for (size_t i = 0; i < sizeof(name) / sizeof(*name); i++)
		cr_expect_not_null(strstr(text, name[i]), "%s", name[i]);
	free(text);
}

Test(retrytop_report, filter_and_sort_apply)
{
	struct rt_options options = {.format = RT_FORMAT_JSON,
				     .filter = "webhook"};
	const cJSON *operations, *operation;
	cJSON *root;
	size_t size;
	char *text;
	int code;

	text = run_once(&options, &size, &code);
	root = cJSON_Parse(text);
	operations = member(root, "operations");
	cr_expect_eq(cJSON_GetArraySize(operations), 1);
	cr_expect_eq(number(member(root, "total"), "operations"), 1);
	operation = cJSON_GetArrayItem(operations, 0);
	cr_expect_gt(number(member(operation, "total"), "retries"), 0);
	cr_expect_eq(number(member(member(root, "total"), "total"), "retries"),
		     number(member(operation, "total"), "retries"));
	cJSON_Delete(root);
	free(text);
	options.filter = NULL;
	options.sort = RT_SORT_NAME;
	text = run_once(&options, &size, &code);
	root = cJSON_Parse(text);
	for (int i = 0; i < 4; i++)
		cr_expect_str_eq(member(cJSON_GetArrayItem(
						member(root, "operations"), i),
					"operation")
					 ->valuestring,
				 name[i]);
	cJSON_Delete(root);
	free(text);
}

Test(retrytop_report, bad_inputs_have_exit_codes)
{
	char missing[] = "/nonexistent/retry.log", *paths[] = {missing, NULL};
	struct rt_options options = {.format = RT_FORMAT_JSON};
	cJSON *root;
	size_t size;
	char *text;
	int code;

	options.path = paths;
	options.path_count = 1;
	text = run_once(&options, &size, &code);
	cr_expect_eq(code, 4);
	root = cJSON_Parse(text);
	cr_expect(is_null(root, "window_end"));
	cr_expect(is_null(member(root, "total"), "calls_per_second"));
	cr_expect_eq(cJSON_GetArraySize(member(root, "operations")), 0);
	cJSON_Delete(root);
	free(text);
}

/* Two events, ten seconds apart. */
Test(retrytop_report, a_log_shorter_than_the_window_is_learning)
{
	static const char text[] =
		"{\"event_type\": \"retry_attempt\", \"operation\": \"post\", "
		"\"timestamp\": \"2026-11-23T09:00:0%dZ\", \"attempt\": 1, "
		"\"max_attempts\": 2, \"delay_seconds\": 0.5, "
		"\"error\": \"refused\", \"error_type\": \"OSError\"}\n";
	char path[] = "/tmp/retrytop-XXXXXX", *paths[] = {path, NULL}, *json;
	struct rt_options options = {
		.format = RT_FORMAT_JSON, .path = paths, .path_count = 1};
	FILE *file = fdopen(mkstemp(path), "w");
	cJSON *root;
	size_t size;
	int code;

	cr_assert_not_null(file);
	fprintf(file, text, 0);
	fprintf(file, text, 9);
	fclose(file);
	json = run_once(&options, &size, &code);
	unlink(path);
	cr_assert_eq(code, 0);
	root = cJSON_Parse(json);
	cr_assert_not_null(root);
	cr_expect_str_eq(member(root, "state")->valuestring, "learning");
	cr_expect_eq(number(root, "seen_seconds"), 10);
	cr_expect_str_eq(member(root, "as_of")->valuestring,
			 "2026-11-23T09:00:09.000000Z");
	cJSON_Delete(root);
	free(json);
}
