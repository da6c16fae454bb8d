/* Classifies lines, and reads those that have events. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/dialect.h"

#include <stdio.h>
#include <string.h>

#include "dialect/engine.h"
#include "dialect/path.h"
#include "dialect/shipped.h"

/* A larger number of dropped events is an error. */
#define DROPPED_MAX UINT64_C(1000000000000)

static const char native_start[] = "{\"v\":";
#define NATIVE_START (sizeof(native_start) - 1)

bool
tk_dialect_found(const struct tk_dialect *dialect, size_t i, const char **name,
		 uint64_t *readings)
{
	if (dialect->native && i-- == 0) {
		*name = "native";
		*readings = dialect->native_readings;
		return true;
	}
	if (i >= dialect->file_count)
		return false;
	*name = dialect->file[i]->name;
	*readings = dialect->file[i]->readings;
	return true;
}

bool
tk_dialect_stopped(const struct tk_dialect *dialect, size_t i,
		   const char **name, const char **rule, uint64_t *lines)
{
	for (size_t r = 0; r < dialect->rule_count; r++) {
		if (dialect->rule[r]->stopped == 0 || i-- > 0)
			continue;
		*name = dialect->rule[r]->file->name;
		*rule = dialect->rule[r]->label;
		*lines = dialect->rule[r]->stopped;
		return true;
	}
	return false;
}

bool
tk_dialect_unwrapped(const struct tk_dialect *dialect, size_t i,
		     const char **name, uint64_t *lines)
{
	if (i >= TK_WRAPPER_COUNT)
		return false;
	*name = tk_wrapper_name((enum tk_wrapper)i);
	*lines = tk_unwrap_counts(dialect->unwrap)->lines[i];
	return true;
}

void
tk_dialect_arrival(struct tk_dialect *dialect, uint64_t ns)
{
	dialect->apply.arrival_ns = ns;
}

