/* Outcomes for errno values and HTTP statuses. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "outcome/outcome.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <backoff/outcome.h>

#include "base/errno_rows.h"
#include "base/sized.h"

void
backoff_outcome_set(struct backoff_outcome *outcome,
		    enum backoff_outcome_kind kind,
		    enum backoff_class failure_class, const char *error_type,
		    const char *code, const char *error)
{
	if (outcome == NULL)
		return;
	outcome->kind = kind;
	outcome->failure_class = failure_class;
	outcome->error_type = error_type;
	outcome->code = code;
	outcome->error = error;
	/* The hint to the number of limits: none. */
	memset(&outcome->hint, 0,
	       offsetof(struct backoff_outcome, limits.limit) -
		       offsetof(struct backoff_outcome, hint));
	outcome->error_types = NULL;
	outcome->error_text[0] = '\0';
	outcome->type_text[0] = '\0';
	outcome->code_text[0] = '\0';
	BO_CLEAR_REST(backoff_outcome, outcome);
}

void
backoff_outcome_set_sending(struct backoff_outcome *outcome, int not_sent,
			    int not_replayable)
{
	if (outcome == NULL)
		return;
	outcome->not_sent = not_sent != 0;
	outcome->not_replayable = not_replayable != 0;
}

void
backoff_outcome_set_result(struct backoff_outcome *outcome, void *result)
{
	if (outcome == NULL)
		return;
	outcome->result = result;
}

/* The error types are those of Python, because the shipped policies and
 * existing logs use its names. */
#define CONNECTION "ConnectionError"
#define OS "OSError"
#define TIME_OUT "TimeoutError"

/* "http:100" to "http:999" as constants, so that the caller needs no memory for
 * a code. */
#define CODE(h, t, d) "http:" #h #t #d
#define TENS(h, t)                                                             \
	{                                                                      \
		CODE(h, t, 0), CODE(h, t, 1), CODE(h, t, 2), CODE(h, t, 3),    \
			CODE(h, t, 4), CODE(h, t, 5), CODE(h, t, 6),           \
			CODE(h, t, 7), CODE(h, t, 8), CODE(h, t, 9)            \
	}
#define HUNDRED(h)                                                             \
	TENS(h, 0), TENS(h, 1), TENS(h, 2), TENS(h, 3), TENS(h, 4),            \
		TENS(h, 5), TENS(h, 6), TENS(h, 7), TENS(h, 8), TENS(h, 9)

/* All texts of the outcomes made here. They are in one object so that an
 * address says whether a text is one of them, and room at its end so that
 * BO_OUTCOME_TEXT_ROOM bytes can be copied from any of them. */
#define ONE(name, class, type, text) +1
static const struct {
	struct {
		int number;
		enum backoff_class failure_class;
		char type[16], code[24], text[40];
	} error[BO_ERRNO_ROWS(ONE)];
	char http[90][10][9];
	char http_error[16], os_error[16], system_error[16];
	char room[BO_OUTCOME_TEXT_ROOM];
} texts = {
	.error =
		{
#define ROW(name, class, type, text)                                           \
	{name, BACKOFF_CLASS_##class, type, "errno:" #name, text},
			BO_ERRNO_ROWS(ROW)
#undef ROW
		},
	.http = {HUNDRED(1), HUNDRED(2), HUNDRED(3), HUNDRED(4), HUNDRED(5),
		 HUNDRED(6), HUNDRED(7), HUNDRED(8), HUNDRED(9)},
	.http_error = "HTTPError",
	.os_error = OS,
	.system_error = "system error",
};

_Static_assert(sizeof(texts.error->text) <= BO_OUTCOME_TEXT_ROOM &&
		       sizeof(texts.error->code) <= BO_OUTCOME_TEXT_ROOM &&
		       sizeof(texts.error->type) <= BO_OUTCOME_TEXT_ROOM &&
		       sizeof(texts.http_error) <= BO_OUTCOME_TEXT_ROOM,
	       "each text is shorter than the room");

const char *const bo_outcome_texts = (const char *)&texts;
const size_t bo_outcome_texts_size = offsetof(__typeof__(texts), room);

void
backoff_outcome_from_errno(struct backoff_outcome *outcome, int error_number)
{
	if (outcome == NULL)
		return;
	if (error_number == 0) {
		backoff_outcome_set(outcome, BACKOFF_OUTCOME_SUCCESS,
				    BACKOFF_CLASS_UNKNOWN, NULL, NULL, NULL);
		return;
	}
	for (size_t i = 0; i < sizeof(texts.error) / sizeof(*texts.error);
	     i++) {
		enum backoff_class class = texts.error[i].failure_class;

		if (texts.error[i].number != error_number)
			continue;
		backoff_outcome_set(outcome,
				    class == BACKOFF_CLASS_TIMEOUT
					    ? BACKOFF_OUTCOME_TIMEOUT
					    : BACKOFF_OUTCOME_FAILURE,
				    class, texts.error[i].type,
				    texts.error[i].code, texts.error[i].text);
		return;
	}
	backoff_outcome_set(outcome, BACKOFF_OUTCOME_FAILURE,
			    BACKOFF_CLASS_UNKNOWN, texts.os_error, NULL,
			    texts.system_error);
	snprintf(outcome->code_text, sizeof(outcome->code_text), "errno:%d",
		 error_number);
}

void
backoff_outcome_from_http(struct backoff_outcome *outcome, int status)
{
	enum backoff_class class = BACKOFF_CLASS_SERVER;
	const char *code = NULL;

	if (outcome == NULL)
		return;
	if (status >= 100 && status <= 999)
		code = texts.http[status / 10 - 10][status % 10];
	if (status >= 200 && status <= 399) {
		backoff_outcome_set(outcome, BACKOFF_OUTCOME_SUCCESS,
				    BACKOFF_CLASS_UNKNOWN, NULL, code, NULL);
		return;
	}
	if (status == 429)
		class = BACKOFF_CLASS_THROTTLE;
	else if (status == 408 || status == 504)
		class = BACKOFF_CLASS_TIMEOUT;
	else if (status == 409)
		class = BACKOFF_CLASS_CONFLICT;
	else if (status >= 400 && status <= 499)
		class = BACKOFF_CLASS_CLIENT;
	else if (status < 500 || status > 599)
		class = BACKOFF_CLASS_UNKNOWN;
	backoff_outcome_set(outcome, BACKOFF_OUTCOME_FAILURE, class,
			    texts.http_error, code, NULL);
	/* Not HTTP, but somebody will look for the number. */
	if (code == NULL && status > 0)
		snprintf(outcome->code_text, sizeof(outcome->code_text),
			 "http:%d", status);
}
