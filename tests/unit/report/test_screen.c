/* The report on one screen: what it says about results of every kind. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "common/safe_text.h"
#include "report/formats.h"
#include "unit/replay/small_world.h"

enum { NOW, A, B, C, POLICIES };

/* A case of 1000 calls, 100 of which fail now, whose results a test sets. */
static struct small_case small;
static struct rs_report report;
static char path[] = "a.log";
static char *const paths[] = {path};

static void
set(int policy, double more, double low, double high, enum rs_verdict verdict)
{
	struct rs_result *result = &small.comparison.result[policy];

	result->calls = 1000;
	result->success_rate = 0.9 - more / 1000;
	result->success =
		(struct tk_interval){0.9 - high / 1000, 0.9 - low / 1000};
	result->attempts_per_call = 1.5;
	result->attempts = 1500;
	result->flagged = false;
	result->alike = (size_t)policy;
	result->difference.value = -more / 1000;
	result->difference.interval =
		(struct tk_interval){-high / 1000, -low / 1000};
	result->difference.margin = 0.01;
	result->difference.verdict = verdict;
	result->prospective = (struct tk_interval){0, 0};
	result->difference.prospective = result->prospective;
	result->difference.condition = (struct rs_condition){0};
	result->difference.needed = (struct rs_needed){0};
}

static void
begin(void)
{
	static const char *const policies[] = {"WEBHOOK", "QUICK", "STANDARD",
					       "PERSISTENT", NULL};
	static const struct small_world world = {
		.name = "small",
		.seed = 5,
		.calls_per_second = 5,
		.seconds = 20,
		.up_fails = 0.3,
		.attempt_ns = 50000000,
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	small_case_run(&small, &world, "WEBHOOK", policies);
	report = (struct rs_report){.comparison = &small.comparison,
				    .path = paths,
				    .path_count = 1,
				    .columns = RS_COLUMNS_MOST};
	set(NOW, 0, 0, 0, RS_VERDICT_BASELINE);
	set(A, 20, 10, 30, RS_VERDICT_WORSE);
	set(B, 5, 1, 9, RS_VERDICT_WORSE);
	set(C, 40, 30, 50, RS_VERDICT_WORSE);
}

static void
end(void)
{
	small_case_clear(&small);
}

TestSuite(report_screen, .init = begin, .fini = end);

static char *
print(void)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	cr_assert(out);
	cr_assert_eq(rs_writer_text.write(&report, out), 0);
	cr_assert_eq(fclose(out), 0);
	return text;
}

static void
expect_text(const char *why, const char *expected)
{
	char *text = print();

	cr_expect(strstr(text, expected), "%s: no \"%s\" in\n%s", why, expected,
		  text);
	free(text);
}

static struct rs_result *
result(int policy)
{
	return &small.comparison.result[policy];
}

static void
one_is_better(void)
{
	set(A, -30, -45, -15, RS_VERDICT_BETTER);
	result(A)->attempts_per_call = 1.65;
}

static void
better_and_slow(void)
{
	one_is_better();
	result(NOW)->failure_latency.calls = 100;
	result(NOW)->failure_latency.at[RS_P50].ns = 9600000000;
	result(A)->failure_latency.calls = 70;
	result(A)->failure_latency.at[RS_P50].ns = 33500000000;
}

static void
better_but_not_next_time(void)
{
	one_is_better();
	result(A)->difference.prospective = (struct tk_interval){-0.01, 0.08};
}

static void
equal_and_cheaper(void)
{
	set(A, 1, -3, 5, RS_VERDICT_EQUAL);
	result(A)->attempts_per_call = 1.2;
}

/* Its verdict is equal, but its interval is not within the margin. */
static void
cheaper_and_too_wide(void)
{
	set(A, 1, -3, 25, RS_VERDICT_EQUAL);
	result(A)->attempts_per_call = 1.2;
}

static void
equal_and_dearer(void)
{
	set(A, -1, -5, 3, RS_VERDICT_EQUAL);
	result(A)->attempts_per_call = 1.6;
}

