/* The slow and obvious engine. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "model/model.h"

#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

/* A double is only near the decimal that was written: go back to its nine
 * decimals. */
static long double
exact(double value)
{
	char decimal[64];

	snprintf(decimal, sizeof(decimal), "%.9f", value);
	return strtold(decimal, NULL);
}

static long double
number(const cJSON *object, const char *name, long double fallback)
{
	const cJSON *node = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsNumber(node) ? exact(node->valuedouble) : fallback;
}

static long double
duration(const cJSON *object, const char *name, long double fallback)
{
	return roundl(number(object, name, fallback) * 1e9L);
}

static void
text(const cJSON *object, const char *name, char *out, size_t size)
{
	const char *value = cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(object, name));

	snprintf(out, size, "%s", value != NULL ? value : "");
}

static int
list(const cJSON *object, const char *name, long double *out)
{
	const cJSON *node = cJSON_GetObjectItemCaseSensitive(object, name);
	int count = cJSON_GetArraySize(node);

	if (cJSON_IsNumber(node)) {
		*out = duration(object, name, 0);
		return 1;
	}
	for (int i = 0; i < count; i++)
		out[i] = roundl(
			exact(cJSON_GetArrayItem(node, i)->valuedouble) * 1e9L);
	return count;
}

static int
matchers(const cJSON *object, const char *name, char out[32][64],
	 bool regex[32])
{
	const cJSON *node = cJSON_GetObjectItemCaseSensitive(object, name);
	int count = cJSON_GetArraySize(node);

	for (int i = 0; i < count; i++) {
		const cJSON *one = cJSON_GetArrayItem(node, i);

		regex[i] = cJSON_IsObject(one);
		if (regex[i])
			text(one, "message_regex", out[i], 64);
		else
			snprintf(out[i], 64, "%s", one->valuestring);
	}
	return count;
}

void
model_read(struct model_policy *p, const char *canonical)
{
	cJSON *tree = cJSON_Parse(canonical);
	const cJSON *jitter = cJSON_GetObjectItemCaseSensitive(tree, "jitter");
	char order[32], from[32];

	memset(p, 0, sizeof(*p));
	p->max_attempts = (unsigned)number(tree, "max_attempts", 0);
	text(tree, "backoff", p->curve, sizeof(p->curve));
	text(jitter, "kind", p->jitter, sizeof(p->jitter));
	text(jitter, "order", order, sizeof(order));
	p->after = strcmp(order, "jitter_then_cap") == 0;
	p->bounded = cJSON_IsTrue(
		cJSON_GetObjectItemCaseSensitive(jitter, "bounded"));
	p->base = duration(tree, "base_delay", 0);
	p->cap = duration(tree, "max_delay", INFINITY);
	p->factor = number(tree, "exponential_base", 0);
	p->ratio = number(jitter, "ratio", 0);
	p->extra = duration(jitter, "max", 0);
	p->deadline = duration(tree, "deadline", INFINITY);
	text(tree, "deadline_from", from, sizeof(from));
	p->from_failure = strcmp(from, "first_failure") == 0;
	p->reset_after = duration(tree, "reset_after", INFINITY);
	p->schedules = list(tree, "schedule", p->schedule);
	p->timeouts = list(tree, "attempt_timeout", p->timeout);
	p->retries = matchers(tree, "retry_on", p->retry_on, p->retry_regex);
	p->aborts = matchers(tree, "abort_on", p->abort_on, p->abort_regex);
	if (strcmp(p->curve, "constant") == 0)
		p->cap = p->base;
	if (strcmp(p->curve, "schedule") == 0) {
		p->cap = 0;
		for (int i = 0; i < p->schedules; i++)
			p->cap = fmaxl(p->cap, p->schedule[i]);
	}
	cJSON_Delete(tree);
}

static bool
regex_finds(const char *pattern, const char *message)
{
	regex_t regex;
	bool found;

	if (message == NULL ||
	    regcomp(&regex, pattern, REG_EXTENDED | REG_ICASE | REG_NOSUB) != 0)
		return false;
	found = regexec(&regex, message, 0, NULL, 0) == 0;
	regfree(&regex);
	return found;
}

static bool
one_matches(const char *matcher, const struct backoff_outcome *o)
{
	const char *code = o->code != NULL ? o->code : "";
	unsigned low, high, have;
	char space[32], space_of_code[32], rest;
	int end = 0;

	if (strcmp(matcher, "*") == 0)
		return true;
	for (int i = 0; backoff_class_name((enum backoff_class)i) != NULL; i++)
		if (strcmp(matcher,
			   backoff_class_name((enum backoff_class)i)) == 0)
			return (int)o->failure_class == i;
	if (strchr(matcher, ':') == NULL)
		return o->error_type != NULL &&
		       strcmp(matcher, o->error_type) == 0;
	if (sscanf(matcher, "%31[^:]:%uxx%n", space, &low, &end) == 2 &&
	    end == (int)strlen(matcher)) {
		low *= 100;
		high = low + 99;
	} else if (sscanf(matcher, "%31[^:]:%u-%u%c", space, &low, &high,
			  &rest) != 3) {
		return strcmp(matcher, code) == 0;
	}
	return sscanf(code, "%31[^:]:%u%c", space_of_code, &have, &rest) == 2 &&
	       strcmp(space, space_of_code) == 0 && have >= low && have <= high;
}

static bool
any_matches(const char matcher[32][64], const bool regex[32], int count,
	    const struct backoff_outcome *o, bool star)
{
	for (int i = 0; i < count; i++) {
		if (!star && strcmp(matcher[i], "*") == 0)
			continue;
		if (regex[i] ? regex_finds(matcher[i], o->error)
			     : one_matches(matcher[i], o))
			return true;
	}
	return false;
}

