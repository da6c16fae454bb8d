/* Lines behind each wrapper, alone and stacked. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/rfc3339.h"
#include "unwrap/unwrap.h"

#define NOW "2026-03-01T12:00:00Z"

static uint64_t
time_of(const char *text)
{
	uint64_t ns = BACKOFF_ABSENT;

	if (text != NULL)
		cr_assert(bo_rfc3339_parse(text, strlen(text), &ns), "%s",
			  text);
	return ns;
}

static struct tk_unwrap *
new_unwrap(void)
{
	struct tk_unwrap *unwrap = tk_unwrap_new();

	cr_assert_not_null(unwrap);
	tk_unwrap_clock(unwrap, 0, time_of(NOW));
	return unwrap;
}

static struct tk_line
line_of(const char *text)
{
	return (struct tk_line){
		.text = text, .length = strlen(text), .number = 1};
}

static enum tk_unwrapped
give(struct tk_unwrap *unwrap, size_t input, const char *text,
     struct tk_payload *out)
{
	struct tk_line line = line_of(text);

	return tk_unwrap_line(unwrap, input, &line, out, NULL);
}

static void
expect_piece(struct tk_piece piece, const char *wanted, const char *what,
	     const char *line)
{
	if (wanted == NULL)
		wanted = "";
	cr_expect(piece.length == strlen(wanted) &&
			  memcmp(piece.at ? piece.at : "", wanted,
				 piece.length) == 0,
		  "%s: \"%.*s\", not \"%s\": %s", what, (int)piece.length,
		  piece.at ? piece.at : "", wanted, line);
}

#define BIT(name) (1u << TK_WRAPPER_##name)

struct row {
	const char *why, *line, *text;
	unsigned wrappers;
	const char *ts;
	const char *host, *pod, *container, *stream, *app, *pid;
};

static void
check(const struct row *rows, size_t count)
{
	struct tk_unwrap *unwrap = new_unwrap();

	for (size_t i = 0; i < count; i++) {
		const struct row *row = &rows[i];
		struct tk_payload out = {0};

		cr_assert_eq(give(unwrap, 0, row->line, &out), TK_UNWRAPPED,
			     "%s", row->why);
		expect_piece((struct tk_piece){out.text, out.length},
			     row->text ? row->text : row->line, row->why,
			     row->line);
		cr_expect_eq(out.wrappers, row->wrappers, "%s: %#x, not %#x",
			     row->why, out.wrappers, row->wrappers);
		cr_expect_eq(out.ts_ns, time_of(row->ts), "%s: %" PRIu64,
			     row->why, out.ts_ns);
		expect_piece(out.host, row->host, "host", row->line);
		expect_piece(out.pod, row->pod, "pod", row->line);
		expect_piece(out.container, row->container, "container",
			     row->line);
		expect_piece(out.stream, row->stream, "stream", row->line);
		expect_piece(out.app, row->app, "app", row->line);
		expect_piece(out.pid, row->pid, "pid", row->line);
	}
	tk_unwrap_free(unwrap);
}

Test(unwrap_unwrap, removes_colours_and_docker)
{
	static const struct row rows[] = {
		{.why = "nothing", .line = "{\"v\":1}"},
		{.why = "nothing at all", .line = ""},
		{"carriage return", "{\"v\":1}\r", "{\"v\":1}", .wrappers = 0},
		{"mark", "\xef\xbb\xbf{\"v\":1}", "{\"v\":1}", BIT(MARK),
		 .ts = NULL},
		{"colours", "\x1b[33mWARN\x1b[0m \x1b[1;38;5;12mretry\x1b[m",
		 "WARN retry", BIT(COLOUR), .ts = NULL},
		{"a link", "\x1b]8;;http://x\x1b\\retry\x1b]8;;\x07", "retry",
		 BIT(COLOUR), .ts = NULL},
		{"docker",
		 "{\"log\":\"a \\\"b\\\" \\u003c1\\n\",\"stream\":\"stderr\","
		 "\"time\":\"2026-01-12T10:00:43.651123456Z\"}",
		 "a \"b\" <1", BIT(DOCKER),
		 .ts = "2026-01-12T10:00:43.651123456Z", .stream = "stderr"},
		{"docker with attributes",
		 "{\"log\":\"a\\n\",\"stream\":\"stdout\",\"attrs\":{\"tag\":"
		 "\"t\"},\"time\":\"2026-01-12T10:00:43Z\"}",
		 "a", BIT(DOCKER), .ts = "2026-01-12T10:00:43Z",
		 .stream = "stdout"},
		{"docker without newline",
		 "{\"log\":\"a\",\"stream\":\"stdout\",\"time\":"
		 "\"2026-01-12T10:00:43Z\"}",
		 "a", BIT(DOCKER), .ts = "2026-01-12T10:00:43Z",
		 .stream = "stdout"},
		{"colours in docker",
		 "{\"log\":\"\\u001b[31mred\\u001b[0m\\r\\n\",\"stream\":"
		 "\"stdout\",\"time\":\"2026-01-12T10:00:43Z\"}",
		 "red", BIT(DOCKER) | BIT(COLOUR), .ts = "2026-01-12T10:00:43Z",
		 .stream = "stdout"},
	};

	check(rows, sizeof(rows) / sizeof(*rows));
}

Test(unwrap_unwrap, removes_words_before_the_text)
{
	static const struct row rows[] = {
		{"CRI", "2026-01-12T10:00:43.651123456Z stderr F {\"v\":1}",
		 "{\"v\":1}", BIT(CRI), .ts = "2026-01-12T10:00:43.651123456Z",
		 .stream = "stderr"},
		{"CRI with an offset, and tags",
		 "2026-01-12T12:00:43.6511+02:00 stdout F:x a", "a", BIT(CRI),
		 .ts = "2026-01-12T10:00:43.6511Z", .stream = "stdout"},
		{"CRI without text", "2026-01-12T10:00:43Z stdout F ", "",
		 BIT(CRI), .ts = "2026-01-12T10:00:43Z", .stream = "stdout"},
		{"timestamp", "2026-01-12T10:00:43.651123456Z retry 1",
		 "retry 1", BIT(TIMESTAMP),
		 .ts = "2026-01-12T10:00:43.651123456Z"},
		{"timestamp, zeros cut by Go",
		 "2026-01-12T10:00:43.65112Z {\"v\":1}", "{\"v\":1}",
		 BIT(TIMESTAMP), .ts = "2026-01-12T10:00:43.65112Z"},
		{"kubectl", "[pod/web-597c746645-t2kb8/app] retry", "retry",
		 BIT(KUBECTL), .pod = "web-597c746645-t2kb8",
		 .container = "app"},
		{"compose", "web-1  | retry", "retry", BIT(COMPOSE),
		 .container = "web-1"},
		{"compose 1", "web_1     | retry", "retry", BIT(COMPOSE),
		 .container = "web_1"},
		{"compose with a name", "gateway | {\"v\":1}", "{\"v\":1}",
		 BIT(COMPOSE), .container = "gateway"},
		{"compose with a name, before the time of a line",
		 "orders-api  | [10:00:00 WRN] x", "[10:00:00 WRN] x",
		 BIT(COMPOSE), .container = "orders-api"},
		{"a level before the time of a line is the program's",
		 "WARNING | 2026-01-12 10:00:00,123 | x",
		 "WARNING | 2026-01-12 10:00:00,123 | x", 0, .ts = NULL},
		{"docker service", "web.1.k3j5h2@node-7    | retry", "retry",
		 BIT(COMPOSE), .container = "web.1.k3j5h2", .host = "node-7"},
		{"gh run view --log",
		 "build (a, b)\tInstall deps\t2026-11-23T10:30:00.1234567Z "
		 "retry",
		 "retry", BIT(GH), .ts = "2026-11-23T10:30:00.1234567Z",
		 .container = "build (a, b)"},
		{"gh's first line of a step",
		 "build\tA\t\xef\xbb\xbf"
		 "2026-11-23T10:30:00.1234567Z retry",
		 "retry", BIT(GH), .ts = "2026-11-23T10:30:00.1234567Z",
		 .container = "build"},
		{"only tabs", "a\tb\tretry", "a\tb\tretry", .ts = NULL},
		{"stern", "web-597c746645-t2kb8 app retry 1", "retry 1",
		 BIT(STERN), .pod = "web-597c746645-t2kb8", .container = "app"},
		{"stern in all namespaces",
		 "shop web-597c746645-t2kb8 app retry 1", "retry 1", BIT(STERN),
		 .pod = "web-597c746645-t2kb8", .container = "app"},
		{"stern, StatefulSet", "db-0 app {\"v\":1}", "{\"v\":1}",
		 BIT(STERN), .pod = "db-0", .container = "app"},
		{"stern -o json",
		 "{\"message\":\"a \\\"b\\\"\\n\",\"nodeName\":\"n\","
		 "\"namespace\":\"s\",\"podName\":\"p\",\"containerName\":"
		 "\"c\"}",
		 "a \"b\"", BIT(STERN), .host = "n", .pod = "p",
		 .container = "c"},
	};

	check(rows, sizeof(rows) / sizeof(*rows));
}

Test(unwrap_unwrap, removes_syslog_and_journald)
{
	static const struct row rows[] = {
		{"syslog", "<34>Oct 11 22:14:15 mymachine su: 'su root' failed",
		 "'su root' failed", BIT(SYSLOG), .ts = "2025-10-11T22:14:15Z",
		 .host = "mymachine", .app = "su"},
		{"syslog file", "Jan 12 10:00:00 h1 app[23]: retry: 1",
		 "retry: 1", BIT(SYSLOG), .ts = "2026-01-12T10:00:00Z",
		 .host = "h1", .app = "app", .pid = "23"},
		{"syslog, one-digit day",
		 "Mar  1 10:00:00.250 h1 app[23]: retry", "retry", BIT(SYSLOG),
		 .ts = "2026-03-01T10:00:00.25Z", .host = "h1", .app = "app",
		 .pid = "23"},
		{"syslog without host", "<30>Jan 12 10:00:00 app[23]: a", "a",
		 BIT(SYSLOG), .ts = "2026-01-12T10:00:00Z", .app = "app",
		 .pid = "23"},
		{"BusyBox", "Jan 12 10:00:00 h1 daemon.info app[23]: a", "a",
		 BIT(SYSLOG), .ts = "2026-01-12T10:00:00Z", .host = "h1",
		 .app = "app", .pid = "23"},
		{"rsyslog's file",
		 "2026-01-12T10:00:00.123456+01:00 h1 app[23]: a", "a",
		 BIT(SYSLOG), .ts = "2026-01-12T09:00:00.123456Z", .host = "h1",
		 .app = "app", .pid = "23"},
		{"journalctl -o short-iso",
		 "2026-01-12T10:00:00+0100 h1 app[23]: a", "a", BIT(SYSLOG),
		 .ts = "2026-01-12T09:00:00Z", .host = "h1", .app = "app",
		 .pid = "23"},
		{"RFC 5424",
		 "<165>1 2026-01-12T10:00:00.003Z h1 app 23 ID47 "
		 "[x@32473 a=\"3] \\\"\" b=\"\"][y c=\"1\"] \xef\xbb\xbfretry",
		 "retry", BIT(SYSLOG5424) | BIT(MARK),
		 .ts = "2026-01-12T10:00:00.003Z", .host = "h1", .app = "app",
		 .pid = "23"},
		{"RFC 5424, nothing known", "<165>1 - - - - - - retry", "retry",
		 BIT(SYSLOG5424), .ts = NULL},
		{"RFC 5424 without priority",
		 "1 2026-01-12T10:00:00Z h1 app 23 - - retry", "retry",
		 BIT(SYSLOG5424), .ts = "2026-01-12T10:00:00Z", .host = "h1",
		 .app = "app", .pid = "23"},
		{"RFC 5424 over TCP",
		 "51 <165>1 2026-01-12T10:00:00Z h1 app 23 - - retry", "retry",
		 BIT(SYSLOG5424), .ts = "2026-01-12T10:00:00Z", .host = "h1",
		 .app = "app", .pid = "23"},
		{"RFC 5424 without text", "<165>1 - h1 app - - -", "",
		 BIT(SYSLOG5424), .host = "h1", .app = "app"},
		{"journald",
		 "{\"__REALTIME_TIMESTAMP\":\"1768212043651002\",\"_PID\":"
		 "\"2345\",\"_COMM\":\"python3\",\"SYSLOG_IDENTIFIER\":\"app\","
		 "\"_HOSTNAME\":\"h1\",\"MESSAGE\":\"a \\\"b\\\"\"}",
		 "a \"b\"", BIT(JOURNALD), .ts = "2026-01-12T10:00:43.651002Z",
		 .host = "h1", .app = "app", .pid = "2345"},
		{"journald, bytes",
		 "{\"MESSAGE\" : [82,101,116,114,121,27,91,48,109,195],"
		 "\"_COMM\":\"app\","
		 "\"__REALTIME_TIMESTAMP\" : \"1768212043651002\"}",
		 "Retry\xc3", BIT(JOURNALD) | BIT(COLOUR),
		 .ts = "2026-01-12T10:00:43.651002Z", .app = "app"},
		{"journald, several values",
		 "{\"MESSAGE\":[\"first\",\"second\"],"
		 "\"__REALTIME_TIMESTAMP\":\"1768212043651002\"}",
		 "first", BIT(JOURNALD), .ts = "2026-01-12T10:00:43.651002Z"},
	};

	check(rows, sizeof(rows) / sizeof(*rows));
}

Test(unwrap_unwrap, removes_stacked_wrappers_in_any_order)
{
	static const struct row rows[] = {
		{"kubectl --prefix --timestamps",
		 "[pod/web-0/app] 2026-01-12T10:00:45.651123456Z {\"v\":1}",
		 "{\"v\":1}", BIT(KUBECTL) | BIT(TIMESTAMP),
		 .ts = "2026-01-12T10:00:45.651123456Z", .pod = "web-0",
		 .container = "app"},
		{"compose --timestamps, in colours",
		 "\x1b[36mweb-1  | \x1b[0m2026-01-12T10:00:45.651123456Z a",
		 "a", BIT(COLOUR) | BIT(COMPOSE) | BIT(TIMESTAMP),
		 .ts = "2026-01-12T10:00:45.651123456Z", .container = "web-1"},
		{"stern --timestamps",
		 "web-597c746645-t2kb8 app 2026-01-12T10:00:45.651123456Z a",
		 "a", BIT(STERN) | BIT(TIMESTAMP),
		 .ts = "2026-01-12T10:00:45.651123456Z",
		 .pod = "web-597c746645-t2kb8", .container = "app"},
		{"docker in journald",
		 "{\"__REALTIME_TIMESTAMP\":\"1768212043000000\",\"_HOSTNAME\":"
		 "\"h1\",\"MESSAGE\":\"{\\\"log\\\":\\\"a\\\\\\\"b\\\\n\\\","
		 "\\\"stream\\\":\\\"stderr\\\",\\\"time\\\":"
		 "\\\"2026-01-12T10:00:44Z\\\"}\"}",
		 "a\"b", BIT(JOURNALD) | BIT(DOCKER),
		 .ts = "2026-01-12T10:00:44Z", .host = "h1",
		 .stream = "stderr"},
		{"syslog in CRI",
		 "2026-01-12T10:00:43Z stdout F Jan 12 10:00:00 h app[1]: "
		 "{\"v\":1}",
		 "{\"v\":1}", BIT(CRI) | BIT(SYSLOG),
		 .ts = "2026-01-12T10:00:00Z", .stream = "stdout", .host = "h",
		 .app = "app", .pid = "1"},
		{"compose in syslog after a mark",
		 "\xef\xbb\xbf<30>Jan 12 10:00:00 h compose[1]: web-1 | a", "a",
		 BIT(MARK) | BIT(SYSLOG) | BIT(COMPOSE),
		 .ts = "2026-01-12T10:00:00Z", .host = "h", .app = "compose",
		 .pid = "1", .container = "web-1"},
		{"RFC 5424 in docker",
		 "{\"log\":\"\\u003c30\\u003e1 - h app - - - a\\n\",\"stream\":"
		 "\"stdout\",\"time\":\"2026-01-12T10:00:44Z\"}",
		 "a", BIT(DOCKER) | BIT(SYSLOG5424),
		 .ts = "2026-01-12T10:00:44Z", .stream = "stdout", .host = "h",
		 .app = "app"},
	};

	check(rows, sizeof(rows) / sizeof(*rows));
}

Test(unwrap_unwrap, leaves_what_only_looks_like_a_wrapper)
{
	static const char *const lines[] = {
		/* A program's own time: the envelope reads it. */
		"2026-01-12T10:00:43.651Z WARN retry",
		"2026-01-12T10:00:43Z ERROR module: retry 1",
		"2026-01-12T10:00:43Z worker retry: attempt 1",
		"2026-01-12 10:00:43.651123456 retry",
		"2026-13-12T10:00:43.651123456Z retry",
		/* CRI, almost. */
		"2026-01-12T10:00:43Z stdout X retry",
		"2026-01-12T10:00:43Z stdin F retry",
		"2026-01-12T10:00:43Z stdout Final retry",
		/* Docker, almost. */
		"{\"log\":\"a\",\"stream\":\"stdout\"}",
		"{\"log\":\"a\",\"stream\":\"stdout\",\"time\":\"noon\"}",
		"{\"log\":1,\"stream\":\"stdout\",\"time\":"
		"\"2026-01-12T10:00:43Z\"}",
		"{\"log\":\"a\\n\",\"stream\":\"stdout\",\"time\":\"2026-01-12",
		"{\"logger\":\"a\",\"stream\":\"b\",\"time\":"
		"\"2026-01-12T10:00:43Z\"}",
		/* Journald, almost. */
		"{\"MESSAGE\":\"a\"}",
		"{\"MESSAGE\":null,\"__REALTIME_TIMESTAMP\":\"1\"}",
		"{\"MESSAGE\":[256],\"__REALTIME_TIMESTAMP\":\"1\"}",
		"{\"MESSAGE\":[1.5],\"__REALTIME_TIMESTAMP\":\"1\"}",
		"{\"MESSAGE\":\"a\",\"__REALTIME_TIMESTAMP\":\"-1\"}",
		"{\"MESSAGE\":\"a\",\"__REALTIME_TIMESTAMP\":"
		"\"99999999999999999999\"}",
		/* Tables, levels, lists. */
		"WARNING | retry 1",
		"name | value",
		"a|b",
		"web-1 || retry",
		"[pod/web-0] retry",
		"[pod/web-0/app]retry",
		"[pod//app] retry",
		/* Words that are not names of pods. */
		"retrying request after 3 seconds",
		"sleep-first policy in use",
		"step-1 of 3",
		"db-0 app retry",
		/* Syslog, almost. */
		"<192>Jan 12 10:00:00 h app[1]: a",
		"<34>retry",
		"Jan 32 10:00:00 h app[1]: a",
		"Jan 12 10:00 h app[1]: a",
		"Jan 12 10:00:00 retrying in 3 s",
		"Mai 12 10:00:00 h app[1]: a",
		"1 retry",
		"1 2026-01-12T10:00:00Z h1 app 23",
		"<1>2 - - - - - - a",
		"<1>1 - - - - - [x a=\"1\" a",
	};
	struct tk_unwrap *unwrap = new_unwrap();

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct tk_payload out = {0};

		cr_assert_eq(give(unwrap, 0, lines[i], &out), TK_UNWRAPPED);
		cr_expect_eq(out.text, lines[i], "%s: %.*s", lines[i],
			     (int)out.length, out.text);
		cr_expect_eq(out.length, strlen(lines[i]), "%s", lines[i]);
		cr_expect_eq(out.wrappers, 0, "%s: %#x", lines[i],
			     out.wrappers);
	}
	tk_unwrap_free(unwrap);
}

