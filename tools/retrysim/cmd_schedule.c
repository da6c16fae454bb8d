/* retrysim policy schedule: show the wait before each retry. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdbool.h>

#include "report/output.h"
#include "report/schedule_report.h"
#include "retrysim/cmd.h"
#include "retrysim/operands.h"

/* Number of retries shown; later ones rarely differ. */
#define SHOWN 32
#define DRAWS_MAX 100000

static enum tk_exit
print(const struct backoff_policy *policy, uint64_t draws, uint64_t seed,
      bool json)
{
	struct rs_schedule schedule;
	const struct rs_schedule_report report = {policy, &schedule, draws};
	enum tk_exit code = TK_EXIT_SYSTEM;
	struct rs_output output;

	if (rs_schedule_make(policy, draws, seed, SHOWN, &schedule) !=
	    BACKOFF_OK) {
		tk_msg("out of memory");
		return TK_EXIT_SYSTEM;
	}
	if (rs_output_begin(&output))
		code = rs_output_end(&output,
				     (json ? rs_schedule_report_json
					   : rs_schedule_report_text)(
					     &report, output.stream),
				     NULL);
	rs_schedule_clear(&schedule);
	return code;
}

int
rs_cmd_policy_schedule(int argc, char **argv)
{
	uint64_t draws = 10000, seed = 1;
	int format = 0, code;
	const struct tk_opt rows[] = {
		{"draws", 'n', TK_OPT_COUNT, &draws, "N", NULL, 1, DRAWS_MAX,
		 "number of random schedules, default 10000"},
		{"seed", 's', TK_OPT_COUNT, &seed, "N", NULL, 0, UINT64_MAX,
		 "random seed, default 1"},
		{"format", 'f', TK_OPT_NAME, &format, NULL, "text json", 0, 0,
		 "output format, default text"},
		{NULL, 0, TK_OPT_FLAG, NULL, NULL, NULL, 0, 0, NULL}};
	const struct tk_command command = {
		"retrysim policy schedule", "[OPTION]... POLICY|FILE",
		"Show the wait before each retry: its nominal value, bounds "
		"and percentiles, and the median total wait so far.",
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
