/* Tests of tools/common/msg: messages on stderr, and exit codes. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <string.h>

#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include "common/msg.h"

Test(common_msg, a_message_is_one_safe_line, .init = cr_redirect_stderr)
{
	tk_msg_program("retrysim");
	tk_msg("%s: %d", "a\x1b[2J\nb", 7);
	fflush(stderr);
	cr_assert_stderr_eq_str("retrysim: a\\x1b[2J\\nb: 7\n");
}

Test(common_msg, a_huge_message_is_cut, .init = cr_redirect_stderr)
{
	static char text[1 << 20];

	memset(text, 0x1b, sizeof(text) - 1);
	tk_msg_program("p");
	tk_msg("%s", text);
	fflush(stderr);
}

Test(common_msg, an_error_leaves_out_what_it_has_not,
     .init = cr_redirect_stderr)
{
	static const struct {
		const char *file;
		struct backoff_error error;
	} row[] = {
		{"p.json",
		 {0, BACKOFF_E_VALUE, 12, 7, "max_attempts",
		  "must be 1 or more (got 0)"}},
		{"p.json", {0, BACKOFF_E_VALUE, 12, 0, "", "bad"}},
		{"p.json", {0, BACKOFF_E_VALUE, 0, 0, "jitter.ratio", "bad"}},
		{NULL, {0, BACKOFF_E_VALUE, 3, 4, "", "bad"}},
		{NULL, {0, BACKOFF_E_VALUE, 0, 0, "", "bad"}},
		{"a\tb", {0, BACKOFF_E_NOMEM, 0, 0, "", ""}},
	};

	tk_msg_program("retrysim");
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		tk_msg_error(row[i].file, &row[i].error);
	tk_msg_errno("x.log", ENOENT);
	fflush(stderr);
	cr_assert_stderr_eq_str(
		"retrysim: p.json:12:7: max_attempts: must be 1 or more "
		"(got 0)\n"
		"retrysim: p.json:12: bad\n"
		"retrysim: p.json: jitter.ratio: bad\n"
		"retrysim: 3:4: bad\n"
		"retrysim: bad\n"
		"retrysim: a\\tb: out of memory\n"
		"retrysim: x.log: No such file or directory\n");
}

Test(common_msg, every_status_has_an_exit_code)
{
	static const enum tk_exit want[] = {
		[BACKOFF_OK] = TK_EXIT_OK,
		[BACKOFF_E_NOMEM] = TK_EXIT_SYSTEM,
		[BACKOFF_E_ARGUMENT] = TK_EXIT_USAGE,
		[BACKOFF_E_SYNTAX] = TK_EXIT_BAD_INPUT,
		[BACKOFF_E_FIELD] = TK_EXIT_BAD_INPUT,
		[BACKOFF_E_VALUE] = TK_EXIT_BAD_INPUT,
		[BACKOFF_E_LIMIT] = TK_EXIT_BAD_INPUT,
		[BACKOFF_E_NOT_FOUND] = TK_EXIT_BAD_INPUT,
		[BACKOFF_E_IO] = TK_EXIT_SYSTEM,
		[BACKOFF_E_STATE] = TK_EXIT_SYSTEM,
		[BACKOFF_E_CANCELLED] = TK_EXIT_SYSTEM,
		[BACKOFF_E_FOREIGN] = TK_EXIT_BAD_INPUT,
		[BACKOFF_E_FAILED] = TK_EXIT_SYSTEM,
	};

	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
		cr_expect_eq(tk_exit_of((enum backoff_status)i), want[i], "%s",
			     backoff_status_name((enum backoff_status)i));
}
