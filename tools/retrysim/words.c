/* The names that completion offers: policies, dialects, worlds, lint codes. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrysim/words.h"

#include <backoff.h>

#include "dialect/rule.h"
#include "policies/lint.h"
#include "world/world.h"

static void
word(const char *placeholder, const char *name, FILE *out)
{
	fprintf(out, "word\t%s\t%s\n", placeholder, name);
}

void
rs_words_print(FILE *out)
{
	const char *name;

	for (size_t i = 0; (name = backoff_policy_builtin_name(i)); i++)
		word("POLICY", name, out);
	for (size_t i = 0; i < tk_dialects_count; i++)
		word("DIALECT", tk_dialects[i].name, out);
	for (size_t i = 0; (name = rs_world_shipped_name(i)); i++)
		word("WORLD", name, out);
	for (size_t i = 0; i < RS_LINT_CODES; i++)
		word("CODE", rs_lint_table[i].name, out);
}
