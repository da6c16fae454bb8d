/* The policies of a run: shipped ones, files and folders, each with a label. */
#ifndef RS_POLICY_SET_H
#define RS_POLICY_SET_H

#include <stdbool.h>
#include <stddef.h>

#include <backoff.h>

#include "common/msg.h"

struct rs_policy {
	struct backoff_policy *policy;
	/** The name; with a part of the hash where two share one. */
	char label[96];
};

struct rs_policy_set {
	struct rs_policy *item;
	size_t count, room;
};

/** Receives one policy and the file, or the shipped name, it came from; it
 *  may take a reference. An exit code. */
typedef enum tk_exit (*rs_policy_fn)(void *user, const char *from,
				     const struct backoff_policy *policy);

/**
 * Go through what a word on the command line names: a shipped policy; a file,
 * or a folder (every *.json of it but schemas, in the order of names). A word
 * with a '/' or ending in .json is never a shipped policy.
 *
 * Every error of every file goes to stderr, and the rest goes on.
 *
 * @return the worst code of all; TK_EXIT_OK; TK_EXIT_USAGE for an unknown name;
 *         TK_EXIT_BAD_INPUT for a file that is no policy; TK_EXIT_SYSTEM
 */
enum tk_exit rs_policy_each(const char *word, rs_policy_fn fn, void *user);

/** Add what a word names, codes as above. A policy that is there already is
 *  not added again. */
enum tk_exit rs_policy_set_add(struct rs_policy_set *set, const char *word);

/** Add all shipped policies. TK_EXIT_OK or TK_EXIT_SYSTEM. */
enum tk_exit rs_policy_set_add_shipped(struct rs_policy_set *set);

/** Add a reference to a policy. False if memory ran out. */
bool rs_policy_set_push(struct rs_policy_set *set,
			const struct backoff_policy *policy);

/** The index of a label; SIZE_MAX if there is none. */
size_t rs_policy_set_find(const struct rs_policy_set *set, const char *label);

/** All labels with spaces between, for tk_nearest(); NULL without memory. */
char *rs_policy_set_labels(const struct rs_policy_set *set);

void rs_policy_set_clear(struct rs_policy_set *set);

/** All names of shipped policies with spaces between, cut to @p size. */
const char *rs_shipped_names(char *buffer, size_t size);

/** Whether this is the name of the published schema, which lies beside the
 *  shipped policies as one more *.json. */
bool rs_is_schema(const char *path);

/** Read a policy file; every error of it goes to stderr. Exit codes as for
 *  rs_policy_set_add(). */
enum tk_exit rs_policy_load(const char *path, struct backoff_policy **out);

/** What a printer of the library makes of a policy, allocated; NULL without
 *  memory. */
char *rs_policy_text(const struct backoff_policy *policy,
		     size_t (*print)(const struct backoff_policy *, char *,
				     size_t));

#endif
