/* Text in Markdown as GitHub reads it, that shows exactly what it says. */
/* SPDX-License-Identifier: MIT */
#ifndef TK_MARKDOWN_H
#define TK_MARKDOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "common/table.h"

/** A sentence, not at the start of a line: no character of it is markup, and no
 *  word a link, a mention or a reference to an issue. */
void tk_md_text(FILE *out, const char *text);

/** A name from elsewhere as code, cut to @p columns; in a cell of a table if
 *  @p cell. */
void tk_md_code(FILE *out, const char *name, size_t columns, bool cell);

/** Lines of a shell between fences. */
void tk_md_shell(FILE *out, const char *lines);

/** A table; cells of the first @p names columns are names. 0 on success, -1 if
 *  memory ran out while the table was made or writing failed. */
int tk_md_table(const struct tk_table *table, size_t names, FILE *out);

#endif
