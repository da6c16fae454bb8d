/* How fast each input grows, and when its last line came. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/pulse.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"

/* A measurement takes this long. */
#define MEASURE_NS (5 * BO_NS_PER_S)

static void
note(struct rt_beat *beat, uint64_t lines, uint64_t now_ns)
{
	if (lines > beat->lines)
		beat->at_ns = now_ns;
	beat->lines = lines;
	if (now_ns - beat->base_ns < MEASURE_NS)
		return;
	beat->lines_per_s = (double)(lines - beat->base_lines) /
			    ((double)(now_ns - beat->base_ns) / 1e9);
	beat->base_lines = lines;
	beat->base_ns = now_ns;
}

void
rt_pulse_update(struct rt_pulse *pulse, const struct tk_input_info *input,
		size_t count, uint64_t now_ns)
{
	pulse->now_ns = now_ns;
	if (pulse->count == 0 && count > 0) {
		pulse->item = calloc(count, sizeof(*pulse->item));
		if (pulse->item == NULL)
			return;
		pulse->count = count;
		for (size_t i = 0; i < count; i++)
			pulse->item[i] = (struct rt_beat){
				.lines = input[i].lines,
				.base_lines = input[i].lines,
				.base_ns = now_ns,
				.lines_per_s = -1.0,
			};
		return;
	}
	for (size_t i = 0; i < pulse->count && i < count; i++)
		note(&pulse->item[i], input[i].lines, now_ns);
}

void
rt_pulse_clear(struct rt_pulse *pulse)
{
	free(pulse->item);
	memset(pulse, 0, sizeof(*pulse));
}
