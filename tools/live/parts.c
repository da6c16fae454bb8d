/* Recent counts by name, such as the errors or hosts of an operation. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/parts.h"

#include <math.h>
#include <string.h>

#include "base/num.h"
#include "base/utf8.h"

#define HALF_LIFE_S 20.0
/* One part has the failures if the others have at most this share of its
 * failures, and of those that they would have if they failed like it, which
 * have to be four at least. */
#define OTHERS_FAILED 0.2
#define OTHERS_MIN 4.0
/* Less is what is left of names that are not seen any more. */
#define REST_MIN 0.5
#define LIVE_MIN 0.1
/* How late lines come is remembered for one to two periods of this length. */
#define LATE_PERIOD_S 120
/* Lines that are less late than this need not be waited for; others come a bit
 * later than they did. */
#define LATE_MIN_S 2
#define LATE_MORE(late_s) ((late_s) + (late_s) / 4 + 2)
/* A part with less of the harm does not decide whether it goes on. */
#define CARRIES 0.1f

static float
weight_of(const struct rt_parts *parts, uint64_t age_s)
{
	double half_life_s = parts->half_life_s > 0.0f
				     ? (double)parts->half_life_s
				     : HALF_LIFE_S;

	return (float)exp2(-(double)age_s / half_life_s);
}

static void
settle(const struct rt_parts *parts, struct rt_part *part, uint64_t second)
{
	float keep;

	if (second <= part->as_of_s)
		return;
	keep = weight_of(parts, second - part->as_of_s);
	for (size_t i = 0; i < RT_HARM_COUNT; i++) {
		part->harm[i].tries *= keep;
		part->harm[i].failed *= keep;
	}
	part->as_of_s = second;
}

static void
add(struct rt_part *part, const struct rt_share harm[RT_HARM_COUNT],
    float weight)
{
	for (size_t i = 0; i < RT_HARM_COUNT; i++) {
		part->harm[i].tries += harm[i].tries * weight;
		part->harm[i].failed += harm[i].failed * weight;
	}
}

/* What fails is what is asked for. */
static bool
is_less(const struct rt_part *a, const struct rt_part *b)
{
	const struct rt_share *x = a->harm, *y = b->harm;

	if (x->failed != y->failed)
		return x->failed < y->failed;
	return x->tries < y->tries;
}

/* The place of a new name. */
static struct rt_part *
make_room(struct rt_parts *parts, uint64_t second)
{
	struct rt_part *least = &parts->part[0];

	if (parts->count < RT_PARTS_MAX)
		return &parts->part[parts->count++];
	for (size_t i = 0; i < RT_PARTS_MAX; i++) {
		settle(parts, &parts->part[i], second);
		if (is_less(&parts->part[i], least))
			least = &parts->part[i];
	}
	settle(parts, &parts->rest, second);
	add(&parts->rest, least->harm, 1.0f);
	parts->rest.seen_s = least->seen_s > parts->rest.seen_s
				     ? least->seen_s
				     : parts->rest.seen_s;
	return least;
}

/* NULL if there is none. */
static struct rt_part *
find_known(struct rt_parts *parts, const char *name)
{
	if (parts->last < parts->count &&
	    strcmp(parts->part[parts->last].name, name) == 0)
		return &parts->part[parts->last];
	for (uint32_t i = 0; i < parts->count; i++)
		if (strcmp(parts->part[i].name, name) == 0) {
			parts->last = i;
			return &parts->part[i];
		}
	return NULL;
}

static struct rt_part *
find(struct rt_parts *parts, const char *given, uint64_t second)
{
	/* A name that is known is not too long. */
	struct rt_part *part = find_known(parts, given);
	char name[RT_PART_NAME_MAX];

	if (part != NULL)
		return part;
	bo_utf8_copy(given, name, sizeof(name));
	part = find_known(parts, name);
	if (part != NULL)
		return part;
	part = make_room(parts, second);
	memset(part, 0, sizeof(*part));
	memcpy(part->name, name, strlen(name) + 1);
	part->as_of_s = second;
	return part;
}

static bool
was_tried(const struct rt_share harm[RT_HARM_COUNT])
{
	for (size_t i = 0; i < RT_HARM_COUNT; i++)
		if (harm[i].tries > 0.0f)
			return true;
	return false;
}

static void
count_other_time(const struct rt_parts *parts, struct rt_part *part,
		 uint64_t second, const struct rt_share harm[RT_HARM_COUNT])
{
	float weight = 1.0f;

	if (second > part->as_of_s)
		settle(parts, part, second);
	else
		weight = weight_of(parts, part->as_of_s - second);
	if (second > part->seen_s && was_tried(harm))
		part->seen_s = second;
	add(part, harm, weight);
}

