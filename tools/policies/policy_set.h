/* A set of policies: shipped ones, files and folders, each with a label. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_POLICY_SET_H
#define RS_POLICY_SET_H

#include <stdbool.h>
#include <stddef.h>

#include <backoff.h>

#include "common/msg.h"

struct rs_policy {
	struct backoff_policy *policy;
	/** The name; with a part of the hash if another policy has it. */
	char label[96];
};

struct rs_policy_set {
	struct rs_policy *item;
	size_t count, room;
};

/** Takes one policy and the file or shipped name that it came from; may keep a
 *  reference. Returns an exit code. */
typedef enum tk_exit (*rs_policy_fn)(void *user, const char *from,
				     const struct backoff_policy *policy);

/**
 * Call a function with each policy that a word on the command line names: a
 * shipped policy, a file, or a folder (all *.json except schemas, in order of
 * names). A word that has a '/' or ends in .json is never a shipped policy.
 *
 * Errors of files are reported on stderr, and the others are still visited.
 *
 * @return the highest code of all: TK_EXIT_OK; TK_EXIT_USAGE for an unknown
 *         name; TK_EXIT_BAD_INPUT for a file that is not a policy;
 *         TK_EXIT_SYSTEM
 */
enum tk_exit rs_policy_each(const char *word, rs_policy_fn fn, void *user);

/** Add the policies that a word names; codes as above. A policy that the set
 *  already holds is not added again. */
enum tk_exit rs_policy_set_add(struct rs_policy_set *set, const char *word);

/** Add all shipped policies. TK_EXIT_OK or TK_EXIT_SYSTEM. */
enum tk_exit rs_policy_set_add_shipped(struct rs_policy_set *set);

/** Add a reference to a policy. False if memory ran out. */
bool rs_policy_set_push(struct rs_policy_set *set,
			const struct backoff_policy *policy);

/** The index of a label; SIZE_MAX if there is none. */
size_t rs_policy_set_find(const struct rs_policy_set *set, const char *label);

/** All labels, separated by spaces; NULL if memory ran out. */
char *rs_policy_set_labels(const struct rs_policy_set *set);

void rs_policy_set_clear(struct rs_policy_set *set);

/** All names of shipped policies, separated by spaces, cut to @p size. */
const char *rs_shipped_names(char *buffer, size_t size);

/** Whether a path ends as that of the published schema, which is in one folder
 *  with the shipped policies. */
bool rs_is_schema(const char *path);

/** Read a policy file, and report all errors on stderr. Exit codes as for
 *  rs_policy_each(). */
enum tk_exit rs_policy_load(const char *path, struct backoff_policy **out);

/** Return the text that a function of the library prints for a policy,
 *  allocated; NULL if memory ran out. */
char *rs_policy_text(const struct backoff_policy *policy,
		     size_t (*print)(const struct backoff_policy *, char *,
				     size_t));

#endif
