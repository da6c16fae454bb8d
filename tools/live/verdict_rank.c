/* Everything that is wrong in the order of what matters, by target if several
 * operations fail with one. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "live/targets.h"
#include "live/verdict.h"

/* Times of one incident differ by less. */
#define SAME_S 3

/* What is wrong with an operation or a target, in brief: all of it is ranked
 * before the worst are described. */
struct found {
	enum rt_word word;
	uint64_t since_s;
	double failed_per_s;
	const struct rt_subject *subject;
	/* The only policy that is bad, or NULL. */
	const struct rt_side *side;
	/* NULL if it is about the target, or joined that. */
	const char *operation;
	/* For an operation: the target with most of its failures. */
	const char *target;
	const char *sharer[RT_SHARERS_MAX];
	size_t sharer_count, sharers_more;
};

struct finds {
	struct found *item;
	size_t count;
	uint64_t end_s;
};

/* NULL if none is known. */
static const char *
target_of(const struct rt_subject *subject, uint64_t end_s)
{
	struct rt_parts parts = subject->ends;
	const struct rt_part *worst;

	rt_parts_settle(&parts, end_s);
	worst = rt_parts_worst(&parts);
	if (worst == NULL)
		return NULL;
	/* The copy goes out of scope, and the subject's stays. */
	return subject->ends.part[worst - parts.part].name;
}

static const char *
name_of(const struct found *found)
{
	return found->operation != NULL ? found->operation : found->target;
}

static int
compare(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	if (x->word != y->word)
		return x->word > y->word ? -1 : 1;
	if (x->failed_per_s != y->failed_per_s)
		return x->failed_per_s > y->failed_per_s ? -1 : 1;
	return strcmp(name_of(x), name_of(y));
}

static void
sort(struct finds *finds)
{
	if (finds->count > 1)
		qsort(finds->item, finds->count, sizeof(*finds->item), compare);
}

static struct found *
add(struct finds *finds, const struct rt_subject *subject, enum rt_word word,
    uint64_t since_s)
{
	struct found *found = &finds->item[finds->count++];

	*found = (struct found){
		.word = word,
		.since_s = since_s,
		.failed_per_s =
			rt_verdict_failed_per_s(subject, since_s, finds->end_s),
		.subject = subject,
	};
	return found;
}

static void
judge_operations(struct finds *finds, const struct rt_window *window)
{
	for (size_t i = 0; i < rt_window_count(window); i++) {
		struct rt_operation *operation = rt_window_operation(window, i);
		const struct rt_subject *subject =
			rt_operation_subject(operation);
		const struct rt_side *side;
		struct found *found;
		uint64_t since_s;
		enum rt_word word = rt_verdict_of_operation(
			operation, finds->end_s, &since_s, &side);

		if (word == RT_WORD_NONE)
			continue;
		found = add(finds, subject, word, since_s);
		found->side = side;
		found->operation = rt_operation_name(operation);
		found->target = target_of(subject, finds->end_s);
		found->sharer[found->sharer_count++] = found->operation;
	}
}

static bool
fails_with(const struct found *found, const char *target)
{
	return found->operation != NULL && found->word >= RT_WORD_AMPLIFIED &&
	       found->target != NULL && strcmp(found->target, target) == 0;
}

static void
add_sharer(struct found *first, const struct found *other)
{
	if (first->sharer_count < RT_SHARERS_MAX)
		first->sharer[first->sharer_count++] = other->operation;
	else
		first->sharers_more++;
	first->since_s = bo_min(first->since_s, other->since_s);
}

/* Join operations that fail with a target to what is wrong with the target.
 * True if there was at least one. */
static bool
join(struct finds *finds, const char *name, const struct rt_subject *target)
{
	struct found *first = NULL;
	size_t kept = 0, joined = 0;
	uint64_t since_s;

	for (size_t i = 0; i < finds->count; i++) {
		struct found *found = &finds->item[i];
		bool same = fails_with(found, name);

		joined += same;
		if (same && first != NULL) {
			add_sharer(first, found);
			continue;
		}
		if (kept != i)
			finds->item[kept] = *found;
		if (same)
			first = &finds->item[kept];
		kept++;
	}
	finds->count = kept;
	if (joined < 2)
		return joined > 0;
	first->operation = NULL;
	first->target = name;
	first->subject = target;
	first->side = NULL;
	/* What the target had before is another matter. */
	since_s = target->onset[RT_DETECTOR_TRIES].since_s;
	if (since_s + SAME_S >= first->since_s)
		first->since_s = since_s;
	first->failed_per_s =
		rt_verdict_failed_per_s(target, first->since_s, finds->end_s);
	return true;
}

