/* retrysim policy schedule: how long a policy waits before each retry. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/table.h"
#include "common/units.h"
#include "policies/policy_set.h"
#include "policies/schedule.h"
#include "retrysim/cmd.h"
#include "retrysim/operands.h"

/* Retries that are shown; later ones rarely differ. */
#define SHOWN 32
#define DRAWS_MAX 100000
/* Waits of a class that are shown. */
#define LAWS 4

static void
duration_cell(struct tk_table *table, size_t column, uint64_t ns)
{
	char text[16];

	tk_table_cell(table, column, "%s",
		      tk_format_duration(ns, text, sizeof(text)));
}

static int
print_text(const struct rs_schedule *schedule)
{
	static const char *const head[] = {">retry", ">nominal", ">low",
					   ">high",  ">p1",      ">p50",
					   ">p95",   ">p99",     ">total p50"};
	struct tk_table *table = tk_table_new(9);
	int status;

	if (table == NULL)
		return -1;
	for (size_t i = 0; i < 9; i++)
		tk_table_head(table, i, head[i]);
	for (size_t i = 0; i < schedule->count; i++) {
		const struct rs_wait *wait = &schedule->wait[i];

		if (wait->reached == 0)
			break;
		tk_table_row(table);
		tk_table_cell(table, 0, "%zu", i + 1);
		duration_cell(table, 1, wait->nominal_ns);
		duration_cell(table, 2, wait->low_ns);
		duration_cell(table, 3, wait->high_ns);
		for (size_t p = 0; p < RS_SCHEDULE_PERCENTILES; p++)
			duration_cell(table, 4 + p, wait->at_ns[p]);
		duration_cell(table, 8, wait->total_ns);
	}
	status = tk_table_print(table, 0, stdout);
	tk_table_free(table);
	return status;
}

static uint64_t
highest(const struct backoff_delay *law)
{
	return law->high_ns < law->ceiling_ns ? law->high_ns : law->ceiling_ns;
}

/* Classes that have delays of their own. */
static void
print_classes(const struct backoff_policy *policy)
{
	for (int c = 0; backoff_class_name((enum backoff_class)c); c++) {
		struct backoff_delay law[LAWS];
		size_t count = rs_schedule_class(policy, (enum backoff_class)c,
						 law, LAWS);

		for (size_t i = 0; i < count; i++) {
			char low[16], high[16];

			if (i == 0)
				printf("After %s failures:",
				       backoff_class_name(
					       (enum backoff_class)c));
			printf("%s %s to %s", i ? "," : "",
			       tk_format_duration(law[i].low_ns, low,
						  sizeof(low)),
			       tk_format_duration(highest(&law[i]), high,
						  sizeof(high)));
		}
		if (count > 0)
			printf("%s\n", count == LAWS ? ", ..." : "");
	}
}

static void
print_classes_json(const struct backoff_policy *policy)
{
	bool any = false;

	for (int c = 0; backoff_class_name((enum backoff_class)c); c++) {
		struct backoff_delay law[LAWS];
		size_t count = rs_schedule_class(policy, (enum backoff_class)c,
						 law, LAWS);

		if (count == 0)
			continue;
		printf("%s\n{\"class\": \"%s\", \"retries\": [", any ? "," : "",
		       backoff_class_name((enum backoff_class)c));
		any = true;
		for (size_t i = 0; i < count; i++)
			printf("%s{\"low\": %.9f, \"high\": %.9f}",
			       i ? ", " : "", (double)law[i].low_ns / 1e9,
			       (double)highest(&law[i]) / 1e9);
		printf("]}");
	}
}

static void
print_remarks(const struct backoff_policy *policy,
	      const struct rs_schedule *schedule, uint64_t draws)
{
	uint64_t deadline = backoff_policy_deadline_ns(policy);

	if (schedule->count == 0)
		printf("No retries: max_attempts is 1.\n");
	print_classes(policy);
	for (size_t i = 0; i < schedule->count; i++) {
		char text[16];

		if (schedule->wait[i].reached == draws)
			continue;
		printf("The deadline of %s ends %" PRIu64 " of %" PRIu64
		       " draws before retry %zu, even if attempts take no "
		       "time.\n",
		       tk_format_duration(deadline, text, sizeof(text)),
		       draws - schedule->wait[i].reached, draws, i + 1);
		break;
	}
	if (schedule->left_out)
		printf("%" PRIu64 " further retries are not shown.\n",
		       schedule->left_out);
}

