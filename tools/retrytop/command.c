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

/* A pattern for the name of a row, which may be cut. */
static void
match_row(enum rt_group group, const char *name, char *out, size_t size)
{
	bool cut = group != RT_GROUP_OPERATION &&
		   strlen(name) == RT_PART_NAME_MAX - 1;
	size_t used;

	if (group != RT_GROUP_OPERATION && strcmp(name, RT_GROUP_NONE) == 0)
		name = "";
	make_pattern(name, false, out, size);
	used = strlen(out);
	if (cut && used + 1 < size)
		snprintf(out + used, size - used, "*");
}

/* The row that is open; or, where rows are not operations, the selected one.
 * NULL: there is none. */
static const char *
row_of(const struct rt_view *view, enum rt_group *group)
{
	const struct rt_browse *browse = view->ui->browse;
	const struct rt_list *list = view->list;

	if (view->ui->under >= RT_PAGE_OPERATION && browse != NULL &&
	    browse->operation != NULL) {
		*group = browse->group;
		return browse->operation;
	}
	*group = list->group;
	if (list->group == RT_GROUP_OPERATION || list->shown_count == 0)
		return NULL;
	return list->shown[rt_list_selected(list)]->operation;
}

/* What calls have to match: the row, or the text of the filter, and the terms
 * of the filter. False past the last. */
static bool
put_match(const struct rt_view *view, size_t index, enum rt_group *group,
	  char *out, size_t size)
{
	const struct rt_filter *terms = &view->list->terms;
	const char *row = row_of(view, group);

	if (row != NULL || terms->text[0] != '\0') {
		if (index == 0 && row != NULL)
			match_row(*group, row, out, size);
		else if (index == 0)
			make_pattern(terms->text, true, out, size);
		if (index-- == 0)
			return true;
	}
	for (size_t i = 0; i < terms->terms; i++) {
		const struct rt_filter_term *term = &terms->term[i];

		if (term->pattern[0] == '\0' || index-- > 0)
			continue;
		*group = term->group;
		snprintf(out, size, "%s",
			 strcmp(term->pattern, RT_GROUP_NONE) == 0
				 ? ""
				 : term->pattern);
		return true;
	}
	return false;
}

/* The option for what calls have to match, and its value; false past the last.
 */
static bool
put_condition(const struct rt_view *view, size_t index, const char **option,
	      char *out, size_t size)
{
	char pattern[RT_WORD_MAX];
	enum rt_group group, before;
	bool again = false;

	for (size_t i = 0; i < index; i++) {
		if (!put_match(view, i, &before, pattern, sizeof(pattern)))
			return false;
		if (put_match(view, index, &group, pattern, sizeof(pattern)))
			again |= before == group;
	}
	if (!put_match(view, index, &group, pattern, sizeof(pattern)))
		return false;
	*option = "--where";
	if (!again && group == RT_GROUP_OPERATION)
		*option = "--operation";
	else if (!again && group == RT_GROUP_TARGET)
		*option = "--target";
	if (strcmp(*option, "--where") == 0)
		snprintf(out, size, "%s=%s", rt_group_name(group), pattern);
	else
		snprintf(out, size, "%s", pattern);
	return true;
}

/* An option and its value; false past the last. */
static bool
put_pair(const struct rt_view *view, bool saved, size_t index,
	 const char **option, char *out, size_t size)
{
	const struct rt_model *model = &view->list->model;
	const struct rt_options *given = saved ? NULL : view->options;

	if (index < 2) {
		uint64_t end_s = model->end_s + 1;

		*option = index == 0 ? "--since" : "--until";
		if (index == 0)
			end_s -= bo_min(model->end_s, model->window_s);
		return put_time(end_s, out, size);
	}
	index -= 2;
	for (size_t i = 0; put_condition(view, i, option, out, size); i++)
		if (index-- == 0)
			return true;
	/* Saved events are native ones, with times that have a zone. */
	if (given == NULL)
		return false;
	*option = "--zone";
	if (given->zone != NULL && index-- == 0) {
		snprintf(out, size, "%s", given->zone);
		return true;
	}
	*option = "--dialect";
	if (index >= given->dialects.count)
		return false;
	snprintf(out, size, "%s", given->dialects.item[index]);
	return true;
}

/* Words that say what to compare. */
static bool
put_option(const struct rt_view *view, bool saved, size_t *index, char *out,
	   size_t size)
{
	const char *option;
	size_t pairs = 0;

	for (; put_pair(view, saved, pairs, &option, out, size); pairs++) {
		if (*index / 2 != pairs)
			continue;
		if (*index % 2 == 0)
			snprintf(out, size, "%s", option);
		return true;
	}
	*index -= 2 * pairs;
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

char *
rt_command_subject(const struct rt_view *view, char *out, size_t size)
{
	const struct rt_list *list = view->list;
	bool filtered = list->filter[0] != '\0';
	enum rt_group group;
	const char *row = row_of(view, &group);

	if (row != NULL)
		snprintf(out, size, "%s %s%s%s", rt_group_name(group), row,
			 filtered ? ", filter " : "",
			 filtered ? list->filter : "");
	else
		snprintf(out, size, "%s%s", filtered ? "filter " : "all calls",
			 list->filter);
	return out;
}
