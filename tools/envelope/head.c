/* Remembers the times of lines. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "envelope/head.h"

#include <string.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/num.h"
#include "envelope/header.h"

#define DAY_NS (86400 * BO_NS_PER_S)

struct tk_head *
tk_head_of(struct tk_heads *heads, size_t input,
	   const struct tk_payload *payload)
{
	const struct tk_piece *part[] = {&payload->pod, &payload->container,
					 &payload->stream};
	uint64_t key = bo_mix64(input + 1);
	struct tk_head *head;

	for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++) {
		if (part[i]->at != NULL)
			key = bo_hash(key, part[i]->at, part[i]->length);
	}
	key |= 1;
	head = &heads->list[(key >> 32) % TK_HEADS_MAX];
	if (head->key != key)
		*head = (struct tk_head){.key = key};
	return head;
}

/* Whether "1:2" is in there: cheaper than a time, and in all of them that have
 * a time of day. */
static bool
has_clock(const char *text, size_t length)
{
	const char *at = text, *end = text + length;

	while ((at = memchr(at, ':', (size_t)(end - at))) != NULL) {
		if (at > text && at + 1 < end && bo_is_digit(at[-1]) &&
		    bo_is_digit(at[1]))
			return true;
		at++;
	}
	return false;
}

void
tk_head_note(struct tk_head *head, const char *text, size_t length)
{
	if (length > TK_HEAD_TEXT)
		length = TK_HEAD_TEXT;
	/* The lines of a message after its first are mostly indented, and a
	 * JSON object has a time of its own. */
	if (length < 8 || *text == ' ' || *text == '\t' || *text == '{' ||
	    !has_clock(text, length))
		return;
	memcpy(head->text, text, length);
	head->length = (uint8_t)length;
}

uint64_t
tk_head_time(struct tk_head *head, const struct tk_time_rules *rules)
{
	struct tk_header header;

	if (head->length > 0) {
		tk_header_read(head->text, head->length, rules, &header);
		head->length = 0;
		if (header.has_time)
			tk_head_set(head, &header.time);
	}
	return head->ns;
}

void
tk_head_set(struct tk_head *head, struct tk_time *time)
{
	if (time->no_date) {
		time->ns = bo_add_sat(time->ns, head->days * DAY_NS);
		/* Half a day back is the next day. */
		if (bo_add_sat(time->ns, DAY_NS / 2) < head->clock_ns) {
			head->days++;
			time->ns += DAY_NS;
		}
		head->clock_ns = time->ns;
	}
	head->ns = time->ns;
	head->length = 0;
}
