/* Structs of callers that have fewer members than the library's, or more. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>

#include "base/sized.h"

/** A struct as its first version had it, and as this one has it. */
struct old {
	uint32_t size, count;
	uint64_t value;
};

struct grown {
	uint32_t size, count;
	uint64_t value;
	uint64_t added, last;
};
#define BO_LAST_grown value

enum { FIRST = sizeof(struct old) };

static const struct {
	uint32_t size;
	size_t usable;
	const char *why;
} sizes[] = {
	{0, FIRST, "zeroed"},
	{1, FIRST, "no version was so small"},
	{FIRST - 1, FIRST, "smaller than the first layout"},
	{FIRST, FIRST, "the first layout"},
	{FIRST + 8, FIRST + 8, "a version between"},
	{sizeof(struct grown), sizeof(struct grown), "this version"},
	{sizeof(struct grown) + 8, sizeof(struct grown), "a later version"},
	{BO_SIZED_MAX, sizeof(struct grown), "the largest"},
	{BO_SIZED_MAX + 1, FIRST, "never initialised"},
	{UINT32_MAX, FIRST, "never initialised"},
};
#define SIZES (sizeof(sizes) / sizeof(*sizes))

Test(base_sized, size_says_what_may_be_touched)
{
	for (size_t i = 0; i < SIZES; i++) {
		struct grown g = {.size = sizes[i].size};

		cr_expect(BO_USABLE(grown, &g) == sizes[i].usable, "%s",
			  sizes[i].why);
		cr_expect(BO_HAS(grown, &g, value), "%s", sizes[i].why);
		cr_expect(BO_HAS(grown, &g, added) ==
				  (sizes[i].usable >= FIRST + 8),
			  "%s", sizes[i].why);
		cr_expect(BO_HAS(grown, &g, last) ==
				  (sizes[i].usable == sizeof(g)),
			  "%s", sizes[i].why);
	}
}

static void
fill(struct grown *g, uint32_t size)
{
	memset(g, 0xa5, sizeof(*g));
	g->size = size;
}

/* The bytes after the size that differ from what fill() left. */
static size_t
changed(const struct grown *g)
{
	const unsigned char *bytes = (const unsigned char *)g;
	size_t end = sizeof(*g);

	while (end > sizeof(g->size) && bytes[end - 1] == 0xa5)
		end--;
	return end;
}

Test(base_sized, writes_end_where_the_caller_s_struct_does)
{
	const struct grown from = {sizeof(from), 1, 2, 3, 4};

	for (size_t i = 0; i < SIZES; i++) {
		struct grown g;

		fill(&g, sizes[i].size);
		BO_CLEAR(grown, &g);
		cr_expect(changed(&g) == sizes[i].usable, "%s", sizes[i].why);
		cr_expect(g.size == sizes[i].size && g.value == 0);
		fill(&g, sizes[i].size);
		BO_PUT(grown, &g, &from);
		cr_expect(changed(&g) > sizes[i].usable - 8 &&
				  changed(&g) <= sizes[i].usable,
			  "%s", sizes[i].why);
		cr_expect(g.size == sizes[i].size && g.count == 1 &&
			  g.value == 2);
	}
}

Test(base_sized, settings_of_a_later_version_must_be_zero)
{
	struct grown g = {sizeof(g), 1, 2, 0, 0};

	cr_expect(bo_sized_is_known(&g, sizeof(g)));
	cr_expect(bo_sized_is_known(&g, FIRST), "zero");
	g.last = 1;
	cr_expect(bo_sized_is_known(&g, sizeof(g)));
	cr_expect(!bo_sized_is_known(&g, FIRST));
	g.size = FIRST;
	cr_expect(bo_sized_is_known(&g, FIRST), "the caller has no more");
	g.size = UINT32_MAX;
	cr_expect(bo_sized_is_known(&g, FIRST), "no size of any version");
}

Test(base_sized, members_that_the_caller_lacks_read_as_zero)
{
	for (size_t i = 0; i < SIZES; i++) {
		struct grown g, copy;
		const struct grown *got;

		fill(&g, sizes[i].size);
		got = BO_GET(grown, &g, &copy);
		cr_expect(got->value == g.value && got->count == g.count);
		cr_expect(got->added ==
				  (sizes[i].usable >= FIRST + 8 ? g.added : 0),
			  "%s", sizes[i].why);
		cr_expect(got->last ==
				  (sizes[i].usable == sizeof(g) ? g.last : 0),
			  "%s", sizes[i].why);
		/* A whole struct is read where it is. */
		cr_expect((got == &g) == (sizes[i].usable == sizeof(g)));
		cr_expect(got == &g || got->size == sizeof(g));
	}
}
