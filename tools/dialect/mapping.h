/* A dialect file in memory: how a foreign line becomes an event. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_MAPPING_H
#define TK_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

#include "base/json.h"
#include "dialect/fields.h"
#include "dialect/verdict.h"

/** Names in the log that one dialect may read. */
#define TK_SOURCES_MAX 64
/** Names that one field may be read from. */
#define TK_SOURCES_PER_FIELD 4
/** Rows of `events`, and of each `values`. */
#define TK_ROWS_MAX 64

/** A text of the log and the number that it stands for. */
struct tk_word {
	char *text;
	int number;
};

/** Format of a timestamp. */
enum tk_time_format {
	TK_TIME_RFC3339,
	/** A number of 10^-scale seconds since 1970. */
	TK_TIME_UNIX,
};

/** Mapping of one field. */
struct tk_map {
	/** Index into tk_fields. */
	size_t field;
	unsigned char source[TK_SOURCES_PER_FIELD];
	size_t source_count;
	/** DURATION, TIME: one unit is 10^scale ns; -1: a text like "1.5s". */
	int scale;
	enum tk_time_format format;
	/** TIME: UTC offset of times without one, "" to refuse them. */
	char zone[8];
	/** COUNT: added to the number in the log. */
	int add;
	/** OUTCOME, CLASS, STOP: meanings of the log's texts; `otherwise` is
	 *  that of all others, -1 for absent. */
	struct tk_word *words;
	size_t word_count;
	int otherwise;
};

/** The meaning of one value of `event_type`. */
struct tk_map_event {
	char *value;
	enum backoff_event_type type;
	/** Bits of tk_fields. */
	uint64_t required;
	/** Constants; -1: none. */
	int outcome, failure_class, stop;
};

/** The value of a source in the current line. */
struct tk_slot {
	struct bo_json_value value;
	/** Its string without escapes, made when it is needed. */
	char *copy;
	size_t copy_length;
};

struct tk_mapping {
	char *name;
	/** Names in the log, dots between nested ones. */
	struct {
		char *name;
		size_t length;
	} source[TK_SOURCES_MAX];
	size_t source_count;
	/** Sources by the low 5 bits of their length: most members of a line
	 *  are skipped without a look at their text. */
	uint64_t by_length[32];
	struct tk_map *maps;
	size_t map_count;
	struct tk_map_event *events;
	size_t event_count;
	/** Some source is nested. */
	bool deep;
	/** One of the events is a success. */
	bool logs_successes;
	/** One of them is an attempt that is followed by another. */
	bool logs_attempts;
	/** The map of event_type, and bytes that appear in the line of every
	 *  event. */
	const struct tk_map *type_map;
	char *needle;
	size_t needle_length;

	/** The current line. */
	const char *line;
	uint64_t seen, twice;
	struct tk_slot slot[TK_SOURCES_MAX];
	char *arena;
	size_t arena_used, arena_size;
};

/**
 * Read a dialect file.
 *
 * @return BACKOFF_OK; BACKOFF_E_SYNTAX, _FIELD, _VALUE, _LIMIT;
 *         BACKOFF_E_NOMEM
 */
enum backoff_status tk_mapping_parse(const char *text, size_t length,
				     struct tk_mapping **out,
				     struct backoff_error *error);
void tk_mapping_free(struct tk_mapping *mapping);

/** Get the number of a name in the log, and watch it from now on; -1 if there
 *  are too many or memory ran out. */
int tk_mapping_source(struct tk_mapping *mapping, const char *name);

/** Get the mapping of a field by its name; NULL if the dialect does not have
 *  it. */
const struct tk_map *tk_mapping_field(const struct tk_mapping *mapping,
				      const char *name);

/** Find the sources in a line. */
enum backoff_status tk_mapping_scan(struct tk_mapping *mapping,
				    const char *text, size_t length,
				    struct backoff_error *error);

/** Find the time in a line that need not be an event: the first member of that
 *  name, not nested, an RFC 3339 time. */
bool tk_mapping_time(const struct tk_mapping *mapping, const char *text,
		     size_t length, uint64_t *out);

/** Read a time that ends with a quote. @p zone is added if it has none. */
bool tk_time_in_quotes(const char *text, const char *end, const char *zone,
		       uint64_t *out);

/** Make an event from the values found: TK_EVENT, TK_FOREIGN or TK_BAD. */
enum tk_verdict tk_mapping_convert(struct tk_mapping *mapping,
				   struct backoff_event *out,
				   struct backoff_error *error);

/** The built-in dialect files, embedded by the build. */
struct tk_dialects {
	const char *name, *text;
};
extern const struct tk_dialects tk_dialects[];
extern const size_t tk_dialects_count;

#endif
