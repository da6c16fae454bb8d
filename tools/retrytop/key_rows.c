/* What keys do on each page: one row each, for the footer and the help page. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/key_rows.h"

#include <stdio.h>
#include <string.h>

#define ON(page) (1u << RT_PAGE_##page)
#define TABLES (ON(OVERVIEW) | ON(OPERATION) | ON(CALL))
#define TEXTS                                                                  \
	(ON(HELP) | ON(INPUTS) | ON(COMMAND) | ON(SIMULATE) | ON(ALARMS) |     \
	 ON(COPY))
struct row {
	/* The pages whose footer has it. */
	unsigned pages;
	/* Those with high ones are left out first. */
	unsigned char rank;
	const char *key;
	/* In the footer, and in the help; NULL: not there. */
	const char *brief, *help;
};

static const struct row rows[] = {
	{0, 0, "j k arrows PgUp PgDn g G", NULL, "move"},
	{0, 0, "Ctrl-D", NULL, "half a page down; Ctrl-U: up"},
	{ON(OVERVIEW), 0, "Enter", "open", "open the row, or the call"},
	{ON(OPERATION), 0, "Enter", "call", NULL},
	{ON(ALARMS), 0, "Enter", "operation", NULL},
	{ON(OPERATION) | ON(CALL) | TEXTS, 0, "Esc", "back",
	 "back; return to now; clear the filter"},
	{ON(OPERATION) | ON(CALL), 1, "n p", "next, previous",
	 "next, previous operation or call; also N for p"},
	{ON(OPERATION), 1, "v", "other calls",
	 "list other calls: failed, all, slow, recovered"},
	{TEXTS, 1, "j k", "scroll", NULL},
	{TEXTS, 2, "Space b", "page", "on pages of text: a page down, up"},
	{ON(OVERVIEW), 1, "Tab", "group",
	 "group by target, policy, host, service, error, operation"},
	{TABLES, 5, "w", "window", NULL},
	{0, 0, "w W", NULL,
	 "longer, shorter window; 1 2 3 4: 10s, 60s, 5m, 15m"},
	{ON(OVERVIEW), 1, "s", "sort", NULL},
	{0, 0, "s S", NULL, "sort by the next, previous column; also > <, F6"},
	{ON(OVERVIEW), 7, "r", "reverse", "reverse the order"},
	{ON(OVERVIEW), 0, "/", "filter",
	 "filter as you type: op=GLOB host=GLOB error=GLOB ... text;"},
	{0, 0, "", NULL, "also F3, F4"},
	{TABLES, 2, "Space", "pause",
	 "pause: freeze the numbers, keep reading; or return to now"},
	{TABLES, 6, "[ ]", "time", NULL},
	{0, 0, "[ ]", NULL, "10 seconds back, forward in time; { }: 5 minutes"},
	{0, 0, "m", NULL, "mark this time, or remove its mark"},
	{0, 0, "( )", NULL, "the mark before, the next mark"},
	{ON(OVERVIEW), 4, "a", "alerts",
	 "verdicts and alerts, of now and before"},
	{ON(OVERVIEW), 6, "i", "inputs", "inputs"},
	{ON(SIMULATE), 0, "x", "cancel, again", NULL},
	{TABLES, 3, "x", "compare",
	 "compare policies in this window, with retrysim; on its page,"},
	{0, 0, "", NULL, "cancel, or compare again"},
	{TABLES, 6, "y", "copy",
	 "copy the selected row or call as JSON, and show it"},
	{TABLES, 8, "X", "command", "the command that x runs"},
	{TABLES, 0, "?", "help", "this page; also h, F1"},
	{ON(OVERVIEW), 0, "q", "quit", "back, then quit"},
	{0, 0, "Ctrl-C", NULL, "quit from any page; also F10"},
	{0, 0, "Ctrl-L", NULL, "redraw"},
	{0, 0, "M", NULL, "mouse on, off: click selects or sorts, twice opens"},
};

#define ROWS (sizeof(rows) / sizeof(*rows))
#define RANK_MAX 8
/* The names of keys up to this rank fit on the narrowest screen. */
#define RANK_NAMES 2

/* Write the keys up to a rank, and whether they fit. */
static bool
write_keys(enum rt_page page, unsigned rank, bool words, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];
		int length;

		if (!(row->pages & 1u << page) || row->rank > rank)
			continue;
		length = snprintf(out + used, size - used, "%s%s%s%s",
				  used == 0 ? ""
				  : words   ? "  "
					    : " ",
				  row->key, words ? " " : "",
				  words ? row->brief : "");
		if (length < 0 || (size_t)length >= size - used)
			return false;
		used += (size_t)length;
	}
	return true;
}

char *
rt_key_footer(enum rt_page page, size_t width, bool names, char *out,
	      size_t size)
{
	if (names) {
		write_keys(page, RANK_NAMES, false, out, size);
		return out;
	}
	for (unsigned rank = RANK_MAX + 1; rank-- > 0;)
		if (write_keys(page, rank, true, out, size) &&
		    strlen(out) <= width)
			break;
	return out;
}

bool
rt_key_help(size_t index, char *out, size_t size)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (rows[i].help == NULL || index-- > 0)
			continue;
		snprintf(out, size, "  %-6s  %s", rows[i].key, rows[i].help);
		return true;
	}
	return false;
}
