/* The settings of a policy as a flat list, from its canonical form. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_POLICY_FIELDS_H
#define RS_POLICY_FIELDS_H

#include <backoff.h>

#include <stdbool.h>
#include <stddef.h>

struct rs_policy_field {
	/** "jitter.ratio". */
	char path[64];
	/** A piece of the canonical form: a JSON value, but no object. */
	const char *at;
	size_t length;
};

struct rs_policy_fields {
	char *canonical;
	struct rs_policy_field *item;
	size_t count;
};

/** All but the name. False if memory ran out; free with
 *  rs_policy_fields_clear(). */
bool rs_policy_fields_make(const struct backoff_policy *policy,
			   struct rs_policy_fields *out);
void rs_policy_fields_clear(struct rs_policy_fields *fields);

/** NULL if the policy does not have it. */
const struct rs_policy_field *
rs_policy_fields_find(const struct rs_policy_fields *fields, const char *path);

/** Whether both have the same value; both may be NULL. */
bool rs_policy_field_same(const struct rs_policy_field *a,
			  const struct rs_policy_field *b);

/** The value for people: "30 s", "ConnectionError, TimeoutError", "none".
 *  Returns buffer. */
char *rs_policy_field_text(const struct rs_policy_field *field, char *buffer,
			   size_t size);

#endif
