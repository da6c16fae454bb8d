/* The help page, and the page of inputs. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "common/units.h"
#include "retrytop/view.h"

static const char *const help[] = {
	"KEYS",
	"  j k arrows PgUp PgDn g G   move      s S   next, previous sort key",
	"  /   filter as you type     r   reverse the order",
	"  Space  pause: the numbers stand still, reading goes on",
	"  i   inputs     ?   this page     Esc   back, or clear the filter",
	"  q   back, then quit     Ctrl-C   quit     Ctrl-L   draw again",
	"",
	"COLUMNS  (in the window: the last seconds named in the first line)",
	"  OPERATION  as logged; beyond 1000 of them: \"(other)\"",
	"  POLICY     the policy field of its last line; - if it has none",
	"  MAX        attempts a call may have, as logged",
	"  CALLS/s    calls that ended / seconds; - where the log does not",
	"             hold the calls that succeed",
	"  RETRY/s    failed attempts that another one follows / seconds",
	"  ATT/CALL   attempts of the calls that ended / those calls",
	"             !  1.20 or more",
	"             *  only over calls that failed at least once:",
	"                (their number + retries) / their number",
	"  EXH        calls that gave up after their last attempt",
	"  EXH%       EXH / calls that ended",
	"  ABORT      calls that ended because retrying would be wrong",
	"  TOP ERROR  the most frequent code, else type, else text; its share",
	"             of all failed attempts; the text it came with last",
	"  SEEN       age of its last event",
	"  SINCE      how long its retries have been rising: from the first of",
	"             3 steps of 10 s in a row with more retries than the",
	"             median of the 26 steps before + 4 x their median",
	"             absolute deviation (at least 0.5); until 3 steps in a",
	"             row have not",
	"  RETRIES 5m retries in 20 steps of 15 s; the row's highest step is a",
	"             full block",
	"",
	"FIRST LINE",
	"  LIVE     lines come; windows end now",
	"  PAUSED   the numbers stand still; +N new events since then",
	"  STALE    no line for 60 s; or the log is history: then windows end",
	"           at its newest event",
	"  WAITING  nothing was read yet",
	"  lag      age of the newest event",
	"",
	"THIRD LINE",
	"  bad      lines that are broken",
	"  lost     numbers (seq) missing between the lines of a process",
	"  dropped  lines that a process says it could not write; they may be",
	"           among the lost ones too",
	"  foreign  lines of something else",
	"  late     events older than 5 minutes when they came",
	"  clock leaps  events an hour ahead of all others; not in the window",
};

#define HELP_LINES (sizeof(help) / sizeof(*help))

/* The first line to show, so that the last page is full. */
static size_t
first_line(size_t scroll, size_t lines, size_t rows)
{
	size_t most = lines > rows ? lines - rows : 0;

	return scroll < most ? scroll : most;
}

void
rt_view_help(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	size_t rows = grid->height - 1 - y;
	size_t line = first_line(view->ui->scroll, HELP_LINES, rows);

	for (; line < HELP_LINES && rows > 0; line++, rows--)
		rt_grid_text(grid, 1, y++, SIZE_MAX,
			     help[line][0] > ' ' ? RT_ATTR_BOLD : RT_ATTR_NONE,
			     help[line]);
}

static void
describe(const struct rt_view *view, const struct tk_input_info *input,
	 char *out, size_t size)
{
	static const char *const state[] = {
		[TK_INPUT_WAITING] = "waiting",
		[TK_INPUT_READING] = "reading",
		[TK_INPUT_DENIED] = "failed",
		[TK_INPUT_ENDED] = "ended",
	};
	int length;

	if (input->same_as < view->input_count) {
		snprintf(out, size, "same file as %s",
			 view->input[input->same_as].path);
		return;
	}
	length = snprintf(
		out, size, "%s%s%s  %llu lines", state[input->state],
		input->error_number != 0 ? ": " : "",
		input->error_number != 0 ? strerror(input->error_number) : "",
		(unsigned long long)input->lines);
	if (length < 0 || (size_t)length >= size)
		return;
	snprintf(out + length, size - (size_t)length,
		 "  %llu rotations  %llu truncations  %llu too long  "
		 "%llu NULs  %llu bytes lost",
		 (unsigned long long)input->rotations,
		 (unsigned long long)input->truncations,
		 (unsigned long long)input->oversize,
		 (unsigned long long)input->nul_bytes,
		 (unsigned long long)input->lost_bytes);
}

void
rt_view_inputs(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	size_t rows = (grid->height - 1 - y) / 2;
	size_t i = first_line(view->ui->scroll, view->input_count, rows);

	for (; i < view->input_count && rows > 0; i++, rows--) {
		char text[1024];

		rt_grid_text(grid, 1, y++, SIZE_MAX, RT_ATTR_BOLD,
			     view->input[i].path);
		describe(view, &view->input[i], text, sizeof(text));
		rt_grid_text(grid, 3, y++, SIZE_MAX, RT_ATTR_NONE, text);
	}
}
