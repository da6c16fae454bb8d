/* Collects rows of text, then prints them in columns. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "common/table.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/safe_text.h"

/* Longer cells are cut: no line of a report needs more. */
#define CELL_MAX 512
#define GAP 2

struct tk_table {
	size_t columns, rows, capacity;
	/* columns * (1 + capacity) strings; the first row is the heading. NULL
	 * is an empty cell. */
	char **cell;
	bool *right;
	bool has_head, failed;
};

struct tk_table *
tk_table_new(size_t columns)
{
	struct tk_table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->columns = columns ? columns : 1;
	table->cell = calloc(table->columns, sizeof(*table->cell));
	table->right = calloc(table->columns, sizeof(*table->right));
	if (!table->cell || !table->right) {
		tk_table_free(table);
		return NULL;
	}
	return table;
}

void
tk_table_free(struct tk_table *table)
{
	if (!table)
		return;
	if (table->cell) {
		for (size_t i = 0; i < (table->rows + 1) * table->columns; i++)
			free(table->cell[i]);
	}
	free(table->cell);
	free(table->right);
	free(table);
}

/* Filter a text and keep a copy. */
static void
put(struct tk_table *table, size_t index, const char *text)
{
	char safe[CELL_MAX];
	char *copy;

	tk_safe_text(text, strlen(text), safe, sizeof(safe));
	copy = strdup(safe);
	if (!copy) {
		table->failed = true;
		return;
	}
	free(table->cell[index]);
	table->cell[index] = copy;
}

void
tk_table_head(struct tk_table *table, size_t column, const char *text)
{
	if (column >= table->columns)
		return;
	table->right[column] = text[0] == '>';
	table->has_head = true;
	put(table, column, text[0] == '>' ? text + 1 : text);
}

void
tk_table_row(struct tk_table *table)
{
	size_t columns = table->columns;

	if (table->rows == table->capacity) {
		size_t capacity = table->capacity ? 2 * table->capacity : 16;
		char **cell;

		if (capacity >= SIZE_MAX / sizeof(*cell) / columns) {
			table->failed = true;
			return;
		}
		cell = realloc(table->cell,
			       (capacity + 1) * columns * sizeof(*cell));
		if (!cell) {
			table->failed = true;
			return;
		}
		table->cell = cell;
		table->capacity = capacity;
	}
	table->rows++;
	for (size_t i = 0; i < columns; i++)
		table->cell[table->rows * columns + i] = NULL;
}

void
tk_table_cell(struct tk_table *table, size_t column, const char *format, ...)
{
	char text[CELL_MAX];
	va_list args;

	if (column >= table->columns || table->rows == 0)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	put(table, table->rows * table->columns + column, text);
}

static const char *
text_at(const struct tk_table *table, size_t row, size_t column)
{
	const char *text = table->cell[row * table->columns + column];

	return text ? text : "";
}

static void
print_row(const struct tk_table *table, size_t row, const size_t *width,
	  size_t indent, FILE *out)
{
	/* Spaces are written before the next text, so that no line ends in
	 * one. */
	size_t spaces = indent;

	for (size_t i = 0; i < table->columns; i++) {
		const char *text = text_at(table, row, i);
		size_t columns = tk_text_width(text);
		size_t pad = width[i] - columns;

		if (table->right[i])
			spaces += pad;
		if (columns > 0) {
			fprintf(out, "%*s%s", (int)spaces, "", text);
			spaces = 0;
		}
		if (!table->right[i])
			spaces += pad;
		spaces += GAP;
	}
	fputc('\n', out);
}

int
tk_table_print(const struct tk_table *table, size_t indent, FILE *out)
{
	size_t *width = calloc(table->columns, sizeof(*width));

	if (!width || table->failed) {
		free(width);
		return -1;
	}
	for (size_t row = 0; row <= table->rows; row++) {
		for (size_t i = 0; i < table->columns; i++) {
			size_t columns = tk_text_width(text_at(table, row, i));

			if (columns > width[i])
				width[i] = columns;
		}
	}
	for (size_t row = table->has_head ? 0 : 1; row <= table->rows; row++)
		print_row(table, row, width, indent, out);
	free(width);
	return ferror(out) ? -1 : 0;
}
