/* A Thompson automaton: all states at once, one pass over the text
 * (K. Thompson, "Regular expression search algorithm", CACM 11 (1968)). */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "policy/pattern.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"

enum op {
	OP_SET,
	OP_SPLIT,
	OP_START,
	OP_END,
	OP_MATCH,
};

struct state {
	uint8_t op;
	/** The next state, and the second one of a split. */
	uint16_t next, other;
	/** The bytes that an OP_SET accepts, as 256 bits. */
	uint32_t set[8];
};

/* Each byte of a pattern makes at most two states. */
#define STATES_MAX (2 * BO_PATTERN_MAX + 2)
#define NOWHERE UINT16_MAX

struct bo_pattern {
	uint16_t start, count;
	struct state state[];
};

/* While parsing, dangling arrows form a list through the arrows themselves. */
struct part {
	uint16_t start;
	/** state * 2 + (second way); NOWHERE ends the list. */
	uint16_t dangling;
};

struct parser {
	const char *at;
	const char *problem;
	unsigned depth;
	uint16_t count;
	struct state *state;
};

/* Keep the first problem only. */
static void
complain(struct parser *p, const char *problem)
{
	if (p->problem == NULL)
		p->problem = problem;
}

static void
add_byte(uint32_t set[8], unsigned char byte)
{
	set[byte / 32] |= UINT32_C(1) << byte % 32;
}

/* A letter stands for both cases. */
static void
add_letter(uint32_t set[8], unsigned char byte)
{
	add_byte(set, byte);
	if (bo_is_letter((char)byte))
		add_byte(set, byte ^ 0x20);
}

static uint16_t
new_state(struct parser *p, enum op op)
{
	p->state[p->count] = (struct state){
		.op = (uint8_t)op, .next = NOWHERE, .other = NOWHERE};
	return p->count++;
}

static uint16_t *
arrow(struct parser *p, uint16_t end)
{
	struct state *s = &p->state[end / 2];

	return end % 2 ? &s->other : &s->next;
}

static void
connect(struct parser *p, uint16_t dangling, uint16_t to)
{
	while (dangling != NOWHERE) {
		uint16_t *a = arrow(p, dangling);

		dangling = *a;
		*a = to;
	}
}

static uint16_t
join(struct parser *p, uint16_t first, uint16_t second)
{
	uint16_t last = first;

	if (first == NOWHERE)
		return second;
	while (*arrow(p, last) != NOWHERE)
		last = *arrow(p, last);
	*arrow(p, last) = second;
	return first;
}

static struct part
single(struct parser *p, enum op op)
{
	uint16_t s = new_state(p, op);

	return (struct part){s, (uint16_t)(s * 2)};
}

/* Parse a set after its '[', up to its ']'. */
static void
parse_set(struct parser *p, uint32_t set[8])
{
	bool negated = *p->at == '^', first = true;

	p->at += negated;
	for (; *p->at != '\0' && (first || *p->at != ']'); first = false) {
		if (p->at[0] == '[' && bo_is_one_of(p->at[1], ":.="))
			complain(p, "classes like [[: :]] are not supported");
		unsigned char low = (unsigned char)*p->at++, high = low;

		if (p->at[0] == '-' && p->at[1] != ']' && p->at[1] != '\0') {
			high = (unsigned char)p->at[1];
			p->at += 2;
			if (high < low)
				complain(p, "a range in [] is reversed (low > "
					    "high)");
		}
		for (unsigned c = low; c <= high; c++)
			add_letter(set, (unsigned char)c);
	}
	if (*p->at != ']')
		complain(p, "'[' without ']'");
	else
		p->at++;
	if (negated)
		for (int i = 0; i < 8; i++)
			set[i] = ~set[i];
}

static struct part parse_choice(struct parser *p);

static struct part
parse_atom(struct parser *p)
{
	char c = *p->at++;
	struct part part;

	if (c == '(') {
		if (++p->depth > 32)
			complain(p, "groups nested deeper than 32");
		part = p->problem != NULL ? single(p, OP_SET) : parse_choice(p);
		p->depth--;
		if (*p->at == ')')
			p->at++;
		else
			complain(p, "'(' without ')'");
		return part;
	}
	if (c == '^' || c == '$')
		return single(p, c == '^' ? OP_START : OP_END);
	part = single(p, OP_SET);
	uint32_t *set = p->state[part.start].set;

	if (c == '.')
		memset(set, 0xff, 8 * sizeof(*set));
	else if (c == '[')
		parse_set(p, set);
	else if (c == '*' || c == '+' || c == '?')
		complain(p, "nothing to repeat before '*', '+' or '?'");
	else if (c == '{')
		complain(p, "'{' is not supported (write \\{ for the "
			    "character)");
	/* In other dialects this is a class or a reference, so it must not mean
	 * the plain character. */
	else if (c == '\\' && bo_is_alphanumeric(*p->at))
		complain(p,
			 "'\\' before a letter or digit has no meaning here");
	else if (c == '\\' && *p->at == '\0')
		complain(p, "'\\' at the end");
	else
		add_letter(set, (unsigned char)(c == '\\' ? *p->at++ : c));
	return part;
}

