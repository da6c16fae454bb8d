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

static bool
is_all_bare(const struct tk_guess *guess)
{
	for (size_t i = 0; i < guess->drafts; i++) {
		if (!tk_draft_is_bare(guess->shape[i], &guess->draft[i]))
			return false;
	}
	return guess->drafts > 0 && !tk_guess_has_calls(guess);
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
				"            ? \"%.*s\" is taken for the %s "
				"because it is small and changes, not for a "
				"word before it\n",
				(int)part->length, shape->text + part->at,
				part->field);
	}
	for (size_t i = 0; i < draft->doubts; i++)
		fprintf(out, "            ? %s\n", draft->doubt[i]);
	if (tk_draft_is_bare(shape, draft))
		fputs("            ? it has neither the number of an attempt "
		      "nor a wait: is it about retries?\n",
		      out);
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
	fprintf(out, "            rules[%zu] %s", i + tk_guess_has_calls(guess),
		tk_draft_type(shape, draft));
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
	bool sure;
	const char *format = tk_guess_time_format(guess, &sure);

	for (size_t i = 0; i < guess->drafts; i++) {
		id |= guess->shape[i]->has_id;
		thread |= guess->shape[i]->has_thread;
		time |= guess->shape[i]->has_time;
	}
	fputs("\nWhat this log cannot answer:\n", out);
	if (format != NULL)
		fprintf(out,
			"  - the form of its times has to be stated: "
			"\"time_format\": \"%s\"%s\n",
			format,
			sure ? ""
			     : ";\n    others fit as well, so check the day "
			       "and the month");
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

static bool
has_doubts(const struct tk_guess *guess)
{
	for (size_t i = 0; i < guess->drafts; i++) {
		const struct tk_draft *draft = &guess->draft[i];

		if (draft->doubts > 0)
			return true;
		for (size_t p = 0; p < draft->parts; p++) {
			if (draft->part[p].unsure)
				return true;
		}
	}
	return false;
}

/* An access log. */
static void
print_calls(const struct tk_calls *calls, FILE *out)
{
	char safe[160];

	if (calls->retried == 0)
		return;
	fprintf(out,
		"\n%8" PRIu64 " x  lines of whole calls; \"%s\" has %s, more "
		"than one in %" PRIu64 " of them\n",
		calls->lines, calls->name,
		calls->field == NULL ? "a list of status codes"
		: strcmp(calls->field, "retries") == 0
			? "the number of retries"
			: "the number of attempts",
		calls->retried);
	tk_safe_text(calls->line, strlen(calls->line), safe, sizeof(safe));
	fprintf(out, "            e.g. %s\n            rules[0] call", safe);
	for (size_t n = 0; n < calls->named_count; n++)
		fprintf(out, "%s %s from \"%s\"", n == 0 ? ":" : ",",
			calls->named[n].field, calls->named[n].name);
	if (calls->duration[0] != '\0')
		fprintf(out, "; durations from \"%s\"", calls->duration);
	if (calls->target[0] != '\0')
		fprintf(out, "; targets from \"%s\"", calls->target);
	fputs("\n", out);
}

/* Lists without names: a template has to say where they are. */
static void
print_list(const struct tk_guess *guess, FILE *out)
{
	char safe[300];

	tk_safe_text(guess->list_line, strlen(guess->list_line), safe,
		     sizeof(safe));
	fprintf(out,
		"\n%8" PRIu64
		" x  lines have status codes of several attempts, as access "
		"logs of proxies do\n            e.g. %s\n"
		"A rule for them says in a template where they are. Begin "
		"with this file, and put\nwhat stands in your lines between "
		"the holes:\n\n"
		"  {\"dialect\": \"access\", \"successes\": \"all\", "
		"\"delay\": "
		"\"0\", \"rules\": [\n"
		"    {\"type\": \"call\", \"text\": \"\\\"{_:word} "
		"{operation:path} HTTP/{_:word} {code:int} {_} "
		"\\\"{list.target:list}\\\" \\\"{list.code:list}\\\" "
		"\\\"{list.duration_seconds:list}\\\"\",\n"
		"     \"list\": {\"split\": [\", \", \" : \"], \"code\": "
		"\"list.code\", \"target\": \"list.target\",\n"
		"              \"duration_seconds\": "
		"\"list.duration_seconds\"}}"
		"\n  ]}\n",
		guess->lists, safe);
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
		guess->drafts < guess->count ? "; some of them:" : "");
	if (guess->more > 0)
		fprintf(out,
			"%" PRIu64 " of them have still other sentences, which "
			"were not looked at\n",
			guess->more);
	if (is_all_bare(guess))
		fputs("None of them has the number of an attempt or a wait, so "
		      "this may be a log without\nretries.\n",
		      out);
	if (guess->read > 0)
		fputs("Built-in dialects read those events already, without a "
		      "file of yours. What follows is\nthe rest, which may be "
		      "about the same attempts.\n",
		      out);
	print_calls(&guess->calls, out);
	if (guess->lists > 0 && !tk_guess_has_calls(guess))
		print_list(guess, out);
	if (guess->drafts == 0) {
		if (guess->read == 0 && tk_guess_count(guess) == 0 &&
		    guess->lists == 0)
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
	if (has_doubts(guess))
		fputs("\nA ? is a guess that only somebody who knows the "
		      "program can check. Where it is wrong,\nchange the "
		      "rule: its type, a hole's name, or \"add\".\n",
		      out);
	print_gaps(guess, out);
}

void
tk_guess_next(const struct tk_guess *guess, const char *file, const char *log,
	      FILE *out)
{
	const char *name = file != NULL ? file : "my.json";
	char safe[512], safe_file[512];
	bool is_path = strchr(name, '/') != NULL || strstr(name, ".json");

	if (tk_guess_count(guess) == 0)
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
