/* Reads the policies of world files: names of shipped ones, and objects. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "policies/policy_set.h"
#include "world/members.h"

#define NAMES_MAX 1024

/* A shipped policy by its name. */
static enum backoff_status
named_policy(struct tk_reader *reader, struct backoff_policy **out)
{
	char name[64], known[NAMES_MAX], near[64];
	const char *at = tk_reader_at(reader);
	enum backoff_status status =
		tk_reader_string(reader, sizeof(name), name);

	if (status)
		return status;
	status = backoff_policy_builtin(name, out);
	if (status != BACKOFF_E_NOT_FOUND)
		return status;
	rs_shipped_names(known, sizeof(known));
	if (bo_nearest_of(name, known, near, sizeof(near)))
		return tk_reader_fail(reader, BACKOFF_E_VALUE, at,
				      "no shipped policy %s; did you mean %s?",
				      name, near);
	return tk_reader_fail(
		reader, BACKOFF_E_VALUE, at,
		"no shipped policy %s; write its settings as an object", name);
}

/* A policy that is written out. Its errors get their place in the file. */
static enum backoff_status
written_policy(struct tk_reader *reader, struct backoff_policy **out)
{
	struct backoff_error inner = {.size = sizeof(inner)};
	const char *at = tk_reader_at(reader);
	struct bo_json_value value;
	enum backoff_status status =
		tk_reader_take(reader, BO_JSON_OBJECT, &value);

	if (status)
		return status;
	status =
		backoff_policy_parse(value.at, value.length, NULL, out, &inner);
	if (status == BACKOFF_OK || status == BACKOFF_E_NOMEM)
		return status;
	tk_reader_fail(reader, status, at, "%s%s%s", inner.path,
		       inner.path[0] ? ": " : "", inner.text);
	if (inner.line == 1)
		reader->error->column += inner.column - 1;
	else if (inner.line > 1)
		reader->error->column = inner.column;
	if (inner.line > 1)
		reader->error->line += inner.line - 1;
	return status;
}

enum backoff_status
rs_read_policies(struct tk_reader *reader, void *value)
{
	struct rs_policy_set *set = value;
	const char *at = tk_reader_at(reader);
	size_t length = strlen(reader->path);
	bool first = true, pushed;
	enum backoff_status status;

	if (!bo_json_open(&reader->json, '['))
		return tk_reader_fail(reader, BACKOFF_E_VALUE, at,
				      "must be an array of policies");
	for (unsigned i = 0; tk_reader_next(reader, &first); i++) {
		struct backoff_policy *policy = NULL;

		snprintf(reader->path + length, sizeof(reader->path) - length,
			 "[%u]", i);
		status = *tk_reader_at(reader) == '"'
				 ? named_policy(reader, &policy)
				 : written_policy(reader, &policy);
		if (status)
			return status;
		pushed = rs_policy_set_push(set, policy);
		backoff_policy_unref(policy);
		if (!pushed)
			return BACKOFF_E_NOMEM;
		reader->path[length] = '\0';
	}
	if (set->count == 0)
		return tk_reader_fail(reader, BACKOFF_E_VALUE, at,
				      "must not be empty");
	return BACKOFF_OK;
}
