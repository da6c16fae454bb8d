/* Decoding a policy: its state, and the pieces of the decoder. */
#ifndef BO_POLICY_DECODE_H
#define BO_POLICY_DECODE_H

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

#include "policy/fields.h"
#include "policy/policy.h"

/** More errors than this in one file are not told one by one. */
#define BO_ERRORS_MAX 64

/** A node of the document, and how to come to it: its ordinal in its parent,
 *  which also finds the right one of two members of one name. */
struct bo_place {
	const struct bo_place *up;
	const cJSON *node;
	size_t ordinal;
	/** A name for the path; NULL: an element of an array. */
	const char *name;
};

struct bo_decoding {
	const char *text;
	size_t length;
	const struct bo_extends *extends;
	struct backoff_policy *policy;
	struct backoff_error *first;
	/** All of them; the first BO_ERRORS_MAX are kept. */
	unsigned errors;
	struct backoff_error error[BO_ERRORS_MAX];
	/** Which fields this file sets, by row. */
	struct bo_place set[BO_ROWS];
	bool is_set[BO_ROWS];
	/** Fields of an object that this file has. */
	bool is_replaced[BO_ROWS];
	/** The document itself, and the objects of fields in it. */
	struct bo_place root, object[BO_ROWS];
	size_t objects;
};

/** Where a place stands in the text: its member's name, or its value. */
const char *bo_place_find(const struct bo_decoding *d,
			  const struct bo_place *place, bool name);

/** Note one error. */
void bo_decoding_emit(struct bo_decoding *d, const struct backoff_error *error);

/** Tell what was noted, in the order of the text; the first one's status, or
 *  BACKOFF_OK. */
enum backoff_status bo_decoding_tell(struct bo_decoding *d);

/** Note an error at a place. */
void bo_decoding_report(struct bo_decoding *d, enum backoff_status status,
			const struct bo_place *place, bool name,
			const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/** Where to point for a field: where the file sets it, else the whole. */
const struct bo_place *bo_decoding_place(const struct bo_decoding *d,
					 enum bo_policy_row row);

/** Read the value of a field into the policy. */
void bo_decoding_read(struct bo_decoding *d, const struct bo_place *place,
		      enum bo_policy_row row);

/** Likewise of a list of matchers. */
void bo_decoding_matchers(struct bo_decoding *d, const struct bo_place *place,
			  struct bo_matchers *out);

/** Note where good fields do not go together. */
void bo_decoding_limits(struct bo_decoding *d);

/** How many entries of a schedule have a use. One may always stand: a schedule
 *  of nothing is none, and a child may set max_attempts to 1. */
size_t bo_delays_used(const struct backoff_policy *policy);

/** "a number", "null": what a node is, for "got ...". */
const char *bo_describe_node(const cJSON *node);

#endif
