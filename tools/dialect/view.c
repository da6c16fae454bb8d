/* Finds values in a line, and tests conditions on them. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/view.h"

#include <string.h>

#include "base/utf8.h"
#include "envelope/find.h"

static bool
from_piece(struct tk_piece piece, struct bo_json_value *out)
{
	if (piece.at == NULL)
		return false;
	*out = (struct bo_json_value){
		.at = piece.at, .length = piece.length, .type = BO_JSON_STRING};
	return true;
}

/* In the element, else in an object around it. */
static bool
find_in_chain(const struct tk_view *view, const struct tk_name *name,
	      struct bo_json_value *out)
{
	for (size_t i = view->chain_count; i-- > 0;) {
		if (tk_member_find(&view->chain[i], name->text, name->length,
				   out))
			return true;
	}
	return false;
}

/* Find the objects under whose names loggers put what a program adds. */
static void
find_places(struct tk_view *view)
{
	static const char *const names[TK_PLACES] = {
		"context", "ctx", "extra", "data", "attributes", "fields"};

	view->knows_places = true;
	view->place_count = 0;
	if (view->envelope->kind != TK_ENVELOPE_JSON &&
	    view->envelope->kind != TK_ENVELOPE_TAIL)
		return;
	for (size_t i = 0; i < TK_PLACES; i++) {
		struct bo_json_value *place = &view->place[view->place_count];

		if (tk_envelope_member(view->envelope, names[i], place) &&
		    (place->type == BO_JSON_OBJECT ||
		     place->type == BO_JSON_ARRAY))
			view->place_count++;
	}
}

static bool
find_inside(struct tk_view *view, const struct tk_name *name,
	    struct bo_json_value *out)
{
	if (!view->knows_places)
		find_places(view);
	for (size_t i = 0; i < view->place_count; i++) {
		if (tk_member_find(&view->place[i], name->text, name->length,
				   out))
			return true;
	}
	return false;
}

static bool
find_member(struct tk_view *view, const struct tk_name *name,
	    struct bo_json_value *out)
{
	if (view->chain_count > 0)
		return find_in_chain(view, name, out);
	return tk_envelope_member(view->envelope, name->text, out) ||
	       (view->inside && find_inside(view, name, out));
}

bool
tk_view_find(struct tk_view *view, const struct tk_name *name,
	     struct bo_json_value *out)
{
	const struct tk_payload *payload = view->payload;
	const struct tk_envelope *envelope = view->envelope;
	bool found = false;

	switch (name->kind) {
	case TK_NAME_HOLE:
		if (from_piece(view->hole[name->hole], out))
			return true;
		/* The template that matched has no such hole. */
		found = find_member(view, name, out);
		break;
	case TK_NAME_MEMBER:
		found = find_member(view, name, out);
		break;
	case TK_NAME_TIME:
		/* It has a number: see read_time(). */
		return false;
	case TK_NAME_MESSAGE:
		return from_piece(envelope->message, out);
	case TK_NAME_THREAD:
		return from_piece(envelope->thread, out);
	case TK_NAME_LOGGER:
		return from_piece(envelope->logger, out);
	case TK_NAME_LEVEL:
		return from_piece(envelope->level, out);
	case TK_NAME_ID:
		return from_piece(envelope->id, out);
	case TK_NAME_HOST:
		return from_piece(payload->host, out);
	case TK_NAME_POD:
		return from_piece(payload->pod, out);
	case TK_NAME_CONTAINER:
		return from_piece(payload->container, out);
	case TK_NAME_APP:
		return from_piece(payload->app, out);
	case TK_NAME_STREAM:
		return from_piece(payload->stream, out);
	case TK_NAME_PID:
		return from_piece(payload->pid, out);
	}
	return found && out->type != BO_JSON_NULL;
}

enum tk_got
tk_view_text(struct tk_view *view, const struct bo_json_value *value,
	     struct tk_piece *out)
{
	char *copy;

	*out = (struct tk_piece){value->at, value->length};
	if (value->type != BO_JSON_STRING || !value->escaped)
		return TK_GOT;
	copy = tk_arena_take(&view->arena, value->length + 1);
	if (copy == NULL)
		return TK_GOT_NO_MEMORY;
	*out = (struct tk_piece){copy, bo_json_unescape(value, copy)};
	return TK_GOT;
}

const char *
tk_view_copy(struct tk_view *view, struct tk_piece text, size_t limit)
{
	size_t length = text.length;
	char *copy;

	if (length > limit)
		length = bo_utf8_cut(text.at, length, limit);
	copy = tk_arena_take(&view->arena, length + 1);
	if (copy == NULL)
		return NULL;
	memcpy(copy, text.at, length);
	copy[length] = '\0';
	return copy;
}

static bool
is_text(struct tk_piece piece, const char *text)
{
	size_t length = strlen(text);

	return piece.length == length && memcmp(piece.at, text, length) == 0;
}

/* "5xx": three characters, of which an 'x' is any digit. */
static bool
is_of_class(struct tk_piece piece, const char *class)
{
	if (piece.length != 3)
		return false;
	for (size_t i = 0; i < 3; i++) {
		if (class[i] == 'x' ? piece.at[i] < '0' || piece.at[i] > '9'
				    : class[i] != piece.at[i])
			return false;
	}
	return true;
}

static bool
looks_like_class(const char *text)
{
	return strlen(text) == 3 && strspn(text, "0123456789x") == 3 &&
	       strchr(text, 'x') != NULL;
}

static bool
is_wanted(struct tk_piece text, const struct tk_wanted *wanted)
{
	if (wanted->none)
		return text.length == 0 || is_text(text, "-");
	if (wanted->any)
		return text.length > 0 && !is_text(text, "-");
	return is_text(text, wanted->text) ||
	       (wanted->is_class && is_of_class(text, wanted->text));
}

enum tk_got
tk_view_condition(struct tk_view *view, const struct tk_condition *condition)
{
	struct bo_json_value value = {.type = BO_JSON_NULL};
	struct tk_piece text = {"", 0};
	bool found = false;

	for (size_t i = 0; !found && i < condition->name_count; i++)
		found = tk_view_find(view, &condition->name[i], &value);
	if (found && tk_view_text(view, &value, &text) != TK_GOT)
		return TK_GOT_NO_MEMORY;
	for (size_t i = 0; i < condition->wanted_count; i++) {
		const struct tk_wanted *wanted = &condition->wanted[i];

		if ((found || wanted->none) && is_wanted(text, wanted))
			return TK_GOT;
	}
	return TK_GOT_ABSENT;
}

const struct tk_choice *
tk_choice_find(const struct tk_source *source, struct tk_piece text)
{
	for (size_t i = 0; i < source->values.count; i++) {
		const struct tk_choice *row = &source->values.row[i];

		if (is_text(text, row->pattern) ||
		    (looks_like_class(row->pattern) &&
		     is_of_class(text, row->pattern)))
			return row;
	}
	for (size_t i = 0; i < source->contains.count; i++) {
		const struct tk_choice *row = &source->contains.row[i];

		if (memmem(text.at, text.length, row->pattern,
			   strlen(row->pattern)) != NULL)
			return row;
	}
	return source->otherwise.text != NULL ? &source->otherwise : NULL;
}
