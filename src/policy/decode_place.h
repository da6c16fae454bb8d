/* Places in a policy file, the state of its decoding, and errors at places. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_POLICY_DECODE_PLACE_H
#define BO_POLICY_DECODE_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

#include "policy/fields.h"

/** Maximum number of errors reported for one file; further ones are only
 *  counted. */
#define BO_ERRORS_MAX 64

/** A node of the document, and the path to it: its ordinal in its parent, which
 *  also distinguishes two members of the same name. */
struct bo_place {
	const struct bo_place *up;
	const cJSON *node;
	size_t ordinal;
	/** A name for the path; NULL: an element of an array. */
	const char *name;
};

struct bo_extends;

struct bo_decoding {
	const char *text;
	size_t length;
	const struct bo_extends *extends;
	struct backoff_policy *policy;
	/** By row: which fields this file sets, and where. */
	struct bo_place set[BO_ROWS];
	bool is_set[BO_ROWS];
	/** By row: whether it belongs to an object that this file has. */
	bool is_replaced[BO_ROWS];
	/** The document itself, and the objects of fields in it. */
	struct bo_place root, object[BO_ROWS];
	size_t objects;
	/** Number of errors; the first BO_ERRORS_MAX are kept. They stand at
	 *  the end because they are not zeroed: that would take longer than
	 *  decoding a small file. */
	unsigned errors;
	struct backoff_error error[BO_ERRORS_MAX];
};

/** Find a place in the text: its member's name, or its value. */
const char *bo_place_find(const struct bo_decoding *d,
			  const struct bo_place *place, bool name);

/** Keep one error. */
void bo_decoding_keep(struct bo_decoding *d, const struct backoff_error *error);

/** Keep an error at a place. */
void bo_decoding_report(struct bo_decoding *d, enum backoff_status status,
			const struct bo_place *place, bool name,
			const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/**
 * Hand over the errors that were kept, in the order of the text.
 *
 * @param loader  its on_error gets all of them; may be NULL
 * @param first   set to the first one; may be NULL
 * @return the first one's status, or BACKOFF_OK
 */
enum backoff_status
bo_decoding_finish(struct bo_decoding *d,
		   const struct backoff_policy_loader *loader,
		   struct backoff_error *first);

/** The place to point to for a field: where the file sets it, else the whole
 *  document. */
const struct bo_place *bo_decoding_place(const struct bo_decoding *d,
					 enum bo_policy_row row);

/** "a number", "null": the type of a node, for "got ...". */
const char *bo_describe_node(const cJSON *node);

#endif