Test(unwrap_unwrap, counts_what_it_removes)
{
	struct tk_unwrap *unwrap = new_unwrap();
	struct tk_payload out;
	const struct tk_unwrap_counts *counts = tk_unwrap_counts(unwrap);

	give(unwrap, 0, "web-1 | 2026-01-12T10:00:45.651123456Z a", &out);
	give(unwrap, 0, "web-1 | b", &out);
	give(unwrap, 0, "c", &out);
	cr_expect_eq(counts->lines[TK_WRAPPER_COMPOSE], 2);
	cr_expect_eq(counts->lines[TK_WRAPPER_TIMESTAMP], 1);
	cr_expect_eq(counts->lines[TK_WRAPPER_CRI], 0);
	for (unsigned i = 0; i < TK_WRAPPER_COUNT; i++)
		cr_expect(strlen(tk_wrapper_name(i)) > 0);
	tk_unwrap_free(unwrap);
}

Test(unwrap_unwrap, says_where_the_text_begins_in_the_line)
{
	struct tk_unwrap *unwrap = new_unwrap();
	struct tk_payload out;

	give(unwrap, 0, "\xef\xbb\xbfweb-1 | a", &out);
	cr_expect_eq(out.skipped, 11);
	give(unwrap, 0,
	     "{\"log\":\"a\\tb\\n\",\"stream\":\"stdout\",\"time\":"
	     "\"2026-01-12T10:00:43Z\"}",
	     &out);
	cr_expect_eq(out.skipped, 0, "%zu", out.skipped);
	tk_unwrap_free(unwrap);
}

