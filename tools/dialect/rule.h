/* A dialect file in memory: rules that make events of lines. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_RULE_H
#define TK_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <backoff.h>

#include "base/json.h"
#include "base/num.h"
#include "common/times.h"
#include "dialect/fields.h"
#include "dialect/reading.h"
#include "dialect/regex.h"
#include "dialect/template.h"

/** Limits of a file: rules, texts of one rule, names of one source, members of
 *  one object. */
#define TK_RULES_MAX 256
#define TK_PATTERNS_MAX 100
#define TK_NAMES_MAX 20
#define TK_ROWS_MAX 128
#define TK_ALSO_MAX 32

/** A retry that has no line this long after it was due was not logged. */
#define TK_OPEN_NS (900 * BO_NS_PER_S)

/** Where a value is found. */
enum tk_name_kind {
	/** A member of the line's object; dots reach into objects. */
	TK_NAME_MEMBER,
	/** A hole of the rule's templates, or a group of its regex. */
	TK_NAME_HOLE,
	/** @time and so on: what the line's envelope says. */
	TK_NAME_TIME,
	TK_NAME_MESSAGE,
	TK_NAME_THREAD,
	TK_NAME_LOGGER,
	TK_NAME_LEVEL,
	TK_NAME_ID,
	TK_NAME_HOST,
	TK_NAME_POD,
	TK_NAME_CONTAINER,
	TK_NAME_APP,
	TK_NAME_STREAM,
	TK_NAME_PID,
};

struct tk_name {
	enum tk_name_kind kind;
	/** HOLE: its index in the rule's holes. */
	unsigned hole;
	/** As written; never NULL. */
	char *text;
	size_t length;
};

/** A text of the log, and what it stands for: for a name of the native
 *  vocabulary its number. */
struct tk_choice {
	char *pattern, *text;
	int number;
};

struct tk_choices {
	struct tk_choice *row;
	size_t count;
};

/** How one value is found and read. */
struct tk_source {
	struct tk_name *name;
	size_t name_count;
	/** A bare number is in units of 10^scale ns; with `by_size` the unit
	 * is the usual one for a number of that size. */
	unsigned scale;
	bool by_size;
	enum tk_time_form form;
	/** For times without one. */
	bool has_zone;
	int32_t zone_s;
	/** Added to a count. */
	int add;
	/** Texts that mean "absent"; if not given, "" and "-". */
	char **absent;
	size_t absent_count;
	bool absent_given;
	/** The value if there is none; NULL. A constant has no names. */
	char *fallback;
	/** What texts mean: exactly these, those that contain these, and all
	 *  others. */
	struct tk_choices values, contains;
	struct tk_choice otherwise;
	/** JSON types must be right, as in files with `events`. */
	bool strict;
};

/** How one field is read. */
struct tk_map {
	/** Index into tk_fields. */
	size_t field;
	struct tk_source source;
};

/** How an attribute is read. */
struct tk_attribute {
	char *name;
	struct tk_source source;
};

/** A value that a member must have. */
struct tk_wanted {
	/** A text, a number as written, "true" or "false"; "*" for any; with
	 *  'x' for any digit if is_class. With `none`, it must be absent. */
	char *text;
	enum bo_json_type type;
	bool any, is_class, none;
};

/** One member of `when`. */
struct tk_condition {
	/** The first that is there counts. */
	struct tk_name *name;
	size_t name_count;
	struct tk_wanted *wanted;
	size_t wanted_count;
};

/** A template or a regex, and what its holes are in the rule. */
struct tk_pattern {
	struct tk_template *pattern;
	struct tk_regex *regex;
	/** Index in the rule's holes; TK_HOLES_MAX for "_". */
	unsigned char hole[TK_HOLES_MAX];
};

/** `list`: attempts of a call, side by side. */
struct tk_list {
	char *split[8];
	size_t split_count;
	struct tk_source code, duration, target;
	bool has_code, has_duration, has_target;
};

enum tk_rule_type {
	TK_RULE_EVENT,
	TK_RULE_CALL,
	TK_RULE_NOTE,
	TK_RULE_SKIP,
};

/** What lines of a log may lack that others of the same program have. */
enum tk_lack {
	TK_LACK_CAUSES,
	TK_LACK_DELAYS,
	TK_LACK_RETRIES,
	TK_LACK_COUNTS,
	TK_LACKS
};

