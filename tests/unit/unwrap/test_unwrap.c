/* Lines behind each wrapper, alone and stacked. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include <criterion/criterion.h>

#include "unwrap/unwrap.h"

static struct tk_line
line_of(const char *text)
{
	return (struct tk_line){
		.text = text, .length = strlen(text), .number = 1};
}

Test(unwrap_unwrap, removes_marks_and_carriage_returns)
{
	struct tk_unwrap *unwrap = tk_unwrap_new();
	struct tk_line line = line_of("\xef\xbb\xbf{\"v\":1}\r");
	struct tk_payload out;

	cr_assert_eq(tk_unwrap_line(unwrap, 0, &line, &out, NULL),
		     TK_UNWRAPPED);
	cr_expect_eq(out.length, 7);
	cr_expect_eq(out.skipped, 3);
	cr_expect_eq(out.ts_ns, BACKOFF_ABSENT);
	cr_expect_eq(tk_unwrap_counts(unwrap)->lines[TK_WRAPPER_MARK], 1);
	tk_unwrap_free(unwrap);
}
