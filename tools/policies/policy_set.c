/* Finds policies by the words of a command line. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/nearest.h"
#include "policies/policy_set.h"

struct reported {
	const char *path;
	unsigned count;
};

static void
report_error(void *user, const struct backoff_error *error)
{
	struct reported *reported = user;

	reported->count++;
	tk_msg_error(reported->path, error);
}

enum tk_exit
rs_policy_load(const char *path, struct backoff_policy **out)
{
	struct reported reported = {.path = path};
	const struct backoff_policy_loader loader = {.size = sizeof(loader),
						     .on_error = report_error,
						     .user = &reported};
	struct backoff_error error = {.size = sizeof(error)};
	enum backoff_status status;

	errno = 0;
	status = backoff_policy_load(path, &loader, out, &error);
	if (status == BACKOFF_OK)
		return TK_EXIT_OK;
	if (status == BACKOFF_E_IO) {
		tk_msg_errno(path, errno ? errno : EIO);
		return TK_EXIT_SYSTEM;
	}
	if (reported.count == 0)
		tk_msg_error(path, &error);
	/* E_NOT_FOUND: `extends` names a policy that does not exist, which is
	 * an error of the file. */
	return status == BACKOFF_E_NOMEM ? TK_EXIT_SYSTEM : TK_EXIT_BAD_INPUT;
}

/* If two policies share a name, a part of the hash makes labels differ. */
static void
label(struct rs_policy_set *set, struct rs_policy *item)
{
	const char *name = backoff_policy_name(item->policy);

	snprintf(item->label, sizeof(item->label), "%s", name);
	for (size_t i = 0; i < set->count; i++) {
		if (strcmp(backoff_policy_name(set->item[i].policy), name))
			continue;
		snprintf(item->label, sizeof(item->label), "%.80s@%04x", name,
			 (unsigned)(backoff_policy_hash(item->policy) >> 48));
	}
}

bool
rs_policy_set_push(struct rs_policy_set *set,
		   const struct backoff_policy *policy)
{
	struct rs_policy *item;

	for (size_t i = 0; i < set->count; i++)
		if (backoff_policy_hash(set->item[i].policy) ==
		    backoff_policy_hash(policy))
			return true;
	if (set->count == set->room) {
		size_t room = set->room ? set->room * 2 : 16;

		item = realloc(set->item, room * sizeof(*item));
		if (item == NULL)
			return false;
		set->item = item;
		set->room = room;
	}
	item = &set->item[set->count];
	item->policy = backoff_policy_ref(policy);
	label(set, item);
	set->count++;
	return true;
}

/* Function called for each policy that a word names. */
struct visit {
	rs_policy_fn fn;
	void *user;
};

/* Pass a policy on, and give up the reference. */
static enum tk_exit
hand(const struct visit *visit, const char *from, struct backoff_policy *policy)
{
	enum tk_exit code = visit->fn(visit->user, from, policy);

	backoff_policy_unref(policy);
	return code;
}

static enum tk_exit
visit_file(const struct visit *visit, const char *path)
{
	struct backoff_policy *policy;
	enum tk_exit code = rs_policy_load(path, &policy);

	return code == TK_EXIT_OK ? hand(visit, path, policy) : code;
}

static bool
ends_in(const char *name, const char *ending)
{
	size_t length = strlen(name), tail = strlen(ending);

	return length > tail && !strcmp(name + length - tail, ending);
}

bool
rs_is_schema(const char *path)
{
	return ends_in(path, ".schema.json");
}

static int
json_only(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && ends_in(entry->d_name, ".json");
}

/* Byte order: alphasort() would follow the locale. */
static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static enum tk_exit
visit_entry(const struct visit *visit, const char *folder, const char *name)
{
	char *path = NULL;
	enum tk_exit code;

	if (asprintf(&path, "%s/%s", folder, name) < 0) {
		tk_msg("out of memory");
		return TK_EXIT_SYSTEM;
	}
	code = visit_file(visit, path);
	free(path);
	return code;
}