struct tk_file;

struct tk_rule {
	const struct tk_file *file;
	/** As in the file: "rules[3]" or "events.x". */
	char label[48];
	/** Its description; NULL. */
	char *description;
	enum tk_rule_type type;
	/** EVENT. */
	enum backoff_event_type event;
	struct tk_condition *condition;
	size_t condition_count;
	struct tk_pattern *pattern;
	size_t pattern_count;
	/** Names of the holes of all patterns. */
	char *hole[TK_HOLES_MAX];
	size_t hole_count;
	/** Bits of those that a source names, and of those that only `also` of
	 *  the file has. */
	uint32_t holes_used, holes_also;
	/** The rule's holes of each expression of `also`; NULL. */
	unsigned char (*also)[TK_HOLES_MAX];
	/** Bits of the holes of which each source asks one before each hole. */
	uint32_t holes_before[TK_HOLES_MAX];
	/** The member that the patterns search; name_count 0: the message. */
	struct tk_source in;
	bool has_in;
	struct tk_map *map;
	size_t map_count;
	struct tk_attribute *attribute;
	size_t attribute_count;
	struct tk_list *list;
	/** "a[].b[]"; NULL. */
	char *each;
	/** Whether it needs a retry that is due, since this or less. */
	bool open;
	uint64_t open_ns;
	/** It is not an attempt: it ends the call of that retry, whose last
	 *  failure has a line. */
	bool closes;
	/** Lines count down the seconds of a wait: only the first is an
	 *  event. */
	bool countdown;
	/** NOTE: the dialects whose events take it; none: any. */
	char **takers;
	size_t taker_count;
	/** NOTE: the event that it is if none takes it: ATTEMPT, or EXHAUSTED
	 *  only where events take others of its operation; UNKNOWN: none. */
	enum backoff_event_type alone;
	/** Lines that matched, and matches that were stopped. */
	uint64_t matched, stopped;
	/** Bits of tk_fields without which the line is bad, and of those
	 *  without which, also from notes, it is not an event. */
	uint64_t required, needed;
	/** Whether it reads how many attempts a call had; and the operation of
	 *  lines that name none, NULL: it has none. */
	bool says_attempts;
	const char *default_operation;
};

/** A dialect file. */
struct tk_file {
	char *name, *description;
	struct tk_rule *rule;
	size_t rule_count;
	/** Expressions that fill holes which a rule leaves empty. */
	struct tk_regex **also;
	size_t also_count;
	enum tk_successes successes;
	bool logs_attempts;
	/** For attempts whose line does not have it; BACKOFF_ABSENT. */
	uint64_t delay_ns;
	/** For times without one. */
	bool has_zone;
	int32_t zone_s;
	/** How times are written, as for strptime(3); NULL: in a usual way. */
	char *time_format;
	/** A guess: what cannot be read is not an event, instead of bad. */
	bool lenient;
	/** It was not given by the user: another dialect may understand what
	 *  this one finds bad. */
	bool builtin;
	/** The `samples` as JSON; NULL. */
	char *samples;
	/** Files whose notes are for this one's events, and whether there are
	 *  any; whether a rule looks for open retries. Not owned. */
	const struct tk_file **giver;
	size_t giver_count;
	bool has_open;
	/** Whether a note may be an event. */
	bool has_alone;
	/** Its number for tk_dialect_found(). */
	unsigned source;
	/** Readings given, and those that have it. */
	uint64_t readings, has[TK_LACKS];
	/** What to do if none has it; NULL. */
	char *lacks[TK_LACKS];
};

/**
 * Read a dialect file.
 *
 * @param on_error  called for each error with @p name; may be NULL
 * @param error     set with the first error
 * @return BACKOFF_OK; BACKOFF_E_SYNTAX, _FIELD, _VALUE, _LIMIT; BACKOFF_E_NOMEM
 */
enum backoff_status tk_file_parse(const char *name, const char *text,
				  size_t length, tk_dialect_error_fn on_error,
				  void *user, struct tk_file **out,
				  struct backoff_error *error);
void tk_file_free(struct tk_file *file);

void tk_source_clear(struct tk_source *source);

/** The built-in dialect files, embedded by the build. */
struct tk_dialects {
	const char *name, *text;
};
extern const struct tk_dialects tk_dialects[];
extern const size_t tk_dialects_count;

#endif
