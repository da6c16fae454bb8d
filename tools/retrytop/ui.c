/* Obeys keys: pages, the filter prompt, sorting, pausing. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/ui.h"

#include <string.h>

#include "base/utf8.h"
#include "common/unicode.h"
#include "retrytop/alarms.h"
#include "retrytop/browse.h"

#define CONTROL(letter) ((letter) - '@')

static void
erase_last(char *text)
{
	size_t length = strlen(text);

	if (length > 0)
		text[tk_grapheme_last(text, length)] = '\0';
}

static void
append(char *text, size_t size, uint32_t character)
{
	size_t length = strlen(text);

	if (length + 5 > size)
		return;
	length += bo_utf8_put(character, text + length);
	text[length] = '\0';
}

static void
edit(struct rt_ui *ui, struct rt_list *list, uint32_t key)
{
	switch (key) {
	case RT_KEY_ENTER:
		/* A wrong term must be corrected first. */
		ui->editing = list->problem[0] != '\0';
		return;
	case RT_KEY_ESCAPE:
		memcpy(list->filter, ui->before, sizeof(list->filter));
		ui->editing = false;
		break;
	case RT_KEY_BACKSPACE:
	case 0x7f:
		erase_last(list->filter);
		break;
	case CONTROL('U'):
		list->filter[0] = '\0';
		break;
	default:
		if (key < 0x20 || key >= RT_KEY_UP)
			return;
		append(list->filter, sizeof(list->filter), key);
	}
	rt_list_arrange(list);
}

static void
toggle_pause(struct rt_list *list, uint64_t events)
{
	if (rt_list_return(list))
		return;
	list->paused = !list->paused;
	list->paused_at = events;
}

static bool
is_text(enum rt_page page)
{
	return page >= RT_PAGE_HELP && page < RT_PAGE_OPERATION;
}

/* Open or close the help or the inputs, which lie on another page. */
static void
open_page(struct rt_ui *ui, enum rt_page page)
{
	if (ui->page == page) {
		ui->page = ui->under;
	} else {
		if (!is_text(ui->page))
			ui->under = ui->page;
		ui->page = page;
	}
	ui->scroll = 0;
}

/* Open the page of the answer; on it, the key cancels, or asks again. */
static void
ask(struct rt_ui *ui)
{
	ui->ask = ui->page == RT_PAGE_SIMULATE ? RT_ASK_AGAIN : RT_ASK_ONE;
	if (ui->page != RT_PAGE_SIMULATE)
		open_page(ui, RT_PAGE_SIMULATE);
	ui->scroll = 0;
}

/* Only a row or a call can be copied. */
static void
copy(struct rt_ui *ui)
{
	if (is_text(ui->page))
		return;
	ui->copies = true;
	open_page(ui, RT_PAGE_COPY);
}

static void
move(struct rt_ui *ui, struct rt_list *list, long rows)
{
	if (ui->page == RT_PAGE_OVERVIEW)
		rt_list_move(list, rows);
	else if (ui->page == RT_PAGE_OPERATION)
		rt_browse_move(ui->browse, rows);
	else if (ui->page == RT_PAGE_ALARMS && ui->alarms != NULL)
		rt_alarms_move(ui->alarms, rows);
	else if (rows < 0)
		ui->scroll = ui->scroll < (size_t)-rows
				     ? 0
				     : ui->scroll - (size_t)-rows;
	else
		ui->scroll += (size_t)rows;
}

/* Esc closes the page or, on the overview, clears the filter. */
static void
go_back(struct rt_ui *ui, struct rt_list *list)
{
	ui->scroll = 0;
	if (is_text(ui->page)) {
		ui->page = ui->under;
		return;
	}
	if (ui->page != RT_PAGE_OVERVIEW) {
		ui->page = ui->page == RT_PAGE_CALL ? RT_PAGE_OPERATION
						    : ui->opened_from;
		return;
	}
	if (rt_list_return(list))
		return;
	list->filter[0] = '\0';
	rt_list_arrange(list);
}

/* Enter on a verdict or an alert goes to its operation. */
static void
enter_alarm(struct rt_ui *ui, const struct rt_list *list)
{
	const char *operation =
		ui->alarms != NULL
			? rt_alarms_operation(ui->alarms, &list->model)
			: NULL;

	if (operation == NULL)
		return;
	rt_browse_show(ui->browse, RT_GROUP_OPERATION, operation);
	ui->page = RT_PAGE_OPERATION;
	ui->opened_from = RT_PAGE_ALARMS;
	ui->under = RT_PAGE_OVERVIEW;
}

/* Enter goes from the overview to an operation, and from there to a call. */
static void
enter(struct rt_ui *ui, const struct rt_list *list)
{
	if (ui->browse == NULL)
		return;
	if (ui->page == RT_PAGE_ALARMS) {
		enter_alarm(ui, list);
		return;
	}
	if (ui->page == RT_PAGE_OVERVIEW && rt_browse_open(ui->browse, list)) {
		ui->page = RT_PAGE_OPERATION;
		ui->opened_from = RT_PAGE_OVERVIEW;
	} else if (ui->page == RT_PAGE_OPERATION &&
		   rt_browse_hold(ui->browse)) {
		ui->page = RT_PAGE_CALL;
	}
	ui->scroll = 0;
}

/* The next or previous operation, or call. */
static void
step(struct rt_ui *ui, struct rt_list *list, long rows)
{
	if (ui->page == RT_PAGE_OPERATION) {
		rt_browse_step(ui->browse, list, rows);
	} else if (ui->page == RT_PAGE_CALL) {
		rt_browse_move(ui->browse, rows);
		rt_browse_hold(ui->browse);
		ui->scroll = 0;
	}
}

