/* Recent counts by name, such as the errors or hosts of an operation. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/parts.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"

#define HALF_LIFE_S 20.0
/* Less is what is left of names that are not seen any more. */
#define REST_MIN 0.5
#define LIVE_MIN 0.1

static double
weight_of(uint64_t age_s)
{
	return exp2(-(double)age_s / HALF_LIFE_S);
}

static void
settle(struct rt_part *part, uint64_t second)
{
	double keep;

	if (second <= part->as_of_s)
		return;
	keep = weight_of(second - part->as_of_s);
	part->tries *= keep;
	part->failed *= keep;
	part->as_of_s = second;
}

/* What fails is what is asked for. */
static bool
is_less(const struct rt_part *a, const struct rt_part *b)
{
	if (a->failed != b->failed)
		return a->failed < b->failed;
	return a->tries < b->tries;
}

static struct rt_part *
find(struct rt_parts *parts, const char *name, uint64_t second)
{
	struct rt_part *least = &parts->part[0];
	size_t i;

	for (i = 0; i < parts->count; i++)
		if (strcmp(parts->part[i].name, name) == 0)
			return &parts->part[i];
	if (parts->count < RT_PARTS_MAX) {
		least = &parts->part[parts->count++];
	} else {
		for (i = 0; i < RT_PARTS_MAX; i++) {
			settle(&parts->part[i], second);
			if (is_less(&parts->part[i], least))
				least = &parts->part[i];
		}
		settle(&parts->rest, second);
		parts->rest.tries += least->tries;
		parts->rest.failed += least->failed;
	}
	memset(least, 0, sizeof(*least));
	memcpy(least->name, name, strlen(name) + 1);
	least->as_of_s = second;
	return least;
}

void
rt_parts_add(struct rt_parts *parts, const char *name, uint64_t second,
	     double tries, double failed)
{
	char cut[RT_PART_NAME_MAX];
	struct rt_part *part;
	double weight = 1.0;

	if (name == NULL || *name == '\0')
		return;
	bo_utf8_copy(name, cut, sizeof(cut));
	part = find(parts, cut, second);
	settle(part, second);
	if (second < part->as_of_s)
		weight = weight_of(part->as_of_s - second);
	if (tries > 0 && second > part->seen_s)
		part->seen_s = second;
	part->tries += tries * weight;
	part->failed += failed * weight;
}

void
rt_parts_settle(struct rt_parts *parts, uint64_t second)
{
	for (size_t i = 0; i < parts->count; i++)
		settle(&parts->part[i], second);
	settle(&parts->rest, second);
}

size_t
rt_parts_live(const struct rt_parts *parts)
{
	size_t live = 0;

	for (size_t i = 0; i < parts->count; i++)
		live += parts->part[i].tries > LIVE_MIN;
	return live;
}

bool
rt_parts_more(const struct rt_parts *parts)
{
	return parts->rest.tries > REST_MIN;
}

const struct rt_part *
rt_parts_worst(const struct rt_parts *parts)
{
	const struct rt_part *worst = NULL;

	for (size_t i = 0; i < parts->count; i++)
		if (parts->part[i].failed > 0.0 &&
		    (worst == NULL || parts->part[i].failed > worst->failed))
			worst = &parts->part[i];
	return worst;
}