static void
depends(void)
{
	set(C, -23, -40, -6, RS_VERDICT_DEPENDS);
	result(C)->difference.condition =
		(struct rs_condition){.kind = RS_CONDITION_WAIT,
				      .low = -0.006,
				      .high = 0.08,
				      .share = 0.108,
				      .seen = 10e9};
	result(C)->difference.needed =
		(struct rs_needed){.days = 3, .traffic = 0.05};
}

/* At the lower end the difference is less uncertain than in the middle. */
static void
better_at_both_ends(void)
{
	set(C, -23, -60, 14, RS_VERDICT_BETTER);
	result(C)->difference.interval = (struct tk_interval){0.003, 0.04};
	result(C)->difference.condition = (struct rs_condition){
		.kind = RS_CONDITION_WAIT, .low = 0.002, .high = 0.08};
}

static void
cannot_tell(void)
{
	set(C, -23, -60, 14, RS_VERDICT_CANNOT_TELL);
	result(C)->difference.needed = (struct rs_needed){.days = 12};
}

static void
promises_less_than_the_answer(void)
{
	one_is_better();
	set(C, -10, -60, 40, RS_VERDICT_CANNOT_TELL);
}

static void
nothing_is_known_of_today(void)
{
	small.comparison.subject->logged_policy = (struct rs_logged_policy){0};
}

static void
nothing_is_known_and_one_is_better(void)
{
	nothing_is_known_of_today();
	one_is_better();
}

static void
no_calls(void)
{
	for (int i = 0; i < POLICIES; i++)
		result(i)->calls = 0;
}

static void
all_alike(void)
{
	for (int i = 0; i < POLICIES; i++)
		result(i)->alike = 0;
}

static void
nothing_fails(void)
{
	for (int i = 0; i < POLICIES; i++) {
		result(i)->success_rate = 1;
		result(i)->difference.value = 0;
		result(i)->difference.interval = (struct tk_interval){0, 0};
		if (i != NOW)
			result(i)->difference.verdict = RS_VERDICT_EQUAL;
	}
}