static void
print_json(const struct backoff_policy *policy,
	   const struct rs_schedule *schedule, uint64_t draws)
{
	printf("{\"schema_version\": 1, \"policy\": \"%s\", \"policy_hash\": "
	       "\"%016" PRIx64 "\", \"draws\": %" PRIu64 ", \"retries\": [",
	       backoff_policy_name(policy), backoff_policy_hash(policy), draws);
	for (size_t i = 0; i < schedule->count; i++) {
		const struct rs_wait *wait = &schedule->wait[i];

		printf("%s\n{\"retry\": %zu, \"reached\": %" PRIu64
		       ", \"nominal\": %.9f, \"low\": %.9f, \"high\": %.9f, "
		       "\"p1\": %.9f, \"p50\": %.9f, \"p95\": %.9f, "
		       "\"p99\": %.9f, \"total_p50\": %.9f}",
		       i ? "," : "", i + 1, wait->reached,
		       (double)wait->nominal_ns / 1e9,
		       (double)wait->low_ns / 1e9, (double)wait->high_ns / 1e9,
		       (double)wait->at_ns[RS_SCHEDULE_P1] / 1e9,
		       (double)wait->at_ns[RS_SCHEDULE_P50] / 1e9,
		       (double)wait->at_ns[RS_SCHEDULE_P95] / 1e9,
		       (double)wait->at_ns[RS_SCHEDULE_P99] / 1e9,
		       (double)wait->total_ns / 1e9);
	}
	printf("], \"classes\": [");
	print_classes_json(policy);
	printf("]}\n");
}

static enum tk_exit
print(const struct backoff_policy *policy, uint64_t draws, uint64_t seed,
      bool json)
{
	struct rs_schedule schedule;
	int failed = 0;

	if (rs_schedule_make(policy, draws, seed, SHOWN, &schedule) !=
	    BACKOFF_OK) {
		tk_msg("out of memory");
		return TK_EXIT_SYSTEM;
	}
	if (json) {
		print_json(policy, &schedule, draws);
	} else {
		char *line = rs_policy_text(policy, backoff_policy_describe);

		printf("%s: %s\n", backoff_policy_name(policy),
		       line ? line : "");
		free(line);
		if (schedule.count > 0)
			failed = print_text(&schedule);
		print_remarks(policy, &schedule, draws);
	}
	rs_schedule_clear(&schedule);
	return failed ? TK_EXIT_SYSTEM : TK_EXIT_OK;
}

int
rs_cmd_policy_schedule(int argc, char **argv)
{
	uint64_t draws = 10000, seed = 1;
	int format = 0, code;
	const struct tk_opt rows[] = {
		{"draws", 'n', TK_OPT_COUNT, &draws, "N", NULL, 1, DRAWS_MAX,
		 "schedules to draw; default: 10000"},
		{"seed", 's', TK_OPT_COUNT, &seed, "N", NULL, 0, UINT64_MAX,
		 "experiment of the draws; default: 1"},
		{"format", 'f', TK_OPT_NAME, &format, NULL, "text json", 0, 0,
		 "what to print; default: text"},
		{NULL, 0, TK_OPT_FLAG, NULL, NULL, NULL, 0, 0, NULL}};
	const struct tk_command command = {
		"retrysim policy schedule", "[OPTION]... NAME|FILE",
		"Prints the wait before each retry: its nominal value, bounds, "
		"percentiles, and the median of all waits so far.",
		"  retrysim policy schedule WEBHOOK\n", rows};
	struct backoff_policy *policy;
	char **operand;
	size_t count;

	code = rs_parse(&command, 1, 1, argc, argv, &operand, &count);
	if (code != RS_GO_ON)
		return code;
	code = (int)rs_operand_policy(operand[0], &policy);
	if (code != TK_EXIT_OK)
		return code;
	code = (int)print(policy, draws, seed, format != 0);
	backoff_policy_unref(policy);
	return code;
}
