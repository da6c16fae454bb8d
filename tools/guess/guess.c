/* Collects the sentences of a log that speak of retries. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "guess/guess.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "dialect/rule.h"
#include "guess/inside.h"

/* Open the dialects that know what they read: the others guess as well. */
static enum backoff_status
open_known(struct tk_dialect **out)
{
	const char **names = calloc(tk_dialects_count + 2, sizeof(*names));
	enum backoff_status status;
	size_t count = 0;

	if (names == NULL)
		return BACKOFF_E_NOMEM;
	names[count++] = "native";
	for (size_t i = 0; i < tk_dialects_count; i++) {
		const char *name = tk_dialects[i].name;

		if (strcmp(name, "handwritten") != 0 &&
		    strcmp(name, "generic-json") != 0)
			names[count++] = name;
	}
	status = tk_dialect_open(names, NULL, out, NULL);
	free(names);
	return status;
}

struct tk_guess *
tk_guess_new(void)
{
	struct tk_guess *guess = calloc(1, sizeof(*guess));

	if (guess == NULL)
		return NULL;
	guess->unwrap = tk_unwrap_new();
	guess->reader = tk_envelope_reader_new();
	if (guess->unwrap == NULL || guess->reader == NULL ||
	    open_known(&guess->known) != BACKOFF_OK) {
		tk_guess_free(guess);
		return NULL;
	}
	return guess;
}

void
tk_guess_free(struct tk_guess *guess)
{
	if (guess == NULL)
		return;
	for (size_t i = 0; i < guess->count; i++)
		free(guess->shape[i]);
	free(guess->shape);
	tk_unwrap_free(guess->unwrap);
	tk_envelope_reader_free(guess->reader);
	tk_dialect_free(guess->known);
	free(guess);
}

static bool
ignore(void *user, const struct tk_reading *reading)
{
	(void)user;
	(void)reading;
	return true;
}

/* The sentence in a line: its message, or all of it if it has none. */
static void
describe(struct tk_shape *shape, struct tk_envelope *envelope)
{
	struct tk_piece text = envelope->body;
	bool is_text = envelope->kind == TK_ENVELOPE_TEXT ||
		       envelope->kind == TK_ENVELOPE_TAIL;

	/* What looks like a logger may be a part of the sentence. */
	if (is_text &&
	    !tk_speaks_of_retries(text.at, text.length, &shape->strong))
		text = envelope->message;
	shape->has_members = envelope->kind != TK_ENVELOPE_TEXT;
	shape->is_sentence =
		tk_speaks_of_retries(text.at, text.length, &shape->strong) &&
		(is_text || text.at != envelope->text.at);
	shape->has_time = envelope->ts_ns != BACKOFF_ABSENT;
	shape->has_id = envelope->id.at != NULL;
	shape->has_thread = envelope->thread.at != NULL;
	shape->meaning = tk_meaning_of(text.at, text.length);
	if (text.length >= sizeof(shape->text))
		text.length = sizeof(shape->text) - 1;
	memcpy(shape->text, text.at, text.length);
	shape->text[text.length] = '\0';
	if (shape->is_sentence)
		tk_tokens_read(shape->text, text.length, &shape->tokens);
	if (shape->has_members)
		tk_shape_members(shape, envelope);
	shape->hash = tk_tokens_hash(shape->text, &shape->tokens);
	shape->hash = bo_hash(shape->hash, shape->when_name,
			      strlen(shape->when_name));
	shape->hash = bo_hash(shape->hash, shape->when_value,
			      strlen(shape->when_value));
	for (size_t i = 0; i < shape->named_count; i++)
		shape->hash = bo_hash(shape->hash, shape->named[i].name,
				      strlen(shape->named[i].name));
}

/* Count the sentence, or keep it as a new one. */
static enum backoff_status
keep(struct tk_guess *guess, const struct tk_line *line)
{
	const struct tk_shape *found = &guess->current;
	struct tk_shape *copy;

	guess->speaking++;
	for (size_t i = 0; i < guess->count; i++) {
		if (guess->shape[i]->hash == found->hash) {
			guess->shape[i]->count++;
			return BACKOFF_OK;
		}
	}
	if (guess->count == TK_SHAPES_MAX) {
		guess->more++;
		return BACKOFF_OK;
	}
	if (guess->shape == NULL)
		guess->shape = calloc(TK_SHAPES_MAX, sizeof(*guess->shape));
	copy = malloc(sizeof(*copy));
	if (guess->shape == NULL || copy == NULL) {
		free(copy);
		return BACKOFF_E_NOMEM;
	}
	*copy = *found;
	copy->count = 1;
	if (line->length < sizeof(copy->line)) {
		memcpy(copy->line, line->text, line->length);
		copy->line[line->length] = '\0';
	}
	guess->shape[guess->count++] = copy;
	return BACKOFF_OK;
}

