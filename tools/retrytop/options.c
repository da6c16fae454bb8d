/* The options of the command line. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/decimal.h"
#include "base/num.h"
#include "base/rfc3339.h"
#include "common/msg.h"
#include "common/opt.h"
#include "common/units.h"
#include "retrytop/address.h"
#include "retrytop/grid.h"
#include "retrytop/keys.h"
#include "retrytop/list.h"

/* Intervals of a screen, and of lines that are kept. */
#define DELAY_NS BO_NS_PER_S
#define PLAIN_DELAY_NS (10 * BO_NS_PER_S)
#define DELAY_MIN_NS (100 * BO_NS_PER_MS)
#define DELAY_MAX_NS (3600 * BO_NS_PER_S)

/* What is kept of a pipe. */
#define TAIL_MAX 1000000

static int
complain(const char *text)
{
	tk_msg("%s; try retrytop --help", text);
	return TK_EXIT_USAGE;
}

/* "120x35". */
static bool
parse_size(const char *text, size_t *width, size_t *height)
{
	uint64_t number[2];

	for (int i = 0; i < 2; i++) {
		size_t digits = strspn(text, "0123456789");

		if (bo_decimal_parse(text, digits, 0, &number[i]) !=
		    BO_DECIMAL_OK)
			return false;
		text += digits;
		if (*text != (i == 0 ? 'x' : '\0'))
			return false;
		text += i == 0;
	}
	*width = number[0];
	*height = number[1];
	return number[0] >= 1 && number[0] <= RT_GRID_MAX_WIDTH &&
	       number[1] >= 1 && number[1] <= RT_GRID_MAX_HEIGHT;
}

/* -1, or an exit code after a message. */
static int
check_dump(struct rt_options *options)
{
	const char *words = options->keys;
	uint32_t key;

	if (options->dump == NULL && options->keys == NULL)
		return -1;
	if (options->dump == NULL)
		return complain("--keys: needs --dump-screen");
	if (!parse_size(options->dump, &options->dump_width,
			&options->dump_height))
		return complain("--dump-screen: must be WIDTHxHEIGHT, 1x1 to "
				"500x300");
	while (words != NULL && rt_key_next(&words, &key))
		;
	if (words == NULL || *words == '\0')
		return -1;
	tk_msg("--keys: no such key: %.*s; try Enter, Esc, Tab, Up, Down, "
	       "PageUp, PageDown, Home, End, Space, Backspace or one character",
	       (int)strcspn(words, " "), words);
	return TK_EXIT_USAGE;
}

static bool
parse_since(const char *text, struct rt_options *options)
{
	options->since_back = tk_parse_duration(text, &options->since_ns);
	return options->since_back ||
	       bo_rfc3339_parse(text, strlen(text), &options->since_ns);
}

/* False after a message. */
static bool
check_filter(const char *text)
{
	struct rt_filter filter;
	char problem[160];

	if (text == NULL)
		return true;
	if (strlen(text) >= RT_FILTER_MAX)
		tk_msg("--filter: must be at most 127 bytes");
	else if (rt_filter_parse(text, &filter, problem, sizeof(problem)))
		return true;
	else
		tk_msg("--filter: column %zu: %s", filter.column, problem);
	return false;
}

