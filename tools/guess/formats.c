/* Knows forms of times that are read only if a dialect file states them. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "base/ascii.h"
#include "common/time_format.h"
#include "guess/inside.h"

/* Where two fit equally often, the first counts. */
static const char *const formats[TK_FORMATS] = {
	"%d/%m/%Y %T",          "%m/%d/%Y %T",
	"%d/%m/%Y, %T",         "%m/%d/%Y, %T",
	"%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y, %I:%M:%S %p",
	"%d-%m-%Y %T",          "%m-%d-%Y %T",
	"%d.%m.%y %T",          "%d/%m/%y %T",
	"%m/%d/%y %T",          "%T %d/%m/%Y",
	"%T %d.%m.%Y",          "%T %F",
	"%F %H-%M-%S",          "%F_%H-%M-%S",
	"%F %H.%M.%S",          "%Y.%m.%d-%H.%M.%S",
};

size_t
tk_guess_format(const char *text, size_t length, uint32_t *fits)
{
	size_t begin = 0, used = 0;

	*fits = 0;
	while (begin < length && bo_is_one_of(text[begin], " [(<"))
		begin++;
	if (begin == length || !bo_is_digit(text[begin]))
		return 0;
	for (size_t i = 0; i < TK_FORMATS; i++) {
		struct tk_time time;
		size_t n = tk_time_scan_as(formats[i], text + begin,
					   length - begin, NULL, &time);

		if (n == 0)
			continue;
		*fits |= UINT32_C(1) << i;
		used = begin + n;
	}
	while (used > 0 && used < length && bo_is_one_of(text[used], " ])>"))
		used++;
	return used;
}

const char *
tk_guess_time_format(const struct tk_guess *guess, bool *sure)
{
	size_t best = 0, also = 0;

	for (size_t i = 1; i < TK_FORMATS; i++) {
		if (guess->fits[i] > guess->fits[best]) {
			best = i;
			also = 0;
		}
	}
	for (size_t i = 0; i < TK_FORMATS; i++)
		also += guess->fits[i] == guess->fits[best];
	*sure = also == 1;
	return guess->fits[best] > 0 ? formats[best] : NULL;
}
