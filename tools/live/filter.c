/* Filters of events by terms, and of rows by text. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "live/filter.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

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

/* The letters of a term before its "=". */
static bool
is_term(const char *word, size_t *length)
{
	*length = strspn(word, LETTERS);
	return word[*length] == '=';
}

/* Copy a word without its quotes, up to a blank outside of them. *open: the
 * quote that does not end, or NULL. */
static const char *
take_word(const char *at, char *out, const char **open)
{
	size_t length = 0;

	for (*open = NULL; *at != '\0' && (*open != NULL || *at != ' '); at++) {
		if (*at == '"')
			*open = *open == NULL ? at : NULL;
		else if (length + 1 < RT_FILTER_MAX)
			out[length++] = *at;
	}
	out[length] = '\0';
	return at;
}

/* What is being read, and the first problem with it. */
struct reading {
	const char *text;
	struct rt_filter *out;
	char *problem;
	size_t size;
};

/* Whether this is the first problem: its text is to be written. */
static bool
is_first(struct reading *reading, const char *at)
{
	if (reading->problem[0] != '\0')
		return false;
	reading->out->column = (size_t)(at - reading->text) + 1;
	return true;
}

static void
complain_name(struct reading *reading, const char *word, size_t length)
{
	static const char list[] = "op, target, policy, host, service, error";
	char name[RT_FILTER_MAX], lower[RT_FILTER_MAX];
	const char *near;

	if (!is_first(reading, word))
		return;
	snprintf(name, sizeof(name), "%.*s", (int)length, word);
	for (size_t i = 0; i <= length; i++)
		lower[i] = name[i] >= 'A' && name[i] <= 'Z'
				   ? (char)(name[i] - 'A' + 'a')
				   : name[i];
	near = bo_nearest(lower, names, RT_GROUP_COUNT);
	if (length == 0)
		snprintf(reading->problem, reading->size,
			 "no term before the =; there are %s; text has quotes "
			 "around it",
			 list);
	else if (near != NULL)
		snprintf(reading->problem, reading->size,
			 "no such term: %s=; did you mean %s=", name, near);
	else
		snprintf(reading->problem, reading->size,
			 "no such term: %s=; there are %s", name, list);
}

static void
add_text(struct rt_filter *out, const char *word)
{
	size_t used = strlen(out->text);

	snprintf(out->text + used, sizeof(out->text) - used, "%s%s",
		 used > 0 ? " " : "", word);
}

/* The end of a class such as [:alpha:] in a set; NULL: there is none. */
static const char *
skip_class(const char *at)
{
	char kind = at[1];

	if (at[0] != '[' || kind == '\0' || strchr(":.=", kind) == NULL)
		return NULL;
	for (at += 2; *at != '\0' && *at != ']'; at++)
		if (at[0] == kind && at[1] == ']')
			return at + 2;
	return NULL;
}

/* Past the set that begins here; NULL: it does not end. */
static const char *
skip_set(const char *at)
{
	at++;
	if (*at == '!' || *at == '^')
		at++;
	/* The first one is a member. */
	if (*at == ']')
		at++;
	while (*at != '\0' && *at != ']') {
		const char *past = skip_class(at);

		if (past == NULL && *at == '\\' && at[1] != '\0')
			at++;
		at = past != NULL ? past : at + 1;
	}
	return *at == ']' ? at + 1 : NULL;
}

const char *
rt_pattern_problem(const char *pattern, size_t *at)
{
	for (const char *next = pattern; *next != '\0';) {
		*at = (size_t)(next - pattern);
		if (*next == '[') {
			next = skip_set(next);
			if (next == NULL)
				return "[ without a ]; for the character "
				       "itself, write \\[";
		} else if (*next == '\\' && next[1] == '\0') {
			return "\\ at the end; for the character itself, "
			       "write \\\\";
		} else {
			next += *next == '\\' ? 2 : 1;
		}
	}
	return NULL;
}

/* Whether names can match both; only a pattern without special characters
 * decides. */
static bool
may_both_match(const char *a, const char *b)
{
	if (a[0] == '\0' || b[0] == '\0')
		return true;
	if (a[strcspn(a, "*?[\\")] == '\0')
		return fnmatch(b, a, 0) == 0;
	return b[strcspn(b, "*?[\\")] != '\0' || fnmatch(a, b, 0) == 0;
}

static void
check_against_others(struct reading *reading, const char *word,
		     const struct rt_filter_term *term)
{
	const struct rt_filter *filter = reading->out;

	for (const struct rt_filter_term *other = filter->term; other != term;
	     other++) {
		const char *name = names[term->group];

		if (other->group != term->group ||
		    may_both_match(other->pattern, term->pattern) ||
		    !is_first(reading, word))
			continue;
		snprintf(reading->problem, reading->size,
			 "nothing is both %s=%.20s and %s=%.20s; terms are all "
			 "required, and one pattern has to match either",
			 name, other->pattern, name, term->pattern);
	}
}

/* A term at word, the letters of whose name are counted; value: what follows
 * its "=", without quotes. */
static void
add_term(struct reading *reading, const char *word, size_t length,
	 const char *value)
{
	enum rt_group group = group_of(word, length);
	struct rt_filter *out = reading->out;
	struct rt_filter_term *term;
	const char *problem;
	size_t at;

	if (group == RT_GROUP_COUNT) {
		complain_name(reading, word, length);
		return;
	}
	if (out->terms == RT_FILTER_TERMS_MAX) {
		if (is_first(reading, word))
			snprintf(reading->problem, reading->size,
				 "more than %d terms", RT_FILTER_TERMS_MAX);
		return;
	}
	problem = rt_pattern_problem(value, &at);
	if (problem != NULL) {
		if (is_first(reading, word))
			snprintf(reading->problem, reading->size, "%s=: %s",
				 names[group], problem);
		return;
	}
	term = &out->term[out->terms++];
	term->group = group;
	snprintf(term->pattern, sizeof(term->pattern), "%s", value);
	check_against_others(reading, word, term);
}

bool
rt_filter_parse(const char *text, struct rt_filter *out, char *problem,
		size_t size)
{
	struct reading reading = {text, out, problem, size};

	memset(out, 0, sizeof(*out));
	problem[0] = '\0';
	for (text += strspn(text, " "); *text != '\0';
	     text += strspn(text, " ")) {
		const char *begin = text, *open;
		char word[RT_FILTER_MAX];
		size_t length;

		text = take_word(text, word, &open);
		if (open != NULL && is_first(&reading, open))
			snprintf(problem, size,
				 "a quote that does not end: \" is missing");
		if (is_term(begin, &length))
			add_term(&reading, begin, length, word + length + 1);
		else
			add_text(out, word);
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
