/* Tests of tools/dialect: sentences that tests and source code quote. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include <criterion/criterion.h>

#include "dialect/code.h"

/* The sentence begins behind ~. */
static const struct {
	const char *text;
	bool is;
} row[] = {
	{"R~etrying in 5s", false},
	{"upload: R~etrying in 5s", false},
	{"'R~etrying in 5s'", false},
	{"\"R~etrying in 5s\"", false},
	{"msg=\"R~etrying in 5s\"", false},
	{"error: \"R~etrying in 5s\"", false},
	{"expected 'R~etrying in 5s' to equal 'x'", true},
	{"Revert \"R~etry attempt 1/2 on 503\"", true},
	{"echo `r~etrying in 5s`", true},
	{"call('A~ttempt 3 failed')", true},
	{"call(b'A~ttempt 3 failed')", true},
	{"- raise RetryError(f\"g~ave up after 6 attempts\")", true},
	{"log.warn(\"upload: r~etrying in 5s\")", true},
	{"the workers' r~etry attempt 1/2", false},
	{"task 'a b' failed; r~etrying in 5s", false},
	{"operation 'a' r~etrying in 5s: 'x'", false},
	{"failed with \"timeout; r~etrying in 5s\"", false},
	{"(r~etrying in 5s)", false},
	{"# R~etrying in 5s", true},
	{"  ##  R~etrying in 5s", true},
	{"#7 R~etrying in 5s", false},
	{"// r~etrying in 5s", true},
	{"//host/share r~etrying in 5s", false},
	{"/x r~etrying in 5s", false},
	{"app: a - // r~etrying in 5s", true},
	{"app: a #   r~etrying in 5s", true},
	{"get http://x: r~etrying in 5s", false},
	{"AssertionError: 'R~etrying in 4s' not found in 'x'", true},
	{"msg: \"R~etrying in 4s\" attempt=2", false},
	{"msg: \"R~etrying in 4s\", attempt: 2", false},
	{"~", false},
	{"commit 6b1c2d 'fix: 503 (~attempt 2/3), retrying in 2s'", true},
	{"commit 6b1c2d: A~ttempt 2/3 failed, retrying in 2s", true},
	{"commit failed: A~ttempt 2/3 failed, retrying in 2s", false},
	{"posted message \"deploy failed, r~etrying in 5 minutes\"", true},
	{"WARN \"deploy failed, r~etrying in 5 minutes\"", false},
	{"user 'a' failed, r~etrying in 5s: can't", false},
	{"WHERE id = 'x'] r~etrying in 5s: 'y'", false},
	{"UPDATE t SET m='a, r~etrying in 5s' WHERE i=1", true},
	{"m='a, r~etrying in 5s'", false},
	{"VALUES (7, $$R~etrying in 5s$$)", true},
	{"VALUES (7, $q$R~etrying in 5s$q$)", true},
	{"cost 5$ r~etrying in 5s", false},
	{"title: How we stopped r~etrying in 5 seconds", true},
	{"fixed a bug where r~etrying after 5s hung", true},
	{"we fail fast instead of r~etrying in 5s", true},
	{"Changelog: a~ttempt 2/3 failed, retrying in 5s", true},
	{"prefix: a~ttempt 2/3 failed, retrying in 5s", false},
	{"somehow r~etrying in 5s", false},
	{"PR 12: fix r~etrying in 5 seconds", true},
	{"Retry policy: b~acking off 2s before retry", true},
	{"a.md:7: line too long: 'WARN R~etrying in 5s (1 of 3)' is "
	 "the message that is logged",
	 true},
	{"a.md:7: too long: `WARN R~etrying in 5s (1 of 3)`", true},
	{"a.md:7: too long: `R~etrying in 5s` is logged", true},
	{"a.md: 'E; R~etrying in 5s' as it raised E", true},
	{"failed: 'E; R~etrying in 5s' as it raised E", false},
	{"failed with 'E; R~etrying in 5s' as it raised E", false},
	{"msg='E; R~etrying in 5s' as it raised E", false},
	{"search query=\"R~etrying in 5s (attempt 1 of 3)\"", true},
	{"search query=R~etrying in 5s (attempt 1 of 3)", true},
	{"search query: 'R~etrying in 5s'", true},
	{"db query failed: R~etrying in 5s", false},
	{"query=7 R~etrying in 5s", false},
	{"comment by bob: R~etrying in 5s hangs", true},
	{"new comment: R~etrying in 5s hangs", true},
	{"commented by bob: R~etrying in 5s hangs", false},
	{"bob: R~etrying in 5s (attempt 1 of 3) is what I see", true},
	{"bob: R~etrying in 5s (attempt 1 of 3): disk is what", false},
	{"push text: Your payment a~ttempt 2 of 3 failed", true},
	{"Check your network, a~ttempt 2 of 3 failed", false},
	{"alice: we saw r~etrying in 5s (attempt 1 of 3)", true},
	{"for your a~ttempt 2 of 3", true},
	{"user 7 wrote: \"A~ttempt 2/3 failed\" again", true},
};

Test(dialect_code, quoted_and_commented_sentences_are_code)
{
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		size_t begin = strcspn(row[i].text, "~"), length;
		char text[160];

		length = strlen(row[i].text) - 1;
		memcpy(text, row[i].text, begin);
		memcpy(text + begin, row[i].text + begin + 1,
		       length - begin + 1);
		cr_expect_eq(tk_is_code(text, length, begin), row[i].is, "%s",
			     row[i].text);
	}
}
