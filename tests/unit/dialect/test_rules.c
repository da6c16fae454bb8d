/* Tests of dialect files with rules: the events that they make of lines. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "dialect/dialect.h"
#include "one.h"

#define T "2026-01-12T10:00:10Z"
/* Ten seconds before. */
#define BEGIN_NS UINT64_C(1768212000000000000)

/* Text of all readings of a line. */
struct seen {
	char text[2048];
	size_t used;
};

static void
put(struct seen *seen, const char *name, const char *value)
{
	if (value != NULL)
		seen->used += (size_t)snprintf(seen->text + seen->used,
					       sizeof(seen->text) - seen->used,
					       " %s=%s", name, value);
}

static void
put_number(struct seen *seen, const char *name, uint64_t number, double unit)
{
	char text[40];

	if (number == BACKOFF_ABSENT)
		return;
	snprintf(text, sizeof(text), "%.10g", (double)number / unit);
	put(seen, name, text);
}

static bool
see(void *user, const struct tk_reading *reading)
{
	const struct backoff_event *event = &reading->event;
	struct seen *seen = user;
	const char *type = backoff_event_type_name(event->type);

	seen->used += (size_t)snprintf(seen->text + seen->used,
				       sizeof(seen->text) - seen->used, "%s%s",
				       seen->used > 0 ? "; " : "", type + 6);
	/* Without a name it is that of the dialect, "d". */
	if (strcmp(event->operation, "d") != 0)
		put(seen, "op", event->operation);
	put_number(seen, "n", event->attempt, 1);
	put_number(seen, "of", event->max_attempts, 1);
	put_number(seen, "all", event->attempts, 1);
	put_number(seen, "left", reading->left, 1);
	put_number(seen, "delay", event->delay_ns, 1e9);
	put_number(seen, "took", event->duration_ns, 1e9);
	if (event->ts_ns != BACKOFF_ABSENT)
		put_number(seen, "at", event->ts_ns - BEGIN_NS, 1e9);
	put(seen, "type", event->error_type);
	put(seen, "error", event->error);
	put(seen, "code", event->code);
	put(seen, "target", event->target);
	put(seen, "call", event->call_id);
	put(seen, "lane", reading->lane);
	put(seen, "attrs", event->attrs);
	if (event->outcome >= 0 && event->outcome != BACKOFF_OUTCOME_FAILURE &&
	    event->type != BACKOFF_EVENT_SUCCESS)
		put(seen, "outcome",
		    backoff_outcome_kind_name(
			    (enum backoff_outcome_kind)event->outcome));
	if (event->stop > BACKOFF_STOP_SUCCESS)
		put(seen, "stop", backoff_stop_name(event->stop));
	if (reading->by_order)
		put(seen, "number", "by_order");
	return true;
}

