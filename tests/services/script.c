/* The flaky server's script: how it answers each request. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The next word of a line, cut off in place: blanks end it, except between
 * single quotes, which vanish. NULL at the end. */
static char *
next_word(char **at)
{
	char *from = *at + strspn(*at, " \t\n"), *to = from, *word = from;
	bool quoted = false;

	if (*from == '\0')
		return NULL;
	for (; *from != '\0' && (quoted || strchr(" \t\n", *from) == NULL);
	     from++) {
		if (*from == '\'')
			quoted = !quoted;
		else
			*to++ = *from;
	}
	*at = *from == '\0' ? from : from + 1;
	*to = '\0';
	return word;
}

static bool
set_number(const char *text, long *out)
{
	char *end;

	*out = strtol(text, &end, 10);
	return end != text && *end == '\0' && *out >= 0;
}

static bool
set_text(const char *text, char *out, size_t size)
{
	return (size_t)snprintf(out, size, "%s", text) < size;
}

/* Words without a value. */
static bool
set_flag(struct rule *rule, const char *word)
{
	if (strcmp(word, "reset") == 0)
		return rule->reset = true;
	if (strcmp(word, "drop") == 0)
		return rule->drop = true;
	if (strcmp(word, "hang") == 0)
		return rule->hang = true;
	return strcmp(word, "norange") == 0 && (rule->norange = true);
}

static bool
set_count(struct rule *rule, const char *word, long number)
{
	if (strcmp(word, "status") == 0)
		rule->status = (int)number;
	else if (strcmp(word, "delay") == 0)
		rule->delay_ms = (unsigned)number;
	else if (strcmp(word, "gather") == 0)
		rule->gather = (unsigned)number;
	else if (strcmp(word, "size") == 0)
		rule->size = number;
	else if (strcmp(word, "cut") == 0)
		rule->cut = number;
	else if (strcmp(word, "date") == 0)
		rule->date_s = number;
	else
		return false;
	return true;
}

static bool
set_word(struct rule *rule, char *word)
{
	char *value = strchr(word, '=');
	long number = 0;

	if (value == NULL)
		return set_flag(rule, word);
	*value++ = '\0';
	if (strcmp(word, "body") == 0)
		return set_text(value, rule->body, sizeof(rule->body));
	if (strcmp(word, "etag") == 0)
		return set_text(value, rule->etag, sizeof(rule->etag));
	if (strcmp(word, "header") == 0)
		return rule->headers < 4 &&
		       set_text(value, rule->header[rule->headers++],
				sizeof(rule->header[0]));
	return set_number(value, &number) && set_count(rule, word, number);
}

static bool
read_rule(char *line, struct rule *rule)
{
	char *path = next_word(&line), *number = next_word(&line), *word;
	long count = 0;

	*rule = (struct rule){.status = 200,
			      .size = -1,
			      .cut = -1,
			      .date_s = -1,
			      .etag = "\"one\""};
	if (number == NULL || !set_text(path, rule->path, sizeof(rule->path)))
		return false;
	if (strcmp(number, "*") != 0 &&
	    (!set_number(number, &count) || count == 0))
		return false;
	rule->number = (unsigned)count;
	while ((word = next_word(&line)) != NULL)
		if (!set_word(rule, word))
			return false;
	return true;
}

static bool
read_line(struct script *script, char *line)
{
	struct rule *grown;

	if (line[strspn(line, " \t\n")] == '\0' || line[0] == '#')
		return true;
	grown = realloc(script->rules, (script->count + 1) * sizeof(*grown));
	if (grown == NULL)
		return false;
	script->rules = grown;
	return read_rule(line, &grown[script->count++]);
}

bool
script_read(const char *path, struct script *out)
{
	FILE *file = fopen(path, "re");
	char line[4096];
	unsigned number = 0;
	bool good = true;

	*out = (struct script){0};
	if (file == NULL) {
		perror(path);
		return false;
	}
	while (good && fgets(line, sizeof(line), file) != NULL) {
		number++;
		good = read_line(out, line);
	}
	fclose(file);
	if (!good)
		fprintf(stderr, "%s:%u: not a line of a script\n", path,
			number);
	return good;
}

const struct rule *
script_find(const struct script *script, const char *path, unsigned number)
{
	const struct rule *any = NULL;

	for (size_t i = 0; i < script->count; i++) {
		const struct rule *rule = &script->rules[i];

		if (strcmp(rule->path, path) != 0)
			continue;
		if (rule->number == number)
			return rule;
		if (rule->number == 0)
			any = rule;
	}
	return any;
}

void
script_free(struct script *script)
{
	free(script->rules);
}
