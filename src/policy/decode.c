/* Decodes policy files, and reports every error with its place. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "policy/decode.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/nearest.h"
#include "base/num.h"
#include "policy/decode_limits.h"
#include "policy/decode_value.h"
#include "policy/defaults.h"
#include "policy/depends.h"
#include "policy/encode.h"
#include "policy/other_names.h"

/** No field has a longer path. */
#define PATH_MAX_BYTES 64

/* The rest of a path after a prefix ("" or "jitter") and its dot; NULL if the
 * path has another prefix. */
static const char *
path_below(const char *path, const char *prefix)
{
	size_t length = strlen(prefix);

	if (length == 0)
		return path;
	return strncmp(path, prefix, length) == 0 && path[length] == '.'
		       ? path + length + 1
		       : NULL;
}

static void
report_unknown(struct bo_decoding *d, const struct bo_place *place,
	       const char *prefix)
{
	char name[BO_ROWS][PATH_MAX_BYTES];
	const char *names[BO_ROWS], *near, *other;
	size_t count = 0;

	for (int row = 0; row < BO_ROWS; row++) {
		const char *below =
			path_below(bo_policy_fields[row].info.path, prefix);

		if (below == NULL)
			continue;
		snprintf(name[count], PATH_MAX_BYTES, "%.*s",
			 (int)strcspn(below, "."), below);
		names[count] = name[count];
		count++;
	}
	other = bo_other_name(prefix, place->name);
	near = bo_nearest(place->name, names, count);
	/* "max_tries" is near "max_delay", and means something else. */
	if (other != NULL)
		bo_decoding_report(d, BACKOFF_E_FIELD, place, true,
				   "unknown field; %s", other);
	else if (near != NULL)
		bo_decoding_report(d, BACKOFF_E_FIELD, place, true,
				   "unknown field; did you mean \"%s\"?", near);
	else
		bo_decoding_report(d, BACKOFF_E_FIELD, place, true,
				   "unknown field");
}

static int
find_row(const char *path)
{
	int row = 0;

	while (row < BO_ROWS &&
	       strcmp(bo_policy_fields[row].info.path, path) != 0)
		row++;
	return row < BO_ROWS ? row : -1;
}

/* Whether a path is that of an object: fields have it as their prefix. */
static bool
is_object_path(const char *path)
{
	for (int row = 0; row < BO_ROWS; row++)
		if (path_below(bo_policy_fields[row].info.path, path) != NULL)
			return true;
	return false;
}

static void
set_row(struct bo_decoding *d, const struct bo_place *place, int row)
{
	if (d->is_set[row]) {
		bo_decoding_report(d, BACKOFF_E_FIELD, place, true,
				   "duplicate field");
		return;
	}
	d->is_set[row] = true;
	d->set[row] = *place;
}

static void collect(struct bo_decoding *d, const struct bo_place *object,
		    const char *prefix);

/* A member that is an object of fields. It is replaced as a whole: fields that
 * it does not set get their defaults, whatever was inherited. A string is short
 * for an object with that kind. */
static void
collect_object(struct bo_decoding *d, const struct bo_place *place,
	       const char *path)
{
	char kind[PATH_MAX_BYTES + 8];
	struct bo_place *kept = &d->object[d->objects];

	for (size_t i = 0; i < d->objects; i++) {
		if (d->object[i].up == place->up &&
		    strcmp(d->object[i].name, place->name) == 0) {
			bo_decoding_report(d, BACKOFF_E_FIELD, place, true,
					   "duplicate field");
			return;
		}
	}
	snprintf(kind, sizeof(kind), "%s.kind", path);
	*kept = *place;
	d->objects++;
	for (int row = 0; row < BO_ROWS; row++)
		if (path_below(bo_policy_fields[row].info.path, path) != NULL)
			d->is_replaced[row] = true;
	if (cJSON_IsObject(place->node))
		collect(d, kept, path);
	else if (find_row(kind) >= 0)
		set_row(d, kept, find_row(kind));
	else
		bo_decoding_report(d, BACKOFF_E_VALUE, place, false,
				   "must be an object (got %s)",
				   bo_describe_node(place->node));
}

