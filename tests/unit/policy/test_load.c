/* Tests of src/policy/load: where `extends` is looked for. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <backoff/clock.h>

#include "unit/policy/policies.h"

/* The policy that find() has, and the names that it was asked for. */
struct shelf {
	const char *name, *text;
	int asked;
	enum backoff_status failure;
};

static enum backoff_status
find(void *user, const char *name, struct backoff_policy **out)
{
	struct shelf *shelf = user;

	shelf->asked++;
	if (shelf->failure != BACKOFF_OK)
		return shelf->failure;
	if (strcmp(name, shelf->name) != 0)
		return BACKOFF_E_NOT_FOUND;
	*out = policy_of(shelf->text);
	return BACKOFF_OK;
}

static uint32_t
attempts_of(const char *text, struct shelf *shelf)
{
	const struct backoff_policy_loader loader = {.find = find,
						     .user = shelf};
	struct backoff_policy *policy = NULL;
	uint32_t attempts = 0;

	if (backoff_policy_parse(text, strlen(text), &loader, &policy, NULL) ==
	    BACKOFF_OK)
		attempts = backoff_policy_max_attempts(policy);
	backoff_policy_unref(policy);
	return attempts;
}

Test(policy_load, the_loader_is_asked_before_the_shipped_ones)
{
	struct shelf shelf = {"STANDARD",
			      "{\"name\":\"MINE\",\"max_attempts\":77}", 0,
			      BACKOFF_OK};

	cr_expect(attempts_of("{\"name\":\"X\",\"extends\":\"STANDARD\"}",
			      &shelf) == 77);
	cr_expect(shelf.asked == 1);
	cr_expect(attempts_of("{\"name\":\"X\",\"extends\":\"WEBHOOK\"}",
			      &shelf) == 4,
		  "NOT_FOUND goes on to the shipped ones");
	cr_expect(attempts_of("{\"name\":\"X\",\"max_attempts\":5}", &shelf) ==
		  5);
	cr_expect(shelf.asked == 2, "asked for extends only");
	shelf.failure = BACKOFF_E_IO;
	cr_expect(attempts_of("{\"name\":\"X\",\"extends\":\"WEBHOOK\"}",
			      &shelf) == 0,
		  "any other failure is one");
}

static void
put_file(const char *folder, const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.json", folder, name);
	file = fopen(path, "w");
	cr_assert(file != NULL);
	fputs(text, file);
	fclose(file);
}

static enum backoff_status
load(const char *folder, const char *name, struct backoff_policy **out,
     struct backoff_error *error)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s.json", folder, name);
	return backoff_policy_load(path, NULL, out, error);
}

