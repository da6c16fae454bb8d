/* Classifies a line, and selects the dialect that reads it. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/dialect.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/nearest.h"
#include "dialect/mapping.h"
#include "unwrap/unwrap.h"

/* A larger file is not a dialect. */
#define FILE_MAX (1u << 20)
/* A larger number of dropped events is an error. */
#define DROPPED_MAX UINT64_C(1000000000000)

enum kind {
	KIND_AUTO,
	KIND_NATIVE,
	KIND_MAPPED,
};

/* Places in `found`: native, and the mapping. */
enum source {
	SOURCE_NATIVE,
	SOURCE_MAPPED,
};

struct tk_dialect {
	enum kind kind;
	/* KIND_AUTO and KIND_NATIVE. */
	struct backoff_event_decoder *decoder;
	/* KIND_AUTO and KIND_MAPPED. */
	struct tk_mapping *mapping;
	/* KIND_AUTO: the source that identifies a native line, "v". */
	int mark;
	struct tk_unwrap *unwrap;
	/* The last line that was read, without its wrappers. */
	struct tk_payload payload;
	/* Readings by source. */
	uint64_t found[2];
	struct tk_reading reading;
};

void
tk_dialect_free(struct tk_dialect *dialect)
{
	if (!dialect)
		return;
	backoff_event_decoder_free(dialect->decoder);
	tk_mapping_free(dialect->mapping);
	tk_unwrap_free(dialect->unwrap);
	free(dialect);
}

/* Whether these bytes can be an event: they contain the name of its type, or
 * escapes with which it may be written. Most lines of an application's log
 * are recognized as foreign here. */
static bool
may_be_event(const struct tk_dialect *dialect, const char *text, size_t length)
{
	static const char native[] = "event_type\"";
	const char *needle = native;
	size_t needle_length = sizeof(native) - 1;

	if (dialect->kind == KIND_MAPPED) {
		needle = dialect->mapping->needle;
		needle_length = dialect->mapping->needle_length;
	}
	return memmem(text, length, needle, needle_length) ||
	       memmem(text, length, "\\u00", 4);
}

void
tk_dialect_arrival(struct tk_dialect *dialect, uint64_t ns)
{
	(void)dialect;
	(void)ns;
}

