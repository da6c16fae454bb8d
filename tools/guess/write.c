/* Says what was found in a log, and writes it as a dialect file. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "common/safe_text.h"
#include "guess/guess.h"
#include "guess/inside.h"

static const char *
type_of(const struct tk_shape *shape, const struct tk_draft *draft)
{
	static const char *const name[] = {
		[TK_MEANS_RETRY] = "retry_attempt",
		[TK_MEANS_EXHAUSTED] = "retry_exhausted",
		[TK_MEANS_ABORTED] = "retry_aborted",
		[TK_MEANS_SUCCESS] = "retry_success",
	};

	return draft->is_note ? "note" : name[shape->meaning];
}

static bool
any_has(const struct tk_guess *guess, const char *field)
{
	for (size_t i = 0; i < guess->drafts; i++) {
		if (tk_draft_has(guess->shape[i], &guess->draft[i], field))
			return true;
	}
	return false;
}

static bool
any_means(const struct tk_guess *guess, enum tk_meaning meaning)
{
	for (size_t i = 0; i < guess->drafts; i++) {
		if (guess->shape[i]->meaning == meaning)
			return true;
	}
	return false;
}

static void
print_one(const struct tk_guess *guess, size_t i, FILE *out)
{
	const struct tk_shape *shape = guess->shape[i];
	const struct tk_draft *draft = &guess->draft[i];
	char safe[400];

	if (shape->is_sentence)
		tk_safe_text(draft->text, strlen(draft->text), safe,
			     sizeof(safe));
	else
		snprintf(safe, sizeof(safe), "lines whose \"%s\" is \"%s\"",
			 shape->when_name, shape->when_value);
	fprintf(out, "%8" PRIu64 " x  %s\n", shape->count, safe);
	tk_safe_text(shape->line, strlen(shape->line), safe, 160);
	fprintf(out, "            e.g. %s\n", safe);
	fprintf(out, "            %s", type_of(shape, draft));
	for (size_t h = 0; h < draft->hole_count; h++)
		fprintf(out, "%s %s", h == 0 ? ":" : ",", draft->hole[h]);
	for (size_t n = 0; n < shape->named_count; n++)
		fprintf(out, "%s %s from \"%s\"",
			draft->hole_count + n == 0 ? ":" : ",",
			shape->named[n].field, shape->named[n].name);
	fputs("\n", out);
}

/* What no line says, and what follows from that. */
static void
print_gaps(const struct tk_guess *guess, FILE *out)
{
	bool id = any_has(guess, "trace_id"), thread = false, time = false;

	for (size_t i = 0; i < guess->drafts; i++) {
		id |= guess->shape[i]->has_id;
		thread |= guess->shape[i]->has_thread;
		time |= guess->shape[i]->has_time;
	}
	fputs("\nWhat this log cannot answer:\n", out);
	if (!time)
		fputs("  - no line has a time: only the order is known\n", out);
	if (!any_has(guess, "attempt") && !any_has(guess, "left"))
		fputs("  - no line has the attempt's number: attempts are "
		      "numbered by their order\n",
		      out);
	if (!any_has(guess, "delay_seconds"))
		fputs("  - no line has a delay: waits are known only from the "
		      "times of lines\n",
		      out);
	if (!any_means(guess, TK_MEANS_SUCCESS))
		fputs("  - no line is a success: silence after a retry counts "
		      "as one, and calls that\n    succeed at once are not "
		      "there; give their total with --calls\n",
		      out);
	if (!any_has(guess, "operation"))
		fputs("  - no line names the operation: all calls are one "
		      "operation\n",
		      out);
	if (!id)
		fprintf(out,
			"  - no line has an id: concurrent calls of one "
			"operation are told apart only by\n    their %s\n",
			thread ? "threads and times" : "times");
	if (!any_has(guess, "duration_seconds"))
		fputs("  - no line says how long an attempt took: that is the "
		      "time from the end of the\n    wait to its line\n",
		      out);
}

void
tk_guess_print(const struct tk_guess *guess, const char *path, FILE *out)
{
	const char *name;
	uint64_t readings;
	char safe[512];

	tk_safe_text(path, strlen(path), safe, sizeof(safe));
	fprintf(out, "%s: %" PRIu64 " lines", safe, guess->lines);
	for (size_t i = 0; tk_dialect_found(guess->known, i, &name, &readings);
	     i++) {
		if (readings > 0)
			fprintf(out, ", %" PRIu64 " events by %s", readings,
				name);
	}
	fprintf(out,
		"\n%" PRIu64 " %slines speak of retries, in %zu sentence%s%s\n",
		guess->speaking, guess->read > 0 ? "other " : "", guess->count,
		guess->count == 1 ? "" : "s",
		guess->drafts < guess->count ? "; the largest:" : "");
	if (guess->drafts == 0) {
		if (guess->read == 0)
			fputs("\nNothing in it looks like a retry. Many "
			      "libraries log them only at level DEBUG, or\n"
			      "only if a callback is set; see docs/"
			      "dialects.md.\n",
			      out);
		return;
	}
	fputs("\n", out);
	for (size_t i = 0; i < guess->drafts; i++)
		print_one(guess, i, out);
	print_gaps(guess, out);
}

/* A text as a JSON string. */
static void
put_text(FILE *out, const char *text)
{
	static const size_t size = 8 * TK_SHAPE_LINE;
	char buffer[8 * TK_SHAPE_LINE];
	struct bo_out json = bo_out_init(buffer, size);

	bo_out_json(&json, text);
	fputs(buffer, out);
}