#define CRI(stream, tag, text)                                                 \
	"2026-01-12T10:00:43.651123456Z " stream " " tag " " text

Test(unwrap_parts, are_joined_within_input_and_stream)
{
	struct tk_unwrap *unwrap = new_unwrap();
	struct tk_payload out = {0};

	cr_expect_eq(give(unwrap, 0, CRI("stdout", "P", "one "), &out),
		     TK_UNWRAP_PENDING);
	cr_expect_eq(give(unwrap, 0, CRI("stderr", "P", "uno "), &out),
		     TK_UNWRAP_PENDING);
	cr_expect_eq(give(unwrap, 1, CRI("stdout", "F", "alone"), &out),
		     TK_UNWRAPPED);
	expect_piece((struct tk_piece){out.text, out.length}, "alone", "text",
		     "input 1");
	cr_expect_eq(give(unwrap, 0, CRI("stdout", "P", "two "), &out),
		     TK_UNWRAP_PENDING);
	cr_expect_eq(give(unwrap, 0, CRI("stderr", "F", "due"), &out),
		     TK_UNWRAPPED);
	expect_piece((struct tk_piece){out.text, out.length}, "uno due", "text",
		     "stderr");
	cr_expect_eq(give(unwrap, 0, CRI("stdout", "F", "three"), &out),
		     TK_UNWRAPPED);
	expect_piece((struct tk_piece){out.text, out.length}, "one two three",
		     "text", "stdout");
	cr_expect_eq(out.skipped, 0);
	cr_expect_eq(give(unwrap, 0, CRI("stdout", "F", "new"), &out),
		     TK_UNWRAPPED);
	expect_piece((struct tk_piece){out.text, out.length}, "new", "text",
		     "stdout");
	cr_expect_eq(tk_unwrap_counts(unwrap)->joined, 2);
	tk_unwrap_free(unwrap);
}

