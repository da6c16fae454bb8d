/* Fuzz target: any bytes as a log, and as the dialect file that explains it. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "trace/trace.h"
#include "dialect/rule.h"
#include "dialect/dialect.h"

const char fuzz_name[] = "dialect";

/* Between a dialect file and the log. */
static const char divider[] = "\n%%\n";

static void
check_error(const struct backoff_error *error)
{
	MUST(error->status != BACKOFF_OK);
	/* There is memory, so any error is in the input. */
	MUST(error->status != BACKOFF_E_NOMEM);
	MUST(memchr(error->path, '\0', sizeof(error->path)) != NULL);
	MUST(memchr(error->text, '\0', sizeof(error->text)) != NULL);
	MUST(error->text[0] != '\0');
}

/* Text for a terminal or a table ends, and has a maximum length. */
static void
check_text(const char *text, size_t length)
{
	MUST(text == NULL || strlen(text) <= 3 * length + 64);
}

static void
check_event(const struct backoff_event *event, size_t length)
{
	static char line[BACKOFF_EVENT_LINE_MAX];
	size_t free_text = 0, used;

	check_text(event->operation, length);
	check_text(event->error, length);
	check_text(event->error_type, length);
	check_text(event->code, length);
	check_text(event->trace_id, length);
	check_text(event->call_id, length);
	if (event->attrs != NULL)
		free_text += strlen(event->attrs);
	if (event->extra != NULL)
		free_text += strlen(event->extra);
	used = backoff_event_encode(event, line, sizeof(line));
	MUST((used == 0) == (free_text > 4096));
	MUST(used == 0 || memchr(line, '\n', used) == line + used - 1);
}

/* The native half of "auto" reads what the library reads. */
static void
check_native(const struct tk_line *line, enum tk_verdict verdict,
	     const struct backoff_event *event)
{
	struct backoff_event_decoder *decoder;
	struct backoff_event native;

	MUST(backoff_event_decoder_new(&decoder) == BACKOFF_OK);
	if (backoff_event_decode(decoder, line->text, line->length, &native,
				 NULL) == BACKOFF_OK) {
		MUST(verdict == TK_EVENT);
		MUST(event->type == native.type);
		MUST(event->ts_ns == native.ts_ns);
		MUST((event->call_id == NULL) == (native.call_id == NULL));
	}
	backoff_event_decoder_free(decoder);
}

/* Stitched calls are consistent. */
static void
check_calls(struct tk_trace *trace, size_t events)
{
	size_t call_count, attempt_count;
	const struct tk_call *call = tk_trace_calls(trace, &call_count);
	const struct tk_attempt *attempt =
		tk_trace_attempts(trace, &attempt_count);
	const struct tk_trace_totals *totals = tk_trace_totals(trace);
	uint64_t sum = 0;

	MUST(totals->events == events);
	MUST(totals->from_ns <= totals->to_ns);
	MUST(call_count <= attempt_count || call_count == 0);
	for (size_t i = 0; i < call_count; i++) {
		MUST(call[i].count >= 1);
		MUST(call[i].first + call[i].count <= attempt_count);
		sum += call[i].count;
		MUST(call[i].end != TK_CALL_SUCCEEDED ||
		     !call[i].success_inferred ||
		     attempt[call[i].first + call[i].count - 1].end_ns ==
			     BACKOFF_ABSENT);
		/* The strings that it refers to exist. */
		MUST(call[i].operation == 0 ||
		     tk_trace_text(trace, call[i].operation) != NULL);
	}
	MUST(sum == attempt_count);
	for (size_t i = 0; i < attempt_count; i++)
		MUST(attempt[i].delay_law >= -1 &&
		     attempt[i].delay_law <= BACKOFF_JITTER_DECORRELATED);
}

struct reading {
	struct tk_dialect *dialect;
	/* It is "auto". */
	bool native;
	struct tk_trace *trace;
	size_t events, lines;
	/* The current line, and whether the first event of it was kept. */
	struct backoff_event event;
	size_t length;
	bool any;
};

