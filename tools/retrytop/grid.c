/* A screen as cells in memory, independent of the terminal. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/grid.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/utf8.h"
#include "common/safe_text.h"
#include "common/unicode.h"

#define TEXT_MAX (RT_GRID_MAX_WIDTH * 4 + 1)

bool
rt_grid_init(struct rt_grid *grid, size_t width, size_t height, bool utf8)
{
	grid->width = width < RT_GRID_MAX_WIDTH ? width : RT_GRID_MAX_WIDTH;
	grid->height =
		height < RT_GRID_MAX_HEIGHT ? height : RT_GRID_MAX_HEIGHT;
	grid->utf8 = utf8;
	grid->scroll_most = 0;
	memset(&grid->hits, 0, sizeof(grid->hits));
	grid->cell =
		calloc(grid->width * grid->height + 1, sizeof(*grid->cell));
	if (grid->cell == NULL)
		return false;
	for (size_t i = 0; i < grid->width * grid->height; i++)
		grid->cell[i].character = ' ';
	return true;
}

void
rt_grid_clear(struct rt_grid *grid)
{
	free(grid->cell);
	memset(grid, 0, sizeof(*grid));
}

const struct rt_cell *
rt_grid_at(const struct rt_grid *grid, size_t x, size_t y)
{
	return &grid->cell[y * grid->width + x];
}

static void
set(struct rt_grid *grid, size_t x, size_t y, unsigned attr, uint32_t character)
{
	struct rt_cell *cell;

	if (x >= grid->width || y >= grid->height)
		return;
	cell = &grid->cell[y * grid->width + x];
	*cell = (struct rt_cell){.character = character, .attr = (uint8_t)attr};
}

/* A grapheme with more cells, which no script has, is written in parts. */
#define PIECE_CELLS 32

/* The cells of one grapheme. */
struct piece {
	struct rt_cell cell[PIECE_CELLS];
	size_t width;
};

static void
add_cell(struct piece *piece, uint32_t character)
{
	piece->cell[piece->width++] = (struct rt_cell){.character = character};
}

/* Show a character by its number. */
static void
add_escape(struct piece *piece, uint32_t character)
{
	char text[16];

	snprintf(text, sizeof(text), "\\u{%x}", (unsigned)character);
	for (const char *c = text; *c != '\0'; c++)
		add_cell(piece, (uint32_t)*c);
}

/* Add a mark to the character before it; false if it has none, or too many. */
static bool
add_mark(struct piece *piece, uint32_t mark)
{
	size_t at = piece->width, used = 0;

	while (at > 0 && piece->cell[at - 1].character == 0)
		at--;
	if (at == 0)
		return false;
	while (used < RT_CELL_MARKS && piece->cell[at - 1].mark[used] != 0)
		used++;
	if (used == RT_CELL_MARKS)
		return false;
	piece->cell[at - 1].mark[used] = mark;
	return true;
}

static void
add_character(const struct rt_grid *grid, struct piece *piece,
	      uint32_t character)
{
	int width;

	if (character >= 0x20 && character < 0x7f) {
		add_cell(piece, character);
		return;
	}
	if (!grid->utf8 || character < 0xa0) {
		add_cell(piece, '?');
		return;
	}
	width = wcwidth((wchar_t)character);
	if (width < 0 || (width == 0 && !add_mark(piece, character)))
		add_escape(piece, character);
	if (width >= 1)
		add_cell(piece, character);
	if (width == 2)
		add_cell(piece, 0);
}

/* The cells of the next grapheme; moves *text past it. The text is well formed,
 * because tk_safe_text() wrote it. */
static void
next_piece(const struct rt_grid *grid, const char **text, struct piece *piece)
{
	/* Without UTF-8, each character is a '?' of its own. */
	size_t length =
		grid->utf8 ? tk_grapheme_length(*text, strlen(*text)) : 1;
	const char *end = *text + length;

	piece->width = 0;
	/* An escape takes at most 10 cells. */
	while (*text < end && piece->width + 10 <= PIECE_CELLS) {
		uint32_t character;

		*text += bo_utf8_decode(*text, strnlen(*text, 4), &character);
		add_character(grid, piece, character);
	}
}