static struct tk_dialect *
open_rules(const char *text)
{
	char path[] = "/tmp/test_rules_XXXXXX.json";
	struct tk_dialect *dialect = NULL;
	struct backoff_error error = {.text = ""};
	int fd = mkstemps(path, 5);

	cr_assert(fd >= 0 &&
		  write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	cr_assert_eq(open_one(path, &dialect, &error), BACKOFF_OK,
		     "%s\n%u:%u: %s: %s", text, (unsigned)error.line,
		     (unsigned)error.column, error.path, error.text);
	unlink(path);
	return dialect;
}

/* What all lines of a text say, together. */
static void
read_lines(struct tk_dialect *dialect, const char *text, struct seen *seen)
{
	uint64_t number = 1;

	memset(seen, 0, sizeof(*seen));
	for (const char *at = text;; at++) {
		size_t length = strcspn(at, "\n");
		struct tk_line line = {
			.text = at, .length = length, .number = number++};
		struct backoff_error error = {.text = ""};

		if (tk_dialect_read(dialect, 0, &line, see, seen, &error) ==
		    TK_BAD)
			put(seen, "BAD", error.text);
		at += length;
		if (*at == '\0')
			return;
	}
}

static const struct {
	const char *why, *rules, *lines, *is;
} row[] = {
	{"a template, with the time of the line",
	 "\"rules\":[{\"type\":\"retry_attempt\",\"text\":\"Retrying "
	 "{operation:word} in {delay_seconds} seconds\"}]",
	 T " INFO x: Retrying app.f in 1.5 seconds as",
	 "attempt op=app.f delay=1.5 at=10 number=by_order"},
	{"a list of templates, and a constant where a hole is not",
	 "\"rules\":[{\"type\":\"retry_attempt\",\"text\":[\"try {attempt} of "
	 "{operation:word} failed\",\"try {attempt} failed\"],\"set\":{"
	 "\"operation\":\"?\"}}]",
	 T " try 2 of a failed\n" T " try 3 failed",
	 "attempt op=a n=2 at=10; attempt op=? n=3 at=10"},
	{"a regular expression",
	 "\"rules\":[{\"type\":\"retry_exhausted\",\"regex\":\"gave up "
	 "(?<operation>\\\\w+) after (?<attempts>\\\\d+)\"}]",
	 T " gave up abc after 4 tries", "exhausted op=abc n=4 all=4 at=10"},
	{"what else a sentence says",
	 "\"also\":[\"op "
	 "(?<operation>\\\\w+)\",\"(?<why>E\\\\w+)\"],\"rules\":["
	 "{\"type\":\"retry_attempt\",\"text\":\"retry {operation:word} in "
	 "{delay_seconds}\"},{\"type\":\"retry_attempt\",\"text\":\"retrying "
	 "in "
	 "{delay_seconds}\",\"fields\":{\"error\":[\"why\"]}}]",
	 T " op a: EOF, retrying in 2s\n" T " op b: retry c in 3s",
	 "attempt op=a delay=2 at=10 error=EOF number=by_order; attempt op=c "
	 "delay=3 at=10 number=by_order"},
	{"a time in a form that is stated, at the beginning or in a hole",
	 "\"time_format\":\"%d/%m/%Y %H-%M-%S\",\"rules\":[{\"type\":"
	 "\"retry_attempt\",\"text\":\"retry of {operation:word}\"},{\"type\":"
	 "\"retry_attempt\",\"text\":\"at {ts}, try {operation:word}\"}]",
	 "12/01/2026 10-00-10 retry of a\nat 12/01/2026 10-00-11, try b",
	 "attempt op=a at=10 number=by_order; attempt op=b at=11 "
	 "number=by_order"},
	{"a member that must be absent",
	 "\"rules\":[{\"type\":\"retry_attempt\",\"when\":{\"n|m\":null,"
	 "\"kind\":\"retry\"},\"fields\":{\"operation\":\"o\"}}]",
	 "{\"ts\":\"" T "\",\"kind\":\"retry\",\"o\":\"a\"}\n{\"ts\":\"" T
	 "\",\"kind\":\"retry\",\"o\":\"b\",\"m\":1}\n{\"ts\":\"" T
	 "\",\"kind\":\"retry\",\"o\":\"c\",\"n\":null}",
	 "attempt op=a at=10 number=by_order; attempt op=c at=10 "
	 "number=by_order"},
	{"the first rule wins",
	 "\"rules\":[{\"type\":\"skip\",\"text\":\"retry of nothing\"},{"
	 "\"type\":\"retry_attempt\",\"text\":\"retry of {operation:word}\"}]",
	 T " retry of nothing\n" T " retry of a",
	 "attempt op=a at=10 number=by_order"},
	{"members: text, numbers in strings, nested, any of a list",
	 "\"rules\":[{\"type\":\"retry_attempt\",\"when\":{\"msg\":[\"retry\","
	 "\"again\"],\"a.n\":\"*\"},\"fields\":{\"operation\":[\"o\",\"p\"],"
	 "\"attempt\":{\"from\":\"a.n\",\"add\":1},\"delay_seconds\":{"
	 "\"from\":\"w\",\"unit\":\"ms\"}}}]",
	 "{\"ts\":\"" T "\",\"msg\":\"again\",\"p\":\"x\",\"a\":{\"n\":\"0\"},"
	 "\"w\":1500}\n{\"ts\":\"" T "\",\"msg\":\"other\",\"a\":{\"n\":1}}\n"
	 "{\"ts\":\"" T "\",\"msg\":\"retry\",\"a\":{\"n\":\"-\"}}",
	 "attempt op=x n=1 delay=1.5 at=10"},
	{"booleans, numbers and classes in when",
	 "\"rules\":[{\"type\":\"retry_attempt\",\"when\":{\"Handled\":true,"
	 "\"kind\":3,\"status\":\"5xx\"},\"fields\":{\"operation\":\"o\"}}]",
	 "{\"ts\":\"" T "\",\"Handled\":true,\"kind\":3,\"status\":503,"
	 "\"o\":\"a\"}\n{\"ts\":\"" T "\",\"Handled\":false,\"kind\":3,"
	 "\"status\":503}\n{\"ts\":\"" T "\",\"Handled\":true,\"kind\":3,"
	 "\"status\":403}",
	 "attempt op=a at=10 number=by_order"},
	{"one of several members",
	 "\"rules\":[{\"type\":\"retry_attempt\",\"when\":{\"msg|event\":"
	 "\"retrying\"},\"fields\":{\"operation\":\"o\"}}]",
	 "{\"ts\":\"" T "\",\"event\":\"retrying\",\"o\":\"a\"}",
	 "attempt op=a at=10 number=by_order"},
	{"a template in a member",
	 "\"rules\":[{\"type\":\"retry_attempt\",\"in\":\"err.text\",\"text\":"
	 "\"{operation:word} will be retried\"}]",
	 "{\"ts\":\"" T "\",\"err\":{\"text\":\"now \\\"a\\\" will be "
	 "retried\"}}",
	 "attempt op=\"a\" at=10 number=by_order"},
	{"values, contains, otherwise and default",
	 "\"rules\":[{\"type\":\"retry_exhausted\",\"when\":{\"flags\":\"*\"},"
	 "\"fields\":{\"stop_reason\":{\"from\":\"flags\",\"contains\":{"
	 "\"URX\":\"max_attempts\"}},\"outcome\":{\"from\":\"code\",\"values\":"
	 "{\"504\":\"timeout\",\"5xx\":\"failure\"},\"otherwise\":\"cancelled\""
	 "},\"target\":{\"from\":\"host\",\"default\":\"h\"},\"error_type\":{"
	 "\"from\":\"code\",\"values\":{\"504\":\"Gone\"}}}}]",
	 "{\"ts\":\"" T "\",\"flags\":\"UF,URX\",\"code\":504}\n{\"ts\":\"" T
	 "\",\"flags\":\"x\",\"code\":\"100\",\"host\":\"g\"}",
	 "exhausted at=10 type=Gone target=h outcome=timeout stop=max_attempts "
	 "number=by_order; exhausted at=10 type=100 target=g outcome=cancelled "
	 "number=by_order"},
	{"a constant changes neither the unit of members nor otherwise",
	 "\"rules\":[{\"type\":\"retry_attempt\",\"text\":\"dropped\","
	 "\"fields\":{\"error\":\"error\",\"stop_reason\":{\"from\":\"error\","
	 "\"contains\":{\"permanent\":\"non_retryable\"},\"otherwise\":"
	 "\"deadline\"},"
	 "\"duration_seconds\":{\"from\":\"took\",\"unit\":\"ms\"}},"
	 "\"set\":{\"stop_reason\":\"max_attempts\",\"duration_seconds\":"
	 "\"2s\"}}"
	 "]",
	 "{\"ts\":\"" T "\",\"msg\":\"dropped\",\"error\":\"x\",\"took\":500}\n"
	 "{\"ts\":\"" T "\",\"msg\":\"dropped\"}",
	 "exhausted took=0.5 at=10 error=x stop=deadline number=by_order; "
	 "exhausted took=2 at=10 stop=max_attempts number=by_order"},
	{"no limit: the largest int32, and 0",
	 "\"rules\":[{\"type\":\"retry_attempt\",\"text\":\"retry {attempt} of "
	 "{max_attempts}, {left} left\"}]",
	 T " retry 1 of 2147483647, 2147483646 left\n" T
	   " retry 1 of 0, 3 left",
	 "attempt n=1 left=2147483646 at=10; attempt n=1 left=3 at=10"},
	{"attributes",
	 "\"rules\":[{\"type\":\"retry_attempt\",\"text\":\"retry of {_:word} "
	 "in {attrs.zone:word} now\",\"attrs\":{\"n\":\"@level\"}}]",
	 T " retry of x in \"b\" now",
	 "attempt at=10 attrs={\"zone\":\"\\\"b\\\"\"} number=by_order"},
	{"when the next attempt begins",
	 "\"rules\":[{\"type\":\"retry_attempt\",\"text\":\"flush failed, "
	 "next={next_ts} chunk\"}]",
	 T " flush failed, next=2026-01-12 10:00:14 +0000 chunk",
	 "attempt delay=4 at=10 number=by_order"},
	{"a constant delay",
	 "\"delay\":0,\"rules\":[{\"type\":\"retry_attempt\",\"text\":\"trying "
	 "again\"}]",
	 T " trying again", "attempt delay=0 at=10 number=by_order"},
	{"a call that began earlier, with the number of retries",
	 "\"rules\":[{\"type\":\"call\",\"when\":{\"retries\":\"*\"},"
	 "\"fields\":{\"retries\":\"retries\",\"started\":\"start\","
	 "\"elapsed_seconds\":{\"from\":\"ms\",\"unit\":\"ms\"},\"code\":"
	 "\"status\"}}]",
	 "{\"start\":\"" T "\",\"retries\":2,\"ms\":1500,\"status\":200}\n"
	 "{\"start\":\"" T "\",\"retries\":\"0\",\"ms\":\"500\",\"status\":503}"
	 "\n{\"start\":\"" T "\",\"retries\":1,\"ms\":0,\"status\":504}",
	 "success n=3 all=3 at=11.5 code=200; aborted n=1 all=1 at=10.5 "
	 "code=503;"
	 " exhausted n=2 all=2 at=10 code=504 outcome=timeout"},
	{"a call with lists",
	 "\"delay\":0,\"rules\":[{\"type\":\"call\",\"when\":{\"us\":\"*\"},"
	 "\"fields\":{\"call_id\":\"id\"},\"list\":{\"code\":\"us\","
	 "\"duration_seconds\":\"ut\",\"target\":\"ua\"}}]",
	 "{\"ts\":\"" T "\",\"id\":\"c\",\"us\":\"502, 504 : 200\",\"ut\":"
	 "\"0.25, -, 0.5\",\"ua\":\"a:1, b:2 : c:3\"}",
	 "attempt n=1 delay=0 took=0.25 at=9.5 code=502 target=a:1 call=c; "
	 "attempt n=2 delay=0 at=9.5 code=504 target=b:2 call=c "
	 "outcome=timeout; success n=3 all=3 took=0.5 at=10 code=200 "
	 "target=c:3 "
	 "call=c"},
	{"an answer that sends the proxy elsewhere is not a failed attempt",
	 "\"delay\":0,\"rules\":[{\"type\":\"call\",\"when\":{\"us\":\"*\"},"
	 "\"list\":{\"code\":\"us\",\"duration_seconds\":\"ut\",\"target\":"
	 "\"ua\"}}]",
	 "{\"ts\":\"" T "\",\"us\":\"200 : 200\",\"ut\":\"0.25 : 0.5\",\"ua\":"
	 "\"a:1 : b:2\"}\n{\"ts\":\"" T "\",\"us\":\"200 : 502\",\"ut\":"
	 "\"0.25 : 0.5\"}",
	 "success n=1 all=1 took=0.5 at=10 code=200 target=b:2; aborted n=1 "
	 "all=1 took=0.5 at=10 code=502"},
	{"lists as arrays",
	 "\"rules\":[{\"type\":\"call\",\"when\":{\"us\":\"*\"},\"fields\":{"
	 "\"call_id\":\"id\"},\"list\":{\"code\":\"us\",\"duration_seconds\":"
	 "\"ut\",\"target\":\"ua\"}}]",
	 "{\"ts\":\"" T
	 "\",\"id\":\"c\",\"us\":[\"502\", 200],\"ut\":[0.25,0.5],"
	 "\"ua\":[\"a:1, x\",\"b:2\"]}",
	 "attempt n=1 took=0.25 at=9.5 code=502 target=a:1, x call=c; success "
	 "n=2 all=2 took=0.5 at=10 code=200 target=b:2 call=c"},
	{"an object where a text is wanted",
	 "\"rules\":[{\"type\":\"retry_attempt\",\"text\":\"retry now\","
	 "\"fields\":{\"error\":\"error\"}}]",
	 "{\"ts\":\"" T "\",\"msg\":\"retry now\",\"error\":{\"type\":\"T\","
	 "\"message\":\"no \\\"a\\\"\"}}\n{\"ts\":\"" T
	 "\",\"msg\":\"retry now\",\"error\":{\"n\":1}}",
	 "attempt at=10 error=no \"a\" number=by_order; attempt at=10 "
	 "error={\"n\":1} number=by_order"},
	{"lines that end with carriage returns",
	 "\"rules\":[{\"type\":\"retry_attempt\",\"text\":\"retry of "
	 "{operation:word}\"}]",
	 T " retry of a\r" T " other\r" T " retry of b\r",
	 "attempt op=a at=10 number=by_order; attempt op=b at=10 "
	 "number=by_order"},
	{"lists in holes",
	 "\"rules\":[{\"type\":\"call\",\"text\":\"HTTP/1.1\\\" {code:int} "
	 "{list.duration_seconds} {list.code} {call_id:word}\"}]",
	 T " \"GET / HTTP/1.1\" 502 0.5, 0.25 502, 503 c1",
	 "attempt n=1 took=0.5 at=9.75 code=502 call=c1; exhausted n=2 all=2 "
	 "took=0.25 at=10 code=503 call=c1"},
	{"elements of arrays, and keys with values",
	 "\"rules\":[{\"type\":\"retry_attempt\",\"each\":\"r[].s[]\",\"when\":"
	 "{\"ok\":false},\"fields\":{\"ts\":\"end\",\"started\":\"start\","
	 "\"operation\":\"attributes.url.path\",\"attempt\":{\"from\":"
	 "\"attributes.n\",\"default\":0,\"add\":1},\"call_id\":\"parent\","
	 "\"target\":\"res.attributes.name\"}},{\"type\":\"retry_success\","
	 "\"each\":\"r[].s[]\",\"when\":{\"ok\":true},\"fields\":{\"ts\":"
	 "\"end\",\"attempt\":{\"from\":\"attributes.n\",\"default\":0,\"add\":"
	 "1}}}]",
	 "{\"r\":[{\"res\":{\"attributes\":[{\"key\":\"name\",\"value\":{"
	 "\"stringValue\":\"svc\"}}]},\"s\":[{\"ok\":false,\"start\":"
	 "\"1768212000000000000\",\"end\":\"1768212000500000000\",\"parent\":"
	 "\"p\",\"attributes\":[{\"key\":\"url.path\",\"value\":{\"stringValue"
	 "\":\"/a\"}}]},{\"ok\":true,\"end\":\"1768212001000000000\","
	 "\"attributes\":[{\"key\":\"n\",\"value\":{\"intValue\":\"1\"}}]}]}]}",
	 "attempt op=/a n=1 took=0.5 at=0.5 target=svc call=p; success n=2 "
	 "at=1"},
	{"a note for the next event",
	 "\"rules\":[{\"type\":\"note\",\"text\":\"HTTP Request: POST {target:"
	 "word} \\\"HTTP/1.1 {code:int}\"},{\"type\":\"retry_attempt\","
	 "\"text\":\"Retrying request to {operation:word} in {delay_seconds} "
	 "seconds\"}]",
	 T " HTTP Request: POST http://x \"HTTP/1.1 429 Too\"\n" T
	   " Retrying request to /c in 1 seconds\n" T
	   " Retrying request to /c in 2 seconds",
	 "attempt op=/c delay=1 at=10 code=429 target=http://x "
	 "number=by_order; "
	 "attempt op=/c delay=2 at=10 number=by_order"},
	{"an event of the line before, if that was a note about it",
	 "\"rules\":[{\"type\":\"note\",\"alone\":\"retry_attempt\","
	 "\"text\":\"failed, attempt {attempt:int} of {operation:word}\"},{"
	 "\"type\":\"retry_attempt\",\"needs\":[\"attempt\","
	 "\"operation\"],\"regex\":\"^(?<error_type>\\\\w+Error): "
	 "(?<error>.*)\"}]",
	 T " IOError: x\n" T " failed, attempt 2 of a\n" T " IOError: reset\n" T
	   " IOError: y",
	 "attempt op=a n=2 at=10 type=IOError error=reset"},
	{"a success only of an open call",
	 "\"rules\":[{\"type\":\"retry_success\",\"open\":true,\"text\":\"HTTP "
	 "Request: {_} 200 OK\"},{\"type\":\"retry_attempt\",\"text\":"
	 "\"Retrying request to {operation:word} in {delay_seconds} "
	 "seconds\"}]",
	 T " HTTP Request: x 200 OK\n" T
	   " Retrying request to /c in 1 seconds\n" T
	   " HTTP Request: x 200 OK\n2026-01-12T10:00:12Z HTTP Request: y 200 "
	   "OK\n2026-01-12T10:00:13Z HTTP Request: y 200 OK",
	 "attempt op=/c delay=1 at=10 number=by_order; success op=/c at=12 "
	 "number=by_order"},
	{"what a template cannot read was not meant",
	 "\"rules\":[{\"type\":\"retry_attempt\",\"text\":\"retry {attempt:word"
	 "} of it\"}]",
	 T " retry two of it", ""},
	{"a wrong value of a member is bad",
	 "\"rules\":[{\"type\":\"retry_attempt\",\"when\":{\"m\":\"retrying\"},"
	 "\"fields\":{\"attempt\":\"n\"}}]",
	 "{\"ts\":\"" T "\",\"m\":\"retrying\",\"n\":\"x\"}",
	 " BAD=must be a number"},
	{"a rule without a literal is tried on every line",
	 "\"rules\":[{\"type\":\"retry_attempt\",\"regex\":\"^(\\\\d+)"
	 "$\",\"set\":{\"attempt\":1}}]",
	 T " 12", "attempt n=1 at=10"},
};

Test(dialect_rules, lines_and_the_events_in_them)
{
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		char text[4096];
		struct tk_dialect *dialect;
		struct seen seen;

		snprintf(text, sizeof(text), "{\"dialect\":\"d\",%s}",
			 row[i].rules);
		dialect = open_rules(text);
		read_lines(dialect, row[i].lines, &seen);
		cr_expect_str_eq(seen.text, row[i].is, "%s:\n%s\n%s",
				 row[i].why, seen.text, row[i].is);
		tk_dialect_free(dialect);
	}
}

