/* Converts between time and covered time. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "trace/cover.h"

uint64_t
tk_cover_length(const struct tk_cover *cover)
{
	return tk_cover_before(cover, cover->to_ns);
}

uint64_t
tk_cover_before(const struct tk_cover *cover, uint64_t when_ns)
{
	uint64_t gaps = 0;

	if (when_ns <= cover->from_ns)
		return 0;
	if (when_ns > cover->to_ns)
		when_ns = cover->to_ns;
	for (size_t i = 0; i < cover->gap_count; i++) {
		const struct tk_gap *gap = &cover->gap[i];

		if (when_ns <= gap->from_ns)
			break;
		gaps += (when_ns < gap->to_ns ? when_ns : gap->to_ns) -
			gap->from_ns;
	}
	return when_ns - cover->from_ns - gaps;
}

uint64_t
tk_cover_at(const struct tk_cover *cover, uint64_t covered_ns)
{
	uint64_t when = cover->from_ns + covered_ns;

	for (size_t i = 0; i < cover->gap_count; i++) {
		const struct tk_gap *gap = &cover->gap[i];

		if (when <= gap->from_ns)
			break;
		when += gap->to_ns - gap->from_ns;
	}
	return when;
}

bool
tk_cover_has(const struct tk_cover *cover, uint64_t when_ns)
{
	if (when_ns < cover->from_ns || when_ns > cover->to_ns)
		return false;
	for (size_t i = 0; i < cover->gap_count; i++)
		if (when_ns > cover->gap[i].from_ns &&
		    when_ns < cover->gap[i].to_ns)
			return false;
	return true;
}

uint64_t
tk_cover_piece(const struct tk_cover *cover, uint64_t when_ns, uint64_t *end_ns)
{
	uint64_t from = cover->from_ns;

	for (size_t i = 0; i < cover->gap_count; i++) {
		const struct tk_gap *gap = &cover->gap[i];

		if (when_ns <= gap->from_ns) {
			*end_ns = gap->from_ns;
			return from;
		}
		from = gap->to_ns;
	}
	*end_ns = cover->to_ns;
	return from;
}
