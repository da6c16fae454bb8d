/* Choosing a part of a log. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/rfc3339.h"
#include "common/units.h"
#include "recorded/choice.h"
#include "retrysim/part.h"

/* A time as the user gave it. */
struct moment {
	/** Before the end of the log; otherwise since 1970. */
	bool back;
	uint64_t ns;
};

static bool
read_moment(const char *text, struct moment *out)
{
	out->back = tk_parse_duration(text, &out->ns);
	return out->back || bo_rfc3339_parse(text, strlen(text), &out->ns);
}

static enum tk_exit
check_moment(const char *option, const char *text)
{
	struct moment moment;

	if (text == NULL || read_moment(text, &moment))
		return TK_EXIT_OK;
	tk_msg("%s: expected a time such as 2026-11-23T10:00:00Z, or a "
	       "duration back from the end of the log such as 2h (got %s)",
	       option, text);
	return TK_EXIT_USAGE;
}

/* Read "host=GLOB"; false if there is no such term. */
static bool
read_term(const char *text, struct rs_term *out)
{
	static const struct {
		const char *name;
		enum rs_about about;
	} names[] = {
		{"op", RS_ABOUT_OPERATION},  {"operation", RS_ABOUT_OPERATION},
		{"target", RS_ABOUT_TARGET}, {"policy", RS_ABOUT_POLICY},
		{"host", RS_ABOUT_HOST},     {"service", RS_ABOUT_SERVICE},
		{"error", RS_ABOUT_ERROR},
	};
	size_t length = strcspn(text, "=");

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (text[length] != '=' || strlen(names[i].name) != length ||
		    memcmp(names[i].name, text, length) != 0)
			continue;
		*out = (struct rs_term){names[i].about, text + length + 1};
		return true;
	}
	return false;
}

static enum tk_exit
check_terms(const struct tk_opt_list *where)
{
	struct rs_term term;

	for (size_t i = 0; i < where->count; i++) {
		if (read_term(where->item[i], &term))
			continue;
		tk_msg("--where: expected op=GLOB, target=GLOB, policy=GLOB, "
		       "host=GLOB, service=GLOB or error=GLOB (got %s)",
		       where->item[i]);
		return TK_EXIT_USAGE;
	}
	return TK_EXIT_OK;
}

enum tk_exit
rs_part_check(const struct rs_part_options *options)
{
	struct moment since = {0}, until = {0};
	enum tk_exit code = check_terms(&options->where);

	if (code == TK_EXIT_OK)
		code = check_moment("--since", options->since);
	if (code == TK_EXIT_OK)
		code = check_moment("--until", options->until);
	if (code != TK_EXIT_OK || !options->since || !options->until)
		return code;
	if (!read_moment(options->since, &since) ||
	    !read_moment(options->until, &until) || since.back != until.back)
		return code;
	if (since.back ? since.ns > until.ns : since.ns < until.ns)
		return code;
	tk_msg("--since: %s is not before --until %s", options->since,
	       options->until);
	return TK_EXIT_USAGE;
}

/* The text has passed check_moment(). */
static uint64_t
resolve(const struct rs_log *log, const char *text, uint64_t otherwise)
{
	struct moment moment;

	if (text == NULL || !read_moment(text, &moment))
		return otherwise;
	return moment.back ? bo_sub_sat(log->to_ns, moment.ns) : moment.ns;
}

static enum tk_exit
say_empty(const struct rs_part_options *options, const struct rs_log *log)
{
	char from[BO_RFC3339_MAX], to[BO_RFC3339_MAX];

	bo_rfc3339_format(log->from_ns, 3, from, sizeof(from));
	bo_rfc3339_format(log->to_ns, 3, to, sizeof(to));
	if (options->where.count > 0)
		tk_msg("--where: no call%s in the log matches %s%s",
		       options->since || options->until ? " of that time" : "",
		       options->where.item[0],
		       options->where.count > 1 || options->target
			       ? " and the other terms"
			       : "");
	else if (options->since || options->until)
		tk_msg("no call%s%s begins in that part of the log, which "
		       "reaches from %s to %s",
		       options->target ? " to a target that matches " : "",
		       options->target ? options->target : "", from, to);
	else
		tk_msg("--target: no target in the log matches %s",
		       options->target);
	return TK_EXIT_USAGE;
}

static enum tk_exit
say_unlogged(const struct rs_part_options *options, const char *operation)
{
	if (options->where.count > 0)
		tk_msg("--where: the log does not say which of the calls of %s "
		       "match that --calls counts beyond it; give no --calls "
		       "for it",
		       operation);
	else
		tk_msg("--target: the log does not say which targets the calls "
		       "of %s went to that --calls counts beyond it; give no "
		       "--calls for it",
		       operation);
	return TK_EXIT_USAGE;
}

/* Choose by terms that rs_part_check() has accepted. */
static enum tk_exit
choose(const struct rs_part_options *options, struct rs_log *log,
       struct rs_term *term)
{
	const struct rs_operation *operation = NULL;
	struct rs_choice choice = {.term = term};

	for (size_t i = 0; i < options->where.count; i++)
		if (read_term(options->where.item[i], &term[choice.terms]))
			choice.terms++;
	if (options->target != NULL)
		term[choice.terms++] =
			(struct rs_term){RS_ABOUT_TARGET, options->target};
	choice.since_ns = resolve(log, options->since, 0);
	choice.until_ns = resolve(log, options->until, UINT64_MAX);
	switch (rs_log_choose(log, &choice, &operation)) {
	case RS_CHOICE_OK:
		return TK_EXIT_OK;
	case RS_CHOICE_EMPTY:
		return say_empty(options, log);
	case RS_CHOICE_UNLOGGED:
		return say_unlogged(options, rs_log_text(log, operation->name));
	case RS_CHOICE_NOMEM:
		break;
	}
	tk_msg("out of memory");
	return TK_EXIT_SYSTEM;
}

enum tk_exit
rs_part_choose(const struct rs_part_options *options, struct rs_log *log)
{
	struct rs_term *term;
	enum tk_exit code;

	if (!options->since && !options->until && !options->target &&
	    options->where.count == 0)
		return TK_EXIT_OK;
	term = calloc(options->where.count + 1, sizeof(*term));
	if (term == NULL) {
		tk_msg("out of memory");
		return TK_EXIT_SYSTEM;
	}
	code = choose(options, log, term);
	free(term);
	return code;
}