static void
put_fields(const struct tk_guess *guess, size_t i, const char *name, FILE *out)
{
	const struct tk_shape *shape = guess->shape[i];
	const struct tk_draft *draft = &guess->draft[i];
	const char *separator = "";

	fputs(",\n      \"fields\": {", out);
	for (size_t n = 0; n < shape->named_count; n++) {
		const struct tk_named *named = &shape->named[n];

		if (named->field == NULL)
			continue;
		fprintf(out, "%s\n        \"%s\": {\"from\": ", separator,
			named->field);
		put_text(out, named->name);
		if (named->unit != NULL)
			fprintf(out, ", \"unit\": \"%s\"", named->unit);
		if (named->add != 0)
			fprintf(out, ", \"add\": %d", named->add);
		fputs("}", out);
		separator = ",";
	}
	if (!tk_draft_has(shape, draft, "operation") && !draft->is_note) {
		fprintf(out,
			"%s\n        \"operation\": {\"from\": \"@logger\", "
			"\"default\": ",
			separator);
		put_text(out, name);
		fputs("}", out);
		separator = ",";
	}
	fputs(*separator != '\0' ? "\n      }" : "}", out);
}

static void
put_rule(const struct tk_guess *guess, size_t i, const char *name, FILE *out)
{
	const struct tk_shape *shape = guess->shape[i];
	const struct tk_draft *draft = &guess->draft[i];

	fprintf(out, "    {\n      \"type\": \"%s\"", type_of(shape, draft));
	if (draft->is_note) {
		fputs(",\n      \"for\": [", out);
		put_text(out, name);
		fputs("]", out);
	}
	/* A message that is always the same may be a part of others. */
	if (shape->is_sentence &&
	    (strchr(draft->text, '{') != NULL || shape->when_name[0] == '\0')) {
		fputs(",\n      \"text\": ", out);
		put_text(out, draft->text);
	} else {
		fputs(",\n      \"when\": {", out);
		put_text(out, shape->when_name);
		fputs(": ", out);
		put_text(out,
			 shape->is_sentence ? shape->text : shape->when_value);
		fputs("}", out);
	}
	put_fields(guess, i, name, out);
	fprintf(out, "\n    }%s\n", i + 1 < guess->drafts ? "," : "");
}

static bool
is_utf8(const char *text)
{
	const char *end = text + strlen(text);

	while (text < end) {
		size_t n = bo_utf8_length(text, end);

		if (n == 0)
			return false;
		text += n;
	}
	return true;
}

static void
put_samples(const struct tk_guess *guess, FILE *out)
{
	const char *separator = "\n";

	fputs("  \"samples\": [", out);
	for (size_t i = 0; i < guess->drafts; i++) {
		const struct tk_shape *shape = guess->shape[i];

		if (shape->line[0] == '\0' || !is_utf8(shape->line))
			continue;
		fprintf(out, "%s    {\n      \"line\": ", separator);
		put_text(out, shape->line);
		if (guess->draft[i].is_note)
			fputs(",\n      \"is\": null\n    }", out);
		else
			fprintf(out,
				",\n      \"is\": {\"event_type\": \"%s\"}\n"
				"    }",
				type_of(shape, &guess->draft[i]));
		separator = ",\n";
	}
	fputs("\n  ]\n", out);
}

void
tk_guess_write(const struct tk_guess *guess, const char *name, FILE *out)
{
	fputs("{\n  \"dialect\": ", out);
	put_text(out, name);
	fprintf(out,
		",\n  \"description\": \"Drafted from a log; check the fields "
		"and the types\",\n  \"successes\": \"%s\",\n  \"rules\": [\n",
		any_means(guess, TK_MEANS_SUCCESS) ? "after_retry" : "never");
	for (size_t i = 0; i < guess->drafts; i++)
		put_rule(guess, i, name, out);
	fputs("  ],\n", out);
	put_samples(guess, out);
	fputs("}\n", out);
}

void
tk_guess_next(const struct tk_guess *guess, const char *file, const char *log,
	      FILE *out)
{
	const char *name = file != NULL ? file : "my.json";
	char safe[512], safe_file[512];
	bool is_path = strchr(name, '/') != NULL || strstr(name, ".json");

	if (guess->drafts == 0)
		return;
	tk_safe_text(log, strlen(log), safe, sizeof(safe));
	tk_safe_text(name, strlen(name), safe_file, sizeof(safe_file));
	fputs("\nNext:\n", out);
	if (file == NULL)
		fprintf(out, "  retrysim dialect guess -o %s %s\n", safe_file,
			safe);
	fprintf(out,
		"  retrysim dialect check %s %s\n"
		"  retrysim compare --dialect %s%s%s -p STANDARD %s\n",
		safe_file, safe, is_path ? "" : "./", safe_file,
		guess->read > 0 ? ",auto" : "", safe);
}

void
tk_guess_help(char *const *path, size_t count)
{
	struct tk_guess *guess;

	/* What was read from a pipe is gone. */
	for (size_t i = 0; i < count; i++) {
		if (strcmp(path[i], "-") != 0)
			continue;
		tk_msg("to see what it speaks of, save it in a file and try "
		       "retrysim dialect guess FILE");
		return;
	}
	if (tk_guess_logs(path, count, &guess) != TK_EXIT_OK)
		return;
	tk_guess_print(guess, path[0], stderr);
	tk_guess_next(guess, NULL, path[0], stderr);
	tk_guess_free(guess);
}
