/* Fails every allocation of the trace and common rooms in turn. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/opt.h"
#include "common/table.h"
#include "oom/failing.h"
#include "tap.h"
#include "trace/trace.h"

/* More allocations than this in one scenario: it does not end. */
#define ALLOCATIONS_MAX 5000

static char log_path[] = "/tmp/oom_trace_XXXXXX";
static char packed_path[sizeof(log_path) + 3];

static enum backoff_status
open_one(const char *name)
{
	struct tk_dialect *dialect = NULL;
	struct backoff_error error;
	enum backoff_status status = tk_dialect_open(
		(const char *const[]){name, NULL}, NULL, &dialect, &error);

	if (status)
		return dialect ? BACKOFF_E_STATE : error.status;
	tk_dialect_free(dialect);
	return status;
}

/* With conditions, templates, lists, notes and open retries. "auto" would open
 * all, which is the same many times. */
#define SEVERAL "native,python-retry,openai-sdk,nginx"

static enum backoff_status
open_several(void)
{
	return open_one(SEVERAL);
}

static enum backoff_status
open_file(void)
{
	return open_one(TEST_SRCDIR
			"/tools/dialect/dialects/python-retry.json");
}

static enum backoff_status
read_path(const char *path)
{
	struct tk_dialect *dialect = NULL;
	struct tk_trace *trace = tk_trace_new();
	enum backoff_status status = trace ? BACKOFF_OK : BACKOFF_E_NOMEM;

	if (!status)
		status = tk_dialect_open((const char *const[]){SEVERAL, NULL},
					 NULL, &dialect, NULL);
	if (!status)
		status = tk_trace_read(trace, path, dialect, NULL, NULL);
	if (!status)
		status = tk_trace_stitch(trace);
	tk_dialect_free(dialect);
	tk_trace_free(trace);
	return status;
}

static enum backoff_status
read_log(void)
{
	return read_path(log_path);
}

static enum backoff_status
read_packed(void)
{
	return read_path(packed_path);
}

/* Names of operations and targets that are read as few. */
static enum backoff_status
pool_names(void)
{
	struct tk_trace *trace = tk_trace_new();
	enum backoff_status status = trace ? BACKOFF_OK : BACKOFF_E_NOMEM;
	struct backoff_event event;
	char name[32];

	backoff_event_init(&event, sizeof(event));
	event.type = BACKOFF_EVENT_SUCCESS;
	event.operation = event.target = event.call_id = name;
	event.attempt = 1;
	for (unsigned i = 0; !status && i < 1100; i++) {
		snprintf(name, sizeof(name), "op %u", i);
		event.ts_ns = (i + 1) * UINT64_C(1000000000);
		status = tk_trace_add(trace, &event);
	}
	if (!status)
		status = tk_trace_stitch(trace);
	if (!status && tk_trace_quality(trace)->targets.into != 1)
		status = BACKOFF_E_STATE;
	tk_trace_free(trace);
	return status;
}

static enum backoff_status
print_table(void)
{
	static const char text[] = "text";
	struct tk_table *table = tk_table_new(2);
	FILE *out = stdout;
	int result;

	if (!table)
		return BACKOFF_E_NOMEM;
	tk_table_head(table, 0, text);
	for (int i = 0; i < 40; i++) {
		tk_table_row(table);
		tk_table_cell(table, 1, "%d", i);
	}
	fputs("# ", out);
	result = tk_table_print(table, 0, out);
	tk_table_free(table);
	fputs("\n", out);
	return result ? BACKOFF_E_NOMEM : BACKOFF_OK;
}

static enum backoff_status
parse_options(void)
{
	static char words[3][8] = {"p", "-la", "-lb"};
	char *argv[] = {words[0], words[1], words[2], NULL};
	struct tk_opt_list list = {NULL, 0};
	const struct tk_opt options[] = {
		{"list", 'l', TK_OPT_LIST, &list, "X", NULL, 0, 0, "x"},
		{NULL, 0, TK_OPT_FLAG, NULL, NULL, NULL, 0, 0, NULL},
	};
	const struct tk_command command = {"p", "", "x", NULL, options};
	char **operands;
	size_t count;
	enum tk_opt_result result =
		tk_opt_parse(&command, 3, argv, &operands, &count);

	tk_opt_clear(&command);
	return result == TK_OPT_OK ? BACKOFF_OK : BACKOFF_E_NOMEM;
}

