/* The texts of an outcome: borrowed ones, and copies inside it. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/sized.h"
#include "base/utf8.h"
#include "outcome/outcome.h"

#define TEXT_MAX sizeof(((struct backoff_outcome *)NULL)->error_text)

/* Copy a text, which may overlap the copy; returns what the borrowed pointer
 * becomes: NULL if the copy counts, or "" since an empty copy means none. */
static const char *
copy(const char *text, char *out, size_t size)
{
	char whole[TEXT_MAX];
	size_t length;

	if (text == NULL) {
		out[0] = '\0';
		return NULL;
	}
	length = bo_utf8_copy(text, whole, size);
	memcpy(out, whole, length + 1);
	return length == 0 ? "" : NULL;
}

void
backoff_outcome_set_error(struct backoff_outcome *outcome, const char *text)
{
	if (outcome != NULL)
		outcome->error = copy(text, outcome->error_text,
				      sizeof(outcome->error_text));
}

void
backoff_outcome_set_error_type(struct backoff_outcome *outcome,
			       const char *type)
{
	if (outcome != NULL)
		outcome->error_type = copy(type, outcome->type_text,
					   sizeof(outcome->type_text));
}

void
backoff_outcome_set_code(struct backoff_outcome *outcome, const char *code)
{
	if (outcome != NULL)
		outcome->code = copy(code, outcome->code_text,
				     sizeof(outcome->code_text));
}

void
backoff_outcome_format_error(struct backoff_outcome *outcome,
			     const char *format, ...)
{
	/* Longer than the copy by a character, so that a cut is noticed. */
	char text[TEXT_MAX + 4];
	va_list arguments;

	if (outcome == NULL || format == NULL)
		return;
	va_start(arguments, format);
	if (vsnprintf(text, sizeof(text), format, arguments) < 0)
		text[0] = '\0';
	va_end(arguments);
	backoff_outcome_set_error(outcome, text);
}

void
backoff_outcome_set_error_types(struct backoff_outcome *outcome,
				const char *const *types)
{
	if (outcome != NULL)
		outcome->error_types = types;
}

const char *
backoff_outcome_error(const struct backoff_outcome *outcome)
{
	return outcome != NULL ? bo_outcome_error(outcome) : NULL;
}

const char *
backoff_outcome_error_type(const struct backoff_outcome *outcome)
{
	return outcome != NULL ? bo_outcome_error_type(outcome) : NULL;
}

const char *
backoff_outcome_code(const struct backoff_outcome *outcome)
{
	return outcome != NULL ? bo_outcome_code(outcome) : NULL;
}

void
bo_outcome_borrow(struct backoff_outcome *out,
		  const struct backoff_outcome *from)
{
	memcpy(out, from, offsetof(struct backoff_outcome, limits));
	out->size = sizeof(*out);
	out->limits.count = from->limits.count < BACKOFF_LIMITS_MAX
				    ? from->limits.count
				    : BACKOFF_LIMITS_MAX;
	memcpy(out->limits.limit, from->limits.limit,
	       out->limits.count * sizeof(*out->limits.limit));
	out->error_types = from->error_types;
	out->error_type = bo_outcome_error_type(from);
	out->code = bo_outcome_code(from);
	out->error = bo_outcome_error(from);
	out->error_text[0] = out->type_text[0] = out->code_text[0] = '\0';
	BO_COPY_REST(backoff_outcome, out, from);
}

void
bo_outcome_blame(struct backoff_outcome *outcome)
{
	const char *error = bo_outcome_error(outcome);

	outcome->kind = BACKOFF_OUTCOME_NOT_REPORTED;
	outcome->failure_class = BACKOFF_CLASS_FATAL;
	outcome->error_type = BO_NOT_REPORTED_TYPE;
	outcome->error_types = NULL;
	outcome->hint.kind = BACKOFF_HINT_NONE;
	outcome->limits.count = 0;
	backoff_outcome_format_error(
		outcome,
		"the attempt function returned without setting the outcome's "
		"kind: report a success, too%s%s",
		error != NULL ? "; its error: " : "",
		error != NULL ? error : "");
}