static size_t
live_ends(const struct rt_subject *subject, uint64_t end_s)
{
	struct rt_parts ends = subject->ends;

	rt_parts_settle(&ends, end_s);
	return rt_parts_live(&ends);
}

/* Whether a target has trouble with one operation alone, which calls no other
 * target: then the operation was judged by more than that, and is well. A
 * batch that often fails would look like trouble with the target. */
static bool
is_of_operation(const struct finds *finds, const struct rt_window *window,
		const struct rt_subject *target, uint64_t since_s)
{
	struct rt_parts ends = target->ends;
	const struct rt_part *only = rt_verdict_only(
		target, &ends, RT_HARM_FAILED, since_s, finds->end_s);
	const struct rt_operation *operation;

	if (only == NULL && rt_parts_live(&ends) < 2)
		only = rt_parts_worst(&ends);
	if (only == NULL)
		return false;
	operation = rt_window_find(window, only->name);
	return operation != NULL &&
	       live_ends(rt_operation_subject(operation), finds->end_s) < 2;
}

static void
judge_targets(struct finds *finds, struct rt_window *window)
{
	for (size_t i = 0; i < rt_window_targets(window); i++) {
		const char *name = rt_window_target_name(window, i);
		const struct rt_subject *target = rt_window_target(window, i);
		uint64_t since_s;
		enum rt_word word;

		bool shared = join(finds, name, target);

		/* What began with operations ends with them. */
		rt_window_share(window, i, shared);
		if (shared)
			continue;
		word = rt_verdict_of(target, finds->end_s, &since_s);
		if (word < RT_WORD_AMPLIFIED)
			continue;
		if (is_of_operation(finds, window, target, since_s))
			rt_window_absolve(window, i);
		else
			add(finds, target, word, since_s)->target = name;
	}
}

/* Whether nothing was seen before what is wrong, as far as the log goes back.
 * What begins with its first call long after the log did is new. */
static bool
begins_with_log(const struct rt_subject *subject, uint64_t since_s,
		uint64_t log_s)
{
	uint64_t first_s = UINT64_MAX;

	for (size_t i = 0; i < RT_DETECTOR_COUNT; i++)
		if (subject->onset[i].first_s != 0)
			first_s = bo_min(first_s, subject->onset[i].first_s);
	return since_s <= first_s && since_s < log_s + RT_ONSET_LEARN_S;
}

static void
describe(struct rt_verdict *out, const struct found *found, uint64_t log_s,
	 uint64_t end_s)
{
	out->word = found->word;
	out->since_s = found->since_s;
	out->or_earlier =
		begins_with_log(found->subject, found->since_s, log_s);
	out->operation = found->operation;
	/* What is about an operation is not about its target. */
	out->target = found->operation == NULL ? found->target : NULL;
	memcpy(out->sharer, found->sharer, sizeof(out->sharer));
	out->sharer_count = found->sharer_count;
	out->sharers_more = found->sharers_more;
	rt_verdict_describe(out, found->subject, found->side, end_s);
}

bool
rt_verdicts_update(struct rt_verdicts *verdicts, struct rt_window *window)
{
	struct finds finds = {
		.end_s = rt_window_newest_ns(window) / BO_NS_PER_S,
	};
	size_t most = rt_window_count(window) + rt_window_targets(window);

	memset(verdicts, 0, sizeof(*verdicts));
	if (finds.end_s == 0)
		return true;
	verdicts->covered_s =
		finds.end_s + 1 - rt_window_first_ns(window) / BO_NS_PER_S;
	finds.item = reallocarray(NULL, most + 1, sizeof(*finds.item));
	if (finds.item == NULL)
		return false;
	rt_window_judge(window);
	judge_operations(&finds, window);
	sort(&finds);
	judge_targets(&finds, window);
	sort(&finds);
	verdicts->count = bo_min(finds.count, RT_VERDICTS_MAX);
	verdicts->more = finds.count - verdicts->count;
	for (size_t i = 0; i < verdicts->count; i++) {
		describe(&verdicts->item[i], &finds.item[i],
			 finds.end_s + 1 - verdicts->covered_s, finds.end_s);
		rt_verdict_weigh(&verdicts->item[i], window, finds.end_s);
	}
	rt_verdicts_link(verdicts, window, finds.end_s);
	free(finds.item);
	return true;
}
