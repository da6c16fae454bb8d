/* Filters of events by terms, and of rows by text. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/filter.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyz"

static const char *const names[] = {
	[RT_GROUP_OPERATION] = "op",    [RT_GROUP_TARGET] = "target",
	[RT_GROUP_POLICY] = "policy",   [RT_GROUP_HOST] = "host",
	[RT_GROUP_SERVICE] = "service", [RT_GROUP_ERROR] = "error",
};

_Static_assert(sizeof(names) / sizeof(*names) == RT_GROUP_COUNT,
	       "each kind of group has a term");

/* The group with this name; RT_GROUP_COUNT: none has it. */
static enum rt_group
group_of(const char *name, size_t length)
{
	for (unsigned group = 0; group < RT_GROUP_COUNT; group++)
		if ((strlen(names[group]) == length &&
		     memcmp(names[group], name, length) == 0) ||
		    (strlen(rt_group_name(group)) == length &&
		     memcmp(rt_group_name(group), name, length) == 0))
			return (enum rt_group)group;
	return RT_GROUP_COUNT;
}

/* The letters of a term before its "="; 0: the word is not a term. */
static size_t
name_length(const char *word)
{
	size_t length = strspn(word, LETTERS);

	return word[length] == '=' ? length : 0;
}

/* Copy a word without its quotes, up to a blank outside of them. */
static const char *
take_word(const char *at, char *out)
{
	bool quoted = false;
	size_t length = 0;

	for (; *at != '\0' && (quoted || *at != ' '); at++) {
		if (*at == '"')
			quoted = !quoted;
		else if (length + 1 < RT_FILTER_MAX)
			out[length++] = *at;
	}
	out[length] = '\0';
	return at;
}

static void
complain(const char *word, size_t length, char *problem, size_t size)
{
	const char *near;
	char name[RT_FILTER_MAX];

	snprintf(name, sizeof(name), "%.*s", (int)length, word);
	near = bo_nearest(name, names, RT_GROUP_COUNT);
	if (near != NULL)
		snprintf(problem, size,
			 "no such term: %s=; did you mean %s=", name, near);
	else
		snprintf(problem, size,
			 "no such term: %s=; there are op, target, policy, "
			 "host, service, error",
			 name);
}

static void
add_text(struct rt_filter *out, const char *word)
{
	size_t used = strlen(out->text);

	snprintf(out->text + used, sizeof(out->text) - used, "%s%s",
		 used > 0 ? " " : "", word);
}

bool
rt_filter_parse(const char *text, struct rt_filter *out, char *problem,
		size_t size)
{
	memset(out, 0, sizeof(*out));
	problem[0] = '\0';
	for (text += strspn(text, " "); *text != '\0';
	     text += strspn(text, " ")) {
		size_t length = name_length(text);
		char word[RT_FILTER_MAX];
		const char *begin = text;
		struct rt_filter_term *term;
		enum rt_group group;

		text = take_word(text, word);
		if (length == 0) {
			add_text(out, word);
			continue;
		}
		group = group_of(begin, length);
		if (group == RT_GROUP_COUNT) {
			complain(begin, length, problem, size);
			continue;
		}
		if (out->terms == RT_FILTER_TERMS_MAX) {
			snprintf(problem, size, "more than %d terms",
				 RT_FILTER_TERMS_MAX);
			break;
		}
		term = &out->term[out->terms++];
		term->group = group;
		snprintf(term->pattern, sizeof(term->pattern), "%s",
			 word + length + 1);
	}
	return problem[0] == '\0';
}

static bool
matches(const struct rt_filter_term *term, const char *name)
{
	return term->pattern[0] == '\0' ||
	       fnmatch(term->pattern, *name != '\0' ? name : RT_GROUP_NONE,
		       0) == 0;
}

bool
rt_filter_takes(const struct rt_filter *filter, enum rt_group group,
		const char *name)
{
	for (size_t i = 0; i < filter->terms; i++)
		if (filter->term[i].group == group &&
		    !matches(&filter->term[i], name))
			return false;
	return true;
}

bool
rt_filter_has(const struct rt_filter *filter, enum rt_group group)
{
	for (size_t i = 0; i < filter->terms; i++)
		if (filter->term[i].group == group &&
		    filter->term[i].pattern[0] != '\0')
			return true;
	return false;
}

bool
rt_filter_has_others(const struct rt_filter *filter)
{
	for (unsigned group = 0; group < RT_GROUP_COUNT; group++)
		if (group != RT_GROUP_OPERATION &&
		    rt_filter_has(filter, (enum rt_group)group))
			return true;
	return false;
}

bool
rt_filter_takes_cell(const struct rt_filter *filter, const struct rt_cube *cube,
		     const struct rt_cube_cell *cell)
{
	for (size_t i = 0; i < filter->terms; i++) {
		const struct rt_filter_term *term = &filter->term[i];

		if (!matches(term, cube->name[cell->name[term->group]]))
			return false;
	}
	return true;
}