/* Note which fields an object sets, and where. */
static void
collect(struct bo_decoding *d, const struct bo_place *object,
	const char *prefix)
{
	const cJSON *member;
	size_t ordinal = 0;

	cJSON_ArrayForEach(member, object->node)
	{
		struct bo_place at = {object, member, ordinal++,
				      member->string};
		char path[PATH_MAX_BYTES];
		int length =
			snprintf(path, sizeof(path), "%s%s%s", prefix,
				 prefix[0] != '\0' ? "." : "", member->string);

		/* With a dot, a name would pass for a path: "jitter.kind". */
		if (length >= (int)sizeof(path) ||
		    strchr(member->string, '.') != NULL)
			report_unknown(d, &at, prefix);
		else if (find_row(path) >= 0)
			set_row(d, &at, find_row(path));
		else if (is_object_path(path))
			collect_object(d, &at, path);
		else
			report_unknown(d, &at, prefix);
	}
}

/* Report why `extends` failed; without details, error->status is OK. */
static void
report_parent(struct bo_decoding *d, enum backoff_status status,
	      const char *name, const struct backoff_error *error)
{
	const struct bo_place *place = &d->set[BO_ROW_EXTENDS];
	const char *text = error->status != BACKOFF_OK
				   ? error->text
				   : backoff_status_text(status);

	if (status == BACKOFF_E_NOT_FOUND && error->status == BACKOFF_OK)
		bo_decoding_report(d, status, place, false,
				   "no policy is named \"%.64s\"", name);
	else if (status == BACKOFF_E_LIMIT &&
		 strcmp(error->path,
			bo_policy_fields[BO_ROW_EXTENDS].info.path) == 0)
		/* The error comes from an ancestor and names its file. Up
		 * to eight more file names would leave no room for the
		 * reason. */
		bo_decoding_report(d, status, place, false, "%s", text);
	else if (error->line == 0)
		bo_decoding_report(d, status, place, false, "%s: %s", name,
				   text);
	else
		bo_decoding_report(d, status, place, false, "%s:%u:%u: %s%s%s",
				   name, error->line, error->column,
				   error->path,
				   error->path[0] != '\0' ? ": " : "", text);
}

/* Start from the fields of another policy. Its canonical form is decoded, so
 * that only the decoder has to know how lists are made. */
static bool
inherit(struct bo_decoding *d)
{
	const struct bo_place *place = &d->set[BO_ROW_EXTENDS];
	const char *name = cJSON_GetStringValue(place->node);
	struct backoff_policy *parent = NULL;
	struct backoff_error error = {.size = sizeof(error)};
	enum backoff_status status = BACKOFF_E_NOT_FOUND;
	char *text = NULL;
	size_t length;

	if (name == NULL || name[0] == '\0' || strlen(name) > 64) {
		bo_decoding_report(d, BACKOFF_E_VALUE, place, false,
				   "must be the name of a policy");
		return false;
	}
	if (d->extends != NULL)
		status = d->extends->find(d->extends, name, &parent, &error);
	if (status == BACKOFF_OK) {
		length = backoff_policy_canonical(parent, NULL, 0);
		text = malloc(length + 1);
		status = BACKOFF_E_NOMEM;
		if (text != NULL) {
			backoff_policy_canonical(parent, text, length + 1);
			backoff_policy_unref(d->policy);
			d->policy = NULL;
			status = bo_policy_decode(text, length, NULL,
						  &d->policy, NULL);
		}
	}
	free(text);
	backoff_policy_unref(parent);
	if (status != BACKOFF_OK)
		report_parent(d, status, name, &error);
	return status == BACKOFF_OK;
}

static void
report_useless(struct bo_decoding *d, int row,
	       const struct bo_policy_need *need)
{
	char why[sizeof(d->error->text)];
	struct bo_out out = bo_out_init(why, sizeof(why));

	bo_policy_put_need(&out, need);
	bo_decoding_report(d, BACKOFF_E_FIELD, &d->set[row], true,
			   "has no effect %s", why);
}

/* Fields that have no effect go back to their defaults, unless this file sets
 * them (then they are an error). */
