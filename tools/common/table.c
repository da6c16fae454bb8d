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
	/* One for each cell, in the same order. */
	unsigned char *tone;
	struct column {
		bool right, hidden;
		/* The most columns that its cells may take; 0: no limit. */
		size_t limit;
	} * column;
	bool has_head, failed, color;
};

struct tk_table *
tk_table_new(size_t columns)
{
	struct tk_table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->columns = columns ? columns : 1;
	table->cell = calloc(table->columns, sizeof(*table->cell));
	table->tone = calloc(table->columns, sizeof(*table->tone));
	table->column = calloc(table->columns, sizeof(*table->column));
	if (!table->cell || !table->tone || !table->column) {
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
	free(table->tone);
	free(table->column);
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
	table->column[column].right = text[0] == '>';
	table->has_head = true;
	put(table, column, text[0] == '>' ? text + 1 : text);
}

void
tk_table_row(struct tk_table *table)
{
	size_t columns = table->columns;

	if (table->rows == table->capacity) {
		size_t capacity = table->capacity ? 2 * table->capacity : 16;
		unsigned char *tone;
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
		tone = realloc(table->tone, (capacity + 1) * columns);
		if (!tone) {
			table->failed = true;
			return;
		}
		table->tone = tone;
		table->capacity = capacity;
	}
	table->rows++;
	for (size_t i = 0; i < columns; i++) {
		table->cell[table->rows * columns + i] = NULL;
		table->tone[table->rows * columns + i] = TK_TONE_PLAIN;
	}
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

void
tk_table_tone(struct tk_table *table, size_t column, enum tk_tone tone)
{
	if (column < table->columns && table->rows > 0)
		table->tone[table->rows * table->columns + column] =
			(unsigned char)tone;
}

void
tk_table_color(struct tk_table *table, bool color)
{
	table->color = color;
}

void
tk_table_hide(struct tk_table *table, size_t column)
{
	if (column < table->columns)
		table->column[column].hidden = true;
}

void
tk_table_limit(struct tk_table *table, size_t column, size_t columns)
{
	if (column < table->columns)
		table->column[column].limit = columns;
}

/* The text of a cell, cut into the buffer if its column has a limit. */
static const char *
text_at(const struct tk_table *table, size_t row, size_t column, char *buffer)
{
	const char *text = table->cell[row * table->columns + column];
	size_t limit = table->column[column].limit;

	if (text == NULL)
		return "";
	if (limit == 0 || tk_text_width(text) <= limit)
		return text;
	return tk_text_fit(text, limit, buffer, CELL_MAX);
}

const char *
tk_table_constant(const struct tk_table *table, size_t column)
{
	const char *first = NULL;

	for (size_t row = 1; row <= table->rows; row++) {
		const char *text = table->cell[row * table->columns + column];

		text = text ? text : "";
		if (first && strcmp(first, text) != 0)
			return NULL;
		first = text;
	}
	return first ? first : "";
}

size_t
tk_table_columns(const struct tk_table *table)
{
	return table->columns;
}

size_t
tk_table_rows(const struct tk_table *table)
{
	return table->rows;
}

const char *
tk_table_text(const struct tk_table *table, size_t row, size_t column)
{
	const char *text;

	if (row > table->rows || column >= table->columns ||
	    table->column[column].hidden)
		return NULL;
	text = table->cell[row * table->columns + column];
	return text ? text : "";
}

bool
tk_table_is_right(const struct tk_table *table, size_t column)
{
	return column < table->columns && table->column[column].right;
}

bool
tk_table_failed(const struct tk_table *table)
{
	return table->failed;
}

static size_t
column_width(const struct tk_table *table, size_t column)
{
	size_t most = 0;
	char buffer[CELL_MAX];

	for (size_t row = 0; row <= table->rows; row++) {
		size_t width =
			tk_text_width(text_at(table, row, column, buffer));

		most = width > most ? width : most;
	}
	return most;
}

size_t
tk_table_width(const struct tk_table *table)
{
	size_t total = 0;

	for (size_t i = 0; i < table->columns; i++)
		if (!table->column[i].hidden)
			total += column_width(table, i) + (total ? GAP : 0);
	return total;
}

static void
print_cell(const struct tk_table *table, size_t row, size_t column,
	   const char *text, FILE *out)
{
	enum tk_tone tone =
		(enum tk_tone)table->tone[row * table->columns + column];

	if (row == 0)
		tone = TK_TONE_DIM;
	if (!table->color)
		tone = TK_TONE_PLAIN;
	fprintf(out, "%s%s%s", tk_tone_begin(tone), text, tk_tone_end(tone));
}

static void
print_row(const struct tk_table *table, size_t row, const size_t *width,
	  size_t indent, FILE *out)
{
	/* Spaces are written before the next text, so that no line ends in
	 * one. */
	size_t spaces = indent;
	char buffer[CELL_MAX];

	for (size_t i = 0; i < table->columns; i++) {
		const char *text = text_at(table, row, i, buffer);
		size_t columns = tk_text_width(text);
		size_t pad = width[i] - columns;

		if (table->column[i].hidden)
			continue;
		if (table->column[i].right)
			spaces += pad;
		if (columns > 0) {
			fprintf(out, "%*s", (int)spaces, "");
			print_cell(table, row, i, text, out);
			spaces = 0;
		}
		if (!table->column[i].right)
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
	for (size_t i = 0; i < table->columns; i++)
		width[i] = column_width(table, i);
	for (size_t row = table->has_head ? 0 : 1; row <= table->rows; row++)
		print_row(table, row, width, indent, out);
	free(width);
	return ferror(out) ? -1 : 0;
}
