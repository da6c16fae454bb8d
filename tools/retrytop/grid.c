/* A screen as cells in memory, independent of the terminal. */
#include "config.h"

#include "retrytop/grid.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/utf8.h"
#include "common/safe_text.h"

#define TEXT_MAX (RT_GRID_MAX_WIDTH * 4 + 1)

bool
rt_grid_init(struct rt_grid *grid, size_t width, size_t height, bool utf8)
{
	grid->width = width < RT_GRID_MAX_WIDTH ? width : RT_GRID_MAX_WIDTH;
	grid->height =
		height < RT_GRID_MAX_HEIGHT ? height : RT_GRID_MAX_HEIGHT;
	grid->utf8 = utf8;
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
	cell->character = character;
	cell->attr = (uint8_t)attr;
}

/* The next character; moves *text past it. It is well formed, because
 * tk_safe_text() wrote it. */
static uint32_t
next_character(const char **text)
{
	uint32_t character;

	*text += bo_utf8_decode(*text, strnlen(*text, 4), &character);
	return character;
}

/* Columns of a character, which may be replaced by one that can be shown. */
static size_t
width_of(const struct rt_grid *grid, uint32_t *character)
{
	int width;

	if (*character >= 0x20 && *character < 0x7f)
		return 1;
	if (!grid->utf8 || *character < 0xa0) {
		*character = '?';
		return 1;
	}
	width = wcwidth((wchar_t)*character);
	if (width < 0) {
		*character = 0xfffd;
		return 1;
	}
	/* 0 for a mark on the character before it, which no cell can hold. */
	return (size_t)width;
}

static size_t
text_width(const struct rt_grid *grid, const char *text)
{
	size_t columns = 0;

	while (*text != '\0') {
		uint32_t character = next_character(&text);

		columns += width_of(grid, &character);
	}
	return columns;
}

/* Write safe text; see rt_grid_text(). */
static size_t
write_safe(struct rt_grid *grid, size_t x, size_t y, size_t columns,
	   unsigned attr, const char *text)
{
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
		uint32_t character = next_character(&text);
		size_t width = width_of(grid, &character);

		if (width == 0)
			continue;
		if (used + width > columns - cut)
			break;
		set(grid, x + used, y, attr, character);
		if (width == 2)
			set(grid, x + used + 1, y, attr, 0);
		used += width;
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

char *
rt_grid_string(const struct rt_grid *grid, size_t y, char *buffer, size_t size)
{
	size_t length = 0, end = 0;

	for (size_t x = 0; x < grid->width && length + 5 <= size; x++) {
		uint32_t character = rt_grid_at(grid, x, y)->character;

		if (character == 0)
			continue;
		length += bo_utf8_put(character, buffer + length);
		if (character != ' ')
			end = length;
	}
	buffer[end] = '\0';
	return buffer;
}
