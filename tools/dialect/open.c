/* Opens dialects by their names. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/nearest.h"
#include "base/num.h"
#include "common/times.h"
#include "dialect/dialect.h"
#include "dialect/engine.h"

/* A larger file is not a dialect. */
#define FILE_MAX (1u << 20)
/* More of them are a mistake. */
#define FILES_MAX 256

/* What tk_dialect_open() works on. */
struct opening {
	struct tk_dialect *dialect;
	const struct tk_dialect_options *options;
	struct backoff_error *error;
	/* Errors of files that could be read go on to others. */
	enum backoff_status status;
};

/* Guesses come last, whatever their place in the list of files. */
static const char *const guesses[] = {"handwritten", "generic-json",
				      "not-retries"};

static enum backoff_status
fail(struct opening *opening, const char *name, enum backoff_status status,
     const char *text)
{
	struct backoff_error error = {.size = sizeof(error), .status = status};

	snprintf(error.text, sizeof(error.text), "%s", text);
	if (opening->status == BACKOFF_OK)
		*opening->error = error;
	if (opening->options->on_error != NULL)
		opening->options->on_error(opening->options->user, name,
					   &error);
	return opening->status = status;
}

static enum backoff_status
no_memory(struct opening *opening)
{
	return fail(opening, "", BACKOFF_E_NOMEM, "out of memory");
}

