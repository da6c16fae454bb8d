/* Truths as JSON. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/json_out.h"
#include "world/truth.h"

/* Permille of the quantile functions. */
#define STEP 5

static void
put_latency(struct tk_json *json, struct cJSON *parent, const char *name,
	    struct rs_times times)
{
	static const struct {
		const char *name;
		unsigned permille;
	} at[] = {{"p50", 500}, {"p95", 950}, {"p99", 990}};
	struct cJSON *object = tk_json_object(json, parent, name);
	struct cJSON *list;

	if (rs_times_weight(&times) == 0)
		return;
	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++)
		tk_json_rounded(json, object, at[i].name,
				rs_times_quantile(&times, at[i].permille), 6);
	/* A tenth of a point of rank on either side. */
	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
		char key[32];

		snprintf(key, sizeof(key), "%s_rank_low", at[i].name);
		tk_json_rounded(json, object, key,
				rs_times_quantile(&times, at[i].permille - 1),
				6);
		snprintf(key, sizeof(key), "%s_rank_high", at[i].name);
		tk_json_rounded(json, object, key,
				rs_times_quantile(&times, at[i].permille + 1),
				6);
	}
	list = tk_json_array(json, object, "quantiles");
	for (unsigned q = 0; q <= 1000; q += STEP)
		tk_json_rounded(json, list, NULL, rs_times_quantile(&times, q),
				6);
}

static void
put_counts(struct tk_json *json, struct cJSON *object,
	   const struct rs_run_counts *counts, double runs)
{
	tk_json_number(json, object, "calls", (double)counts->calls / runs);
	tk_json_rounded(json, object, "success_rate",
			rs_counts_success_rate(counts), 9);
	tk_json_rounded(json, object, "attempts_per_call",
			rs_counts_attempts_per_call(counts), 9);
	put_latency(json, object, "success_latency_seconds",
		    rs_counts_success(counts));
	put_latency(json, object, "failure_latency_seconds",
		    rs_counts_failure(counts));
}

static void
put_truth(struct tk_json *json, struct cJSON *list,
	  const struct rs_truth *truth, uint32_t windows)
{
	struct cJSON *object = tk_json_object(json, list, NULL), *rates;
	char hash[24];

	snprintf(hash, sizeof(hash), "%016" PRIx64,
		 backoff_policy_hash(truth->policy->policy));
	tk_json_text(json, object, "policy", truth->policy->label);
	tk_json_text(json, object, "policy_hash", hash);
	put_counts(json, tk_json_object(json, object, "realisation"),
		   &truth->one, 1);
	if (truth->noise_count > 0)
		put_counts(json, tk_json_object(json, object, "mean"),
			   &truth->noise, truth->noise_count);
	rates = tk_json_array(json, object, "next_windows");
	for (uint32_t i = 0; i < windows; i++)
		tk_json_rounded(json, rates, NULL, truth->window[i], 9);
}

int
rs_truths_json(const struct rs_truths *truths, const struct rs_truth_plan *plan,
	       FILE *out)
{
	const struct rs_world *world = plan->world;
	struct tk_json json;
	struct cJSON *root = tk_json_begin(&json), *list;

	tk_json_number(&json, root, "schema_version", 1);
	tk_json_text(&json, root, "world", world->name);
	tk_json_text(&json, root, "group", rs_world_group_name(world->group));
	tk_json_number(&json, root, "seed", (double)plan->seed);
	tk_json_text(&json, root, "record", backoff_policy_name(plan->record));
	tk_json_number(&json, root, "calls", (double)truths->recorded.calls);
	tk_json_number(&json, root, "lines", (double)truths->recorded.lines);
	tk_json_number(&json, root, "noise_replicas", plan->noise_count);
	list = tk_json_array(&json, root, "policies");
	for (size_t i = 0; i < truths->count; i++)
		put_truth(&json, list, &truths->item[i], truths->window_count);
	return tk_json_end(&json, out);
}
