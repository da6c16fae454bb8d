/* retrysim policy list, show, check and schema. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/opt.h"
#include "common/safe_text.h"
#include "policies/policy_set.h"
#include "report/output.h"
#include "report/policy_report.h"
#include "retrysim/cmd.h"
#include "retrysim/operands.h"
#include "retrysim/schema.h"

static const struct tk_opt no_more = {NULL, 0, TK_OPT_FLAG, NULL, NULL,
				      NULL, 0, 0,           NULL};

int
rs_cmd_policy_list(int argc, char **argv)
{
	int format = 0;
	const struct tk_opt rows[] = {{"format", 'f', TK_OPT_NAME, &format,
				       NULL, "text json", 0, 0,
				       "output format, default text"},
				      no_more};
	const struct tk_command command = {
		"retrysim policy list", "[OPTION]...",
		"List the shipped policies.", "  retrysim policy list\n", rows};
	struct rs_policy_set set = {0};
	struct rs_output output;
	char **operand;
	size_t count;
	int code = rs_parse(&command, 0, 0, argc, argv, &operand, &count);

	if (code != RS_GO_ON)
		return code;
	code = (int)rs_policy_set_add_shipped(&set);
	if (code == TK_EXIT_OK && !rs_output_begin(&output))
		code = TK_EXIT_SYSTEM;
	else if (code == TK_EXIT_OK)
		code = (int)rs_output_end(
			&output,
			(format ? rs_policy_list_json
				: rs_policy_list_text)(&set, output.stream),
			NULL);
	rs_policy_set_clear(&set);
	return code;
}

static enum tk_exit
show(const struct backoff_policy *policy, bool canonical, bool json)
{
	struct rs_output output;
	int status;

	if (!rs_output_begin(&output))
		return TK_EXIT_SYSTEM;
	if (canonical)
		status = rs_policy_report_canonical(policy, output.stream);
	else if (json)
		status = rs_policy_report_json(policy, output.stream);
	else
		status = rs_policy_report_text(policy, output.stream);
	return rs_output_end(&output, status, NULL);
}

int
rs_cmd_policy_show(int argc, char **argv)
{
	bool canonical = false;
	int format = 0, code;
	const struct tk_opt rows[] = {
		{"canonical", 'c', TK_OPT_FLAG, &canonical, NULL, NULL, 0, 0,
		 "print only the canonical form, from which the hash is "
		 "computed"},
		{"format", 'f', TK_OPT_NAME, &format, NULL, "text json", 0, 0,
		 "output format, default text"},
		no_more};
	const struct tk_command command = {
		"retrysim policy show", "[OPTION]... POLICY|FILE",
		"Show a policy's hash, summary and canonical form.",
		"  retrysim policy show WEBHOOK\n", rows};
	struct backoff_policy *policy;
	char **operand;
	size_t count;

	code = rs_parse(&command, 1, 1, argc, argv, &operand, &count);
	if (code != RS_GO_ON)
		return code;
	code = (int)rs_operand_policy(operand[0], &policy);
	if (code != TK_EXIT_OK)
		return code;
	code = (int)show(policy, canonical, format != 0);
	backoff_policy_unref(policy);
	return code;
}

int
rs_cmd_policy_check(int argc, char **argv)
{
	const struct tk_opt rows[] = {no_more};
	const struct tk_command command = {
		"retrysim policy check", "FILE...",
		"Check policy files and report all errors.",
		"  retrysim policy check policies/*.json\n", rows};
	enum tk_exit worst = TK_EXIT_OK;
	char **operand;
	size_t count;
	int code =
		rs_parse(&command, 1, SIZE_MAX, argc, argv, &operand, &count);

	if (code != RS_GO_ON)
		return code;
	for (size_t i = 0; i < count; i++) {
		struct backoff_policy *policy;
		enum tk_exit one;
		char safe[1024];

		if (rs_is_schema(operand[i])) {
			tk_msg("%s: skipped; it is the schema, not a policy",
			       operand[i]);
			continue;
		}
		one = rs_policy_load(operand[i], &policy);
		worst = one > worst ? one : worst;
		if (one != TK_EXIT_OK)
			continue;
		tk_safe_text(operand[i], strlen(operand[i]), safe,
			     sizeof(safe));
		printf("ok %s: %s %016" PRIx64 "\n", safe,
		       backoff_policy_name(policy),
		       backoff_policy_hash(policy));
		backoff_policy_unref(policy);
	}
	return (int)worst;
}

int
rs_cmd_policy_schema(int argc, char **argv)
{
	const struct tk_opt rows[] = {no_more};
	const struct tk_command command = {
		"retrysim policy schema", "",
		"Print the JSON Schema of policy files.",
		"  retrysim policy schema > policy.schema.json\n", rows};

	return rs_print_schema(&command, backoff_policy_schema, argc, argv);
}
