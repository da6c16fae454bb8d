/* What keys do: pages, the filter prompt, sorting, pausing. */
#include "config.h"

#include "retrytop/ui.h"

#include <string.h>

#define CONTROL(letter) ((letter) - '@')

static void
erase_last(char *text)
{
	size_t length = strlen(text);

	while (length > 0 && ((unsigned char)text[length - 1] & 0xc0) == 0x80)
		length--;
	if (length > 0)
		length--;
	text[length] = '\0';
}

static void
append(char *text, size_t size, uint32_t character)
{
	size_t length = strlen(text);
	char *out = text + length;

	if (length + 5 > size)
		return;
	if (character < 0x80) {
		*out++ = (char)character;
	} else if (character < 0x800) {
		*out++ = (char)(0xc0 | character >> 6);
		*out++ = (char)(0x80 | (character & 0x3f));
	} else if (character < 0x10000) {
		*out++ = (char)(0xe0 | character >> 12);
		*out++ = (char)(0x80 | (character >> 6 & 0x3f));
		*out++ = (char)(0x80 | (character & 0x3f));
	} else {
		*out++ = (char)(0xf0 | character >> 18);
		*out++ = (char)(0x80 | (character >> 12 & 0x3f));
		*out++ = (char)(0x80 | (character >> 6 & 0x3f));
		*out++ = (char)(0x80 | (character & 0x3f));
	}
	*out = '\0';
}

static void
edit(struct rt_ui *ui, struct rt_model *model, uint32_t key)
{
	switch (key) {
	case RT_KEY_ENTER:
		ui->editing = false;
		return;
	case RT_KEY_ESCAPE:
		memcpy(model->filter, ui->before, sizeof(model->filter));
		ui->editing = false;
		break;
	case RT_KEY_BACKSPACE:
	case 0x7f:
		erase_last(model->filter);
		break;
	case CONTROL('U'):
		model->filter[0] = '\0';
		break;
	default:
		if (key < 0x20 || key >= RT_KEY_UP)
			return;
		append(model->filter, sizeof(model->filter), key);
	}
	rt_model_arrange(model);
}

static void
toggle_pause(struct rt_model *model, uint64_t events)
{
	model->paused = !model->paused;
	model->paused_at = events;
}

static void
open_page(struct rt_ui *ui, enum rt_page page)
{
	ui->page = ui->page == page ? RT_PAGE_OVERVIEW : page;
	ui->scroll = 0;
}

static void
move(struct rt_ui *ui, struct rt_model *model, long rows)
{
	if (ui->page == RT_PAGE_OVERVIEW)
		rt_model_move(model, rows);
	else if (rows < 0)
		ui->scroll = ui->scroll < (size_t)-rows
				     ? 0
				     : ui->scroll - (size_t)-rows;
	else
		ui->scroll += (size_t)rows;
}

/* Esc undoes one thing: the page, else the filter. */
static void
go_back(struct rt_ui *ui, struct rt_model *model)
{
	if (ui->page != RT_PAGE_OVERVIEW) {
		open_page(ui, RT_PAGE_OVERVIEW);
		return;
	}
	model->filter[0] = '\0';
	rt_model_arrange(model);
}

/* Keys that move; false if it is none. */
static bool
move_key(struct rt_ui *ui, struct rt_model *model, size_t page_rows,
	 uint32_t key)
{
	long page = page_rows > 1 ? (long)page_rows : 1;

	switch (key) {
	case 'j':
	case RT_KEY_DOWN:
		move(ui, model, 1);
		return true;
	case 'k':
	case RT_KEY_UP:
		move(ui, model, -1);
		return true;
	case RT_KEY_PAGE_DOWN:
	case CONTROL('F'):
		move(ui, model, page);
		return true;
	case RT_KEY_PAGE_UP:
	case CONTROL('B'):
		move(ui, model, -page);
		return true;
	case 'g':
	case RT_KEY_HOME:
		move(ui, model, -1000000);
		return true;
	case 'G':
	case RT_KEY_END:
		move(ui, model, 1000000);
		return true;
	default:
		return false;
	}
}

void
rt_ui_key(struct rt_ui *ui, struct rt_model *model, uint64_t events,
	  size_t page_rows, uint32_t key)
{
	if (ui->editing) {
		edit(ui, model, key);
		return;
	}
	if (move_key(ui, model, page_rows, key))
		return;
	switch (key) {
	case 'q':
		if (ui->page != RT_PAGE_OVERVIEW)
			go_back(ui, model);
		else
			ui->quit = true;
		break;
	case RT_KEY_ESCAPE:
		go_back(ui, model);
		break;
	case '?':
	case 'h':
		open_page(ui, RT_PAGE_HELP);
		break;
	case 'i':
		open_page(ui, RT_PAGE_INPUTS);
		break;
	case ' ':
		toggle_pause(model, events);
		break;
	case '/':
		memcpy(ui->before, model->filter, sizeof(ui->before));
		ui->page = RT_PAGE_OVERVIEW;
		ui->editing = true;
		break;
	case 's':
		model->sort = (model->sort + 1) % RT_SORT_COUNT;
		rt_model_arrange(model);
		break;
	case 'S':
		model->sort = (model->sort + RT_SORT_COUNT - 1) % RT_SORT_COUNT;
		rt_model_arrange(model);
		break;
	case 'r':
		model->reversed = !model->reversed;
		rt_model_arrange(model);
		break;
	default:
		break;
	}
}
