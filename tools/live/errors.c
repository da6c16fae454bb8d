/* The most frequent errors of one operation, in bounded memory. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/errors.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

static void
clear_slot(struct rt_error_slot *slot)
{
	rt_ring_clear(&slot->ring);
	rt_coarse_clear(&slot->coarse, 1);
	memset(slot, 0, sizeof(*slot));
}

void
rt_errors_clear(struct rt_errors *errors)
{
	for (size_t i = 0; i < RT_ERRORS_MAX; i++) {
		if (errors->slot[i] != NULL)
			clear_slot(errors->slot[i]);
		free(errors->slot[i]);
		errors->slot[i] = NULL;
	}
}

/* Whether it is what a language prints for no value, as of a call that returned
 * None. */
static bool
is_nothing(const char *text)
{
	return *text == '\0' || strcmp(text, "None") == 0 ||
	       strcmp(text, "null") == 0 || strcmp(text, "nil") == 0;
}

/* Codes come first: texts contain addresses and numbers that differ each time.
 */
const char *
rt_error_label(const struct backoff_event *event)
{
	if (event->code != NULL && *event->code != '\0')
		return event->code;
	if (event->error_type != NULL && *event->error_type != '\0')
		return event->error_type;
	if (event->error != NULL && !is_nothing(event->error))
		return event->error;
	if (event->outcome == BACKOFF_OUTCOME_TIMEOUT)
		return "timeout";
	return "(no error text)";
}

static uint64_t
count_in(const struct rt_error_slot *slot, uint64_t end_s, uint64_t length_s)
{
	uint64_t sum = 0;

	rt_coarse_join(&slot->coarse, &slot->ring, 1, end_s, length_s, &sum);
	return sum;
}

/* A free slot, or the one with the smallest count: a frequent error survives a
 * stream of errors that are all different. */
static struct rt_error_slot *
take_slot(struct rt_errors *errors, uint64_t second)
{
	struct rt_error_slot *least = NULL;
	uint64_t least_count = UINT64_MAX;

	for (size_t i = 0; i < RT_ERRORS_MAX; i++) {
		struct rt_error_slot *slot = errors->slot[i];
		uint64_t count;

		if (slot == NULL) {
			errors->slot[i] = calloc(1, sizeof(*slot));
			return errors->slot[i];
		}
		count = count_in(slot, second, RT_HISTORY_S);
		if (count < least_count ||
		    (count == least_count &&
		     slot->ring.head_s < least->ring.head_s)) {
			least = slot;
			least_count = count;
		}
	}
	clear_slot(least);
	return least;
}

static struct rt_error_slot *
find_slot(const struct rt_errors *errors, const char *label)
{
	for (size_t i = 0; i < RT_ERRORS_MAX; i++)
		if (errors->slot[i] != NULL &&
		    strcmp(errors->slot[i]->label, label) == 0)
			return errors->slot[i];
	return NULL;
}

/* NULL if there is no memory. */
static struct rt_error_slot *
slot_of(struct rt_errors *errors, const char *given, uint64_t second)
{
	/* A label that is known is not too long. */
	struct rt_error_slot *slot = find_slot(errors, given);
	char label[RT_LABEL_MAX];

	if (slot != NULL)
		return slot;
	bo_utf8_copy(given, label, sizeof(label));
	slot = find_slot(errors, label);
	if (slot != NULL)
		return slot;
	slot = take_slot(errors, second);
	if (slot != NULL)
		memcpy(slot->label, label, strlen(label) + 1);
	return slot;
}

bool
rt_errors_add(struct rt_errors *errors, const struct backoff_event *event,
	      uint64_t second)
{
	static const uint32_t one = 1;
	struct rt_error_slot *slot =
		slot_of(errors, rt_error_label(event), second);

	if (slot == NULL)
		return false;
	if (event->error != NULL)
		bo_utf8_copy(event->error, slot->text, sizeof(slot->text));
	if (!rt_coarse_add(&slot->coarse, 1, second, &one))
		return false;
	rt_ring_advance(&slot->ring, 1, second);
	return !rt_history_has(slot->ring.head_s, second) ||
	       rt_ring_add(&slot->ring, 1, second, &one);
}

void
rt_errors_top(const struct rt_errors *errors, uint64_t end_s, uint64_t length_s,
	      uint64_t failures, struct rt_error_top *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < RT_ERRORS_MAX; i++) {
		const struct rt_error_slot *slot = errors->slot[i];
		uint64_t count;

		if (slot == NULL)
			continue;
		count = count_in(slot, end_s, length_s);
		if (count > out->count) {
			out->count = count;
			memcpy(out->label, slot->label, sizeof(out->label));
			memcpy(out->text, slot->text, sizeof(out->text));
		}
	}
	if (failures == 0)
		return;
	out->share = (double)out->count / (double)failures;
	/* Counts of a second saturate. */
	if (out->share > 1.0)
		out->share = 1.0;
}