Test(unwrap_parts, of_docker_are_joined)
{
	static const char start[] = "{\"log\":\"",
			  end[] = "\",\"stream\":\"stdout\",\"time\":"
				  "\"2026-01-12T10:00:43Z\"}";
	struct tk_unwrap *unwrap = new_unwrap();
	struct tk_payload out = {0};
	char line[17000];

	memset(line, 'x', sizeof(line));
	memcpy(line, start, sizeof(start) - 1);
	memcpy(line + sizeof(start) - 1 + 16384, end, sizeof(end));
	cr_expect_eq(give(unwrap, 0, line, &out), TK_UNWRAP_PENDING);
	cr_expect_eq(give(unwrap, 0,
			  "{\"log\":\"y\\n\",\"stream\":\"stdout\",\"time\":"
			  "\"2026-01-12T10:00:44Z\"}",
			  &out),
		     TK_UNWRAPPED);
	cr_expect_eq(out.length, 16385);
	cr_expect_eq(out.text[16384], 'y');
	tk_unwrap_free(unwrap);
}

Test(unwrap_parts, that_are_too_long_are_refused_as_one_line)
{
	struct tk_unwrap *unwrap = new_unwrap();
	struct backoff_error error = {0};
	struct tk_payload out = {0};
	char *text = malloc(600000);
	struct tk_line line;

	cr_assert_not_null(text);
	memset(text, 'x', 599999);
	text[599999] = '\0';
	memcpy(text, CRI("stdout", "P", ""), strlen(CRI("stdout", "P", "")));
	for (int i = 0; i < 3; i++)
		cr_expect_eq(give(unwrap, 0, text, &out), TK_UNWRAP_PENDING);
	line = line_of(CRI("stdout", "F", "end"));
	cr_expect_eq(tk_unwrap_line(unwrap, 0, &line, &out, &error),
		     TK_UNWRAP_BAD);
	cr_expect_eq(error.status, BACKOFF_E_LIMIT);
	cr_expect_eq(tk_unwrap_counts(unwrap)->oversize, 1);
	cr_expect_eq(give(unwrap, 0, CRI("stdout", "F", "next"), &out),
		     TK_UNWRAPPED);
	expect_piece((struct tk_piece){out.text, out.length}, "next", "text",
		     "after it");
	free(text);
	tk_unwrap_free(unwrap);
}

