/* Tests of src/retry/save_text.c and of what src/retry/save.c refuses. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit/retry/saved.h"

static const char random_delays[] =
	"{'name':'P','max_attempts':5,'base_delay':10,'max_delay':100,"
	"'jitter':'full'}";

/* Copy a text with its first occurrence of find replaced; ' stands for ". */
static void
replace_json(const char *text, const char *find, const char *put, char *out,
	     size_t size)
{
	char from[256], to[256];
	const char *at;

	write_json(find, from, sizeof(from));
	write_json(put, to, sizeof(to));
	at = strstr(text, from);
	cr_assert_not_null(at, "%s in %s", from, text);
	cr_assert_lt(snprintf(out, size, "%.*s%s%s", (int)(at - text), text, to,
			      at + strlen(from)),
		     (int)size);
}

/* Restore a text and expect this status, its error and no call, or a call. */
static void
expect_restored(struct machine *m, const char *why, const char *text, int force,
		enum backoff_status want, const char *path, const char *message)
{
	struct backoff_call *call = NULL;
	struct backoff_error error = {0};
	enum backoff_status status = backoff_call_restore(
		m->retry, NULL, text, strlen(text), force, &call, &error);

	cr_expect_eq(status, want, "%s: %s (%s: %s)", why,
		     backoff_status_name(status), error.path, error.text);
	cr_expect((status == BACKOFF_OK) == (call != NULL), "%s", why);
	cr_expect_eq(error.status, status, "%s: %s", why,
		     backoff_status_name(error.status));
	cr_expect_str_eq(error.path, path, "%s: %s", why, error.path);
	cr_expect_str_eq(error.text, message, "%s: %s", why, error.text);
	backoff_call_free(call);
}

Test(retry_save_text, refuses_another_policy_and_another_operation)
{
	static const char other_policy[] = "{'name':'P','max_attempts':6}";
	static const struct {
		const char *why, *policy, *operation;
		int force;
		enum backoff_status want;
		const char *path, *message;
	} row[] = {
		{"the same", random_delays, "op", 0, BACKOFF_OK, "", ""},
		{"another policy", other_policy, "op", 0, BACKOFF_E_STATE,
		 "policy_hash",
		 "the policy has changed since the call was saved"},
		{"another policy, forced", other_policy, "op", 1, BACKOFF_OK,
		 "", ""},
		{"another operation", random_delays, "other", 0,
		 BACKOFF_E_VALUE, "operation",
		 "the call belongs to another operation"},
		{"another operation, forced", random_delays, "other", 1,
		 BACKOFF_E_VALUE, "operation",
		 "the call belongs to another operation"},
	};
	struct machine one = machine(random_delays, "op", 100 * S, WALL);
	char text[4096];
	uint64_t delay_ns;

	save_waiting(&one, text, sizeof(text), &delay_ns);
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct machine two =
			machine(row[i].policy, row[i].operation, 1, WALL);

		expect_restored(&two, row[i].why, text, row[i].force,
				row[i].want, row[i].path, row[i].message);
		stop(&two);
	}
	stop(&one);
}

static const char counters[] = "inconsistent attempt counters";

static const struct {
	const char *why;
	/** A part of the saved text, and its replacement. */
	const char *find, *put;
	enum backoff_status want;
	const char *path, *message;
} edits[] = {
	{"a later version", "'v':1", "'v':2", BACKOFF_E_VALUE, "v",
	 "unknown version; must be 1"},
	{"an unknown field", "'v':1", "'v':1,'w':1", BACKOFF_E_FIELD, "",
	 "unknown field"},
	{"a field twice", "'v':1", "'v':1,'v':1", BACKOFF_E_FIELD, "v",
	 "duplicate field"},
	{"a missing field", "'v':1,", "", BACKOFF_E_FIELD, "v",
	 "this field is required"},
	{"attempt 0", "'attempt':2", "'attempt':0", BACKOFF_E_VALUE, "attempt",
	 counters},
	{"more finished than begun", "'finished':1", "'finished':7",
	 BACKOFF_E_VALUE, "attempt", counters},
	{"the last attempt is still under way", "'attempt':2", "'attempt':1",
	 BACKOFF_E_VALUE, "attempt", counters},
	{"an attempt was left out", "'attempt':2", "'attempt':3",
	 BACKOFF_E_VALUE, "attempt", counters},
	{"more attempts than any policy allows", "'attempt':2,'finished':1",
	 "'attempt':4294967295,'finished':4294967294", BACKOFF_E_VALUE,
	 "attempt", counters},
	{"more uncounted than failed", "'uncounted':0", "'uncounted':2",
	 BACKOFF_E_VALUE, "attempt", counters},
	{"more uncounted in a class than at all", "'uncounted':0",
	 "'uncounted':1,'uncounted_server':2", BACKOFF_E_VALUE, "attempt",
	 counters},
	{"a reset after the last attempt", "'curve_start':0", "'curve_start':2",
	 BACKOFF_E_VALUE, "attempt", counters},
	{"attempt 6 of 5", "'attempt':2,'finished':1",
	 "'attempt':6,'finished':5", BACKOFF_E_VALUE, "attempt",
	 "more than the policy's max_attempts"},
	{"failures that the policy counts", "'uncounted':0",
	 "'uncounted':1,'uncounted_server':1", BACKOFF_E_VALUE, "uncounted",
	 "the policy counts more of these failures as attempts"},
	{"attrs that are not an object", "'v':1", "'v':1,'attrs':'[1]'",
	 BACKOFF_E_VALUE, "attrs", "must be a JSON object of scalars"},
	{"neither idempotent nor not", "'idempotent':0", "'idempotent':2",
	 BACKOFF_E_VALUE, "attempt", counters},
	{"a first attempt that costs", "'attempt':2,'finished':1",
	 "'attempt':1,'finished':0,'retry_cost':1", BACKOFF_E_VALUE, "attempt",
	 counters},
	{"an outcome that is not retried", "'outcome':'failure'",
	 "'outcome':'success'", BACKOFF_E_VALUE, "outcome",
	 "no retry follows such an outcome"},
	{"an unknown class", "'class':'throttle'", "'class':'x'",
	 BACKOFF_E_VALUE, "outcome", "no retry follows such an outcome"},
	{"a class without an outcome", "'outcome':'failure',", "",
	 BACKOFF_E_VALUE, "outcome", "no retry follows such an outcome"},
	{"a count beyond 32 bits", "'attempt':2", "'attempt':4294967297",
	 BACKOFF_E_VALUE, "attempt", "invalid value"},
	{"a number that is not hexadecimal", "'number':'0", "'number':'x",
	 BACKOFF_E_VALUE, "number", "invalid value"},
	{"not a time", "'saved_at':'2", "'saved_at':'x", BACKOFF_E_VALUE,
	 "saved_at", "invalid value"},
	{"an empty name", "'operation':'op'", "'operation':''", BACKOFF_E_VALUE,
	 "operation", "invalid value"},
};

