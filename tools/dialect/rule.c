/* Frees dialect files. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "dialect/rule.h"

#include <stdlib.h>

static void
clear_condition(struct tk_condition *condition)
{
	for (size_t i = 0; i < condition->name_count; i++)
		free(condition->name[i].text);
	free(condition->name);
	for (size_t i = 0; i < condition->wanted_count; i++)
		free(condition->wanted[i].text);
	free(condition->wanted);
}

static void
free_list(struct tk_list *list)
{
	if (list == NULL)
		return;
	for (size_t i = 0; i < list->split_count; i++)
		free(list->split[i]);
	tk_source_clear(&list->code);
	tk_source_clear(&list->duration);
	tk_source_clear(&list->target);
	free(list);
}

static void
clear_rule(struct tk_rule *rule)
{
	free(rule->also);
	free(rule->description);
	for (size_t i = 0; i < rule->condition_count; i++)
		clear_condition(&rule->condition[i]);
	free(rule->condition);
	for (size_t i = 0; i < rule->pattern_count; i++) {
		tk_template_free(rule->pattern[i].pattern);
		tk_regex_free(rule->pattern[i].regex);
	}
	free(rule->pattern);
	for (size_t i = 0; i < rule->hole_count; i++)
		free(rule->hole[i]);
	tk_source_clear(&rule->in);
	for (size_t i = 0; i < rule->map_count; i++)
		tk_source_clear(&rule->map[i].source);
	free(rule->map);
	for (size_t i = 0; i < rule->attribute_count; i++) {
		free(rule->attribute[i].name);
		tk_source_clear(&rule->attribute[i].source);
	}
	free(rule->attribute);
	free_list(rule->list);
	free(rule->each);
	for (size_t i = 0; rule->takers != NULL && i < rule->taker_count; i++)
		free(rule->takers[i]);
	free(rule->takers);
}

void
tk_file_free(struct tk_file *file)
{
	if (file == NULL)
		return;
	for (size_t i = 0; i < file->rule_count; i++)
		clear_rule(&file->rule[i]);
	free(file->rule);
	for (size_t i = 0; i < file->also_count; i++)
		tk_regex_free(file->also[i]);
	free(file->also);
	free(file->name);
	free(file->time_format);
	free(file->description);
	for (size_t i = 0; i < TK_LACKS; i++)
		free(file->lacks[i]);
	free(file->samples);
	free(file->giver);
	free(file);
}
