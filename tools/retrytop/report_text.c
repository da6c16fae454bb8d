/* The numbers of the screen as text, for a pipe or a mail. */
#include "config.h"

#include "common/table.h"
#include "common/safe_text.h"
#include "common/units.h"
#include "retrytop/once.h"

#include <string.h>

static void
print_safe(FILE *out, const char *text)
{
	char safe[4096];

	tk_safe_text(text, strlen(text), safe, sizeof(safe));
	fprintf(out, "%s\n", safe);
}

static void
print_head(const struct rt_view *view, FILE *out)
{
	const struct rt_ingest *in = view->ingest;
	const struct rt_model *model = view->model;
	char message[1024], end[40] = "-";

	if (model->end_s > 0)
		tk_format_rfc3339((model->end_s + 1) * TK_NS_PER_S, 0, end,
				  sizeof(end));
	fprintf(out, "window: %llus before %s\n",
		(unsigned long long)model->window_s, end);
	rt_view_message(view, message, sizeof(message));
	print_safe(out, message);
	fprintf(out,
		"%llu bad, %llu lost, %llu dropped, %llu events, %llu lines, "
		"%llu foreign\n",
		(unsigned long long)in->bad,
		(unsigned long long)rt_sequence_lost(in->sequence),
		(unsigned long long)in->dropped, (unsigned long long)in->events,
		(unsigned long long)in->lines, (unsigned long long)in->foreign);
}

int
rt_report_text(const struct rt_view *view, FILE *out)
{
	const struct rt_model *model = view->model;
	struct tk_table *table;
	int result;

	print_head(view, out);
	if (model->count == 0)
		return ferror(out) ? -1 : 0;
	table = tk_table_new(rt_view_columns());
	if (table == NULL)
		return -1;
	for (size_t i = 0; i < rt_view_columns(); i++)
		tk_table_head(table, i, rt_view_column_title(i));
	for (size_t r = 0; r <= model->shown_count; r++) {
		const struct rt_row *row = r < model->shown_count
						   ? model->shown[r]
						   : &model->total;

		tk_table_row(table);
		for (size_t i = 0; i < rt_view_columns(); i++) {
			char text[RT_NAME_MAX];

			rt_view_column_text(view, row, i, text, sizeof(text));
			tk_table_cell(table, i, "%s", text);
		}
	}
	fputc('\n', out);
	result = tk_table_print(table, 0, out);
	tk_table_free(table);
	return result;
}
