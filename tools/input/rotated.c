/* Recognises the files of one log that was rotated, by their names. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "input/rotated.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "input/log_name.h"

struct file {
	struct tk_log_name name;
	size_t index;
	/* The file by which its log is known, and the place of that log. */
	size_t first, place;
};

/* Whether the list shows that a number is one of rotation. */
static bool
is_supported(const struct file *file, size_t count,
	     const struct tk_log_name *name)
{
	bool is_log = tk_log_name_is_log(name);

	for (size_t i = 0; i < count; i++) {
		const struct tk_log_name *other = &file[i].name;

		if ((other->mark == TK_LOG_CURRENT ||
		     (is_log && other->mark == TK_LOG_NUMBERED &&
		      other->number <= 1)) &&
		    tk_log_name_same(name, other))
			return true;
	}
	return false;
}

/* Whether two dates are written in the same way. */
static bool
is_like(const struct tk_log_name *a, const struct tk_log_name *b)
{
	if (a->date_length != b->date_length ||
	    a->head_length != b->head_length || a->separator != b->separator ||
	    a->indexed != b->indexed)
		return false;
	for (size_t i = 0; i < a->date_length; i++)
		if (a->date[i] != b->date[i] &&
		    !(bo_is_digit(a->date[i]) && bo_is_digit(b->date[i])))
			return false;
	return true;
}

/* Whether two files that are not current ones are of one log, and named in the
 * same way. */
static bool
same_log(const struct tk_log_name *a, const struct tk_log_name *b)
{
	return a->mark == b->mark && tk_log_name_same(a, b) &&
	       (a->mark == TK_LOG_NUMBERED || is_like(a, b));
}

/* Negative if the first was written before the second, 0 if that is unknown. */
static int
compare_ages(const struct tk_log_name *a, const struct tk_log_name *b)
{
	int order = 0;

	if (a->mark != b->mark)
		return a->mark < b->mark ? -1 : 1;
	if (a->mark == TK_LOG_DATED)
		order = memcmp(a->date, b->date, a->date_length);
	if (order != 0 || a->number == b->number)
		return order;
	return (a->number < b->number) == (a->mark == TK_LOG_DATED) ? -1 : 1;
}

/* Whether nothing shows that a file is missing between two of one log. */
static bool
is_next(const struct tk_log_name *a, const struct tk_log_name *b)
{
	if (compare_ages(a, b) >= 0)
		return false;
	if (b->mark == TK_LOG_CURRENT)
		return a->mark == TK_LOG_DATED || a->number <= 1;
	if (a->mark == TK_LOG_NUMBERED)
		return a->number == b->number + 1;
	return !b->indexed || b->number <= 1 ||
	       (b->number == a->number + 1 &&
		memcmp(a->date, b->date, a->date_length) == 0);
}

static int
compare(const void *first, const void *second)
{
	const struct file *a = first, *b = second;
	int order;

	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	order = compare_ages(&a->name, &b->name);
	if (order != 0)
		return order;
	return (a->index > b->index) - (a->index < b->index);
}

static void
read_names(char *const *path, size_t count, struct file *file)
{
	for (size_t i = 0; i < count; i++)
		file[i] = (struct file){tk_log_name_of(path[i]), i, i, i};
	for (size_t i = 0; i < count; i++) {
		struct tk_log_name *name = &file[i].name;

		if (name->mark == TK_LOG_NUMBERED &&
		    !is_supported(file, count, name))
			*name = tk_log_name_current(path[i]);
	}
}

/* The first file that is of one log with the i-th, and not its current one;
 * the i-th itself if there is none. */
static size_t
find_first(const struct file *file, size_t count, size_t i)
{
	const struct tk_log_name *name = &file[i].name;
	bool is_current = name->mark == TK_LOG_CURRENT;

	for (size_t j = 0; j < (is_current ? count : i); j++)
		if (is_current ? file[j].name.mark != TK_LOG_CURRENT &&
					 tk_log_name_same(&file[j].name, name)
			       : same_log(&file[j].name, name))
			return j;
	return i;
}

/* The files of a log take the place of its first file in the list. */
static void
find_places(struct file *file, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t first = find_first(file, count, i);

		file[i].first = first;
		if (file[first].place > i)
			file[first].place = i;
	}
	for (size_t i = 0; i < count; i++)
		file[i].place = file[file[i].first].place;
}

bool
tk_rotated_order(char *const *path, size_t count, struct tk_rotated *out)
{
	struct file *file = calloc(count + 1, sizeof(*file));

	if (!file)
		return false;
	read_names(path, count, file);
	find_places(file, count);
	qsort(file, count, sizeof(*file), compare);
	for (size_t i = 0; i < count; i++) {
		out[i].index = file[i].index;
		out[i].goes_on = i > 0 && file[i].place == file[i - 1].place &&
				 is_next(&file[i - 1].name, &file[i].name);
	}
	free(file);
	return true;
}