/* Obey a key that moves a screen in less; false if it is another key, or one
 * that means something else on this page. */
static bool
pager_key(struct rt_ui *ui, struct rt_list *list, long page, uint32_t key)
{
	switch (key) {
	case CONTROL('D'):
		move(ui, list, (page + 1) / 2);
		return true;
	case CONTROL('U'):
		move(ui, list, -((page + 1) / 2));
		return true;
	case ' ':
	case 'f':
		if (is_text(ui->page))
			move(ui, list, page);
		return is_text(ui->page);
	case 'b':
		if (is_text(ui->page))
			move(ui, list, -page);
		return is_text(ui->page);
	default:
		return false;
	}
}

/* Obey a key that moves; false if it is another key. */
static bool
move_key(struct rt_ui *ui, struct rt_list *list, size_t page_rows, uint32_t key)
{
	long page = page_rows > 1 ? (long)page_rows : 1;

	switch (key) {
	case 'j':
	case RT_KEY_DOWN:
		move(ui, list, 1);
		return true;
	case 'k':
	case RT_KEY_UP:
		move(ui, list, -1);
		return true;
	case RT_KEY_PAGE_DOWN:
	case CONTROL('F'):
		move(ui, list, page);
		return true;
	case RT_KEY_PAGE_UP:
	case CONTROL('B'):
		move(ui, list, -page);
		return true;
	case 'g':
	case RT_KEY_HOME:
		move(ui, list, -1000000);
		return true;
	case 'G':
	case RT_KEY_END:
		move(ui, list, 1000000);
		return true;
	default:
		return pager_key(ui, list, page, key);
	}
}

/* Obey a key that chooses the time; false if it is another key. */
static bool
time_key(struct rt_list *list, uint32_t key)
{
	switch (key) {
	case '[':
		rt_list_travel(list, -RT_TRAVEL_STEP_S);
		return true;
	case ']':
		rt_list_travel(list, RT_TRAVEL_STEP_S);
		return true;
	case '{':
		rt_list_travel(list, -RT_TRAVEL_LEAP_S);
		return true;
	case '}':
		rt_list_travel(list, RT_TRAVEL_LEAP_S);
		return true;
	case '(':
		rt_list_jump(list, -1);
		return true;
	case ')':
		rt_list_jump(list, 1);
		return true;
	case 'm':
		rt_travel_mark(&list->travel);
		return true;
	default:
		return false;
	}
}

/* Obey a key that arranges the rows, or chooses their numbers; false if it is
 * another key. */
static bool
list_key(struct rt_ui *ui, struct rt_list *list, uint32_t key)
{
	switch (key) {
	case '/':
	case RT_KEY_F3:
	case RT_KEY_F4:
		memcpy(ui->before, list->filter, sizeof(ui->before));
		ui->page = RT_PAGE_OVERVIEW;
		ui->editing = true;
		return true;
	case 's':
	case '>':
	case RT_KEY_F6:
		list->sort = (list->sort + 1) % RT_SORT_COUNT;
		rt_list_arrange(list);
		return true;
	case 'S':
	case '<':
		list->sort = (list->sort + RT_SORT_COUNT - 1) % RT_SORT_COUNT;
		rt_list_arrange(list);
		return true;
	case 'r':
		list->reversed = !list->reversed;
		rt_list_arrange(list);
		return true;
	case 'w':
	case 'W':
		rt_list_step_window(list, key == 'w' ? 1 : -1);
		return true;
	case '1':
	case '2':
	case '3':
	case '4':
		rt_list_set_window(list, key - '1');
		return true;
	default:
		return false;
	}
}

void
rt_ui_key(struct rt_ui *ui, struct rt_list *list, uint64_t events,
	  size_t page_rows, uint32_t key)
{
	if (ui->editing) {
		edit(ui, list, key);
		return;
	}
	if (move_key(ui, list, page_rows, key) || list_key(ui, list, key) ||
	    (!is_text(ui->page) && time_key(list, key)))
		return;
	switch (key) {
	case 'q':
		if (ui->page != RT_PAGE_OVERVIEW)
			go_back(ui, list);
		else
			ui->quit = true;
		break;
	case RT_KEY_F10:
		ui->quit = true;
		break;
	case RT_KEY_ESCAPE:
		go_back(ui, list);
		break;
	case '\t':
	case RT_KEY_BACK_TAB:
		if (ui->page == RT_PAGE_OVERVIEW)
			rt_list_regroup(list, key == '\t' ? 1 : -1);
		break;
	case RT_KEY_ENTER:
		enter(ui, list);
		break;
	case 'n':
		step(ui, list, 1);
		break;
	case 'p':
	case 'N':
		step(ui, list, -1);
		break;
	case 'v':
		if (ui->page == RT_PAGE_OPERATION)
			rt_browse_next_which(ui->browse);
		break;
	case '?':
	case 'h':
	case RT_KEY_F1:
		open_page(ui, RT_PAGE_HELP);
		break;
	case 'a':
		open_page(ui, RT_PAGE_ALARMS);
		break;
	case 'i':
		open_page(ui, RT_PAGE_INPUTS);
		break;
	case 'y':
		copy(ui);
		break;
	case 'x':
		ask(ui);
		break;
	case 'M':
		ui->mouse = !ui->mouse;
		break;
	case 'X':
		open_page(ui, RT_PAGE_COMMAND);
		break;
	case ' ':
		toggle_pause(list, events);
		break;
	default:
		break;
	}
}