static const struct {
	const char *why, *text, *errors;
} wrong[] = {
	{"all errors of a file",
	 "{\"dialect\":\"d\",\n\"feilds\":{},\n\"rules\":[{\"type\":"
	 "\"retry_atempt\",\"text\":\"a{b\"},\n{\"type\":\"retry_attempt\"},\n"
	 "{\"type\":\"retry_attempt\",\"text\":\"retry {opration}\"}]}",
	 "2:10 feilds: no such member; did you mean \"fields\"?\n"
	 "3:18 rules[0].type: no such type: \"retry_atempt\"; did you mean "
	 "\"retry_attempt\"?\n"
	 "3:40 rules[0].text: a hole has no closing brace; {{ is a brace\n"
	 "4:1 rules[1]: needs \"when\", \"text\" or \"regex\"\n"
	 "5:32 rules[2].text: the hole {opration} is not a field and not used; "
	 "did you mean {operation}?\n"},
	{"errors of parts",
	 "{\"dialect\":\"d\",\"zone\":\"?\",\"delay\":\"soon\",\"successes\":"
	 "\"nevr\",\"rules\":[{\"type\":\"retry_attempt\",\"when\":{\"a\":{}},"
	 "\"list\":{\"code\":\"b\"},\"each\":\"a[]b\",\"for\":\"x\"}]}",
	 "1:23 zone: must be an offset like \"Z\" or \"+02:00\"\n"
	 "1:106 rules[0].when.a: must be a string, a number, true, false, "
	 "null or a list of them\n"
	 "1:117 rules[0].list: needs the type \"call\"\n"
	 "1:137 rules[0].each: must be like \"a[].b[]\"\n"
	 "1:150 rules[0].for: needs the type \"note\"\n"
	 "1:54 successes: no such kind of log; did you mean \"never\"?\n"
	 "1:35 delay: must be \"unknown\" or a duration like \"1.5s\"\n"},
	{"only an open end closes a call",
	 "{\"dialect\":\"d\",\"rules\":[{\"type\":\"retry_exhausted\",\"text\":"
	 "\"the end\",\"closes\":true}]}",
	 "1:77 rules[0].closes: needs \"open\" and the type "
	 "\"retry_exhausted\" "
	 "or \"retry_aborted\"\n"},
	{"fields that an event needs",
	 "{\"dialect\":\"d\",\"rules\":[{\"type\":\"note\",\"text\":"
	 "\"retry\",\"needs\":[\"attempt\"]},{\"type\":\"retry_attempt\","
	 "\"text\":\"retry\",\"needs\":[\"atempt\"]},{\"type\":"
	 "\"retry_attempt\",\"text\":\"retry\",\"needs\":\"attempt\"}]}",
	 "1:63 rules[0].needs: needs the type of an event\n"
	 "1:124 rules[1].needs[0]: no such field: \"atempt\"; did you mean "
	 "\"attempt\"?\n"
	 "1:182 rules[2].needs: must be an array of fields\n"},
	{"what else a sentence says",
	 "{\"dialect\":\"d\",\"also\":[\"a(\",\"ab\"],\"rules\":[{\"type\":"
	 "\"note\",\"text\":\"retry\"}]}",
	 "1:24 also[0]: character 3: missing closing parenthesis\n"
	 "1:29 also[1]: has no named group\n"},
	{"a form of times",
	 "{\"dialect\":\"d\",\"time_format\":\"%F %Q\",\"rules\":[{\"type\":"
	 "\"note\",\"text\":\"retry\"}]}",
	 "1:30 time_format: has a % with an unknown letter; known are "
	 "Y y m d e b B a A H I p M S f z Z T F %\n"},
	{"neither rules nor events", "{\"dialect\":\"d\"}",
	 "1:1 rules: is missing\n"},
};

static void
note_error(void *user, const char *name, const struct backoff_error *error)
{
	struct seen *seen = user;

	(void)name;
	seen->used += (size_t)snprintf(
		seen->text + seen->used, sizeof(seen->text) - seen->used,
		"%u:%u %s: %s\n", (unsigned)error->line,
		(unsigned)error->column, error->path, error->text);
}

Test(dialect_rules, all_errors_of_a_file_are_reported)
{
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		char path[] = "/tmp/test_rules_XXXXXX.json";
		struct seen seen = {.used = 0};
		const struct tk_dialect_options options = {
			.on_error = note_error, .user = &seen};
		struct tk_dialect *dialect = NULL;
		int fd = mkstemps(path, 5);

		cr_assert(write(fd, wrong[i].text, strlen(wrong[i].text)) > 0);
		close(fd);
		cr_expect_neq(tk_dialect_open((const char *const[]){path, NULL},
					      &options, &dialect, NULL),
			      BACKOFF_OK);
		cr_expect_str_eq(seen.text, wrong[i].errors, "%s:\n%s",
				 wrong[i].why, seen.text);
		unlink(path);
	}
}
