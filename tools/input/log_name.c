/* Takes apart the names that rotation gives to the files of a log. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "input/log_name.h"

#include <string.h>
#include <strings.h>

#include "base/ascii.h"

/* Longer numbers are years, ports or processes. */
#define NUMBER_DIGITS 3

static size_t
count_digits(const char *at, const char *end)
{
	size_t count = 0;

	while (at + count < end && bo_is_digit(at[count]))
		count++;
	return count;
}

static bool
is_one_of(const char *at, const char *end, const char *set)
{
	return at < end && bo_is_one_of(*at, set);
}

/* Two digits of a number within limits, after a separator if there is one;
 * NULL if they are not there. */
static const char *
skip_two(const char *at, const char *end, char separator, int low, int high)
{
	int value;

	if (at && separator) {
		if (at == end || *at != separator)
			return NULL;
		at++;
	}
	if (!at || count_digits(at, end) < 2)
		return NULL;
	value = (at[0] - '0') * 10 + (at[1] - '0');
	return value >= low && value <= high ? at + 2 : NULL;
}

/* 20260131, 2026-01-31, 2026_01_31, 2026.01.31; NULL if it is not a date. */
static const char *
skip_date(const char *at, const char *end)
{
	char separator = '\0';

	at = skip_two(at, end, '\0', 20, 20);
	at = skip_two(at, end, '\0', 0, 99);
	if (at && is_one_of(at, end, "-_."))
		separator = *at;
	at = skip_two(at, end, separator, 1, 12);
	return skip_two(at, end, separator, 1, 31);
}

/* 120000, 12-00-00, T12-00-00.000, 12-00, or what follows a date at once: 12,
 * 1200, 120000. Four digits elsewhere may be a process: then there is none. */
static const char *
skip_time(const char *at, const char *end)
{
	const char *hour, *minute, *second;
	bool adjacent = at < end && bo_is_digit(*at);
	char separator = '\0';

	if (!adjacent && !is_one_of(at, end, "-_.T"))
		return at;
	hour = skip_two(adjacent ? at : at + 1, end, '\0', 0, 23);
	if (hour && is_one_of(hour, end, "-_.:"))
		separator = *hour;
	minute = skip_two(hour, end, separator, 0, 59);
	second = skip_two(minute, end, separator, 0, 60);
	if (second && is_one_of(second, end, ".,") &&
	    count_digits(second + 1, end) == 3)
		return second + 4;
	if (second)
		return second;
	if (minute && (adjacent || separator))
		return minute;
	return hour && adjacent ? hour : at;
}

static unsigned
number_at(const char *at, size_t digits)
{
	unsigned number = 0;

	for (size_t i = 0; i < digits; i++)
		number = number * 10 + (unsigned)(at[i] - '0');
	return number;
}

/* Take what follows a date: the number of a file of that day, and the rest of
 * the name. Digits after a dash may be a process or an hour, so that nothing is
 * known of such files. */
static bool
take_tail(struct tk_log_name *name, const char *at, const char *end)
{
	size_t digits = is_one_of(at, end, ".") ? count_digits(at + 1, end) : 0;

	if (digits > 0 && digits <= NUMBER_DIGITS) {
		name->indexed = true;
		name->number = number_at(at + 1, digits);
		at += 1 + digits;
	}
	if (at < end &&
	    (!is_one_of(at, end, ".-_") || at + 1 == end || bo_is_digit(at[1])))
		return false;
	name->tail = at;
	name->tail_length = (size_t)(end - at);
	return true;
}

static bool
take_date(struct tk_log_name *name, const char *file, const char *at,
	  const char *end)
{
	const char *date_end = skip_date(at, end), *time_end;
	struct tk_log_name dated = *name;

	if (!date_end || (at > file && !is_one_of(at - 1, end, ".-_")))
		return false;
	dated.mark = TK_LOG_DATED;
	dated.separator = at > file ? at[-1] : '\0';
	dated.head_length = (size_t)(at - name->head) - (at > file);
	dated.date = at;
	time_end = skip_time(date_end, end);
	if (!take_tail(&dated, time_end, end)) {
		time_end = date_end;
		if (!take_tail(&dated, time_end, end))
			return false;
	}
	dated.date_length = (size_t)(time_end - at);
	/* A date alone does not say of which log it is. */
	if (at == file && dated.tail_length == 0)
		return false;
	*name = dated;
	return true;
}

static bool
take_number(struct tk_log_name *name, const char *file, const char *end)
{
	const char *at = end;
	size_t digits;

	while (at > file && bo_is_digit(at[-1]))
		at--;
	digits = (size_t)(end - at);
	/* Versions, addresses and pieces of a file have numbers like 3.11,
	 * 10.0.0.1 and 001. */
	if (digits == 0 || digits > NUMBER_DIGITS || at < file + 2 ||
	    at[-1] != '.' || bo_is_digit(at[-2]) ||
	    is_one_of(at - 2, end, "._-") || (digits > 1 && *at == '0'))
		return false;
	name->mark = TK_LOG_NUMBERED;
	name->head_length = (size_t)(at - 1 - name->head);
	name->number = number_at(at, digits);
	return true;
}

static size_t
unpacked_length(const char *path)
{
	static const char *const ends[] = {".gz", ".zst"};
	size_t length = strlen(path);

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		size_t size = strlen(ends[i]);

		if (length > size &&
		    memcmp(path + length - size, ends[i], size) == 0)
			return length - size;
	}
	return length;
}

struct tk_log_name
tk_log_name_current(const char *path)
{
	size_t length = unpacked_length(path);

	return (struct tk_log_name){
		.mark = TK_LOG_CURRENT,
		.head = path,
		.head_length = length,
		.tail = path + length,
	};
}

struct tk_log_name
tk_log_name_of(const char *path)
{
	struct tk_log_name name = tk_log_name_current(path);
	const char *slash = strrchr(path, '/'), *end = path + name.head_length;
	const char *file = slash ? slash + 1 : path;

	for (const char *at = end; at-- > file;)
		if (take_date(&name, file, at, end))
			return name;
	take_number(&name, file, end);
	return name;
}

static char
byte_of(const struct tk_log_name *name, size_t i)
{
	return i < name->head_length ? name->head[i]
				     : name->tail[i - name->head_length];
}

bool
tk_log_name_same(const struct tk_log_name *a, const struct tk_log_name *b)
{
	size_t length = a->head_length + a->tail_length;

	if (length != b->head_length + b->tail_length)
		return false;
	for (size_t i = 0; i < length; i++)
		if (byte_of(a, i) != byte_of(b, i))
			return false;
	return true;
}

bool
tk_log_name_is_log(const struct tk_log_name *name)
{
	static const char *const words[] = {"log",   "syslog", "json",
					    "jsonl", "ndjson", "out",
					    "err",   "txt",    "messages"};
	const char *end = name->head + name->head_length, *at = end;

	while (at > name->head && !is_one_of(at - 1, end, "/._-"))
		at--;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i]) == (size_t)(end - at) &&
		    strncasecmp(at, words[i], (size_t)(end - at)) == 0)
			return true;
	return false;
}