static int
check(struct rt_options *options, const char *since)
{
	static char dash[] = "-";
	static char *standard_input[] = {dash, NULL};
	struct rt_address address;
	size_t inputs = 0;
	int code = check_dump(options);

	if (code >= 0)
		return code;
	if (options->format >= 0 || options->dump != NULL)
		options->once = true;
	if (options->format < 0)
		options->format = RT_FORMAT_TEXT;
	if (options->once && options->plain)
		return complain("--plain: not with --once or --format");
	if (options->once && options->replay)
		return complain("--replay: not with --once or --format");
	if (options->speed != 0 && !options->replay)
		return complain("--speed: needs --replay");
	options->has_tail = options->tail != BACKOFF_ABSENT;
	if (options->speed == 0)
		options->speed = 1;
	if (options->listen != NULL && options->once)
		return complain("--listen: not with --once or --format");
	if (options->listen != NULL &&
	    !rt_address_parse(options->listen, &address))
		return complain("--listen: must be PORT or ADDRESS:PORT, with "
				"a numeric address");
	if (since != NULL && !parse_since(since, options))
		return complain("--since: must be a time, as "
				"2026-11-30T10:00:00Z, or a duration back from "
				"now, as 2h");
	if (options->delay_ns == 0)
		options->delay_ns = options->plain ? PLAIN_DELAY_NS : DELAY_NS;
	if (options->window_ns < BO_NS_PER_S ||
	    options->window_ns > RT_WINDOW_MAX_S * BO_NS_PER_S ||
	    options->window_ns % BO_NS_PER_S != 0)
		return complain("--window: must be whole seconds, 1s to 15m");
	if (options->delay_ns < DELAY_MIN_NS ||
	    options->delay_ns > DELAY_MAX_NS)
		return complain("--delay: must be 100ms to 1h");
	if (!check_filter(options->filter))
		return TK_EXIT_USAGE;
	if (options->path_count == 0) {
		if (isatty(STDIN_FILENO))
			return complain("no FILE given");
		options->path = standard_input;
		options->path_count = 1;
	}
	for (size_t i = 0; i < options->path_count; i++)
		inputs += strcmp(options->path[i], "-") == 0;
	if (inputs > 0 && isatty(STDIN_FILENO))
		return complain("standard input is a terminal, not a log");
	if (!options->once && !options->plain && !isatty(STDOUT_FILENO)) {
		tk_msg("standard output is not a terminal; use --once or "
		       "--plain");
		return TK_EXIT_USAGE;
	}
	return -1;
}

/* Parse the command line by the rows of its options, and check it. */
static int
parse(const struct tk_opt *rows, int argc, char **argv,
      struct rt_options *options, const char *const *since)
{
	const struct tk_command command = {
		.name = "retrytop",
		.usage = "[OPTION]... FILE...",
		.purpose =
			"Watch which operations retry, how much, and why. FILE "
			"may grow, be rotated, or be - for standard input. "
			"Calls per second are \"-\" if the log has no "
			"successes.",
		.examples =
			"  retrytop /var/log/app/retry.log\n"
			"  kubectl logs -f --prefix --timestamps deploy/app | "
			"retrytop -\n"
			"  retrytop --once --format json app.log.2.gz "
			"app.log\n",
		.options = rows,
	};

	int code = TK_EXIT_SYSTEM;

	switch (tk_opt_parse(&command, argc, argv, &options->path,
			     &options->path_count)) {
	case TK_OPT_DONE:
		code = TK_EXIT_OK;
		break;
	case TK_OPT_USAGE:
		code = TK_EXIT_USAGE;
		break;
	case TK_OPT_SYSTEM:
		code = TK_EXIT_SYSTEM;
		break;
	case TK_OPT_OK:
		code = check(options, *since);
		break;
	}
	if (code >= 0)
		tk_opt_clear(&command);
	return code;
}

static const struct rt_options defaults = {
	.format = -1,
	.window_ns = 60 * BO_NS_PER_S,
	.max_bad = UINT64_MAX,
	.tail = BACKOFF_ABSENT,
};

