/* Obeys keys: pages, the filter prompt, sorting, pausing. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_UI_H
#define RT_UI_H

#include "retrytop/keys.h"
#include "retrytop/list.h"

enum rt_page {
	RT_PAGE_OVERVIEW,
	RT_PAGE_HELP,
	RT_PAGE_INPUTS,
	RT_PAGE_COMMAND,
	RT_PAGE_OPERATION,
	RT_PAGE_CALL,
	RT_PAGE_COUNT,
};

struct rt_browse;

struct rt_ui {
	enum rt_page page;
	/** The page from which help or inputs were opened. */
	enum rt_page under;
	/** The operation and the call that are looked at; NULL: their pages
	 *  cannot be opened. */
	struct rt_browse *browse;
	/** The filter is being edited; its previous text. */
	bool editing;
	char before[RT_FILTER_MAX];
	/** First line of the help, inputs or call page. */
	size_t scroll;
	bool quit;
};

/**
 * Obey a key.
 *
 * @param key        see enum rt_key
 * @param events     number of events so far, which a pause remembers
 * @param page_rows  rows that Page Up and Page Down move
 */
void rt_ui_key(struct rt_ui *ui, struct rt_list *list, uint64_t events,
	       size_t page_rows, uint32_t key);

#endif
