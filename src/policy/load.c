/* Loads policies from text, files and the shipped ones; finds `extends`. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/sized.h"
#include "policy/decode.h"
#include "policy/shipped.h"

/** A longer chain of `extends` counts as a cycle. */
#define EXTENDS_MAX 8

const char *
backoff_policy_builtin_name(size_t index)
{
	return index < bo_shipped_count ? bo_shipped[index].name : NULL;
}

const char *
backoff_policy_builtin_text(size_t index)
{
	return index < bo_shipped_count ? bo_shipped[index].text : NULL;
}

static enum backoff_status find(const struct bo_extends *extends,
				const char *name, struct backoff_policy **out,
				struct backoff_error *error);

enum backoff_status
backoff_policy_builtin(const char *name, struct backoff_policy **out)
{
	if (name == NULL || out == NULL)
		return BACKOFF_E_ARGUMENT;
	struct bo_extends extends = {.find = find};

	for (size_t i = 0; backoff_policy_builtin_name(i) != NULL; i++) {
		const char *text = backoff_policy_builtin_text(i);

		if (strcmp(name, backoff_policy_builtin_name(i)) == 0)
			return bo_policy_decode(text, strlen(text), &extends,
						out, NULL);
	}
	return BACKOFF_E_NOT_FOUND;
}

/* Report a failure that has no place in the text. */
static enum backoff_status
fail(enum backoff_status status, const char *text, struct backoff_error *error)
{
	return bo_error_set(error, status, "", text);
}

static enum backoff_status
load(const char *path, const struct bo_extends *context,
     struct backoff_policy **out, struct backoff_error *error)
{
	struct bo_extends extends = *context;
	const char *slash = strrchr(path, '/');
	enum backoff_status status;
	char *text = NULL, *folder = NULL;
	size_t length;

	status = bo_file_read(path, BO_POLICY_TEXT_MAX, &text, &length);
	if (status == BACKOFF_E_LIMIT)
		return fail(status, "a policy file has at most 1 MiB", error);
	if (status != BACKOFF_OK)
		return fail(status, backoff_status_text(status), error);
	folder = strndup(path, slash != NULL ? (size_t)(slash - path) + 1 : 0);
	if (folder != NULL) {
		extends.folder = folder;
		extends.path = path;
		status = bo_policy_decode(text, length, &extends, out, error);
	} else {
		status = fail(BACKOFF_E_NOMEM,
			      backoff_status_text(BACKOFF_E_NOMEM), error);
	}
	free(folder);
	free(text);
	return status;
}

enum backoff_status
backoff_policy_load(const char *path,
		    const struct backoff_policy_loader *loader,
		    struct backoff_policy **out, struct backoff_error *error)
{
	struct backoff_policy_loader whole;
	struct bo_extends context = {.find = find};

	if (path == NULL || out == NULL)
		return BACKOFF_E_ARGUMENT;
	if (loader != NULL && !bo_sized_is_known(loader, sizeof(*loader)))
		return BACKOFF_E_ARGUMENT;
	if (loader != NULL)
		context.loader = BO_GET(backoff_policy_loader, loader, &whole);
	return load(path, &context, out, error);
}

/* Whether a file is the one that asks for its parent. */
static bool
is_same_file(const struct bo_extends *extends, const char *path)
{
	struct stat a, b;

	return extends->path != NULL && stat(extends->path, &a) == 0 &&
	       stat(path, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

static enum backoff_status
find_file(const struct bo_extends *extends, const char *name,
	  struct backoff_policy **out, struct backoff_error *error)
{
	/* on_error would get errors of another file without its name. */
	struct backoff_policy_loader quiet = {.size = sizeof(quiet)};
	struct bo_extends context = {
		.find = find, .loader = &quiet, .depth = extends->depth + 1};
	enum backoff_status status = BACKOFF_E_NOT_FOUND;
	size_t size = strlen(extends->folder) + strlen(name) + sizeof(".json");
	char *path;

	if (extends->loader != NULL) {
		quiet.find = extends->loader->find;
		quiet.user = extends->loader->user;
	}
	path = malloc(size);
	if (path == NULL)
		return BACKOFF_E_NOMEM;
	snprintf(path, size, "%s%s.json", extends->folder, name);
	if (is_same_file(extends, path))
		status = fail(BACKOFF_E_LIMIT, "a policy cannot extend itself",
			      error);
	else if (access(path, F_OK) == 0)
		status = load(path, &context, out, error);
	free(path);
	return status;
}

/* Find the policy that `extends` names: ask the loader, then look in the
 * folder of the file, then among the shipped policies. */
static enum backoff_status
find(const struct bo_extends *extends, const char *name,
     struct backoff_policy **out, struct backoff_error *error)
{
	const struct backoff_policy_loader *loader = extends->loader;
	enum backoff_status status = BACKOFF_E_NOT_FOUND;

	/* It must be a name, not a path. */
	if (strchr(name, '/') != NULL)
		return BACKOFF_E_NOT_FOUND;
	if (extends->depth >= EXTENDS_MAX)
		return fail(BACKOFF_E_LIMIT,
			    "extends is nested more than 8 deep (a cycle?)",
			    error);
	if (loader != NULL && loader->find != NULL)
		status = loader->find(loader->user, name, out);
	if (status == BACKOFF_E_NOT_FOUND && extends->folder != NULL)
		status = find_file(extends, name, out, error);
	/* If the file exists and its parent does not, that is the error. */
	if (status == BACKOFF_E_NOT_FOUND && error->status == BACKOFF_OK)
		status = backoff_policy_builtin(name, out);
	return status;
}

enum backoff_status
backoff_policy_parse(const char *text, size_t length,
		     const struct backoff_policy_loader *loader,
		     struct backoff_policy **out, struct backoff_error *error)
{
	struct backoff_policy_loader whole;
	struct bo_extends extends = {.find = find};

	if (text == NULL || out == NULL)
		return BACKOFF_E_ARGUMENT;
	if (loader != NULL && !bo_sized_is_known(loader, sizeof(*loader)))
		return BACKOFF_E_ARGUMENT;
	if (loader != NULL)
		extends.loader = BO_GET(backoff_policy_loader, loader, &whole);
	return bo_policy_decode(text, length, &extends, out, error);
}
