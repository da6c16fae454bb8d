/* Allocation failure while policies are read. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <backoff.h>

#include "oom.h"

static const char everything[] =
	"{\"name\":\"ALL\",\"description\":\"d\",\"max_attempts\":5,"
	"\"backoff\":\"schedule\",\"schedule\":[1,\"2s\",3],"
	"\"jitter\":{\"kind\":\"additive\",\"max\":\"1s\",\"bounded\":true},"
	"\"attempt_timeout\":[\"1s\",2],\"deadline\":\"1h\","
	"\"retry_on\":[\"ConnectionError\",\"http:5xx\",\"timeout\","
	"{\"message_regex\":\"(quota|billing).*exceeded\"}],"
	"\"abort_on\":[\"http:410\",{\"message_regex\":\"never\","
	"\"unless\":\"now\"}]}";
static const char extending[] =
	"{\"name\":\"CHILD\",\"extends\":\"WEBHOOK\",\"base_delay\":2}";
static const char grandchild[] =
	"{\"name\":\"GRAND\",\"extends\":\"ALL\",\"deadline\":\"1m\"}";
static const char wrong[] =
	"{\"name\":\"BAD NAME\",\"max_attempts\":0,\"base_dely\":1,"
	"\"retry_on\":[\"*\",3,{\"message_regex\":\"(\"}],"
	"\"schedule\":[1,-2],\"jitter\":{\"kind\":\"ful\"}}";

static void
count_error(void *user, const struct backoff_error *error)
{
	*(unsigned *)user += error->status != BACKOFF_OK;
}

/* Parse, and check the promises about failures. */
static enum backoff_status
parse(struct tap *tap, const char *text, backoff_policy_find_fn find)
{
	struct backoff_policy *policy = OOM_UNTOUCHED;
	struct backoff_error first = {.status = BACKOFF_OK};
	unsigned errors = 0;
	const struct backoff_policy_loader loader = {
		sizeof(loader), count_error, find, &errors};
	enum backoff_status status = backoff_policy_parse(
		text, strlen(text), &loader, &policy, &first);

	TAP_EQUAL(tap, first.status, status);
	if (status == BACKOFF_OK) {
		TAP_MUST(tap, policy != OOM_UNTOUCHED && errors == 0);
		backoff_policy_unref(policy);
	} else {
		TAP_MUST(tap, policy == OOM_UNTOUCHED);
	}
	return status;
}

static enum backoff_status
parse_good(struct tap *tap)
{
	return parse(tap, everything, NULL);
}

static enum backoff_status
parse_wrong(struct tap *tap)
{
	return parse(tap, wrong, NULL);
}

static enum backoff_status
parse_truncated(struct tap *tap)
{
	return parse(tap, "{\"name\":\"x\",\"max_attempts\":", NULL);
}

static enum backoff_status
parse_extending(struct tap *tap)
{
	return parse(tap, extending, NULL);
}

static enum backoff_status
find_all(void *user, const char *name, struct backoff_policy **out)
{
	(void)user;
	if (strcmp(name, "ALL") != 0)
		return BACKOFF_E_NOT_FOUND;
	return backoff_policy_parse(everything, strlen(everything), NULL, out,
				    NULL);
}

static enum backoff_status
parse_extending_found(struct tap *tap)
{
	return parse(tap, grandchild, find_all);
}

static enum backoff_status
builtin(struct tap *tap)
{
	struct backoff_policy *policy;
	enum backoff_status status = BACKOFF_OK;
	const char *name;

	for (size_t i = 0; status == BACKOFF_OK &&
			   (name = backoff_policy_builtin_name(i)) != NULL;
	     i++) {
		policy = OOM_UNTOUCHED;
		status = backoff_policy_builtin(name, &policy);
		if (status == BACKOFF_OK)
			backoff_policy_unref(policy);
		else
			TAP_MUST(tap, policy == OOM_UNTOUCHED);
	}
	return status;
}

/* Writing the file does not allocate: it is not under test. */
static void
write_file(struct tap *tap, char *path, const char *text)
{
	int fd = mkstemps(path, 5);

	TAP_MUST(tap, fd >= 0 &&
			      write(fd, text, strlen(text)) ==
				      (ssize_t)strlen(text) &&
			      close(fd) == 0);
}

static enum backoff_status
load_file(struct tap *tap)
{
	char parent[] = "./oom_XXXXXX.json", child[] = "./oom_XXXXXX.json";
	struct backoff_policy *policy = OOM_UNTOUCHED;
	struct backoff_error error = {.status = BACKOFF_OK};
	enum backoff_status status;
	char text[256], name[16];

	write_file(tap, parent, everything);
	/* The parent's file name without folder and extension. */
	snprintf(name, sizeof(name), "%.10s", parent + 2);
	snprintf(text, sizeof(text), "{\"name\":\"C\",\"extends\":\"%s\"}",
		 name);
	write_file(tap, child, text);
	status = backoff_policy_load(child, NULL, &policy, &error);
	if (status == BACKOFF_OK) {
		backoff_policy_unref(policy);
	} else {
		TAP_MUST(tap, policy == OOM_UNTOUCHED);
		TAP_EQUAL(tap, error.status, status);
	}
	unlink(parent);
	unlink(child);
	return status;
}

const struct oom_scenario oom_policy[] = {
	{"parse a policy with every field", parse_good, BACKOFF_OK,
	 BACKOFF_E_NOMEM, 0},
	{"parse a policy with many errors", parse_wrong, BACKOFF_E_VALUE,
	 BACKOFF_E_NOMEM, 1},
	{"parse half a policy", parse_truncated, BACKOFF_E_SYNTAX,
	 BACKOFF_E_NOMEM, 0},
	{"parse a policy that extends a shipped one", parse_extending,
	 BACKOFF_OK, BACKOFF_E_NOMEM, 0},
	{"parse a policy whose parent the caller finds", parse_extending_found,
	 BACKOFF_OK, BACKOFF_E_NOMEM, 0},
	{"all shipped policies", builtin, BACKOFF_OK, BACKOFF_E_NOMEM, 0},
	/* stdio reads without a buffer if it cannot allocate one. */
	{"load a file that extends its neighbour", load_file, BACKOFF_OK,
	 BACKOFF_E_NOMEM, 1},
	{NULL, NULL, BACKOFF_OK, BACKOFF_OK, 0},
};
