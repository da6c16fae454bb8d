/* Verdicts that begin, change their word, or end. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/changes.h"

#include <string.h>

static bool
is_same(const char *a, const char *b)
{
	return a != NULL && b != NULL ? strcmp(a, b) == 0 : a == b;
}

static struct rt_reported *
find_reported(struct rt_changes *changes, const struct rt_verdict *verdict)
{
	for (size_t i = 0; i < changes->count; i++) {
		struct rt_reported *item = &changes->item[i];

		if (is_same(item->target, verdict->target) &&
		    (item->target != NULL ||
		     is_same(item->operation, verdict->operation)))
			return item;
	}
	return NULL;
}

static bool
is_there(const struct rt_verdicts *verdicts, const struct rt_reported *item)
{
	for (size_t i = 0; i < verdicts->count; i++) {
		const struct rt_verdict *verdict = &verdicts->item[i];

		if (is_same(item->target, verdict->target) &&
		    (item->target != NULL ||
		     is_same(item->operation, verdict->operation)))
			return true;
	}
	return false;
}

/* Whether something is still wrong with an operation, by its row. */
static bool
is_wrong(const struct rt_model *model, const char *operation)
{
	for (size_t i = 0; operation != NULL && i < model->count; i++)
		if (strcmp(model->row[i].operation, operation) == 0)
			return model->row[i].word != RT_WORD_NONE;
	return false;
}

static void
drop(struct rt_changes *changes, size_t i)
{
	changes->count--;
	memmove(&changes->item[i], &changes->item[i + 1],
		(changes->count - i) * sizeof(changes->item[0]));
}

/* Report what ended. */
static void
look_for_ends(struct rt_changes *changes, const struct rt_model *model,
	      rt_change_fn report, void *user)
{
	for (size_t i = 0; i < changes->count;) {
		struct rt_reported was = changes->item[i];

		if (is_there(&model->verdicts, &was)) {
			i++;
			continue;
		}
		if (is_wrong(model,
			     was.target == NULL ? was.operation : NULL)) {
			/* There may be no room for it. */
			if (model->verdicts.more > 0)
				i++;
			else
				drop(changes, i);
			continue;
		}
		if (was.target != NULL && model->verdicts.more > 0) {
			i++;
			continue;
		}
		drop(changes, i);
		report(user, RT_CHANGE_ENDS, &was, 0);
	}
}

/* Forget the one that was reported first, if there is no room. */
static struct rt_reported *
add(struct rt_changes *changes)
{
	const size_t room = sizeof(changes->item) / sizeof(*changes->item);

	if (changes->count == room)
		drop(changes, 0);
	return &changes->item[changes->count++];
}

void
rt_changes_update(struct rt_changes *changes, const struct rt_model *model,
		  rt_change_fn report, void *user)
{
	look_for_ends(changes, model, report, user);
	for (size_t i = 0; i < model->verdicts.count; i++) {
		const struct rt_verdict *verdict = &model->verdicts.item[i];
		struct rt_reported *item = find_reported(changes, verdict);
		struct rt_reported now = {.target = verdict->target,
					  .operation = verdict->operation,
					  .word = verdict->word,
					  .since_s = verdict->since_s};

		if (item == NULL)
			report(user, RT_CHANGE_BEGINS, NULL, i);
		else if (item->word != verdict->word)
			report(user, RT_CHANGE_WORD, item, i);
		if (item == NULL)
			item = add(changes);
		*item = now;
	}
}
