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
	RT_PAGE_SIMULATE,
	RT_PAGE_ALARMS,
	RT_PAGE_COPY,
	/** The first page that is about one operation. */
	RT_PAGE_OPERATION,
	RT_PAGE_CALL,
	RT_PAGE_COUNT,
};

/** What a key asks of retrysim: an answer, or another, or none. */
enum rt_ask {
	RT_ASK_NONE,
	RT_ASK_ONE,
	RT_ASK_AGAIN,
};

struct rt_browse;
struct rt_alarms;

struct rt_ui {
	enum rt_page page;
	/** The page from which help or inputs were opened. */
	enum rt_page under;
	/** The operation and the call that are looked at; NULL: their pages
	 *  cannot be opened. */
	struct rt_browse *browse;
	/** NULL: there is no page of them. */
	struct rt_alarms *alarms;
	/** The page from which the operation was opened. */
	enum rt_page opened_from;
	/** The filter is being edited; its previous text. */
	bool editing;
	char before[RT_FILTER_MAX];
	/** First line of a page that scrolls. */
	size_t scroll;
	/** Set by a key, and cleared by what obeys it. */
	enum rt_ask ask;
	/** What is selected is to be copied; likewise. */
	bool copies;
	bool quit;
	/** The mouse is for retrytop, not for the terminal. */
	bool mouse;
	/** The last click that selected a row, from 1; 0: none. */
	size_t click_row;
	enum rt_page click_page;
	uint64_t click_ns;
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
