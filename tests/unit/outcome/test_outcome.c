/* Tests of src/outcome/outcome: an errno or an HTTP status as an outcome. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include <backoff/outcome.h>

#include "outcome/outcome.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static bool
same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

Test(outcome_outcome, an_errno_has_code_class_and_type)
{
	static const struct {
		int number;
		const char *code, *type;
		enum backoff_class class;
	} row[] = {
		{ECONNREFUSED, "errno:ECONNREFUSED", "ConnectionError",
		 BACKOFF_CLASS_TRANSIENT},
		{ECONNRESET, "errno:ECONNRESET", "ConnectionError",
		 BACKOFF_CLASS_TRANSIENT},
		{ECONNABORTED, "errno:ECONNABORTED", "ConnectionError",
		 BACKOFF_CLASS_TRANSIENT},
		{EPIPE, "errno:EPIPE", "ConnectionError",
		 BACKOFF_CLASS_TRANSIENT},
		{ETIMEDOUT, "errno:ETIMEDOUT", "TimeoutError",
		 BACKOFF_CLASS_TIMEOUT},
		{EHOSTUNREACH, "errno:EHOSTUNREACH", "OSError",
		 BACKOFF_CLASS_TRANSIENT},
		{EWOULDBLOCK, "errno:EAGAIN", "OSError",
		 BACKOFF_CLASS_TRANSIENT},
		{EADDRNOTAVAIL, "errno:EADDRNOTAVAIL", "OSError",
		 BACKOFF_CLASS_UNKNOWN},
		{ESTALE, "errno:ESTALE", "OSError", BACKOFF_CLASS_UNKNOWN},
		{ENOTCONN, "errno:ENOTCONN", "OSError", BACKOFF_CLASS_UNKNOWN},
		{EPROTO, "errno:EPROTO", "OSError", BACKOFF_CLASS_UNKNOWN},
		{EPROTONOSUPPORT, "errno:EPROTONOSUPPORT", "OSError",
		 BACKOFF_CLASS_UNKNOWN},
		{EACCES, "errno:EACCES", "OSError", BACKOFF_CLASS_FATAL},
		{ENOENT, "errno:ENOENT", "OSError", BACKOFF_CLASS_FATAL},
		{EINVAL, "errno:EINVAL", "OSError", BACKOFF_CLASS_FATAL},
		{123456, "errno:123456", "OSError", BACKOFF_CLASS_UNKNOWN},
		{-1, "errno:-1", "OSError", BACKOFF_CLASS_UNKNOWN},
	};

	for (size_t i = 0; i < COUNT(row); i++) {
		int result;
		struct backoff_outcome got = {.result = &result};

		backoff_outcome_from_errno(&got, row[i].number);
		cr_expect(same(backoff_outcome_code(&got), row[i].code),
			  "%d: %s", row[i].number, backoff_outcome_code(&got));
		cr_expect(same(got.error_type, row[i].type), "%d",
			  row[i].number);
		cr_expect(got.failure_class == row[i].class, "%d",
			  row[i].number);
		cr_expect(got.kind == (row[i].class == BACKOFF_CLASS_TIMEOUT
					       ? BACKOFF_OUTCOME_TIMEOUT
					       : BACKOFF_OUTCOME_FAILURE),
			  "%d", row[i].number);
		cr_expect(got.error != NULL && got.error[0] != '\0', "%d",
			  row[i].number);
		cr_expect(got.result == &result, "not its business");
	}
}

static void
expect_constant(const char *text, int number)
{
	cr_expect(text == NULL || (bo_outcome_text_is_constant(text) &&
				   strlen(text) < BO_OUTCOME_TEXT_ROOM),
		  "%d: %s", number, text);
}

/* Such a text can be copied with the room behind it, without looking for its
 * end. */
Test(outcome_outcome, its_texts_are_known_and_can_be_copied)
{
	static const char other[] = "connection reset by peer";
	struct backoff_outcome got = {.kind = BACKOFF_OUTCOME_SUCCESS};

	for (int number = 1; number < 2000; number++) {
		backoff_outcome_from_errno(&got, number);
		expect_constant(got.error_type, number);
		expect_constant(got.code, number);
		expect_constant(got.error, number);
		backoff_outcome_from_http(&got, number);
		expect_constant(got.error_type, number);
		expect_constant(got.code, number);
	}
	cr_expect(!bo_outcome_text_is_constant(other) &&
		  !bo_outcome_text_is_constant(NULL));
}

Test(outcome_outcome, zero_is_a_success)
{
	struct backoff_outcome got = {.kind = BACKOFF_OUTCOME_FAILURE,
				      .error = "old"};

	backoff_outcome_from_errno(&got, 0);
	cr_expect(got.kind == BACKOFF_OUTCOME_SUCCESS);
	cr_expect(got.error == NULL && got.code == NULL &&
		  got.error_type == NULL);
}