static bool
is_guess(const char *name)
{
	for (size_t i = 0; i < sizeof(guesses) / sizeof(*guesses); i++) {
		if (strcmp(guesses[i], name) == 0)
			return true;
	}
	return false;
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
add_file(struct opening *opening, struct tk_file *file)
{
	struct tk_dialect *dialect = opening->dialect;

	if (dialect->file_count == dialect->file_room) {
		size_t room = 2 * dialect->file_room + 8;
		struct tk_file **list =
			realloc(dialect->file, room * sizeof(*list));

		if (list == NULL) {
			tk_file_free(file);
			return no_memory(opening);
		}
		dialect->file = list;
		dialect->file_room = room;
	}
	dialect->file[dialect->file_count++] = file;
	return BACKOFF_OK;
}

static enum backoff_status
parse(struct opening *opening, const char *name, const char *text,
      size_t length, bool builtin)
{
	struct backoff_error error = {.size = sizeof(error)};
	struct tk_file *file = NULL;
	enum backoff_status status =
		tk_file_parse(name, text, length, opening->options->on_error,
			      opening->options->user, &file, &error);

	if (status != BACKOFF_OK) {
		if (opening->status == BACKOFF_OK)
			*opening->error = error;
		return opening->status = status;
	}
	file->builtin = builtin;
	file->lenient = builtin && is_guess(name);
	return add_file(opening, file);
}

static bool
is_open(const struct opening *opening, const char *name)
{
	for (size_t i = 0; i < opening->dialect->file_count; i++) {
		if (strcmp(opening->dialect->file[i]->name, name) == 0)
			return true;
	}
	return false;
}

static enum backoff_status
open_builtin(struct opening *opening, const char *name)
{
	const char *text = builtin_text(name);

	if (is_open(opening, name))
		return BACKOFF_OK;
	return parse(opening, name, text, strlen(text), true);
}

/* All of them; those that guess last. */
static enum backoff_status
open_all(struct opening *opening)
{
	enum backoff_status status = BACKOFF_OK;

	for (size_t i = 0; i < tk_dialects_count && !status; i++) {
		if (!is_guess(tk_dialects[i].name))
			status = open_builtin(opening, tk_dialects[i].name);
	}
	for (size_t i = 0; i < sizeof(guesses) / sizeof(*guesses) && !status;
	     i++) {
		if (builtin_text(guesses[i]) != NULL)
			status = open_builtin(opening, guesses[i]);
	}
	return status;
}

static enum backoff_status
open_path(struct opening *opening, const char *path)
{
	enum backoff_status status;
	char *text = NULL;
	size_t length = 0;
	int saved;

	status = bo_file_read(path, FILE_MAX, &text, &length);
	saved = errno;
	if (status == BACKOFF_E_LIMIT)
		fail(opening, path, status, "longer than 1 MiB");
	else if (status == BACKOFF_E_IO)
		fail(opening, path, status, strerror(saved));
	else if (status != BACKOFF_OK)
		fail(opening, path, status, backoff_status_text(status));
	else
		status = parse(opening, path, text, length, false);
	free(text);
	errno = saved;
	return status;
}

static enum backoff_status
unknown(struct opening *opening, const char *name)
{
	char known[2048] = "auto native", near[64], words[160];
	size_t used = strlen(known);

	for (size_t i = 0; i < tk_dialects_count && used < sizeof(known); i++)
		used += (size_t)snprintf(known + used, sizeof(known) - used,
					 " %s", tk_dialects[i].name);
	if (bo_nearest_of(name, known, near, sizeof(near)))
		snprintf(words, sizeof(words),
			 "no such dialect; did you mean %s?", near);
	else
		snprintf(words, sizeof(words),
			 "no such dialect: use auto, native, the name of one "
			 "that is built in or the path of a file");
	return fail(opening, name, BACKOFF_E_NOT_FOUND, words);
}

static enum backoff_status
open_name(struct opening *opening, const char *name)
{
	size_t length = strlen(name);

	if (opening->dialect->file_count >= FILES_MAX)
		return fail(opening, name, BACKOFF_E_LIMIT,
			    "more than 256 dialects");
	if (strcmp(name, "native") == 0 || strcmp(name, "auto") == 0)
		opening->dialect->native = true;
	if (strcmp(name, "native") == 0)
		return BACKOFF_OK;
	if (strcmp(name, "auto") == 0)
		return open_all(opening);
	if (builtin_text(name) != NULL)
		return open_builtin(opening, name);
	if (strchr(name, '/') ||
	    (length >= 5 && strcmp(name + length - 5, ".json") == 0))
		return open_path(opening, name);
	return unknown(opening, name);
}

/* Names between commas. An error ends it, except one in a file: then the other
 * files are read too, so that all errors are reported. */
static void
open_list(struct opening *opening, const char *list)
{
	for (const char *at = list;; at++) {
		size_t length = strcspn(at, ",");
		char *name = strndup(at, length);

		if (name == NULL) {
			no_memory(opening);
			return;
		}
		open_name(opening, name);
		free(name);
		if (opening->status == BACKOFF_E_NOMEM)
			return;
		at += length;
		if (*at == '\0')
			return;
	}
}

static uint64_t
wall_clock(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * BO_NS_PER_S + (uint64_t)now.tv_nsec;
}

static void
set_clocks(struct tk_dialect *dialect)
{
	const struct tk_view *view = &dialect->apply.view;

	tk_unwrap_clock(dialect->unwrap, view->zone_s, view->now_ns);
	tk_unwrap_clock(dialect->probe, view->zone_s, view->now_ns);
	tk_shipped_clock(&dialect->shipped, view->zone_s, view->now_ns);
	tk_envelope_clock(dialect->reader, view->zone_s, view->now_ns);
}

static enum backoff_status
set_options(struct opening *opening)
{
	const struct tk_dialect_options *options = opening->options;
	struct tk_dialect *dialect = opening->dialect;
	struct tk_view *view = &dialect->apply.view;

	if (options->zone != NULL) {
		view->has_zone = true;
		if (!tk_zone_parse(options->zone, strlen(options->zone),
				   &view->zone_s))
			return fail(opening, options->zone, BACKOFF_E_VALUE,
				    "must be an offset like \"Z\" or "
				    "\"+02:00\"");
	}
	view->now_ns = options->now_ns != 0 ? options->now_ns : wall_clock();
	set_clocks(dialect);
	return BACKOFF_OK;
}

static bool
make_readers(struct tk_dialect *dialect)
{
	dialect->unwrap = tk_unwrap_new();
	dialect->probe = tk_unwrap_new();
	dialect->reader = tk_envelope_reader_new();
	dialect->apply.joins = tk_joins_new();
	dialect->apply.notes = tk_notes_new();
	dialect->apply.bases = tk_bases_new();
	return tk_shipped_init(&dialect->shipped) && dialect->unwrap != NULL &&
	       dialect->probe != NULL && dialect->reader != NULL &&
	       dialect->apply.joins != NULL && dialect->apply.notes != NULL &&
	       dialect->apply.bases != NULL;
}

static void
free_readers(struct tk_dialect *dialect)
{
	tk_unwrap_free(dialect->unwrap);
	tk_unwrap_free(dialect->probe);
	tk_shipped_clear(&dialect->shipped);
	tk_envelope_reader_free(dialect->reader);
	tk_joins_free(dialect->apply.joins);
	tk_notes_free(dialect->apply.notes);
	tk_bases_free(dialect->apply.bases);
}

enum backoff_status
tk_engine_forget(struct tk_dialect *dialect)
{
	free_readers(dialect);
	if (!make_readers(dialect))
		return BACKOFF_E_NOMEM;
	set_clocks(dialect);
	return BACKOFF_OK;
}

static void
open_parts(struct opening *opening, const char *const *names)
{
	struct tk_dialect *dialect = opening->dialect;
	enum backoff_status status;

	for (; *names != NULL && opening->status != BACKOFF_E_NOMEM; names++)
		open_list(opening, *names);
	if (opening->status != BACKOFF_OK)
		return;
	dialect->native_only = dialect->file_count == 0;
	for (size_t i = 0; i < dialect->file_count; i++)
		dialect->file[i]->source = (unsigned)i + dialect->native;
	if (!make_readers(dialect) ||
	    (dialect->native &&
	     backoff_event_decoder_new(&dialect->decoder) != BACKOFF_OK)) {
		no_memory(opening);
		return;
	}
	if (set_options(opening) != BACKOFF_OK)
		return;
	status = tk_engine_build(dialect);
	if (status == BACKOFF_E_NOMEM)
		no_memory(opening);
	else if (status != BACKOFF_OK)
		fail(opening, "", status, "the dialects have too many rules");
}

enum backoff_status
tk_dialect_open(const char *const *names,
		const struct tk_dialect_options *options,
		struct tk_dialect **out, struct backoff_error *error)
{
	static const struct tk_dialect_options none = {.zone = NULL};
	struct backoff_error ignored = {.size = sizeof(ignored)};
	struct tk_dialect *dialect = calloc(1, sizeof(*dialect));
	struct opening opening = {
		.dialect = dialect,
		.options = options != NULL ? options : &none,
		.error = error != NULL ? error : &ignored,
	};

	if (dialect == NULL)
		return no_memory(&opening);
	dialect->apply.reading.event.size = sizeof(struct backoff_event);
	dialect->ignored.size = sizeof(dialect->ignored);
	open_parts(&opening, names);
	if (opening.status != BACKOFF_OK) {
		int saved = errno;

		tk_dialect_free(dialect);
		errno = saved;
		return opening.status;
	}
	*out = dialect;
	return BACKOFF_OK;
}

void
tk_dialect_free(struct tk_dialect *dialect)
{
	if (dialect == NULL)
		return;
	for (size_t i = 0; i < dialect->file_count; i++)
		tk_file_free(dialect->file[i]);
	free(dialect->file);
	backoff_event_decoder_free(dialect->decoder);
	tk_engine_clear(dialect);
	free_readers(dialect);
	tk_arena_clear(&dialect->apply.view.arena);
	free(dialect->plain);
	free(dialect);
}