static bool
keep(void *user, const struct tk_reading *reading)
{
	struct reading *r = user;

	check_event(&reading->event, r->length);
	check_text(reading->lane, r->length);
	MUST(reading->native || reading->event.operation != NULL);
	MUST(!reading->by_order || reading->event.attempt == BACKOFF_ABSENT);
	MUST(reading->no_time == (reading->event.ts_ns == BACKOFF_ABSENT));
	MUST(tk_trace_add(r->trace, &reading->event) == BACKOFF_OK);
	if (!r->any)
		r->event = reading->event;
	r->any = true;
	r->events++;
	return true;
}

static void
read_line(struct reading *r, const struct tk_line *line)
{
	struct backoff_error error = {.status = BACKOFF_OK};
	enum tk_verdict verdict;

	r->lines++;
	r->any = false;
	r->length = line->length;
	MUST(line->number == r->lines);
	verdict = tk_dialect_read(r->dialect, 0, line, keep, r, &error);
	if (verdict == TK_BAD)
		check_error(&error);
	if (r->native)
		check_native(line, verdict, &r->event);
}

static void
read_log(struct reading *r, const char *text, size_t length)
{
	struct tk_splitter *splitter = tk_splitter_new();
	/* In two pieces: lines do not end where reads end. */
	size_t half = length / 2;
	struct tk_line line;
	size_t bytes = 0;

	MUST(splitter != NULL);
	for (int piece = 0; piece < 2; piece++) {
		tk_splitter_push(splitter, piece == 0 ? text : text + half,
				 piece == 0 ? half : length - half);
		while (tk_splitter_next(splitter, piece == 1, &line)) {
			/* A file that is not text is one line. */
			if (line.not_text != NULL) {
				tk_splitter_free(splitter);
				return;
			}
			bytes += tk_splitter_nuls(splitter);
			MUST(line.offset == bytes);
			bytes += line.length + !line.unterminated;
			read_line(r, &line);
		}
	}
	MUST(bytes + tk_splitter_nuls(splitter) == length);
	tk_splitter_free(splitter);
}

/* Made once, because reading its file for each input would take most of the
 * time. */
static struct tk_dialect *
both_dialects(void)
{
	static struct tk_dialect *dialect;

	if (dialect == NULL)
		MUST(tk_dialect_open((const char *const[]){"auto", NULL}, NULL,
				     &dialect, NULL) == BACKOFF_OK);
	return dialect;
}

/* Open a text as a dialect file; NULL if it has errors. */
static struct tk_dialect *
open_text(const char *text, size_t length)
{
	struct backoff_error error = {.status = BACKOFF_OK};
	static const char path[] = "./fuzz_dialect.json";
	struct tk_dialect *dialect = NULL;
	struct tk_file *file = NULL;
	enum backoff_status status;
	FILE *out;

	status = tk_file_parse(path, text, length, NULL, NULL, &file, &error);
	MUST((status == BACKOFF_OK) == (file != NULL));
	tk_file_free(file);
	if (status != BACKOFF_OK) {
		MUST(error.status == status);
		check_error(&error);
		return NULL;
	}
	out = fopen(path, "w");
	MUST(out != NULL && fwrite(text, 1, length, out) == length);
	MUST(fclose(out) == 0);
	MUST(tk_dialect_open((const char *const[]){path, NULL}, NULL, &dialect,
			     &error) == BACKOFF_OK);
	remove(path);
	return dialect;
}

int
fuzz_accepts(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *log = text;
	const char *mark = memmem(text, size, divider, sizeof(divider) - 1);
	struct reading r = {.native = mark == NULL};

	if (mark != NULL) {
		log = mark + sizeof(divider) - 1;
		r.dialect = open_text(text, (size_t)(mark - text));
		if (r.dialect == NULL)
			return 0;
	} else {
		r.dialect = both_dialects();
	}
	r.trace = tk_trace_new();
	MUST(r.trace != NULL);
	read_log(&r, log, size - (size_t)(log - text));
	MUST(tk_trace_stitch(r.trace) == BACKOFF_OK);
	check_calls(r.trace, r.events);
	tk_trace_free(r.trace);
	if (mark != NULL)
		tk_dialect_free(r.dialect);
	return r.events > 0;
}
