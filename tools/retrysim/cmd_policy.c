/* retrysim policy: what policies there are, and what they say. */
#include "config.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/opt.h"
#include "common/safe_text.h"
#include "common/table.h"
#include "policies/policy_set.h"
#include "report/output.h"
#include "retrysim/cmd.h"
#include "retrysim/operands.h"

static const struct tk_opt no_more = {NULL, 0, TK_OPT_FLAG, NULL, NULL,
				      NULL, 0, 0,           NULL};

/* A policy as JSON members: hash, summary and the canonical form, which is JSON
 * already. */
static int
print_json(const struct backoff_policy *policy, FILE *out)
{
	char *canonical = rs_policy_text(policy, backoff_policy_canonical);

	if (canonical == NULL)
		return -1;
	fprintf(out, "{\"hash\": \"%016" PRIx64 "\", \"policy\": %s}",
		backoff_policy_hash(policy), canonical);
	free(canonical);
	return 0;
}

static int
list_json(const struct rs_policy_set *set, FILE *out)
{
	fputs("{\"schema_version\": 1, \"policies\": [\n", out);
	for (size_t i = 0; i < set->count; i++) {
		if (print_json(set->item[i].policy, out))
			return -1;
		fputs(i + 1 < set->count ? ",\n" : "\n", out);
	}
	fputs("]}\n", out);
	return 0;
}

static int
list_text(const struct rs_policy_set *set, FILE *out)
{
	struct tk_table *table = tk_table_new(2);
	int status;

	if (table == NULL)
		return -1;
	for (size_t i = 0; i < set->count; i++) {
		char *line = rs_policy_text(set->item[i].policy,
					    backoff_policy_describe);

		tk_table_row(table);
		tk_table_cell(table, 0, "%s", set->item[i].label);
		tk_table_cell(table, 1, "%s", line ? line : "");
		free(line);
	}
	status = tk_table_print(table, 0, out);
	tk_table_free(table);
	return status;
}

int
rs_cmd_policy_list(int argc, char **argv)
{
	int format = 0;
	const struct tk_opt rows[] = {{"format", 'f', TK_OPT_NAME, &format,
				       NULL, "text json", 0, 0,
				       "what to print; default: text"},
				      no_more};
	const struct tk_command command = {"retrysim policy list",
					   "[OPTION]...",
					   "Lists the shipped policies.",
					   "  retrysim policy list\n", rows};
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
	else if (code == TK_EXIT_OK &&
		 (format ? list_json : list_text)(&set, output.stream)) {
		rs_output_drop(&output);
		code = TK_EXIT_SYSTEM;
	} else if (code == TK_EXIT_OK) {
		code = (int)rs_output_end(&output, NULL);
	}
	rs_policy_set_clear(&set);
	return code;
}

static enum tk_exit
show_text(const struct backoff_policy *policy)
{
	char *line = rs_policy_text(policy, backoff_policy_describe);
	char *canonical = rs_policy_text(policy, backoff_policy_canonical);
	char safe[2048];

	if (line && canonical) {
		const char *description = backoff_policy_description(policy);

		tk_safe_text(description, strlen(description), safe,
			     sizeof(safe));
		printf("%s  %016" PRIx64 "\n", backoff_policy_name(policy),
		       backoff_policy_hash(policy));
		if (safe[0])
			printf("  %s\n", safe);
		printf("  %s\n  %s\n", line, canonical);
	}
	free(line);
	free(canonical);
	return line && canonical ? TK_EXIT_OK : TK_EXIT_SYSTEM;
}

static enum tk_exit
show_canonical(const struct backoff_policy *policy)
{
	char *canonical = rs_policy_text(policy, backoff_policy_canonical);

	if (canonical == NULL)
		return TK_EXIT_SYSTEM;
	puts(canonical);
	free(canonical);
	return TK_EXIT_OK;
}

int
rs_cmd_policy_show(int argc, char **argv)
{
	bool canonical = false;
	int format = 0, code;
	const struct tk_opt rows[] = {
		{"canonical", 'c', TK_OPT_FLAG, &canonical, NULL, NULL, 0, 0,
		 "only the canonical form, of which the hash is made"},
		{"format", 'f', TK_OPT_NAME, &format, NULL, "text json", 0, 0,
		 "what to print; default: text"},
		no_more};
	const struct tk_command command = {
		"retrysim policy show", "[OPTION]... NAME|FILE",
		"Shows a policy: its hash, a summary and the canonical form.",
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
	if (canonical) {
		code = (int)show_canonical(policy);
	} else if (format) {
		code = print_json(policy, stdout) ? TK_EXIT_SYSTEM : TK_EXIT_OK;
		putchar('\n');
	} else {
		code = (int)show_text(policy);
	}
	backoff_policy_unref(policy);
	return code;
}

int
rs_cmd_policy_check(int argc, char **argv)
{
	const struct tk_opt rows[] = {no_more};
	const struct tk_command command = {
		"retrysim policy check", "FILE...",
		"Checks policy files and tells every error of each.",
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
			tk_msg("%s: the schema, no policy: left out",
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
		"Prints the JSON Schema of a policy file.",
		"  retrysim policy schema > policy.schema.json\n", rows};
	size_t size = backoff_policy_schema(NULL, 0) + 1, count;
	char **operand, *text;
	int code = rs_parse(&command, 0, 0, argc, argv, &operand, &count);

	if (code != RS_GO_ON)
		return code;
	text = malloc(size);
	if (text == NULL) {
		tk_msg("out of memory");
		return TK_EXIT_SYSTEM;
	}
	backoff_policy_schema(text, size);
	fputs(text, stdout);
	if (size > 1 && text[size - 2] != '\n')
		putchar('\n');
	free(text);
	return TK_EXIT_OK;
}
