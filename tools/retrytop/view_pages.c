/* The help page. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/view_pages.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "retrytop/key_rows.h"

static const char *const help[] = {
	"FIRST LINE",
	"  LIVE     lines arrive; the window ends at the newest event",
	"  PAST     numbers are of an earlier time, which the second line "
	"names;",
	"           reading continues, and verdicts are not known",
	"  PAUSED   the numbers are frozen; +N new events since",
	"  STALE    no line for longer than usual, or an old log, whose window",
	"           ends at its newest event",
	"  ENDED    the input ended; the window ends at its newest event",
	"  WAITING  nothing read yet",
	"  lag      age of the newest event",
	"",
	"SECOND LINE  (a screen of 20 rows or more has several of them)",
	"  FAILING    calls fail, or half of all attempts do",
	"  AMPLIFIED  more attempts fail than usual, and most calls recover",
	"  SLOW       calls succeed, and more are slow or need a hedge",
	"  NOTE       worth knowing, not an incident; shown if nothing is "
	"wrong",
	"  worsening, steady, easing: the last 30 s against the 30 before",
	"  Each second is compared with what is usual, by share: failed",
	"  attempts, failed calls, slow successes, hedges. In the first "
	"minute,",
	"  half of the attempts must fail.",
	"",
	"THE LINE BELOW",
	"  bad      broken lines; red for 5 minutes, like all of its kind",
	"  lost     missing sequence numbers (seq) of processes",
	"  dropped  lines that processes report as not written; lost may",
	"           include them",
	"  foreign  lines that are not events",
	"  late     events that were older than 5 minutes on arrival",
	"  clock leaps  events whose time could not be right",
	"  clock of ... is ...  a host whose events are ahead of the others'",
	"",
	"COLUMNS  (over the window that the first line names)",
	"  OPERATION  as logged; beyond 1000 of them: \"(other)\"",
	"  POLICY     the policy that its last event names; - if none; or how",
	"             many there are of late",
	"  MAX        maximum attempts of a call, as logged",
	"  CALL/s     finished calls per second; - if the log has no successes",
	"  1st%       finished calls that the first attempt, or its hedge,",
	"             answered, in percent",
	"  OK%        finished calls that succeeded, retried or not",
	"  RETRY/s    failed attempts that are followed by another, per second",
	"  LOAD       attempts that were made per finished call; calls that a",
	"             breaker refused made none",
	"             !  1.20 or more",
	"             h  most of what is above 1 are hedges",
	"             *  covers only calls that failed at least once:",
	"                (those calls + retries) / those calls",
	"  FAIL%      finished calls that failed; ! something is wrong",
	"  WHY        the most frequent reason, and its share of failed calls",
	"             if there are others: breaker open, budget empty,",
	"             deadline, throttled (the server asked to wait too long),",
	"             used up (all attempts failed), aborted (a retry would be",
	"             wrong)",
	"  p99        99 of 100 calls that succeeded took at most this, waits",
	"             included; to a quarter",
	"  p99 TRY    the same of the attempts with which they succeeded",
	"  EXH        calls that gave up because a limit was reached",
	"  ABORT      calls that gave up because a retry would be wrong",
	"  TOP ERROR  the most frequent code, or type, or text; its share of",
	"             all failed attempts; its most recent message",
	"  SEEN       age of its last event",
	"  SINCE      time since which something is wrong with it, second line",
	"  FAILED 5m  calls that failed, up to the end of the window, over",
	"             100s, 5m, 20m or 60m with a window of 10s, 60s, 5m or",
	"             15m; a full block is the highest step of all rows;",
	"             RETRIES 5m if no log has successes",
	"  Above them, failed/s and retries/s of all operations over the same",
	"  time, with the highest rate; ^ is where the worst verdict began.",
	"",
	"LAST FAILED CALLS  (on screens with room for them)",
	"  the newest calls that failed, of all operations: end, host,",
	"  operation, attempts made, duration, what ended it, its errors",
	"",
	"PAGE OF AN OPERATION  (Enter)",
	"  What became of its calls, in the window:",
	"    first try OK, recovered by a retry, or failed for one of the",
	"    reasons of WHY",
	"  By attempt: how many were made, how many of those failed, and the",
	"    shortest and longest wait after it",
	"  failed/s, retries/s: calls and attempts up to the end of the window",
	"  Calls: failed, all, slow (half again as long as 95 of 100), or",
	"    recovered; v goes on to the next kind",
	"  A ring of up to 16 MiB has the newest events; the page says how "
	"much",
	"    the record covers if that is less than the window.",
	"  Rows by target, host, ... (Tab) have the same page, with their",
	"    operations; failed/s and retries/s are counts of five seconds",
	"",
	"PAGE OF A CALL  (Enter)",
	"  its attempts (full blocks), waits (light blocks) and hedges (h) on",
	"  one axis of time; \"in\": the call that made it, \">\": calls that "
	"it",
	"  made, if the log has parent_call_id",
	"",
	"ALERTS  (a)",
	"  verdicts and broken rules (--rules) with the time since when, and "
	"the",
	"  number against the limit; rules that are not broken, with the",
	"  operation nearest to the limit; what has ended, the newest first",
	"",
	"OTHER POLICIES  (x)",
	"  what retrysim compare answers for the window, and the operation or",
	"  the filter; if inputs cannot be read again, from the events of the",
	"  record, which are saved to the file that the page names",
	"",
	"COPY  (y)",
	"  the selected row or call as JSON, in the clipboard of the terminal "
	"if",
	"  it has one, and in the file of --copy-to",
	"",
	"INPUTS  (i)",
	"  losses with the time when they were noticed, hosts with wrong "
	"clocks,",
	"  dialects, wrappers, and the inputs: those that cannot be read "
	"first,",
	"  then those that lost something, then by their number of lines",
};

#define HELP_LINES (sizeof(help) / sizeof(*help))

/* Line @p index of the help: keys, a blank line, and the screen in its order.
 * False past the end. */
static bool
help_line(size_t index, char *out, size_t size)
{
	size_t keys = 0;

	if (index == 0) {
		snprintf(out, size, "KEYS");
		return true;
	}
	if (rt_key_help(index - 1, out, size))
		return true;
	while (rt_key_help(keys, out, size))
		keys++;
	index -= keys + 1;
	out[0] = '\0';
	if (index > 0 && index <= HELP_LINES)
		snprintf(out, size, "%s", help[index - 1]);
	return index <= HELP_LINES;
}

void
rt_view_help(const struct rt_view *view, struct rt_grid *grid, size_t y)
{
	size_t rows = grid->height - 1 - y;
	size_t lines = 0, line;
	char text[120];

	while (help_line(lines, text, sizeof(text)))
		lines++;
	grid->scroll_most = lines > rows ? lines - rows : 0;
	line = bo_min(view->ui->scroll, grid->scroll_most);
	for (; line < lines && rows > 0; line++, rows--) {
		help_line(line, text, sizeof(text));
		rt_grid_text(grid, 1, y++, SIZE_MAX,
			     text[0] > ' ' ? RT_ATTR_BOLD : RT_ATTR_NONE, text);
	}
}
