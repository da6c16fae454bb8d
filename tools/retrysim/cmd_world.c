/* retrysim world list, show, check and schema. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/opt.h"
#include "common/safe_text.h"
#include "policies/policy_set.h"
#include "retrysim/cmd.h"
#include "retrysim/operands.h"
#include "retrysim/schema.h"
#include "world/world.h"

static const struct tk_opt no_rows[] = {
	{NULL, 0, TK_OPT_FLAG, NULL, NULL, NULL, 0, 0, NULL}};

int
rs_cmd_world_list(int argc, char **argv)
{
	const struct tk_command command = {"retrysim world list", "",
					   "List the shipped worlds.",
					   "  retrysim world list\n", no_rows};
	const char *name;
	char **operand;
	size_t count;
	int code = rs_parse(&command, 0, 0, argc, argv, &operand, &count);

	if (code != RS_GO_ON)
		return code;
	for (size_t i = 0; (name = rs_world_shipped_name(i)); i++) {
		struct rs_world world;

		if (rs_world_load(name, &world) != TK_EXIT_OK)
			return TK_EXIT_SYSTEM;
		printf("%-20s %-12s %s\n", name,
		       rs_world_group_name(world.group), world.description);
		rs_world_clear(&world);
	}
	return TK_EXIT_OK;
}

int
rs_cmd_world_show(int argc, char **argv)
{
	const struct tk_command command = {
		"retrysim world show", "WORLD", "Print a shipped world's file.",
		"  retrysim world show steady > my.json\n", no_rows};
	struct rs_world world;
	const char *name;
	char **operand;
	size_t count;
	int code = rs_parse(&command, 1, 1, argc, argv, &operand, &count);

	if (code != RS_GO_ON)
		return code;
	for (size_t i = 0; (name = rs_world_shipped_name(i)); i++) {
		if (strcmp(name, operand[0]) != 0)
			continue;
		fputs(rs_world_shipped_text(i), stdout);
		return TK_EXIT_OK;
	}
	/* For its message. */
	code = (int)rs_world_load(operand[0], &world);
	if (code != TK_EXIT_OK)
		return code;
	rs_world_clear(&world);
	tk_msg("%s is not a shipped world; see retrysim world list",
	       operand[0]);
	return TK_EXIT_USAGE;
}

int
rs_cmd_world_check(int argc, char **argv)
{
	const struct tk_command command = {
		"retrysim world check", "FILE...", "Check world files.",
		"  retrysim world check worlds/*.json\n", no_rows};
	enum tk_exit worst = TK_EXIT_OK;
	char **operand;
	size_t count;
	int code =
		rs_parse(&command, 1, SIZE_MAX, argc, argv, &operand, &count);

	if (code != RS_GO_ON)
		return code;
	for (size_t i = 0; i < count; i++) {
		struct rs_world world;
		enum tk_exit one;
		char safe[1024], name[256];

		if (rs_is_schema(operand[i])) {
			tk_msg("%s: skipped; it is the schema, not a world",
			       operand[i]);
			continue;
		}
		one = rs_world_load(operand[i], &world);
		worst = one > worst ? one : worst;
		if (one != TK_EXIT_OK)
			continue;
		tk_safe_text(operand[i], strlen(operand[i]), safe,
			     sizeof(safe));
		tk_safe_text(world.name, strlen(world.name), name,
			     sizeof(name));
		printf("ok %s: %s, %s\n", safe, name,
		       rs_world_group_name(world.group));
		rs_world_clear(&world);
	}
	return (int)worst;
}

int
rs_cmd_world_schema(int argc, char **argv)
{
	const struct tk_command command = {
		"retrysim world schema", "",
		"Print the JSON Schema of world files.",
		"  retrysim world schema > world.schema.json\n", no_rows};

	return rs_print_schema(&command, rs_world_schema, argc, argv);
}