Test(retry_save_text, refuses_a_text_that_was_never_saved)
{
	struct machine one = machine(random_delays, "op", 100 * S, WALL);
	struct machine two = machine(random_delays, "op", 1, WALL);
	char text[4096];
	uint64_t delay_ns;

	save_waiting(&one, text, sizeof(text), &delay_ns);
	for (size_t i = 0; i < sizeof(edits) / sizeof(*edits); i++) {
		char edited[8192];

		replace_json(text, edits[i].find, edits[i].put, edited,
			     sizeof(edited));
		/* Another policy may be forced, an invalid text not. */
		for (int force = 0; force < 2; force++)
			expect_restored(&two, edits[i].why, edited, force,
					edits[i].want, edits[i].path,
					edits[i].message);
	}
	stop(&one);
	stop(&two);
}

Test(retry_save_text, refuses_what_the_reader_of_json_refuses)
{
	static const struct {
		const char *why, *find, *put;
		enum backoff_status want;
	} row[] = {
		{"text after the object", "}", "}x", BACKOFF_E_SYNTAX},
		{"a number of 70 digits", "'v':1",
		 "'v':55555555555555555555555555555555555"
		 "55555555555555555555555555555555555",
		 BACKOFF_E_LIMIT},
	};
	struct machine m = machine(random_delays, "op", 100 * S, WALL);
	char text[4096];
	uint64_t delay_ns;

	save_waiting(&m, text, sizeof(text), &delay_ns);
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct backoff_call *call = NULL;
		struct backoff_error error = {0};
		char edited[8192];

		replace_json(text, row[i].find, row[i].put, edited,
			     sizeof(edited));
		cr_expect_eq(backoff_call_restore(m.retry, NULL, edited,
						  strlen(edited), 0, &call,
						  &error),
			     row[i].want, "%s: %s", row[i].why, error.text);
		cr_expect_eq(error.status, row[i].want, "%s", row[i].why);
		cr_expect_eq(error.line, 1, "%s", row[i].why);
		cr_expect_gt(error.column, 1, "%s", row[i].why);
		cr_expect_null(call, "%s", row[i].why);
	}
	stop(&m);
}

Test(retry_save_text, refuses_a_text_of_more_than_8_kib)
{
	struct machine m = machine(random_delays, "op", 100 * S, WALL);
	char text[8194];
	uint64_t delay_ns;
	size_t length = save_waiting(&m, text, sizeof(text), &delay_ns);

	memset(text + length, ' ', sizeof(text) - length);
	text[8193] = '\0';
	expect_restored(&m, "8193 bytes", text, 0, BACKOFF_E_LIMIT, "",
			"a saved call has at most 8 KiB");
	text[8192] = '\0';
	expect_restored(&m, "8192 bytes", text, 0, BACKOFF_OK, "", "");
	stop(&m);
}

Test(retry_save_text, a_cut_text_is_never_restored)
{
	struct machine one = machine(random_delays, "op", 100 * S, WALL);
	char text[4096];
	uint64_t delay_ns;
	size_t length = save_waiting(&one, text, sizeof(text), &delay_ns);

	for (size_t cut = 0; cut < length; cut++) {
		struct backoff_call *call = NULL;

		cr_assert_neq(backoff_call_restore(one.retry, NULL, text, cut,
						   1, &call, NULL),
			      BACKOFF_OK, "cut at %zu", cut);
		cr_assert_null(call);
	}
	stop(&one);
}
