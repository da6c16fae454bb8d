/* What keys do: pages, the filter prompt, sorting, pausing. */
#ifndef RT_UI_H
#define RT_UI_H

#include "live/model.h"

enum rt_page {
	RT_PAGE_OVERVIEW,
	RT_PAGE_HELP,
	RT_PAGE_INPUTS,
};

/** Keys are Unicode characters, or one of these. */
enum rt_key {
	RT_KEY_NONE = 0,
	RT_KEY_BACKSPACE = 8,
	RT_KEY_ENTER = 13,
	RT_KEY_ESCAPE = 27,
	/* Above all characters. */
	RT_KEY_UP = 0x110000,
	RT_KEY_DOWN,
	RT_KEY_PAGE_UP,
	RT_KEY_PAGE_DOWN,
	RT_KEY_HOME,
	RT_KEY_END,
	RT_KEY_RESIZE,
};

struct rt_ui {
	enum rt_page page;
	/** The filter is being typed; what it was before. */
	bool editing;
	char before[RT_FILTER_MAX];
	/** First line of the help or inputs page. */
	size_t scroll;
	bool quit;
};

/** Obey a key. @p events is how many there are, for the pause; @p page_rows
 *  how far Page Up and Down go. */
void rt_ui_key(struct rt_ui *ui, struct rt_model *model, uint64_t events,
	       size_t page_rows, uint32_t key);

#endif
