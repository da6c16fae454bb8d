/* Records of a trace before they are stitched, shared by its files. */
#ifndef TK_STITCH_H
#define TK_STITCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/trace.h"
#include "trace/strings.h"

#define TK_NO_RECORD UINT32_MAX

/** One line about an attempt. */
struct tk_record {
	struct tk_attempt attempt;
	tk_string operation, target, policy, policy_hash;
	/** Index of its group: lines that may belong to one call. */
	uint32_t group;
	uint32_t number, max_attempts;
	/** Wall time; BACKOFF_ABSENT if there is none. */
	uint64_t deadline_ns;
	/** The input that it came from. */
	uint16_t input;
	uint8_t type, stop;
	/** The log has no line for a success. */
	bool silent;
	/** Not part of any call: a line that was read before, or of a call
	 *  that hedged. */
	bool left_out;
	/** Continues another record, so it starts no call. */
	bool continues;
	/** Not an attempt: only ends the wait after the one of its number. */
	bool closes;
};

/** Evidence that the lines of a group belong together. */
enum tk_group_kind {
	/** By a call id: certain. */
	TK_GROUP_CALL,
	/** By a request's id and the operation: several calls. */
	TK_GROUP_REQUEST,
	/** By the operation only. */
	TK_GROUP_OPERATION,
};

struct tk_group {
	enum tk_group_kind kind;
	tk_string operation, id;
	/** Number of records. */
	uint32_t count;
	/** One call that made several attempts at once. */
	bool hedged;
	/** The last line of a call whose earlier lines are not in the log; 0
	 *  if there is none. */
	uint64_t last_orphan_ns;
};

/** One operation of the log. */
struct tk_operation {
	tk_string name;
	/** Order by name. */
	uint32_t rank;
	/** The longest failing attempt. */
	uint64_t longest_ns;
	bool has_silent, has_unnamed_success;
};

struct tk_trace {
	struct tk_strings strings;
	struct tk_trace_totals totals;
	uint16_t input;

	struct tk_record *records;
	size_t record_count, record_capacity;

	struct tk_group *groups;
	size_t group_count, group_capacity;
	/** Finds a group by its kind, operation and id. */
	struct bo_table group_table;

	struct tk_operation *operations;
	size_t operation_count, operation_capacity;
	/** By the number of the name: index + 1, 0 for none. */
	uint32_t *operation_of;
	size_t operation_of_size;

	bool stitched;
	struct tk_call *calls;
	size_t call_count;
	struct tk_attempt *attempts;
	size_t attempt_count;
};

/** NULL if the operation is not known. */
struct tk_operation *tk_operation_find(const struct tk_trace *trace,
				       tk_string name);

/** Whether silence after a failure means success for this operation. */
bool tk_operation_silent(const struct tk_operation *operation);

/**
 * Link the records of each group into chains, one a call.
 *
 * @param next  for each record the one that follows, or TK_NO_RECORD
 */
enum backoff_status tk_link(struct tk_trace *trace, uint32_t *next);

/** Make calls and attempts from the chains. */
enum backoff_status tk_build(struct tk_trace *trace, const uint32_t *next);

/** Earliest start of the attempt after this record's wait. */
uint64_t tk_due_ns(const struct tk_record *record);

#endif
