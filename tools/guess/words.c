/* Knows the words and names with which programs speak of retries. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/durations.h"
#include "guess/shape.h"

/* Find the beginning of words, whatever their case; "gave_up" has "gave up". */
static bool
has(const char *text, size_t length, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= length; i++) {
		size_t j = 0;

		while (j < n &&
		       (word[j] == ' ' ? strchr(" _-.", text[i + j]) != NULL
				       : (text[i + j] | 0x20) == word[j]))
			j++;
		if (j == n)
			return true;
	}
	return false;
}

static bool
has_any(const char *text, size_t length, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (has(text, length, *words))
			return true;
	}
	return false;
}

static bool
is_one_of(const char *text, const struct tk_token *token, const char *words)
{
	for (; *words != '\0'; words += strcspn(words, " ")) {
		size_t n;

		words += *words == ' ';
		n = strcspn(words, " ");
		if (n == token->length &&
		    strncasecmp(words, text + token->at, n) == 0)
			return true;
	}
	return false;
}

/* "in 2s", "after 200 ms", "attempt #2", "2 of 5", "2/5": only with these do
 * weak words speak of retries. */
static bool
has_plan(const char *text, size_t length)
{
	struct tk_tokens tokens;

	tk_tokens_read(text, length, &tokens);
	for (size_t i = 1; i < tokens.count; i++) {
		const struct tk_token *token = &tokens.token[i];
		const struct tk_token *before = token - 1;

		if (token->type < TK_TOKEN_COUNT ||
		    token->type > TK_TOKEN_DURATION)
			continue;
		if (is_one_of(text, before, "in after for"))
			return true;
		if (token->type != TK_TOKEN_COUNT)
			continue;
		if (is_one_of(text, before, "attempt try take round"))
			return true;
		if (i >= 2 && is_one_of(text, before, "#") &&
		    is_one_of(text, before - 1, "attempt try take round"))
			return true;
		if (i >= 2 && token[-2].type == TK_TOKEN_COUNT &&
		    is_one_of(text, before, "/ of"))
			return true;
	}
	return false;
}

static const char *const sure[] = {
	"retry",         "retri",        "backoff",
	"back off",      "backing off",  "giving up",
	"gave up",       "give up",      "redeliver",
	"requeue",       "reattempt",    "try again",
	"trying again",  "next attempt", "another attempt",
	"more attempts", "more tries",   NULL};
static const char *const weak[] = {
	"attempt", "again",   "another",  "once more", "try ",
	"tries",   "trying",  "resend",   "reconnect", "wait",
	"sleep",   "pause",   "hold off", "postpone",  "take ",
	"round ",  "recover", "nap",      NULL};

bool
tk_may_speak_of_retries(const char *text, size_t length)
{
	return has_any(text, length, sure) || has_any(text, length, weak);
}

bool
tk_speaks_of_retries(const char *text, size_t length, bool *strong)
{
	*strong = has_any(text, length, sure);
	return *strong ||
	       (has_any(text, length, weak) && has_plan(text, length));
}

enum tk_meaning
tk_meaning_of(const char *text, size_t length)
{
	static const char *const aborted[] = {"not retry", "non retry",
					      "n't retry", "not be retried",
					      "not try",   NULL};
	static const char *const exhausted[] = {"giving up",
						"gave up",
						"give up",
						"exhaust",
						"abandon",
						"out of tries",
						"permanently",
						"dead letter",
						"max retries",
						"no more",
						"failed after",
						"no retries left",
						"out of attempts",
						"last attempt failed",
						NULL};
	static const char *const success[] = {
		"succe", "recovered", "worked", "completed", "finally", NULL};

	if (has_any(text, length, aborted))
		return TK_MEANS_ABORTED;
	if (has_any(text, length, exhausted))
		return TK_MEANS_EXHAUSTED;
	if (has_any(text, length, success) && !has(text, length, "fail") &&
	    !has(text, length, "unsucc"))
		return TK_MEANS_SUCCESS;
	return TK_MEANS_RETRY;
}

/* Names of members in the order of their fields; the first that is there
 * counts. "+1" counts retries. */
static const struct {
	const char *field, *names;
	int add;
} usual[] = {
	{"attempt",
	 "attempt attempt_number attemptNumber attempt_no current_attempt try "
	 "retry_num retry_number retryNumber retry_count retryCount "
	 "retry_attempt "
	 "tries attempts n_attempts",
	 0},
	{"max_attempts",
	 "max_attempts maxAttempts max_tries maxTries total_attempts limit max",
	 0},
	{"max_attempts", "max_retries maxRetries retry_limit", 1},
	{"left",
	 "attempts_left attemptsLeft retries_left retriesLeft remaining "
	 "remaining_attempts left",
	 0},
	{"delay_seconds",
	 "delay_seconds delay_s delay_ms delayMs delay backoff backoff_ms "
	 "backoff_s backoff_seconds backoffMs wait wait_ms waitMs wait_s "
	 "wait_seconds wait_for wait_time sleep sleep_s sleep_ms sleep_seconds "
	 "retry_in retry_in_ms retryIn retry_after retryAfter next_retry_in "
	 "retry_delay retry_delay_ms next_delay interval pause",
	 0},
	{"operation",
	 "operation op operation_name operationName task task_name taskName "
	 "tool "
	 "job job_name endpoint callable function func rpc route action_name "
	 "url path method target service queue topic class name",
	 0},
	{"error_type",
	 "error_type errorType error.type err.type exception_type exc_type "
	 "error_class error_kind exception.type",
	 0},
	{"error",
	 "error err.message error.message err exception reason cause "
	 "error_message errorMessage detail why",
	 0},
	{"code",
	 "status_code statusCode http_status http_status_code status "
	 "http.status_code response_code code",
	 0},
	{"duration_seconds",
	 "duration_ms durationMs duration_s duration_seconds duration took_ms "
	 "took latency_ms latency",
	 0},
	{"elapsed_seconds", "elapsed_ms elapsed_s elapsed_seconds elapsed", 0},
};