Test(unwrap_parts, of_many_inputs_use_bounded_memory)
{
	struct tk_unwrap *unwrap = new_unwrap();
	struct tk_payload out = {0};

	for (size_t input = 0; input < 10000; input++)
		cr_assert_eq(give(unwrap, input, CRI("stdout", "P", "a"), &out),
			     TK_UNWRAP_PENDING);
	/* The first gave way, the last did not. */
	give(unwrap, 0, CRI("stdout", "F", "b"), &out);
	cr_expect_eq(out.length, 1);
	give(unwrap, 9999, CRI("stdout", "F", "b"), &out);
	cr_expect_eq(out.length, 2);
	tk_unwrap_free(unwrap);
}

Test(unwrap_unwrap, must_see_what_hides_its_text)
{
	static const struct {
		const char *line;
		bool must;
	} rows[] = {
		{CRI("stdout", "P", "a"), true},
		{CRI("stdout", "F", "a"), false},
		{"{\"MESSAGE\":[82],\"__REALTIME_TIMESTAMP\":\"1\"}", true},
		{"{\"v\":1,\"event_type\":\"retry_attempt\"}", false},
		{"2026-01-12 retry", false},
		{"", false},
		{"{", false},
	};
	struct tk_unwrap *unwrap = new_unwrap();
	struct tk_payload out;
	struct tk_line line;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		line = line_of(rows[i].line);
		cr_expect_eq(tk_unwrap_must_see(unwrap, 0, &line), rows[i].must,
			     "%s", rows[i].line);
	}
	give(unwrap, 3, CRI("stdout", "P", "a"), &out);
	line = line_of("anything");
	cr_expect(tk_unwrap_must_see(unwrap, 3, &line));
	cr_expect_not(tk_unwrap_must_see(unwrap, 0, &line));
	tk_unwrap_free(unwrap);
}

