/* World files: what is valid, and where errors are. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/file.h"
#include "unit/world/worlds.h"

#define HEAD                                                                   \
	"{\"world\":\"w\",\n \"group\":\"environment\",\n"                     \
	" \"length\":\"10m\",\n \"arrivals\":{\"rate\":5},\n"
#define TAIL " \"record\":[\"STANDARD\"], \"compare\":[\"QUICK\"]}"

static const struct {
	const char *text, *path, *problem;
	uint32_t line, column;
	const char *why;
} bad[] = {
	{"", "", "", 1, 1, "an empty file"},
	{"[]", "", "must be an object", 1, 1, "not an object"},
	{HEAD " \"fates\":{},\n" TAIL, "", "did you mean \"fate\"", 5, 2,
	 "a misspelt member"},
	{HEAD " \"zebra\":1,\n" TAIL, "", "known members: world", 5, 2,
	 "an unknown member"},
	{HEAD " \"length\":1,\n" TAIL, "", "duplicate member length", 5, 2,
	 "a member twice"},
	{"{\"world\":\"w\"}", "", "group is missing", 1, 1, "missing members"},
	{HEAD " \"hosts\":{\"count\":0},\n" TAIL, "hosts.count",
	 "must be at least 1", 5, 19, "below the range"},
	{HEAD " \"hosts\":{\"count\":1.5},\n" TAIL, "hosts.count",
	 "whole number", 5, 19, "a count with a fraction"},
	{HEAD " \"fate\":{\"permanent\":1.5},\n" TAIL, "fate.permanent",
	 "must be at most 1", 5, 22, "above the range"},
	{HEAD " \"fate\":{\"permanent\":-1},\n" TAIL, "fate.permanent",
	 "must not be negative", 5, 22, "a negative number"},
	{HEAD " \"fate\":{\"permanent\":\"1\"},\n" TAIL, "fate.permanent",
	 "must be a number", 5, 22, "a string for a number"},
	{HEAD " \"latency\":{\"law\":\"lognormall\"},\n" TAIL, "latency.law",
	 "did you mean \"lognormal\"", 5, 19, "a misspelt name"},
	{HEAD " \"latency\":{\"law\":\"lognormal\"},\n" TAIL, "latency",
	 "needs a median above 0", 5, 12, "a law without its parameter"},
	{HEAD " \"latency\":\"5 ms\",\n" TAIL, "latency", "duration like", 5,
	 12, "a malformed duration"},
	{HEAD " \"environment\":[{}],\n" TAIL, "environment[0]",
	 "one of states, drift and walk", 5, 17, "nothing in a source"},
	{HEAD " \"environment\":[{\"states\":[{},{}]}],\n" TAIL,
	 "environment[0]", "needs stay", 5, 17, "states without a stay"},
	{HEAD " \"environment\":[{\"states\":[{\"fails\":2}]}],\n" TAIL,
	 "environment[0].states[0].fails", "must be at most 1", 5, 37,
	 "a path through lists"},
	{HEAD " \"environment\":[],\n" TAIL, "environment", "must not be empty",
	 5, 16, "an empty list"},
	{HEAD " \"targets\":{\"count\":2,\"labelled\":1},\n" TAIL,
	 "targets.labelled", "true or false", 5, 34, "a number for a flag"},
	{HEAD " \"record\":[\"STANDART\"], \"compare\":[\"QUICK\"]}",
	 "record[0]", "did you mean STANDARD", 5, 12, "a misspelt policy"},
	{HEAD " \"compare\":[\"QUICK\"], \"record\":[\"QUICK\",\n"
	      "  {\"name\":\"A\",\"max_attempts\":0}]}",
	 "record[1]", "max_attempts", 6, 30, "an error inside a policy"},
	{HEAD " \"record\":[], \"compare\":[\"QUICK\"]}", "record",
	 "must not be empty", 5, 11, "no policy"},
	{HEAD " \"length2\":\"\\u0000\",\n" TAIL, "", "\\u0000", 5, 13,
	 "a NUL in a string"},
	{HEAD " \"seeds\":1,}", "", "", 5, 12, "a comma too many"},
};

Test(world_read, each_error_has_its_place_and_says_what_to_do)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct backoff_error error = {.size = sizeof(error)};
		struct rs_world world;

		cr_expect(rs_world_parse(bad[i].text, strlen(bad[i].text),
					 &world, &error) != BACKOFF_OK,
			  "%s", bad[i].why);
		cr_expect(error.line == bad[i].line &&
				  error.column == bad[i].column,
			  "%s: %u:%u: %s: %s", bad[i].why, error.line,
			  error.column, error.path, error.text);
		cr_expect(strcmp(error.path, bad[i].path) == 0, "%s: path %s",
			  bad[i].why, error.path);
		cr_expect(strstr(error.text, bad[i].problem), "%s: %s",
			  bad[i].why, error.text);
	}
}

Test(world_read, values_and_defaults)
{
	struct rs_world world = test_world(
		"\"length\":\"2m\",\"latency\":\"5ms\",\"hosts\":{\"count\":2,"
		"\"skew\":0.2},\"targets\":{\"count\":3},\"log\":{\"loss\":"
		"0.25},\"fate\":{\"own\":{\"a\":1,\"b\":2},\"payload\":{"
		"\"sigma\":1}}," TEST_OUTAGES);

	cr_expect(world.length == 120);
	cr_expect(world.latency.kind == RS_LAW_FIXED &&
		  world.latency.mean == 0.005);
	cr_expect(world.hosts.count == 2 && world.hosts.skew == 0.2);
	cr_expect(world.targets.count == 3 && world.targets.labelled);
	cr_expect(world.log.loss == 0.25 && world.log.format == 0 &&
		  world.log.sequence);
	cr_expect(world.fate.own.share == 1 && world.fate.own.b == 2);
	cr_expect(world.fate.payload.slows && !world.fate.clears.given);
	cr_expect(world.process_count == 1 &&
		  world.process[0].state_count == 2);
	cr_expect(world.process[0].state[1].fails_to < 0);
	cr_expect(world.seeds == 5 && !world.subset);
	cr_expect(world.compare.count == 2);
	rs_world_clear(&world);
}

Test(world_read, shipped_worlds_are_valid_and_have_the_names_of_their_files)
{
	size_t count = 0;
	const char *name;

	for (; (name = rs_world_shipped_name(count)); count++) {
		struct rs_world world;

		cr_assert(rs_world_load(name, &world) == TK_EXIT_OK);
		cr_expect(strcmp(world.name, name) == 0, "%s", name);
		cr_expect(world.description[0] != '\0', "%s", name);
		rs_world_clear(&world);
	}
	cr_expect(count >= 30);
}

/* At least 100 answers: the targets of eval need them. */
Test(world_read, environment_worlds_have_enough_answers)
{
	const char *name;

	for (size_t i = 0; (name = rs_world_shipped_name(i)); i++) {
		struct rs_world world;
		size_t others;

		cr_assert(rs_world_load(name, &world) == TK_EXIT_OK);
		others = world.compare.count - 1;
		if (world.group == RS_WORLD_ENVIRONMENT)
			cr_expect(world.seeds * world.record.count * others >=
					  90,
				  "%s", name);
		rs_world_clear(&world);
	}
}

/* To update it: retrysim world schema > worlds/world.schema.json */
Test(world_read, the_schema_next_to_the_worlds_is_the_one_of_the_table)
{
	size_t length = rs_world_schema(NULL, 0), file_length;
	char *text = calloc(length + 1, 1), *file;

	cr_assert(text);
	rs_world_schema(text, length + 1);
	cr_assert(bo_file_read(TEST_SRCDIR "/worlds/world.schema.json", 1 << 20,
			       &file, &file_length) == BACKOFF_OK);
	cr_expect(strcmp(text, file) == 0);
	free(text);
	free(file);
}
