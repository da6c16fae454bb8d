/* Names that a report must not hold, replaced by short hashes. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrysim/redact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <backoff.h>

/* The bytes of a digest that are shown. */
#define SHOWN 3

/* What a text of the log is: the first one that it is counts. */
enum kind {
	/** Not used by any call. */
	OTHER,
	OPERATION,
	TARGET,
	HOST,
	SERVICE,
	ID,
	ERROR,
	/** It stays. */
	WORD,
	KINDS
};

static const char *const kind_name[KINDS] = {
	[OTHER] = "name", [OPERATION] = "op",    [TARGET] = "target",
	[HOST] = "host",  [SERVICE] = "service", [ID] = "id",
};

static void
add_number(struct tk_digest_state *state, uint64_t number)
{
	unsigned char bytes[8];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(number >> 8 * i);
	tk_digest_add(state, bytes, sizeof(bytes));
}

bool
rs_redactor_init(struct rs_redactor *redactor, const struct tk_trace *trace)
{
	struct tk_digest_state *state = tk_digest_new();
	size_t count, strings = tk_trace_strings(trace);
	const struct tk_attempt *attempt = tk_trace_attempts(trace, &count);

	if (state == NULL)
		return false;
	for (size_t i = 1; i <= strings; i++) {
		const char *text = tk_trace_text(trace, (tk_string)i);

		tk_digest_add(state, text, strlen(text) + 1);
	}
	for (size_t i = 0; i < count; i++) {
		add_number(state, attempt[i].end_ns);
		add_number(state, attempt[i].duration_ns);
	}
	tk_digest_end(state, redactor->salt);
	return true;
}

const char *
rs_redact_name(const struct rs_redactor *redactor, const char *kind,
	       const char *name, char *buffer, size_t size)
{
	struct tk_digest_state *state = tk_digest_new();
	unsigned char bytes[TK_DIGEST_BYTES];
	char hex[2 * SHOWN + 1];

	buffer[0] = '\0';
	if (state == NULL)
		return buffer;
	tk_digest_add(state, redactor->salt, sizeof(redactor->salt));
	tk_digest_add(state, name, strlen(name));
	tk_digest_end(state, bytes);
	tk_digest_hex(bytes, SHOWN, hex);
	snprintf(buffer, size, "%s-%s", kind, hex);
	return buffer;
}

static bool
is_shipped(const char *word)
{
	const char *name;

	for (size_t i = 0; (name = backoff_policy_builtin_name(i)); i++)
		if (strcmp(name, word) == 0)
			return true;
	return false;
}

/* "OPERATION=N", the operation replaced. */
static const char *
redact_calls(const struct rs_redactor *redactor, const char *value,
	     char *buffer, size_t size)
{
	const char *sign = strrchr(value, '=');
	size_t length = sign ? (size_t)(sign - value) : strlen(value);
	char *name = strndup(value, length);
	char hashed[64];

	buffer[0] = '\0';
	if (name)
		snprintf(buffer, size, "%s%s",
			 rs_redact_name(redactor, kind_name[OPERATION], name,
					hashed, sizeof(hashed)),
			 sign ? sign : "");
	free(name);
	return buffer;
}

/* "NAME=GLOB", the pattern replaced. */
static const char *
redact_where(const struct rs_redactor *redactor, const char *value,
	     char *buffer, size_t size)
{
	static const char *const kind[][2] = {
		{"op", "op"},
		{"target", "target"},
		{"host", "host"},
		{"service", "service"},
	};
	size_t length = strcspn(value, "=");
	const char *its_kind = "name";
	char hashed[64];

	for (size_t i = 0; i < sizeof(kind) / sizeof(*kind); i++)
		if (strlen(kind[i][0]) == length &&
		    strncmp(kind[i][0], value, length) == 0)
			its_kind = kind[i][1];
	snprintf(buffer, size, "%.*s=%s", (int)length, value,
		 rs_redact_name(redactor, its_kind,
				value + length + (value[length] == '='), hashed,
				sizeof(hashed)));
	return buffer;
}

