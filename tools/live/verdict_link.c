/* Verdicts that are a consequence of another: their error names it. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <string.h>

#include "base/ascii.h"
#include "live/verdict.h"

/* Times of one incident differ by less. */
#define SAME_S 3

static bool
is_of_name(char c)
{
	return bo_is_alphanumeric(c) || c == '_' || c == '-';
}

/* Whether a text has a name as a word: "pay" is not in "pay.charge failed". */
static bool
names(const char *text, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = strstr(text, name); at != NULL && length > 0;
	     at = strstr(at + 1, name)) {
		const char *end = at + length;

		if (at > text && (is_of_name(at[-1]) || at[-1] == '.'))
			continue;
		if (!is_of_name(*end) && (*end != '.' || !is_of_name(end[1])))
			return true;
	}
	return false;
}

/* Whether a text names what a verdict is about. */
static bool
names_verdict(const char *text, const struct rt_verdict *verdict)
{
	if (verdict->target != NULL && names(text, verdict->target))
		return true;
	for (size_t i = 0; i < verdict->sharer_count; i++)
		if (names(text, verdict->sharer[i]))
			return true;
	return false;
}

/* The message of the error that a verdict names; "" if it is not known. */
static void
text_of(const struct rt_verdict *verdict, const struct rt_window *window,
	uint64_t end_s, struct rt_error_top *top)
{
	const struct rt_operation *operation;

	memset(top, 0, sizeof(*top));
	if (verdict->operation == NULL || verdict->error[0] == '\0')
		return;
	operation = rt_window_find(window, verdict->operation);
	if (operation == NULL)
		return;
	rt_operation_top_error(operation, end_s, verdict->window_s, top);
	if (strncmp(top->label, verdict->error, sizeof(verdict->error) - 1) !=
	    0)
		top->text[0] = '\0';
}

void
rt_verdicts_link(struct rt_verdicts *verdicts, const struct rt_window *window,
		 uint64_t end_s)
{
	for (size_t i = 0; i < verdicts->count; i++) {
		struct rt_verdict *verdict = &verdicts->item[i];
		struct rt_error_top top;

		verdict->because = NULL;
		text_of(verdict, window, end_s, &top);
		for (size_t k = 0; k < verdicts->count; k++) {
			const struct rt_verdict *other = &verdicts->item[k];

			if (k == i || verdict->because != NULL ||
			    other->word < verdict->word ||
			    other->since_s > verdict->since_s + SAME_S ||
			    !names_verdict(top.text, other))
				continue;
			verdict->because = rt_verdict_about(other);
			verdict->because_s = other->since_s;
		}
	}
}
