/* Text that is gathered in memory. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "common/gather.h"

Test(common_gather, text_of_any_length_ends_with_a_nul)
{
	/* Around the first piece of memory, and many pieces. */
	static const size_t lengths[] = {0, 1, 4095, 4096, 4097, 1000000};

	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		struct tk_gather text;

		cr_assert(tk_gather_begin(&text));
		for (size_t c = 0; c < lengths[i]; c++)
			fputc('a' + (int)(c % 26), text.stream);
		cr_assert(tk_gather_end(&text));
		cr_expect_eq(text.length, lengths[i]);
		cr_expect_eq(strlen(text.text), lengths[i]);
		for (size_t c = 0; c < lengths[i]; c++)
			if (text.text[c] != 'a' + (int)(c % 26))
				cr_assert_fail("byte %zu of %zu", c,
					       lengths[i]);
		free(text.text);
	}
}
