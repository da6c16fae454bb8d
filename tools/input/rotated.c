/* Recognises the files of one log that was rotated, by their names. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "input/rotated.h"

#include <string.h>

/* A number of more digits is a date. */
#define NUMBER_MAX 5

/* What a file's name says. */
struct name {
	/* Length of the path without the rest: the name of the log. */
	size_t stem;
	/** The number or date after it; 0 digits: it is the log itself. */
	const char *mark;
	size_t length;
};

static bool
ends_with(const char *text, size_t length, const char *end)
{
	size_t size = strlen(end);

	return length > size && memcmp(text + length - size, end, size) == 0;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct name
name_of(const char *path)
{
	size_t length = strlen(path), at;

	if (ends_with(path, length, ".gz"))
		length -= 3;
	else if (ends_with(path, length, ".zst"))
		length -= 4;
	for (at = length; at > 0; at--)
		if (!is_digit(path[at - 1]) && path[at - 1] != '-')
			break;
	/* "0.log.20260131-120000", "app.log-20260131", "app.log.1". */
	while (at < length && path[at] == '-')
		at++;
	if (at == length || at < 2 ||
	    (path[at - 1] != '.' && path[at - 1] != '-'))
		return (struct name){length, path + length, 0};
	return (struct name){at - 1, path + at, length - at};
}

static unsigned
number_of(const struct name *name)
{
	unsigned number = 0;

	for (size_t i = 0; i < name->length && i < NUMBER_MAX; i++)
		number = number * 10 + (unsigned)(name->mark[i] - '0');
	return number;
}

static bool
is_number(const struct name *name)
{
	return name->length > 0 && name->length <= NUMBER_MAX &&
	       memchr(name->mark, '-', name->length) == NULL;
}

static bool
same_log(const char *a, const struct name *x, const char *b,
	 const struct name *y)
{
	return x->stem == y->stem && memcmp(a, b, x->stem) == 0;
}

/* Whether a file was written before another one of its log. */
static bool
is_older(const struct name *x, const struct name *y)
{
	size_t both = x->length < y->length ? x->length : y->length;
	int order;

	if (x->length == 0 || y->length == 0)
		return x->length > 0 && y->length == 0;
	if (is_number(x) && is_number(y))
		return number_of(x) > number_of(y);
	order = memcmp(x->mark, y->mark, both);
	return order < 0 || (order == 0 && x->length < y->length);
}

/* Whether no file can be missing between two, the older first. */
static bool
is_next(const struct name *x, const struct name *y)
{
	if (!is_older(x, y))
		return false;
	if (!is_number(x))
		return true;
	return number_of(x) == (y->length > 0 ? number_of(y) + 1 : 1);
}

void
tk_rotated_order(char *const *path, size_t count, struct tk_rotated *out)
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		struct name name = name_of(path[i]);
		size_t at = used;

		for (size_t j = used; j-- > 0;) {
			struct name other = name_of(path[out[j].index]);

			if (!same_log(path[i], &name, path[out[j].index],
				      &other)) {
				/* Another log ends the files of this one. */
				if (at < used)
					break;
				continue;
			}
			if (!is_older(&name, &other)) {
				at = j + 1;
				break;
			}
			at = j;
		}
		memmove(out + at + 1, out + at, (used - at) * sizeof(*out));
		out[at] = (struct tk_rotated){.index = i};
		used++;
	}
	for (size_t i = 0; i < count; i++) {
		const char *a = i > 0 ? path[out[i - 1].index] : NULL;
		const char *b = path[out[i].index];
		struct name x, y = name_of(b);

		if (a == NULL)
			continue;
		x = name_of(a);
		out[i].goes_on = same_log(a, &x, b, &y) && is_next(&x, &y);
	}
}