bool
tk_dialect_found(const struct tk_dialect *dialect, size_t i, const char **name,
		 uint64_t *readings)
{
	if (dialect->kind == KIND_MAPPED)
		i++;
	if (i > (dialect->kind == KIND_NATIVE ? SOURCE_NATIVE : SOURCE_MAPPED))
		return false;
	*name = i == SOURCE_NATIVE ? "native" : dialect->mapping->name;
	*readings = dialect->found[i];
	return true;
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

bool
tk_dialect_time(struct tk_dialect *dialect, const struct tk_line *line,
		uint64_t *out)
{
	static const char native[] = "\"ts\":\"";
	const struct tk_payload *payload = &dialect->payload;
	const char *end, *text;

	if (line->oversize || payload->length == 0)
		return false;
	end = payload->text + payload->length;
	if (dialect->mapping != NULL &&
	    tk_mapping_time(dialect->mapping, payload->text, payload->length,
			    out))
		return true;
	text = dialect->kind == KIND_MAPPED
		       ? NULL
		       : memmem(payload->text, payload->length, native,
				sizeof(native) - 1);
	if (text != NULL &&
	    tk_time_in_quotes(text + sizeof(native) - 1, end, "", out))
		return true;
	if (payload->ts_ns == BACKOFF_ABSENT)
		return false;
	*out = payload->ts_ns;
	return true;
}

static enum backoff_status
fail(struct backoff_error *error, enum backoff_status status, const char *text)
{
	memset(error, 0, sizeof(*error));
	error->status = status;
	snprintf(error->text, sizeof(error->text), "%s", text);
	return status;
}

/* The content of a file, at most FILE_MAX bytes; free() it. */
static enum backoff_status
read_file(const char *path, char **out, size_t *length,
	  struct backoff_error *error)
{
	enum backoff_status status = bo_file_read(path, FILE_MAX, out, length);
	int saved = errno;

	if (status == BACKOFF_E_LIMIT)
		fail(error, status, "longer than 1 MiB");
	else if (status == BACKOFF_E_IO)
		fail(error, status, strerror(errno));
	else if (status != BACKOFF_OK)
		fail(error, status, backoff_status_text(status));
	errno = saved;
	return status;
}

static const char *
builtin_text(const char *name)
{
	for (size_t i = 0; i < tk_dialects_count; i++) {
		if (strcmp(tk_dialects[i].name, name) == 0)
			return tk_dialects[i].text;
	}
	return NULL;
}

static enum backoff_status
open_mapping(const char *name, struct tk_mapping **out,
	     struct backoff_error *error)
{
	const char *builtin = builtin_text(name);
	size_t name_length = strlen(name);
	enum backoff_status status;
	char near[64], words[160];
	size_t length = 0;
	char *text = NULL;

	if (builtin)
		return tk_mapping_parse(builtin, strlen(builtin), out, error);
	if (!strchr(name, '/') &&
	    (name_length < 5 || strcmp(name + name_length - 5, ".json") != 0)) {
		if (bo_nearest_of(name, "auto native python-retry", near,
				  sizeof(near)))
			snprintf(words, sizeof(words),
				 "no such dialect; did you mean %s?", near);
		else
			snprintf(words, sizeof(words),
				 "no such dialect: use auto, native, "
				 "python-retry or the path of a file");
		return fail(error, BACKOFF_E_NOT_FOUND, words);
	}
	status = read_file(name, &text, &length, error);
	if (status)
		return status;
	status = tk_mapping_parse(text, length, out, error);
	free(text);
	return status;
}

static enum backoff_status
open_parts(struct tk_dialect *dialect, const char *name,
	   struct backoff_error *error)
{
	enum backoff_status status = BACKOFF_OK;

	dialect->reading.event.size = sizeof(dialect->reading.event);
	dialect->unwrap = tk_unwrap_new();
	if (!dialect->unwrap)
		return fail(error, BACKOFF_E_NOMEM, "out of memory");
	dialect->kind = KIND_MAPPED;
	if (strcmp(name, "auto") == 0)
		dialect->kind = KIND_AUTO;
	else if (strcmp(name, "native") == 0)
		dialect->kind = KIND_NATIVE;
	if (dialect->kind != KIND_MAPPED) {
		status = backoff_event_decoder_new(&dialect->decoder);
		if (status)
			return fail(error, status, "out of memory");
	}
	if (dialect->kind != KIND_NATIVE) {
		status = open_mapping(
			dialect->kind == KIND_AUTO ? "python-retry" : name,
			&dialect->mapping, error);
		if (status)
			return status;
	}
	if (dialect->kind == KIND_AUTO) {
		dialect->mark = tk_mapping_source(dialect->mapping, "v");
		if (dialect->mark < 0)
			return fail(error, BACKOFF_E_NOMEM, "out of memory");
	}
	return BACKOFF_OK;
}

/* One name, so far. */
enum backoff_status
tk_dialect_open(const char *const *names,
		const struct tk_dialect_options *options,
		struct tk_dialect **out, struct backoff_error *error)
{
	struct tk_dialect *dialect = calloc(1, sizeof(*dialect));
	struct backoff_error ignored = {.size = sizeof(ignored)};
	enum backoff_status status;

	if (!error)
		error = &ignored;
	if (!dialect)
		return fail(error, BACKOFF_E_NOMEM, "out of memory");
	status = open_parts(dialect, names[0], error);
	if (status) {
		int saved = errno;

		if (options != NULL && options->on_error != NULL)
			options->on_error(options->user, names[0], error);
		tk_dialect_free(dialect);
		errno = saved;
		return status;
	}
	*out = dialect;
	return BACKOFF_OK;
}

static enum tk_verdict
bad(struct backoff_error *error, enum backoff_status status, size_t column,
    const char *text)
{
	fail(error, status, text);
	error->column = (uint32_t)column;
	return TK_BAD;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Say what the dialect knows about the log of the event that was read. */
static void
describe(struct tk_dialect *dialect, enum source source)
{
	struct tk_reading *reading = &dialect->reading;
	const struct tk_mapping *mapping = dialect->mapping;

	reading->native = source == SOURCE_NATIVE;
	/* Other versions' native events may lack an id. */
	reading->silent = reading->may_be_whole = false;
	if (source == SOURCE_MAPPED ||
	    (dialect->kind == KIND_AUTO && reading->event.call_id == NULL)) {
		reading->silent =
			dialect->kind == KIND_AUTO || !mapping->logs_successes;
		reading->may_be_whole =
			!mapping->logs_attempts || mapping->logs_successes;
	}
	reading->by_order = false;
	reading->no_time = reading->event.ts_ns == BACKOFF_ABSENT;
	reading->left = BACKOFF_ABSENT;
	reading->lane = NULL;
	reading->source = dialect->kind == KIND_MAPPED ? 0 : source;
	dialect->found[source]++;
}

static enum tk_verdict
read_native(struct tk_dialect *dialect, const char *text, size_t length,
	    struct backoff_error *error)
{
	enum backoff_status status = backoff_event_decode(
		dialect->decoder, text, length, &dialect->reading.event, error);

	if (status == BACKOFF_OK) {
		describe(dialect, SOURCE_NATIVE);
		return TK_EVENT;
	}
	if (status == BACKOFF_E_FOREIGN)
		return TK_FOREIGN;
	error->status = status;
	return TK_BAD;
}

static enum tk_verdict
read_object(struct tk_dialect *dialect, const char *text, size_t length,
	    struct backoff_error *error)
{
	enum tk_verdict verdict;
	static const char native_start[] = "{\"v\":";

	if (dialect->kind == KIND_NATIVE)
		return read_native(dialect, text, length, error);
	/* This library begins its lines with this text: they are read only
	 * once. */
	if (dialect->kind == KIND_AUTO && length >= sizeof(native_start) - 1 &&
	    memcmp(text, native_start, sizeof(native_start) - 1) == 0)
		return read_native(dialect, text, length, error);
	if (tk_mapping_scan(dialect->mapping, text, length, error))
		return TK_BAD;
	if (dialect->kind == KIND_AUTO &&
	    dialect->mapping->seen >> dialect->mark & 1)
		return read_native(dialect, text, length, error);
	verdict = tk_mapping_convert(dialect->mapping, &dialect->reading.event,
				     error);
	if (verdict == TK_EVENT)
		describe(dialect, SOURCE_MAPPED);
	return verdict;
}

/* Find the object that ends a text which begins otherwise, as loggers write
 * those that are given to them as a message. */
static const char *
find_object(const char *text, size_t length)
{
	const char *object = NULL;

	if (length > 0 && text[length - 1] == '}')
		object = memmem(text, length, "{\"", 2);
	return object;
}

/* Classify a text without reading its members. TK_EVENT: they must be read, and
 * *start and *end are set to its object. */
static enum tk_verdict
look(const struct tk_dialect *dialect, const struct tk_line *line,
     const char **start, const char **end, struct backoff_error *error)
{
	const char *text = *start;

	while (text < *end && is_space(*text))
		text++;
	while (*end > text && is_space((*end)[-1]))
		--*end;
	if (text == *end)
		return TK_FOREIGN;
	if (*text != '{') {
		text = find_object(text, (size_t)(*end - text));
		if (!text)
			return TK_FOREIGN;
	}
	if (!may_be_event(dialect, text, (size_t)(*end - text))) {
		if ((*end)[-1] == '}')
			return TK_FOREIGN;
		return bad(error, BACKOFF_E_SYNTAX, (size_t)(*end - *start) + 1,
			   line->unterminated
				   ? "the file ends in the middle of a line"
				   : "truncated JSON");
	}
	*start = text;
	return TK_EVENT;
}

static enum tk_verdict
read_payload(struct tk_dialect *dialect, const struct tk_line *line,
	     struct backoff_error *error)
{
	const struct tk_payload *payload = &dialect->payload;
	const struct backoff_event *event = &dialect->reading.event;
	const char *start = payload->text, *end = start + payload->length;
	enum tk_verdict verdict;
	size_t before;

	verdict = look(dialect, line, &start, &end, error);
	if (verdict == TK_EVENT) {
		before = (size_t)(start - payload->text);
		verdict = read_object(dialect, start, (size_t)(end - start),
				      error);
		if (verdict == TK_EVENT && event->dropped != BACKOFF_ABSENT &&
		    event->dropped > DROPPED_MAX)
			verdict = bad(error, BACKOFF_E_VALUE, 1,
				      "dropped: no process loses more than "
				      "10^12 events");
		/* Braces in a text are not an object. */
		if (verdict == TK_BAD && before > 0 && start[-1] > ' ' &&
		    error->status == BACKOFF_E_SYNTAX)
			return TK_FOREIGN;
		if (verdict == TK_BAD)
			error->column += (uint32_t)before;
	}
	if (verdict == TK_BAD)
		error->column += (uint32_t)payload->skipped;
	return verdict;
}

enum tk_verdict
tk_dialect_read(struct tk_dialect *dialect, size_t input,
		const struct tk_line *line, tk_reading_fn fn, void *user,
		struct backoff_error *error)
{
	struct backoff_error ignored = {.size = sizeof(ignored)};
	enum tk_verdict verdict = TK_BAD;

	if (!error)
		error = &ignored;
	dialect->payload.length = 0;
	switch (tk_unwrap_line(dialect->unwrap, input, line, &dialect->payload,
			       error)) {
	case TK_UNWRAPPED:
		verdict = read_payload(dialect, line, error);
		break;
	case TK_UNWRAP_PENDING:
		return TK_EVENT;
	case TK_UNWRAP_BAD:
		break;
	}
	if (verdict == TK_EVENT && !fn(user, &dialect->reading))
		verdict = bad(error, BACKOFF_E_NOMEM, 1, "out of memory");
	if (verdict == TK_BAD)
		error->line = line->number > UINT32_MAX
				      ? UINT32_MAX
				      : (uint32_t)line->number;
	return verdict;
}
