/* Loads worlds: shipped ones by name, others from files. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/nearest.h"
#include "world/members.h"
#include "world/shipped.h"
#include "world/world.h"

enum backoff_status
rs_world_parse(const char *text, size_t length, struct rs_world *out,
	       struct backoff_error *error)
{
	struct rs_world *world = calloc(1, sizeof(*world));
	enum backoff_status status = BACKOFF_E_NOMEM;

	if (world)
		status = tk_members_read(&rs_world_table, text, length, world,
					 error);
	if (status == BACKOFF_OK)
		*out = *world;
	else if (world)
		rs_world_clear(world);
	free(world);
	return status;
}

void
rs_world_clear(struct rs_world *world)
{
	rs_policy_set_clear(&world->record);
	rs_policy_set_clear(&world->compare);
}

const char *
rs_world_shipped_name(size_t index)
{
	return index < rs_worlds_count ? rs_worlds[index].name : NULL;
}

const char *
rs_world_shipped_text(size_t index)
{
	return index < rs_worlds_count ? rs_worlds[index].text : NULL;
}

const char *
rs_world_group_name(int group)
{
	static const char *const name[] = {"environment", "fate", "load"};

	return name[group];
}

static enum tk_exit
parse(const char *name, const char *text, size_t length, struct rs_world *out)
{
	struct backoff_error error = {.size = sizeof(error)};
	enum backoff_status status = rs_world_parse(text, length, out, &error);

	if (status == BACKOFF_OK)
		return TK_EXIT_OK;
	if (status == BACKOFF_E_NOMEM) {
		tk_msg("out of memory");
		return TK_EXIT_SYSTEM;
	}
	tk_msg_error(name, &error);
	return TK_EXIT_BAD_INPUT;
}

static enum tk_exit
load_file(const char *path, struct rs_world *out)
{
	enum backoff_status status;
	enum tk_exit code;
	size_t length;
	char *text;

	errno = 0;
	status = bo_file_read(path, RS_WORLD_BYTES_MAX, &text, &length);
	if (status == BACKOFF_E_IO) {
		tk_msg_errno(path, errno ? errno : EIO);
		return TK_EXIT_SYSTEM;
	}
	if (status != BACKOFF_OK) {
		tk_msg("%s: %s", path, backoff_status_text(status));
		return tk_exit_of(status);
	}
	code = parse(path, text, length, out);
	free(text);
	return code;
}

static bool
is_path(const char *word)
{
	size_t length = strlen(word);

	return strchr(word, '/') ||
	       (length > 5 && !strcmp(word + length - 5, ".json"));
}

static enum tk_exit
unknown(const char *word)
{
	char known[4096], near[64];
	size_t used = 0;

	for (size_t i = 0; i < rs_worlds_count && used < sizeof(known); i++)
		used += (size_t)snprintf(known + used, sizeof(known) - used,
					 "%s%s", i ? " " : "",
					 rs_worlds[i].name);
	if (bo_nearest_of(word, known, near, sizeof(near)))
		tk_msg("no shipped world %s; did you mean %s?", word, near);
	else
		tk_msg("no shipped world %s; see retrysim world list", word);
	return TK_EXIT_USAGE;
}

enum tk_exit
rs_world_load(const char *word, struct rs_world *out)
{
	if (is_path(word))
		return load_file(word, out);
	for (size_t i = 0; i < rs_worlds_count; i++)
		if (!strcmp(word, rs_worlds[i].name))
			return parse(word, rs_worlds[i].text,
				     strlen(rs_worlds[i].text), out);
	return unknown(word);
}