static void
drop_useless(struct bo_decoding *d)
{
	struct backoff_policy *p = d->policy;

	for (int row = 0; row < BO_ROWS; row++) {
		const struct bo_policy_need *need =
			bo_policy_unmet(p, (enum bo_policy_row)row);

		if (need == NULL)
			continue;
		if (d->is_set[row])
			report_useless(d, row, need);
		bo_policy_reset(p, (enum bo_policy_row)row);
	}
}

/* "decorrelated" is a curve and a jitter at once: either name means both. */
static void
settle_decorrelated(struct bo_decoding *d)
{
	struct backoff_policy *p = d->policy;
	bool curve = p->curve == BACKOFF_CURVE_DECORRELATED;
	bool jitter = p->jitter == BACKOFF_JITTER_DECORRELATED;

	if (curve == jitter)
		return;
	if (jitter && !d->is_set[BO_ROW_BACKOFF])
		p->curve = BACKOFF_CURVE_DECORRELATED;
	else if (curve && !d->is_replaced[BO_ROW_JITTER_KIND])
		p->jitter = BACKOFF_JITTER_DECORRELATED;
	else if (jitter && !d->is_set[BO_ROW_JITTER_KIND])
		p->jitter = BACKOFF_JITTER_FULL;
	else
		bo_decoding_report(
			d, BACKOFF_E_FIELD, &d->set[BO_ROW_JITTER_KIND], false,
			"\"decorrelated\" must be used for both backoff and "
			"jitter");
}

/* Where each step of the schedule is a range, jitter has no effect. */
static void
drop_jitter(struct bo_decoding *d)
{
	bool reported = false;

	if (!bo_policy_has_only_ranges(d->policy))
		return;
	for (int row = BO_ROW_JITTER_KIND; row <= BO_ROW_JITTER_MINIMUM;
	     row++) {
		if (d->is_set[row] && !reported) {
			bo_decoding_report(d, BACKOFF_E_FIELD, &d->set[row],
					   true,
					   "has no effect: each step of the "
					   "schedule is a range");
			reported = true;
		}
		bo_policy_reset(d->policy, (enum bo_policy_row)row);
	}
}

/* A child with fewer attempts inherits only the head of its parent's lists, so
 * that the child's canonical form is a valid policy. */
static void
trim_inherited(struct bo_decoding *d)
{
	struct backoff_policy *p = d->policy;

	if (!d->is_set[BO_ROW_SCHEDULE] &&
	    p->schedule.count > bo_delays_used(p))
		p->schedule.count = bo_delays_used(p);
	if (!d->is_set[BO_ROW_ATTEMPT_TIMEOUT] &&
	    p->attempt_timeout.count > p->max_attempts)
		p->attempt_timeout.count = p->max_attempts;
	if (!d->is_set[BO_ROW_HEDGE_MAX] && !d->is_set[BO_ROW_HEDGE_DELAY] &&
	    p->hedge.max >= p->max_attempts)
		p->hedge.max = p->max_attempts - 1;
	if (!d->is_set[BO_ROW_HEDGE_DELAY] && p->hedge.max == 0) {
		p->hedge.delay_ns = BACKOFF_FOREVER;
		p->hedge.max = 1;
	}
}

static void
check_required(struct bo_decoding *d)
{
	struct backoff_policy *p = d->policy;

	if (!d->is_set[BO_ROW_NAME])
		bo_decoding_report(d, BACKOFF_E_FIELD, &d->root, false,
				   "name: this field is required");
	if (!d->is_set[BO_ROW_MAX_ATTEMPTS] && !d->is_set[BO_ROW_EXTENDS])
		bo_decoding_report(d, BACKOFF_E_FIELD, &d->root, false,
				   "max_attempts: this field is required");
	if (p->curve == BACKOFF_CURVE_SCHEDULE && p->schedule.count == 0 &&
	    !d->is_set[BO_ROW_SCHEDULE])
		bo_decoding_report(
			d, BACKOFF_E_FIELD,
			bo_decoding_place(d, BO_ROW_BACKOFF), false,
			"backoff \"schedule\" needs the field schedule");
	if (p->jitter == BACKOFF_JITTER_ADDITIVE &&
	    !d->is_set[BO_ROW_JITTER_MAX] &&
	    (d->is_replaced[BO_ROW_JITTER_KIND] || !d->is_set[BO_ROW_EXTENDS]))
		bo_decoding_report(
			d, BACKOFF_E_FIELD,
			bo_decoding_place(d, BO_ROW_JITTER_KIND), false,
			"additive jitter needs the field jitter.max");
}