static void
remove_files(const char *folder)
{
	static const char *const names[] = {"A",  "B",  "STANDARD", "L0", "L1",
					    "L2", "L3", "L4",       "L5", "L6",
					    "L7", "L8", "L9"};
	char path[256];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s.json", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

Test(policy_load, a_file_in_the_folder_comes_before_the_shipped_one)
{
	char folder[] = "/tmp/retrykit-XXXXXX";
	struct backoff_policy *policy = NULL;

	cr_assert(mkdtemp(folder) != NULL);
	put_file(folder, "A", "{\"name\":\"A\",\"extends\":\"STANDARD\"}");
	put_file(folder, "STANDARD", "{\"name\":\"S\",\"max_attempts\":33}");
	cr_assert(load(folder, "A", &policy, NULL) == BACKOFF_OK);
	cr_expect(backoff_policy_max_attempts(policy) == 33);
	backoff_policy_unref(policy);
	remove_files(folder);
}

Test(policy_load, a_file_that_cannot_be_read_is_not_skipped)
{
	char folder[] = "/tmp/retrykit-XXXXXX", path[64];
	struct backoff_policy *policy = NULL;
	struct backoff_error error = {.text = ""};

	cr_assert(mkdtemp(folder) != NULL);
	put_file(folder, "A", "{\"name\":\"A\",\"extends\":\"STANDARD\"}");
	snprintf(path, sizeof(path), "%s/STANDARD.json", folder);
	cr_assert(mkdir(path, 0700) == 0);
	cr_expect(load(folder, "A", &policy, &error) == BACKOFF_E_IO);
	cr_expect(strcmp(error.path, "extends") == 0, "%s", error.path);
	cr_expect(policy == NULL);
	rmdir(path);
	remove_files(folder);
}

Test(policy_load, a_chain_has_at_most_eight_links)
{
	char folder[] = "/tmp/retrykit-XXXXXX", name[8], text[128];
	struct backoff_policy *policy = NULL;
	struct backoff_error error = {.text = ""};

	cr_assert(mkdtemp(folder) != NULL);
	put_file(folder, "L0", "{\"name\":\"L0\",\"max_attempts\":3}");
	for (int i = 1; i <= 9; i++) {
		snprintf(name, sizeof(name), "L%d", i);
		snprintf(text, sizeof(text),
			 "{\"name\":\"L%d\",\"extends\":\"L%d\"}", i, i - 1);
		put_file(folder, name, text);
	}
	cr_assert(load(folder, "L8", &policy, NULL) == BACKOFF_OK);
	cr_expect(strcmp(backoff_policy_name(policy), "L8") == 0);
	cr_expect(backoff_policy_max_attempts(policy) == 3);
	backoff_policy_unref(policy);
	cr_expect(load(folder, "L9", &policy, &error) == BACKOFF_E_LIMIT);
	cr_expect(strcmp(error.path, "extends") == 0);
	remove_files(folder);
}

/* An error in a parent has its place in the parent, and is reported once. */
static void
count(void *user, const struct backoff_error *error)
{
	(void)error;
	++*(int *)user;
}

Test(policy_load, an_error_of_the_parent_names_its_place)
{
	char folder[] = "/tmp/retrykit-XXXXXX", path[64];
	int reported = 0;
	const struct backoff_policy_loader loader = {.on_error = count,
						     .user = &reported};
	struct backoff_policy *policy = NULL;
	struct backoff_error error = {.text = ""};

	cr_assert(mkdtemp(folder) != NULL);
	put_file(folder, "A", "{\"name\":\"A\",\n  \"extends\":\"B\"}");
	put_file(folder, "B",
		 "{\"name\":\"B\",\n\"max_attempts\":0,\n\"x\":1}");
	snprintf(path, sizeof(path), "%s/A.json", folder);
	cr_expect(backoff_policy_load(path, &loader, &policy, &error) ==
		  BACKOFF_E_VALUE);
	cr_expect(reported == 1);
	cr_expect(error.line == 2 && error.column == 13);
	cr_expect(strncmp(error.text, "B:2:16: ", 8) == 0, "%s", error.text);
	remove_files(folder);
}

Test(policy_load, a_missing_grandparent_is_not_a_missing_parent)
{
	char folder[] = "/tmp/retrykit-XXXXXX";
	struct backoff_policy *policy = NULL;
	struct backoff_error error = {.text = ""};

	cr_assert(mkdtemp(folder) != NULL);
	put_file(folder, "A", "{\"name\":\"A\",\"extends\":\"STANDARD\"}");
	put_file(folder, "STANDARD", "{\"name\":\"B\",\"extends\":\"NONE\"}");
	cr_expect(load(folder, "A", &policy, &error) == BACKOFF_E_NOT_FOUND);
	cr_expect(strcmp(error.text,
			 "STANDARD:1:23: extends: no policy is named "
			 "\"NONE\"") == 0,
		  "%s", error.text);
	remove_files(folder);
}

Test(policy_load, a_path_without_folder_finds_its_siblings)
{
	char folder[] = "/tmp/retrykit-XXXXXX";
	struct backoff_policy *policy = NULL;

	cr_assert(mkdtemp(folder) != NULL);
	put_file(folder, "A", "{\"name\":\"A\",\"extends\":\"B\"}");
	put_file(folder, "B", "{\"name\":\"B\",\"max_attempts\":9}");
	cr_assert(chdir(folder) == 0);
	cr_expect(backoff_policy_load("A.json", NULL, &policy, NULL) ==
		  BACKOFF_OK);
	cr_assert(policy != NULL);
	cr_expect(backoff_policy_max_attempts(policy) == 9);
	backoff_policy_unref(policy);
	cr_assert(chdir("/") == 0);
	remove_files(folder);
}

Test(policy_load, references_keep_a_policy_alive)
{
	struct backoff_policy *policy =
		policy_of("{\"name\":\"R\",\"max_attempts\":2}");

	cr_expect(backoff_policy_ref(policy) == policy);
	backoff_policy_unref(policy);
	cr_expect(strcmp(backoff_policy_name(policy), "R") == 0);
	backoff_policy_unref(policy);
	backoff_policy_unref(NULL);
}

Test(policy_load, limits_are_read_back_in_nanoseconds)
{
	struct backoff_policy *policy = policy_of(
		"{\"name\":\"T\",\"max_attempts\":5,\"deadline\":\"90s\","
		"\"attempt_timeout\":[1,\"2s\",0.5]}");

	cr_expect(backoff_policy_deadline_ns(policy) == UINT64_C(90000000000));
	cr_expect(backoff_policy_attempt_timeout_ns(policy, 1) ==
		  UINT64_C(1000000000));
	cr_expect(backoff_policy_attempt_timeout_ns(policy, 2) ==
		  UINT64_C(2000000000));
	cr_expect(backoff_policy_attempt_timeout_ns(policy, 3) ==
		  UINT64_C(500000000));
	cr_expect(backoff_policy_attempt_timeout_ns(policy, UINT32_MAX) ==
			  UINT64_C(500000000),
		  "the last one repeats");
	cr_expect(backoff_policy_curve(policy) == BACKOFF_CURVE_EXPONENTIAL);
	cr_expect(backoff_policy_jitter(policy) == BACKOFF_JITTER_FULL);
	backoff_policy_unref(policy);
	policy = policy_of("{\"name\":\"T\",\"max_attempts\":5}");
	cr_expect(backoff_policy_deadline_ns(policy) == BACKOFF_FOREVER);
	cr_expect(backoff_policy_attempt_timeout_ns(policy, 1) ==
		  BACKOFF_FOREVER);
	backoff_policy_unref(policy);
}
