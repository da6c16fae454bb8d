/* A line as rules see it: members, holes and what its envelope says. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_VIEW_H
#define TK_VIEW_H

#include "dialect/arena.h"
#include "dialect/path.h"
#include "dialect/rule.h"
#include "envelope/envelope.h"

/** Objects in which members are looked for. */
#define TK_PLACES 6

struct tk_view {
	const struct tk_payload *payload;
	struct tk_envelope *envelope;
	/** Holes of the rule that matched; at NULL if not set. */
	struct tk_piece hole[TK_HOLES_MAX];
	/** `each`: the element and the objects around it, the outermost first;
	 *  0: the line itself. */
	const struct bo_json_value *chain;
	size_t chain_count;
	/** Members are also looked for in `context` and the like, which are
	 *  found when they are needed. */
	bool inside, knows_places;
	struct bo_json_value place[TK_PLACES];
	size_t place_count;
	/** For times without a zone: of the command line, and whether it was
	 *  given. */
	bool has_zone;
	int32_t zone_s;
	uint64_t now_ns;
	/** How the dialect's times are written; NULL. And the time with which
	 *  the line begins then; BACKOFF_ABSENT. */
	const char *time_format;
	uint64_t formatted_ns;
	struct tk_arena arena;
	/** Set with TK_GOT_WRONG. */
	struct backoff_error error;
};

enum tk_got {
	TK_GOT,
	TK_GOT_ABSENT,
	/** It is there, but cannot be what it should be. */
	TK_GOT_WRONG,
	TK_GOT_NO_MEMORY,
};

/** Read the line's time as the dialect writes it. */
void tk_view_time(struct tk_view *view, const struct tk_file *file);

/** The value of a name; false if there is none, or null. */
bool tk_view_find(struct tk_view *view, const struct tk_name *name,
		  struct bo_json_value *out);

/** Its text without escapes, not NUL-terminated. TK_GOT, TK_GOT_NO_MEMORY. */
enum tk_got tk_view_text(struct tk_view *view,
			 const struct bo_json_value *value,
			 struct tk_piece *out);

/** Read a source as text. */
enum tk_got tk_view_source(struct tk_view *view, const struct tk_source *source,
			   struct tk_piece *out);

/** Read a duration, with the same rules as a field. */
enum tk_got tk_view_duration(struct tk_view *view,
			     const struct tk_source *source,
			     struct tk_piece text, uint64_t *out);

/** Copy a text with a NUL, cut at @p limit bytes; NULL if there is no
 *  memory. */
const char *tk_view_copy(struct tk_view *view, struct tk_piece text,
			 size_t limit);

/** Read one field into what is made. */
enum tk_got tk_view_field(struct tk_view *view, const struct tk_map *map,
			  struct tk_made *made);

/** Whether a condition of `when` holds. */
enum tk_got tk_view_condition(struct tk_view *view,
			      const struct tk_condition *condition);

/** The text that stands for @p text in these choices; NULL. */
const struct tk_choice *tk_choice_find(const struct tk_source *source,
				       struct tk_piece text);

#endif
