/* The words of the command that asks what other policies would have done. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/command.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/num.h"
#include "base/rfc3339.h"
#include "retrytop/browse.h"

char *
rt_command_quote(const char *word, char *out, size_t size)
{
	static const char harmless[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789_./:=@%+,-";
	size_t used = 0;

	if (*word != '\0' && word[strspn(word, harmless)] == '\0') {
		snprintf(out, size, "%s", word);
		return out;
	}
	used += (size_t)snprintf(out, size, "'");
	for (; *word != '\0' && used + 6 < size; word++)
		used += (size_t)snprintf(out + used, size - used, "%s%.*s",
					 *word == '\'' ? "'\\'" : "", 1, word);
	snprintf(out + used, size - used, "'");
	return out;
}

/* A pattern that matches a text, with anything around it if it is a part. */
static void
make_pattern(const char *text, bool part, char *out, size_t size)
{
	size_t used = (size_t)snprintf(out, size, "%s", part ? "*" : "");

	for (; *text != '\0' && used + 4 < size; text++)
		used += (size_t)snprintf(
			out + used, size - used, "%s%.*s",
			bo_is_one_of(*text, "*?[\\") ? "\\" : "", 1, text);
	snprintf(out + used, size - used, "%s", part ? "*" : "");
}

static bool
put_time(uint64_t second, char *out, size_t size)
{
	bo_rfc3339_format(second * BO_NS_PER_S, 0, out, size);
	return true;
}

/* The pattern of the first term about that; false if there is none. */
static bool
put_term(const struct rt_filter *terms, enum rt_group group, char *out,
	 size_t size)
{
	for (size_t i = 0; i < terms->terms; i++) {
		if (terms->term[i].group != group ||
		    terms->term[i].pattern[0] == '\0')
			continue;
		snprintf(out, size, "%s", terms->term[i].pattern);
		return true;
	}
	return false;
}

/* Whether a row is open, rather than the list. */
static bool
is_open(const struct rt_view *view)
{
	const struct rt_browse *browse = view->ui->browse;

	return view->ui->under >= RT_PAGE_OPERATION && browse != NULL &&
	       browse->operation != NULL;
}

/* The operations or targets: the one that is open, or those that the filter
 * shows. False if all are, or if rows are neither. */
static bool
put_names(const struct rt_view *view, enum rt_group group, char *out,
	  size_t size)
{
	const struct rt_browse *browse = view->ui->browse;

	if (is_open(view)) {
		make_pattern(browse->operation, false, out, size);
		return browse->group == group;
	}
	if (put_term(&view->list->terms, group, out, size))
		return true;
	make_pattern(view->list->terms.text, true, out, size);
	return view->list->terms.text[0] != '\0' && view->list->group == group;
}

/* The value of an option; false if it has none. */
static bool
put_value(const struct rt_view *view, const char *option, char *out,
	  size_t size)
{
	const struct rt_model *model = &view->list->model;

	if (strcmp(option, "--since") == 0)
		return put_time(model->end_s + 1 -
					bo_min(model->end_s, model->window_s),
				out, size);
	if (strcmp(option, "--until") == 0)
		return put_time(model->end_s + 1, out, size);
	if (strcmp(option, "--operation") == 0)
		return put_names(view, RT_GROUP_OPERATION, out, size);
	if (strcmp(option, "--target") == 0)
		return put_names(view, RT_GROUP_TARGET, out, size);
	if (view->options == NULL || view->options->zone == NULL)
		return false;
	snprintf(out, size, "%s", view->options->zone);
	return true;
}

/* Words that say what to compare. */
static bool
put_option(const struct rt_view *view, bool saved, size_t *index, char *out,
	   size_t size)
{
	static const char *const options[] = {
		"--since", "--until", "--operation", "--target", "--zone"};
	static const struct tk_opt_list none;
	const struct tk_opt_list *dialects = view->options != NULL && !saved
						     ? &view->options->dialects
						     : &none;

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		char value[RT_WORD_MAX];

		/* Saved events are native ones. */
		if ((saved && strcmp(options[i], "--zone") == 0) ||
		    !put_value(view, options[i], value, sizeof(value)))
			continue;
		if (*index < 2) {
			snprintf(out, size, "%s",
				 *index == 0 ? options[i] : value);
			return true;
		}
		*index -= 2;
	}
	if (*index < 2 * dialects->count) {
		snprintf(out, size, "%s",
			 *index % 2 == 0 ? "--dialect"
					 : dialects->item[*index / 2]);
		return true;
	}
	*index -= 2 * dialects->count;
	return false;
}

/* A path that is not taken for an option. */
static void
put_path(const char *path, char *out, size_t size)
{
	snprintf(out, size, "%s%s",
		 path[0] == '-' && path[1] != '\0' ? "./" : "",
		 /* What came from a pipe is in no file yet. */
		 strcmp(path, "-") == 0 ? "LOG" : path);
}

bool
rt_command_word(const struct rt_view *view, size_t index, char *out,
		size_t size)
{
	static const char *const begin[] = {"retrysim", "compare"};
	const char *saved = view->saved;

	if (index < 2) {
		snprintf(out, size, "%s", begin[index]);
		return true;
	}
	index -= 2;
	if (put_option(view, saved != NULL, &index, out, size))
		return true;
	if (index >= (saved != NULL ? 1 : view->input_count))
		return false;
	put_path(saved != NULL ? saved : view->input[index].path, out, size);
	return true;
}