Test(report_screen, begins_with_the_answer)
{
	static const struct {
		void (*change)(void);
		const char *expected, *why;
	} cases[] = {
		{NULL,
		 "=> op  keep WEBHOOK: the next, STANDARD, fails 5 more calls "
		 "[1 to 9]\n",
		 "all are worse"},
		{one_is_better,
		 "=> op  switch to QUICK: it saves 30 of 100 failed calls [15 "
		 "to 45], +10 % tries\n",
		 "one is better"},
		{better_and_slow, ", gives up after 33.5s (now 9.6s)\n",
		 "one is better, and callers wait for it"},
		{better_but_not_next_time,
		 "; next time perhaps 80 fewer to 10 more\n",
		 "the next window is less sure"},
		{equal_and_cheaper,
		 "=> op  keep WEBHOOK, or save tries with QUICK: 20 % fewer, "
		 "and as many failed calls\n",
		 "one costs less"},
		{cheaper_and_too_wide,
		 "=> op  keep WEBHOOK: no policy fails fewer calls",
		 "its interval is wider than the margin"},
		{equal_and_dearer,
		 "=> op  keep WEBHOOK: no policy fails fewer calls by more "
		 "than the margin\n",
		 "nothing to gain"},
		{depends,
		 "=> op  keep WEBHOOK; try PERSISTENT on 5 % of traffic for "
		 "about 3 days: it perhaps fails 23 fewer",
		 "an experiment would settle it"},
		{cannot_tell, "; about 12 days of such a log would settle it",
		 "more data would settle it"},
		{promises_less_than_the_answer,
		 "=> op  switch to QUICK: it saves 30 of 100 failed calls [15 "
		 "to 45], +10 % tries\n",
		 "an open question that promises less is not raised"},
		{nothing_is_known_of_today,
		 "=> op  none beats WEBHOOK, the baseline",
		 "a policy that perhaps does not run is not kept"},
		{nothing_is_known_and_one_is_better,
		 "=> op  QUICK beats WEBHOOK, the baseline: it saves 30 of "
		 "100",
		 "nor switches from it"},
		{no_calls, "=> op  no call to replay\n", "no calls"},
		{all_alike,
		 "=> op  all policies behave like WEBHOOK: 100 failed",
		 "no choice"},
		{nothing_fails, "=> op  keep WEBHOOK: no policy fails fewer",
		 "nothing fails"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *text;

		end();
		begin();
		if (cases[i].change)
			cases[i].change();
		text = print();
		/* Lines may be wrapped: compare words. */
		for (char *c = strstr(text, "\n       "); c;
		     c = strstr(c, "\n       ")) {
			*c = ' ';
			memmove(c + 1, c + 8, strlen(c + 8) + 1);
		}
		cr_expect(strncmp(text, "=> op  ", 7) == 0 &&
				  strstr(text, cases[i].expected),
			  "%s: no \"%s\" in\n%s", cases[i].why,
			  cases[i].expected, text);
		free(text);
	}
}

Test(report_screen, has_a_row_for_each_choice)
{
	static const struct {
		void (*change)(void);
		const char *expected, *why;
	} cases[] = {
		{NULL, "\n  WEBHOOK        100  ", "first what runs now"},
		{NULL, "\n  STANDARD        +5  [+1,+9]", "then the best"},
		{NULL, "\n  QUICK          +20  [+10,+30]", "then the next"},
		{depends, "\n  PERSISTENT     -23  [-97,+23]",
		 "around both ends of its condition"},
		{better_at_both_ends, "\n  PERSISTENT     -23  [-80,-2]",
		 "and never looks less sure than the verdict is"},
		{depends, "  depends (1)\n", "and its number"},
		{depends,
		 "\n  (1) not known: whether calls that still fail after 10s "
		 "can "
		 "recover (10.8 % of attempts)\n",
		 "which says what it depends on"},
		{cannot_tell, "  can't tell\n", "in words"},
		{all_alike, "\n  WEBHOOK (3 alike)", "one for all"},
		{all_alike,
		 "\nAlike: WEBHOOK = QUICK = STANDARD = PERSISTENT\n",
		 "with their names"},
		{no_calls, "op: ", "no calls"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		end();
		begin();
		if (cases[i].change)
			cases[i].change();
		expect_text(cases[i].why, cases[i].expected);
	}
}

Test(report_screen, the_baseline_stands_for_those_like_it)
{
	char *text;

	small.comparison.subject->baseline = C;
	set(C, 0, 0, 0, RS_VERDICT_BASELINE);
	result(C)->alike = A;
	set(A, 0, 0, 0, RS_VERDICT_EQUAL);
	set(NOW, 3, 1, 5, RS_VERDICT_WORSE);
	text = print();
	cr_expect(strstr(text, "\n  PERSISTENT (1 alike)"), "%s", text);
	cr_expect(strstr(text, "\nAlike: QUICK = PERSISTENT\n"), "%s", text);
	free(text);
}

Test(report_screen, leaves_out_columns_that_say_nothing)
{
	char *text;

	for (int i = 0; i < POLICIES; i++) {
		struct rs_result *r = result(i);

		r->load = RS_LOAD_USUAL;
		r->load_peak = 9;
		r->success_latency = result(0)->success_latency;
		r->failure_latency = result(0)->failure_latency;
		r->difference.prospective = (struct tk_interval){0, 0};
	}
	text = print();
	cr_expect(!strstr(text, "peak/s"), "all have the same\n%s", text);
	cr_expect(!strstr(text, "p95 ok"), "%s", text);
	cr_expect(!strstr(text, "  give up"), "%s", text);
	cr_expect(!strstr(text, "  next window  "), "there is none\n%s", text);
	free(text);
	result(B)->load_peak = 12;
	expect_text("they differ", "peak/s");
}

static size_t
count_lines(const char *text)
{
	size_t lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static void
expect_width(const char *text, size_t columns)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		char line[4096];

		cr_assert_lt(length, sizeof(line));
		memcpy(line, text, length);
		line[length] = '\0';
		cr_expect(tk_text_width(line) <= columns, "%zu columns: %s",
			  columns, line);
		cr_expect(length == 0 || line[length - 1] != ' ',
			  "ends in a space: %s", line);
		text += length + (text[length] == '\n');
	}
}

Test(report_screen, fits_every_width)
{
	static const char *const names[] = {
		"QUICK",
		"A_POLICY_WITH_A_NAME_THAT_IS_AS_LONG_AS_A_POLICY_OF_A_LARGE_"
		"COMPANY_MAY_BE",
		"\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2"
		"\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct rs_policy *policy = &small.policies.item[C];

		depends();
		snprintf(policy->label, sizeof(policy->label), "%s", names[i]);
		for (size_t columns = RS_COLUMNS_LEAST;
		     columns <= RS_COLUMNS_MOST; columns++) {
			char *text;

			report.columns = columns;
			text = print();
			expect_width(text, columns);
			free(text);
		}
	}
}

Test(report_screen, never_writes_controls)
{
	char *text;

	snprintf(small.policies.item[A].label,
		 sizeof(small.policies.item[A].label), "%s",
		 "\033[2Jevil\r\xe2\x80\xae\x07");
	one_is_better();
	text = print();
	for (const char *c = text; *c; c++)
		cr_expect((unsigned char)*c >= ' ' || *c == '\n', "\\x%02x",
			  (unsigned)*c);
	cr_expect(!strstr(text, "\xe2\x80\xae"), "no reversal");
	cr_expect(strstr(text, "evil"), "%s", text);
	free(text);
}

/* Remove escape sequences. */
static void
strip(char *text)
{
	char *to = text;

	while (*text)
		if (*text == '\033')
			text += strcspn(text, "m") + 1;
		else
			*to++ = *text++;
	*to = '\0';
}

Test(report_screen, colors_only_add_to_the_words)
{
	char *plain, *colored;

	depends();
	set(A, -30, -45, -15, RS_VERDICT_BETTER);
	plain = print();
	report.color = true;
	colored = print();
	cr_expect(!strstr(plain, "\033"));
	cr_expect(strstr(colored, "\033[1;32mbetter\033[0m"), "%s", colored);
	cr_expect(strstr(colored, "\033[31mworse\033[0m"), "%s", colored);
	cr_expect(strstr(colored, "\033[33mdepends (1)\033[0m"), "%s", colored);
	strip(colored);
	cr_expect_str_eq(colored, plain);
	free(plain);
	free(colored);
}

Test(report_screen, says_what_it_is_worth)
{
	struct rs_subject *subject = small.comparison.subject;

	expect_text("the log", "Trust: 20.8s of log, 0 bad lines, 0 lost, ");
	expect_text("no clock is known to be wrong", ", clocks agree; ");
	expect_text("many comparisons",
		    "; answers allow for 3 comparisons (Holm)");
	subject->coupling =
		(struct rs_coupling){.known = true, .z = 0.3, .blocks = 9};
	expect_text("no coupling", "; failures do not follow load (z 0.3); ");
	subject->coupling.z = 3.14;
	expect_text("coupling", "; failures follow load in op (z 3.1); ");
	subject->coupling.throttle_share = 0.4;
	expect_text("throttling", "; failures follow load in op (40 %");
	subject->finding.time_bins = 512;
	subject->finding.levels = 48;
	expect_text("the estimate", " draws, 512 time bins, 48 levels, seed ");
	expect_text("few incidents", "incident-limited (fewer than 10");
	subject->incidents = 1;
	expect_text("their number", "op: 97 calls, 1 incident; ");
}

Test(report_screen, folds_the_worst_rows_if_there_is_no_room)
{
	struct rs_comparison *comparison = &small.comparison;
	struct rs_subject one = comparison->subject[0];
	char *text;

	/* The same operation twelve times. */
	comparison->subject =
		realloc(comparison->subject, 12 * sizeof(struct rs_subject));
	cr_assert(comparison->subject);
	for (size_t i = 0; i < 12; i++)
		comparison->subject[i] = one;
	comparison->subject_count = 12;
	text = print();
	cr_expect(count_lines(text) > 12 * 5, "all that is needed");
	cr_expect(!strstr(text, "\n\n\n"));
	cr_expect(strstr(text, "\n  WEBHOOK"), "%s", text);
	free(text);
	comparison->subject_count = 7;
	text = print();
	cr_expect_leq(count_lines(text), 60, "%s", text);
	cr_expect(strstr(text, "also worse: QUICK +20, PERSISTENT +40\n"), "%s",
		  text);
	free(text);
}
