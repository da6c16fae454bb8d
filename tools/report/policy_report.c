/* Policies as text and as JSON. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/policy_report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/json_out.h"
#include "common/safe_text.h"
#include "common/table.h"
#include "policies/lint_matchers.h"

int
rs_policy_list_text(const struct rs_policy_set *set, FILE *out)
{
	struct tk_table *table = tk_table_new(2);
	int status = table ? 0 : -1;

	for (size_t i = 0; status == 0 && i < set->count; i++) {
		char *line = rs_policy_text(set->item[i].policy,
					    backoff_policy_describe);

		tk_table_row(table);
		tk_table_cell(table, 0, "%s", set->item[i].label);
		if (line)
			tk_table_cell(table, 1, "%s", line);
		else
			status = -1;
		free(line);
	}
	if (status == 0)
		status = tk_table_print(table, 0, out);
	tk_table_free(table);
	return status;
}

/* The canonical form is JSON already. */
static void
add_policy(struct tk_json *json, struct cJSON *out,
	   const struct backoff_policy *policy)
{
	char *canonical = rs_policy_text(policy, backoff_policy_canonical);
	char hash[24];

	snprintf(hash, sizeof(hash), "%016" PRIx64,
		 backoff_policy_hash(policy));
	tk_json_text(json, out, "hash", hash);
	tk_json_flag(json, out, "matches_http_status", rs_matches_http(policy));
	tk_json_raw(json, out, "policy", canonical);
	free(canonical);
}

int
rs_policy_list_json(const struct rs_policy_set *set, FILE *out)
{
	struct tk_json json;
	struct cJSON *root = tk_json_begin(&json), *list;

	tk_json_number(&json, root, "schema_version", 1);
	list = tk_json_array(&json, root, "policies");
	for (size_t i = 0; i < set->count; i++)
		add_policy(&json, tk_json_object(&json, list, NULL),
			   set->item[i].policy);
	return tk_json_end(&json, out);
}

int
rs_policy_report_text(const struct backoff_policy *policy, FILE *out)
{
	char *line = rs_policy_text(policy, backoff_policy_describe);
	char *canonical = rs_policy_text(policy, backoff_policy_canonical);
	bool made = line && canonical;

	if (made) {
		const char *description = backoff_policy_description(policy);
		char safe[2048];

		tk_safe_text(description, strlen(description), safe,
			     sizeof(safe));
		fprintf(out, "%s  %016" PRIx64 "\n",
			backoff_policy_name(policy),
			backoff_policy_hash(policy));
		if (safe[0])
			fprintf(out, "  %s\n", safe);
		if (backoff_policy_max_attempts(policy) > 1 &&
		    !rs_matches_http(policy))
			fprintf(out, "  matches no HTTP status: a 503 or 429 "
				     "is not retried\n");
		fprintf(out, "  %s\n  %s\n", line, canonical);
	}
	free(line);
	free(canonical);
	return made && !ferror(out) ? 0 : -1;
}

int
rs_policy_report_json(const struct backoff_policy *policy, FILE *out)
{
	struct tk_json json;

	add_policy(&json, tk_json_begin(&json), policy);
	return tk_json_end(&json, out);
}

int
rs_policy_report_canonical(const struct backoff_policy *policy, FILE *out)
{
	char *canonical = rs_policy_text(policy, backoff_policy_canonical);
	int status = canonical && fprintf(out, "%s\n", canonical) > 0 ? 0 : -1;

	free(canonical);
	return status;
}