int
rt_options_parse(int argc, char **argv, struct rt_options *out)
{
	struct rt_options options = defaults;
	const char *since = NULL;
	int code;
	const struct tk_opt rows[] = {
		{"once", 0, TK_OPT_FLAG, &options.once, NULL, NULL, 0, 0,
		 "read all input, print the numbers and exit"},
		{"format", 0, TK_OPT_NAME, &options.format, NULL,
		 RT_FORMAT_NAMES, 0, 0, "output format; implies --once"},
		{"plain", 0, TK_OPT_FLAG, &options.plain, NULL, NULL, 0, 0,
		 "print lines instead of a screen: when something begins or "
		 "ends to be wrong, and totals"},
		{"listen", 0, TK_OPT_TEXT, &options.listen, "ADDRESS:PORT",
		 NULL, 0, 0,
		 "serve metrics at http://ADDRESS:PORT/metrics; ADDRESS is "
		 "127.0.0.1 unless given, PORT 0 is any free one"},
		{"since", 0, TK_OPT_TEXT, &since, "TIME", NULL, 0, 0,
		 "leave out what happened before TIME, in what the log has at "
		 "the start: RFC 3339, or a duration back from now"},
		{"tail", 0, TK_OPT_COUNT, &options.tail, "N", NULL, 0, TAIL_MAX,
		 "begin with the last N lines of each file, or of all files of "
		 "a rotated log; 0: only new lines"},
		{"window", 0, TK_OPT_DURATION, &options.window_ns, "DURATION",
		 NULL, 0, 0, "cover the last DURATION: 1s to 15m, default 60s"},
		{"sort", 's', TK_OPT_NAME, &options.sort, "KEY", RT_SORT_NAMES,
		 0, 0,
		 "sort by failed (default: verdicts, failed calls, retries) or "
		 "a column: name, policy, max, calls, first, ok, retries, "
		 "load, share, why, p99, p99-try, exhausted, aborted, error, "
		 "seen, since, history"},
		{"group", 'g', TK_OPT_NAME, &options.group, NULL,
		 RT_GROUP_NAMES, 0, 0,
		 "begin with rows by this, as Tab does; default operation"},
		{"filter", 0, TK_OPT_TEXT, &options.filter, "TEXT", NULL, 0, 0,
		 "show only what passes: terms op=GLOB, target=GLOB, "
		 "policy=GLOB, host=GLOB, service=GLOB, error=GLOB, and text "
		 "in the name, policy or top error of a row"},
		{"rules", 0, TK_OPT_TEXT, &options.rules, "FILE", NULL, 0, 0,
		 "alert where a rule of the JSON file is broken; with --once, "
		 "exit 1 then"},
		{"copy-to", 0, TK_OPT_TEXT, &options.copy_to, "FILE", NULL, 0,
		 0, "append to FILE the JSON that the key y copies"},
		{"dialect", 0, TK_OPT_LIST, &options.dialects, "DIALECT|FILE",
		 "auto native", 0, 0,
		 "log format: auto (default: all that are known), native, "
		 "another name, or a dialect file; may be repeated"},
		{"zone", 0, TK_OPT_TEXT, &options.zone, "OFFSET", NULL, 0, 0,
		 "offset of times that have none, as +02:00; default Z"},
		{"delay", 'd', TK_OPT_DURATION, &options.delay_ns, "DURATION",
		 NULL, 0, 0,
		 "refresh interval, default 1s; with --plain between lines of "
		 "totals, default 10s"},
		{"color", 0, TK_OPT_NAME, &options.color, NULL, RT_COLOR_NAMES,
		 0, 0, "use colours; auto obeys NO_COLOR and the terminal"},
		{"mouse", 0, TK_OPT_FLAG, &options.mouse, NULL, NULL, 0, 0,
		 "take the mouse: click to select or sort, twice to open"},
		{"ascii", 0, TK_OPT_FLAG, &options.ascii, NULL, NULL, 0, 0,
		 "draw with ASCII characters only"},
		{"replay", 0, TK_OPT_FLAG, &options.replay, NULL, NULL, 0, 0,
		 "play the log as if it were written now, each line at its "
		 "time"},
		{"speed", 0, TK_OPT_COUNT, &options.speed, "N", NULL, 1, 1000,
		 "with --replay: N times as fast, 1 to 1000"},
		{"dump-screen", 0, TK_OPT_TEXT, &options.dump, "SIZE", NULL, 0,
		 0,
		 "read all input and print the screen of a terminal of SIZE, "
		 "as 120x35"},
		{"keys", 0, TK_OPT_TEXT, &options.keys, "KEYS", NULL, 0, 0,
		 "with --dump-screen: press KEYS before, as \"Down Enter\""},
		{"max-bad", 0, TK_OPT_COUNT, &options.max_bad, "N", NULL, 0,
		 UINT64_MAX,
		 "with --once: exit 3 if more than N lines are bad"},
		{NULL, 0, TK_OPT_FLAG, NULL, NULL, NULL, 0, 0, NULL},
	};

	code = parse(rows, argc, argv, &options, &since);
	*out = options;
	return code;
}

void
rt_options_clear(struct rt_options *options)
{
	free(options->dialects.item);
	options->dialects = (struct tk_opt_list){0};
}
