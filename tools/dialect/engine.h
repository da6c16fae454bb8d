/* The rules of several dialects as one reader of lines. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_ENGINE_H
#define TK_ENGINE_H

#include "dialect/apply.h"
#include "dialect/needles.h"
#include "dialect/shipped.h"

/** What a line must have for a rule to match it: sets of needles, one after the
 *  other in tk_dialect.sets, each after their number. One of each of the first;
 *  then, for one of the patterns, if there are any, all of its set. */
struct tk_rule_needs {
	size_t from;
	unsigned one_of_count, pattern_count;
};

struct tk_dialect {
	/* In their order of precedence. */
	struct tk_file **file;
	size_t file_count, file_room;
	/* Native lines are read, and nothing else is. */
	bool native, native_only;
	struct backoff_event_decoder *decoder;
	uint64_t native_readings;

	/* All rules of all files. */
	struct tk_rule **rule;
	size_t rule_count, words;
	struct tk_needles *needles;
	/* For each needle, the rules that it may lead to; and the rules that
	 * have no needle. */
	uint64_t *led_to, *always;
	bool has_always;
	/* For each rule. */
	struct tk_rule_needs *needs;
	uint16_t *sets;
	size_t sets_used, sets_room;
	/* The needle of native events. */
	size_t event_type;
	/* The first needles are those that lead to rules. */
	size_t leading, needle_words;
	/* Needles that the current line has, if one of them leads to a rule,
	 * and the rules that may match it. */
	uint64_t *hits, *candidates;
	/* Whether it has neither a backslash nor a control character, or
	 * perhaps only tabs. */
	bool is_plain;

	struct tk_unwrap *unwrap, *probe;
	struct tk_shipped shipped;
	struct tk_envelope_reader *reader;
	struct tk_payload payload;
	struct tk_envelope envelope;
	/* Only this file's rules are tried; NULL: all. */
	const struct tk_file *only;
	/* Inputs that have objects in one line: bit n for those of n mod 64. */
	uint64_t objects;
	char *plain;
	size_t plain_size;
	struct tk_apply apply;
	/* For callers that want none: clearing one for each line takes time. */
	struct backoff_error ignored;
};

/** After all files were added: find the literals of the rules. BACKOFF_OK,
 *  BACKOFF_E_LIMIT, BACKOFF_E_NOMEM. */
enum backoff_status tk_engine_build(struct tk_dialect *dialect);

/** Free what tk_engine_build() made. */
void tk_engine_clear(struct tk_dialect *dialect);

/** Find which rules may match a text, and set dialect->candidates. With @p more
 *  it is what was inside the text before, and literals of both count.
 *  TK_GOT; TK_GOT_ABSENT: none; TK_GOT_NO_MEMORY. */
enum tk_got tk_engine_search(struct tk_dialect *dialect, const char *text,
			     size_t length, bool more);

/** Whether the text that was searched has all that a candidate needs, and the
 *  patterns of it that may match. */
bool tk_engine_may_match(const struct tk_dialect *dialect, size_t rule,
			 struct tk_pattern_set *out);

/** Whether the text that was searched has a native event's "event_type". */
bool tk_engine_may_be_native(const struct tk_dialect *dialect);

/** Forget what earlier lines said about later ones. BACKOFF_OK or
 *  BACKOFF_E_NOMEM. */
enum backoff_status tk_engine_forget(struct tk_dialect *dialect);

/** Try only the rules of this file from now on; NULL: all. */
void tk_engine_only(struct tk_dialect *dialect, const struct tk_file *file);

#endif
