/* Verdicts and alerts: those of now, and those that have ended. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/alarms.h"

#include <string.h>

#include "base/num.h"
#include "base/utf8.h"

/* What one update needs. */
struct update {
	struct rt_alarms *alarms;
	rt_alarms_fn report;
	void *user;
	uint64_t now_s;
};

static void
put_over(struct rt_alarms *alarms, const struct rt_alarm *alarm)
{
	alarms->over_count = bo_min(alarms->over_count + 1, RT_ALARMS_OVER_MAX);
	memmove(alarms->over + 1, alarms->over,
		(alarms->over_count - 1) * sizeof(*alarm));
	alarms->over[0] = *alarm;
}

static void
set_target(struct rt_alarm *alarm, const char *target)
{
	if (target == NULL)
		return;
	bo_utf8_copy(target, alarm->target, sizeof(alarm->target));
	alarm->operation = NULL;
}

static void
note_rule(void *user, const struct rt_rule_alert *alert, bool ends)
{
	const struct update *update = user;

	if (ends)
		put_over(update->alarms, &(struct rt_alarm){
						 .part = RT_ALARM_OVER,
						 .rule = alert->rule,
						 .operation = alert->operation,
						 .since_s = alert->since_s,
						 .ended_s = update->now_s,
						 .value = alert->value,
						 .window_s = alert->window_s,
					 });
	if (update->report != NULL)
		update->report(update->user, alert, ends);
}

static void
list_verdicts(struct rt_alarms *alarms, const struct rt_verdicts *verdicts)
{
	for (size_t i = 0; i < verdicts->count; i++) {
		struct rt_alarm *row = &alarms->row[alarms->count++];

		*row = (struct rt_alarm){
			.part = RT_ALARM_WRONG,
			.word = verdicts->item[i].word,
			.operation = verdicts->item[i].operation,
			.since_s = verdicts->item[i].since_s,
			.verdict = &verdicts->item[i],
		};
		set_target(row, verdicts->item[i].target);
	}
}

static bool
is_broken(const struct rt_rule_alerts *alerts, const struct rt_rule *rule)
{
	for (size_t i = 0; i < alerts->count; i++)
		if (alerts->item[i].rule == rule)
			return true;
	return false;
}

static void
list_broken(struct rt_alarms *alarms, const struct rt_rule_alerts *alerts)
{
	for (size_t i = 0; i < alerts->count; i++)
		alarms->row[alarms->count++] = (struct rt_alarm){
			.part = RT_ALARM_WRONG,
			.rule = alerts->item[i].rule,
			.operation = alerts->item[i].operation,
			.since_s = alerts->item[i].since_s,
			.value = alerts->item[i].value,
			.window_s = alerts->item[i].window_s,
		};
}

static void
list_notes(struct rt_alarms *alarms, const struct rt_notes *notes)
{
	for (size_t i = 0; i < notes->count; i++)
		alarms->row[alarms->count++] = (struct rt_alarm){
			.part = RT_ALARM_NOTE,
			.operation = notes->item[i].operation,
			.note = notes->item[i],
		};
}

static void
list_kept(struct rt_alarms *alarms, const struct rt_rules *rules,
	  const struct rt_rule_alerts *alerts, uint64_t window_s)
{
	for (size_t i = 0; i < rules->count; i++) {
		const struct rt_rule *rule = &rules->rule[i];

		if (is_broken(alerts, rule))
			continue;
		alarms->row[alarms->count++] = (struct rt_alarm){
			.part = RT_ALARM_KEPT,
			.rule = rule,
			.operation = alerts->nearest[i].operation,
			.value = alerts->nearest[i].value,
			.window_s = rule->window_s > 0
					    ? (uint64_t)rule->window_s
					    : window_s,
		};
	}
}

static void
list_ended(struct rt_alarms *alarms, const struct rt_said_verdict *ended)
{
	struct rt_alarm *row = &alarms->row[alarms->count++];

	*row = (struct rt_alarm){
		.part = RT_ALARM_OVER,
		.word = ended->verdict.word,
		.operation = ended->verdict.operation,
		.since_s = ended->verdict.since_s,
		.ended_s = ended->until_s,
		.verdict = &ended->verdict,
	};
	set_target(row, ended->verdict.target);
}

/* Verdicts and alerts that have ended, the last one first. */
static void
list_over(struct rt_alarms *alarms, const struct rt_said *said)
{
	const struct rt_said_verdict *ended = rt_said_ended(said, NULL);

	for (size_t i = 0; i < alarms->over_count; i++) {
		for (;
		     ended != NULL && ended->until_s >= alarms->over[i].ended_s;
		     ended = rt_said_ended(said, ended))
			list_ended(alarms, ended);
		alarms->row[alarms->count++] = alarms->over[i];
	}
	for (; ended != NULL; ended = rt_said_ended(said, ended))
		list_ended(alarms, ended);
}

void
rt_alarms_update(struct rt_alarms *alarms, const struct rt_model *model,
		 const struct rt_said *said, const struct rt_rules *rules,
		 struct rt_rule_alerts *alerts, uint64_t now_s,
		 rt_alarms_fn report, void *user)
{
	struct update update = {alarms, report, user, now_s};

	rt_rule_watch_update(&alarms->watch, alerts, now_s, note_rule, &update);
	alarms->count = 0;
	list_verdicts(alarms, &model->verdicts);
	list_broken(alarms, alerts);
	list_notes(alarms, &model->notes);
	list_kept(alarms, rules, alerts, model->window_s);
	list_over(alarms, said);
}

const char *
rt_alarm_heading(enum rt_alarm_part part)
{
#define HEADING(member, heading) heading,
	static const char *const headings[] = {RT_ALARM_PARTS(HEADING)};

	return headings[part];
}

static bool
is_same(const struct rt_alarm *a, const struct rt_alarm *b)
{
	return a->rule == b->rule && strcmp(a->target, b->target) == 0 &&
	       a->operation == b->operation && a->ended_s == b->ended_s &&
	       (a->part == RT_ALARM_NOTE) == (b->part == RT_ALARM_NOTE) &&
	       a->note.kind == b->note.kind;
}

size_t
rt_alarms_selected(const struct rt_alarms *alarms)
{
	for (size_t i = 0; i < alarms->count; i++)
		if (is_same(&alarms->row[i], &alarms->selected))
			return i;
	return 0;
}

void
rt_alarms_move(struct rt_alarms *alarms, long rows)
{
	size_t at = rt_alarms_selected(alarms);

	if (alarms->count == 0)
		return;
	if (rows < 0)
		at = at < (size_t)-rows ? 0 : at - (size_t)-rows;
	else
		at = bo_min(at + (size_t)rows, alarms->count - 1);
	alarms->selected = at > 0 ? alarms->row[at] : (struct rt_alarm){0};
}

/* The first operation that a verdict of now says fails with a target. */
static const char *
sharer_of(const struct rt_model *model, const char *target)
{
	for (size_t i = 0; i < model->verdicts.count; i++) {
		const struct rt_verdict *verdict = &model->verdicts.item[i];

		if (verdict->target != NULL && verdict->sharer_count > 0 &&
		    strcmp(verdict->target, target) == 0)
			return verdict->sharer[0];
	}
	return NULL;
}

const char *
rt_alarms_operation(const struct rt_alarms *alarms,
		    const struct rt_model *model)
{
	const struct rt_alarm *row;

	if (alarms->count == 0)
		return NULL;
	row = &alarms->row[rt_alarms_selected(alarms)];
	return *row->target != '\0' ? sharer_of(model, row->target)
				    : row->operation;
}