/* Reset fields that this file replaces or never inherits. */
static void
reset_replaced(struct bo_decoding *d)
{
	for (int row = 0; row < BO_ROWS; row++)
		if (d->is_replaced[row] || row == BO_ROW_DESCRIPTION)
			bo_policy_reset(d->policy, (enum bo_policy_row)row);
}

static bool
decode_tree(struct bo_decoding *d)
{
	bool whole = true;

	if (!cJSON_IsObject(d->root.node)) {
		bo_decoding_report(d, BACKOFF_E_SYNTAX, &d->root, false,
				   "a policy must be an object (got %s)",
				   bo_describe_node(d->root.node));
		return false;
	}
	collect(d, &d->root, "");
	if (d->is_set[BO_ROW_EXTENDS])
		whole = inherit(d);
	if (d->policy == NULL)
		return false;
	reset_replaced(d);
	for (int row = 0; row < BO_ROWS; row++)
		if (d->is_set[row])
			bo_decoding_read(d, &d->set[row],
					 (enum bo_policy_row)row);
	/* An unknown parent might have set the required fields. */
	if (whole) {
		settle_decorrelated(d);
		check_required(d);
	}
	/* Check fields against each other only once each is valid. */
	if (d->errors == 0) {
		drop_useless(d);
		trim_inherited(d);
		drop_jitter(d);
		bo_decoding_limits(d);
	}
	return d->errors == 0;
}

/* Report an error that has no place in the tree. */
static void
note(struct bo_decoding *d, enum backoff_status status, const char *text)
{
	struct backoff_error error = {.size = sizeof(error), .status = status};

	snprintf(error.text, sizeof(error.text), "%s", text);
	bo_decoding_keep(d, &error);
}

static bool
is_valid_json(struct bo_decoding *d)
{
	struct backoff_error error = {.size = sizeof(error)};

	if (d->length > BO_POLICY_TEXT_MAX) {
		note(d, BACKOFF_E_LIMIT, "a policy file has at most 1 MiB");
		return false;
	}
	if (bo_json_check(d->text, d->length, &error) == BACKOFF_OK)
		return true;
	bo_decoding_keep(d, &error);
	return false;
}

enum backoff_status
bo_policy_decode(const char *text, size_t length,
		 const struct bo_extends *extends, struct backoff_policy **out,
		 struct backoff_error *error)
{
	struct bo_decoding *d = malloc(sizeof(*d));
	enum backoff_status status;
	cJSON *tree = NULL;

	if (d == NULL)
		return bo_error_set(error, BACKOFF_E_NOMEM, "",
				    "out of memory");
	memset(d, 0, offsetof(struct bo_decoding, error));
	d->text = text + bo_json_mark(text, length);
	d->length = length - bo_json_mark(text, length);
	d->extends = extends;
	if (!is_valid_json(d))
		goto out;
	/* The text is valid JSON, so only memory can run out here. */
	tree = cJSON_ParseWithLength(d->text, d->length);
	d->policy = bo_policy_new();
	d->root = (struct bo_place){.node = tree};
	if (tree == NULL || d->policy == NULL) {
		note(d, BACKOFF_E_NOMEM, "out of memory");
	} else if (decode_tree(d)) {
		bo_policy_compile(d->policy);
		if (bo_policy_fingerprint(d->policy) != BACKOFF_OK)
			note(d, BACKOFF_E_NOMEM, "out of memory");
	}
out:
	status = bo_decoding_finish(d, extends != NULL ? extends->loader : NULL,
				    error);
	if (status == BACKOFF_OK)
		*out = d->policy;
	else
		backoff_policy_unref(d->policy);
	cJSON_Delete(tree);
	free(d);
	return status;
}