static bool
ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n > m && strcmp(name + n - m, end) == 0;
}

/* The unit of a duration, by the end of its name; else by its size: whole
 * numbers of a thousand and more are hardly seconds. */
static const char *
unit_of(const char *name, const struct bo_json_value *value)
{
	bool whole = memchr(value->at, '.', value->length) == NULL;

	if (ends_with(name, "_ms") || ends_with(name, "Ms"))
		return "ms";
	if (ends_with(name, "_s") || ends_with(name, "_seconds"))
		return "s";
	if (value->type != BO_JSON_NUMBER)
		return "auto";
	if (whole && value->length >= 7)
		return "ns";
	return whole && value->length >= 3 ? "ms" : "s";
}

/* Whether a value can be what its name says. */
static bool
fits(const char *field, const struct bo_json_value *value)
{
	bool is_number = value->type == BO_JSON_NUMBER;
	uint64_t ns;

	if (value->type != BO_JSON_STRING && !is_number)
		return false;
	if (strcmp(field, "operation") == 0 || strcmp(field, "error") == 0 ||
	    strcmp(field, "error_type") == 0)
		return !is_number && value->length > 0 && value->length < 200;
	if (ends_with(field, "_seconds"))
		return is_number ||
		       tk_duration_parse(value->at, value->length, 9, &ns);
	for (size_t i = 0; i < value->length; i++) {
		if (value->at[i] < '0' || value->at[i] > '9')
			return false;
	}
	return value->length > 0 && value->length < 10;
}

bool
tk_shape_has(const struct tk_shape *shape, const char *field)
{
	for (size_t i = 0; i < shape->named_count; i++) {
		if (strcmp(shape->named[i].field, field) == 0)
			return true;
	}
	return false;
}

static void
find_named(struct tk_shape *shape, struct tk_envelope *envelope, size_t row)
{
	const char *p = usual[row].names;

	while (*p != '\0') {
		struct tk_named named = {.field = usual[row].field,
					 .add = usual[row].add};
		struct bo_json_value value;
		size_t n = strcspn(p, " ");

		memcpy(named.name, p, n);
		named.name[n] = '\0';
		p += n + (p[n] == ' ');
		if (!tk_envelope_member(envelope, named.name, &value) ||
		    !fits(named.field, &value))
			continue;
		named.unit = ends_with(named.field, "_seconds")
				     ? unit_of(named.name, &value)
				     : NULL;
		shape->named[shape->named_count++] = named;
		return;
	}
}

/* A member that speaks of retries by its value, or by its name alone. */
static bool
is_about_retries(void *user, struct tk_piece name,
		 const struct bo_json_value *value)
{
	struct tk_shape *shape = user;
	bool strong;

	if (name.length >= sizeof(shape->when_name))
		return true;
	if (value->type == BO_JSON_STRING && !value->escaped &&
	    value->length < sizeof(shape->when_value) &&
	    memchr(value->at, ' ', value->length) == NULL &&
	    tk_speaks_of_retries(value->at, value->length, &strong)) {
		memcpy(shape->when_name, name.at, name.length);
		shape->when_name[name.length] = '\0';
		memcpy(shape->when_value, value->at, value->length);
		shape->when_value[value->length] = '\0';
		shape->meaning = tk_meaning_of(value->at, value->length);
		return false;
	}
	if (shape->when_name[0] == '\0' && value->type != BO_JSON_NULL &&
	    tk_speaks_of_retries(name.at, name.length, &strong)) {
		memcpy(shape->when_name, name.at, name.length);
		shape->when_name[name.length] = '\0';
		snprintf(shape->when_value, sizeof(shape->when_value), "*");
	}
	return true;
}

/* The member that holds the message. */
static bool
is_message(void *user, struct tk_piece name, const struct bo_json_value *value)
{
	struct tk_shape *shape = user;

	if (name.length >= sizeof(shape->when_name) ||
	    value->type != BO_JSON_STRING || value->escaped ||
	    value->length != strlen(shape->text) ||
	    memcmp(value->at, shape->text, value->length) != 0)
		return true;
	memcpy(shape->when_name, name.at, name.length);
	shape->when_name[name.length] = '\0';
	return false;
}

void
tk_shape_members(struct tk_shape *shape, struct tk_envelope *envelope)
{
	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++) {
		if (shape->named_count < TK_NAMED_MAX &&
		    !tk_shape_has(shape, usual[i].field))
			find_named(shape, envelope, i);
	}
	tk_envelope_members(envelope,
			    shape->is_sentence ? is_message : is_about_retries,
			    shape);
}