static const struct {
	const char *name;
	enum backoff_status (*run)(void);
	/* The system's own functions allocate, and say I/O. */
	bool also_io;
} scenario[] = {
	{"open auto", open_several, false},
	{"open a file", open_file, true},
	{"read and stitch a log", read_log, false},
	{"read a packed log", read_packed, false},
	{"pool names", pool_names, false},
	{"print a table", print_table, false},
	{"parse options", parse_options, false},
};

/* One run with one failure; false when there was nothing left to fail. */
static bool
run_failing(struct tap *tap, size_t i, unsigned long number,
	    enum failing_mode mode)
{
	long alive = failing_alive();
	enum backoff_status status;
	unsigned long failed;

	failing_arm(number, mode);
	status = scenario[i].run();
	failed = failing_disarm();
	TAP_EQUAL(tap, failing_alive() - alive, 0);
	if (failed == 0)
		TAP_EQUAL(tap, status, BACKOFF_OK);
	else
		/* qsort(3) can do without memory: success is fine. */
		TAP_MUST(tap, status == BACKOFF_E_NOMEM ||
				      status == BACKOFF_OK ||
				      (scenario[i].also_io &&
				       status == BACKOFF_E_IO));
	return failed > 0;
}

/* Both kinds of lines, out of order, so that sorting is needed as well. */
static void
write_log(void)
{
	char command[128];
	int fd = mkstemp(log_path);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");

	if (!out)
		exit(99);
	for (int i = 300; i > 0; i--) {
		fprintf(out,
			"{\"timestamp\":\"2026-11-23T10:00:%02dZ\","
			"\"event_type\":\"retry_attempt\",\"operation\":"
			"\"op%d\",\"attempt\":1,\"max_attempts\":2,"
			"\"delay_seconds\":0.5,\"request_id\":\"r%d\"}\n",
			i % 60, i % 3, i % 200);
		fprintf(out,
			"{\"v\":1,\"ts\":\"2026-11-23T10:01:%02dZ\","
			"\"event_type\":\"retry_success\",\"operation\":"
			"\"op\",\"call_id\":\"c%d\",\"attempt\":1,"
			"\"outcome\":\"success\"}\n",
			i % 60, i);
	}
	fputs("{\"event_type\":\n", out);
	/* Wrappers that need a copy of the text. */
	fputs("\x1b[31mcolour\x1b[0m\n"
	      "{\"log\":\"a\\n\",\"stream\":\"stdout\",\"time\":"
	      "\"2026-11-23T10:00:00Z\"}\n"
	      "2026-11-23T10:00:00Z stdout P a\n"
	      "2026-11-23T10:00:00Z stdout F b\n"
	      "{\"MESSAGE\":[82],\"__REALTIME_TIMESTAMP\":\"1\"}\n",
	      out);
	if (fclose(out))
		exit(99);
	snprintf(packed_path, sizeof(packed_path), "%s.gz", log_path);
	snprintf(command, sizeof(command), "gzip -c %s >%s", log_path,
		 packed_path);
	if (system(command))
		exit(99);
}

int
main(void)
{
	static const enum failing_mode modes[] = {FAILING_ONCE, FAILING_ON};
	static char buffer[BUFSIZ];
	struct tap tap = {0, 0, 0};
	char what[128];

	/* The test's own output must not need memory. */
	setvbuf(stdout, buffer, _IOLBF, sizeof(buffer));
	/* Nor should messages about it be shown. */
	if (!freopen("/dev/null", "w", stderr))
		return 99;
	setvbuf(stderr, NULL, _IONBF, 0);
	write_log();
	for (size_t i = 0; i < 2 * sizeof(scenario) / sizeof(*scenario); i++) {
		size_t which = i / 2;
		unsigned long number = 1;

		TAP_EQUAL(&tap, scenario[which].run(), BACKOFF_OK);
		while (number < ALLOCATIONS_MAX &&
		       run_failing(&tap, which, number, modes[i % 2]))
			number++;
		TAP_MUST(&tap, number > 1 && number < ALLOCATIONS_MAX);
		snprintf(what, sizeof(what), "%s: %lu allocations, %s",
			 scenario[which].name, number - 1,
			 i % 2 ? "all fail from one on" : "one fails");
		tap_result(&tap, what);
	}
	unlink(log_path);
	unlink(packed_path);
	return tap_finish(&tap);
}