const char *
rs_redact_word(void *user, const struct tk_opt *option, const char *value,
	       char *buffer, size_t size)
{
	const struct rs_redactor *redactor = user;
	const char *name = option ? option->name : "";
	const char *kind = NULL;

	if (option == NULL && strcmp(value, "-") != 0)
		kind = "log";
	else if (strcmp(name, "operation") == 0)
		kind = kind_name[OPERATION];
	else if (strcmp(name, "target") == 0)
		kind = kind_name[TARGET];
	else if ((strcmp(name, "policy") == 0 ||
		  strcmp(name, "logged-policy") == 0) &&
		 !is_shipped(value))
		kind = "policy";
	else if (strcmp(name, "dialect") == 0 && strpbrk(value, "/."))
		kind = "dialect";
	else if (strcmp(name, "calls") == 0)
		return redact_calls(redactor, value, buffer, size);
	else if (strcmp(name, "where") == 0)
		return redact_where(redactor, value, buffer, size);
	if (kind == NULL)
		return value;
	return rs_redact_name(redactor, kind, value, buffer, size);
}

static void
note(uint8_t *kind, tk_string string, enum kind what)
{
	if (string && (kind[string] == OTHER || kind[string] > what))
		kind[string] = (uint8_t)what;
}

/* What each text of the log is. */
static void
sort_out(const struct tk_trace *trace, uint8_t *kind)
{
	const struct tk_quality *quality = tk_trace_quality(trace);
	size_t calls, attempts;
	const struct tk_call *call = tk_trace_calls(trace, &calls);
	const struct tk_attempt *attempt = tk_trace_attempts(trace, &attempts);

	note(kind, quality->operations.most, OPERATION);
	note(kind, quality->targets.most, TARGET);
	note(kind, quality->misdated_host, HOST);
	for (size_t i = 0; i < calls; i++) {
		note(kind, call[i].operation, OPERATION);
		note(kind, call[i].target, TARGET);
		note(kind, call[i].host, HOST);
		note(kind, call[i].service, SERVICE);
		note(kind, call[i].id, ID);
		note(kind, call[i].policy, WORD);
		note(kind, call[i].policy_hash, WORD);
	}
	for (size_t i = 0; i < attempts; i++) {
		note(kind, attempt[i].error, ERROR);
		note(kind, attempt[i].error_type, WORD);
		note(kind, attempt[i].code, WORD);
	}
}

/* The names that results borrowed from the log. */
static void
follow(struct rs_comparison *comparison, const char *before, const char *after)
{
	for (size_t i = 0; i < comparison->subject_count; i++) {
		struct rs_subject *subject = &comparison->subject[i];

		for (size_t n = 0; subject->incident && n < subject->incidents;
		     n++)
			if (subject->incident[n].target == before)
				subject->incident[n].target = after;
	}
}

static bool
replace(const struct rs_redactor *redactor, struct tk_trace *trace,
	tk_string string, enum kind kind, struct rs_comparison *comparison)
{
	const char *before = tk_trace_text(trace, string);
	char text[64] = "";

	/* What names that are read as one are called: not from the log. */
	if (kind == WORD || *before == '\0' || strcmp(before, "(other)") == 0)
		return true;
	if (kind != ERROR && *rs_redact_name(redactor, kind_name[kind], before,
					     text, sizeof(text)) == '\0')
		return false;
	if (!tk_trace_rename(trace, string, text))
		return false;
	if (kind == TARGET || kind == OPERATION)
		follow(comparison, before, tk_trace_text(trace, string));
	return true;
}

bool
rs_redact_log(const struct rs_redactor *redactor, struct tk_trace *trace,
	      struct rs_comparison *comparison)
{
	size_t strings = tk_trace_strings(trace);
	uint8_t *kind = calloc(strings + 1, sizeof(*kind));
	bool done = kind != NULL;

	if (kind)
		sort_out(trace, kind);
	for (size_t i = 1; done && i <= strings; i++)
		done = replace(redactor, trace, (tk_string)i,
			       (enum kind)kind[i], comparison);
	free(kind);
	return done;
}