static struct part
parse_repeat(struct parser *p)
{
	struct part part = parse_atom(p);

	if (p->problem == NULL && bo_is_one_of(*p->at, "*+?")) {
		char kind = *p->at++;
		uint16_t split = new_state(p, OP_SPLIT);
		uint16_t out = (uint16_t)(split * 2 + 1);

		p->state[split].next = part.start;
		if (kind == '?') {
			part.dangling = join(p, part.dangling, out);
		} else {
			connect(p, part.dangling, split);
			part.dangling = out;
		}
		if (kind != '+')
			part.start = split;
	}
	if (bo_is_one_of(*p->at, "*+?"))
		complain(p, "nothing to repeat before '*', '+' or '?'");
	return part;
}

static struct part
parse_sequence(struct parser *p)
{
	struct part whole;

	if (*p->at == '\0' || *p->at == '|' || *p->at == ')') {
		complain(p, "an empty pattern or alternative");
		return single(p, OP_SET);
	}
	whole = parse_repeat(p);
	while (p->problem == NULL && *p->at != '\0' && *p->at != '|' &&
	       *p->at != ')') {
		struct part next = parse_repeat(p);

		connect(p, whole.dangling, next.start);
		whole.dangling = next.dangling;
	}
	return whole;
}

static struct part
parse_choice(struct parser *p)
{
	struct part whole = parse_sequence(p);

	while (p->problem == NULL && *p->at == '|') {
		struct part other;
		uint16_t split;

		p->at++;
		other = parse_sequence(p);
		split = new_state(p, OP_SPLIT);
		p->state[split].next = whole.start;
		p->state[split].other = other.start;
		whole.start = split;
		whole.dangling = join(p, whole.dangling, other.dangling);
	}
	return whole;
}

enum backoff_status
bo_pattern_compile(const char *pattern, struct bo_pattern **out,
		   const char **problem)
{
	struct parser p = {.at = pattern};
	struct bo_pattern *made;
	struct part whole;

	if (strlen(pattern) > BO_PATTERN_MAX) {
		*problem = "a pattern has at most 256 bytes";
		return BACKOFF_E_VALUE;
	}
	made = malloc(sizeof(*made) + STATES_MAX * sizeof(*made->state));
	if (made == NULL)
		return BACKOFF_E_NOMEM;
	p.state = made->state;
	whole = parse_choice(&p);
	if (p.problem == NULL && *p.at != '\0')
		p.problem = "')' without '('";
	if (p.problem != NULL) {
		*problem = p.problem;
		free(made);
		return BACKOFF_E_VALUE;
	}
	connect(&p, whole.dangling, p.count);
	new_state(&p, OP_MATCH);
	made->start = whole.start;
	made->count = p.count;
	*out = made;
	return BACKOFF_OK;
}

void
bo_pattern_free(struct bo_pattern *pattern)
{
	free(pattern);
}

/* The states that the automaton is in. */
struct active {
	uint16_t item[STATES_MAX];
	uint16_t count;
};

struct run {
	const struct bo_pattern *pattern;
	/** The step at which each state was entered last. */
	uint16_t mark[STATES_MAX];
	uint16_t stack[STATES_MAX];
	/** The current step; at most BO_PATTERN_TEXT_MAX + 1. */
	uint16_t step;
	bool at_start, at_end, matched;
};

/* Enter a state and all states that it leads to without reading a byte. Each
 * state is pushed at most once a step, so the stack is large enough. */
static void
enter(struct run *run, struct active *active, uint16_t first)
{
	uint16_t depth = 0;

	if (run->mark[first] == run->step)
		return;
	run->mark[first] = run->step;
	run->stack[depth++] = first;
	while (depth > 0) {
		uint16_t at = run->stack[--depth], way[2] = {NOWHERE, NOWHERE};
		const struct state *s = &run->pattern->state[at];

		if (s->op == OP_MATCH)
			run->matched = true;
		else if (s->op == OP_SET)
			active->item[active->count++] = at;
		else if (s->op == OP_SPLIT ||
			 (s->op == OP_START ? run->at_start : run->at_end))
			way[0] = s->next;
		if (s->op == OP_SPLIT)
			way[1] = s->other;
		for (int i = 0; i < 2; i++) {
			if (way[i] == NOWHERE || run->mark[way[i]] == run->step)
				continue;
			run->mark[way[i]] = run->step;
			run->stack[depth++] = way[i];
		}
	}
}

int
bo_pattern_match(const struct bo_pattern *pattern, const char *text)
{
	size_t length = strnlen(text, BO_PATTERN_TEXT_MAX);
	struct active lists[2], *now = &lists[0], *next = &lists[1];
	struct run run = {.pattern = pattern, .step = 1, .at_start = true};

	now->count = 0;
	for (size_t i = 0;; i++) {
		run.at_end = i == length;
		enter(&run, now, pattern->start);
		if (run.matched || i == length)
			return run.matched;
		run.step++;
		run.at_start = false;
		run.at_end = i + 1 == length;
		next->count = 0;
		for (uint16_t k = 0; k < now->count; k++) {
			const struct state *s = &pattern->state[now->item[k]];
			unsigned char c = (unsigned char)text[i];

			if (s->set[c / 32] >> c % 32 & 1)
				enter(&run, next, s->next);
		}
		struct active *swap = now;
		now = next;
		next = swap;
	}
}