/* Inlined: most events are of the same second as the one before. */
static inline __attribute__((always_inline)) void
count(const struct rt_parts *parts, struct rt_part *part, uint64_t second,
      const struct rt_share harm[RT_HARM_COUNT])
{
	if (second == part->as_of_s && second == part->seen_s)
		add(part, harm, 1.0f);
	else
		count_other_time(parts, part, second, harm);
}

void
rt_parts_add(struct rt_parts *parts, const char *name, uint64_t second,
	     const struct rt_share harm[RT_HARM_COUNT])
{
	count(parts, &parts->all, second, harm);
	if (name != NULL && *name != '\0')
		count(parts, find(parts, name, second), second, harm);
}

void
rt_parts_late(struct rt_parts *parts, const char *name, uint64_t second,
	      uint64_t late_s)
{
	uint32_t period = (uint32_t)(second / LATE_PERIOD_S);
	struct rt_part *part;

	if (name == NULL || *name == '\0' || late_s < LATE_MIN_S)
		return;
	part = find(parts, name, second);
	if (period > part->late_period) {
		bool next = period == part->late_period + 1;

		part->late_before_s = next ? part->late_s : 0;
		part->late_s = 0;
		part->late_period = period;
	}
	if (late_s > part->late_s)
		part->late_s = (uint16_t)bo_min(late_s, UINT16_MAX);
}

/* Until when lines of a part are waited for; 0: they are not late. */
static uint64_t
wait_s(const struct rt_part *part, uint64_t newest_s)
{
	uint64_t now = newest_s / LATE_PERIOD_S, late_s = part->late_s;

	if (now > part->late_period + UINT64_C(1))
		return 0;
	if (now <= part->late_period && part->late_before_s > late_s)
		late_s = part->late_before_s;
	return late_s == 0 ? 0 : part->seen_s + LATE_MORE(late_s);
}

uint64_t
rt_parts_complete_s(const struct rt_parts *parts, enum rt_harm harm,
		    uint64_t newest_s)
{
	uint64_t complete_s = newest_s;
	struct rt_part all = parts->all;

	settle(parts, &all, newest_s);
	for (size_t i = 0; i < parts->count; i++) {
		struct rt_part part = parts->part[i];

		if (part.seen_s >= complete_s ||
		    wait_s(&part, newest_s) < newest_s)
			continue;
		settle(parts, &part, newest_s);
		if (part.harm[harm].failed >= CARRIES * all.harm[harm].failed)
			complete_s = part.seen_s;
	}
	return complete_s;
}

void
rt_parts_settle(struct rt_parts *parts, uint64_t second)
{
	for (size_t i = 0; i < parts->count; i++)
		settle(parts, &parts->part[i], second);
	settle(parts, &parts->rest, second);
	settle(parts, &parts->all, second);
}

size_t
rt_parts_live(const struct rt_parts *parts)
{
	size_t live = 0;

	for (size_t i = 0; i < parts->count; i++)
		live += (double)parts->part[i].harm->tries > LIVE_MIN;
	return live;
}

bool
rt_parts_more(const struct rt_parts *parts)
{
	return (double)parts->rest.harm->tries > REST_MIN;
}

const struct rt_part *
rt_parts_worst(const struct rt_parts *parts)
{
	const struct rt_part *worst = NULL;

	for (size_t i = 0; i < parts->count; i++)
		if (parts->part[i].harm->failed > 0.0f &&
		    (worst == NULL ||
		     parts->part[i].harm->failed > worst->harm->failed))
			worst = &parts->part[i];
	return worst;
}

/* Harm beyond the usual share. */
static double
excess(const struct rt_part *part, enum rt_harm harm, double usual)
{
	const struct rt_share *share = &part->harm[harm];

	return (double)share->failed - usual * (double)share->tries;
}

const struct rt_part *
rt_parts_only(const struct rt_parts *parts, enum rt_harm harm, double usual,
	      uint64_t since_s)
{
	const struct rt_part *worst = NULL;
	double tries = 0.0, more = 0.0, most = 0.0;

	for (size_t i = 0; i < parts->count; i++)
		if (excess(&parts->part[i], harm, usual) > most) {
			worst = &parts->part[i];
			most = excess(worst, harm, usual);
		}
	if (worst == NULL || parts->count < 2)
		return NULL;
	for (size_t i = 0; i <= parts->count; i++) {
		const struct rt_part *part =
			i < parts->count ? &parts->part[i] : &parts->rest;

		if (part == worst || part->seen_s < since_s)
			continue;
		tries += (double)part->harm[harm].tries;
		more += excess(part, harm, usual);
	}
	tries *= most / (double)worst->harm[harm].tries;
	if (tries < OTHERS_MIN || more > OTHERS_FAILED * tries ||
	    more > OTHERS_FAILED * most)
		return NULL;
	return worst;
}
