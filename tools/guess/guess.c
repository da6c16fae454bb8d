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
open_known(const char *const *only, struct tk_dialect **out)
{
	const char **names;
	enum backoff_status status;
	size_t count = 0;

	if (only != NULL)
		return tk_dialect_open(only, NULL, out, NULL);
	names = calloc(tk_dialects_count + 2, sizeof(*names));
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
tk_guess_new(const char *const *known)
{
	struct tk_guess *guess = calloc(1, sizeof(*guess));

	if (guess == NULL)
		return NULL;
	guess->unwrap = tk_unwrap_new();
	guess->reader = tk_envelope_reader_new();
	if (guess->unwrap == NULL || guess->reader == NULL ||
	    open_known(known, &guess->known) != BACKOFF_OK) {
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
		tk_shape_free(guess->shape[i]);
	free(guess->shape);
	tk_unwrap_free(guess->unwrap);
	tk_envelope_reader_free(guess->reader);
	tk_dialect_free(guess->known);
	free(guess);
}

static bool
note_type(void *user, const struct tk_reading *reading)
{
	struct tk_guess *guess = user;

	guess->known_attempts += reading->event.type == BACKOFF_EVENT_ATTEMPT;
	return true;
}

void
tk_shape_free(struct tk_shape *shape)
{
	struct tk_kept *next;

	for (struct tk_kept *kept = shape->kept; kept != NULL; kept = next) {
		next = kept->next;
		free(kept);
	}
	free(shape);
}

/* Members can say what the message does not. */
static bool
members_speak(const struct tk_shape *shape, struct tk_piece line)
{
	bool strong;

	if (tk_shape_has(shape, "max_attempts") &&
	    shape->meaning == TK_MEANS_EXHAUSTED)
		return true;
	return tk_shape_has(shape, "attempt") &&
	       (tk_shape_has(shape, "delay_seconds") ||
		tk_shape_has(shape, "next_ts") ||
		tk_shape_has(shape, "max_attempts") ||
		tk_shape_has(shape, "left") ||
		shape->meaning != TK_MEANS_RETRY ||
		tk_speaks_of_retries(line.at, line.length, &strong));
}

/* A member that counts all attempts of a call. */
static bool
has_total(const struct tk_shape *shape)
{
	static const char *const totals[] = {"attempts", "tries", "nattempts",
					     "n_attempts", "total_attempts"};

	if (tk_shape_has(shape, "delay_seconds") ||
	    tk_shape_has(shape, "next_ts") ||
	    tk_shape_has(shape, "max_attempts"))
		return false;
	for (size_t i = 0; i < shape->named_count; i++) {
		for (size_t j = 0; j < sizeof(totals) / sizeof(*totals); j++) {
			if (strcmp(shape->named[i].field, "attempt") == 0 &&
			    strcmp(shape->named[i].name, totals[j]) == 0)
				return true;
		}
	}
	return false;
}

static uint64_t
hash_of(const struct tk_shape *shape)
{
	uint64_t hash = tk_tokens_hash(shape->text, &shape->tokens);
	const char meaning = (char)shape->meaning;

	hash = bo_hash(hash, &meaning, 1);
	/* Without words, all of it is a name. */
	if (!tk_shape_has_words(shape))
		hash = bo_hash(hash, shape->text, strlen(shape->text));
	hash = bo_hash(hash, shape->when_name, strlen(shape->when_name));
	hash = bo_hash(hash, shape->when_value, strlen(shape->when_value));
	for (size_t i = 0; i < shape->named_count; i++)
		hash = bo_hash(hash, shape->named[i].name,
			       strlen(shape->named[i].name));
	return hash;
}

/* The sentence in a line: its message, or all of it if it has none. */
static void
describe(struct tk_shape *shape, struct tk_envelope *envelope)
{
	struct tk_piece text = envelope->body;
	bool is_text = envelope->kind == TK_ENVELOPE_TEXT ||
		       envelope->kind == TK_ENVELOPE_TAIL;
	bool has_text;

	/* What looks like a logger may be a part of the sentence. */
	if (is_text &&
	    !tk_speaks_of_retries(text.at, text.length, &shape->strong))
		text = envelope->message;
	shape->fits = 0;
	if (is_text && envelope->ts_ns == BACKOFF_ABSENT) {
		size_t used =
			tk_guess_format(text.at, text.length, &shape->fits);

		text.at += used;
		text.length -= used;
	}
	has_text = is_text || text.at != envelope->text.at;
	shape->has_members = envelope->kind != TK_ENVELOPE_TEXT;
	shape->is_sentence =
		tk_speaks_of_retries(text.at, text.length, &shape->strong) &&
		has_text;
	shape->has_time = envelope->ts_ns != BACKOFF_ABSENT || shape->fits != 0;
	shape->has_id = envelope->id.at != NULL;
	shape->has_thread = envelope->thread.at != NULL;
	shape->meaning = tk_meaning_of(text.at, text.length);
	for (size_t i = 0; i < TK_NUMBERS; i++)
		shape->number[i] = -1;
	tk_shape_members(shape, envelope);
	/* Its sentence has it, too. */
	if (!shape->has_members)
		tk_shape_drop_of_limit(shape);
	/* "attempts": 4 without a delay is a total. */
	if (shape->meaning == TK_MEANS_RETRY && has_total(shape))
		shape->meaning = TK_MEANS_EXHAUSTED;
	if (!shape->is_sentence && has_text && shape->has_members)
		shape->is_sentence = members_speak(shape, envelope->text);
	if (text.at >= envelope->message.at &&
	    text.at <= envelope->message.at + envelope->message.length)
		shape->body = (size_t)(text.at - envelope->message.at);
	if (text.length >= sizeof(shape->text))
		text.length = sizeof(shape->text) - 1;
	memcpy(shape->text, text.at, text.length);
	shape->text[text.length] = '\0';
	if (shape->is_sentence)
		tk_tokens_read(shape->text, text.length, &shape->tokens);
	if (shape->has_members)
		tk_shape_when(shape, envelope);
	shape->hash = hash_of(shape);
}

/* Keep a message of a sentence, unless there are enough. */
static enum backoff_status
keep_message(struct tk_guess *guess, struct tk_shape *shape,
	     struct tk_piece message)
{
	const struct tk_shape *found = &guess->current;
	struct tk_kept *kept, **end = &shape->kept;

	if (shape->kept_count >= TK_KEPT_EACH || guess->kept >= TK_KEPT_ALL ||
	    message.length >= TK_SHAPE_TEXT)
		return BACKOFF_OK;
	kept = malloc(sizeof(*kept) + message.length + 1);
	if (kept == NULL)
		return BACKOFF_E_NOMEM;
	kept->next = NULL;
	memcpy(kept->number, found->number, sizeof(kept->number));
	kept->body = found->body < message.length ? found->body : 0;
	memcpy(kept->text, message.at, message.length);
	kept->text[message.length] = '\0';
	while (*end != NULL)
		end = &(*end)->next;
	*end = kept;
	shape->kept_count++;
	guess->kept++;
	return BACKOFF_OK;
}

/* Count the sentence, or keep it as a new one. */
static enum backoff_status
keep(struct tk_guess *guess, const struct tk_line *line,
     struct tk_piece message)
{
	const struct tk_shape *found = &guess->current;
	struct tk_shape *copy;

	guess->speaking += !found->known;
	for (size_t i = 0; i < guess->count; i++) {
		if (guess->shape[i]->hash == found->hash &&
		    guess->shape[i]->known == found->known) {
			guess->shape[i]->count++;
			return keep_message(guess, guess->shape[i], message);
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
	return keep_message(guess, copy, message);
}

enum backoff_status
tk_guess_line(struct tk_guess *guess, size_t input, const struct tk_line *line)
{
	struct backoff_error error = {.size = sizeof(error)};
	struct tk_envelope envelope;
	struct tk_payload payload;
	bool known = false, may_be_call;

	guess->lines++;
	switch (tk_dialect_read(guess->known, input, line, note_type, guess,
				&error)) {
	case TK_EVENT:
		guess->read++;
		known = true;
		if (guess->known_attempts > 0)
			return BACKOFF_OK;
		break;
	case TK_BAD:
		if (error.status == BACKOFF_E_NOMEM)
			return BACKOFF_E_NOMEM;
		break;
	case TK_FOREIGN:
		break;
	}
	if (line->oversize || line->not_text != NULL ||
	    tk_unwrap_line(guess->unwrap, input, line, &payload, &error) !=
		    TK_UNWRAPPED)
		return error.status == BACKOFF_E_NOMEM ? BACKOFF_E_NOMEM
						       : BACKOFF_OK;
	may_be_call = !known && tk_calls_may_be(&guess->calls, payload.text,
						payload.length);
	if (!may_be_call &&
	    !tk_may_speak_of_retries(payload.text, payload.length))
		return BACKOFF_OK;
	if (tk_envelope_read(guess->reader, input, &payload, &envelope, NULL) ==
	    BACKOFF_E_NOMEM)
		return BACKOFF_E_NOMEM;
	memset(&guess->current, 0, sizeof(guess->current));
	describe(&guess->current, &envelope);
	for (size_t i = 0; i < TK_FORMATS; i++)
		guess->fits[i] += guess->current.fits >> i & 1;
	guess->current.known = known;
	if (!known &&
	    tk_calls_look(&guess->calls, &guess->current, &envelope, line))
		return BACKOFF_OK;
	if (may_be_call && guess->calls.lines == 0 &&
	    !guess->current.is_sentence) {
		if (guess->lists++ == 0 &&
		    line->length < sizeof(guess->list_line))
			memcpy(guess->list_line, line->text, line->length);
		return BACKOFF_OK;
	}
	/* "retries": 3 and "retryable": true are not retries. */
	if (!guess->current.is_sentence &&
	    (guess->current.when_name[0] == '\0' ||
	     (strcmp(guess->current.when_value, "*") == 0 &&
	      !tk_shape_has(&guess->current, "attempt") &&
	      !tk_shape_has(&guess->current, "delay_seconds"))))
		return BACKOFF_OK;
	return keep(guess, line, envelope.message);
}

/* A dialect that reads ends of calls, and nothing else of them, was not meant:
 * the sentences are this log's own. Forget them otherwise. */
static void
decide_known(struct tk_guess *guess)
{
	size_t kept = 0;

	for (size_t i = 0; i < guess->count; i++) {
		struct tk_shape *shape = guess->shape[i];

		if (shape->known &&
		    (guess->known_attempts > 0 || guess->speaking == 0))
			tk_shape_free(shape);
		else
			guess->shape[kept++] = shape;
	}
	guess->count = kept;
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

/* Draft a sentence in the way that reads the most of its lines. */
static enum backoff_status
make_draft(const struct tk_shape *shape, struct tk_draft *best)
{
	struct tk_draft draft;

	for (enum tk_try how = TK_TRY_FIRST; how < TK_TRIES; how++) {
		enum backoff_status status;

		tk_draft_make(shape, how, &draft);
		status = tk_draft_decide(shape, &draft);
		if (status != BACKOFF_OK)
			return status;
		if (how == TK_TRY_FIRST || draft.matched > best->matched)
			*best = draft;
		if (best->matched == shape->kept_count)
			break;
	}
	return BACKOFF_OK;
}

/* Draft the largest. */
static enum backoff_status
make_drafts(struct tk_guess *guess)
{
	struct tk_draft *draft = guess->draft;
	enum backoff_status status;
	size_t used = 0;

	for (size_t i = 0; i < guess->count && used < TK_GUESS_MAX; i++) {
		struct tk_shape *shape = guess->shape[i];

		status = make_draft(shape, &draft[used]);
		if (status != BACKOFF_OK)
			return status;
		if (draft[used].matched == 0 && shape->kept_count > 0)
			continue;
		guess->shape[i] = guess->shape[used];
		guess->shape[used++] = shape;
	}
	guess->drafts = used;
	status = tk_draft_operations(guess->shape, draft, used);
	if (status != BACKOFF_OK)
		return status;
	tk_draft_connect(guess->shape, draft, used);
	tk_draft_count(guess->shape, draft, used);
	status = tk_draft_sort(guess->shape, draft, used);
	for (size_t i = 0; i < used; i++)
		tk_draft_render(guess->shape[i], &draft[i], false);
	return status;
}

enum backoff_status
tk_guess_finish(struct tk_guess *guess)
{
	size_t kept = 0;

	decide_known(guess);
	if (guess->count == 0)
		return BACKOFF_OK;
	qsort(guess->shape, guess->count, sizeof(*guess->shape), by_weight);
	for (size_t i = 0; i < guess->count; i++) {
		struct tk_shape *shape = guess->shape[i];
		bool merged = false;

		for (size_t j = 0; j < kept && j < 64 && !merged; j++)
			merged = tk_shape_merge(guess->shape[j], shape);
		if (merged)
			tk_shape_free(shape);
		else
			guess->shape[kept++] = shape;
	}
	guess->count = kept;
	qsort(guess->shape, guess->count, sizeof(*guess->shape), by_weight);
	return make_drafts(guess);
}

bool
tk_guess_has_calls(const struct tk_guess *guess)
{
	return guess->calls.retried > 0;
}

size_t
tk_guess_count(const struct tk_guess *guess)
{
	return guess->drafts + tk_guess_has_calls(guess);
}

enum tk_exit
tk_guess_logs(char *const *path, size_t count, struct tk_guess **out)
{
	struct tk_guess *guess = tk_guess_new(NULL);
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
		while (guess->lines < TK_GUESS_LINES && status == BACKOFF_OK &&
		       (status = tk_lines_next(lines, &line)) == BACKOFF_OK)
			status = tk_guess_line(guess, i, &line);
		tk_lines_close(lines);
		if (status == BACKOFF_E_NOT_FOUND)
			status = BACKOFF_OK;
		if (status == BACKOFF_OK &&
		    !tk_dialect_flush(guess->known, i, BACKOFF_ABSENT,
				      note_type, guess))
			status = BACKOFF_E_NOMEM;
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
