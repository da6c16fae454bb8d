/* Tests of the samples of built-in dialects, and of their check. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "dialect/check.h"
#include "dialect/rule.h"
#include "one.h"

static void
show_failed(void *user, const struct tk_sample *sample)
{
	const char *name = user;

	cr_expect(sample->passed, "%s: samples[%zu]: %s\n  %s", name,
		  sample->index, sample->text, sample->line);
}

static void
show_error(void *user, const char *name, const struct backoff_error *error)
{
	(void)user;
	cr_expect(false, "%s:%u:%u: %s: %s", name, (unsigned)error->line,
		  (unsigned)error->column, error->path, error->text);
}

Test(dialect_samples, every_built_in_dialect_reads_its_own)
{
	for (size_t i = 0; i < tk_dialects_count; i++) {
		const char *name = tk_dialects[i].name;
		const struct tk_dialect_options options = {.on_error =
								   show_error};
		struct tk_dialect *dialect = NULL;
		size_t total = 0, failed = 0;

		if (tk_dialect_open((const char *const[]){name, NULL}, &options,
				    &dialect, NULL) != BACKOFF_OK)
			continue;
		cr_expect_eq(tk_samples_check(dialect, show_failed,
					      (char *)(uintptr_t)name, &total,
					      &failed),
			     BACKOFF_OK);
		cr_expect(total > 0 || strcmp(name, "python-retry") == 0, "%s",
			  name);
		tk_dialect_free(dialect);
	}
}

/* A rule without a literal would be tried on every line of every log. */
Test(dialect_samples, every_built_in_rule_is_found_by_a_literal)
{
	struct tk_dialect *dialect = NULL;
	struct tk_rule_info rule;

	cr_assert_eq(open_one("auto", &dialect, NULL), BACKOFF_OK);
	for (size_t i = 0; tk_dialect_rule(dialect, i, &rule); i++)
		cr_expect(!rule.slow, "%s: %s", rule.dialect, rule.rule);
	tk_dialect_free(dialect);
}