static enum tk_exit
visit_folder(const struct visit *visit, const char *folder)
{
	struct dirent **entry;
	enum tk_exit worst = TK_EXIT_OK;
	int count = scandir(folder, &entry, json_only, by_name);

	if (count < 0) {
		tk_msg_errno(folder, errno);
		return TK_EXIT_SYSTEM;
	}
	for (int i = 0; i < count; i++) {
		enum tk_exit code =
			rs_is_schema(entry[i]->d_name)
				? TK_EXIT_OK
				: visit_entry(visit, folder, entry[i]->d_name);

		worst = code > worst ? code : worst;
		free(entry[i]);
	}
	free(entry);
	if (worst == TK_EXIT_OK && count == 0) {
		tk_msg("%s: no policies (*.json) in this folder", folder);
		return TK_EXIT_BAD_INPUT;
	}
	return worst;
}

static enum tk_exit
unknown_name(const char *word)
{
	char names[512], near[96];
	const char *nearest;

	rs_shipped_names(names, sizeof(names));
	nearest = bo_nearest_of(word, names, near, sizeof(near));
	if (nearest)
		tk_msg("unknown policy %s; did you mean %s?", word, nearest);
	else
		tk_msg("unknown policy %s; shipped: %s", word, names);
	return TK_EXIT_USAGE;
}

static enum tk_exit
visit_path(const struct visit *visit, const char *path)
{
	struct stat info;

	if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
		return visit_folder(visit, path);
	return visit_file(visit, path);
}

enum tk_exit
rs_policy_each(const char *word, rs_policy_fn fn, void *user)
{
	const struct visit visit = {fn, user};
	struct backoff_policy *policy;
	enum backoff_status status;

	if (strchr(word, '/') || ends_in(word, ".json"))
		return visit_path(&visit, word);
	status = backoff_policy_builtin(word, &policy);
	if (status == BACKOFF_OK)
		return hand(&visit, word, policy);
	if (status == BACKOFF_E_NOT_FOUND)
		return access(word, F_OK) ? unknown_name(word)
					  : visit_path(&visit, word);
	tk_msg("%s: %s", word, backoff_status_text(status));
	return TK_EXIT_SYSTEM;
}

static enum tk_exit
push_each(void *user, const char *from, const struct backoff_policy *policy)
{
	(void)from;
	if (rs_policy_set_push(user, policy))
		return TK_EXIT_OK;
	tk_msg("out of memory");
	return TK_EXIT_SYSTEM;
}

enum tk_exit
rs_policy_set_add(struct rs_policy_set *set, const char *word)
{
	return rs_policy_each(word, push_each, set);
}

enum tk_exit
rs_policy_set_add_shipped(struct rs_policy_set *set)
{
	enum tk_exit code = TK_EXIT_OK;
	const char *name;

	for (size_t i = 0;
	     code == TK_EXIT_OK && (name = backoff_policy_builtin_name(i)); i++)
		code = rs_policy_set_add(set, name);
	return code;
}

size_t
rs_policy_set_find(const struct rs_policy_set *set, const char *label)
{
	for (size_t i = 0; i < set->count; i++)
		if (!strcmp(set->item[i].label, label))
			return i;
	return SIZE_MAX;
}

char *
rs_policy_set_labels(const struct rs_policy_set *set)
{
	size_t size = set->count * sizeof(set->item->label) + 1, used = 0;
	char *labels = malloc(size);

	if (labels == NULL)
		return NULL;
	labels[0] = '\0';
	for (size_t i = 0; i < set->count; i++)
		used += (size_t)snprintf(labels + used, size - used, "%s%s",
					 i ? " " : "", set->item[i].label);
	return labels;
}

void
rs_policy_set_clear(struct rs_policy_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		backoff_policy_unref(set->item[i].policy);
	free(set->item);
	*set = (struct rs_policy_set){0};
}

const char *
rs_shipped_names(char *buffer, size_t size)
{
	const char *name;
	size_t used = 0;

	buffer[0] = '\0';
	for (size_t i = 0; (name = backoff_policy_builtin_name(i)); i++) {
		int wrote = snprintf(buffer + used, size - used, "%s%s",
				     i ? " " : "", name);

		if (wrote < 0 || (size_t)wrote >= size - used)
			break;
		used += (size_t)wrote;
	}
	return buffer;
}

char *
rs_policy_text(const struct backoff_policy *policy,
	       size_t (*print)(const struct backoff_policy *, char *, size_t))
{
	size_t size = print(policy, NULL, 0) + 1;
	char *text = malloc(size);

	if (text)
		print(policy, text, size);
	return text;
}
