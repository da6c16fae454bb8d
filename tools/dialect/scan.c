/* Reports the members of a log line's object, nested ones with their path. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/scan.h"

struct scan {
	struct bo_json json;
	tk_scan_fn fn;
	void *user;
	/* Names of the objects around the current member, each with a dot;
	 * TK_SCAN_PATH_MAX + 1 long if they do not fit. */
	size_t path_length;
	char path[TK_SCAN_PATH_MAX + 1];
};

/* The path of a member: in the outermost object its name where it stands,
 * else joined in scan->path. */
static const char *
path_of(struct scan *scan, const struct bo_json_value *key, size_t *length)
{
	size_t at = scan->path_length;

	if (at == 0 && !key->escaped) {
		*length = key->length;
		return key->at;
	}
	if (at > TK_SCAN_PATH_MAX || key->length > TK_SCAN_PATH_MAX - at) {
		*length = 0;
		return "";
	}
	*length = at + bo_json_unescape(key, scan->path + at);
	return scan->path;
}

/* Make a name part of the paths of its object's members. */
static void
enter(struct scan *scan, const struct bo_json_value *key)
{
	size_t at = scan->path_length;

	if (at > TK_SCAN_PATH_MAX || key->length >= TK_SCAN_PATH_MAX - at) {
		scan->path_length = TK_SCAN_PATH_MAX + 1;
		return;
	}
	at += bo_json_unescape(key, scan->path + at);
	scan->path[at++] = '.';
	scan->path_length = at;
}

static void
report(struct scan *scan, const struct bo_json_value *key,
       const struct bo_json_value *value)
{
	size_t length;
	const char *path = path_of(scan, key, &length);

	scan->fn(scan->user, path, length, value);
}

static void
scan_members(struct scan *scan)
{
	struct bo_json_member member;
	bool first = true;

	if (!bo_json_open(&scan->json, '{'))
		return;
	while (bo_json_member(&scan->json, &first, &member))
		report(scan, &member.key, &member.value);
}

/* Members of objects in arrays have no path, so they are not reported. */
static void
scan_deep(struct scan *scan)
{
	struct bo_json *json = &scan->json;
	struct bo_json_value key, value;
	bool first = true;

	if (!bo_json_open(json, '{'))
		return;
	while (bo_json_key(json, &first, &key)) {
		if (json->at < json->end && *json->at == '{') {
			size_t around = scan->path_length;

			value = (struct bo_json_value){.at = json->at,
						       .type = BO_JSON_OBJECT};
			enter(scan, &key);
			scan_deep(scan);
			scan->path_length = around;
			value.length = (size_t)(json->at - value.at);
			if (json->problem != NULL)
				return;
		} else if (!bo_json_value(json, &value)) {
			return;
		}
		report(scan, &key, &value);
	}
}

enum backoff_status
tk_scan_object(const char *text, size_t length, bool deep, tk_scan_fn fn,
	       void *user, struct backoff_error *error)
{
	struct scan scan;

	bo_json_begin_loose(&scan.json, text, length);
	scan.fn = fn;
	scan.user = user;
	scan.path_length = 0;
	if (deep)
		scan_deep(&scan);
	else
		scan_members(&scan);
	return bo_json_end(&scan.json) ? BACKOFF_OK
				       : bo_json_error(&scan.json, error);
}
