/* Reads a dialect file into rules. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "common/durations.h"
#include "common/time_format.h"
#include "dialect/load.h"

static void
load_successes(struct tk_load *load, const cJSON *item)
{
	static const char names[] = "never after_retry all";
	static const char *const name[] = {"never", "after_retry", "all"};
	struct tk_at at = {NULL, "successes", 0};
	const char *text;

	if (item == NULL)
		return;
	text = tk_load_text(load, item, &at);
	for (int i = 0; text != NULL && i < 3; i++) {
		if (strcmp(text, name[i]) == 0) {
			load->file->successes = (enum tk_successes)i;
			return;
		}
	}
	if (text != NULL)
		tk_load_unknown(load, BACKOFF_E_VALUE, &at, "kind of log", text,
				names);
}

/* "unknown", a number of seconds, or a duration. */
static void
load_delay(struct tk_load *load, const cJSON *item)
{
	struct tk_at at = {NULL, "delay", 0};
	const char *text;

	if (item == NULL)
		return;
	if (cJSON_IsNumber(item) && item->valuedouble >= 0 &&
	    item->valuedouble <= 1e9) {
		load->file->delay_ns = (uint64_t)(item->valuedouble * 1e9);
		return;
	}
	text = tk_load_text(load, item, &at);
	if (text != NULL && strcmp(text, "unknown") != 0 &&
	    !tk_duration_parse(text, strlen(text), 9, &load->file->delay_ns))
		tk_load_fail(load, BACKOFF_E_VALUE, &at,
			     "must be \"unknown\" or a duration like "
			     "\"1.5s\"");
}

/* `samples` are kept as text: they are read when they are checked. */
static void
load_samples(struct tk_load *load, const cJSON *samples)
{
	struct tk_at at = {NULL, "samples", 0};
	const cJSON *item;
	int i = 0;

	if (samples == NULL)
		return;
	if (!cJSON_IsArray(samples)) {
		tk_load_fail(load, BACKOFF_E_VALUE, &at, "must be an array");
		return;
	}
	cJSON_ArrayForEach(item, samples)
	{
		struct tk_at place = {&at, NULL, i++};
		struct tk_at is_at = {&place, "is", 0};
		struct tk_at line_at = {&place, "line", 0};
		const cJSON *is, *line;
		char **texts = NULL;
		size_t count = 0;

		if (!tk_load_keys(load, item, &place, " line is description "))
			continue;
		is = tk_load_get(item, "is");
		line = tk_load_get(item, "line");
		if (is == NULL || (!cJSON_IsNull(is) && !cJSON_IsObject(is) &&
				   !cJSON_IsArray(is)))
			tk_load_fail(load, BACKOFF_E_VALUE, &is_at,
				     "must be an object, a list of objects or "
				     "null");
		tk_load_texts(load, line, &line_at, 64, &texts, &count);
		for (size_t j = 0; texts != NULL && j < count; j++)
			free(texts[j]);
		free(texts);
	}
	load->file->samples = cJSON_PrintUnformatted(samples);
	if (load->file->samples == NULL)
		tk_load_no_memory(load);
}

static void
load_names(struct tk_load *load)
{
	const cJSON *name = tk_load_get(load->root, "dialect");
	const cJSON *description = tk_load_get(load->root, "description");
	const cJSON *zone = tk_load_get(load->root, "zone");
	struct tk_at name_at = {NULL, "dialect", 0};
	struct tk_at description_at = {NULL, "description", 0};
	struct tk_at zone_at = {NULL, "zone", 0};
	struct tk_file *file = load->file;

	if (name == NULL)
		tk_load_fail(load, BACKOFF_E_FIELD, &name_at, "is missing");
	else
		tk_load_copy(load, name, &name_at, &file->name);
	if (description != NULL)
		tk_load_copy(load, description, &description_at,
			     &file->description);
	if (zone != NULL)
		file->has_zone =
			tk_load_zone(load, zone, &zone_at, &file->zone_s);
}

static void
load_time_format(struct tk_load *load, const cJSON *item)
{
	struct tk_at at = {NULL, "time_format", 0};
	const char *wrong;

	if (item == NULL ||
	    !tk_load_copy(load, item, &at, &load->file->time_format))
		return;
	wrong = tk_time_format_wrong(load->file->time_format);
	if (wrong != NULL)
		tk_load_fail(load, BACKOFF_E_VALUE, &at, "%s", wrong);
}