static bool
is_retried(const struct model_policy *p, const struct backoff_outcome *o)
{
	bool fatal = o->failure_class == BACKOFF_CLASS_FATAL;

	return !any_matches(p->abort_on, p->abort_regex, p->aborts, o, true) &&
	       any_matches(p->retry_on, p->retry_regex, p->retries, o, !fatal);
}

/* The curve, computed step by step from its first value. */
static long double
curve(const struct model_policy *p, unsigned k)
{
	long double value = p->base, before = 0;

	if (strcmp(p->curve, "schedule") == 0)
		return p->schedule[(int)k <= p->schedules ? (int)k - 1
							  : p->schedules - 1];
	for (unsigned i = 1; i < k; i++) {
		long double next = value;

		if (strcmp(p->curve, "linear") == 0)
			next = value + p->base;
		else if (strcmp(p->curve, "exponential") == 0)
			next = value * p->factor;
		else if (strcmp(p->curve, "fibonacci") == 0)
			next = value + before;
		before = value;
		value = next;
	}
	return value;
}

static void
bounds(const struct model_call *call, long double *low, long double *high)
{
	const struct model_policy *p = call->policy;
	long double c = curve(p, call->failed - call->forgotten), shrink = 1;

	if (!p->after)
		c = fminl(c, p->cap);
	*low = *high = c;
	if (strcmp(p->jitter, "full") == 0) {
		*low = 0;
	} else if (strcmp(p->jitter, "equal") == 0) {
		*low = c / 2;
	} else if (strcmp(p->jitter, "minus") == 0) {
		*low = c - c * p->ratio;
	} else if (strcmp(p->jitter, "proportional") == 0) {
		*low = c - c * p->ratio;
		*high = c + c * p->ratio;
		shrink = 1 / (1 + p->ratio);
	} else if (strcmp(p->jitter, "additive") == 0) {
		*high = c + p->extra;
		shrink = p->cap + p->extra > 0 ? p->cap / (p->cap + p->extra)
					       : 1;
	} else if (strcmp(p->jitter, "decorrelated") == 0) {
		*low = p->base;
		*high = fmaxl(p->base, 3 * call->previous);
	}
	if (p->bounded) {
		*low *= shrink;
		*high *= shrink;
	}
}

static void
done(const struct model_call *call, const char *stop,
     struct model_decision *out)
{
	*out = (struct model_decision){.action = BACKOFF_ACTION_DONE,
				       .stop = stop,
				       .attempt = call->failed};
}

static long double
timeout(const struct model_call *call, unsigned attempt, long double start)
{
	const struct model_policy *p = call->policy;
	long double limit = INFINITY;

	if (p->timeouts > 0)
		limit = p->timeout[(int)attempt <= p->timeouts
					   ? (int)attempt - 1
					   : p->timeouts - 1];
	return fminl(limit, call->deadline - start);
}

void
model_resume(struct model_call *call, long double now,
	     struct model_decision *out)
{
	call->attempt_start = now;
	if (now >= call->deadline) {
		done(call, "deadline", out);
		return;
	}
	*out = (struct model_decision){.action = BACKOFF_ACTION_ATTEMPT,
				       .stop = "none",
				       .attempt = call->failed + 1};
	out->timeout = timeout(call, out->attempt, now);
}

void
model_begin(struct model_call *call, const struct model_policy *policy,
	    long double now, long double deadline, struct model_decision *out)
{
	*call = (struct model_call){
		.policy = policy, .start = now, .previous = policy->base};
	call->deadline = policy->from_failure
				 ? deadline
				 : fminl(deadline, now + policy->deadline);
	model_resume(call, now, out);
}

void
model_decide(struct model_call *call, const struct backoff_outcome *outcome,
	     long double now, long double draw, struct model_decision *out)
{
	const struct model_policy *p = call->policy;
	long double low, high, delay;

	now = fmaxl(now, call->start);
	call->failed++;
	if (p->from_failure && call->failed == 1)
		call->deadline = fminl(call->deadline, now + p->deadline);
	if (now - call->attempt_start >= p->reset_after) {
		call->forgotten = call->failed - 1;
		call->previous = p->base;
	}
	if (outcome->kind == BACKOFF_OUTCOME_SUCCESS) {
		done(call, "success", out);
	} else if (outcome->kind == BACKOFF_OUTCOME_CANCELLED) {
		done(call, "cancelled", out);
	} else if (outcome->kind == BACKOFF_OUTCOME_NOT_REPORTED ||
		   !is_retried(p, outcome)) {
		done(call, "non_retryable", out);
	} else if (call->failed - call->forgotten >= p->max_attempts) {
		done(call, "max_attempts", out);
	} else if (now >= call->deadline) {
		done(call, "deadline", out);
	} else {
		bounds(call, &low, &high);
		delay = low + (high - low) * draw;
		if (p->after || p->bounded ||
		    strcmp(p->jitter, "decorrelated") == 0)
			delay = fminl(delay, p->cap);
		if (now + delay >= call->deadline) {
			done(call, "delay_exceeds_deadline", out);
			return;
		}
		call->previous = delay;
		call->backoff += delay;
		*out = (struct model_decision){.action = BACKOFF_ACTION_WAIT,
					       .stop = "none",
					       .attempt = call->failed + 1,
					       .delay = delay,
					       .low = low,
					       .high = high};
		out->timeout = timeout(call, out->attempt, now + delay);
	}
}
