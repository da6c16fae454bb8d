/* Messages on stderr, filtered so that a log cannot control the terminal. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "common/msg.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/safe_text.h"

/* Longer messages are cut. */
#define MESSAGE_MAX 2048

/* A program's name is the one exception to "no mutable globals". */
static const char *program = "retrykit";

void
tk_msg_program(const char *name)
{
	program = name;
}

void
tk_msg(const char *format, ...)
{
	char raw[MESSAGE_MAX];
	/* Most escapes make text longer: 4 bytes for a control character. */
	char safe[2 * MESSAGE_MAX];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	if (length < 0)
		return;
	if ((size_t)length >= sizeof(raw))
		length = (int)sizeof(raw) - 1;
	tk_safe_text(raw, (size_t)length, safe, sizeof(safe));
	/* One call, so that lines of several processes do not mix. */
	fprintf(stderr, "%s: %s\n", program, safe);
}

void
tk_msg_error(const char *file, const struct backoff_error *error)
{
	const char *name = file ? file : "";
	const char *text = error->text;
	char line[24] = "", column[24] = "";
	bool anywhere = name[0] != '\0' || error->line != 0;

	if (error->line)
		snprintf(line, sizeof(line), "%s%u", name[0] ? ":" : "",
			 (unsigned)error->line);
	/* A column without a line would read as a line. */
	if (error->line && error->column)
		snprintf(column, sizeof(column), ":%u",
			 (unsigned)error->column);
	if (!text[0])
		text = backoff_status_text(error->status);
	tk_msg("%s%s%s%s%s%s%s", name, line, column, anywhere ? ": " : "",
	       error->path, error->path[0] ? ": " : "", text);
}

void
tk_msg_errno(const char *what, int error_number)
{
	char buffer[128];

	/* GNU's strerror_r: returns the text, which may not be in buffer. */
	tk_msg("%s: %s", what,
	       strerror_r(error_number, buffer, sizeof(buffer)));
}

enum tk_exit
tk_exit_of(enum backoff_status status)
{
	switch (status) {
	case BACKOFF_OK:
		return TK_EXIT_OK;
	case BACKOFF_E_ARGUMENT:
		return TK_EXIT_USAGE;
	case BACKOFF_E_SYNTAX:
	case BACKOFF_E_FIELD:
	case BACKOFF_E_VALUE:
	case BACKOFF_E_LIMIT:
	case BACKOFF_E_NOT_FOUND:
	case BACKOFF_E_FOREIGN:
		return TK_EXIT_BAD_INPUT;
	case BACKOFF_E_NOMEM:
	case BACKOFF_E_IO:
	case BACKOFF_E_STATE:
	case BACKOFF_E_CANCELLED:
	case BACKOFF_E_FAILED:
		break;
	}
	return TK_EXIT_SYSTEM;
}