Test(outcome_outcome, every_errno_is_described_or_unknown)
{
	for (int number = 1; number < 200; number++) {
		struct backoff_outcome got = {.kind = BACKOFF_OUTCOME_SUCCESS};
		char code[40];

		backoff_outcome_from_errno(&got, number);
		cr_expect(got.kind != BACKOFF_OUTCOME_SUCCESS, "%d", number);
		if (strerrorname_np(number) == NULL) {
			cr_expect(got.failure_class == BACKOFF_CLASS_UNKNOWN);
			continue;
		}
		snprintf(code, sizeof(code), "errno:%s",
			 number == EOPNOTSUPP ? "ENOTSUP"
					      : strerrorname_np(number));
		cr_expect(same(got.code, code), "%d: %s, not %s", number,
			  got.code, code);
		cr_expect(!same(got.error, "system error"), "%s", code);
	}
}

static enum backoff_class
http_class(int status)
{
	switch (status) {
	case 429:
		return BACKOFF_CLASS_THROTTLE;
	case 408:
	case 504:
		return BACKOFF_CLASS_TIMEOUT;
	case 409:
		return BACKOFF_CLASS_CONFLICT;
	}
	if (status >= 400 && status < 500)
		return BACKOFF_CLASS_CLIENT;
	return status >= 500 && status < 600 ? BACKOFF_CLASS_SERVER
					     : BACKOFF_CLASS_UNKNOWN;
}

Test(outcome_outcome, an_http_status_has_code_and_class)
{
	for (int status = -1; status < 1200; status++) {
		struct backoff_outcome got = {.error = "old"};
		char code[16];

		backoff_outcome_from_http(&got, status);
		snprintf(code, sizeof(code), "http:%d", status);
		if (status > 0)
			cr_expect(same(backoff_outcome_code(&got), code),
				  "%d: %s", status, backoff_outcome_code(&got));
		else
			cr_expect(backoff_outcome_code(&got) == NULL, "%d",
				  status);
		cr_expect((got.kind == BACKOFF_OUTCOME_SUCCESS) ==
				  (status >= 200 && status < 400),
			  "%d", status);
		if (got.kind != BACKOFF_OUTCOME_SUCCESS)
			cr_expect(got.failure_class == http_class(status), "%d",
				  status);
	}
}

Test(outcome_outcome, setters_set_what_they_say)
{
	struct backoff_outcome got = {.kind = BACKOFF_OUTCOME_SUCCESS};
	int result;

	backoff_outcome_set_result(&got, &result);
	backoff_outcome_set(&got, BACKOFF_OUTCOME_TIMEOUT,
			    BACKOFF_CLASS_THROTTLE, "T", "c:1", "e");
	cr_expect(got.kind == BACKOFF_OUTCOME_TIMEOUT &&
		  got.failure_class == BACKOFF_CLASS_THROTTLE);
	cr_expect(same(got.error_type, "T") && same(got.code, "c:1") &&
		  same(got.error, "e"));
	cr_expect(got.result == &result);
	backoff_outcome_set_result(&got, NULL);
	cr_expect(got.result == NULL);
}

Test(outcome_outcome, texts_are_copied_and_cut_between_characters)
{
	struct backoff_outcome o = {.error = "old", .code = "old"};
	char text[1100];

	memset(text, 'x', sizeof(text));
	memcpy(text + 1022, "\xc3\xa9", 3);
	backoff_outcome_set_error(&o, text);
	cr_expect(o.error == NULL);
	cr_expect(strlen(backoff_outcome_error(&o)) == 1022,
		  "the character does not fit");
	memcpy(text + 1021, "\xc3\xa9y", 4);
	backoff_outcome_set_error(&o, text);
	cr_expect(strlen(backoff_outcome_error(&o)) == 1023);
	backoff_outcome_format_error(&o, "%s", text + 1);
	cr_expect(strlen(backoff_outcome_error(&o)) == 1023);
	/* A part of the copy itself. */
	backoff_outcome_set_error(&o, "no route");
	backoff_outcome_set_error(&o, o.error_text + 3);
	cr_expect_str_eq(backoff_outcome_error(&o), "route");
	backoff_outcome_format_error(&o, "%s, %s", o.error_text, o.error_text);
	cr_expect_str_eq(backoff_outcome_error(&o), "route, route");
	text[100] = '\0';
	backoff_outcome_set_code(&o, text);
	backoff_outcome_set_error_type(&o, text);
	cr_expect(strlen(backoff_outcome_code(&o)) == 63);
	cr_expect(strlen(backoff_outcome_error_type(&o)) == 63);
	/* Empty is not absent. */
	backoff_outcome_set_error(&o, "");
	cr_expect_str_eq(backoff_outcome_error(&o), "");
	backoff_outcome_set_error(&o, NULL);
	cr_expect(backoff_outcome_error(&o) == NULL);
	/* A borrowed text that is set later counts. */
	backoff_outcome_set_error(&o, "copied");
	o.error = "borrowed";
	cr_expect_str_eq(backoff_outcome_error(&o), "borrowed");
	backoff_outcome_from_errno(&o, ETIMEDOUT);
	cr_expect_str_eq(backoff_outcome_code(&o), "errno:ETIMEDOUT");
	cr_expect(o.error_text[0] == '\0' && o.code_text[0] == '\0');
}
