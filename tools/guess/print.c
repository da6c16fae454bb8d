/* Says what was found in a log, what is unsure, and what it cannot answer. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "common/safe_text.h"
#include "guess/guess.h"
#include "guess/inside.h"

const char *
tk_draft_type(const struct tk_shape *shape, const struct tk_draft *draft)
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

bool
tk_guess_means(const struct tk_guess *guess, enum tk_meaning meaning)
{
	for (size_t i = 0; i < guess->drafts; i++) {
		if (guess->shape[i]->meaning == meaning)
			return true;
	}
	return false;
}

/* What somebody who knows the program should look at. */
static void
print_doubts(const struct tk_shape *shape, const struct tk_draft *draft,
	     FILE *out)
{
	for (size_t p = 0; p < draft->parts; p++) {
		const struct tk_part *part = &draft->part[p];

		if (part->unsure)
			fprintf(out,
				"            ? no word says that \"%.*s\" is "
				"the %s: it is the only number that counts "
				"up\n",
				(int)part->length, shape->text + part->at,
				part->field);
	}
	for (size_t i = 0; i < draft->doubts; i++)
		fprintf(out, "            ? %s\n", draft->doubt[i]);
	if (draft->matched < shape->kept_count)
		fprintf(out,
			"            ? the template reads %zu of the first %zu "
			"lines: the others have other words\n",
			draft->matched, shape->kept_count);
}

static void
print_one(const struct tk_guess *guess, size_t i, FILE *out)
{
	const struct tk_shape *shape = guess->shape[i];
	const struct tk_draft *draft = &guess->draft[i];
	const char *separator = ":";
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
	fprintf(out, "            %s", tk_draft_type(shape, draft));
	for (size_t p = 0; p < draft->parts; p++) {
		const char *field = draft->part[p].field;

		if (field == NULL || strcmp(field, "_") == 0)
			continue;
		fprintf(out, "%s %s", separator, field);
		separator = ",";
	}
	for (size_t n = 0; n < shape->named_count; n++) {
		fprintf(out, "%s %s from \"%s\"", separator,
			shape->named[n].field, shape->named[n].name);
		separator = ",";
	}
	fputs("\n", out);
	print_doubts(shape, draft, out);
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
	if (!tk_guess_means(guess, TK_MEANS_SUCCESS))
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
