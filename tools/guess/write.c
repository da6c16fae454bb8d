/* Writes what was found in a log as a dialect file. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "guess/guess.h"
#include "guess/inside.h"

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

/* Begin the source of a field. */
static void
put_field(FILE *out, const char **separator, const char *field)
{
	fprintf(out, "%s\n        \"%s\": {", *separator, field);
	*separator = ",";
}

/* What is added to a field. */
static int
added(const struct tk_draft *draft, const char *field)
{
	if (strcmp(field, "attempt") == 0)
		return draft->add_attempt;
	return strcmp(field, "max_attempts") == 0 ? draft->add_limit : 0;
}

static void
put_named(const struct tk_draft *draft, const struct tk_named *named,
	  const char **separator, FILE *out)
{
	int add = named->add + added(draft, named->field);

	put_field(out, separator, named->field);
	fputs("\"from\": ", out);
	put_text(out, named->name);
	if (named->unit != NULL)
		fprintf(out, ", \"unit\": \"%s\"", named->unit);
	if (add != 0)
		fprintf(out, ", \"add\": %d", add);
	fputs("}", out);
}

static void
put_fields(const struct tk_guess *guess, size_t i, const char *name, FILE *out)
{
	static const char *const counts[] = {"attempt", "max_attempts"};
	const struct tk_shape *shape = guess->shape[i];
	const struct tk_draft *draft = &guess->draft[i];
	const char *separator = "";

	fputs(",\n      \"fields\": {", out);
	for (size_t n = 0; n < shape->named_count; n++) {
		if (!tk_draft_has_hole(draft, shape->named[n].field) &&
		    !shape->named[n].of_limit)
			put_named(draft, &shape->named[n], &separator, out);
	}
	for (size_t n = 0; n < sizeof(counts) / sizeof(*counts); n++) {
		if (added(draft, counts[n]) == 0 ||
		    !(tk_draft_has_hole(draft, counts[n]) ||
		      tk_shape_of_limit(shape)))
			continue;
		put_field(out, &separator, counts[n]);
		fprintf(out, "\"add\": %d}", added(draft, counts[n]));
	}
	if (!tk_draft_has(shape, draft, "operation") && !draft->is_note) {
		put_field(out, &separator, "operation");
		fputs("\"from\": \"@logger\", \"default\": ", out);
		put_text(out, name);
		fputs("}", out);
	}
	fputs(*separator != '\0' ? "\n      }" : "}", out);
}

/* Which lines the rule reads. */
static void
put_conditions(const struct tk_shape *shape, const struct tk_draft *draft,
	       FILE *out)
{
	const struct tk_named *of_limit = tk_shape_of_limit(shape);
	bool by_message = shape->is_sentence && shape->when_name[0] != '\0' &&
			  draft->holes == 0;

	/* A message that is always the same may be a part of others. */
	if (!shape->is_sentence || by_message) {
		fputs(",\n      \"when\": {", out);
		put_text(out, shape->when_name);
		fputs(": ", out);
		put_text(out,
			 shape->is_sentence ? shape->text : shape->when_value);
		fputs("}", out);
		if (of_limit != NULL) {
			fputs(",\n      \"in\": ", out);
			put_text(out, of_limit->name);
			fputs(",\n      \"regex\": \"^(?<attempt>[0-9]+)/"
			      "(?<max_attempts>[0-9]+)\"",
			      out);
		}
	} else {
		fputs(",\n      \"text\": ", out);
		put_text(out, draft->text);
	}
}

static void
put_rule(const struct tk_guess *guess, size_t i, const char *name, FILE *out)
{
	const struct tk_shape *shape = guess->shape[i];
	const struct tk_draft *draft = &guess->draft[i];

	fprintf(out, "    {\n      \"type\": \"%s\"",
		tk_draft_type(shape, draft));
	if (draft->is_note) {
		fputs(",\n      \"for\": [", out);
		put_text(out, name);
		fputs("]", out);
	}
	put_conditions(shape, draft, out);
	put_fields(guess, i, name, out);
	fprintf(out, "\n    }%s\n", i + 1 < guess->drafts ? "," : "");
}