/* What to do where a log lacks something that the program could write. */
static void
load_lacks(struct tk_load *load, const cJSON *lacks)
{
	static const char *const names[TK_LACKS] = {
		[TK_LACK_CAUSES] = "causes",
		[TK_LACK_DELAYS] = "delays",
		[TK_LACK_RETRIES] = "retries",
		[TK_LACK_COUNTS] = "counts",
	};
	struct tk_at at = {NULL, "lacks", 0};

	if (lacks == NULL ||
	    !tk_load_keys(load, lacks, &at, " causes delays retries counts "))
		return;
	for (size_t i = 0; i < TK_LACKS; i++) {
		const cJSON *item = tk_load_get(lacks, names[i]);
		struct tk_at item_at = {&at, names[i], 0};

		if (item != NULL)
			tk_load_copy(load, item, &item_at,
				     &load->file->lacks[i]);
	}
}

static void
load_all(struct tk_load *load)
{
	const cJSON *root = load->root;
	const cJSON *fields = tk_load_get(root, "fields");
	const cJSON *rules = tk_load_get(root, "rules");
	const cJSON *events = tk_load_get(root, "events");
	struct tk_at fields_at = {NULL, "fields", 0};
	struct tk_at rules_at = {NULL, "rules", 0};
	struct tk_at events_at = {NULL, "events", 0};

	tk_load_keys(load, root, NULL,
		     " dialect description fields rules events successes delay "
		     "zone lacks samples also time_format ");
	if (!cJSON_IsObject(root))
		return;
	load_names(load);
	load_time_format(load, tk_load_get(root, "time_format"));
	tk_load_also(load, tk_load_get(root, "also"));
	/* Old files name the member that says what a line is. */
	load->strict = rules == NULL &&
		       (events != NULL || tk_load_get(fields, "event_type"));
	if (fields != NULL)
		tk_load_check_fields(load, fields);
	if (load->strict && cJSON_IsObject(fields))
		tk_load_check_needed(load, fields);
	if (fields == NULL && events != NULL)
		tk_load_fail(load, BACKOFF_E_FIELD, &fields_at, "is missing");
	if (rules != NULL && events != NULL)
		tk_load_fail(load, BACKOFF_E_FIELD, &rules_at,
			     "a file has either \"rules\" or \"events\"");
	else if (rules != NULL)
		tk_load_rules(load, rules);
	else if (events != NULL)
		tk_load_events(load, events);
	else
		tk_load_fail(load, BACKOFF_E_FIELD,
			     load->strict ? &events_at : &rules_at,
			     "is missing");
	load_successes(load, tk_load_get(root, "successes"));
	load_delay(load, tk_load_get(root, "delay"));
	load_lacks(load, tk_load_get(root, "lacks"));
	load_samples(load, tk_load_get(root, "samples"));
}

enum backoff_status
tk_file_parse(const char *name, const char *text, size_t length,
	      tk_dialect_error_fn on_error, void *user, struct tk_file **out,
	      struct backoff_error *error)
{
	size_t mark = bo_json_mark(text, length);
	struct backoff_error ignored = {.size = sizeof(ignored)};
	struct tk_load load = {.text = text + mark,
			       .length = length - mark,
			       .error = error != NULL ? error : &ignored,
			       .name = name,
			       .on_error = on_error,
			       .user = user};
	enum backoff_status status;
	cJSON *root;

	/* cJSON takes more than JSON: the strict reader decides. */
	status = bo_json_check(load.text, load.length, load.error);
	if (status != BACKOFF_OK) {
		if (on_error != NULL)
			on_error(user, name, load.error);
		return status;
	}
	root = cJSON_ParseWithLength(load.text, load.length);
	load.root = root;
	load.file = calloc(1, sizeof(*load.file));
	if (root == NULL || load.file == NULL) {
		tk_load_no_memory(&load);
	} else {
		load.file->delay_ns = BACKOFF_ABSENT;
		load_all(&load);
	}
	cJSON_Delete(root);
	if (load.status != BACKOFF_OK) {
		tk_file_free(load.file);
		return load.status;
	}
	*out = load.file;
	return BACKOFF_OK;
}