Test(unwrap_unwrap, refuses_what_is_not_text)
{
	struct tk_unwrap *unwrap = new_unwrap();
	struct backoff_error error = {0};
	struct tk_payload out = {0};
	struct tk_line line = line_of("ab\0c");

	line.length = 4;
	cr_expect_eq(tk_unwrap_line(unwrap, 0, &line, &out, &error),
		     TK_UNWRAP_BAD);
	cr_expect_eq(error.column, 3);
	line = line_of("x");
	line.oversize = true;
	cr_expect_eq(tk_unwrap_line(unwrap, 0, &line, &out, &error),
		     TK_UNWRAP_BAD);
	cr_expect_eq(error.status, BACKOFF_E_LIMIT);
	line = line_of("x");
	line.not_text = "a picture";
	cr_expect_eq(tk_unwrap_line(unwrap, 0, &line, &out, &error),
		     TK_UNWRAP_BAD);
	cr_expect_str_eq(error.text, "a picture");
	tk_unwrap_free(unwrap);
}

/* The year of a date without one is the newest that is not in the future. */
Test(unwrap_syslog, finds_the_year)
{
	static const struct {
		const char *now;
		int32_t zone_s;
		const char *line, *ts;
	} rows[] = {
		{"2026-01-01T00:10:00Z", 0, "Dec 31 23:59:59 h a: x",
		 "2025-12-31T23:59:59Z"},
		{"2026-01-01T00:10:00Z", 0, "Jan  1 00:09:00 h a: x",
		 "2026-01-01T00:09:00Z"},
		/* Its clock may be ahead. */
		{"2025-12-31T23:59:00Z", 0, "Jan  1 00:00:01 h a: x",
		 "2026-01-01T00:00:01Z"},
		{"2026-06-01T00:00:00Z", 0, "Feb 29 12:00:00 h a: x",
		 "2024-02-29T12:00:00Z"},
		{"2026-06-01T00:00:00Z", 7200, "May 12 12:00:00 h a: x",
		 "2026-05-12T10:00:00Z"},
		{"2026-06-01T00:00:00Z", -3600, "May 12 12:00:00 h a: x",
		 "2026-05-12T13:00:00Z"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct tk_unwrap *unwrap = new_unwrap();
		struct tk_payload out = {0};

		tk_unwrap_clock(unwrap, rows[i].zone_s, time_of(rows[i].now));
		give(unwrap, 0, rows[i].line, &out);
		cr_expect_eq(out.ts_ns, time_of(rows[i].ts), "%s in %s",
			     rows[i].line, rows[i].now);
		tk_unwrap_free(unwrap);
	}
}

Test(unwrap_unwrap, removes_prefixes_of_hosting_services)
{
	static const struct row rows[] = {
		{"heroku",
		 "2026-01-12T10:00:00.123456+00:00 app[web.1]: {\"a\":1}",
		 "{\"a\":1}", BIT(HEROKU), "2026-01-12T10:00:00.123456Z",
		 .container = "web.1"},
		{"heroku's router",
		 "2026-01-12T10:00:00.123456+00:00 heroku[router]: at=info",
		 "at=info", BIT(HEROKU), "2026-01-12T10:00:00.123456Z",
		 .container = "router"},
		{.why = "some other program's name",
		 .line = "2026-01-12T10:00:00.123Z pay[web.1]: text"},
		{"aws logs tail",
		 "2026-01-12T10:00:00.123000+00:00 "
		 "ecs/web/0a1b2c3d4e5f60718293a4b5c6d7e8f9 text",
		 "text", BIT(AWS), "2026-01-12T10:00:00.123Z",
		 .container = "ecs/web/0a1b2c3d4e5f60718293a4b5c6d7e8f9"},
		{"aws logs tail of a function",
		 "2026-01-12T10:00:00.123000+00:00 "
		 "2026/01/12/[$LATEST]0a1b2c3d4e5f60718293a4b5c6d7e8f9 text",
		 "text", BIT(AWS), "2026-01-12T10:00:00.123Z",
		 .container = "2026/01/12/[$LATEST]"
			      "0a1b2c3d4e5f60718293a4b5c6d7e8f9"},
		{.why = "a path", .line = "2026-01-12T10:00:00Z GET/x/feed a"},
		{"logcli",
		 "2026-01-12T10:00:00Z {app=\"a b\", pod=\"w-1\"} text", "text",
		 BIT(LOGCLI), "2026-01-12T10:00:00Z", .pod = "w-1"},
		{"braces", "2026-01-12T10:00:00Z {app} text", "{app} text",
		 BIT(TIMESTAMP), "2026-01-12T10:00:00Z", .host = NULL},
		{"fly", "2026-01-12T10:00:00Z app[148ed1] fra [info] text",
		 "text", BIT(FLY), "2026-01-12T10:00:00Z",
		 .container = "148ed1"},
		{"pm2", "0|web  | text", "text", BIT(PROCESS),
		 .container = "web"},
		{.why = "a table", .line = "0|web|text"},
		{"foreman, with a date behind it",
		 "10:00:00 web.1   | 2026-01-12 10:00:00,5 text",
		 "2026-01-12 10:00:00,5 text", BIT(PROCESS),
		 .container = "web.1"},
		{"foreman, an access log",
		 "10:00:00 web.1 | 10.0.0.1 - - [12/Jan/2026:10:00:00 +0000] x",
		 "10.0.0.1 - - [12/Jan/2026:10:00:00 +0000] x", BIT(PROCESS),
		 .container = "web.1"},
		{.why = "foreman, where its time is all there is",
		 .line = "10:00:00 web.1   | text"},
	};

	check(rows, sizeof(rows) / sizeof(*rows));
}

Test(unwrap_unwrap, reads_the_times_of_journalctl)
{
	static const struct row rows[] = {
		{"short-full", "Mon 2026-01-12 10:00:00 UTC h app[3]: text",
		 "text", BIT(SYSLOG), "2026-01-12T10:00:00Z", .host = "h",
		 .app = "app", .pid = "3"},
		{"short-full in another zone",
		 "Mon 2026-01-12 10:00:00 CET h app[3]: text", "text",
		 BIT(SYSLOG), "2026-01-12T09:00:00Z", .host = "h", .app = "app",
		 .pid = "3"},
		{"short-unix", "1768212000.123456 h app[3]: text", "text",
		 BIT(SYSLOG), "2026-01-12T10:00:00.123456Z", .host = "h",
		 .app = "app", .pid = "3"},
		{.why = "no host", .line = "1768212000.123456 app[3]: text"},
	};

	check(rows, sizeof(rows) / sizeof(*rows));
}