/* The rule of an access log. */
static void
put_calls(const struct tk_guess *guess, const char *name, FILE *out)
{
	static const struct tk_draft none;
	const struct tk_calls *calls = &guess->calls;
	const char *separator = "";
	enum tk_request request = tk_calls_have_operations(calls)
					  ? calls->request
					  : TK_REQUEST_NONE;
	bool operation = request != TK_REQUEST_NONE;

	fputs("    {\n      \"type\": \"call\",\n      \"when\": {", out);
	put_text(out, calls->name);
	fputs(": \"*\"}", out);
	/* Only a path without its query comes again. */
	if (request == TK_REQUEST_MESSAGE)
		fputs(",\n      \"text\": \"\\\"{_:word} {operation:path} "
		      "HTTP/{_:word} {code:int} \"",
		      out);
	else if (request == TK_REQUEST_MEMBER)
		fputs(",\n      \"in\": \"request\",\n      \"text\": \" "
		      "{operation:path} HTTP/\"",
		      out);
	fputs(",\n      \"fields\": {", out);
	for (size_t n = 0; n < calls->named_count; n++) {
		put_named(&none, &calls->named[n], &separator, out);
		operation |= strcmp(calls->named[n].field, "operation") == 0;
	}
	if (calls->field != NULL) {
		put_field(out, &separator, calls->field);
		fputs("\"from\": ", out);
		put_text(out, calls->name);
		fputs("}", out);
	}
	if (!operation) {
		put_field(out, &separator, "operation");
		fputs("\"from\": [\"host\", \"@host\"], \"default\": ", out);
		put_text(out, name);
		fputs("}", out);
	}
	fputs("\n      }", out);
	if (calls->field == NULL) {
		fputs(",\n      \"list\": {\n        \"split\": [\", \", \" : "
		      "\"],\n        \"code\": ",
		      out);
		put_text(out, calls->name);
		if (calls->duration[0] != '\0') {
			fputs(",\n        \"duration_seconds\": {\"from\": ",
			      out);
			put_text(out, calls->duration);
			fputs(", \"unit\": \"s\", \"absent\": [\"-\", "
			      "\"\"]}",
			      out);
		}
		if (calls->target[0] != '\0') {
			fputs(",\n        \"target\": ", out);
			put_text(out, calls->target);
		}
		fputs("\n      }", out);
	}
	fprintf(out, "\n    }%s\n", guess->drafts > 0 ? "," : "");
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
				tk_draft_type(shape, &guess->draft[i]));
		separator = ",\n";
	}
	fputs("\n  ]\n", out);
}

/* Which successes the log has lines for. */
static const char *
successes_of(const struct tk_guess *guess)
{
	if (tk_guess_has_calls(guess))
		return "all";
	for (size_t i = 0; i < guess->drafts; i++) {
		if (guess->shape[i]->meaning == TK_MEANS_SUCCESS &&
		    guess->draft[i].low[TK_NUMBER_ATTEMPT] == 1)
			return "all";
	}
	return tk_guess_means(guess, TK_MEANS_SUCCESS) ? "after_retry"
						       : "never";
}

void
tk_guess_write(const struct tk_guess *guess, const char *name, FILE *out)
{
	bool sure;
	const char *format = tk_guess_time_format(guess, &sure);

	fputs("{\n  \"dialect\": ", out);
	put_text(out, name);
	fprintf(out,
		",\n  \"description\": \"Drafted from a log; check the fields "
		"and the types\",\n  \"successes\": \"%s\",\n%s%s%s%s"
		"  \"rules\": [\n",
		successes_of(guess), format ? "  \"time_format\": \"" : "",
		format ? format : "", format ? "\",\n" : "",
		/* Proxies that list attempts do not wait between them. */
		tk_guess_has_calls(guess) && guess->calls.field == NULL &&
				guess->drafts == 0
			? "  \"delay\": \"0\",\n"
			: "");
	if (tk_guess_has_calls(guess))
		put_calls(guess, name, out);
	for (size_t i = 0; i < guess->drafts; i++)
		put_rule(guess, i, name, out);
	fputs("  ],\n", out);
	put_samples(guess, out);
	fputs("}\n", out);
}
