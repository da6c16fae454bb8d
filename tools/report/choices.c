/* What an operation can choose from: its policies, in which those that behave
 * alike are one choice, by the number of calls that fail. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "report/choices.h"

#include <stdlib.h>

static const struct rs_result *
results(const struct rs_report *report, const struct rs_subject *subject)
{
	return &report->comparison->result[subject->first_result];
}

/* Fewer failed calls first, then fewer attempts, then as they were given. */
static int
by_failed(const void *one, const void *other)
{
	const struct rs_choice *a = one, *b = other;
	double x = a->result->difference.value, y = b->result->difference.value;

	if (a->baseline != b->baseline)
		return a->baseline ? -1 : 1;
	if (x < y || x > y)
		return x > y ? -1 : 1;
	x = a->result->attempts;
	y = b->result->attempts;
	if (x < y || x > y)
		return x < y ? -1 : 1;
	return a->result < b->result ? -1 : a->result > b->result;
}

bool
rs_choice_has(const struct rs_choice *choice, const struct rs_result *result)
{
	return choice->result->alike == result->alike;
}

static void
add(struct rs_choices *out, const struct rs_result *result, bool baseline)
{
	for (size_t i = 0; i < out->count; i++) {
		struct rs_choice *choice = &out->item[i];

		if (!rs_choice_has(choice, result))
			continue;
		choice->alike++;
		if (baseline)
			choice->result = result;
		choice->baseline |= baseline;
		return;
	}
	out->item[out->count++] =
		(struct rs_choice){.result = result, .baseline = baseline};
}

bool
rs_choices_make(const struct rs_report *report,
		const struct rs_subject *subject, struct rs_choices *out)
{
	size_t policies = report->comparison->plan->policies->count;
	const struct rs_result *result = results(report, subject);

	*out = (struct rs_choices){
		.item = calloc(policies + 1, sizeof(*out->item))};
	if (out->item == NULL)
		return false;
	for (size_t p = 0; p < policies; p++)
		add(out, &result[p], p == subject->baseline);
	qsort(out->item, out->count, sizeof(*out->item), by_failed);
	return true;
}

void
rs_choices_clear(struct rs_choices *choices)
{
	free(choices->item);
	*choices = (struct rs_choices){0};
}
