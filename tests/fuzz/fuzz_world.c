/* Fuzz target: any bytes as a world file. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <math.h>
#include <string.h>

#include "fuzz.h"
#include "world/world.h"

const char fuzz_name[] = "world";

static void
check_share(double value)
{
	MUST(value >= 0 && value <= 1);
}

static void
check_law(const struct rs_law *law)
{
	struct rs_stream stream = {1};

	MUST(law->kind >= RS_LAW_NONE && law->kind <= RS_LAW_UNIFORM);
	for (int i = 0; i < 4; i++)
		MUST(rs_law_draw(law, &stream) >= 0);
	MUST(rs_law_mean(law) >= 0);
}

static void
check_errors(const struct rs_world_errors *errors)
{
	MUST(errors->count <= RS_WORLD_ERRORS_MAX);
	for (uint32_t i = 0; i < errors->count; i++) {
		const struct rs_world_error *error = &errors->item[i];

		check_law(&error->latency);
		check_law(&error->hint);
		MUST(memchr(error->type, '\0', sizeof(error->type)));
		MUST(memchr(error->code, '\0', sizeof(error->code)));
		MUST(memchr(error->text, '\0', sizeof(error->text)));
	}
}

static void
check_process(const struct rs_world_process *process)
{
	MUST(process->state_count <= RS_WORLD_STATES_MAX);
	MUST((process->state_count > 0) + process->drift.given +
		     process->walk.given ==
	     1);
	for (uint32_t i = 0; i < process->state_count; i++) {
		const struct rs_world_state *state = &process->state[i];

		MUST(process->state_count == 1 ||
		     rs_law_mean(&state->stay) > 0);
		check_share(state->fails);
		check_law(&state->stay);
		check_law(&state->latency);
		check_law(&state->failure_latency);
		check_errors(&state->errors);
	}
	check_errors(&process->errors);
}

int
fuzz_accepts(const uint8_t *data, size_t size)
{
	struct backoff_error error = {.size = sizeof(error)};
	struct rs_world world;
	enum backoff_status status =
		rs_world_parse((const char *)data, size, &world, &error);

	if (status != BACKOFF_OK) {
		MUST(error.status == status);
		MUST(error.line >= 1 && error.column >= 1);
		MUST(memchr(error.path, '\0', sizeof(error.path)));
		MUST(memchr(error.text, '\0', sizeof(error.text)));
		MUST(error.text[0] != '\0');
		return 0;
	}
	MUST(world.length > 0 && world.arrivals.rate > 0);
	MUST(world.targets.count > 0);
	MUST(world.record.count > 0 && world.compare.count > 0);
	MUST(world.process_count <= RS_WORLD_PROCESSES_MAX);
	for (uint32_t i = 0; i < world.process_count; i++)
		check_process(&world.process[i]);
	check_law(&world.latency);
	check_law(&world.failure_latency);
	check_law(&world.capacity.service);
	check_law(&world.fate.clears.after);
	check_errors(&world.errors);
	check_errors(&world.fate.errors);
	check_share(world.fate.permanent);
	rs_world_clear(&world);
	return 1;
}
