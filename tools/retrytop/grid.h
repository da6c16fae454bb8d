/* A screen as cells in memory, independent of the terminal. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_GRID_H
#define RT_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A larger terminal has its rest left blank. */
#define RT_GRID_MAX_WIDTH 500
#define RT_GRID_MAX_HEIGHT 300

/** Meaning of a cell; colour is never its only sign. */
enum rt_attr {
	RT_ATTR_NONE = 0,
	RT_ATTR_BOLD = 1,
	RT_ATTR_DIM = 2,
	RT_ATTR_REVERSE = 4,
	RT_ATTR_BAD = 8,
	RT_ATTR_WARN = 16,
	RT_ATTR_GOOD = 32,
};

/** Marks that a cell can hold, as many as curses takes. */
#define RT_CELL_MARKS 4

/** Bytes of the text of a cell in UTF-8, at most. */
#define RT_CELL_BYTES ((1 + RT_CELL_MARKS) * 4)

struct rt_cell {
	/** 0: the right half of the wide character in the cell before. */
	uint32_t character;
	/** Marks on it, which take no columns: accents, vowel signs, the rest
	 *  of a syllable. 0 ends them. */
	uint32_t mark[RT_CELL_MARKS];
	uint8_t attr;
};

/** Headings of columns that can be clicked. */
#define RT_HEADS_MAX 24

/** What is where, for the mouse. */
struct rt_hits {
	/** By line, the number of the row in its list, from 1; 0: none. */
	uint16_t row[RT_GRID_MAX_HEIGHT];
	/** The line of headings, each with its last column and the order that
	 *  it stands for. */
	size_t head_y, heads;
	struct {
		size_t end;
		unsigned sort;
	} head[RT_HEADS_MAX];
};

struct rt_grid {
	size_t width, height;
	/** If false, other characters than ASCII become '?'. */
	bool utf8;
	/** How far the page that was drawn can be scrolled. */
	size_t scroll_most;
	struct rt_hits hits;
	struct rt_cell *cell;
};

/** Cells are blank. False if there is no memory. */
bool rt_grid_init(struct rt_grid *grid, size_t width, size_t height, bool utf8);
void rt_grid_clear(struct rt_grid *grid);

const struct rt_cell *rt_grid_at(const struct rt_grid *grid, size_t x,
				 size_t y);

/**
 * Write text from (x, y) on, after it passed the safe-text filter. Text that
 * does not fit in @p columns or in the line is cut between graphemes, with "~"
 * in the last column. A mark that no cell can hold, and a character that the
 * terminal does not know, are shown as escapes like \u{301}, so that no two
 * texts look alike because something vanished.
 *
 * @return columns used
 */
size_t rt_grid_text(struct rt_grid *grid, size_t x, size_t y, size_t columns,
		    unsigned attr, const char *text);

/** The same, ending at column @p x + @p columns. */
void rt_grid_right(struct rt_grid *grid, size_t x, size_t y, size_t columns,
		   unsigned attr, const char *text);

/** The same with printf's format, cut only at the end of the line. */
size_t rt_grid_print(struct rt_grid *grid, size_t x, size_t y, unsigned attr,
		     const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/** Note that a line shows a row of a list, counted from 0. */
void rt_grid_hit(struct rt_grid *grid, size_t y, size_t row);

/** Write a character that takes one column; @p ascii replaces it without
 *  UTF-8. */
void rt_grid_put(struct rt_grid *grid, size_t x, size_t y, unsigned attr,
		 uint32_t character, char ascii);

/** Add an attribute to a whole line. */
void rt_grid_line_attr(struct rt_grid *grid, size_t y, unsigned attr);

/** The text of a cell as UTF-8, without a NUL, in up to RT_CELL_BYTES. Returns
 *  its length, 0 for the right half of a wide character. */
size_t rt_cell_text(const struct rt_cell *cell, char *buffer);

/** A line as UTF-8 without trailing blanks; for tests and dumps.
 *  Returns buffer. */
char *rt_grid_string(const struct rt_grid *grid, size_t y, char *buffer,
		     size_t size);

#endif
