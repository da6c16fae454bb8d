/* Decoding a policy. */
/* SPDX-License-Identifier: MIT */
#ifndef BO_POLICY_DECODE_H
#define BO_POLICY_DECODE_H

#include "policy/policy.h"

/** Lookup of the policy that `extends` names. */
struct bo_extends {
	/** Set *out, or *error; BACKOFF_E_NOT_FOUND without *error if there is
	 *  no such policy. */
	enum backoff_status (*find)(const struct bo_extends *extends,
				    const char *name,
				    struct backoff_policy **out,
				    struct backoff_error *error);
	/** May be NULL. */
	const struct backoff_policy_loader *loader;
	/** The folder of the file with its slash, or NULL. */
	const char *folder;
	/** The file, or NULL. */
	const char *path;
	/** Nesting depth of `extends`. */
	unsigned depth;
};

/** backoff_policy_parse(). Without @p extends, `extends` finds nothing. */
enum backoff_status bo_policy_decode(const char *text, size_t length,
				     const struct bo_extends *extends,
				     struct backoff_policy **out,
				     struct backoff_error *error);

#endif