enum backoff_status
tk_guess_line(struct tk_guess *guess, size_t input, const struct tk_line *line)
{
	struct tk_envelope envelope;
	struct tk_payload payload;

	guess->lines++;
	switch (tk_dialect_read(guess->known, input, line, ignore, NULL,
				NULL)) {
	case TK_EVENT:
		guess->read++;
		return BACKOFF_OK;
	case TK_BAD:
	case TK_FOREIGN:
		break;
	}
	if (line->oversize || line->not_text != NULL ||
	    tk_unwrap_line(guess->unwrap, input, line, &payload, NULL) !=
		    TK_UNWRAPPED ||
	    !tk_may_speak_of_retries(payload.text, payload.length))
		return BACKOFF_OK;
	if (tk_envelope_read(guess->reader, input, &payload, &envelope, NULL) ==
	    BACKOFF_E_NOMEM)
		return BACKOFF_E_NOMEM;
	memset(&guess->current, 0, sizeof(guess->current));
	describe(&guess->current, &envelope);
	/* "retries": 3 and "retryable": true are not retries. */
	if (!guess->current.is_sentence &&
	    (guess->current.when_name[0] == '\0' ||
	     (strcmp(guess->current.when_value, "*") == 0 &&
	      !tk_shape_has(&guess->current, "attempt") &&
	      !tk_shape_has(&guess->current, "delay_seconds"))))
		return BACKOFF_OK;
	return keep(guess, line);
}

/* Sentences that certainly speak of retries first, then by their lines. */
static int
by_weight(const void *a, const void *b)
{
	const struct tk_shape *x = *(struct tk_shape *const *)a;
	const struct tk_shape *y = *(struct tk_shape *const *)b;

	if (x->strong != y->strong)
		return x->strong ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return strcmp(x->text, y->text);
}

/* Draft the largest; one whose template does not fit its own line, with the
 * words of that line, or not at all. */
static void
make_drafts(struct tk_guess *guess)
{
	size_t used = 0;

	for (size_t i = 0; i < guess->count && used < TK_GUESS_MAX; i++) {
		struct tk_shape *shape = guess->shape[i];
		struct tk_draft *draft = &guess->draft[used];

		tk_draft_make(shape, draft);
		if (!tk_draft_fits(shape, draft)) {
			memset(shape->gap, 0, sizeof(shape->gap));
			tk_tokens_read(shape->text, strlen(shape->text),
				       &shape->tokens);
			tk_draft_make(shape, draft);
		}
		if (!tk_draft_fits(shape, draft))
			continue;
		guess->shape[i] = guess->shape[used];
		guess->shape[used++] = shape;
	}
	guess->drafts = used;
}

enum backoff_status
tk_guess_finish(struct tk_guess *guess)
{
	size_t kept = 0;

	if (guess->count == 0)
		return BACKOFF_OK;
	qsort(guess->shape, guess->count, sizeof(*guess->shape), by_weight);
	for (size_t i = 0; i < guess->count; i++) {
		struct tk_shape *shape = guess->shape[i];
		bool merged = false;

		for (size_t j = 0; j < kept && j < 64 && !merged; j++)
			merged = tk_shape_merge(guess->shape[j], shape);
		if (merged)
			free(shape);
		else
			guess->shape[kept++] = shape;
	}
	guess->count = kept;
	qsort(guess->shape, guess->count, sizeof(*guess->shape), by_weight);
	make_drafts(guess);
	tk_draft_connect(guess->shape, guess->draft, guess->drafts);
	return BACKOFF_OK;
}

size_t
tk_guess_count(const struct tk_guess *guess)
{
	return guess->drafts;
}

enum tk_exit
tk_guess_logs(char *const *path, size_t count, struct tk_guess **out)
{
	struct tk_guess *guess = tk_guess_new();
	enum backoff_status status =
		guess != NULL ? BACKOFF_OK : BACKOFF_E_NOMEM;

	for (size_t i = 0; i < count && status == BACKOFF_OK; i++) {
		struct tk_lines *lines;
		struct tk_line line;

		errno = 0;
		status = tk_lines_open(path[i], &lines);
		if (status == BACKOFF_E_IO)
			tk_msg_errno(path[i], errno != 0 ? errno : EIO);
		if (status != BACKOFF_OK)
			break;
		while ((status = tk_lines_next(lines, &line)) == BACKOFF_OK &&
		       guess->lines < TK_GUESS_LINES && status == BACKOFF_OK)
			status = tk_guess_line(guess, i, &line);
		tk_lines_close(lines);
		if (status == BACKOFF_E_NOT_FOUND)
			status = BACKOFF_OK;
	}
	if (status == BACKOFF_OK)
		status = tk_guess_finish(guess);
	if (status == BACKOFF_OK) {
		*out = guess;
		return TK_EXIT_OK;
	}
	if (status == BACKOFF_E_NOMEM)
		tk_msg("out of memory");
	tk_guess_free(guess);
	return TK_EXIT_SYSTEM;
}