static enum tk_verdict
bad(struct backoff_error *error, enum backoff_status status, size_t column,
    const char *text)
{
	memset(error, 0, sizeof(*error));
	error->status = status;
	error->column = (uint32_t)column;
	snprintf(error->text, sizeof(error->text), "%s", text);
	return TK_BAD;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct tk_piece
trimmed(const char *text, size_t length)
{
	while (length > 0 && is_space(*text)) {
		text++;
		length--;
	}
	while (length > 0 && is_space(text[length - 1]))
		length--;
	return (struct tk_piece){text, length};
}

/* A line while it is read. */
struct reading_of {
	struct tk_dialect *dialect;
	const struct tk_line *line;
	struct backoff_error *error;
	/* What tk_engine_search() found in it, and whether it was searched. */
	enum tk_got got;
	bool searched;
	size_t input;
};

static enum tk_verdict
read_native(const struct reading_of *of, const char *text, size_t length)
{
	struct tk_dialect *dialect = of->dialect;
	struct tk_reading *reading = &dialect->apply.reading;
	enum backoff_status status;

	status = backoff_event_decode(dialect->decoder, text, length,
				      &reading->event, of->error);
	if (status == BACKOFF_E_FOREIGN)
		return TK_FOREIGN;
	if (status != BACKOFF_OK) {
		of->error->status = status;
		return TK_BAD;
	}
	if (reading->event.dropped != BACKOFF_ABSENT &&
	    reading->event.dropped > DROPPED_MAX)
		return bad(of->error, BACKOFF_E_VALUE, 1,
			   "dropped: no process loses more than 10^12 events");
	reading->native = true;
	reading->successes = TK_SUCCESSES_ALL;
	reading->silent = reading->may_be_whole = reading->by_order = false;
	reading->whole = reading->follows = reading->arrived = false;
	reading->no_time = reading->event.ts_ns == BACKOFF_ABSENT;
	reading->left = BACKOFF_ABSENT;
	reading->lane = NULL;
	reading->source = 0;
	dialect->native_readings++;
	return dialect->apply.fn(dialect->apply.user, reading)
		       ? TK_EVENT
		       : bad(of->error, BACKOFF_E_NOMEM, 1, "out of memory");
}

/* "{}", or a brace and the name of a member. */
static bool
looks_like_json(const char *text, size_t length)
{
	if (length == 0 || text[0] != '{')
		return false;
	for (size_t i = 1; i < length; i++) {
		if (!is_space(text[i]))
			return text[i] == '"' || text[i] == '}';
	}
	return true;
}

/* Whether a line begins an object that goes on in the next one, as programs
 * print theirs that do not log objects: {"a": 1, */
static bool
opens_dump(const struct reading_of *of, const char *text, size_t length)
{
	char last = text[length - 1];

	return !looks_like_json(text, length) ||
	       (!(of->dialect->objects >> of->input % 64 & 1) &&
		!of->line->unterminated &&
		(last == ',' || last == '{' || last == '['));
}

/* Note that an input logs objects; docker's are its own. */
static void
note_object(const struct reading_of *of, const char *text, size_t length)
{
	if (length >= 8 && text[0] == '{' && text[length - 1] == '}' &&
	    memcmp(text, "{\"log\":\"", 8) != 0)
		of->dialect->objects |= UINT64_C(1) << of->input % 64;
}

/* What a line is that no rule reads: an object that ends too early is bad. */
static enum tk_verdict
foreign(const struct reading_of *of, const char *text, size_t length)
{
	if (length == 0 || text[0] != '{' || text[length - 1] == '}' ||
	    opens_dump(of, text, length))
		return TK_FOREIGN;
	return bad(of->error, BACKOFF_E_SYNTAX, length + 1,
		   of->line->unterminated
			   ? "the file ends in the middle of a line"
			   : "truncated JSON");
}

/* Find the object that a text is, or ends with, as loggers write those that are
 * given to them as a message. */
static const char *
find_object(const char *text, size_t length)
{
	if (length == 0 || text[length - 1] != '}')
		return NULL;
	return text[0] == '{' ? text : memmem(text, length, "{\"", 2);
}

/* A native event whose members are in another order. */
static bool
is_native(struct tk_dialect *dialect)
{
	struct bo_json_value value;

	if (!tk_engine_may_be_native(dialect))
		return false;
	return dialect->native_only ||
	       tk_envelope_member(&dialect->envelope, "v", &value);
}

/* Whether no other rule may understand what this one finds bad: the user gave
 * it, or it says what its lines must have. */
static bool
is_final(const struct tk_rule *rule)
{
	return !rule->file->builtin || rule->required != 0;
}

/* Try the rules that may match, in their order. */
static enum tk_verdict
apply_rules(const struct reading_of *of)
{
	struct tk_dialect *dialect = of->dialect;
	struct tk_apply *apply = &dialect->apply;
	struct tk_pattern_set patterns;
	bool is_bad = false;

	for (size_t w = 0; w < dialect->words; w++) {
		uint64_t left = dialect->candidates[w];

		for (; left != 0; left &= left - 1) {
			size_t r = 64 * w + (size_t)__builtin_ctzll(left);

			if (dialect->only != NULL &&
			    dialect->rule[r]->file != dialect->only)
				continue;
			if (!tk_engine_may_match(dialect, r, &patterns))
				continue;
			tk_arena_reset(&apply->view.arena);
			switch (tk_apply_rule(apply, dialect->rule[r],
					      &patterns)) {
			case TK_APPLIED_NOT:
				break;
			case TK_APPLIED_EVENT:
			case TK_APPLIED_NOTE:
				return TK_EVENT;
			case TK_APPLIED_SKIP:
				return TK_FOREIGN;
			case TK_APPLIED_NO_MEMORY:
				return bad(of->error, BACKOFF_E_NOMEM, 1,
					   "out of memory");
			case TK_APPLIED_BAD:
				if (!is_bad)
					*of->error = apply->view.error;
				is_bad = true;
				if (is_final(dialect->rule[r]))
					return TK_BAD;
			}
		}
	}
	return is_bad ? TK_BAD : TK_FOREIGN;
}

static enum tk_verdict read_envelope(const struct reading_of *of, size_t depth);

/* Read the line that a shipper wrote into this one. What is bad in there is
 * none. */
static enum tk_verdict
read_shipped(const struct reading_of *of, size_t depth)
{
	struct tk_dialect *dialect = of->dialect;
	enum tk_verdict verdict = TK_FOREIGN;
	struct tk_payload around, inner;

	if (dialect->envelope.kind != TK_ENVELOPE_JSON)
		return TK_FOREIGN;
	around = dialect->payload;
	switch (tk_shipped_open(&dialect->shipped, depth, &dialect->envelope,
				&around, &inner)) {
	case TK_GOT:
		break;
	case TK_GOT_NO_MEMORY:
		return bad(of->error, BACKOFF_E_NOMEM, 1, "out of memory");
	default:
		return TK_FOREIGN;
	}
	dialect->payload = inner;
	switch (tk_engine_search(dialect, inner.text, inner.length, true)) {
	case TK_GOT:
		verdict = read_envelope(of, depth + 1);
		break;
	case TK_GOT_NO_MEMORY:
		return bad(of->error, BACKOFF_E_NOMEM, 1, "out of memory");
	default:
		break;
	}
	dialect->payload = around;
	if (verdict == TK_EVENT ||
	    (verdict == TK_BAD && of->error->status == BACKOFF_E_NOMEM))
		return verdict;
	/* The object itself is what is left to read. */
	if (tk_envelope_read(dialect->reader, dialect->apply.input, &around,
			     &dialect->envelope, of->error) == BACKOFF_E_NOMEM)
		return TK_BAD;
	return TK_FOREIGN;
}

/* Read a text that is not a native line as this library writes it: the payload,
 * which is inside of this many others. */
static enum tk_verdict
read_envelope(const struct reading_of *of, size_t depth)
{
	struct tk_dialect *dialect = of->dialect;
	struct tk_apply *apply = &dialect->apply;
	struct tk_piece text =
		trimmed(dialect->payload.text, dialect->payload.length);
	enum tk_verdict verdict;
	const char *object;
	bool broken = false;

	switch (tk_envelope_read(dialect->reader, dialect->apply.input,
				 &dialect->payload, &dialect->envelope,
				 of->error)) {
	case BACKOFF_OK:
		break;
	case BACKOFF_E_NOMEM:
		return TK_BAD;
	default:
		/* Broken JSON, unless it only looks like it. */
		if (looks_like_json(text.at, text.length))
			return TK_BAD;
		broken = true;
	}
	object = find_object(text.at, text.length);
	if (object != NULL && is_native(dialect)) {
		verdict = read_native(of, object,
				      text.length - (size_t)(object - text.at));
		if (verdict == TK_BAD)
			of->error->column +=
				(uint32_t)(object - dialect->payload.text);
		if (verdict != TK_FOREIGN)
			return verdict;
	}
	verdict = read_shipped(of, depth);
	if (verdict != TK_FOREIGN)
		return verdict;
	apply->view.payload = &dialect->payload;
	apply->view.envelope = &dialect->envelope;
	apply->view.knows_places = false;
	verdict = apply_rules(of);
	return verdict == TK_FOREIGN && broken ? TK_BAD : verdict;
}

/* The objects of a line that holds several, and what came of them. */
struct batch {
	const struct reading_of *of;
	struct tk_payload line;
	enum tk_verdict verdict;
};

static bool
read_one_of(void *user, const struct bo_json_value *chain, size_t count)
{
	struct batch *batch = user;
	struct tk_dialect *dialect = batch->of->dialect;
	enum tk_verdict verdict;

	dialect->payload = batch->line;
	dialect->payload.text = chain[count - 1].at;
	dialect->payload.length = chain[count - 1].length;
	verdict = read_envelope(batch->of, 0);
	if (verdict == TK_BAD && batch->of->error->status != BACKOFF_E_NOMEM)
		verdict = TK_FOREIGN;
	if (verdict != TK_FOREIGN)
		batch->verdict = verdict;
	return verdict != TK_BAD;
}

/* Read the objects of an export as lines of their own. */
static enum tk_verdict
read_batch(const struct reading_of *of, const char *path)
{
	struct tk_dialect *dialect = of->dialect;
	struct batch batch = {of, dialect->payload, TK_FOREIGN};
	const struct bo_json_value line = {.at = dialect->payload.text,
					   .length = dialect->payload.length,
					   .type = BO_JSON_OBJECT};

	tk_path_each(&line, path, read_one_of, &batch);
	dialect->payload = batch.line;
	return batch.verdict;
}

/* Read the text that was in the wrappers of a line. */
static enum tk_verdict
read_payload(const struct reading_of *of)
{
	struct tk_dialect *dialect = of->dialect;
	struct tk_piece text =
		trimmed(dialect->payload.text, dialect->payload.length);
	const char *path;
	enum tk_verdict verdict;

	if (dialect->native && text.length > NATIVE_START &&
	    memcmp(text.at, native_start, NATIVE_START) == 0) {
		verdict = read_native(of, text.at, text.length);
		if (verdict == TK_BAD)
			of->error->column +=
				(uint32_t)(text.at - dialect->payload.text);
		return verdict;
	}
	path = tk_shipped_batch(text.at, text.length);
	verdict = path != NULL ? read_batch(of, path) : TK_FOREIGN;
	return verdict != TK_FOREIGN ? verdict : read_envelope(of, 0);
}

/* Read a line that has a literal of a rule, or may have. */
static enum tk_verdict
read_found(const struct reading_of *of)
{
	struct tk_dialect *dialect = of->dialect;
	const struct tk_payload *payload = &dialect->payload;
	enum tk_verdict verdict;
	bool moved;

	switch (tk_unwrap_line(dialect->unwrap, of->input, of->line,
			       &dialect->payload, of->error)) {
	case TK_UNWRAPPED:
		break;
	case TK_UNWRAP_PENDING:
		return TK_EVENT;
	case TK_UNWRAP_BAD:
		return TK_BAD;
	}
	/* A copy may have what the line did not show. */
	moved = payload->text < of->line->text ||
		payload->text > of->line->text + of->line->length;
	if (moved) {
		switch (tk_engine_search(dialect, payload->text,
					 payload->length, true)) {
		case TK_GOT:
			break;
		case TK_GOT_NO_MEMORY:
			return bad(of->error, BACKOFF_E_NOMEM, 1,
				   "out of memory");
		default:
			return foreign(of, payload->text, payload->length);
		}
	}
	dialect->apply.input = of->input;
	verdict = read_payload(of);
	if (verdict == TK_BAD && !moved)
		of->error->column += (uint32_t)(payload->text - of->line->text);
	return verdict;
}

/* A later line may have no time, and take that of this one. An object has its
 * own. */
static void
pass(struct tk_dialect *dialect, size_t input, const char *text, size_t length)
{
	const struct tk_payload payload = {
		.text = text, .length = length, .ts_ns = BACKOFF_ABSENT};

	if (length > 0 && text[0] != '{' && text[0] != ' ' && text[0] != '\t')
		tk_envelope_pass(dialect->reader, input, &payload);
}

/* A carriage return between texts: the end of a line, where lines have no other
 * end, or of what a terminal was to write over. */
static const char *
inner_return(const char *text, size_t length)
{
	const char *found = memchr(text, '\r', length);

	while (found != NULL && found + 1 < text + length && found[1] == '\r')
		found++;
	return found != NULL && found + 1 < text + length ? found : NULL;
}

/* Classify a line by its bytes, and read it if it may have an event. */
static enum tk_verdict
read_line(const struct reading_of *of)
{
	struct tk_dialect *dialect = of->dialect;
	const struct tk_line *line = of->line;
	const char *text = line->text;
	size_t length = line->length;
	const char *nul;
	bool must_see;

	if (line->not_text != NULL)
		return bad(of->error, BACKOFF_E_SYNTAX, 1, line->not_text);
	if (line->oversize)
		return bad(of->error, BACKOFF_E_LIMIT, TK_LINE_MAX,
			   inner_return(text, length)
				   ? "lines that end with CR, longer together "
				     "than 1 MiB: convert them, with tr '\\r' "
				     "'\\n'"
				   : "the line is longer than 1 MiB");
	/* At the start of any line: files that have one are joined. NULs after
	 * it are a hole like those before it, which the splitter skips. */
	while (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		length -= 3;
	}
	while (text > line->text && length > 0 && *text == '\0') {
		text++;
		length--;
	}
	nul = of->searched && dialect->is_plain ? NULL
						: memchr(text, '\0', length);
	if (nul != NULL)
		return bad(of->error, BACKOFF_E_SYNTAX,
			   (size_t)(nul - line->text) + 1, "NUL bytes");
	while (length > 0 && is_space(*text)) {
		text++;
		length--;
	}
	while (length > 0 && is_space(text[length - 1]))
		length--;
	note_object(of, text, length);
	/* This library begins its lines with this text. */
	if (dialect->native && length >= NATIVE_START &&
	    memcmp(text, native_start, NATIVE_START) == 0) {
		enum tk_verdict verdict = TK_FOREIGN;

		if (memmem(text, length, "event_type\"", 11) == NULL &&
		    memmem(text, length, "\\u00", 4) == NULL)
			return foreign(of, text, length);
		verdict = read_native(of, text, length);
		if (verdict != TK_BAD)
			return verdict;
		of->error->column += (uint32_t)(text - line->text);
		/* Colours may stand in it. */
		if (memchr(text, '\x1b', length) == NULL)
			return verdict;
	}
	must_see = tk_unwrap_must_see(dialect->unwrap, of->input, line);
	switch (of->searched ? of->got
			     : tk_engine_search(dialect, line->text,
						line->length, false)) {
	case TK_GOT_NO_MEMORY:
		return bad(of->error, BACKOFF_E_NOMEM, 1, "out of memory");
	case TK_GOT_ABSENT:
		if (must_see)
			break;
		pass(dialect, of->input, text, length);
		return foreign(of, text, length);
	default:
		break;
	}
	return read_found(of);
}

/* Whether a line begins as this library writes it: then it need not be
 * searched. */
static bool
begins_native(const struct tk_dialect *dialect, const struct tk_line *line)
{
	return dialect->native && line->length >= NATIVE_START &&
	       memcmp(line->text, native_start, NATIVE_START) == 0;
}

/* Read what carriage returns divide, each as a line. */
static enum tk_verdict
read_parts(struct reading_of *of)
{
	enum tk_verdict worst = TK_FOREIGN;
	struct tk_line part = *of->line;
	const char *end = part.text + part.length, *next;
	struct reading_of one = {of->dialect, &part, of->error,
				 TK_GOT,      false, of->input};

	if (part.oversize || part.not_text != NULL)
		return read_line(of);
	if (!begins_native(of->dialect, &part)) {
		of->got = tk_engine_search(of->dialect, part.text, part.length,
					   false);
		of->searched = true;
		if (of->dialect->is_plain)
			return read_line(of);
	}
	next = inner_return(part.text, part.length);
	if (next == NULL)
		return read_line(of);
	while (part.text < end && worst != TK_BAD) {
		enum tk_verdict verdict;

		part.length =
			(size_t)((next != NULL ? next + 1 : end) - part.text);
		verdict = read_line(&one);
		if (verdict != TK_FOREIGN)
			worst = verdict;
		part.text += part.length;
		next = inner_return(part.text, (size_t)(end - part.text));
	}
	return worst;
}

enum tk_verdict
tk_dialect_read(struct tk_dialect *dialect, size_t input,
		const struct tk_line *line, tk_reading_fn fn, void *user,
		struct backoff_error *error)
{
	struct reading_of of = {
		dialect, line,  error != NULL ? error : &dialect->ignored,
		TK_GOT,  false, input};
	enum tk_verdict verdict;

	dialect->apply.fn = fn;
	dialect->apply.user = user;
	verdict = read_parts(&of);
	if (verdict == TK_BAD)
		of.error->line = line->number > UINT32_MAX
					 ? UINT32_MAX
					 : (uint32_t)line->number;
	return verdict;
}

bool
tk_dialect_time(struct tk_dialect *dialect, const struct tk_line *line,
		uint64_t *out)
{
	struct tk_envelope envelope;
	struct tk_payload payload;

	/* A line that is a part of another cannot be seen twice. */
	if (line->oversize || line->not_text != NULL ||
	    tk_unwrap_must_see(dialect->unwrap, 0, line) ||
	    tk_unwrap_line(dialect->probe, 0, line, &payload, NULL) !=
		    TK_UNWRAPPED ||
	    tk_envelope_read(dialect->reader, SIZE_MAX, &payload, &envelope,
			     NULL) != BACKOFF_OK ||
	    envelope.ts_ns == BACKOFF_ABSENT)
		return false;
	*out = envelope.ts_ns;
	return true;
}

bool
tk_dialect_flush(struct tk_dialect *dialect, size_t input, uint64_t now_ns,
		 tk_reading_fn fn, void *user)
{
	dialect->apply.fn = fn;
	dialect->apply.user = user;
	return tk_apply_flush(&dialect->apply, input, now_ns);
}