static size_t
text_width(const struct rt_grid *grid, const char *text)
{
	struct piece piece;
	size_t columns = 0;

	while (*text != '\0') {
		next_piece(grid, &text, &piece);
		columns += piece.width;
	}
	return columns;
}

/* Write safe text; see rt_grid_text(). */
static size_t
write_safe(struct rt_grid *grid, size_t x, size_t y, size_t columns,
	   unsigned attr, const char *text)
{
	struct piece piece;
	size_t used = 0;
	bool cut;

	if (x >= grid->width || y >= grid->height)
		return 0;
	if (columns > grid->width - x)
		columns = grid->width - x;
	if (columns == 0)
		return 0;
	cut = text_width(grid, text) > columns;
	while (*text != '\0') {
		next_piece(grid, &text, &piece);
		if (used + piece.width > columns - cut)
			break;
		for (size_t i = 0; i < piece.width; i++) {
			struct rt_cell *cell =
				&grid->cell[y * grid->width + x + used++];

			*cell = piece.cell[i];
			cell->attr = (uint8_t)attr;
		}
	}
	if (cut) {
		while (used < columns - 1)
			set(grid, x + used++, y, attr, ' ');
		set(grid, x + used++, y, attr, '~');
	}
	return used;
}

size_t
rt_grid_text(struct rt_grid *grid, size_t x, size_t y, size_t columns,
	     unsigned attr, const char *text)
{
	char safe[TEXT_MAX];

	tk_safe_text(text, strlen(text), safe, sizeof(safe));
	return write_safe(grid, x, y, columns, attr, safe);
}

void
rt_grid_right(struct rt_grid *grid, size_t x, size_t y, size_t columns,
	      unsigned attr, const char *text)
{
	char safe[TEXT_MAX];
	size_t width;

	tk_safe_text(text, strlen(text), safe, sizeof(safe));
	width = text_width(grid, safe);
	if (width < columns) {
		x += columns - width;
		columns = width;
	}
	write_safe(grid, x, y, columns, attr, safe);
}

size_t
rt_grid_print(struct rt_grid *grid, size_t x, size_t y, unsigned attr,
	      const char *format, ...)
{
	char text[TEXT_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return rt_grid_text(grid, x, y, SIZE_MAX, attr, text);
}

void
rt_grid_put(struct rt_grid *grid, size_t x, size_t y, unsigned attr,
	    uint32_t character, char ascii)
{
	set(grid, x, y, attr,
	    grid->utf8 ? character : (uint32_t)(unsigned char)ascii);
}

void
rt_grid_line_attr(struct rt_grid *grid, size_t y, unsigned attr)
{
	if (y >= grid->height)
		return;
	for (size_t x = 0; x < grid->width; x++)
		grid->cell[y * grid->width + x].attr |= (uint8_t)attr;
}

size_t
rt_cell_text(const struct rt_cell *cell, char *buffer)
{
	size_t length = 0;

	if (cell->character == 0)
		return 0;
	length += bo_utf8_put(cell->character, buffer);
	for (size_t i = 0; i < RT_CELL_MARKS && cell->mark[i]; i++)
		length += bo_utf8_put(cell->mark[i], buffer + length);
	return length;
}

char *
rt_grid_string(const struct rt_grid *grid, size_t y, char *buffer, size_t size)
{
	size_t length = 0, end = 0;

	for (size_t x = 0; x < grid->width; x++) {
		const struct rt_cell *cell = rt_grid_at(grid, x, y);

		if (length + RT_CELL_BYTES + 1 > size)
			break;
		length += rt_cell_text(cell, buffer + length);
		if (cell->character != 0 &&
		    (cell->character != ' ' || cell->mark[0] != 0))
			end = length;
	}
	buffer[end] = '\0';
	return buffer;
}

void
rt_grid_hit(struct rt_grid *grid, size_t y, size_t row)
{
	if (y < RT_GRID_MAX_HEIGHT && row < UINT16_MAX)
		grid->hits.row[y] = (uint16_t)(row + 1);
}
